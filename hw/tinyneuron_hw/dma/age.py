"""Turns by age: who began first goes first."""

from typing import Any

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["Ages", "oldest"]


class Ages(wiring.Component):
    """Which user of a port began its work before which.

    Parameters
    ----------
    count:
        Users, at least 1.

    Members
    -------
    begins: In(count)
        Pulses: the user begins something new, and is the youngest from the next cycle on; of
        several in one cycle the lowest is the oldest. Who never begins is older than all who do.
    before: Out(count).array(count)
        Bit j of ``before[i]``: j is older than i.
    """

    def __init__(self, count: int):
        self.count = count
        super().__init__({"begins": In(count), "before": Out(count).array(count)})

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        for i in range(self.count):
            older = Signal(self.count, init=-(2 << i) % (1 << self.count), name=f"older{i}")
            m.d.comb += self.before[i].eq(older)
            others = [j for j in range(self.count) if j != i]
            with m.If(self.begins[i]):
                m.d.sync += [older[j].eq(~self.begins[j] if j > i else 1) for j in others]
            with m.Else():
                m.d.sync += older.eq(older & ~self.begins)
        return m


def oldest(m: Module, name: str, requests: Signal, before: Any) -> Signal:
    """The oldest of the users that request, meaningful while any does; combinational."""
    grant = Signal(range(len(requests)), name=f"{name}_oldest")
    for i in range(len(requests)):
        with m.If(requests[i] & ~(requests & before[i]).any()):
            m.d.comb += grant.eq(i)
    return grant
