"""Which bytes of the destination are read and not written yet."""

from typing import Any

from amaranth.hdl import Cat, Module, Signal, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from ..config import CoreConfig
from .transfer import BURST_BEATS, Burst

__all__ = ["OPEN", "Ledger"]

OPEN = 16
"""Bursts that can be read and not yet written."""


class Ledger(wiring.Component):
    """Holds a burst back while one before it, whose bytes it shares, is not written.

    Members
    -------
    burst: In(Burst)
        Lies in one block of ``BURST_BEATS`` beats.
    free: Out(1)
        It may be read: no open burst has a byte of it, and there is room for one more.
    open: In(1)
        It is read.
    close: In(1)
        The oldest open burst is written.

    Latency: none; a burst that is closed counts until the next cycle.
    """

    def __init__(self, config: CoreConfig):
        self._block = exact_log2(config.axi_bytes) + exact_log2(BURST_BEATS)
        super().__init__({"burst": In(Burst), "free": Out(1), "open": In(1), "close": In(1)})

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        block = self._block
        entry = data.StructLayout({"place": 48 - block + 8, "first": block, "last": block})
        entries = [Signal(entry, name=f"entry{i}") for i in range(OPEN)]
        is_open = Signal(OPEN)
        head, tail = Signal(range(OPEN)), Signal(range(OPEN))
        new = Signal(entry)
        burst = self.burst
        last = Signal(unsigned(block))
        m.d.comb += [
            last.eq(burst.address[:block] + burst.bytes - 1),
            new.place.eq(Cat(burst.address[block:], burst.partition)),
            new.first.eq(burst.address[:block]),
            new.last.eq(last),
        ]
        shares = [
            is_open[i] & (old.place == new.place)
            & (old.first <= new.last) & (old.last >= new.first)
            for i, old in enumerate(entries)
        ]  # fmt: skip
        m.d.comb += self.free.eq(~Cat(shares).any() & ~is_open.all())
        with m.If(self.open):
            m.d.sync += [tail.eq(tail + 1), is_open.bit_select(tail, 1).eq(1)]
            for i, old in enumerate(entries):
                with m.If(tail == i):
                    m.d.sync += old.eq(new)
        with m.If(self.close):
            m.d.sync += [head.eq(head + 1), is_open.bit_select(head, 1).eq(0)]
        return m
