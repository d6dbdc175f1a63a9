"""Which opcode an instruction has, and whether its bits are legal before registers are read."""

from collections import defaultdict
from typing import Any

from amaranth.hdl import Cat, Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..isa.codec import Field, fields_of
from ..isa.instructions import INSTRUCTION_BITS
from ..isa.opcodes import Opcode
from .links import OPCODES, is_any
from .resolve import DEVICE_REGISTERS, REGISTER_BITS, REGISTER_PLACES

__all__ = ["Decoder"]


def _fields(keep: Any) -> dict[tuple[int, int, type | None], set[Opcode]]:
    """Fields that ``keep`` accepts as (offset, width, enumeration), with their opcodes."""
    found: dict[tuple[int, int, type | None], set[Opcode]] = defaultdict(set)
    for opcode in OPCODES:
        for field in fields_of(opcode):
            if keep(field):
                found[field.offset, field.width, field.enum].add(opcode)
    return found


def _has_illegal_codes(field: Field) -> bool:
    return field.enum is not None and len(field.enum) < 1 << field.width


def _runs(kind: Any) -> list[tuple[int, int]]:
    """First and last of each run of an enumeration's codes that follow each other."""
    values = sorted(member.value for member in kind)
    firsts = [value for value in values if value - 1 not in values]
    lasts = [value for value in values if value + 1 not in values]
    return list(zip(firsts, lasts, strict=True))


class Decoder(wiring.Component):
    """Combinational decoder of one instruction.

    Members
    -------
    raw: the instruction.
    legal: mask of the opcodes this stream may run, in the order of ``OPCODES``.
    select: one-hot opcode; 0 when unknown or not for this stream.
    bad_opcode: unknown opcode, an opcode of another stream, or a reserved bit that is set.
    bad_operand: a code outside its enumeration, or a register number above 31.
    registers: what to read from registers, in the order of ``REGISTER_PLACES``. With an
        unknown opcode only the header's.
    """

    raw: In(INSTRUCTION_BITS)
    legal: In(len(OPCODES))
    select: Out(len(OPCODES))
    bad_opcode: Out(1)
    bad_operand: Out(1)
    registers: Out(len(REGISTER_PLACES))

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        for i, opcode in enumerate(OPCODES):
            m.d.comb += self.select[i].eq((self.raw[:8] == opcode.value) & self.legal[i])

        reserved = [
            self.raw[offset : offset + width].any() & is_any(self.select, opcodes)
            for (offset, width, _), opcodes in _fields(lambda field: field.is_reserved).items()
        ]
        m.d.comb += self.bad_opcode.eq(~self.select.any() | Cat(reserved).any())

        codes = []
        for (offset, width, kind), opcodes in _fields(_has_illegal_codes).items():
            code = self.raw[offset : offset + width]
            inside = [(code >= low) & (code <= high) for low, high in _runs(kind)]
            codes.append(~Cat(inside).any() & is_any(self.select, opcodes))
        numbers = []
        for i, field in enumerate(REGISTER_PLACES):
            used = is_any(self.select, field.opcodes)
            m.d.comb += self.registers[i].eq(self.raw[field.flag_offset] & used)
            if field not in DEVICE_REGISTERS:
                above = self.raw[field.offset + REGISTER_BITS : field.offset + field.width].any()
                numbers.append(self.registers[i] & above)
        m.d.comb += self.bad_operand.eq(Cat(codes, numbers).any())
        return m
