"""From contiguous runs to bursts."""

from typing import Any

from amaranth.hdl import Const, Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from ..config import CoreConfig
from .transfer import BURST_BEATS, Burst, Run

__all__ = ["Splitter"]


class Splitter(wiring.Component):
    """Cuts runs at multiples of ``BURST_BEATS * axi_bytes`` or half of that.

    Members
    -------
    length: In(34)
        Bytes of the run at the input, at least 1.
    halved: In(1)
        Cuts at half of that size; stable during a transfer.
    run: In(stream of Run)
    burst: Out(stream of Burst)

    Latency and throughput: one cycle; one burst per cycle.
    """

    def __init__(self, config: CoreConfig):
        self._beat = exact_log2(config.axi_bytes)
        super().__init__(
            {
                "length": In(34),
                "halved": In(1),
                "run": In(stream.Signature(Run)),
                "burst": Out(stream.Signature(Burst)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        beat, block = self._beat, self._beat + exact_log2(BURST_BEATS)
        active, final, pads = Signal(), Signal(), Signal()
        address = Signal(48)
        partition = Signal(8)
        remaining = Signal(34)
        room, take = Signal(block + 1), Signal(block + 1)
        ends_run = Signal()
        touched = Signal(block + 1)
        m.d.comb += [
            room.eq(
                Mux(
                    self.halved,
                    Const(1 << (block - 1), block + 1) - address[: block - 1],
                    Const(1 << block, block + 1) - address[:block],
                )
            ),
            ends_run.eq(remaining <= room),
            take.eq(Mux(ends_run, remaining, room)),
            # Never beyond the block: at most BURST_BEATS * axi_bytes - 1.
            touched.eq(address[:beat] + take - 1),
            self.burst.valid.eq(active),
            self.burst.payload.address.eq(address),
            self.burst.payload.partition.eq(partition),
            self.burst.payload.bytes.eq(take),
            self.burst.payload.beats.eq(touched[beat:]),
            self.burst.payload.last.eq(final & ends_run),
            self.burst.payload.pads.eq(pads & ends_run),
            self.run.ready.eq(~active | (self.burst.ready & ends_run)),
        ]
        with m.If(self.run.ready):
            m.d.sync += active.eq(self.run.valid)
            with m.If(self.run.valid):
                m.d.sync += [
                    address.eq(self.run.payload.address),
                    partition.eq(self.run.payload.partition),
                    final.eq(self.run.payload.last),
                    pads.eq(self.run.payload.pads),
                    remaining.eq(self.length),
                ]
        with m.Elif(self.burst.ready):
            m.d.sync += [address.eq(address + take), remaining.eq(remaining - take)]
        return m
