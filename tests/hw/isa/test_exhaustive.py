"""Every field of every opcode at its boundaries, every reserved bit, every illegal code."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any

import pytest

from tinyneuron_hw.config import INSTRUCTION_BYTES, NUM_REGISTERS
from tinyneuron_hw.isa.codec import (
    DecodeError,
    Field,
    decode,
    encode,
    fields_of,
)
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Opcode

from .strategies import base_fields

EACH = pytest.mark.parametrize("opcode", Opcode, ids=lambda opcode: opcode.name.lower())


def number(value: Any) -> int:
    return value.value if isinstance(value, enum.Enum) else value


def writable(opcode: Opcode) -> list[Field]:
    return [f for f in fields_of(opcode) if not f.is_reserved and f.path != "header.opcode"]


def boundaries(field: Field) -> Iterator[Any]:
    """Least, greatest, 0, 1, every value of one bit; every member of an enumeration."""
    if field.enum is not None:
        yield from field.enum
        return
    low, high = field.bounds
    values = {low, high, 0, 1, *(1 << bit for bit in range(field.width)), -1, high - 1, low + 1}
    yield from sorted(value for value in values if low <= value <= high)


def with_bits(raw: bytes, field: Field, code: int) -> bytes:
    mask = (1 << field.width) - 1
    bits = int.from_bytes(raw, "little") & ~(mask << field.offset) | code << field.offset
    return bits.to_bytes(INSTRUCTION_BYTES, "little")


@EACH
def test_every_field_holds_every_boundary_value(opcode):
    base = base_fields(opcode)
    start = decode(encode(opcode, base)).fields
    plain = encode(opcode, base)
    for field in writable(opcode):
        for value in boundaries(field):
            if field.path.endswith("_by_register"):
                continue
            raw = encode(opcode, base | {field.path: value})
            code = number(value) & (1 << field.width) - 1
            assert raw == with_bits(plain, field, code), (field.path, value)
            assert decode(raw).fields == start | {field.path: value}, (field.path, value)


@EACH
def test_every_field_that_can_names_every_register(opcode):
    base = base_fields(opcode)
    for field in writable(opcode):
        if field.by_register_offset is None:
            continue
        flag = f"{field.path}_by_register"
        for register in range(min(NUM_REGISTERS, 1 << field.width)):
            decoded = decode(encode(opcode, base | {field.path: register, flag: 1}))
            assert decoded.registers() == {field.path: register}
            assert decode(encode(opcode, base | {field.path: register})).registers() == {}
        raw = encode(opcode, base | {flag: 1})
        for bit in range(5, field.width):
            with pytest.raises(DecodeError, match="is not a register") as caught:
                decode(with_bits(raw, field, 1 << bit))
            assert caught.value.cause is Trap.BAD_OPERAND


@EACH
def test_every_reserved_bit_is_a_bad_opcode(opcode):
    raw = encode(opcode, base_fields(opcode))
    for field in fields_of(opcode):
        if not field.is_reserved:
            continue
        for bit in range(field.width):
            with pytest.raises(DecodeError, match=f"{field.path} must be 0") as caught:
                decode(with_bits(raw, field, 1 << bit))
            assert caught.value.cause is Trap.BAD_OPCODE


@EACH
def test_every_code_outside_its_enumeration_is_a_bad_operand(opcode):
    raw = encode(opcode, base_fields(opcode))
    for field in writable(opcode):
        if field.enum is None:
            continue
        for code in set(range(1 << field.width)) - {member.value for member in field.enum}:
            with pytest.raises(DecodeError, match=f"{field.path}: no such code: {code}") as caught:
                decode(with_bits(raw, field, code))
            assert caught.value.cause is Trap.BAD_OPERAND


def test_every_first_byte():
    known = {opcode.value: opcode for opcode in Opcode}
    for code in range(256):
        raw = bytes([code]) + encode(Opcode.NOP)[1:]
        if code not in known:
            with pytest.raises(DecodeError, match=f"unknown opcode 0x{code:02x}") as caught:
                decode(raw)
            assert caught.value.cause is Trap.BAD_OPCODE
        else:
            assert decode(encode(known[code], base_fields(known[code]))).opcode is known[code]


@EACH
def test_a_reserved_bit_comes_before_a_bad_operand(opcode):
    """The cause must not depend on where the bits stand."""
    raw = encode(opcode, base_fields(opcode))
    flag = next(f for f in fields_of(opcode) if f.path == "header.wait.value_by_register")
    value = next(f for f in fields_of(opcode) if f.path == "header.wait.value")
    last = next(f for f in reversed(fields_of(opcode)) if f.is_reserved)
    raw = with_bits(with_bits(raw, flag, 1), value, 1 << 31)
    with pytest.raises(DecodeError) as caught:
        decode(raw)
    assert caught.value.cause is Trap.BAD_OPERAND
    with pytest.raises(DecodeError) as caught:
        decode(with_bits(raw, last, 1 << last.width - 1))
    assert caught.value.cause is Trap.BAD_OPCODE
