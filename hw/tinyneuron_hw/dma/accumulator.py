"""Destination side of a transfer that accumulates: reads what is there and joins it."""

from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Shape, Signal
from amaranth.lib import data, fifo, stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped
from amaranth.utils import exact_log2

from ..config import CoreConfig
from ..memory.ports import DmaReadPort
from .combine import Combine
from .ledger import OPEN, Ledger
from .reader import AddressRequest, Reader
from .transfer import Burst, Transfer
from .unpacker import Chunk

__all__ = ["Accumulator"]

_DEPTH = 64
"""Beats of the destination that are asked for or wait, at most."""


class Accumulator(wiring.Component):
    """Reads each burst of the destination as soon as no write to its bytes is open, and puts
    ``destination op source`` in the place of the source.

    Members
    -------
    transfer: In(Transfer), half: In(1)
        ``half``: the destination's elements are two bytes. Stable during a transfer.
    burst: In(stream of Burst)
        Of the destination; with ``half`` in blocks of half the size.
    values: Out(stream of Burst)
        The same for the unpacker of four-byte values: only the bytes count, and where in a beat
        the first one lies.
    value: In(stream of Chunk)
        What the unpacker makes of them.
    chunk: Out(stream of Chunk)
        What to write.
    written: In(1)
        The oldest burst's chunks are written, and readable.
    ar, r_valid, r_data, r_error, r_flaws, sbuf:
        See :class:`Reader`.
    error: Out(1), error_flaw: Out(1), error_address: Out(48)
        A burst was refused, or a word could not be corrected (the data does not go on).
    bytes: Out
        Bytes of the destination taken in this cycle.

    Latency and throughput: that of the memory and ten cycles; a beat, or half of one of two-byte
    elements, per cycle.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "transfer": In(Transfer),
                "half": In(1),
                "burst": In(stream.Signature(Burst)),
                "values": Out(stream.Signature(Burst)),
                "value": In(stream.Signature(Chunk(config))),
                "chunk": Out(stream.Signature(Chunk(config))),
                "written": In(1),
                "ar": Out(stream.Signature(AddressRequest)),
                "r_valid": In(1),
                "r_data": In(8 * config.axi_bytes),
                "r_error": In(1),
                "r_flaws": In(config.axi_bytes // 8),
                "sbuf": Out(DmaReadPort(config)),
                "error": Out(1),
                "error_flaw": Out(1),
                "error_address": Out(48),
                "bytes": Out(exact_log2(config.axi_bytes) + 1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config, transfer = self.config, self.transfer
        log2 = exact_log2(config.axi_bytes)
        depth = min(_DEPTH, config.dma_buffer_beats)
        m.submodules.ledger = ledger = Ledger(config)
        m.submodules.reader = reader = Reader(config, depth)
        m.submodules.combine = combine = Combine(config)
        bursts = fifo.SyncFIFOBuffered(width=Shape.cast(Burst).width, depth=OPEN)
        m.submodules.bursts = bursts
        connect(m, reader.ar, flipped(self.ar))
        connect(m, reader.sbuf, flipped(self.sbuf))
        connect(m, flipped(self.value), combine.value)
        connect(m, combine.chunk, flipped(self.chunk))

        may, taken = Signal(), Signal()
        m.d.comb += [
            ledger.burst.eq(self.burst.payload),
            ledger.open.eq(taken),
            ledger.close.eq(self.written),
            may.eq(ledger.free & bursts.w_rdy),
            reader.device.eq(transfer.dst.device),
            reader.burst.payload.eq(self.burst.payload),
            reader.burst.valid.eq(self.burst.valid & may),
            self.burst.ready.eq(reader.burst.ready & may),
            taken.eq(self.burst.valid & self.burst.ready),
            reader.r_valid.eq(self.r_valid),
            reader.r_data.eq(self.r_data),
            reader.r_error.eq(self.r_error),
            reader.r_flaws.eq(self.r_flaws),
            bursts.w_en.eq(taken),
            bursts.w_data.eq(self.burst.payload),
            bursts.r_en.eq(self.values.ready),
            self.values.valid.eq(bursts.r_rdy),
        ]

        # A two-byte element in half a beat lies where its four-byte value does in a whole one.
        burst, values = data.View(Burst, bursts.r_data), self.values.payload
        m.d.comb += values.eq(burst)
        with m.If(self.half):
            place = Cat(Const(0, 1), burst.address[: log2 - 1], burst.address[log2:])
            m.d.comb += [values.address.eq(place), values.bytes.eq(burst.bytes << 1)]

        beat = reader.beat.payload
        m.d.comb += [
            combine.op.eq(transfer.accumulate),
            combine.integer.eq(transfer.integer),
            combine.dtype.eq(transfer.dst_dtype),
            combine.half.eq(self.half),
            combine.beat.payload.eq(beat),
            combine.beat.valid.eq(reader.beat.valid & ~beat.error),
            reader.beat.ready.eq(combine.beat.ready & ~beat.error),
            self.error.eq(reader.beat.valid & beat.error),
            self.error_flaw.eq(beat.flaw),
            self.error_address.eq(beat.address),
            self.bytes.eq(
                Mux(reader.device & reader.beat.valid & reader.beat.ready, beat.count, 0)
            ),
        ]
        return m
