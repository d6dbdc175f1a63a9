"""Source side of a DMA engine: bursts to beats of data."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Shape, Signal, unsigned
from amaranth.lib import data, fifo, stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from ..config import CoreConfig
from ..memory.ports import DmaReadPort
from .transfer import BURST_BEATS, Burst

__all__ = ["AddressRequest", "Beat", "Reader"]


class AddressRequest(data.Struct):
    """What an AXI address channel needs besides the ID: first byte's address, beats - 1."""

    address: unsigned(48)
    beats: unsigned(4)


def Beat(config: CoreConfig) -> data.StructLayout:  # noqa: N802 (a layout, used like a class)
    """``count`` bytes of ``data`` from byte ``offset`` on; ``last`` of the transfer or of a
    piece that is padded; ``error``: the bus refused the burst at ``address``, or (``flaw``) the
    64-bit word at ``address``, one of those the bytes lie in, could not be corrected."""
    log2 = exact_log2(config.axi_bytes)
    return data.StructLayout(
        {
            "data": 8 * config.axi_bytes,
            "offset": log2,
            "count": log2 + 1,
            "last": 1,
            "error": 1,
            "flaw": 1,
            "address": 48,
        }
    )


class Reader(wiring.Component):
    """Requests bursts from device memory or chunks from SBUF and hands the beats on in order.

    A burst is requested only when the data buffer has room for all of it, so returning data is
    always taken at once.

    Parameters
    ----------
    config:
        Sizes.
    depth:
        Beats that are asked for or wait, ``config.dma_buffer_beats`` if not given.

    Members
    -------
    device: In(1)
        The source is device memory; stable during a transfer.
    burst: In(stream of Burst)
    ar: Out(stream of AddressRequest)
    r_valid, r_data, r_error, r_flaws: In
        Returning AXI beats, in order; never held back. ``r_flaws`` has a bit for each 64-bit word
        that is wrong.
    sbuf: Out(DmaReadPort(config))
    beat: Out(stream of Beat)
    """

    def __init__(self, config: CoreConfig, depth: int | None = None):
        self.config = config
        self.depth = depth or config.dma_buffer_beats
        super().__init__(
            {
                "device": In(1),
                "burst": In(stream.Signature(Burst)),
                "ar": Out(stream.Signature(AddressRequest)),
                "r_valid": In(1),
                "r_data": In(8 * config.axi_bytes),
                "r_error": In(1),
                "r_flaws": In(config.axi_bytes // 8),
                "sbuf": Out(DmaReadPort(config)),
                "beat": Out(stream.Signature(Beat(config))),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config = self.config
        depth, log2 = self.depth, exact_log2(config.axi_bytes)
        width, words = config.axi_bytes, config.axi_bytes // 8
        buffer = fifo.SyncFIFOBuffered(width=8 * width + 1 + words, depth=depth)
        bursts = fifo.SyncFIFOBuffered(width=Shape.cast(Burst).width, depth=depth)
        m.submodules.buffer, m.submodules.bursts = buffer, bursts

        # Request side. ``room`` counts buffer beats that no request has claimed.
        burst = self.burst.payload
        room = Signal(range(depth + 1), init=depth)
        chunk = Signal(range(BURST_BEATS))
        has_room, claim, release = Signal(), Signal(), Signal()
        first, chunk_taken = Signal(), Signal()
        m.d.comb += [
            first.eq(chunk == 0),
            has_room.eq((room > burst.beats) & bursts.w_rdy),
            self.ar.valid.eq(self.burst.valid & self.device & has_room),
            self.ar.payload.address.eq(burst.address),
            self.ar.payload.beats.eq(burst.beats),
            self.sbuf.valid.eq(self.burst.valid & ~self.device & (has_room | ~first)),
            self.sbuf.partition.eq(burst.partition),
            self.sbuf.chunk.eq((burst.address >> log2) + chunk),
            chunk_taken.eq(self.sbuf.valid & self.sbuf.ready),
            claim.eq(Mux(self.device, self.ar.valid & self.ar.ready, chunk_taken & first)),
            self.burst.ready.eq(
                Mux(self.device, claim, chunk_taken & (chunk == burst.beats))
            ),
            bursts.w_en.eq(claim),
            bursts.w_data.eq(burst),
            buffer.w_en.eq(Mux(self.device, self.r_valid, self.sbuf.data_valid)),
            buffer.w_data[: 8 * width].eq(Mux(self.device, self.r_data, self.sbuf.data)),
            buffer.w_data[8 * width].eq(self.device & self.r_error & ~self.r_flaws.any()),
            buffer.w_data[8 * width + 1 :].eq(Mux(self.device, self.r_flaws, 0)),
        ]  # fmt: skip
        with m.If(chunk_taken):
            m.d.sync += chunk.eq(Mux(self.burst.ready, 0, chunk + 1))
        with m.If(claim | release):
            m.d.sync += room.eq(room - Mux(claim, burst.beats + 1, 0) + release)

        # Data side: which bytes of the beat at the buffer's head belong to the burst.
        head = data.View(Burst, bursts.r_data)
        beat = self.beat.payload
        done = Signal(unsigned(11))
        left = Signal(unsigned(11))
        ends = Signal()
        m.d.comb += [
            left.eq(head.bytes - done),
            beat.offset.eq(Mux(done == 0, head.address[:log2], 0)),
            ends.eq(left <= width - beat.offset),
            beat.count.eq(Mux(ends, left, width - beat.offset)),
            beat.data.eq(buffer.r_data[: 8 * width]),
            beat.last.eq((head.last | head.pads) & ends),
            self.beat.valid.eq(buffer.r_rdy & bursts.r_rdy),
            release.eq(self.beat.valid & self.beat.ready),
            buffer.r_en.eq(release),
            bursts.r_en.eq(release & ends),
        ]
        self._find_flaw(m, beat, head, done, buffer.r_data[8 * width :])
        with m.If(release):
            m.d.sync += done.eq(Mux(ends, 0, done + beat.count))
        return m

    def _find_flaw(self, m: Module, beat: Any, head: Any, done: Signal, errors: Any) -> None:
        """Errors of the beat: a flaw counts only in a word that the bytes lie in."""
        width = self.config.axi_bytes
        end = Signal(range(width + 1))
        flaws, place = Signal(width // 8), Signal(48)
        # Not read back from the beat: a simulator may not see a change of a part of what it writes.
        flawed, address = Signal(), Signal(48)
        m.d.comb += [
            end.eq(beat.offset + beat.count),
            flaws.eq(errors[1:] & Cat(
                (8 * i + 8 > beat.offset) & (8 * i < end) for i in range(width // 8)
            )),
            place.eq(head.address + done),
            flawed.eq(flaws.any()),
            beat.flaw.eq(flawed),
            beat.error.eq(errors[0] | flawed),
            address.eq(head.address),
            beat.address.eq(address),
        ]  # fmt: skip
        with m.If(flawed):
            m.d.comb += address.eq(place[exact_log2(width) :] << exact_log2(width))
            for i in reversed(range(width // 8)):
                with m.If(flaws[i]):
                    m.d.comb += address[3 : exact_log2(width)].eq(i)
