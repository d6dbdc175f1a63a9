"""Merges the trace events of streams and DMA engines into one stream."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, unsigned
from amaranth.lib import data, fifo, stream, wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from ..isa.opcodes import Stream
from .links import TracePulse
from .ports import PC_BITS, TraceEvent, TraceKind
from .semaphores import round_robin

__all__ = ["TraceMerge"]

_DEPTH = 8
_MAX_DROPPED = 15


class _Entry(data.Struct):
    """What one source keeps of an event; source and kind follow from the FIFO it is in."""

    cycle: unsigned(32)
    pc: unsigned(PC_BITS)


class TraceMerge(wiring.Component):
    """One FIFO per source and kind, served in turn, one event a cycle.

    Events of one source and kind come out in order; others are ordered by ``cycle`` only. An
    event that finds its FIFO full is dropped whole and counted: tracing never slows the core.

    Parameters
    ----------
    config:
        Gives the number of DMA engines.

    Members
    -------
    starts, ends: per stream, instruction starts and ends of this cycle.
    dma: events of the DMA engines; always taken.
    cycle: stamp of the streams' events.
    output: all events.
    dropped: events lost in this cycle, at most 15.
    """

    def __init__(self, config: CoreConfig):
        super().__init__(
            {
                "starts": In(TracePulse()).array(len(Stream)),
                "ends": In(TracePulse()).array(len(Stream)),
                "dma": In(stream.Signature(TraceEvent)).array(config.dma_engines),
                "cycle": In(32),
                "output": Out(stream.Signature(TraceEvent)),
                "dropped": Out(4),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        events: list[Any] = []
        queues: list[Any] = []
        lost: list[Any] = []
        for kind, pulses in ((TraceKind.START, self.starts), (TraceKind.END, self.ends)):
            for i, pulse in enumerate(pulses):
                queue = fifo.SyncFIFO(width=_Entry.as_shape().size, depth=_DEPTH)
                m.submodules[f"{kind.name.lower()}{i}"] = queue
                entry = data.View(_Entry, queue.r_data)
                m.d.comb += [
                    queue.w_en.eq(pulse.valid),
                    queue.w_data.eq(Cat(self.cycle, pulse.pc)),
                ]
                lost.append(pulse.valid & ~queue.w_rdy)
                queues.append(queue)
                events.append({"cycle": entry.cycle, "source": i, "stream": i, "kind": kind,
                               "pc": entry.pc})  # fmt: skip
        for i, port in enumerate(self.dma):
            queue = fifo.SyncFIFO(width=TraceEvent.as_shape().size, depth=_DEPTH)
            m.submodules[f"dma{i}"] = queue
            m.d.comb += [
                port.ready.eq(1),
                queue.w_en.eq(port.valid),
                queue.w_data.eq(port.payload),
            ]
            lost.append(port.valid & ~queue.w_rdy)
            queues.append(queue)
            entry = data.View(TraceEvent, queue.r_data)
            events.append({name: getattr(entry, name)
                           for name in ("cycle", "source", "stream", "kind", "pc")})  # fmt: skip
        total = Signal(range(len(lost) + 1))
        m.d.comb += total.eq(sum(lost[1:], lost[0]))
        m.d.comb += self.dropped.eq(Mux(total > _MAX_DROPPED, _MAX_DROPPED, total))
        self._select(m, events, queues)
        return m

    def _select(self, m: Module, events: list[Any], queues: list[Any]) -> None:
        requests = Signal(len(queues))
        m.d.comb += requests.eq(Cat(queue.r_rdy for queue in queues))
        last = Signal(len(queues), init=1, name="sent")
        grant = round_robin(m, requests, last)
        free = Signal()
        m.d.comb += free.eq(~self.output.valid | self.output.ready)
        with m.If(free):
            m.d.sync += self.output.valid.eq(requests.any())
            with m.If(requests.any()):
                m.d.sync += last.eq(grant)
        for i, (event, queue) in enumerate(zip(events, queues, strict=True)):
            m.d.comb += queue.r_en.eq(grant[i] & free)
            with m.If(grant[i] & free):
                m.d.sync += [
                    getattr(self.output.payload, name).eq(value) for name, value in event.items()
                ]
