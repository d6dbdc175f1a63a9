"""From a side of a transfer to its contiguous runs."""

from typing import Any

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from .transfer import LEVELS, Run, Side

__all__ = ["Walker"]


class Walker(wiring.Component):
    """Emits the start of every contiguous run of a side, outermost level slowest.

    Members
    -------
    side: In(Side)
        Must be stable from ``start`` until the last run is taken.
    start: In(1)
        Pulse; only while no walk is in progress.
    run: Out(stream of Run)

    Latency and throughput: first run one cycle after ``start``, then one per cycle.
    """

    side: In(Side)
    start: In(1)
    run: Out(stream.Signature(Run))

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        active = Signal()
        address = Signal(48)
        partition = Signal(8)
        counts = [Signal(24, name=f"count{k}") for k in range(LEVELS)]
        at_last = Signal(LEVELS)
        levels = self.side.levels
        m.d.comb += [
            at_last.eq(Cat(counts[k] == levels[k].last for k in range(LEVELS))),
            self.run.valid.eq(active),
            self.run.payload.address.eq(address),
            self.run.payload.partition.eq(partition),
            self.run.payload.last.eq(at_last.all()),
        ]
        with m.If(self.start):
            m.d.sync += [active.eq(1), address.eq(self.side.address)]
            m.d.sync += [partition.eq(self.side.partition), *(count.eq(0) for count in counts)]
        with m.Elif(active & self.run.ready):
            # The innermost level that is not at its end steps; those inside it start again.
            with m.If(at_last.all()):
                m.d.sync += active.eq(0)
            for k in range(LEVELS):
                with m.If(at_last[:k].all() & ~at_last[k]):
                    m.d.sync += [address.eq(address + levels[k].jump), counts[k].eq(counts[k] + 1)]
                    m.d.sync += [counts[j].eq(0) for j in range(k)]
                    if k == LEVELS - 1:
                        m.d.sync += partition.eq(partition + 1)
        return m
