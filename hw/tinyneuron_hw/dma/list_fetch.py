"""Reads the entries of a list of buffers out of device memory."""

from typing import Any

from amaranth.hdl import Cat, Module, Signal, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..config import CoreConfig
from ..isa.rules_list import ENTRY_BYTES
from .reader import AddressRequest, Reader
from .splitter import Splitter

__all__ = ["ListEntry", "ListFetch"]

_DEPTH = 32
"""Beats that are asked for or wait, at most."""


class ListEntry(data.Struct):
    """A buffer, as the list has it; ``last`` of the list."""

    address: unsigned(64)
    bytes: unsigned(64)
    last: unsigned(1)


class ListFetch(wiring.Component):
    """Reads a list from its start to its end.

    Members
    -------
    start: In(1)
        Pulse; when the entry before was the last one, or after a reset.
    address: In(48), bytes: In(34)
        Of the list, multiples of ``ENTRY_BYTES``.
    ar, r_valid, r_data, r_error, r_flaws, error, error_flaw, error_address:
        See :class:`Lister`.
    entry: Out(stream of ListEntry)

    Latency and throughput: that of the memory and 5 cycles; an entry per cycle, half as many with
    beats of 8 bytes.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "start": In(1),
                "address": In(48),
                "bytes": In(34),
                "ar": Out(stream.Signature(AddressRequest)),
                "r_valid": In(1),
                "r_data": In(8 * config.axi_bytes),
                "r_error": In(1),
                "r_flaws": In(config.axi_bytes // 8),
                "entry": Out(stream.Signature(ListEntry)),
                "error": Out(1),
                "error_flaw": Out(1),
                "error_address": Out(48),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config = self.config
        m.submodules.splitter = splitter = Splitter(config)
        m.submodules.reader = reader = Reader(config, min(_DEPTH, config.dma_buffer_beats))
        connect(m, splitter.burst, reader.burst)
        connect(m, reader.ar, flipped(self.ar))
        beat = reader.beat.payload
        m.d.comb += [
            splitter.run.valid.eq(self.start),
            splitter.run.payload.address.eq(self.address),
            splitter.run.payload.last.eq(1),
            splitter.length.eq(self.bytes),
            reader.device.eq(1),
            reader.r_valid.eq(self.r_valid),
            reader.r_data.eq(self.r_data),
            reader.r_error.eq(self.r_error),
            reader.r_flaws.eq(self.r_flaws),
            self.error.eq(reader.beat.valid & beat.error),
            self.error_flaw.eq(beat.flaw),
            self.error_address.eq(beat.address),
        ]
        if config.axi_bytes < ENTRY_BYTES:
            self._join(m, reader)
        else:
            self._take_apart(m, reader)
        return m

    def _give(self, m: Module, raw: Any, last: Any) -> None:
        entry = self.entry.payload
        m.d.comb += [entry.address.eq(raw[:64]), entry.bytes.eq(raw[64:]), entry.last.eq(last)]

    def _join(self, m: Module, reader: Reader) -> None:
        """Two beats an entry."""
        lower, is_upper = Signal(64), Signal()
        beat, valid = reader.beat.payload, Signal()
        m.d.comb += [
            valid.eq(reader.beat.valid & ~beat.error),
            self.entry.valid.eq(valid & is_upper),
            reader.beat.ready.eq(valid & (~is_upper | self.entry.ready)),
        ]
        self._give(m, Cat(lower, beat.data), beat.last)
        with m.If(reader.beat.valid & reader.beat.ready):
            m.d.sync += [lower.eq(beat.data), is_upper.eq(~is_upper)]

    def _take_apart(self, m: Module, reader: Reader) -> None:
        """One or more entries a beat, from its offset on."""
        entries = self.config.axi_bytes // ENTRY_BYTES
        beat, valid = reader.beat.payload, Signal()
        taken, place, ends = Signal(range(entries + 1)), Signal(range(entries + 1)), Signal()
        m.d.comb += [
            valid.eq(reader.beat.valid & ~beat.error),
            place.eq(beat.offset // ENTRY_BYTES + taken),
            ends.eq((taken + 1) * ENTRY_BYTES == beat.count),
            self.entry.valid.eq(valid),
            reader.beat.ready.eq(valid & ends & self.entry.ready),
        ]
        self._give(m, beat.data.word_select(place, 8 * ENTRY_BYTES), beat.last & ends)
        with m.If(self.entry.valid & self.entry.ready):
            m.d.sync += taken.eq(taken + 1)
            with m.If(ends):
                m.d.sync += taken.eq(0)
