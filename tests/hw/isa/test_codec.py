"""Packing and unpacking of instructions."""

from __future__ import annotations

import enum

import pytest
from amaranth.lib import data
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyneuron_hw.config import INSTRUCTION_BYTES
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import DecodeError, EncodeError, decode, encode, fields_of
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.dma_ring import DmaRing
from tinyneuron_hw.isa.instructions import INSTRUCTION_BITS, INSTRUCTIONS, DmaCopy
from tinyneuron_hw.isa.opcodes import (
    CONTROL_OPCODES,
    DMA_OPCODES,
    STREAM_OPCODES,
    AluOp,
    Opcode,
    Space,
    Stream,
    WaitMode,
)
from tinyneuron_hw.isa.operands import DevicePattern, RingPattern
from tinyneuron_hw.isa.roles import ADDRESSED, PATTERNS, SCALARS

from .strategies import instructions

SETTINGS = settings(derandomize=True, deadline=None, max_examples=120)
DTYPES = {"in0.dtype": DType.FP32, "dst.dtype": DType.BF16}


def _number(value: object) -> object:
    return value.value if isinstance(value, enum.Enum) else value


@SETTINGS
@given(instructions())
def test_decode_gives_back_what_was_encoded(instruction):
    opcode, values = instruction
    raw = encode(opcode, values)
    assert len(raw) == INSTRUCTION_BYTES
    complete = dict(values)
    for field in fields_of(opcode):
        if field.path.endswith("dtype") and field.enum is not None:
            complete.setdefault(field.path, DType.FP32)
    decoded = decode(encode(opcode, complete))
    assert decoded.opcode is opcode
    for path, value in decoded.fields.items():
        default = 1 if ".dims." in path and path.endswith("size") else 0
        assert _number(value) == _number(complete.get(path, default)), path


@SETTINGS
@given(instructions())
def test_encode_agrees_with_amaranths_own_packing(instruction):
    opcode, values = instruction
    layout = INSTRUCTIONS[opcode]
    bits = int.from_bytes(encode(opcode, values), "little")
    view = data.Layout.cast(layout).from_bits(bits)
    for path, value in values.items():
        leaf = view
        for step in path.split("."):
            leaf = leaf[int(step)] if step.isdecimal() else leaf[step]
        assert _number(leaf) == _number(value), path


@SETTINGS
@given(instructions(), st.lists(st.integers(0, INSTRUCTION_BITS - 1), max_size=4))
def test_any_128_bytes_are_an_instruction_or_a_trap(instruction, flipped):
    bits = int.from_bytes(encode(*instruction), "little")
    for bit in flipped:
        bits ^= 1 << bit
    raw = bits.to_bytes(INSTRUCTION_BYTES, "little")
    cause = None
    try:
        decoded = decode(raw)
    except DecodeError as error:
        cause = error.cause
    else:
        assert encode(decoded.opcode, decoded.fields) == raw
    assert cause in (None, Trap.BAD_OPCODE, Trap.BAD_OPERAND)


@SETTINGS
@given(instructions(), st.data())
def test_a_reserved_bit_is_a_bad_opcode(instruction, draw):
    opcode, values = instruction
    reserved = [f for f in fields_of(opcode) if f.is_reserved]
    field = draw.draw(st.sampled_from(reserved))
    bit = field.offset + draw.draw(st.integers(0, field.width - 1))
    bits = int.from_bytes(encode(opcode, values), "little") | 1 << bit
    with pytest.raises(DecodeError, match=f"{opcode.name}: .*reserved.* must be 0") as caught:
        decode(bits.to_bytes(INSTRUCTION_BYTES, "little"))
    assert caught.value.cause is Trap.BAD_OPCODE


def test_unknown_opcodes_are_named():
    for code in set(range(256)) - {opcode.value for opcode in Opcode}:
        with pytest.raises(DecodeError, match=f"unknown opcode 0x{code:02x}") as caught:
            decode(bytes([code]) + bytes(127))
        assert caught.value.cause is Trap.BAD_OPCODE


def test_a_wrong_length_is_named():
    with pytest.raises(DecodeError, match="an instruction is 128 bytes, not 127"):
        decode(bytes(127))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"value": 1 << 32}, r"MEMSET\.value must be from 0 to 4294967295, not 4294967296"),
        ({"dst": {"offset": -1}}, r"MEMSET\.dst\.offset must be from 0 to 16777215, not -1"),
        ({"dst.dims.1.stride": 40000}, r"dst\.dims\.1\.stride must be from -32768 to 32767"),
        ({"dst": {"dtype": 0}}, r"MEMSET\.dst\.dtype must be one of FP32, TF32, .* not 0"),
        ({"dst": {"space": Stream.SYNC}}, r"dst\.space: Stream\.SYNC is not a value of this"),
        ({"dst": {"dims": [{"stride": "x"}]}}, r"stride must be an integer, not 'x'"),
        ({"dst": {"dims": [{}] * 4 + [{"size": 1}]}}, r"MEMSET: no field 'dst\.dims\.4\.size'"),
        ({"colour": 1}, r"MEMSET: no field 'colour'"),
        ({"reserved": 0}, r"MEMSET: no field 'reserved'"),
        ({"header": {"opcode": 3}}, r"MEMSET: no field 'header\.opcode'"),
        ({"header": {"wait": {"semaphore": 64}}}, r"semaphore must be from 0 to 63, not 64"),
        ({"value": 1.5}, r"MEMSET\.value must be an integer, not 1\.5"),
        ({"value": "5"}, r"MEMSET\.value must be an integer, not '5'"),
        ({"value": float("inf")}, r"MEMSET\.value must be an integer, not inf"),
        ({"value": 1 << 50_000}, r"value must be from 0 to 4294967295, not a number of 50001 bits"),
    ],
)
def test_encode_names_field_value_and_bound(fields, message):
    with pytest.raises(EncodeError, match=message):
        encode(Opcode.MEMSET, fields)


def test_fields_come_nested_dotted_or_as_keywords():
    nested = encode(Opcode.TENSOR_COPY, {"in0": {"dtype": 1, "dims": [{"size": 3}]},
                                         "dst": {"dtype": DType.BF16}})  # fmt: skip
    dotted = encode(Opcode.TENSOR_COPY, {**DTYPES, "in0.dims.0.size": 3})
    keyword = encode(Opcode.TENSOR_COPY, in0={"dtype": DType.FP32, "dims": [{"size": 3}]},
                     dst={"dtype": 3})  # fmt: skip
    assert nested == dotted == keyword


def test_sizes_left_out_are_one():
    decoded = decode(encode(Opcode.TENSOR_COPY, DTYPES))
    assert [decoded[f"in0.dims.{i}.size"] for i in range(4)] == [1, 1, 1, 1]


def test_unknown_codes_are_bad_operands():
    raw = encode(Opcode.TENSOR_TENSOR, DTYPES | {"in1.dtype": 1})
    with pytest.raises(DecodeError, match=r"in1\.dtype: no such code: 0") as caught:
        decode(encode(Opcode.TENSOR_TENSOR, DTYPES))
    assert caught.value.cause is Trap.BAD_OPERAND
    field = next(f for f in fields_of(Opcode.TENSOR_TENSOR) if f.path == "op")
    bits = int.from_bytes(raw, "little") | 63 << field.offset
    with pytest.raises(DecodeError, match="op: no such code: 63"):
        decode(bits.to_bytes(128, "little"))


def test_by_register_fields_name_registers():
    fields = {"dst.dtype": DType.FP32, "dst.offset": 7, "dst.offset_by_register": 1,
              "value": 31, "value_by_register": 1}  # fmt: skip
    assert decode(encode(Opcode.MEMSET, fields)).registers() == {"dst.offset": 7, "value": 31}
    with pytest.raises(DecodeError, match=r"dst\.offset: 32 is not a register") as caught:
        decode(encode(Opcode.MEMSET, fields | {"dst.offset": 32}))
    assert caught.value.cause is Trap.BAD_OPERAND


def test_decoded_enumerations_are_members():
    decoded = decode(encode(Opcode.TENSOR_TENSOR, DTYPES | {"in1.dtype": 1, "op": 4,
                                                            "header.wait.mode": 2}))  # fmt: skip
    assert decoded["op"] is AluOp.MAX
    assert decoded["in0.space"] is Space.SBUF
    assert decoded["header.wait.mode"] is WaitMode.GREATER_EQUAL


def test_every_opcode_has_a_full_size_layout_with_its_header_first():
    assert set(INSTRUCTIONS) == set(Opcode)
    for opcode, layout in INSTRUCTIONS.items():
        assert data.Layout.cast(layout).size == INSTRUCTION_BITS, opcode
        fields = fields_of(opcode)
        assert (fields[0].path, fields[0].offset, fields[0].width) == ("header.opcode", 0, 8)
        assert sum(field.width for field in fields) == INSTRUCTION_BITS


def test_slots_stand_at_the_same_bits_everywhere():
    slots = {"a": 128, "b": 320, "c": 512, "d": 656}
    scalars = {0: 704, 1: 768}
    devices = {"src": 320, "dst": 320, "ring": 320}
    for opcode, layout in INSTRUCTIONS.items():
        offsets = {str(name): field.offset for name, field in data.Layout.cast(layout)}
        for role in PATTERNS.get(opcode, ()):
            assert offsets[role.path] == slots[role.slot], (opcode, role.path)
        for index, path in enumerate(SCALARS.get(opcode, ())):
            assert offsets[path] == scalars[index], (opcode, path)
        for path in ADDRESSED.get(opcode, ()):
            expected = 656 if (opcode, path) == (Opcode.DMA_COPY, "dst") else devices[path]
            assert offsets[path] == expected, (opcode, path)


def test_a_ring_has_its_address_where_a_pattern_has_it():
    ring, pattern = (data.Layout.cast(layout) for layout in (RingPattern, DevicePattern))
    for name in ("address", "address_uses_register", "register", "scale"):
        assert ring[name] == pattern[name]
    assert data.Layout.cast(DmaRing)["queue"] == data.Layout.cast(DmaCopy)["queue"]


def test_every_opcode_runs_somewhere_and_control_everywhere():
    assert set().union(*STREAM_OPCODES.values()) == set(Opcode)
    for opcodes in STREAM_OPCODES.values():
        assert set(CONTROL_OPCODES) | set(DMA_OPCODES) <= set(opcodes)
