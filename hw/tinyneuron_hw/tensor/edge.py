"""The row edges of the array: convert raw elements to operands and skew them row by row."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Module, Signal, unsigned
from amaranth.lib import data, memory, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from ..blocks import Gated, Repeated
from ..config import CoreConfig
from ..formats import DType
from .operand import (
    MovingOperand,
    OperandControl,
    PeOperand,
    ToMoving,
    ToStationary,
    to_moving_ports,
    to_stationary_ports,
)

__all__ = ["STATIONARY_LANES", "RowEdge"]

STATIONARY_LANES = 4
"""Columns whose stationary elements enter together."""

_IDLE_CONTROL = {"dtype": DType.BF16}


class _Converters(wiring.Component):
    """Keeps the elements of every row and converts them; clocked only when some come, so that
    nothing is converted twice."""

    def __init__(self, rows: int, lanes: int, *, moving: bool):
        self._rows, self._lanes, self._moving = rows, lanes, moving
        result = MovingOperand if moving else PeOperand
        super().__init__(
            {
                "raw": In(_per_row(unsigned(32), rows, lanes)),
                "control": In(OperandControl, init=_IDLE_CONTROL),
                "results": Out(_per_row(result, rows, lanes)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        held = Signal.like(self.raw, reset_less=True)
        control: Any = Signal.like(self.control, reset_less=True)
        m.d.sync += [held.eq(self.raw), control.eq(self.control)]
        for row in range(self._rows):
            for lane in range(self._lanes):
                convert = self._converter()
                m.submodules[f"row{row}_{lane}"] = convert
                m.d.comb += [
                    convert.control.eq(control),
                    convert.raw.eq(held[row][lane]),
                    self.results[row][lane].eq(convert.result),
                ]
        return m

    def _converter(self) -> Repeated:
        if self._moving:
            return Repeated("tn_to_moving", ToMoving, to_moving_ports())
        return Repeated("tn_to_stationary", ToStationary, to_stationary_ports())


def _per_row(shape: Any, rows: int, lanes: int) -> data.ArrayLayout:
    return data.ArrayLayout(data.ArrayLayout(shape, lanes), rows)


class RowEdge(wiring.Component):
    """Delays row r by ``2 + r * pe_latency`` cycles, converting on the way.

    The delays are circular memories with one write pointer: a shift register of that length would
    move every operand every cycle.

    Parameters
    ----------
    config:
        ``partitions`` rows, ``pe_latency`` cycles of skew from row to row.
    moving:
        True: the moving side, one :class:`MovingOperand` a row. False: the stationary side,
        ``STATIONARY_LANES`` of :class:`PeOperand` a row.

    Members
    -------
    raw: In(32 bits per row and lane), elements in the low bits.
    control: In(OperandControl), of all rows.
    valid: In(1).
    rows: Out(operands per row and lane); a row keeps them until its next valid ones.
    taps: Out(1 per row), row r: ``valid`` delayed by ``1 + r * pe_latency`` cycles, one cycle
        before its operand.

    Latency and throughput
    ----------------------
    Elements of every row each cycle.
    """

    def __init__(self, config: CoreConfig, *, moving: bool):
        self._config = config
        self._moving = moving
        self._lanes = 1 if moving else STATIONARY_LANES
        rows = config.partitions
        result = MovingOperand if moving else PeOperand
        super().__init__(
            {
                "raw": In(_per_row(unsigned(32), rows, self._lanes)),
                "control": In(OperandControl, init=_IDLE_CONTROL),
                "valid": In(1),
                "rows": Out(_per_row(result, rows, self._lanes)),
                "taps": Out(rows),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config = self._config
        converters = _Converters(config.partitions, self._lanes, moving=self._moving)
        m.submodules.converters = Gated(converters, self.valid, name="converters")
        m.d.comb += [converters.raw.eq(self.raw), converters.control.eq(self.control)]

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
                operand = Signal.like(result, name=f"operand{row}", reset_less=True)
                with m.If(entered[0]):
                    m.d.sync += operand.eq(result)
                m.d.comb += self.rows[row].eq(operand)
                continue
            depth = 1 << len(pointer)
            delay = memory.Memory(shape=result.shape(), depth=depth, init=[])
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
