"""What the Scalar engine keeps of its tables for all lanes, and how a table gets there."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import memory, wiring
from amaranth.lib.wiring import In, Out

from ..isa.opcodes import ActivationFunction
from ..isa.scalar import Activate, LoadTable
from ..isa.table import (
    ENTRY_ROWS,
    HEADER_ROWS,
    ROW_BITS,
    SLOT_ROWS,
    SLOTS,
    TABLE_ROWS,
    Symmetry,
    TableHeader,
)
from ..lanes.steps import delayed
from .control import FunctionControl, HeadWrite, TableWrite
from .function import FUNCTION_LATENCY, STAGES, FunctionInputs

__all__ = ["TableControl", "TableLoader"]

_ONE, _MINUS_ONE = 0x3F80_0000, 0xBF80_0000


class TableLoader(wiring.Component):
    """Counts the rows of an image, or writes zeros to a row of every memory.

    Members
    -------
    command: the LOAD_TABLE.
    row: the image's row that is there, with ``valid``; the last one with ``last``.
    sweep, sweep_row: zeros for this row; no image is on its way.
    write: for the lanes; head: for :class:`TableControl`, with the same row.
    writes: there is something to write.
    """

    command: In(1024)
    valid: In(1)
    last: In(1)
    row: In(ROW_BITS)
    sweep: In(1)
    sweep_row: In(16)
    write: Out(TableWrite)
    head: Out(HeadWrite)
    writes: Out(1)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        slot = LoadTable(self.command).slot
        number = Signal(range(HEADER_ROWS + TABLE_ROWS))
        write, head, row = self.write, self.head, self.sweep_row
        m.d.comb += [
            self.writes.eq(self.valid | self.sweep),
            write.data.eq(self.row),
            write.entries.eq(self.valid & (number >= 2) & (number < HEADER_ROWS)),
            write.segment.eq(self.valid & (number >= HEADER_ROWS)),
            write.entry_row.eq(slot * ENTRY_ROWS + number - 2),
            write.row.eq(slot * SLOT_ROWS + number - HEADER_ROWS),
            head.slot.eq(slot),
            head.header.eq(self.valid & (number == 0)),
            head.special.eq(self.valid & (number == 1)),
            head.length.eq(write.segment),
            head.last.eq(number - HEADER_ROWS),
        ]
        with m.If(self.valid):
            m.d.sync += number.eq(Mux(self.last, 0, number + 1))
        with m.If(self.sweep):
            in_slots = row < SLOTS
            m.d.comb += [
                write.data.eq(0),
                write.entries.eq(row < ENTRY_ROWS * SLOTS),
                write.segment.eq(row < TABLE_ROWS),
                write.entry_row.eq(row),
                write.row.eq(row),
                head.slot.eq(row),
                head.header.eq(in_slots),
                head.special.eq(in_slots),
                head.length.eq(in_slots),
                head.last.eq(0),
            ]
        return m


class TableControl(wiring.Component):
    """Headers, specials and lengths of the tables, each looked up when its element is there.

    Runs on the lanes' clock.

    Members
    -------
    command: the ACTIVATE whose beat enters in this cycle.
    write, head: what :class:`TableLoader` has.
    inputs: what the functions of all lanes need; a beat reaches their first stage ``stage``
        registers after it has entered.
    """

    def __init__(self, stage: int):
        self._stage = stage
        super().__init__(
            {
                "command": In(1024),
                "write": In(TableWrite),
                "head": In(HeadWrite),
                "inputs": Out(FunctionInputs),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        headers, specials, lengths = self._elaborate_memories(m)

        def found(kept: memory.Memory, slot: Value) -> Value:
            read = kept.read_port(domain="comb")
            m.d.comb += read.addr.eq(slot)
            return read.data

        control = self._decode(m, lambda slot: found(headers, slot))
        last = self._stage + FUNCTION_LATENCY
        controls = delayed(m, control, last, name="control")[self._stage :]
        values = delayed(m, Activate(self.command).parameter, last, name="parameter")
        inputs, end = self.inputs, controls[STAGES.specials]
        m.d.comb += [inputs.control[k].eq(stage) for k, stage in enumerate(controls)]
        self._elaborate_parameter(m, values[self._stage :])
        m.d.comb += [
            inputs.shift.eq(TableHeader(found(headers, controls[STAGES.shift].slot)).shift),
            inputs.last.eq(found(lengths, controls[STAGES.last].slot)),
            inputs.step.eq(TableHeader(found(headers, controls[STAGES.step].slot)).step),
        ]
        words = found(specials, end.slot)
        with m.If(end.builtin):
            m.d.comb += [
                inputs.specials[0].eq(_ONE),
                inputs.specials[1].eq(Mux(end.force.positive, _MINUS_ONE, 0)),
            ]
        with m.Else():
            m.d.comb += Cat(inputs.specials).eq(words)
        return m

    def _elaborate_memories(self, m: Module) -> tuple[memory.Memory, memory.Memory, memory.Memory]:
        """Headers, specials and lengths (less one) by slot."""
        headers = memory.Memory(shape=ROW_BITS, depth=SLOTS, init=[])
        specials = memory.Memory(shape=ROW_BITS, depth=SLOTS, init=[])
        lengths = memory.Memory(shape=range(TABLE_ROWS), depth=SLOTS, init=[])
        m.submodules.headers, m.submodules.specials = headers, specials
        m.submodules.lengths = lengths
        head = self.head
        for kept, when, value in (
            (headers, head.header, self.write.data),
            (specials, head.special, self.write.data),
            (lengths, head.length, head.last),
        ):
            port = kept.write_port()
            m.d.comb += [
                port.en.eq(when),
                port.addr.eq(head.slot),
                port.data.eq(value),
            ]
        return headers, specials, lengths

    def _elaborate_parameter(self, m: Module, values: list[Any]) -> None:
        """The parameter in each stage of the function, taken apart."""
        inputs, bits = self.inputs, values[2]
        for k, value in enumerate(values):
            self._factor(m, value, inputs.parameter[k])
        exponent, fraction = bits[23:31], bits[:23]
        m.d.comb += [
            inputs.parameter_nan.eq(exponent.all() & fraction.any()),
            inputs.parameter_inf.eq(exponent.all() & ~fraction.any()),
            inputs.parameter_zero.eq(~bits[:31].any()),
        ]

    def _decode(self, m: Module, header: Any) -> Any:
        """The function of the beat that enters."""
        control: Any = Signal(FunctionControl)
        code = Activate(self.command).function
        found = TableHeader(header(control.slot))
        m.d.comb += [
            control.builtin.eq(~Value.cast(code)[4]),
            control.slot.eq(Value.cast(code)[: len(Value.cast(control.slot))]),
        ]
        with m.If(~control.builtin):
            m.d.comb += [
                control.reduction.eq(found.reduction),
                control.symmetry.eq(found.symmetry),
                control.lowest.eq(found.lowest),
                control.is_shifted.eq(found.shift != 0),
                control.force.zero.eq(1),
            ]
        with m.Else():
            m.d.comb += control.symmetry.eq(Symmetry.ODD)
            with m.Switch(code):
                with m.Case(ActivationFunction.RELU):
                    m.d.comb += [control.force.negative.eq(1), control.force.zero.eq(1)]
                with m.Case(ActivationFunction.PRELU):
                    m.d.comb += control.by_parameter.eq(1)
                with m.Case(ActivationFunction.SQUARE):
                    m.d.comb += [control.square.eq(1), control.symmetry.eq(Symmetry.EVEN)]
                with m.Case(ActivationFunction.ABSOLUTE):
                    m.d.comb += control.symmetry.eq(Symmetry.EVEN)
                with m.Case(ActivationFunction.SIGN):
                    m.d.comb += control.force.eq(0b111)
        return control

    def _factor(self, m: Module, bits: Value, factor: Any) -> None:
        normal = bits[23:31].any()
        m.d.comb += [
            factor.significand.eq(Cat(bits[:23], normal)),
            factor.exponent.eq((bits[23:31] | ~normal) - 127),
            factor.sign.eq(bits[31]),
        ]
