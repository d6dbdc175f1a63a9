"""Data path of a DMA engine, from source walk to destination writes."""

from typing import Any

from amaranth.hdl import Module, Mux, ResetInserter, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..blocks import Gated
from ..config import CoreConfig
from ..formats import DType
from ..host.windows import Windows
from ..isa.csr import Trap
from ..isa.opcodes import Accumulate
from ..memory.ports import DmaReadPort, DmaWritePort
from .accumulator import Accumulator
from .cast import Cast, is_half
from .indexer import Indexer
from .lister import Lister
from .packer import Packer
from .reader import AddressRequest, Reader
from .sink import Sink, WriteBeat
from .splitter import Splitter
from .transfer import LEVELS, Transfer
from .transposer import Transposer
from .turns import ReadTurns
from .unpacker import Unpacker
from .walker import Walker

__all__ = ["BYTES_BITS", "Datapath"]

BYTES_BITS = 8
"""Width of a count of bytes moved in one cycle by one engine (at most 128: of both sides)."""


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
    ar, r_valid, r_data, r_error, r_flaws, aw, w, b_valid, b_error:
        See :class:`Reader` and :class:`Sink`.
    sbuf_read, sbuf_write: Out
        SBUF ports.
    idle: Out(1)
        No burst is on the bus.
    finished: Out(1)
        The transfer is complete, or what comes before its fault.
    fault, cause, fault_address: Out
        A row traps with OUT_OF_RANGE; see :class:`Indexer`. Or a list is not legal, and nothing is
        to be waited for; see :class:`Lister`.
    error, error_flaw, error_address: Out
        A burst was refused: its address; or (``error_flaw``) a 64-bit word could not be corrected:
        its address (pulse, the data does not go on).
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
                "r_flaws": In(config.axi_bytes // 8),
                "aw": Out(stream.Signature(AddressRequest)),
                "w": Out(stream.Signature(WriteBeat(config))),
                "b_valid": In(1),
                "b_error": In(1),
                "sbuf_read": Out(DmaReadPort(config)),
                "sbuf_write": Out(DmaWritePort(config)),
                "idle": Out(1),
                "finished": Out(1),
                "fault": Out(1),
                "cause": Out(Trap),
                "fault_address": Out(48),
                "error": Out(1),
                "error_flaw": Out(1),
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
            parts[f"{side}_walker"] = Walker()
            parts[f"{side}_splitter"] = Splitter(config)
        for name, part in parts.items():
            m.submodules[name] = reset(part)
        reader, packer = parts["reader"], parts["packer"]
        unpacker, sink = parts["unpacker"], parts["sink"]
        connect(m, parts["src_splitter"].burst, reader.burst)
        connect(m, sink.sbuf, flipped(self.sbuf_write))
        connect(m, sink.aw, flipped(self.aw))
        connect(m, sink.w, flipped(self.w))
        self._rows(m, parts["indexer"], parts)
        lister, listing = self._list(m, parts["indexer"])
        accumulator = self._accumulate(m, parts["dst_splitter"], unpacker, sink)
        self._read(m, reader, accumulator, lister, parts["indexer"])
        transposer, transposing = self._transpose(m, parts, lister, listing)
        self._words(m, packer, unpacker, transposer, transposing)
        moved = reader.beat.valid & reader.beat.ready
        read_error = reader.beat.valid & reader.beat.p.error
        m.d.comb += [
            reader.device.eq(self.transfer.src.device),
            packer.beat.payload.eq(reader.beat.payload),
            packer.beat.valid.eq(reader.beat.valid & ~reader.beat.p.error),
            reader.beat.ready.eq(packer.beat.ready & ~reader.beat.p.error),
            self.read_bytes.eq(
                Mux(reader.device & moved, reader.beat.p.count, 0) + accumulator.bytes
            ),
            sink.device.eq(self.transfer.dst.device),
            sink.hold.eq(self.hold),
            sink.b_valid.eq(self.b_valid),
            sink.b_error.eq(self.b_error),
            self.finished.eq(sink.finished | parts["indexer"].empty),
            self.write_bytes.eq(
                Mux(sink.device & sink.chunk.valid & sink.chunk.ready, sink.chunk.p.count, 0)
            ),
        ]

        # Beats asked of the bus and not returned yet.
        in_flight = Signal(range(2 * config.dma_buffer_beats + 1))
        asked = Signal()
        m.d.comb += [
            asked.eq(self.ar.valid & self.ar.ready),
            self.idle.eq((in_flight == 0) & sink.idle),
        ]
        with m.If(asked | self.r_valid):
            beats = Mux(asked, self.ar.payload.beats + 1, 0)
            m.d.sync += in_flight.eq(in_flight + beats - self.r_valid)

        write_error = self.b_valid & self.b_error
        m.d.comb += [
            self.error.eq(write_error | read_error | accumulator.error | lister.error),
            self.error_flaw.eq(accumulator.error_flaw),
            self.error_address.eq(accumulator.error_address),
        ]
        # The first one that has an error.
        with m.If(write_error):
            m.d.comb += [self.error_flaw.eq(0), self.error_address.eq(sink.error_address)]
        with m.Elif(read_error):
            m.d.comb += self.error_flaw.eq(reader.beat.p.flaw)
            m.d.comb += self.error_address.eq(reader.beat.p.address)
        with m.Elif(lister.error):
            m.d.comb += self.error_flaw.eq(lister.error_flaw)
            m.d.comb += self.error_address.eq(lister.error_address)
        return m

    def _rows(self, m: Module, indexer: Indexer, parts: dict[str, Any]) -> None:
        """Where the walks start: at the sides' addresses, or where the indices say."""
        indexed = self.transfer.indexed
        m.d.comb += [
            indexer.transfer.eq(self.transfer),
            indexer.windows.eq(self.windows),
            indexer.start.eq(self.start & indexed),
        ]
        for name in ("src", "dst"):
            walker, side, rows = (parts[f"{name}_walker"], getattr(self.transfer, name),
                                  getattr(indexer, name))  # fmt: skip
            m.d.comb += [
                walker.side.eq(side),
                walker.row.valid.eq(
                    Mux(indexed, rows.valid, self.start & ~self.transfer.transpose & ~side.list)
                ),
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

    def _list(self, m: Module, indexer: Indexer) -> tuple[Any, Signal]:
        """The block that reads a list, and when there is one."""
        transfer, lister = self.transfer, Lister(self.config)
        self._lists = Signal()
        m.d.comb += self._lists.eq(transfer.src.list | transfer.dst.list)
        listing, started = self._awake(m, "listing", self._lists), Signal()
        m.submodules.lister = Gated(ResetInserter(self.clear)(lister), listing, name="dma_lister")
        m.d.sync += started.eq(self.start & self._lists)
        m.d.comb += [
            lister.transfer.eq(transfer),
            lister.start.eq(started),
            lister.windows.eq(self.windows),
            self.fault.eq(indexer.fault | lister.fault),
            self.cause.eq(Mux(lister.fault, lister.cause, Trap.OUT_OF_RANGE)),
            self.fault_address.eq(Mux(lister.fault, lister.fault_address, indexer.fault_address)),
        ]
        return lister, listing

    def _awake(self, m: Module, name: str, needed: Any) -> Signal:
        """High while a block that some transfers need has a clock."""
        awake = Signal(name=name)
        with m.If(self.start):
            m.d.sync += awake.eq(needed)
        with m.Elif(self.clear):
            m.d.sync += awake.eq(0)
        return awake

    def _accumulate(self, m: Module, splitter: Any, unpacker: Any, sink: Any) -> Any:
        """The destination's way from the splitter to the sink, directly or through the
        accumulator."""
        transfer = self.transfer
        self._accumulates = Signal()
        m.d.comb += self._accumulates.eq(transfer.accumulate != Accumulate.NONE)
        accumulating = self._awake(m, "accumulating", self._accumulates)
        accumulator = Accumulator(self.config)
        m.submodules.accumulator = Gated(
            ResetInserter(self.clear)(accumulator), accumulating, name="dma_accumulator"
        )
        half = Signal()
        m.d.comb += [
            half.eq(is_half(transfer.dst_dtype)),
            splitter.halved.eq(self._accumulates & half),
            accumulator.transfer.eq(transfer),
            accumulator.half.eq(half),
            accumulator.written.eq(sink.written & accumulating),
            accumulator.burst.payload.eq(splitter.burst.payload),
            accumulator.value.payload.eq(unpacker.chunk.payload),
            unpacker.burst.payload.eq(splitter.burst.payload),
            sink.chunk.payload.eq(unpacker.chunk.payload),
        ]
        with m.If(accumulating):
            m.d.comb += [
                accumulator.burst.valid.eq(splitter.burst.valid),
                splitter.burst.ready.eq(accumulator.burst.ready),
                unpacker.burst.payload.eq(accumulator.values.payload),
                unpacker.burst.valid.eq(accumulator.values.valid),
                accumulator.values.ready.eq(unpacker.burst.ready),
                accumulator.value.valid.eq(unpacker.chunk.valid),
                unpacker.chunk.ready.eq(accumulator.value.ready),
                sink.chunk.payload.eq(accumulator.chunk.payload),
                sink.chunk.valid.eq(accumulator.chunk.valid),
                accumulator.chunk.ready.eq(sink.chunk.ready),
            ]
        with m.Else():
            m.d.comb += [
                unpacker.burst.valid.eq(splitter.burst.valid),
                splitter.burst.ready.eq(unpacker.burst.ready),
                sink.chunk.valid.eq(unpacker.chunk.valid),
                unpacker.chunk.ready.eq(sink.chunk.ready),
            ]
        return accumulator

    def _read(
        self, m: Module, reader: Any, accumulator: Any, lister: Any, indexer: Indexer
    ) -> None:
        """All readers on the engine's read ports."""
        m.submodules.turns = turns = ResetInserter(self.clear)(ReadTurns(self.config))
        connect(m, turns.sbuf_read, flipped(self.sbuf_read))
        # There are few indices, and rows wait for them.
        for i, user in enumerate((indexer, accumulator, reader)):
            connect(m, user.sbuf, turns.sbuf[i])
        for i, user in enumerate((lister, accumulator, reader)):
            m.d.comb += [
                turns.ar[i].payload.eq(user.ar.payload),
                turns.ar[i].valid.eq(user.ar.valid & ~self.hold),
                user.ar.ready.eq(turns.ar[i].ready & ~self.hold),
                user.r_valid.eq(turns.r_valid[i]),
                user.r_data.eq(self.r_data),
                user.r_error.eq(self.r_error),
                user.r_flaws.eq(self.r_flaws),
            ]
        m.d.comb += [
            self.ar.payload.eq(turns.out.payload),
            self.ar.valid.eq(turns.out.valid),
            turns.out.ready.eq(self.ar.ready),
            turns.shared.eq(self._accumulates | self._lists),
            turns.returned.eq(self.r_valid),
        ]

    def _transpose(
        self, m: Module, parts: dict[str, Any], lister: Any, listing: Signal
    ) -> tuple[Any, Signal]:
        """Both sides' way from the walkers to the splitters."""
        transposer = Transposer(self.config)
        transposing = self._awake(m, "transposing", self.transfer.transpose)
        started = Signal()
        m.submodules.transposer = Gated(
            ResetInserter(self.clear)(transposer), transposing, name="dma_transposer"
        )
        m.d.sync += started.eq(self.start)
        m.d.comb += [transposer.transfer.eq(self.transfer), transposer.start.eq(started)]
        for side in ("src", "dst"):
            walker, splitter = parts[f"{side}_walker"], parts[f"{side}_splitter"]
            tiles = getattr(transposer, side)
            with m.If(transposing):
                m.d.comb += [
                    splitter.run.payload.eq(tiles.payload),
                    splitter.run.valid.eq(tiles.valid),
                    tiles.ready.eq(splitter.run.ready),
                    splitter.length.eq(getattr(transposer, f"{side}_length")),
                ]
            with m.Elif(listing & getattr(self.transfer, side).list):
                m.d.comb += [
                    splitter.run.payload.eq(lister.run.payload),
                    splitter.run.valid.eq(lister.run.valid),
                    lister.run.ready.eq(splitter.run.ready),
                    splitter.length.eq(lister.length),
                ]
            with m.Else():
                m.d.comb += [
                    splitter.run.payload.eq(walker.run.payload),
                    splitter.run.valid.eq(walker.run.valid),
                    walker.run.ready.eq(splitter.run.ready),
                    splitter.length.eq(getattr(self.transfer, side).run),
                ]
        return transposer, transposing

    def _words(
        self, m: Module, packer: Any, unpacker: Any, transposer: Any, transposing: Signal
    ) -> None:
        """The dense stream's way: directly, or through the cast or the transposer."""
        cast = Cast(self.config)
        casting = self._awake(m, "casting", self.transfer.cast)
        m.submodules.cast = Gated(ResetInserter(self.clear)(cast), casting, name="dma_cast")
        word, out = packer.word, unpacker.word
        m.d.comb += [
            cast.src_dtype.eq(self.transfer.src_dtype),
            cast.dst_dtype.eq(Mux(self._accumulates, DType.FP32, self.transfer.dst_dtype)),
            cast.source.payload.eq(word.payload),
            transposer.row.payload.eq(word.payload),
        ]
        for chosen, into, result in (
            (casting, cast.source, cast.result),
            (transposing, transposer.row, transposer.column),
        ):
            with m.If(chosen):
                m.d.comb += [
                    into.valid.eq(word.valid), word.ready.eq(into.ready),
                    out.valid.eq(result.valid), out.payload.eq(result.payload),
                    result.ready.eq(out.ready),
                ]  # fmt: skip
        with m.If(~casting & ~transposing):
            m.d.comb += [
                out.valid.eq(word.valid), out.payload.eq(word.payload), word.ready.eq(out.ready)
            ]  # fmt: skip
