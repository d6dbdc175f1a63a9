"""Destination side of a DMA engine: chunks to SBUF writes or AXI write bursts."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Shape, Signal
from amaranth.lib import data, fifo, stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from ..config import CoreConfig
from ..memory.ports import DmaWritePort
from .reader import AddressRequest
from .transfer import BURST_BEATS
from .unpacker import Chunk

__all__ = ["Sink", "WriteBeat"]

OPEN_BURSTS = 32
"""Write bursts of one engine that can wait for their response."""


def WriteBeat(config: CoreConfig) -> data.StructLayout:  # noqa: N802 (a layout, used like a class)
    """One beat of the AXI write-data channel."""
    return data.StructLayout({"data": 8 * config.axi_bytes, "strobe": config.axi_bytes, "last": 1})


class Sink(wiring.Component):
    """Writes chunks. A burst's address is offered only when all its data is buffered, so it never
    holds up the write channel it shares.

    Members
    -------
    device: In(1)
        The destination is device memory; stable during a transfer.
    chunk: In(stream of Chunk)
    hold: In(1)
        Offer no further burst.
    aw: Out(stream of AddressRequest), w: Out(stream of WriteBeat)
        Beats come in the order of the addresses taken.
    b_valid, b_error: In(1)
        Write responses in order; never held back.
    sbuf: Out(DmaWritePort(config))
    idle: Out(1)
        No burst taken by the bus lacks its response.
    written: Out(1)
        The oldest burst that was not is written, and readable: pulse.
    finished: Out(1)
        The chunk marked last, and all before it, are written.
    error_address: Out(48)
        Of the burst that ``b_valid`` answers.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "device": In(1),
                "chunk": In(stream.Signature(Chunk(config))),
                "hold": In(1),
                "aw": Out(stream.Signature(AddressRequest)),
                "w": Out(stream.Signature(WriteBeat(config))),
                "b_valid": In(1),
                "b_error": In(1),
                "sbuf": Out(DmaWritePort(config)),
                "idle": Out(1),
                "written": Out(1),
                "finished": Out(1),
                "error_address": Out(48),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config = self.config
        log2 = exact_log2(config.axi_bytes)
        beats = fifo.SyncFIFOBuffered(width=WriteBeat(config).size, depth=2 * BURST_BEATS)
        bursts = fifo.SyncFIFOBuffered(width=Shape.cast(AddressRequest).width, depth=8)
        # Answered in order; readable at once because a response may follow closely.
        waiting = fifo.SyncFIFO(width=48, depth=OPEN_BURSTS)
        m.submodules.beats, m.submodules.bursts, m.submodules.waiting = beats, bursts, waiting

        chunk = self.chunk.payload
        pending = Signal(range(OPEN_BURSTS + bursts.depth + 1))
        ended = Signal()
        taken, queued, issued = Signal(), Signal(), Signal()
        m.d.comb += [
            self.sbuf.valid.eq(self.chunk.valid & ~self.device),
            self.sbuf.partition.eq(chunk.partition),
            self.sbuf.chunk.eq((chunk.address >> log2) + chunk.index),
            self.sbuf.data.eq(chunk.data),
            self.sbuf.mask.eq(chunk.mask),
            self.chunk.ready.eq(Mux(self.device, beats.w_rdy & bursts.w_rdy, self.sbuf.ready)),
            taken.eq(self.chunk.valid & self.chunk.ready),
            beats.w_en.eq(taken & self.device),
            beats.w_data.eq(Cat(chunk.data, chunk.mask, chunk.ends_burst)),
            queued.eq(taken & self.device & chunk.ends_burst),
            bursts.w_en.eq(queued),
            bursts.w_data.eq(Cat(chunk.address, chunk.beats)),
            self.aw.valid.eq(bursts.r_rdy & waiting.w_rdy & ~self.hold),
            self.aw.payload.eq(bursts.r_data),
            issued.eq(self.aw.valid & self.aw.ready),
            bursts.r_en.eq(issued),
            waiting.w_en.eq(issued),
            waiting.w_data.eq(bursts.r_data[:48]),
            waiting.r_en.eq(self.b_valid),
            self.error_address.eq(waiting.r_data),
            self.w.valid.eq(beats.r_rdy),
            self.w.payload.eq(beats.r_data),
            beats.r_en.eq(self.w.ready),
            self.idle.eq(waiting.level == 0),
            self.written.eq(Mux(self.device, self.b_valid, taken & chunk.ends_burst)),
            self.finished.eq(ended & (pending == 0)),
        ]
        m.d.sync += pending.eq(pending + queued - self.b_valid)
        with m.If(taken & chunk.last):
            m.d.sync += ended.eq(1)
        return m
