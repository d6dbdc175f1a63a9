"""From a list of buffers to the runs of a transfer's side."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal, signed, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..config import CoreConfig
from ..host.windows import Windows
from ..isa.csr import Trap
from ..isa.rules_list import ENTRY_BYTES
from .list_fetch import ListEntry, ListFetch
from .reader import AddressRequest
from .transfer import Run, Side, Transfer
from .window_check import window_allows

__all__ = ["Lister"]

_BOUND = signed(67)


class _Place(data.Struct):
    """A buffer between two stages."""

    address: unsigned(48)
    bytes: unsigned(34)
    rest: unsigned(34)
    """Bytes of the transfer behind it."""
    misfit: unsigned(1)
    """Its size is 0 or more than what is left."""
    last: unsigned(1)


class Lister(wiring.Component):
    """Reads the list twice: first to check it all, then for the runs. Each buffer is judged both
    times, so that none outside the windows is ever handed on.

    Members
    -------
    transfer: In(Transfer), start: In(1)
        ``start`` is a pulse; one side is a list.
    windows: In(Windows)
    ar, r_valid, r_data, r_error, r_flaws:
        See :class:`Reader`.
    run: Out(stream of Run), length: Out(34)
        The buffers, and how long each is.
    fault: Out(1), cause: Out(Trap), fault_address: Out(48)
        Level: the list is not legal; no later buffer is handed on.
    error: Out(1), error_flaw: Out(1), error_address: Out(48)
        A burst of the list was refused, or a word of it could not be corrected.

    Latency and throughput: the list once and the latency of the memory twice, before the first run;
    then a buffer per cycle, but for the memory's latency.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "transfer": In(Transfer),
                "start": In(1),
                "windows": In(Windows),
                "ar": Out(stream.Signature(AddressRequest)),
                "r_valid": In(1),
                "r_data": In(8 * config.axi_bytes),
                "r_error": In(1),
                "r_flaws": In(config.axi_bytes // 8),
                "run": Out(stream.Signature(Run)),
                "length": Out(34),
                "fault": Out(1),
                "cause": Out(Trap),
                "fault_address": Out(48),
                "error": Out(1),
                "error_flaw": Out(1),
                "error_address": Out(48),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.fetch = fetch = ListFetch(self.config)
        connect(m, fetch.ar, flipped(self.ar))
        side, begin, second = Signal(Side), Signal(), Signal()
        m.d.comb += [
            side.eq(Mux(self.transfer.src.list, self.transfer.src, self.transfer.dst)),
            fetch.start.eq(begin),
            fetch.address.eq(side.address),
            fetch.bytes.eq(side.run),
            fetch.r_valid.eq(self.r_valid),
            fetch.r_data.eq(self.r_data),
            fetch.r_error.eq(self.r_error),
            fetch.r_flaws.eq(self.r_flaws),
            self.error.eq(fetch.error),
            self.error_flaw.eq(fetch.error_flaw),
            self.error_address.eq(fetch.error_address),
        ]
        step = Signal()
        m.d.comb += fetch.entry.ready.eq(step)
        low, high, valid, place = self._measure(m, fetch, side, begin, step)

        good, ends, own = Signal(), Signal(), Signal(48)
        is_read = self.transfer.src.list
        inside = window_allows(self.windows, low, high, is_read, ~is_read)
        misfit = place.misfit | (place.last & (place.rest != 0))
        m.d.comb += [
            good.eq(valid & ~self.fault & ~misfit & inside),
            self.run.valid.eq(good & second),
            self.run.payload.address.eq(place.address),
            self.run.payload.last.eq(place.last),
            self.length.eq(place.bytes),
            step.eq(~valid | (good & (self.run.ready | ~second))),
            ends.eq(good & ~second & place.last),
            begin.eq(self.start | ends),
        ]
        with m.If(begin):
            m.d.sync += [own.eq(side.address), second.eq(ends)]
        with m.Elif(valid & step):
            m.d.sync += own.eq(own + ENTRY_BYTES)
        with m.If(valid & ~good & ~self.fault):
            m.d.sync += [
                self.fault.eq(1),
                self.cause.eq(Mux(misfit, Trap.BAD_OPERAND, Trap.OUT_OF_RANGE)),
                self.fault_address.eq(Mux(misfit, own, place.address)),
            ]
        return m

    def _measure(self, m: Module, fetch: ListFetch, side: Any, begin: Signal, step: Signal
                 ) -> tuple[Signal, Signal, Signal, Any]:  # fmt: skip
        """First stage: what is left of the transfer, and where the buffer ends."""
        entry: Any = Signal(ListEntry)
        left = Signal(34)
        low, high = Signal(_BOUND), Signal(_BOUND)
        valid, place = Signal(), Signal(_Place)
        m.d.comb += entry.eq(fetch.entry.payload)
        with m.If(step):
            m.d.sync += valid.eq(fetch.entry.valid)
            with m.If(fetch.entry.valid):
                m.d.sync += [
                    low.eq(entry.address),
                    high.eq(entry.address + entry.bytes),
                    left.eq(left - entry.bytes),
                    place.address.eq(entry.address),
                    place.bytes.eq(entry.bytes),
                    place.rest.eq(left - entry.bytes),
                    place.misfit.eq((entry.bytes == 0) | (entry.bytes > left)),
                    place.last.eq(entry.last),
                ]
        with m.If(begin):
            m.d.sync += [valid.eq(0), left.eq(side.levels[0].jump)]
        return low, high, valid, place
