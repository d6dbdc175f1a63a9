"""The five instruction streams and what they share."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from ..blocks import Gated, Repeated
from ..config import NUM_SEMAPHORES, CoreConfig
from ..host.axi import ID_BITS, Axi4Read
from ..host.windows import Windows
from ..isa.csr import Trap
from ..isa.opcodes import Stream
from ..memory.faults import Fault
from .barriers import Barriers
from .dma_issue import DmaIssueArbiter
from .fetch_bus import FetchBus
from .links import legal_mask
from .notifications import Notifications, NotificationStatus
from .ports import (
    PC_BITS,
    DmaIssue,
    EnginePort,
    RegisterMovePort,
    SemaphoreUpdatePort,
    StreamState,
    TraceEvent,
    TrapPort,
)
from .register_moves import RegisterMoveArbiter
from .semaphores import Semaphores
from .sequencer import Sequencer, SequencerSignature
from .trace import TraceMerge
from .trap import TrapUnit
from .watchdog import Watchdog

__all__ = ["ENGINES", "Sequencers"]

ENGINES = 3
"""Streams 0 ... 2 (Tensor, Vector, Scalar) have an engine."""

_STREAMS = len(Stream)


class Sequencers(wiring.Component):
    """Runs the program: five sequencers, instruction fetch, semaphores, trap, watchdog, trace.

    Parameters
    ----------
    config:
        Sizes.

    Members
    -------
    start: pulse; ignored while running.
    stop: level; issue nothing more.
    stream_enable, entry, length, watchdog, windows: the program, from the CSRs.
    engines: Tensor, Vector, Scalar.
    faults: words of SBUF or PSUM that the engines' operands need and that are lost.
    moves: of scalar registers, from and to memory.
    dma, dma_updates, dma_busy, dma_progress, dma_trap, dma_trace: the DMA engines.
    fetch, fetch_bytes, quiet: instruction fetch; ``quiet``: no read is in flight.
    positions: as the registers of :func:`.csr.position_address`, but of now.
    running, done: levels. ``done`` stays low after a trap.
    trap: the first trap, one pulse; ``running`` falls in the next cycle.
    trace, trace_dropped: events, and how many were lost in this cycle.
    cycle: cycles since START.
    retired: pulse per stream; ``states``: what each does in this cycle.
    notifications: what the streams have told the host.
    semaphore_index, semaphore_value, semaphore_write, semaphore_write_value: the host's access.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        super().__init__(
            {
                "start": In(1),
                "stop": In(1),
                "stream_enable": In(_STREAMS),
                "entry": In(48).array(_STREAMS),
                "length": In(PC_BITS).array(_STREAMS),
                "watchdog": In(32),
                "windows": In(Windows),
                "engines": Out(EnginePort()).array(ENGINES),
                "faults": In(Fault).array(ENGINES),
                "moves": Out(RegisterMovePort()),
                "dma": Out(DmaIssue()),
                "dma_updates": In(SemaphoreUpdatePort()).array(config.dma_engines),
                "dma_busy": In(1),
                "dma_progress": In(1),
                "dma_trap": In(TrapPort()),
                "dma_trace": In(stream.Signature(TraceEvent)).array(config.dma_engines),
                "fetch": Out(Axi4Read(data_bytes=config.axi_bytes, id_bits=ID_BITS)),
                "fetch_bytes": Out(8),
                "quiet": Out(1),
                "positions": Out(32).array(_STREAMS),
                "running": Out(1),
                "done": Out(1),
                "trap": Out(TrapPort()),
                "trace": Out(stream.Signature(TraceEvent)),
                "trace_dropped": Out(4),
                "cycle": Out(32),
                "retired": Out(_STREAMS),
                "states": Out(StreamState).array(_STREAMS),
                "notifications": Out(NotificationStatus()),
                "semaphore_index": In(range(NUM_SEMAPHORES)),
                "semaphore_value": Out(32),
                "semaphore_write": In(1),
                "semaphore_write_value": In(32),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config = self._config
        self._run, self._begin, self._enabled = Signal(), Signal(), Signal(_STREAMS)
        m.d.comb += self._run.eq(self.running & ~self.stop)
        m.d.comb += self._begin.eq(self.start & ~self.running & ~self.stop)
        self._sequencers = [
            Repeated("sequencer", lambda: Sequencer(config), SequencerSignature(config))
            for _ in Stream
        ]
        for i in range(_STREAMS):
            self._stream(m, i)
        self._shared(m)
        self._trace(m)
        self._life(m)
        return m

    def _stream(self, m: Module, i: int) -> None:
        """Wires sequencer ``i``; its clock stops when it has nothing to do."""
        sequencer, name = self._sequencers[i], Stream(i).name.lower()
        starts, awake = Signal(name=f"{name}_starts"), Signal(name=f"{name}_awake")
        m.submodules[name] = Gated(sequencer, starts | awake, name=name)
        ended = sequencer.halted | ~self.running
        with m.If(starts):
            m.d.sync += awake.eq(1)
        with m.Elif(ended & sequencer.idle):
            m.d.sync += awake.eq(0)
        m.d.comb += [
            starts.eq(self._begin & self.stream_enable[i]),
            sequencer.number.eq(i),
            sequencer.legal.eq(legal_mask(Stream(i))),
            sequencer.start.eq(starts),
            sequencer.run.eq(self._run & self._enabled[i]),
            sequencer.entry.eq(self.entry[i]),
            sequencer.length.eq(self.length[i]),
            self.retired[i].eq(sequencer.retired),
            self.states[i].eq(sequencer.state),
        ]
        if i < ENGINES:
            wiring.connect(m, sequencer.engine, wiring.flipped(self.engines[i]))

    def _shared(self, m: Module) -> None:
        config = self._config
        m.submodules.fetch_bus = bus = FetchBus(config)
        m.submodules.dma_issue = dma_issue = DmaIssueArbiter()
        m.submodules.register_moves = moves = RegisterMoveArbiter()
        m.submodules.barriers = barriers = Barriers()
        m.submodules.notifications = notifications = Notifications()
        m.submodules.semaphores = semaphores = Semaphores(config)
        wiring.connect(m, bus.axi, wiring.flipped(self.fetch))
        wiring.connect(m, dma_issue.output, wiring.flipped(self.dma))
        wiring.connect(m, moves.output, wiring.flipped(self.moves))
        wiring.connect(m, notifications.host, wiring.flipped(self.notifications))
        for i, sequencer in enumerate(self._sequencers):
            wiring.connect(m, sequencer.request, bus.requests[i])
            wiring.connect(m, sequencer.response, bus.responses[i])
            wiring.connect(m, sequencer.dma, dma_issue.inputs[i])
            wiring.connect(m, sequencer.move, moves.inputs[i])
            wiring.connect(m, sequencer.barrier, barriers.ports[i])
            wiring.connect(m, sequencer.notify, notifications.ports[i])
            wiring.connect(m, sequencer.wait, semaphores.waits[i])
            wiring.connect(m, sequencer.update, semaphores.updates[i])
        for i in range(config.dma_engines):
            wiring.connect(m, wiring.flipped(self.dma_updates[i]), semaphores.dma_updates[i])
        m.d.comb += [
            bus.windows.eq(self.windows),
            bus.stop.eq(self.stop),
            self.quiet.eq(bus.quiet),
            self.fetch_bytes.eq(bus.fetch_bytes),
            dma_issue.run.eq(self._run),
            moves.run.eq(self._run),
            notifications.clear.eq(self._begin),
            semaphores.index.eq(self.semaphore_index),
            semaphores.write.eq(self.semaphore_write),
            semaphores.write_value.eq(self.semaphore_write_value),
            self.semaphore_value.eq(semaphores.value),
        ]

    def _trace(self, m: Module) -> None:
        m.submodules.trace_merge = merge = TraceMerge(self._config)
        for i, sequencer in enumerate(self._sequencers):
            wiring.connect(m, sequencer.trace_start, merge.starts[i])
            wiring.connect(m, sequencer.trace_end, merge.ends[i])
        for i in range(self._config.dma_engines):
            wiring.connect(m, wiring.flipped(self.dma_trace[i]), merge.dma[i])
        wiring.connect(m, merge.output, wiring.flipped(self.trace))
        m.d.comb += [merge.cycle.eq(self.cycle), self.trace_dropped.eq(merge.dropped)]

    def _life(self, m: Module) -> None:
        """Start, end, trap and watchdog of the program."""
        m.submodules.trap_unit = traps = TrapUnit(_STREAMS + 2 + ENGINES)
        m.submodules.watchdog_unit = watchdog = Watchdog()
        for i, sequencer in enumerate(self._sequencers):
            wiring.connect(m, sequencer.trap, traps.sources[i])
            m.d.comb += watchdog.pcs[i].eq(sequencer.pc)
        wiring.connect(m, wiring.flipped(self.dma_trap), traps.sources[_STREAMS])
        wiring.connect(m, watchdog.trap, traps.sources[_STREAMS + 1])
        for i, fault in enumerate(self.faults):
            source = traps.sources[_STREAMS + 2 + i]
            m.d.comb += [
                source.valid.eq(fault.valid),
                source.cause.eq(Mux(fault.psum, Trap.PSUM_ECC_ERROR, Trap.SBUF_ECC_ERROR)),
                source.stream.eq(i),
                source.pc.eq(self._sequencers[i].oldest_pc),
                source.address.eq(fault.address),
            ]
        wiring.connect(m, traps.trap, wiring.flipped(self.trap))

        halted = Cat(sequencer.halted for sequencer in self._sequencers)
        engines_busy = Cat(engine.busy for engine in self.engines).any()
        active = Cat(sequencer.active for sequencer in self._sequencers).any()
        waiting, rests, rested = Signal(_STREAMS), Signal(), Signal()
        m.d.comb += [
            waiting.eq(self._enabled & ~halted),
            *(
                self.positions[i].eq(Mux(waiting[i], sequencer.pc | 1 << 31, 0))
                for i, sequencer in enumerate(self._sequencers)
            ),
            rests.eq(self.running & ~waiting.any() & ~engines_busy & ~self.dma_busy),
            traps.running.eq(self.running),
            watchdog.running.eq(self._run),
            watchdog.limit.eq(self.watchdog),
            watchdog.progress.eq(active | engines_busy | self.dma_progress),
            watchdog.waiting.eq(waiting),
        ]
        m.d.sync += [self.cycle.eq(self.cycle + 1), rested.eq(rests)]
        # Two cycles in a row: a DMA instruction that was just taken may not show as busy yet.
        with m.If(self.trap.valid):
            m.d.sync += self.running.eq(0)
        with m.Elif(rests & rested):
            m.d.sync += [self.running.eq(0), self.done.eq(1)]
        with m.If(self._begin):
            m.d.sync += [
                self.running.eq(1),
                self.done.eq(0),
                self.cycle.eq(0),
                rested.eq(0),
                self._enabled.eq(self.stream_enable),
            ]
