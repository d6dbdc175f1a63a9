"""One instruction stream."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, Signature

from ..config import CoreConfig
from ..isa.csr import Trap
from ..isa.opcodes import Stream
from .fetch import Fetch, FetchStatus
from .links import OPCODES, FetchRequest, FetchResponse, SemaphoreWaitPort, TracePulse
from .loops import LoopCommand, LoopStack
from .ports import (
    PC_BITS,
    BarrierPort,
    DmaIssue,
    EnginePort,
    NotifyPort,
    RegisterMovePort,
    SemaphoreUpdatePort,
    StreamState,
    TrapPort,
)
from .prepare_stage import PrepareStage
from .registers import RegisterFile
from .start_stage import StartStage

__all__ = ["Sequencer", "SequencerSignature"]


class SequencerSignature(Signature):
    """Members of :class:`Sequencer`, from the inside.

    Members
    -------
    number: the stream; ``legal`` is the mask of its opcodes. Constants.
    start: pulse; begin at instruction 0.
    run: from the cycle after ``start``; without it nothing new starts.
    entry, length: the stream in device memory.
    engine: port of the stream's engine, if it has one.
    halted: the stream has halted.
    idle: nothing is in flight: no read, no instruction in the engine.
    active: an instruction started or retired in this cycle, or a DELAY is under way.
    retired: an instruction is over.
    pc: the instruction the stream is at.
    oldest_pc: the first instruction in the engine that is not done.
    state: what the stream does in this cycle.
    """

    def __init__(self, config: CoreConfig):
        super().__init__(
            {
                "number": In(Stream),
                "legal": In(len(OPCODES)),
                "start": In(1),
                "run": In(1),
                "entry": In(48),
                "length": In(PC_BITS),
                "request": Out(FetchRequest()),
                "response": In(FetchResponse(config)),
                "engine": Out(EnginePort()),
                "dma": Out(DmaIssue()),
                "move": Out(RegisterMovePort()),
                "barrier": Out(BarrierPort()),
                "notify": Out(NotifyPort()),
                "wait": Out(SemaphoreWaitPort()),
                "update": Out(SemaphoreUpdatePort()),
                "trap": Out(TrapPort()),
                "trace_start": Out(TracePulse()),
                "trace_end": Out(TracePulse()),
                "halted": Out(1),
                "idle": Out(1),
                "active": Out(1),
                "retired": Out(1),
                "pc": Out(PC_BITS),
                "oldest_pc": Out(PC_BITS),
                "state": Out(StreamState),
            }
        )


class Sequencer(wiring.Component):
    """Fetches, prepares and starts the instructions of one stream, in order.

    Two stages: the preparation of an instruction overlaps with the start of the one before it when
    that one changes no register and its successor is known (engines, DMA, NOP).

    Parameters
    ----------
    config:
        Sizes.

    Members
    -------
    See :class:`SequencerSignature`.

    Throughput, in cycles from one instruction to the next, out of the buffer: NOP, MEMSET and
    LOAD_STATIONARY 3, one more for each further on-chip operand (MULTIPLY_MOVING 4, TENSOR_TENSOR
    5), three more with one register-named field and one for each further, BRANCH 5, REGISTER 6.
    Never less than the fetch port takes: 128 / ``axi_bytes`` for code that is not in the buffer.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        super().__init__(SequencerSignature(config))

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config = self._config
        m.submodules.fetch = self._fetch = Fetch(config)
        m.submodules.loops = self._loops = LoopStack(config)
        m.submodules.registers = self._registers = RegisterFile()
        m.submodules.prepare_stage = self._prepare = PrepareStage(config)
        m.submodules.start_stage = self._start = StartStage(config)
        self._alive = Signal()
        """From ``start`` to HALT, a trap or the end of ``run``."""
        self._known = Signal()
        """``loops.next`` is the next instruction, and it was not taken."""
        self._connect_fetch(m)
        self._connect_loops(m)
        self._connect_stages(m)
        self._connect_trap(m)

        with m.If(~self.run | self.trap.valid | self._start.halts):
            m.d.sync += self._alive.eq(0)
        with m.If(self._start.halts):
            m.d.sync += self.halted.eq(1)
        with m.If(self.start):
            m.d.sync += [self._alive.eq(1), self.halted.eq(0)]
        return m

    def _connect_fetch(self, m: Module) -> None:
        fetch, loops, prepare = self._fetch, self._loops, self._prepare
        wiring.connect(m, fetch.request, wiring.flipped(self.request))
        wiring.connect(m, fetch.response, wiring.flipped(self.response))
        okay = fetch.status == FetchStatus.OKAY
        m.d.comb += [
            fetch.start.eq(self.start),
            fetch.run.eq(self.run & self._alive),
            fetch.entry.eq(self.entry),
            fetch.length.eq(self.length),
            fetch.pc.eq(loops.next),
            fetch.pc_valid.eq(self._known),
            fetch.hold.eq(loops.hold),
            fetch.hold_start.eq(loops.hold_start),
            fetch.take.eq(prepare.take),
            prepare.row.eq(fetch.row),
            prepare.row_valid.eq(fetch.row_valid & okay & self._alive),
            prepare.position.eq(loops.next),
        ]
        m.d.sync += self._known.eq((self._known & ~fetch.take) | loops.done | self.start)

    def _connect_loops(self, m: Module) -> None:
        loops, registers, prepare, start = self._loops, self._registers, self._prepare, self._start
        # While a move is here nothing is in preparation.
        read = registers.read_operand
        m.d.comb += [
            read.index.eq(Mux(start.moves, start.moved, prepare.read.index)),
            prepare.read.value.eq(read.value),
            start.move_value.eq(read.value),
        ]
        wiring.connect(m, loops.read, registers.read_counter)
        m.d.comb += [loops.clear.eq(self.start), start.loops_full.eq(loops.full)]
        # A control instruction starts when nothing is in preparation: its successor is not known.
        for name in ("command", "now", "position", "entry"):
            m.d.comb += getattr(loops.request, name).eq(getattr(start.request, name))
        with m.If(prepare.advance):
            m.d.comb += [
                loops.request.command.eq(LoopCommand.ADVANCE),
                loops.request.now.eq(1),
                loops.request.position.eq(prepare.pc),
            ]
        for name in ("valid", "index", "value"):
            own, counter = getattr(start.write, name), getattr(loops.write, name)
            m.d.comb += getattr(registers.write, name).eq(Mux(start.write.valid, own, counter))

    def _connect_stages(self, m: Module) -> None:
        prepare, start = self._prepare, self._start
        wiring.connect(m, prepare.output, start.input)
        m.d.comb += [prepare.run.eq(self.run), prepare.legal.eq(self.legal)]
        for name in ("number", "run", "entry"):
            m.d.comb += getattr(start, name).eq(getattr(self, name))
        for name in ("engine", "dma", "move", "barrier", "notify", "wait", "update",
                     "trace_start", "trace_end"):  # fmt: skip
            wiring.connect(m, getattr(start, name), wiring.flipped(getattr(self, name)))
        m.d.comb += [
            self.active.eq(start.active),
            self.retired.eq(start.retired),
            self.oldest_pc.eq(start.oldest_pc),
            self.idle.eq(start.drained & self._fetch.idle),
        ]
        with m.If(start.full):
            m.d.comb += self.state.eq(start.state)
        with m.Elif(prepare.occupied):
            m.d.comb += self.state.eq(StreamState.WAITS_PREPARE)
        with m.Elif(self._alive):
            m.d.comb += self.state.eq(StreamState.WAITS_FETCH)

    def _connect_trap(self, m: Module) -> None:
        fetch, prepare, start = self._fetch, self._prepare, self._start
        none_before = ~start.full & ~prepare.occupied
        missing = fetch.row_valid & (fetch.status != FetchStatus.OKAY) & self._alive
        with m.If(start.full | ~self._alive):
            m.d.comb += self.pc.eq(start.pc)
        with m.Elif(prepare.occupied):
            m.d.comb += self.pc.eq(prepare.pc)
        with m.Else():
            m.d.comb += self.pc.eq(self._loops.next)
        m.d.comb += [
            self.trap.stream.eq(self.number),
            self.trap.pc.eq(self.pc),
            self.trap.valid.eq(start.fault),
            self.trap.cause.eq(start.cause),
            self.trap.address.eq(start.address),
        ]
        with m.If(missing & none_before & start.drained & self.run):
            m.d.comb += [
                self.trap.valid.eq(1),
                self.trap.cause.eq(Trap.OUT_OF_RANGE),
                self.trap.address.eq(fetch.address),
            ]
            with m.If(fetch.status == FetchStatus.BUS_ERROR):
                m.d.comb += self.trap.cause.eq(Trap.BUS_ERROR)
            with m.If(fetch.status == FetchStatus.ECC_ERROR):
                m.d.comb += self.trap.cause.eq(Trap.ECC_ERROR)
                m.d.comb += self.trap.address[3:7].eq(fetch.flaw)
