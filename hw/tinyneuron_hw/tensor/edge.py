"""The row edge of the array: converts raw elements to PE operands and skews them row by row."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Module, Signal, unsigned
from amaranth.lib import data, memory, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from ..blocks import Gated, Repeated
from ..config import CoreConfig
from ..formats import DType
from .operand import TO_PE_OPERAND_PORTS, PeOperand, ToPeOperand

__all__ = ["RowEdge"]


class _Converters(wiring.Component):
    """Keeps an element of every row and converts it; clocked only when one comes, so that nothing
    is converted twice."""

    def __init__(self, rows: int):
        self._rows = rows
        super().__init__(
            {
                "raw": In(data.ArrayLayout(unsigned(32), rows)),
                "dtype": In(DType, init=DType.BF16),
                "results": Out(data.ArrayLayout(PeOperand, rows)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        held = Signal.like(self.raw, reset_less=True)
        held_dtype = Signal(DType, init=DType.BF16, reset_less=True)
        m.d.sync += [held.eq(self.raw), held_dtype.eq(self.dtype)]
        for row in range(self._rows):
            convert = Repeated("tn_to_pe_operand", ToPeOperand, TO_PE_OPERAND_PORTS)
            m.submodules[f"row{row}"] = convert
            m.d.comb += [
                convert.dtype.eq(held_dtype),
                convert.raw.eq(held[row]),
                self.results[row].eq(convert.result),
            ]
        return m


class RowEdge(wiring.Component):
    """Delays row r by ``2 + r * pe_latency`` cycles, converting on the way.

    The delays are circular memories with one write pointer: a shift register of that length would
    move every operand every cycle.

    Parameters
    ----------
    config:
        ``partitions`` rows, ``pe_latency`` cycles of skew from row to row.

    Members
    -------
    raw: In(32 bits per row), elements in the low bits.
    dtype: In(DType), of all rows.
    valid: In(1).
    rows: Out(PeOperand per row); a row keeps its value until its next valid element.
    taps: Out(1 per row), row r: ``valid`` delayed by ``1 + r * pe_latency`` cycles, one cycle
        before its operand.

    Latency and throughput
    ----------------------
    An element of every row each cycle.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        super().__init__(
            {
                "raw": In(data.ArrayLayout(unsigned(32), config.partitions)),
                "dtype": In(DType, init=DType.BF16),
                "valid": In(1),
                "rows": Out(data.ArrayLayout(PeOperand, config.partitions)),
                "taps": Out(config.partitions),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config = self._config
        converters = _Converters(config.partitions)
        m.submodules.converters = Gated(converters, self.valid, name="converters")
        m.d.comb += [converters.raw.eq(self.raw), converters.dtype.eq(self.dtype)]

        longest = (config.partitions - 1) * config.pe_latency
        entered = Signal(longest + 1)
        m.d.sync += entered.eq(entered << 1 | self.valid)
        pointer = Signal(ceil_log2(longest + 1))
        m.d.sync += pointer.eq(pointer + 1)

        for row in range(config.partitions):
            skew = row * config.pe_latency
            result = converters.results[row]
            m.d.comb += self.taps[row].eq(entered[skew])
            if skew == 0:
                operand = Signal(PeOperand, name=f"operand{row}", reset_less=True)
                with m.If(entered[0]):
                    m.d.sync += operand.eq(result)
                m.d.comb += self.rows[row].eq(operand)
                continue
            depth = 1 << len(pointer)
            delay = memory.Memory(shape=PeOperand, depth=depth, init=[])
            m.submodules[f"delay{row}"] = delay
            write, read = delay.write_port(), delay.read_port()
            m.d.comb += [
                write.en.eq(entered[0]),
                write.addr.eq(pointer),
                write.data.eq(result),
                read.en.eq(entered[skew]),
                read.addr.eq(pointer - skew),
                self.rows[row].eq(read.data),
            ]
        return m
