"""One instruction stream."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import data, enum, wiring
from amaranth.lib.wiring import In, Out, Signature

from ..blocks import Gated
from ..config import CoreConfig
from ..isa.csr import Trap
from ..isa.instructions import Branch, Loop, Register
from ..isa.opcodes import CONTROL_OPCODES, DMA_OPCODES, Opcode, Stream, UpdateMode, WaitMode
from ..isa.operands import Header
from .fetch import Fetch, FetchStatus
from .inflight import InFlight
from .links import OPCODES, FetchRequest, FetchResponse, SemaphoreWaitPort, TracePulse, is_any
from .loops import LoopCommand, LoopStack
from .ports import PC_BITS, DmaIssue, EnginePort, SemaphoreUpdatePort, TrapPort
from .prepare import Prepare
from .registers import RegisterFile

__all__ = ["Sequencer", "SequencerSignature"]

_ENGINE_OPCODES = tuple(op for op in OPCODES if op not in CONTROL_OPCODES + DMA_OPCODES)
_SERIAL_OPCODES = (Opcode.NOP, Opcode.HALT, *DMA_OPCODES)
"""Opcodes that start after everything earlier in their stream is done."""
_STRAIGHT_OPCODES = (Opcode.NOP, *DMA_OPCODES, *_ENGINE_OPCODES)
"""Opcodes whose successor is known before they start."""


class _State(enum.Enum, shape=3):
    IDLE = 0
    LOAD = 1
    """Waits for the instruction."""
    PREPARE = 2
    START = 3
    """Waits for the semaphore, then starts the instruction."""
    UPDATE = 4
    """A control instruction's semaphore update."""


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
    active: an instruction started or retired in this cycle.
    retired: an instruction is over.
    pc: the instruction the stream is at.
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
            }
        )


class Sequencer(wiring.Component):
    """Fetches, prepares and starts the instructions of one stream, in order.

    Parameters
    ----------
    config:
        Sizes.

    Members
    -------
    See :class:`SequencerSignature`.

    Throughput, from the buffer and without register-named fields: NOP and branches every 4
    cycles, LOAD_STATIONARY every 5, MULTIPLY_MOVING every 6.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        super().__init__(SequencerSignature(config))

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        self._state, self._known, self._advanced = Signal(_State), Signal(), Signal()
        self._waited, self._position = Signal(), Signal(PC_BITS)
        self._make_units(m)
        self._connect(m)
        prepare, fetch, loops = self._prepare, self._fetch, self._loops
        state = self._state

        m.d.comb += self.pc.eq(Mux(state == _State.LOAD, loops.next, self._position))
        m.d.sync += self._known.eq((self._known & ~fetch.take) | loops.done)
        with m.Switch(state):
            with m.Case(_State.LOAD):
                self._load(m)
            with m.Case(_State.PREPARE):
                with m.If(prepare.done):
                    m.d.sync += state.eq(_State.START)
            with m.Case(_State.START):
                self._start(m)
            with m.Case(_State.UPDATE):
                with m.If(self.update.ready & self.run):
                    self._finish(m)
        straight = is_any(prepare.info.select, _STRAIGHT_OPCODES)
        in_preparation = (state == _State.PREPARE) & prepare.resolved
        with m.If(in_preparation & straight & ~self._advanced):
            m.d.comb += loops.command.eq(LoopCommand.ADVANCE)
            m.d.sync += self._advanced.eq(1)

        with m.If(~self.run):
            m.d.sync += state.eq(_State.IDLE)
        with m.If(self.start):
            m.d.sync += [state.eq(_State.LOAD), self._known.eq(1), self.halted.eq(0)]
        return m

    def _make_units(self, m: Module) -> None:
        config = self._config
        m.submodules.fetch = self._fetch = Fetch(config)
        m.submodules.loops = self._loops = LoopStack(config)
        m.submodules.registers = self._registers = RegisterFile()
        m.submodules.inflight = self._inflight = InFlight(config)
        self._prepare = Prepare(config)
        # The wide logic of preparation costs nothing while an instruction waits or runs.
        loading = (self._state == _State.LOAD) & self._fetch.row_valid
        preparing = self._state == _State.PREPARE
        m.submodules.prepare = Gated(self._prepare, loading | preparing, name="prepare")

    def _connect(self, m: Module) -> None:
        fetch, loops, registers = self._fetch, self._loops, self._registers
        prepare, inflight = self._prepare, self._inflight
        wiring.connect(m, fetch.request, wiring.flipped(self.request))
        wiring.connect(m, fetch.response, wiring.flipped(self.response))
        wiring.connect(m, prepare.read, registers.read_operand)
        wiring.connect(m, loops.read, registers.read_counter)
        header = data.View(Header, prepare.raw[: Header.as_shape().size])
        self._header = header
        m.d.comb += [
            fetch.start.eq(self.start),
            fetch.run.eq(self.run & (self._state != _State.IDLE)),
            fetch.entry.eq(self.entry),
            fetch.length.eq(self.length),
            fetch.pc.eq(loops.next),
            fetch.pc_valid.eq(self._known),
            fetch.hold.eq(loops.hold),
            fetch.hold_start.eq(loops.hold_start),
            loops.clear.eq(self.start),
            prepare.legal.eq(self.legal),
            prepare.row.eq(fetch.row),
            inflight.pc.eq(self._position),
            inflight.entry_update.eq(header.update),
            inflight.started.eq(self.engine.started),
            inflight.done.eq(self.engine.done),
            self.engine.issue.payload.raw.eq(prepare.raw),
            self.idle.eq(inflight.empty & fetch.idle),
            self.wait.mode.eq(header.wait.mode),
            self.wait.semaphore.eq(header.wait.semaphore),
            self.wait.value.eq(header.wait.value),
            self.trap.stream.eq(self.number),
            self.trap.pc.eq(self.pc),
        ]
        self._connect_loops(m)
        self._connect_update(m)
        self._connect_dma(m)
        self._connect_trace(m)

    def _connect_loops(self, m: Module) -> None:
        raw, info, loops = self._prepare.raw, self._prepare.info, self._loops
        loop, branch = data.View(Loop, raw), data.View(Branch, raw)
        here = self._position
        last = here + loop.body
        with m.If(is_any(info.select, [Opcode.LOOP])):
            m.d.comb += loops.position.eq(last)
        with m.Elif(is_any(info.select, [Opcode.BRANCH]) & info.taken):
            m.d.comb += loops.position.eq(branch.target)
        with m.Else():
            m.d.comb += loops.position.eq(here)
        m.d.comb += [
            loops.entry.start.eq(here + 1),
            loops.entry.end.eq(last),
            loops.entry.counter.eq(loop.counter),
            loops.entry.counter_enable.eq(loop.counter_enable),
            loops.entry.step.eq(loop.step),
            loops.entry.remaining.eq(loop.count),
        ]
        write = self._registers.write
        m.d.comb += [
            write.valid.eq(loops.write.valid),
            write.index.eq(loops.write.index),
            write.value.eq(loops.write.value),
        ]

    def _connect_update(self, m: Module) -> None:
        """A control instruction with an update starts when ``inflight`` is empty, so the two
        users of the update port never meet."""
        update, inflight = self._header.update, self._inflight
        m.d.comb += [
            self.update.valid.eq(inflight.update.valid),
            self.update.mode.eq(inflight.update.mode),
            self.update.semaphore.eq(inflight.update.semaphore),
            self.update.value.eq(inflight.update.value),
            inflight.update.ready.eq(self.update.ready),
        ]
        with m.If(self._state == _State.UPDATE):
            m.d.comb += [
                self.update.valid.eq(self.run),
                self.update.mode.eq(update.mode),
                self.update.semaphore.eq(update.semaphore),
                self.update.value.eq(update.value),
            ]

    def _connect_dma(self, m: Module) -> None:
        command, info = self.dma.issue.payload, self._prepare.info
        is_store = is_any(info.select, [Opcode.DMA_STORE])
        near, far = info.device_registers[0], info.device_registers[1]
        m.d.comb += [
            command.raw.eq(self._prepare.raw),
            command.stream.eq(self.number),
            command.pc.eq(self._position),
            command.instruction_address.eq(self._instruction_address()),
            command.src_register.eq(Mux(is_store, 0, near)),
            command.dst_register.eq(Mux(is_store, near, far)),
        ]

    def _connect_trace(self, m: Module) -> None:
        inflight = self._inflight
        self._begins, self._ends = Signal(), Signal()
        for own, engine, pulse in ((self.trace_start, inflight.trace_start, self._begins),
                                   (self.trace_end, inflight.trace_end, self._ends)):  # fmt: skip
            m.d.comb += own.valid.eq(engine.valid | pulse)
            m.d.comb += own.pc.eq(Mux(pulse, self._position, engine.pc))
        m.d.comb += self.retired.eq(self._ends | inflight.retired)
        m.d.comb += self.active.eq(
            self._begins | self._ends | inflight.retired | inflight.push | self.engine.started
        )

    def _instruction_address(self) -> Any:
        return ((self.entry[7:] << 7) + (self._position << 7))[:48]

    def _load(self, m: Module) -> None:
        fetch, prepare = self._fetch, self._prepare
        with m.If(fetch.row_valid & self.run):
            with m.If(fetch.status == FetchStatus.OKAY):
                m.d.comb += [fetch.take.eq(1), prepare.load.eq(1)]
                m.d.sync += [
                    self._position.eq(self._loops.next),
                    self._advanced.eq(0),
                    self._waited.eq(0),
                    self._state.eq(_State.PREPARE),
                ]
            with m.Elif(self._inflight.empty):
                is_error = fetch.status == FetchStatus.BUS_ERROR
                cause = Mux(is_error, Trap.BUS_ERROR, Trap.OUT_OF_RANGE)
                self._raise(m, cause, fetch.address)

    def _raise(self, m: Module, cause: Any, address: Any) -> None:
        m.d.comb += [
            self.trap.valid.eq(1),
            self.trap.cause.eq(cause),
            self.trap.address.eq(address),
        ]
        m.d.sync += self._state.eq(_State.IDLE)

    def _start(self, m: Module) -> None:
        info, header = self._prepare.info, self._header
        is_engine = is_any(info.select, _ENGINE_OPCODES)
        loop = data.View(Loop, self._prepare.raw)
        too_deep = is_any(info.select, [Opcode.LOOP]) & self._loops.full & (loop.count != 0)
        bad_operand = info.bad_operand | too_deep
        fault = Signal()
        m.d.comb += fault.eq(info.bad_opcode | bad_operand | info.out_of_range)

        updates = header.update.mode != UpdateMode.NONE
        serial = fault | is_any(info.select, _SERIAL_OPCODES) | (~is_engine & updates)
        in_order, waits, begins = Signal(), Signal(), Signal()
        m.d.comb += [
            in_order.eq(self._inflight.empty | ~serial),
            waits.eq((header.wait.mode != WaitMode.NONE) & ~self._waited),
            self.wait.valid.eq(self.run & in_order & waits),
            begins.eq(self.run & in_order & ~waits),
        ]
        with m.If(self.wait.ready):
            m.d.sync += self._waited.eq(1)

        # The trace port of a stream carries one start and one end a cycle.
        traced = self.engine.started | self.engine.done
        with m.If(begins & fault):
            here = self._instruction_address()
            with m.If(info.bad_opcode):
                self._raise(m, Trap.BAD_OPCODE, here)
            with m.Elif(bad_operand):
                self._raise(m, Trap.BAD_OPERAND, here)
            with m.Else():
                self._raise(m, Trap.OUT_OF_RANGE, info.address)
        with m.Elif(begins & is_engine):
            m.d.comb += self.engine.issue.valid.eq(self._inflight.room)
            with m.If(self.engine.issue.ready & self._inflight.room):
                m.d.comb += self._inflight.push.eq(1)
                m.d.sync += self._state.eq(_State.LOAD)
        with m.Elif(begins & is_any(info.select, DMA_OPCODES)):
            m.d.comb += self.dma.issue.valid.eq(1)
            with m.If(self.dma.issue.ready):
                m.d.comb += self._begins.eq(1)
                self._finish(m)
        with m.Elif(begins & ~traced):
            m.d.comb += self._begins.eq(1)
            self._control(m, loop)
            with m.If(updates):
                m.d.sync += self._state.eq(_State.UPDATE)
            with m.Else():
                self._finish(m)

    def _control(self, m: Module, loop: data.View) -> None:
        """What REGISTER, BRANCH and LOOP do."""
        info, loops, write = self._prepare.info, self._loops, self._registers.write
        register = data.View(Register, self._prepare.raw)
        with m.If(is_any(info.select, [Opcode.REGISTER])):
            m.d.comb += [
                write.valid.eq(1),
                write.index.eq(register.dst),
                write.value.eq(info.result),
                loops.command.eq(LoopCommand.ADVANCE),
            ]
        with m.If(is_any(info.select, [Opcode.BRANCH])):
            m.d.comb += loops.command.eq(Mux(info.taken, LoopCommand.JUMP, LoopCommand.ADVANCE))
        with m.If(is_any(info.select, [Opcode.LOOP])):
            entered = Mux(loop.count != 0, LoopCommand.ENTER, LoopCommand.ADVANCE)
            m.d.comb += [
                write.valid.eq(loop.counter_enable),
                write.index.eq(loop.counter),
                write.value.eq(loop.start),
                loops.command.eq(entered),
            ]

    def _finish(self, m: Module) -> None:
        """The control or DMA instruction is over."""
        m.d.comb += self._ends.eq(1)
        with m.If(is_any(self._prepare.info.select, [Opcode.HALT])):
            m.d.sync += [self.halted.eq(1), self._state.eq(_State.IDLE)]
        with m.Else():
            m.d.sync += self._state.eq(_State.LOAD)
