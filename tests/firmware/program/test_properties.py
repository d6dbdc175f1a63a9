"""Any program goes through container and text unchanged; anything else gives a documented error."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyneuron.program import container
from tinyneuron.program.assembler import AssemblerError, assemble
from tinyneuron.program.container import ContainerError
from tinyneuron.program.disassembler import disassemble, instruction_text
from tinyneuron.program.program import (
    TENSOR_KINDS,
    Program,
    ProgramError,
    Relocation,
    TensorSpec,
)
from tinyneuron_hw.config import INSTRUCTION_BYTES, PRESETS
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.codec import fields_of
from tinyneuron_hw.isa.opcodes import STREAM_OPCODES, Opcode, Stream

from .programs import random_instruction

SETTINGS = settings(derandomize=True, deadline=None, max_examples=150)

METADATA = st.dictionaries(
    st.text(max_size=8),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(1 << 63), (1 << 64) - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=12,
    ),
    max_size=4,
)
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.]*", fullmatch=True)
CONFIGS = st.sampled_from(list(PRESETS.values())) | st.builds(
    lambda base, name, latency, engines, gpsimd: base.with_changes(
        name=name, pe_latency=latency, dma_engines=engines, has_gpsimd=gpsimd
    ),
    st.sampled_from(list(PRESETS.values())),
    st.text(min_size=1, max_size=10),
    st.integers(1, 3),
    st.integers(1, 16),
    st.booleans(),
)


@st.composite
def codes(draw: st.DrawFn, stream: Stream) -> bytes:
    """An instruction of the stream; now and then bytes that only begin like one."""
    opcode = draw(st.sampled_from(STREAM_OPCODES[stream]))
    if draw(st.integers(0, 9)) == 0:
        size = INSTRUCTION_BYTES - 1
        return bytes([opcode.value]) + draw(st.binary(min_size=size, max_size=size))
    return random_instruction(draw(st.randoms(use_true_random=False)), opcode)


def address_fields(raw: bytes) -> list[str]:
    return [f.path for f in fields_of(Opcode(raw[0])) if f.path.endswith(".address")]


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """All element types, kinds of tensors, constants, relocations of every address field."""
    tensors, constants = [], {}
    for name in draw(st.lists(NAMES, max_size=5, unique=True)):
        shape = tuple(draw(st.lists(st.integers(1, 5), max_size=4)))
        dtype = draw(st.sampled_from(DType))
        kind = draw(st.sampled_from(TENSOR_KINDS))
        tensors.append(TensorSpec(name, shape, dtype, kind))
        if kind == "constant":
            size = math.prod(shape) * FORMATS[dtype].bytes
            constants[name] = draw(st.randoms(use_true_random=False)).randbytes(size)
    streams = {
        stream: draw(st.lists(codes(stream), min_size=1, max_size=5))
        for stream in draw(st.lists(st.sampled_from(Stream), max_size=5, unique=True))
    }
    relocations = [
        Relocation(stream, index, path, draw(st.sampled_from(tensors)).name)
        for stream, code in streams.items()
        for index, raw in enumerate(code)
        for path in address_fields(raw)
        if tensors and draw(st.booleans())
    ]
    return Program(
        draw(CONFIGS), streams, tensors, constants, relocations, draw(METADATA)
    ).validate()


@SETTINGS
@given(programs())
def test_any_program_goes_through_the_container(program):
    raw = container.to_bytes(program)
    again = container.from_bytes(raw)
    assert again == program
    assert container.to_bytes(again) == raw


@SETTINGS
@given(programs())
def test_any_program_goes_through_text(program):
    text = disassemble(program)
    again = assemble(text)
    assert again == program
    assert disassemble(again) == text
    assert container.to_bytes(again) == container.to_bytes(program)


@SETTINGS
@given(st.binary(min_size=INSTRUCTION_BYTES, max_size=INSTRUCTION_BYTES))
def test_any_bytes_have_a_text(raw):
    text = instruction_text(raw)
    assert not text.startswith(".raw") or bytes.fromhex(text.split()[1]) == raw


def error_of(text: str) -> str:
    """The documented error of a text; "" when it is a program, which then goes round."""
    try:
        program = assemble(text)
    except (AssemblerError, ProgramError) as error:
        return str(error)
    assert assemble(disassemble(program)) == program
    return ""


@SETTINGS
@given(st.binary() | st.binary().map(lambda tail: container.MAGIC + tail))
def test_bytes_that_are_no_container(raw):
    with pytest.raises(ContainerError):
        container.from_bytes(raw)


PIECES = """
.config .tensor .metadata .stream .raw .reloc tiny sync tensor input constant bf16 4x4 scalar
AAAA {} [] {"a": src.address x x: @x nop halt dma_load memset branch loop register activate
dst=sbuf.bf16[0+4, 0x0, 1x8] src=dev.bf16[x+0x0, 16x4] value=1 queue=0 round_mode=nearest_even
wait(s0 >= 1) update(s1 += a=r1 b=9 target=@x #
"""
WORDS = st.sampled_from(PIECES.split())
LINES = st.lists(WORDS | st.text(max_size=6), max_size=9).map(" ".join)
START = ".config tiny\n.tensor x input bf16 64\n.stream sync\nx: nop\n"


@settings(SETTINGS, max_examples=400)
@given(st.text() | st.lists(LINES, max_size=8).map("\n".join))
def test_text_that_is_no_program(text):
    for source in (text, START + text):
        error = error_of(source)
        assert "\n" not in error
        assert len(error) < 400
