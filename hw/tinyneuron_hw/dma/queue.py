"""A DMA engine behind its queue of transfers."""

from typing import Any

from amaranth.hdl import Module, ResetInserter, Shape, Signal
from amaranth.lib import fifo, stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..config import CoreConfig
from ..sequencer.ports import TraceEvent
from .engine import DmaEngine, engine_signature
from .transfer import Transfer

__all__ = ["QUEUE_DEPTH", "DmaQueue", "queue_signature"]

QUEUE_DEPTH = 4
"""Transfers one queue holds, the running one included."""

_PASSED = ("ar", "aw", "w", "sbuf_read", "sbuf_write", "update", "trap")
_INPUTS = (
    "stop",
    "windows",
    "r_valid",
    "r_data",
    "r_error",
    "r_flaws",
    "b_valid",
    "b_error",
    "source",
    "cycle",
)
_OUTPUTS = ("quiet", "read_bytes", "write_bytes")


def queue_signature(config: CoreConfig) -> wiring.Signature:
    """Members of :class:`DmaQueue`."""
    engine = engine_signature(config).members
    return wiring.Signature(
        {
            **{name: engine[name] for name in (*_PASSED, *_INPUTS, *_OUTPUTS)},
            "transfer": In(stream.Signature(Transfer)),
            "trace": Out(stream.Signature(TraceEvent)),
            "busy": Out(1),
        }
    )


class DmaQueue(wiring.Component):
    """Keeps transfers in order and hands them to the engine one at a time.

    Members are those of :class:`DmaEngine` but for ``start``, ``finished`` and ``event``, and:

    Members
    -------
    transfer: In(stream of Transfer)
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
        running = Signal()
        for name in _PASSED:
            connect(m, getattr(engine, name), flipped(getattr(self, name)))
        m.d.comb += [getattr(engine, name).eq(getattr(self, name)) for name in _INPUTS]
        m.d.comb += [getattr(self, name).eq(getattr(engine, name)) for name in _OUTPUTS]
        m.d.comb += [
            self.transfer.ready.eq(waiting.w_rdy & ~self.stop),
            waiting.w_en.eq(self.transfer.valid & ~self.stop),
            waiting.w_data.eq(self.transfer.payload),
            engine.transfer.eq(waiting.r_data),
            engine.start.eq(running),
            waiting.r_en.eq(running & engine.finished),
            self.busy.eq(running | (waiting.level != 0) | self.trace.valid),
        ]
        with m.If(running):
            m.d.sync += running.eq(~engine.finished)
        with m.Else():
            m.d.sync += running.eq(waiting.r_rdy & ~self.stop)

        room = Signal()
        m.d.comb += [room.eq(~self.trace.valid | self.trace.ready), engine.event.ready.eq(room)]
        with m.If(room):
            m.d.sync += self.trace.valid.eq(engine.event.valid & running)
            with m.If(engine.event.valid & running):
                m.d.sync += self.trace.payload.eq(engine.event.payload)
        return m
