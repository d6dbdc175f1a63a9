"""A DMA engine behind its queue of transfers."""

from typing import Any

from amaranth.hdl import Module, Mux, ResetInserter, Shape, Signal
from amaranth.lib import data, fifo, stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..config import CoreConfig
from ..sequencer.ports import TraceEvent
from .burst_turns import BurstTurns
from .engine import DmaEngine, engine_signature
from .ring_fetch import DescriptorBeat
from .ring_run import RingRun
from .transfer import Descriptor, Transfer

__all__ = ["QUEUE_DEPTH", "DmaQueue", "queue_signature"]

QUEUE_DEPTH = 4
"""Transfers one queue holds, the running one included."""

_PASSED = ("aw", "w", "sbuf_read", "sbuf_write", "update")
_SHARED = ("ar", "trap", "r_valid", "quiet")
"""What the engine and a ring share."""
_INPUTS = (
    "stop",
    "windows",
    "r_data",
    "r_error",
    "r_flaws",
    "b_valid",
    "b_error",
    "source",
    "cycle",
)
_OUTPUTS = ("begins", "read_bytes", "write_bytes")


def queue_signature(config: CoreConfig) -> wiring.Signature:
    """Members of :class:`DmaQueue`."""
    engine = engine_signature(config).members
    return wiring.Signature(
        {
            **{name: engine[name] for name in (*_PASSED, *_SHARED, *_INPUTS, *_OUTPUTS)},
            "transfer": In(stream.Signature(Transfer)),
            "beat": Out(stream.Signature(DescriptorBeat(config))),
            "descriptor": In(stream.Signature(Descriptor)),
            "trace": Out(stream.Signature(TraceEvent)),
            "busy": Out(1),
        }
    )


class DmaQueue(wiring.Component):
    """Keeps transfers in order and hands them to the engine one at a time; in the place of a ring
    come the transfers of its descriptors.

    Members are those of :class:`DmaEngine` but for ``start``, ``finished`` and ``event``, and:

    Members
    -------
    transfer: In(stream of Transfer)
    beat: Out(stream of DescriptorBeat), descriptor: In(stream of Descriptor)
        Descriptors go to be checked, and come back; see :class:`RingRun`.
    trace: Out(stream of TraceEvent)
    busy: Out(1)
        A transfer waits or runs, or its last event waits. The clock need not run otherwise, but
        when ``transfer`` is valid.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(queue_signature(config))

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config = self.config
        # The head stays in the queue while it runs: the engine needs no copy of it.
        waiting = fifo.SyncFIFOBuffered(width=Shape.cast(Transfer).width, depth=QUEUE_DEPTH)
        m.submodules.waiting = ResetInserter(self.stop)(waiting)
        m.submodules.engine = engine = DmaEngine(config)
        m.submodules.ring = ring = RingRun(config)
        running, of_ring, finished = Signal(), Signal(), Signal()
        head = data.View(Transfer, waiting.r_data)
        for name in _PASSED:
            connect(m, getattr(engine, name), flipped(getattr(self, name)))
        m.d.comb += [getattr(engine, name).eq(getattr(self, name)) for name in _INPUTS]
        m.d.comb += [getattr(self, name).eq(getattr(engine, name)) for name in _OUTPUTS]
        m.d.comb += [
            self.transfer.ready.eq(waiting.w_rdy & ~self.stop),
            waiting.w_en.eq(self.transfer.valid & ~self.stop),
            waiting.w_data.eq(self.transfer.payload),
            engine.transfer.eq(Mux(of_ring, ring.transfer, head)),
            engine.start.eq(Mux(of_ring, ring.active, running)),
            finished.eq(Mux(of_ring, ring.finished, engine.finished)),
            waiting.r_en.eq(running & finished),
            self.busy.eq(running | (waiting.level != 0) | self.trace.valid),
        ]
        with m.If(running):
            m.d.sync += running.eq(~finished)
            with m.If(finished):
                m.d.sync += of_ring.eq(0)
        with m.Elif(waiting.r_rdy & ~self.stop):
            m.d.sync += [running.eq(1), of_ring.eq(head.ring)]
            m.d.comb += ring.start.eq(head.ring)
        self._share(m, engine, ring, of_ring)
        m.d.comb += [
            ring.ring.eq(head),
            ring.stop.eq(self.stop),
            ring.done.eq(engine.finished),
        ]
        room = Signal()
        m.d.comb += [room.eq(~self.trace.valid | self.trace.ready), engine.event.ready.eq(room)]
        with m.If(room):
            m.d.sync += self.trace.valid.eq(engine.event.valid & running)
            with m.If(engine.event.valid & running):
                m.d.sync += self.trace.payload.eq(engine.event.payload)
        return m

    def _share(self, m: Module, engine: DmaEngine, ring: RingRun, of_ring: Signal) -> None:
        """The read channel, and the trap port: while a ring runs, two use them."""
        connect(m, ring.beat, flipped(self.beat))
        connect(m, flipped(self.descriptor), ring.descriptor)
        m.submodules.turns = turns = BurstTurns(2)
        for user, port in zip((ring, engine), turns.ar, strict=True):
            connect(m, user.ar, port)
        connect(m, turns.out, flipped(self.ar))
        m.d.comb += [
            turns.shared.eq(of_ring),
            turns.returned.eq(self.r_valid),
            ring.r_valid.eq(turns.r_valid[0]),
            engine.r_valid.eq(turns.r_valid[1]),
            *(getattr(ring, name).eq(getattr(self, name))
              for name in ("r_data", "r_error", "r_flaws")),
            self.quiet.eq(engine.quiet & ring.quiet),
            self.trap.valid.eq(engine.trap.valid | ring.fault),
            self.trap.stream.eq(engine.trap.stream),
            self.trap.pc.eq(engine.trap.pc),
            self.trap.cause.eq(Mux(ring.fault, ring.cause, engine.trap.cause)),
            self.trap.address.eq(Mux(ring.fault, ring.address, engine.trap.address)),
        ]  # fmt: skip
