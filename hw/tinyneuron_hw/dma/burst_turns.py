"""Several readers on one AXI read channel with one ID."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import fifo, stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for

from .reader import AddressRequest

__all__ = ["BurstTurns"]

_BURSTS = 64
"""Bursts of all readers that are on the bus, at most."""
_BEATS_BITS = 4


class BurstTurns(wiring.Component):
    """Earlier readers go before later ones; data goes back to who asked.

    Parameters
    ----------
    readers:
        How many, at least 2.

    Members
    -------
    shared: In(1)
        All of them read; changes only while nothing is on the bus. Otherwise all is the last one's.
    ar: In(stream of AddressRequest).array(readers)
    out: Out(stream of AddressRequest)
    returned: In(1)
        A beat comes back; beats come in the order asked for.
    r_valid: Out(readers)
        Who the beat is for.

    Latency: combinational.
    """

    def __init__(self, readers: int):
        self._readers = readers
        super().__init__(
            {
                "shared": In(1),
                "ar": In(stream.Signature(AddressRequest)).array(readers),
                "out": Out(stream.Signature(AddressRequest)),
                "returned": In(1),
                "r_valid": Out(readers),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        last = self._readers - 1
        # One entry a burst: who asked, and for how many beats.
        owner_bits = bits_for(last)
        asked = fifo.SyncFIFO(width=_BEATS_BITS + owner_bits, depth=_BURSTS)
        m.submodules.asked = asked
        chosen, owner = Signal(owner_bits, init=last), Signal(owner_bits)
        done, room = Signal(_BEATS_BITS), Signal()
        m.d.comb += [
            room.eq(asked.w_rdy | ~self.shared),
            asked.w_en.eq(self.out.valid & self.out.ready & self.shared),
            asked.w_data[:owner_bits].eq(chosen),
            asked.w_data[owner_bits:].eq(self.out.payload.beats),
            owner.eq(Mux(self.shared, asked.r_data[:owner_bits], last)),
            self.r_valid.eq(Mux(self.returned, 1 << owner, 0)),
            asked.r_en.eq(self.returned & self.shared & (done == asked.r_data[owner_bits:])),
        ]
        for i in reversed(range(self._readers)):
            with m.If(self.ar[i].valid):
                m.d.comb += chosen.eq(i)
        for i, user in enumerate(self.ar):
            with m.If(chosen == i):
                m.d.comb += [
                    self.out.valid.eq(user.valid & room),
                    self.out.payload.eq(user.payload),
                    user.ready.eq(self.out.ready & room),
                ]
        with m.If(self.returned & self.shared):
            m.d.sync += done.eq(Mux(asked.r_en, 0, done + 1))
        return m
