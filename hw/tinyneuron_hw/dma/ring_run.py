"""Runs the descriptors of a ring on a DMA engine."""

from typing import Any

from amaranth.hdl import Module, Mux, ResetInserter, Shape, Signal
from amaranth.lib import data, fifo, stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..config import CoreConfig
from ..isa.csr import Trap
from .reader import AddressRequest
from .ring_fetch import DescriptorBeat, RingFetch
from .transfer import Descriptor, Transfer

__all__ = ["RingRun"]

_CHECKED = 2
"""Descriptors that are checked, the running one included."""


class RingRun(wiring.Component):
    """Fetches descriptors, has them checked, and gives them to the engine one after another.

    Members
    -------
    ring: In(Transfer), start: In(1)
        ``start`` is a pulse; the ring is stable from then to ``finished``.
    stop: In(1)
        Level: start nothing, and drain.
    ar, r_valid, r_data, r_error, r_flaws:
        See :class:`RingFetch`.
    beat: Out(stream of DescriptorBeat)
        A descriptor to check; the next one is offered when this one has come back.
    descriptor: In(stream of Descriptor)
        It comes back.
    transfer: Out(Transfer), active: Out(1)
        To the engine: ``active`` is high until ``done``. The last transfer has the ring's update.
    done: In(1)
        The engine is done with the transfer.
    fault: Out(1), cause: Out(Trap), address: Out(48)
        Pulse: a descriptor traps, and all before it are done. Nothing follows until ``stop``.
    finished: Out(1)
        Pulse: all is done, or dropped.
    quiet: Out(1)
        No descriptor is on the bus.

    Latency: a descriptor starts 2 cycles after it was checked.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "ring": In(Transfer),
                "start": In(1),
                "stop": In(1),
                "ar": Out(stream.Signature(AddressRequest)),
                "r_valid": In(1),
                "r_data": In(8 * config.axi_bytes),
                "r_error": In(1),
                "r_flaws": In(config.axi_bytes // 8),
                "beat": Out(stream.Signature(DescriptorBeat(config))),
                "descriptor": In(stream.Signature(Descriptor)),
                "transfer": Out(Transfer),
                "active": Out(1),
                "done": In(1),
                "fault": Out(1),
                "cause": Out(Trap),
                "address": Out(48),
                "finished": Out(1),
                "quiet": Out(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        fetch = RingFetch(self.config)
        m.submodules.fetch = ResetInserter(self.finished)(fetch)
        checked = fifo.SyncFIFOBuffered(width=Shape.cast(Descriptor).width, depth=_CHECKED)
        m.submodules.checked = ResetInserter(self.finished)(checked)
        connect(m, fetch.ar, flipped(self.ar))
        running, ends, away, trapped = Signal(), Signal(), Signal(), Signal()
        left = Signal(16)
        head = data.View(Descriptor, checked.r_data)
        sent = self.beat.valid & self.beat.ready & self.beat.payload.last
        m.d.comb += [
            fetch.ring.eq(self.ring),
            fetch.start.eq(self.start),
            fetch.hold.eq(self.stop),
            fetch.r_valid.eq(self.r_valid),
            fetch.r_data.eq(self.r_data),
            fetch.r_error.eq(self.r_error),
            fetch.r_flaws.eq(self.r_flaws),
            self.quiet.eq(fetch.idle),
            self.beat.payload.eq(fetch.beat.payload),
            self.beat.valid.eq(fetch.beat.valid & ~away & checked.w_rdy & ~self.stop),
            fetch.beat.ready.eq(self.beat.ready & ~away & checked.w_rdy & ~self.stop),
            self.descriptor.ready.eq(checked.w_rdy & ~self.stop),
            checked.w_en.eq(self.descriptor.valid & ~self.stop),
            checked.w_data.eq(self.descriptor.payload),
            checked.r_en.eq(self.active & self.done),
            ends.eq(self.active & self.done & (left == 0)),
            self.finished.eq(running & (ends | (self.stop & ~self.active & fetch.idle))),
        ]
        with m.If(self.finished):
            m.d.sync += [running.eq(0), away.eq(0), trapped.eq(0)]
        with m.Else():
            with m.If(self.start):
                m.d.sync += [running.eq(1), left.eq(self.ring.dst.levels[1].last)]
            m.d.sync += away.eq(Mux(away, ~(self.descriptor.valid & self.descriptor.ready), sent))

        # A descriptor that traps never starts.
        ready = checked.r_rdy & running & ~self.stop & ~trapped
        with m.If(self.active):
            with m.If(self.done):
                m.d.sync += [self.active.eq(0), left.eq(left - 1)]
        with m.Elif(ready):
            m.d.sync += [self.active.eq(~head.fault), trapped.eq(head.fault)]
        m.d.comb += [
            self.fault.eq(ready & ~self.active & head.fault),
            self.cause.eq(head.cause),
            self.address.eq(head.transfer.src.address),
        ]
        self._name(m, head.transfer, left == 0)
        return m

    def _name(self, m: Module, transfer: Any, is_last: Any) -> None:
        """The transfer counts as the ring's instruction."""
        ring, out = self.ring, self.transfer
        m.d.comb += [out.eq(transfer), out.stream.eq(ring.stream), out.pc.eq(ring.pc)]
        with m.If(is_last):
            m.d.comb += [
                out.update_mode.eq(ring.update_mode),
                out.update_semaphore.eq(ring.update_semaphore),
                out.update_value.eq(ring.update_value),
            ]
