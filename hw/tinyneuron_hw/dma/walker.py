"""From a side of a transfer to its contiguous runs."""

from typing import Any

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from .transfer import LEVELS, Row, Run, Side

__all__ = ["Walker"]


class Walker(wiring.Component):
    """Emits the start of every contiguous run of a side, outermost level slowest, once for each
    place where the walk is to start.

    Members
    -------
    side: In(Side)
        Its levels must be stable from the first row to the last run.
    row: In(stream of Row)
        A start; taken when the walk before it is at its end.
    run: Out(stream of Run)
        ``last`` is the last run of the last row.

    Latency and throughput: first run one cycle after a row is taken, then one per cycle, across
    rows too.
    """

    side: In(Side)
    row: In(stream.Signature(Row))
    run: Out(stream.Signature(Run))

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        active, final = Signal(), Signal()
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
            self.run.payload.last.eq(at_last.all() & final),
            self.row.ready.eq(~active | (self.run.ready & at_last.all())),
        ]
        with m.If(self.row.ready):
            m.d.sync += active.eq(self.row.valid)
            with m.If(self.row.valid):
                m.d.sync += [
                    address.eq(self.row.payload.address),
                    partition.eq(self.row.payload.partition),
                    final.eq(self.row.payload.last),
                    *(count.eq(0) for count in counts),
                ]
        with m.Elif(self.run.ready):
            # The innermost level that is not at its end steps; those inside it start again.
            for k in range(LEVELS):
                with m.If(at_last[:k].all() & ~at_last[k]):
                    m.d.sync += [address.eq(address + levels[k].jump), counts[k].eq(counts[k] + 1)]
                    m.d.sync += [counts[j].eq(0) for j in range(k)]
                    if k == LEVELS - 1:
                        m.d.sync += partition.eq(partition + 1)
        return m
