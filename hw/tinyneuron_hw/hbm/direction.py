"""Whether a channel reads or writes."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["TURN_LIMIT", "Direction"]

TURN_LIMIT = 128
"""Accesses of one direction before the other has its turn."""
_STALL_LIMIT = 12
"""Cycles without an access for which a direction keeps its turn."""


class Direction(wiring.Component):
    """Reads and writes take turns, because each change costs cycles.

    A turn ends when nothing of its direction is left, when ``TURN_LIMIT`` accesses were made
    while others waited, when a new access must wait for one of the other direction, or when
    nothing more could be sent for ``_STALL_LIMIT`` cycles and the other direction has something
    to send at once: its rows may be open while ours are being opened or refreshed.

    Members
    -------
    waits: In(2)
        Reads, and writes, that need nothing but their row.
    hits: In(2)
        Such whose row is open.
    wants: In(2)
        A new access waits until an older read, or write, has gone.
    column: In(1)
        An access is sent in this cycle.
    write: Out(1)
    """

    waits: In(2)
    hits: In(2)
    wants: In(2)
    column: In(1)
    write: Out(1)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        sent, stalled = Signal(range(TURN_LIMIT + 1)), Signal(range(_STALL_LIMIT + 1))
        mine, others, hits, wanted, over = (Signal(name=name) for name in (
            "mine", "others", "hits_other", "wanted", "over"))  # fmt: skip
        # A turn without any access would come to nothing for ever.
        used = Signal()
        m.d.comb += [
            mine.eq(Mux(self.write, self.waits[1], self.waits[0])),
            others.eq(Mux(self.write, self.waits[0], self.waits[1])),
            hits.eq(Mux(self.write, self.hits[0], self.hits[1])),
            wanted.eq(Mux(self.write, self.wants[0], self.wants[1])),
            over.eq(~mine | wanted | (sent == TURN_LIMIT)
                    | (used & (stalled == _STALL_LIMIT) & ~self.column & hits)),
        ]  # fmt: skip
        with m.If(self.column):
            m.d.sync += [stalled.eq(0), used.eq(1)]
        with m.Elif(stalled != _STALL_LIMIT):
            m.d.sync += stalled.eq(stalled + 1)
        with m.If(others & over):
            m.d.sync += [self.write.eq(~self.write), sent.eq(0), used.eq(0)]
        with m.Elif(~others):
            m.d.sync += sent.eq(0)
        with m.Elif(self.column & (sent != TURN_LIMIT)):
            m.d.sync += sent.eq(sent + 1)
        return m
