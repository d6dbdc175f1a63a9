"""Data path of a DMA engine, from source walk to destination writes."""

from typing import Any

from amaranth.hdl import Module, Mux, ResetInserter, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..blocks import Gated
from ..config import CoreConfig
from ..host.windows import Windows
from ..memory.ports import DmaReadPort, DmaWritePort
from .cast import Cast
from .indexer import Indexer
from .packer import Packer
from .reader import AddressRequest, Reader
from .sink import Sink, WriteBeat
from .splitter import Splitter
from .transfer import LEVELS, Transfer
from .unpacker import Unpacker
from .walker import Walker

__all__ = ["BYTES_BITS", "Datapath"]

BYTES_BITS = 7
"""Width of a count of bytes moved in one cycle by one engine (at most 64)."""


class Datapath(wiring.Component):
    """Moves one transfer; everything in it is back at its reset state after ``clear``.

    Members
    -------
    transfer: In(Transfer)
        Stable from ``start`` to ``clear``.
    start, clear: In(1)
        Pulses.
    windows: In(Windows)
        For the rows that an index tensor chooses.
    hold: In(1)
        Offer no further burst to the bus.
    ar, r_valid, r_data, r_error, aw, w, b_valid, b_error:
        See :class:`Reader` and :class:`Sink`.
    sbuf_read, sbuf_write: Out
        SBUF ports.
    idle: Out(1)
        No burst is on the bus.
    finished: Out(1)
        The transfer is complete, or what comes before its fault.
    fault, fault_address: Out
        A row traps with OUT_OF_RANGE; see :class:`Indexer`.
    error, error_address: Out
        A burst was refused: its address (pulse, the data does not go on).
    read_bytes, write_bytes: Out
        Device-memory bytes of this cycle.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "transfer": In(Transfer),
                "start": In(1),
                "clear": In(1),
                "windows": In(Windows),
                "hold": In(1),
                "ar": Out(stream.Signature(AddressRequest)),
                "r_valid": In(1),
                "r_data": In(8 * config.axi_bytes),
                "r_error": In(1),
                "aw": Out(stream.Signature(AddressRequest)),
                "w": Out(stream.Signature(WriteBeat(config))),
                "b_valid": In(1),
                "b_error": In(1),
                "sbuf_read": Out(DmaReadPort(config)),
                "sbuf_write": Out(DmaWritePort(config)),
                "idle": Out(1),
                "finished": Out(1),
                "fault": Out(1),
                "fault_address": Out(48),
                "error": Out(1),
                "error_address": Out(48),
                "read_bytes": Out(BYTES_BITS),
                "write_bytes": Out(BYTES_BITS),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config = self.config
        reset = ResetInserter(self.clear)
        parts = {"reader": Reader(config), "packer": Packer(config),
                 "unpacker": Unpacker(config), "sink": Sink(config),
                 "indexer": Indexer(config)}  # fmt: skip
        for side in ("src", "dst"):
            parts[f"{side}_walker"] = walker = Walker()
            parts[f"{side}_splitter"] = splitter = Splitter(config)
            connect(m, walker.run, splitter.run)
            m.d.comb += splitter.length.eq(getattr(self.transfer, side).run)
        for name, part in parts.items():
            m.submodules[name] = reset(part)
        reader, packer = parts["reader"], parts["packer"]
        unpacker, sink = parts["unpacker"], parts["sink"]
        connect(m, parts["src_splitter"].burst, reader.burst)
        connect(m, parts["dst_splitter"].burst, unpacker.burst)
        connect(m, unpacker.chunk, sink.chunk)
        connect(m, sink.sbuf, flipped(self.sbuf_write))
        connect(m, sink.aw, flipped(self.aw))
        connect(m, sink.w, flipped(self.w))
        indexer = parts["indexer"]
        self._rows(m, indexer, parts)
        self._share_sbuf(m, reader, indexer)
        self._source(m, reader, packer)
        self._cast(m, packer, unpacker)
        m.d.comb += [
            sink.device.eq(self.transfer.dst.device),
            sink.hold.eq(self.hold),
            sink.b_valid.eq(self.b_valid),
            sink.b_error.eq(self.b_error),
            self.finished.eq(sink.finished | indexer.empty),
            self.write_bytes.eq(
                Mux(sink.device & sink.chunk.valid & sink.chunk.ready, sink.chunk.p.count, 0)
            ),
        ]

        # Beats asked of the bus and not returned yet.
        in_flight = Signal(range(config.dma_buffer_beats + 1))
        asked = Signal()
        m.d.comb += [
            asked.eq(self.ar.valid & self.ar.ready),
            self.idle.eq((in_flight == 0) & sink.idle),
        ]
        with m.If(asked | self.r_valid):
            beats = Mux(asked, self.ar.payload.beats + 1, 0)
            m.d.sync += in_flight.eq(in_flight + beats - self.r_valid)

        write_error = self.b_valid & self.b_error
        read_error = reader.beat.valid & reader.beat.p.error
        m.d.comb += [
            self.error.eq(write_error | read_error),
            self.error_address.eq(Mux(write_error, sink.error_address, reader.beat.p.address)),
        ]
        return m

    def _rows(self, m: Module, indexer: Indexer, parts: dict[str, Any]) -> None:
        """Where the walks start: at the sides' addresses, or where the indices say."""
        indexed = self.transfer.indexed
        m.d.comb += [
            indexer.transfer.eq(self.transfer),
            indexer.windows.eq(self.windows),
            indexer.start.eq(self.start & indexed),
            self.fault.eq(indexer.fault),
            self.fault_address.eq(indexer.fault_address),
        ]
        for name in ("src", "dst"):
            walker, side, rows = (parts[f"{name}_walker"], getattr(self.transfer, name),
                                  getattr(indexer, name))  # fmt: skip
            m.d.comb += [
                walker.side.eq(side),
                walker.row.valid.eq(Mux(indexed, rows.valid, self.start)),
                rows.ready.eq(walker.row.ready),
                walker.row.payload.address.eq(side.address),
                walker.row.payload.partition.eq(side.partition),
                walker.row.payload.last.eq(1),
            ]
            with m.If(indexed):
                m.d.comb += walker.row.payload.eq(rows.payload)
                # On chip the two outermost levels are the indexer's.
                with m.If(~side.device):
                    m.d.comb += [walker.side.levels[k].last.eq(0) for k in (LEVELS - 2, LEVELS - 1)]

    def _share_sbuf(self, m: Module, reader: Reader, indexer: Indexer) -> None:
        """Indices come first: there are few of them. What was refused is asked again."""
        own, chosen, refused, before = Signal(), Signal(), Signal(), Signal()
        port, index, row = self.sbuf_read, indexer.sbuf, reader.sbuf
        m.d.comb += chosen.eq(Mux(refused, before, index.valid))
        m.d.sync += [refused.eq(port.valid & ~port.ready), before.eq(chosen)]
        with m.If(port.valid & port.ready):
            m.d.sync += own.eq(chosen)
        for name in ("valid", "partition", "chunk"):
            m.d.comb += getattr(port, name).eq(
                Mux(chosen, getattr(index, name), getattr(row, name))
            )
        for side, is_chosen, is_own in ((index, chosen, own), (row, ~chosen, ~own)):
            m.d.comb += [
                side.ready.eq(port.ready & is_chosen),
                side.data.eq(port.data),
                side.data_valid.eq(port.data_valid & is_own),
            ]

    def _source(self, m: Module, reader: Reader, packer: Packer) -> None:
        moved = reader.beat.valid & reader.beat.ready
        m.d.comb += [
            reader.device.eq(self.transfer.src.device),
            self.ar.valid.eq(reader.ar.valid & ~self.hold),
            self.ar.payload.eq(reader.ar.payload),
            reader.ar.ready.eq(self.ar.ready & ~self.hold),
            reader.r_valid.eq(self.r_valid),
            reader.r_data.eq(self.r_data),
            reader.r_error.eq(self.r_error),
            packer.beat.payload.eq(reader.beat.payload),
            packer.beat.valid.eq(reader.beat.valid & ~reader.beat.p.error),
            reader.beat.ready.eq(packer.beat.ready & ~reader.beat.p.error),
            self.read_bytes.eq(Mux(reader.device & moved, reader.beat.p.count, 0)),
        ]

    def _cast(self, m: Module, packer: Packer, unpacker: Unpacker) -> None:
        cast = Cast(self.config)
        casting = Signal()
        m.submodules.cast = Gated(ResetInserter(self.clear)(cast), casting, name="dma_cast")
        with m.If(self.start):
            m.d.sync += casting.eq(self.transfer.cast)
        with m.Elif(self.clear):
            m.d.sync += casting.eq(0)
        m.d.comb += [
            cast.src_dtype.eq(self.transfer.src_dtype),
            cast.dst_dtype.eq(self.transfer.dst_dtype),
            cast.source.payload.eq(packer.word.payload),
            cast.source.valid.eq(packer.word.valid & casting),
            packer.word.ready.eq(Mux(casting, cast.source.ready, unpacker.word.ready)),
            unpacker.word.valid.eq(Mux(casting, cast.result.valid, packer.word.valid)),
            unpacker.word.payload.eq(Mux(casting, cast.result.payload, packer.word.payload)),
            cast.result.ready.eq(unpacker.word.ready & casting),
        ]
