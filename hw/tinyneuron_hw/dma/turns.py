"""Two readers on the read ports of one engine."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import fifo, stream, wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from ..memory.ports import DmaReadPort
from .reader import AddressRequest

__all__ = ["ReadTurns"]

_BURSTS = 64
"""Bursts of both readers that are on the bus, at most."""


class ReadTurns(wiring.Component):
    """The first reader goes before the second one; data goes back to who asked.

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
    sbuf: In(DmaReadPort(config)).array(2), sbuf_read: Out(DmaReadPort(config))

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
                "sbuf": In(DmaReadPort(config)).array(2),
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
        first, second = self.sbuf
        out, chosen, asked = self.sbuf_read, Signal(), Signal()
        m.d.comb += [
            chosen.eq(~first.valid),
            out.valid.eq(first.valid | second.valid),
            out.partition.eq(Mux(chosen, second.partition, first.partition)),
            out.chunk.eq(Mux(chosen, second.chunk, first.chunk)),
            first.ready.eq(out.ready),
            second.ready.eq(out.ready & chosen),
            first.data.eq(out.data),
            second.data.eq(out.data),
            first.data_valid.eq(out.data_valid & ~asked),
            second.data_valid.eq(out.data_valid & asked),
        ]
        with m.If(out.valid & out.ready):
            m.d.sync += asked.eq(chosen)
