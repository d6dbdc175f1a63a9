"""Fields whose value a register gives: the table, and the unit that reads the registers."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..isa.codec import fields_of
from ..isa.instructions import INSTRUCTION_BITS
from ..isa.opcodes import Opcode
from ..isa.operands import DevicePattern
from ..isa.roles import ADDRESSED
from .links import OPCODES
from .registers import RegisterRead

__all__ = [
    "DEVICE_REGISTERS",
    "REGISTER_BITS",
    "REGISTER_FIELDS",
    "REGISTER_PLACES",
    "RegisterField",
    "Resolver",
]

REGISTER_BITS = 5


@dataclass(frozen=True)
class RegisterField:
    """A field that a register may name, in every opcode that has it at this place."""

    offset: int
    flag_offset: int
    width: int
    signed: bool
    opcodes: frozenset[Opcode]


def _register_fields() -> tuple[RegisterField, ...]:
    found: dict[tuple[int, int, int, bool], set[Opcode]] = defaultdict(set)
    for opcode in OPCODES:
        for field in fields_of(opcode):
            if field.by_register_offset is not None:
                key = (field.offset, field.by_register_offset, field.width, field.signed)
                found[key].add(opcode)
    return tuple(RegisterField(*key, frozenset(found[key])) for key in sorted(found))


REGISTER_FIELDS = _register_fields()
"""Every place of a register-named field, in bit order; the first is the wait value."""


def _device_registers() -> tuple[RegisterField, ...]:
    layout = data.Layout.cast(DevicePattern)
    flag, number = layout["address_uses_register"].offset, layout["register"].offset
    opcodes = {
        320: frozenset(ADDRESSED),
        656: frozenset({Opcode.DMA_COPY}),
    }
    return tuple(
        RegisterField(slot + number, slot + flag, 32, False, users)
        for slot, users in opcodes.items()
    )


DEVICE_REGISTERS = _device_registers()
"""Registers of the two device patterns: read beside the instruction, which stays as it is."""

REGISTER_PLACES = REGISTER_FIELDS + DEVICE_REGISTERS
"""Everything one instruction may read from registers; the order of the resolver's masks."""


class Resolver(wiring.Component):
    """Reads the registers that an instruction names, one a cycle.

    Members
    -------
    load, pending: take these fields (as ``Decoder.registers``); ``load`` overrides what runs.
    raw: the instruction; stable but for places already read.
    read: port of the register file.
    write: one-hot; the place whose value was read ...
    value: ... and the value, in the low bits. The owner of ``raw`` puts it there.
    bad: with ``write``, the value cannot be represented in the field.
    busy: fields remain.

    Latency: ``busy`` for one cycle per field, and one.
    """

    load: In(1)
    pending: In(len(REGISTER_PLACES))
    raw: In(INSTRUCTION_BITS)
    read: Out(RegisterRead())
    write: Out(len(REGISTER_PLACES))
    value: Out(32)
    bad: Out(1)
    busy: Out(1)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        remaining, todo = Signal(len(REGISTER_PLACES)), Signal(len(REGISTER_PLACES))
        lowest = Signal(len(REGISTER_PLACES))
        number = Signal(REGISTER_BITS)
        m.d.comb += todo.eq(Mux(self.load, self.pending, remaining))
        m.d.comb += lowest.eq(todo & (-todo)[: len(todo)])
        reading = Signal(len(REGISTER_PLACES))
        m.d.comb += self.busy.eq(remaining.any() | reading.any() | self.write.any())
        # The value is registered here: nothing behind it then depends on another clock.
        m.d.sync += [
            self.read.index.eq(number),
            reading.eq(lowest),
            self.write.eq(reading),
            self.value.eq(self.read.value),
            remaining.eq(todo ^ lowest),
        ]
        with m.If(self.load):
            m.d.sync += self.write.eq(0)

        for bit in range(REGISTER_BITS):
            m.d.comb += number[bit].eq(
                Cat(
                    lowest[i] & self.raw[field.offset + bit]
                    for i, field in enumerate(REGISTER_PLACES)
                ).any()
            )

        value = self.value
        overflows = []
        for width, signed in sorted({(field.width, field.signed) for field in REGISTER_PLACES}):
            if width == 32:
                continue
            places = Cat(
                self.write[i]
                for i, field in enumerate(REGISTER_PLACES)
                if (field.width, field.signed) == (width, signed)
            )
            top = value[width - 1 :] if signed else value[width:]
            outside = Mux(top[-1], ~top.all(), top.any()) if signed else top.any()
            overflows.append(places.any() & outside)
        m.d.comb += self.bad.eq(Cat(overflows).any())
        return m
