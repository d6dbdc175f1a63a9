"""One row of the systolic array."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..blocks import Repeated
from ..config import CoreConfig
from .edge import STATIONARY_LANES
from .operand import MovingOperand, PeOperand
from .pe import PE_PORTS, SPECIAL_PRODUCT, Pe

__all__ = ["LoadControl", "PeRow", "PeRowSignature"]


class LoadControl(data.StructLayout):
    """Where stationary elements go: ``count`` columns from ``column`` on; ``first``: all other
    columns of the shadow become +0; ``low``: the elements are low halves."""

    def __init__(self, config: CoreConfig):
        super().__init__(
            {
                "column": range(config.columns),
                "count": range(STATIONARY_LANES + 1),
                "first": 1,
                "low": 1,
            }
        )


class PeRowSignature(wiring.Signature):
    """Ports of :class:`PeRow`."""

    def __init__(self, config: CoreConfig):
        super().__init__(
            {
                "moving": In(MovingOperand),
                "swap": In(1),
                "stationary": In(data.ArrayLayout(PeOperand, STATIONARY_LANES)),
                "tap": In(1),
                "control": In(LoadControl(config)),
                "wake": In(1),
                "sums_in": In(32).array(config.columns),
                "sums_out": Out(32).array(config.columns),
            }
        )


class PeRow(wiring.Component):
    """``columns`` PEs that share a moving element; each adds its product to the sum from above.

    Parameters
    ----------
    config:
        ``columns``, ``pe_latency``.

    Members
    -------
    moving: In(MovingOperand), in cycle t.
    swap: In(1), the shadow becomes active for ``moving`` of the next cycle on.
    stationary: In(4 x PeOperand), lane l for the columns that are l modulo 4, with ``control``.
    tap: In(1), a cycle before its ``stationary`` and ``control``.
    wake: In(1), the shadow of every PE becomes +0.
    sums_in, sums_out: 32 bits per column, in cycles t + 1 and t + 1 + ``pe_latency``.

    Latency and throughput
    ----------------------
    An element each cycle.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        super().__init__(PeRowSignature(config))

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config, control = self._config, self.control
        load, clear = Signal(), Signal()
        loads = Signal(config.columns)
        m.d.sync += load.eq(self.tap)
        m.d.comb += clear.eq((load & control.first) | self.wake)
        with m.If(load):
            group = (Const(1, STATIONARY_LANES + 1) << control.count) - 1
            m.d.comb += loads.eq(group[:STATIONARY_LANES] << control.column)
        special_product = Signal(10)
        m.d.comb += special_product.eq(Mux(self.moving.inert, 0, SPECIAL_PRODUCT))
        past = Signal(3, name="integer")
        m.d.sync += past.eq(Cat(self.moving.integer, past))
        for column in range(config.columns):
            pe = Repeated("tn_pe", lambda: Pe(config.pe_latency), PE_PORTS)
            m.submodules[f"pe{column}"] = pe
            m.d.comb += [
                pe.moving.eq(self.moving.operand),
                pe.low.eq(self.moving.low_stationary),
                pe.special_product.eq(special_product),
                pe.integer.eq(Cat(self.moving.integer, past)),
                pe.swap.eq(self.swap),
                pe.stationary.eq(self.stationary[column % STATIONARY_LANES]),
                pe.load.eq(loads[column]),
                pe.load_low.eq(control.low),
                pe.clear.eq(clear),
                pe.sum_in.eq(self.sums_in[column]),
                self.sums_out[column].eq(pe.sum_out),
            ]
        return m
