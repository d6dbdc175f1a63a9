"""The systolic array: ``partitions`` rows by ``columns`` of PEs behind two row edges."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Module, Signal, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..blocks import Repeated
from ..config import CoreConfig
from ..formats import DType
from .edge import RowEdge
from .pe import PE_PORTS, Pe

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
    moving: In(32 bits per row), raw elements of ``moving_dtype``, taken when ``moving_valid``.
    swap: In(1), with ``moving_valid``: this element is the first to use the shadow matrix.
    stationary: In(32 bits per row), raw elements of ``stationary_dtype`` for column ``column`` of
        the shadow matrix, taken when ``stationary_valid``.
    first: In(1), with ``stationary_valid``: all other columns of the shadow become +0.
    sums: Out(32 bits per column), FP32, from +0 in row 0 downwards.
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
                "moving_dtype": In(DType, init=DType.BF16),
                "moving_valid": In(1),
                "swap": In(1),
                "stationary": In(lanes),
                "stationary_dtype": In(DType, init=DType.BF16),
                "stationary_valid": In(1),
                "column": In(range(config.columns)),
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
        m.submodules.moving_edge = moving = RowEdge(config)
        m.submodules.stationary_edge = stationary = RowEdge(config)
        m.d.comb += [
            moving.raw.eq(self.moving),
            moving.dtype.eq(self.moving_dtype),
            moving.valid.eq(self.moving_valid),
            stationary.raw.eq(self.stationary),
            stationary.dtype.eq(self.stationary_dtype),
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

        sums: list[Any] = [0] * config.columns
        control = Cat(self.column, self.first)
        for row in range(config.partitions):
            # Row 0 two cycles behind the members, like the edges' operands.
            for stage in range(2 if row == 0 else config.pe_latency):
                delayed = Signal(len(control), name=f"control{row}_{stage}")
                m.d.sync += delayed.eq(control)
                control = delayed
            load = Signal(name=f"load{row}")
            loads = Signal(config.columns, name=f"loads{row}")
            m.d.sync += load.eq(stationary.taps[row])
            clear = Signal(name=f"clear{row}")
            m.d.comb += clear.eq((load & control[-1]) | waking[0])
            with m.If(load):
                m.d.comb += loads.eq(1 << control[:-1])
            for column in range(config.columns):
                pe = self._pe()
                m.submodules[f"pe{row}_{column}"] = pe
                m.d.comb += [
                    pe.moving.eq(moving.rows[row]),
                    pe.swap.eq(swaps[row * config.pe_latency] | waking[1]),
                    pe.stationary.eq(stationary.rows[row]),
                    pe.load.eq(loads[column]),
                    pe.clear.eq(clear),
                    pe.sum_in.eq(sums[column]),
                ]
                sums[column] = pe.sum_out
        for column in range(config.columns):
            m.d.comb += self.sums[column].eq(sums[column])
        return m

    def _pe(self) -> Repeated:
        latency = self._config.pe_latency
        return Repeated("tn_pe", lambda: Pe(latency), PE_PORTS)
