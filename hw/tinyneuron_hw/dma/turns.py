"""The readers of one engine on its read ports."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import fifo, stream, wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from ..memory.ports import DmaReadPort
from .reader import AddressRequest

__all__ = ["SBUF_READERS", "ReadTurns"]

SBUF_READERS = 3

_BURSTS = 64
"""Bursts of both readers that are on the bus, at most."""


class ReadTurns(wiring.Component):
    """Earlier readers go before later ones; data goes back to who asked. What SBUF refused is asked
    again.

    Members
    -------
    shared: In(1)
        The first one reads too; stable during a transfer. Otherwise all is the second one's.
    ar: In(stream of AddressRequest).array(2)
    out: Out(stream of AddressRequest)
    returned: In(1)
        A beat comes back; beats come in the order asked for.
    r_valid: Out(2)
        Who the beat is for.
    sbuf: In(DmaReadPort(config)).array(SBUF_READERS), sbuf_read: Out(DmaReadPort(config))

    Latency: combinational.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "shared": In(1),
                "ar": In(stream.Signature(AddressRequest)).array(2),
                "out": Out(stream.Signature(AddressRequest)),
                "returned": In(1),
                "r_valid": Out(2),
                "sbuf": In(DmaReadPort(config)).array(SBUF_READERS),
                "sbuf_read": Out(DmaReadPort(config)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        # One entry a burst: who asked, and for how many beats.
        asked = fifo.SyncFIFO(width=5, depth=_BURSTS)
        m.submodules.asked = asked
        first, second = self.ar
        chosen, beats, done = Signal(), Signal(4), Signal(4)
        owner, room = Signal(), Signal()
        m.d.comb += [
            chosen.eq(~first.valid),
            beats.eq(Mux(chosen, second.payload.beats, first.payload.beats)),
            room.eq(asked.w_rdy | ~self.shared),
            self.out.valid.eq((first.valid | second.valid) & room),
            self.out.payload.eq(Mux(chosen, second.payload, first.payload)),
            first.ready.eq(self.out.ready & room),
            second.ready.eq(self.out.ready & room & chosen),
            asked.w_en.eq(self.out.valid & self.out.ready & self.shared),
            asked.w_data.eq((beats << 1) | chosen),
            owner.eq(asked.r_data[0] | ~self.shared),
            self.r_valid.eq(Mux(self.returned, 1 << owner, 0)),
            asked.r_en.eq(self.returned & self.shared & (done == asked.r_data[1:])),
        ]
        with m.If(self.returned & self.shared):
            m.d.sync += done.eq(Mux(asked.r_en, 0, done + 1))
        self._share_sbuf(m)
        return m

    def _share_sbuf(self, m: Module) -> None:
        out, users = self.sbuf_read, self.sbuf
        first, before, chosen = (Signal(range(SBUF_READERS), name=name)
                                 for name in ("first", "before", "sbuf_chosen"))  # fmt: skip
        asked, refused = Signal(range(SBUF_READERS)), Signal()
        for i in reversed(range(SBUF_READERS)):
            with m.If(users[i].valid):
                m.d.comb += first.eq(i)
        m.d.comb += chosen.eq(Mux(refused, before, first))
        m.d.sync += [refused.eq(out.valid & ~out.ready), before.eq(chosen)]
        with m.If(out.valid & out.ready):
            m.d.sync += asked.eq(chosen)
        for i, user in enumerate(users):
            with m.If(chosen == i):
                m.d.comb += [
                    out.valid.eq(user.valid),
                    out.partition.eq(user.partition),
                    out.chunk.eq(user.chunk),
                    user.ready.eq(out.ready),
                ]
            m.d.comb += [user.data.eq(out.data), user.data_valid.eq(out.data_valid & (asked == i))]
