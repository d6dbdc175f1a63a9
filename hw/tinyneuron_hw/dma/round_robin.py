"""Round-robin choice between requesters."""

from typing import Any

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["RoundRobin"]


class RoundRobin(wiring.Component):
    """Chooses the next requester behind the one chosen last.

    Parameters
    ----------
    count:
        Requesters, at least 1.

    Members
    -------
    requests: In(count)
    grant: Out(range(count))
        Meaningful while any request is high; combinational.
    taken: In(1)
        The choice was used: it becomes the last in turn.
    """

    def __init__(self, count: int):
        self.count = count
        super().__init__({"requests": In(count), "grant": Out(range(count)), "taken": In(1)})

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        behind = Signal(self.count)  # bit i: i comes before the first in turn
        last_first = reversed(range(self.count))
        candidates = Signal(self.count)
        m.d.comb += candidates.eq(self.requests & ~behind)
        for i in last_first:
            with m.If(self.requests[i]):
                m.d.comb += self.grant.eq(i)
        with m.If(candidates.any()):
            for i in reversed(range(self.count)):
                with m.If(candidates[i]):
                    m.d.comb += self.grant.eq(i)
        with m.If(self.taken):
            with m.Switch(self.grant):
                for i in range(self.count):
                    with m.Case(i):
                        m.d.sync += behind.eq((1 << (i + 1)) - 1)
        return m
