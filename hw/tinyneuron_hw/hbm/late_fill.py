"""When a write that covers a part of a word only asks for the rest of it."""

from functools import reduce
from operator import or_
from typing import Any

from amaranth.hdl import Const, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from .access_queue import Access
from .one_hot import lowest

__all__ = ["LateFill"]

_PATIENCE_BITS = 3


class LateFill(wiring.Component):
    """Finds a write that lacks bytes of a word which nobody is going to write: another write came
    behind it, or none for ``2**_PATIENCE_BITS`` cycles. Most writes that end within a word are
    followed by the one that goes on there, and reading the word would turn the bus around.

    Members
    -------
    entries: In(Access).array(depth), valid: In(depth), partial: In(depth)
        Writes by age, and those that lack bytes for which nobody has asked.
    put: In(1)
        A write comes in this cycle.
    enable: In(1), asks: Out(1), access: Out(Access)
        What to read in this cycle, if it can be.
    """

    def __init__(self, config: CoreConfig, depth: int):
        self.config = config
        self.depth = depth
        super().__init__(
            {
                "entries": In(Access(config)).array(depth),
                "valid": In(depth),
                "partial": In(depth),
                "put": In(1),
                "enable": In(1),
                "asks": Out(1),
                "access": Out(Access(config)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        depth, since = self.depth, Signal(_PATIENCE_BITS)
        lacks, chosen = Signal(depth), Signal(depth)
        with m.If(self.put):
            m.d.sync += since.eq(0)
        with m.Elif(~since.all()):
            m.d.sync += since.eq(since + 1)
        for i in range(depth):
            behind = self.valid[i + 1] if i + 1 < depth else Const(0, 1)
            m.d.comb += lacks[i].eq(self.valid[i] & self.partial[i] & (behind | since.all()))
        with m.If(self.enable & ~self.put):
            m.d.comb += chosen.eq(lowest(lacks))
        m.d.comb += self.asks.eq(chosen.any())
        with m.If(self.asks):
            m.d.comb += self.access.eq(reduce(or_, (
                Mux(chosen[i], self.entries[i].as_value(), 0) for i in range(depth)
            )))  # fmt: skip
        return m
