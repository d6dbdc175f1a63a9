"""The systolic array: ``partitions`` rows by ``columns`` of PEs behind two row edges."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Const, Module, Signal, Value, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..blocks import Repeated
from ..config import CoreConfig
from ..formats import DType
from .edge import STATIONARY_LANES, RowEdge
from .operand import OperandControl
from .row import LoadControl, PeRow, PeRowSignature

__all__ = ["PeArray"]


class PeArray(wiring.Component):
    """Multiplies a moving vector with the stationary matrix each cycle.

    Partial sums run down the columns, ``pe_latency`` cycles a row; everything that enters row r
    (moving and stationary elements and their control) is delayed by the same, so what is in order
    at the members below is in order in every PE. A row's moving element goes to all its columns in
    one cycle, so all columns of a row have the same timing.

    Parameters
    ----------
    config:
        ``partitions``, ``columns``, ``pe_latency``.

    Members
    -------
    moving: In(32 bits per row), raw elements described by ``moving_control``, taken when
        ``moving_valid``.
    swap: In(1), with ``moving_valid``: this element is the first to use the shadow matrix.
    stationary: In(4 x 32 bits per row), raw elements described by ``stationary_control``, taken
        when ``stationary_valid``: lane l is for the one of the ``count`` (1 ... 4) columns from
        ``column`` on that is l modulo 4. With ``low`` of the control the elements' low halves.
    first: In(1), with ``stationary_valid``: all other columns of the shadow become +0.
    sums: Out(32 bits per column), from 0 in row 0 downwards.
    sums_valid: Out(1).

    After reset the matrix is +0, and elements may come from the third cycle on. A swap must come
    at least ``load_to_swap`` cycles after the last stationary element; a stationary element may
    come from the cycle of the swap on.

    Latency and throughput
    ----------------------
    ``sums`` come ``latency`` cycles after ``moving``; one vector every cycle.
    """

    load_to_swap = 2

    def __init__(self, config: CoreConfig):
        self._config = config
        lanes = data.ArrayLayout(unsigned(32), config.partitions)
        super().__init__(
            {
                "moving": In(lanes),
                "moving_control": In(OperandControl, init={"dtype": DType.BF16}),
                "moving_valid": In(1),
                "swap": In(1),
                "stationary": In(
                    data.ArrayLayout(
                        data.ArrayLayout(unsigned(32), STATIONARY_LANES), config.partitions
                    )
                ),
                "stationary_control": In(OperandControl, init={"dtype": DType.BF16}),
                "stationary_valid": In(1),
                "column": In(range(config.columns)),
                "count": In(range(STATIONARY_LANES + 1)),
                "first": In(1),
                "sums": Out(data.ArrayLayout(unsigned(32), config.columns)),
                "sums_valid": Out(1),
            }
        )

    @property
    def latency(self) -> int:
        """Cycles from ``moving_valid`` to ``sums_valid``."""
        return 3 + self._config.partitions * self._config.pe_latency

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config = self._config
        m.submodules.moving_edge = moving = RowEdge(config, moving=True)
        m.submodules.stationary_edge = stationary = RowEdge(config, moving=False)
        m.d.comb += [
            Value.cast(moving.raw).eq(Value.cast(self.moving)),
            moving.control.eq(self.moving_control),
            moving.valid.eq(self.moving_valid),
            stationary.raw.eq(self.stationary),
            stationary.control.eq(self.stationary_control),
            stationary.valid.eq(self.stationary_valid),
        ]
        swaps = Signal((config.partitions - 1) * config.pe_latency + 1)
        valid = Signal(self.latency)
        m.d.sync += [
            swaps.eq(swaps << 1 | (self.swap & self.moving_valid)),
            valid.eq(valid << 1 | self.moving_valid),
        ]
        m.d.comb += self.sums_valid.eq(valid[-1])
        # The first two cycles after reset bring +0 into all shadows and make them active.
        waking = Signal(2, init=1)
        m.d.sync += waking.eq(waking << 1)

        control = Signal(LoadControl(config), name="load_control")
        m.d.comb += [
            control.column.eq(self.column),
            control.count.eq(self.count),
            control.first.eq(self.first),
            control.low.eq(self.stationary_control.low),
        ]
        signature, sums = PeRowSignature(config), [Const(0, 32)] * config.columns
        for row in range(config.partitions):
            # Row 0 two cycles behind the members, like the edges' operands.
            for stage in range(2 if row == 0 else config.pe_latency):
                delayed = Signal.like(control, name=f"load_control{row}_{stage}")
                m.d.sync += delayed.eq(control)
                control = delayed
            pes = Repeated("tn_pe_row", lambda: PeRow(config), signature)
            m.submodules[f"row{row}"] = pes
            m.d.comb += [
                pes.moving.eq(moving.rows[row][0]),
                pes.swap.eq(swaps[row * config.pe_latency] | waking[1]),
                pes.stationary.eq(stationary.rows[row]),
                pes.tap.eq(stationary.taps[row]),
                pes.control.eq(control),
                pes.wake.eq(waking[0]),
            ]
            for column in range(config.columns):
                m.d.comb += pes.sums_in[column].eq(sums[column])
            sums = pes.sums_out
        for column in range(config.columns):
            m.d.comb += self.sums[column].eq(sums[column])
        return m
