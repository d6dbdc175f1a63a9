"""A lane's table memory."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, signed, unsigned
from amaranth.lib import data, memory, wiring
from amaranth.lib.wiring import In, Out

from ..isa.table import (
    ENTRY_ROWS,
    FRACTION_BITS,
    ROW_BITS,
    SLOT_ROWS,
    SLOTS,
    TABLE_ROWS,
    Entry,
    EntryKind,
    Power,
    Segment,
    Symmetry,
)
from .argument import ReducedArgument
from .control import FunctionControl, Outcome, TableWrite

__all__ = ["LOOKUP_LATENCY", "Found", "Lookup"]

LOOKUP_LATENCY = 2


class Found(data.Struct):
    """What goes with the segment."""

    t: unsigned(FRACTION_BITS)
    f: unsigned(FRACTION_BITS)
    e: signed(10)
    scale: signed(12)
    """Exponent that the entry's power and n add."""
    adds: unsigned(1)
    """The power is ADD."""
    negative: unsigned(1)
    outcome: Outcome


class Lookup(wiring.Component):
    """The second step of `isa/table.py`.

    Members
    -------
    y: the argument.
    control: of the element in each of the two stages.
    last: the table's last segment, in the second stage.
    write: a row to be written, while no element is on its way.
    segment, found: ``LOOKUP_LATENCY`` cycles later.

    Latency and throughput: ``LOOKUP_LATENCY`` cycles, a result every cycle.
    """

    y: In(ReducedArgument)
    control: In(data.ArrayLayout(FunctionControl, 2))
    last: In(range(TABLE_ROWS))
    write: In(TableWrite)
    segment: Out(Segment)
    found: Out(Found)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        entry, argument, below = self._find_entry(m)
        self._find_segment(m, entry, argument, below)
        return m

    def _find_entry(self, m: Module) -> tuple[Any, Any, Signal]:
        control = self.control[0]
        m.submodules.entries = entries = memory.Memory(
            shape=ROW_BITS, depth=ENTRY_ROWS * SLOTS, init=[]
        )
        write, read = entries.write_port(), entries.read_port(domain="comb")
        distance, number = Signal(signed(11)), Signal(5)
        one_sided = (control.symmetry == Symmetry.EVEN) | (control.symmetry == Symmetry.ODD)
        most = Mux(one_sided, 31, 15)
        m.d.comb += [
            distance.eq(self.y.e - control.lowest),
            number.eq(Mux(distance < 0, 0, Mux(distance >= most, most, distance + 1))),
        ]
        with m.If(~one_sided):
            m.d.comb += number[4].eq(self.y.negative)
        entry: Any = Signal(Entry, reset_less=True)
        argument: Any = Signal(ReducedArgument, reset_less=True)
        below = Signal(5, reset_less=True)
        m.d.comb += [
            write.en.eq(self.write.entries),
            write.addr.eq(self.write.entry_row),
            write.data.eq(self.write.data),
            read.addr.eq(Cat(number[3:], control.slot)),
        ]
        m.d.sync += [
            entry.eq(read.data.word_select(number[:3], 16)),
            argument.eq(self.y),
            below.eq(Mux(distance < 0, Mux(distance < -31, 31, -distance), 0)),
        ]
        return entry, argument, below

    def _find_segment(self, m: Module, entry: Any, argument: Any, below: Signal) -> None:
        m.submodules.segments = segments = memory.Memory(shape=ROW_BITS, depth=TABLE_ROWS, init=[])
        write, read = segments.write_port(), segments.read_port()
        halves = (entry.power == Power.HALF_UP) | (entry.power == Power.HALF_DOWN)
        position, split = Signal(FRACTION_BITS), Signal(7 + FRACTION_BITS)
        index, row = Signal(9), Signal(range(TABLE_ROWS))
        mantissa = Cat(argument.f, 1)
        m.d.comb += [
            position.eq(argument.f),
            split.eq(position << entry.bits),
            index.eq(entry.base + split[FRACTION_BITS:] + ((halves & argument.e[0]) << entry.bits)),
            row.eq(Mux(index > self.last, self.last, index)),
            read.addr.eq(self.control[1].slot * SLOT_ROWS + row),
            write.en.eq(self.write.segment),
            write.addr.eq(self.write.row),
            write.data.eq(self.write.data),
            self.segment.eq(read.data),
        ]
        with m.If(entry.kind == EntryKind.ORIGIN):
            m.d.comb += position.eq(mantissa >> below)
        e, scale = argument.e, Signal(signed(12))
        with m.Switch(entry.power):
            with m.Case(Power.UP):
                m.d.comb += scale.eq(e)
            with m.Case(Power.DOWN):
                m.d.comb += scale.eq(-e)
            with m.Case(Power.HALF_UP):
                m.d.comb += scale.eq(e >> 1)
            with m.Case(Power.HALF_DOWN):
                m.d.comb += scale.eq(-(e >> 1))
        m.d.sync += [
            self.found.t.eq(split[:FRACTION_BITS]),
            self.found.f.eq(argument.f),
            self.found.e.eq(e),
            self.found.scale.eq(scale + argument.n),
            self.found.adds.eq(entry.power == Power.ADD),
            self.found.negative.eq(argument.negative),
            self.found.outcome.eq(argument.outcome),
        ]
        invalid = (entry.kind != EntryKind.SEGMENT) & (entry.kind != EntryKind.ORIGIN)
        with m.If(invalid & (argument.outcome == Outcome.SUM) & ~self.control[1].builtin):
            m.d.sync += self.found.outcome.eq(Outcome.NAN)
