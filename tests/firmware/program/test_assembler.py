"""Assembler and disassembler: text and bytes say the same, and bad text says where."""

import random

import pytest

from tinyneuron.kernels import conv2d, matmul
from tinyneuron.program.assembler import AssemblerError, assemble
from tinyneuron.program.disassembler import disassemble, instruction_text
from tinyneuron.program.program import ProgramError
from tinyneuron.program.syntax import AsmSyntaxError, parse_instruction
from tinyneuron_hw.config import INSTRUCTION_BYTES, get_config
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import Opcode, Stream

from .programs import random_instruction, random_program

SEED = 2026

MATMUL = (
    "multiply_moving src=sbuf.bf16[0+16, 0x0, 1x512] dst=psum.fp32[0+r3, 0x800, -4x8, 1x64] "
    "accumulate=1 wait(s8 >= 3) update(s0 += 1)"
)


def test_every_instruction_round_trips_through_text():
    rng = random.Random(SEED)
    print(f"seed {SEED}")
    readable = 0
    for opcode in Opcode:
        for _ in range(60):
            raw = random_instruction(rng, opcode)
            text = instruction_text(raw)
            if text.startswith(".raw"):
                assert bytes.fromhex(text.split()[1]) == raw
                continue
            readable += 1
            parsed, fields, symbols = parse_instruction(text)
            assert parsed is opcode
            assert symbols == {}
            assert encode(parsed, fields) == raw
    assert readable > 500


@pytest.mark.parametrize("raw", [bytes(INSTRUCTION_BYTES), b"\xff" * INSTRUCTION_BYTES])
def test_bytes_that_are_no_instruction_become_raw(raw: bytes):
    assert instruction_text(raw) == f".raw {raw.hex()}"


def test_reads_what_a_person_writes():
    opcode, fields, _ = parse_instruction(MATMUL)
    assert opcode is Opcode.MULTIPLY_MOVING
    assert fields["dst.num_partitions"] == 3
    assert fields["dst.num_partitions_by_register"] == 1
    assert fields["dst.dims.1.stride"] == -4
    assert fields["header.wait.value"] == 3
    assert instruction_text(encode(opcode, fields)) == MATMUL


def test_programs_round_trip_through_text():
    rng = random.Random(SEED)
    print(f"seed {SEED}")
    for _ in range(10):
        program = random_program(rng)
        again = assemble(disassemble(program))
        assert again == program


@pytest.mark.parametrize("relu", [False, True])
def test_what_the_kernel_library_emits_is_readable(relu: bool):
    """Also immediates: timelines and messages of traps show this text."""
    for program in (
        matmul.build("tiny", m=9, k=9, n=9, relu=relu, bias=relu),
        conv2d.build("tiny", n=1, h=5, w=5, cin=3, cout=6, kernel=3, dtype="bf16", relu=relu),
    ):
        text = disassemble(program)
        assert ".raw" not in text
        assert assemble(text) == program


def test_configurations_outside_the_presets_round_trip():
    program = random_program(random.Random(SEED))
    program.config = get_config("tiny").with_changes(name="odd", pe_latency=3)
    assert assemble(disassemble(program)).config == program.config


def test_labels_become_branch_targets():
    program = assemble(
        ".config tiny\n.stream sync\nregister op=add dst=1 a=r1 b=1\n"
        "again: nop\nbranch condition=less_signed a=r1 b=9 target=@again\nhalt\n"
    )
    assert "target=1" in instruction_text(program.streams[Stream.SYNC][2])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nop", "line 1: an instruction comes after a .stream line"),
        (".config nowhere", "line 1: unknown config 'nowhere'"),
        (".stream tensor\nfrobnicate", "line 2: unknown instruction 'frobnicate'"),
        (".stream tensor\nnop wait(s3 > 1)", r"line 2: wait\(s3 > 1\): expected something like"),
        (".stream tensor\nnop update(s64 += 1)", "line 2: NOP.header.update.semaphore must be"),
        (".stream tensor\nmemset", "line 2: memset needs dst, value"),
        (".stream tensor\nmemset dst=sbuf.bf16[0, 1] value=1", "line 2: dst: expected space"),
        (".stream tensor\nmemset dst=sbuf.f16[0+1, 1] value=1", "line 2: dst: unknown dtype 'f16'"),
        (
            ".stream tensor\nmemset dst=sbuf.bf16[0+1, 0, 1x70000] value=1",
            "must be from 0 to 65535",
        ),
        (".stream tensor\nmemset dst=sbuf.bf16[0+r32, 0] value=1", "there is no register 'r32'"),
        (".stream tensor\nnop stray", "line 2: cannot read 'stray'"),
        (".stream tensor\nbranch condition=always a=0 b=0 target=@x", "line 2: no label 'x'"),
        (".stream tensor\nx: nop\nx: nop", "line 3: label 'x' is defined twice"),
        (".stream tensor\n.raw 00", "line 2: .raw: expected 128 bytes, not 1"),
        (".stream wrong", "line 1: .stream: 'wrong' is not one of tensor"),
        (".tensor x input bf16 4by4", "line 1: .tensor x: shape must be like 16x32"),
        (".frob", "line 1: unknown directive .frob"),
        (
            ".stream sync\nx: branch condition=always a=99999999999 b=0 target=@x",
            "line 2: BRANCH.a must be from 0 to 4294967295, not 99999999999",
        ),
        (".metadata " + "[" * 90_000, "line 1: .metadata: maximum recursion depth"),
        (".config {" + '"a":{' * 90_000, "line 1: .config: maximum recursion depth"),
        (".metadata 5", "line 1: .metadata: expected a JSON object"),
        (".stream sync\nnop wait(s0 >= 0x" + "f" * 9000 + ")", "not a number of 36000 bits"),
        (".stream sync\nnop x=[1", "line 2: cannot read|line 2: nop has no operand 'x'"),
        ("", "line 1: no .config line"),
    ],
)
def test_bad_text_names_line_and_problem(text: str, message: str):
    with pytest.raises(AssemblerError, match=message):
        assemble(text)


def test_long_lines_are_read_in_one_look():
    """Searching again at every character would take minutes here."""
    for junk in ("a" * 400_000, "x=[" * 100_000, "wait(" * 100_000, "a " * 200_000):
        with pytest.raises(AssemblerError) as caught:
            assemble(f".stream sync\nnop {junk}")
        assert len(str(caught.value)) < 400


def test_a_scalar_operand_of_no_type_becomes_raw():
    raw = encode(Opcode.ACTIVATE, {"in0.dtype": 1, "dst.dtype": 1, "bias.kind": 1, "bias.dtype": 0})
    assert instruction_text(raw) == f".raw {raw.hex()}"


def test_unknown_operands_and_repeats_are_refused():
    with pytest.raises(AsmSyntaxError, match="nop has no operand 'x'"):
        parse_instruction("nop x=1")
    with pytest.raises(AsmSyntaxError, match="wait is given twice"):
        parse_instruction("nop wait(s1 == 1) wait(s1 == 1)")


def test_a_program_must_hold_together():
    with pytest.raises(ProgramError, match="does not run on this stream"):
        assemble(".config tiny\n.stream sync\nmemset dst=sbuf.bf16[0+1, 0, 1x4] value=1\n")
