"""The readers of one engine on its read ports."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..config import CoreConfig
from ..memory.ports import DmaReadPort
from .burst_turns import BurstTurns
from .reader import AddressRequest

__all__ = ["BURST_READERS", "SBUF_READERS", "ReadTurns"]

BURST_READERS = 3
"""Readers of device memory."""
SBUF_READERS = 3
"""Readers of SBUF."""


class ReadTurns(wiring.Component):
    """Earlier readers go before later ones; data goes back to who asked. What SBUF refused is asked
    again. What was asked for before a reset is nobody's.

    Members
    -------
    shared, ar, out, returned, r_valid:
        See :class:`BurstTurns`, of ``BURST_READERS``.
    sbuf: In(DmaReadPort(config)).array(SBUF_READERS), sbuf_read: Out(DmaReadPort(config))

    Latency: combinational.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "shared": In(1),
                "ar": In(stream.Signature(AddressRequest)).array(BURST_READERS),
                "out": Out(stream.Signature(AddressRequest)),
                "returned": In(1),
                "r_valid": Out(BURST_READERS),
                "sbuf": In(DmaReadPort(config)).array(SBUF_READERS),
                "sbuf_read": Out(DmaReadPort(config)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.bursts = bursts = BurstTurns(BURST_READERS)
        for mine, inner in zip(self.ar, bursts.ar, strict=True):
            connect(m, flipped(mine), inner)
        connect(m, bursts.out, flipped(self.out))
        m.d.comb += [
            bursts.shared.eq(self.shared),
            bursts.returned.eq(self.returned),
            self.r_valid.eq(bursts.r_valid),
        ]
        self._share_sbuf(m)
        return m

    def _share_sbuf(self, m: Module) -> None:
        out, users = self.sbuf_read, self.sbuf
        first, before, chosen = (Signal(range(SBUF_READERS), name=name)
                                 for name in ("first", "before", "sbuf_chosen"))  # fmt: skip
        asked, is_asked, refused = Signal(range(SBUF_READERS)), Signal(), Signal()
        for i in reversed(range(SBUF_READERS)):
            with m.If(users[i].valid):
                m.d.comb += first.eq(i)
        m.d.comb += chosen.eq(Mux(refused, before, first))
        m.d.sync += [refused.eq(out.valid & ~out.ready), before.eq(chosen)]
        m.d.sync += is_asked.eq(out.valid & out.ready)
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
            own = out.data_valid & is_asked & (asked == i)
            m.d.comb += [user.data.eq(out.data), user.data_valid.eq(own)]
