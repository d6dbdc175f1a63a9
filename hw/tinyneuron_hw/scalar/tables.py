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
from .control import FunctionControl, TableWrite
from .function import FUNCTION_LATENCY, STAGES, FunctionInputs

__all__ = ["TableControl", "TableLoader"]

_ONE, _MINUS_ONE = 0x3F80_0000, 0xBF80_0000


class TableLoader(wiring.Component):
    """Counts the rows of an image.

    Members
    -------
    command: the LOAD_TABLE.
    row: the image's row that is there, with ``valid``; the last one with ``last``.
    write: for the lanes. The rows before the entries are for :class:`TableControl`.
    number: the row's number.
    """

    command: In(1024)
    valid: In(1)
    last: In(1)
    row: In(ROW_BITS)
    write: Out(TableWrite)
    number: Out(range(HEADER_ROWS + TABLE_ROWS))

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        slot = LoadTable(self.command).slot
        m.d.comb += [
            self.write.data.eq(self.row),
            self.write.entries.eq(self.valid & (self.number >= 2) & (self.number < HEADER_ROWS)),
            self.write.segment.eq(self.valid & (self.number >= HEADER_ROWS)),
            self.write.entry_row.eq(slot * ENTRY_ROWS + self.number - 2),
            self.write.row.eq(slot * SLOT_ROWS + self.number - HEADER_ROWS),
        ]
        with m.If(self.valid):
            m.d.sync += self.number.eq(Mux(self.last, 0, self.number + 1))
        return m


class TableControl(wiring.Component):
    """Headers, specials and lengths of the tables, each looked up when its element is there.

    Runs on the lanes' clock.

    Members
    -------
    command: the ACTIVATE whose beat enters in this cycle.
    write, number: what :class:`TableLoader` says; ``loading``: it has a row for this slot.
    inputs: what the functions of all lanes need; a beat reaches their first stage ``stage``
        registers after it has entered.
    """

    def __init__(self, stage: int):
        self._stage = stage
        super().__init__(
            {
                "command": In(1024),
                "write": In(TableWrite),
                "number": In(range(HEADER_ROWS + TABLE_ROWS)),
                "loading": In(1),
                "slot": In(range(SLOTS)),
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
        for kept, when, value in (
            (headers, self.number == 0, self.write.data),
            (specials, self.number == 1, self.write.data),
            (lengths, self.number >= HEADER_ROWS, self.number - HEADER_ROWS),
        ):
            port = kept.write_port()
            m.d.comb += [
                port.en.eq(self.loading & when),
                port.addr.eq(self.slot),
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
