"""The dividers of all lanes."""

from typing import Any

from amaranth.hdl import Module, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..blocks import Gated, Repeated
from ..config import CoreConfig
from ..float.divide import DIVIDE_SIGNATURE, DIVIDE_WIDTH, FpDivide
from ..float.round import RawFp
from ..isa.opcodes import AluOp

__all__ = ["Dividers"]


class Dividers(wiring.Component):
    """One :class:`FpDivide` for each lane; they work while the lanes stand.

    Members
    -------
    needed: an element in the lanes waits for an operation ``op`` of ``a`` and ``b``.
    op, a, b: stable from the first cycle of ``needed`` until the lanes move.
    hold: the results are not there yet.
    advance: the lanes move, with ``results`` if they were needed.
    results: the lanes' quotients, while ``needed`` and not ``hold``.

    Latency and throughput: an element every 8 cycles; RSQRT 22; MOD 3 and one more for every 4
    bits that the exponents of the operands differ in the lane where they differ most, whether the
    instruction uses that lane or not.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        lanes = config.partitions
        super().__init__(
            {
                "needed": In(1),
                "op": In(AluOp),
                "a": In(data.ArrayLayout(32, lanes)),
                "b": In(data.ArrayLayout(32, lanes)),
                "hold": Out(1),
                "advance": In(1),
                "results": Out(data.ArrayLayout(RawFp(DIVIDE_WIDTH), lanes)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        units = Module()
        running, starts = Signal(), Signal()
        done = Signal(self._config.partitions)
        m.d.comb += [
            starts.eq(self.needed & ~running),
            self.hold.eq(self.needed & ~(running & done.all())),
        ]
        with m.If(self.advance):
            m.d.sync += running.eq(0)
        with m.Elif(starts):
            m.d.sync += running.eq(1)
        for number in range(self._config.partitions):
            units.submodules[f"divider{number}"] = unit = Repeated(
                "tn_vector_divider", FpDivide, DIVIDE_SIGNATURE.flip()
            )
            m.d.comb += [
                unit.op.eq(self.op),
                unit.a.eq(self.a[number]),
                unit.b.eq(self.b[number]),
                unit.start.eq(starts),
                done[number].eq(unit.done),
                self.results[number].eq(unit.result),
            ]
        m.submodules.units = Gated(units, starts | running, name="vector_dividers")
        return m
