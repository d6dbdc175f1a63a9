"""The second stage of a sequencer: starts prepared instructions."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..config import NUM_REGISTERS, CoreConfig
from ..isa.csr import Trap
from ..isa.instructions import Barrier, Branch, Loop, Register
from ..isa.opcodes import (
    CONTROL_OPCODES,
    DMA_OPCODES,
    REGISTER_MOVES,
    Opcode,
    Stream,
    UpdateMode,
    WaitMode,
)
from ..isa.operands import Header
from ..isa.roles import LONG_OPCODES
from .inflight import InFlight
from .links import OPCODES, SemaphoreWaitPort, TracePulse, is_any
from .long_control import LongControl
from .loops import LoopCommand, LoopRequest
from .ports import (
    PC_BITS,
    BarrierPort,
    DmaIssue,
    EnginePort,
    NotifyPort,
    RegisterMovePort,
    SemaphoreUpdatePort,
    StreamState,
)
from .prepare import PreparedInstruction
from .registers import RegisterWrite

__all__ = ["StartStage"]

_ENGINE_OPCODES = tuple(
    op for op in OPCODES if op not in CONTROL_OPCODES + REGISTER_MOVES + DMA_OPCODES
)
_SERIAL_OPCODES = (Opcode.NOP, Opcode.HALT, *LONG_OPCODES, *DMA_OPCODES)
"""Opcodes that start after everything earlier in their stream is done."""


class StartStage(wiring.Component):
    """Holds one prepared instruction until its semaphore and its turn come, and starts it.

    Parameters
    ----------
    config:
        Sizes.

    Members
    -------
    number, run, entry: as in :class:`SequencerSignature`; without ``run`` the stage empties and
        nothing starts.
    input: prepared instructions; one is taken when none waits here any more.
    full, pc: an instruction waits here; index of the last instruction that did.
    state: what becomes of it in this cycle.
    drained: everything that started is done; ``oldest_pc``: first instruction that is not.
    request, loops_full: to and from the loop stack: what a control instruction does.
    write: the register a control instruction or a move writes.
    moves: a register move is here; ``moved`` is the register in question, ``move_value`` its value.
    engine, dma, move, barrier, notify, wait, update, trace_start, trace_end, active, retired: the
        sequencer's.
    halts: pulse; HALT has ended.
    fault, cause, address: pulse; the instruction traps.

    Latency and throughput: an instruction without a wait starts in the cycle after it was taken,
    and the next one is taken in that cycle. A wait takes one cycle more.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        super().__init__(
            {
                "number": In(Stream),
                "run": In(1),
                "entry": In(48),
                "input": In(stream.Signature(PreparedInstruction)),
                "full": Out(1),
                "pc": Out(PC_BITS),
                "drained": Out(1),
                "oldest_pc": Out(PC_BITS),
                "state": Out(StreamState),
                "request": Out(LoopRequest()),
                "loops_full": In(1),
                "write": Out(RegisterWrite()),
                "moves": Out(1),
                "moved": Out(range(NUM_REGISTERS)),
                "move_value": In(32),
                "engine": Out(EnginePort()),
                "dma": Out(DmaIssue()),
                "move": Out(RegisterMovePort()),
                "barrier": Out(BarrierPort()),
                "notify": Out(NotifyPort()),
                "wait": Out(SemaphoreWaitPort()),
                "update": Out(SemaphoreUpdatePort()),
                "trace_start": Out(TracePulse()),
                "trace_end": Out(TracePulse()),
                "active": Out(1),
                "retired": Out(1),
                "halts": Out(1),
                "fault": Out(1),
                "cause": Out(Trap),
                "address": Out(48),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.inflight = self._inflight = InFlight(self._config)
        m.submodules.long = self._long = LongControl()
        instruction: Any = Signal(PreparedInstruction, reset_less=True)
        self._raw, self._info, self._pc = instruction.raw, instruction.info, instruction.pc
        self._header: Any = data.View(Header, self._raw[: Header.as_shape().size])
        self._waited, self._updating = Signal(), Signal()
        """The semaphore's condition held; a control instruction ran, but for its update."""
        self._leaves = Signal()
        m.d.comb += [
            self.input.ready.eq(~self.full | self._leaves),
            self.pc.eq(self._pc),
            self.drained.eq(self._inflight.empty),
            self.oldest_pc.eq(self._inflight.oldest_pc),
        ]
        self._begins, self._ends = Signal(), Signal()
        m.d.comb += self.state.eq(StreamState.WAITS_ORDER)
        with m.If(self.full & ~self._updating):
            self._start(m)
        with m.If(self.full & self._updating & self.update.ready & self.run):
            self._finish(m)
        self._connect_semaphores(m)
        self._connect_loops(m)
        self._connect_dma(m)
        self._connect_long(m)
        self._connect_trace(m)
        with m.If(self.full & self._updating):
            m.d.comb += self.state.eq(StreamState.WAITS_SEMAPHORE)
        with m.If(self._leaves | self.fault | self._begins):
            m.d.comb += self.state.eq(StreamState.STARTS)

        with m.If(self._leaves | self.fault | ~self.run):
            m.d.sync += self.full.eq(0)
        with m.If(self.input.valid & self.input.ready):
            m.d.sync += instruction.eq(self.input.payload)
            m.d.sync += [self.full.eq(self.run), self._waited.eq(0), self._updating.eq(0)]
        return m

    def _start(self, m: Module) -> None:
        info, header = self._info, self._header
        is_engine = is_any(info.select, _ENGINE_OPCODES)
        is_loop = is_any(info.select, [Opcode.LOOP])
        too_deep = is_loop & self.loops_full & (data.View(Loop, self._raw).count != 0)
        foreign = ~data.View(Barrier, self._raw).streams.bit_select(self.number, 1)
        left_out = is_any(info.select, [Opcode.BARRIER]) & foreign
        bad_operand = info.bad_operand | too_deep | left_out
        is_bad = Signal()
        m.d.comb += is_bad.eq(info.bad_opcode | bad_operand | info.out_of_range)

        updates = header.update.mode != UpdateMode.NONE
        serial = is_bad | is_any(info.select, _SERIAL_OPCODES) | (~is_engine & updates)
        in_order, waits, begins = Signal(), Signal(), Signal()
        m.d.comb += [
            in_order.eq(self._inflight.empty | ~serial),
            waits.eq((header.wait.mode != WaitMode.NONE) & ~self._waited),
            self.wait.valid.eq(self.run & in_order & waits),
            begins.eq(self.run & in_order & ~waits),
        ]
        with m.If(self.wait.ready):
            m.d.sync += self._waited.eq(1)
        issues = is_engine | is_any(info.select, DMA_OPCODES)
        with m.If(self.wait.valid):
            m.d.comb += self.state.eq(StreamState.WAITS_SEMAPHORE)
        with m.Elif(begins & issues & ~is_bad):
            m.d.comb += self.state.eq(StreamState.WAITS_QUEUE)

        # The trace port of a stream carries one start and one end a cycle.
        traced = self.engine.started | self.engine.done
        with m.If(begins & is_bad):
            self._trap(m, bad_operand)
        with m.Elif(begins & is_engine):
            m.d.comb += self.engine.issue.valid.eq(self._inflight.room)
            with m.If(self.engine.issue.ready & self._inflight.room):
                m.d.comb += [self._inflight.push.eq(1), self._leaves.eq(1)]
        with m.Elif(begins & is_any(info.select, DMA_OPCODES)):
            m.d.comb += self.dma.issue.valid.eq(1)
            with m.If(self.dma.issue.ready):
                m.d.comb += self._begins.eq(1)
                self._finish(m)
        with m.Elif(begins & is_any(info.select, LONG_OPCODES)):
            self._run(m, updates)
        with m.Elif(begins & ~traced):
            m.d.comb += self._begins.eq(1)
            self._control(m)
            with m.If(updates):
                m.d.sync += self._updating.eq(1)
            with m.Else():
                self._finish(m)

    def _run(self, m: Module, updates: Any) -> None:
        """An instruction that takes its time: nothing else of the stream is under way."""
        m.d.comb += [
            self._long.here.eq(1),
            self._begins.eq(self._long.begins),
            self.state.eq(StreamState.WAITS_CONTROL),
        ]
        with m.If(self._long.ends):
            m.d.comb += [
                self.request.command.eq(LoopCommand.ADVANCE),
                self.request.now.eq(1),
            ]
            with m.If(updates):
                m.d.sync += self._updating.eq(1)
            with m.Else():
                self._finish(m)

    def _trap(self, m: Module, bad_operand: Any) -> None:
        info = self._info
        m.d.comb += [self.fault.eq(1), self.address.eq(self._instruction_address())]
        with m.If(info.bad_opcode):
            m.d.comb += self.cause.eq(Trap.BAD_OPCODE)
        with m.Elif(bad_operand):
            m.d.comb += self.cause.eq(Trap.BAD_OPERAND)
        with m.Else():
            m.d.comb += [self.cause.eq(Trap.OUT_OF_RANGE), self.address.eq(info.address)]

    def _control(self, m: Module) -> None:
        """What REGISTER, BRANCH and LOOP do."""
        info, request, write = self._info, self.request, self.write
        register, loop = data.View(Register, self._raw), data.View(Loop, self._raw)
        with m.If(is_any(info.select, [Opcode.REGISTER])):
            m.d.comb += [
                write.valid.eq(1),
                write.index.eq(register.dst),
                write.value.eq(info.result),
                request.command.eq(LoopCommand.ADVANCE),
            ]
        with m.If(is_any(info.select, [Opcode.BRANCH])):
            jumps = Mux(info.taken, LoopCommand.JUMP, LoopCommand.ADVANCE)
            m.d.comb += [request.now.eq(1), request.command.eq(jumps)]
        with m.If(is_any(info.select, [Opcode.LOOP])):
            entered = Mux(loop.count != 0, LoopCommand.ENTER, LoopCommand.ADVANCE)
            m.d.comb += [
                write.valid.eq(loop.counter_enable),
                write.index.eq(loop.counter),
                write.value.eq(loop.start),
                request.command.eq(entered),
            ]

    def _finish(self, m: Module) -> None:
        """The control or DMA instruction is over."""
        m.d.comb += [
            self._ends.eq(1),
            self._leaves.eq(1),
            self.halts.eq(is_any(self._info.select, [Opcode.HALT])),
        ]

    def _connect_loops(self, m: Module) -> None:
        info, request = self._info, self.request
        loop, branch = data.View(Loop, self._raw), data.View(Branch, self._raw)
        last = self._pc + loop.body
        m.d.comb += [
            request.entry.start.eq(self._pc + 1),
            request.entry.end.eq(last),
            request.entry.counter.eq(loop.counter),
            request.entry.counter_enable.eq(loop.counter_enable),
            request.entry.step.eq(loop.step),
            request.entry.remaining.eq(loop.count),
        ]
        with m.If(is_any(info.select, [Opcode.LOOP])):
            m.d.comb += request.position.eq(last)
        with m.Elif(is_any(info.select, [Opcode.BRANCH]) & info.taken):
            m.d.comb += request.position.eq(branch.target)
        with m.Else():
            m.d.comb += request.position.eq(self._pc)

    def _connect_semaphores(self, m: Module) -> None:
        """A control instruction with an update starts when ``inflight`` is empty, so the two
        users of the update port never meet."""
        wait, update, inflight = self._header.wait, self._header.update, self._inflight
        m.d.comb += [
            self.wait.mode.eq(wait.mode),
            self.wait.semaphore.eq(wait.semaphore),
            self.wait.value.eq(wait.value),
            inflight.pc.eq(self._pc),
            inflight.entry_update.eq(update),
            inflight.started.eq(self.engine.started),
            inflight.done.eq(self.engine.done),
            inflight.update.ready.eq(self.update.ready),
            self.engine.issue.payload.raw.eq(self._raw),
            self.engine.issue.payload.extents.eq(self._info.extents),
        ]
        own = self.full & self._updating
        m.d.comb += [
            self.update.valid.eq(Mux(own, self.run, inflight.update.valid)),
            self.update.mode.eq(Mux(own, update.mode, inflight.update.mode)),
            self.update.semaphore.eq(Mux(own, update.semaphore, inflight.update.semaphore)),
            self.update.value.eq(Mux(own, update.value, inflight.update.value)),
        ]

    def _connect_dma(self, m: Module) -> None:
        command, info = self.dma.issue.payload, self._info
        is_store = is_any(info.select, [Opcode.DMA_STORE, Opcode.DMA_SCATTER])
        near, far = info.device_registers[0], info.device_registers[1]
        m.d.comb += [
            command.raw.eq(self._raw),
            command.stream.eq(self.number),
            command.pc.eq(self._pc),
            command.instruction_address.eq(self._instruction_address()),
            command.src_register.eq(Mux(is_store, 0, near)),
            command.dst_register.eq(Mux(is_store, near, far)),
        ]

    def _connect_long(self, m: Module) -> None:
        long, write = self._long, self.write
        for name in ("move", "barrier", "notify"):
            wiring.connect(m, getattr(long, name), wiring.flipped(getattr(self, name)))
        m.d.comb += [
            long.raw.eq(self._raw),
            long.select.eq(self._info.select),
            long.register.eq(self._info.device_registers[0]),
            long.number.eq(self.number),
            long.pc.eq(self._pc),
            long.instruction_address.eq(self._instruction_address()),
            long.move_value.eq(self.move_value),
            self.moves.eq(self.full & long.moves),
            self.moved.eq(long.moved),
        ]
        with m.If(long.write.valid):
            m.d.comb += [
                write.valid.eq(1),
                write.index.eq(long.write.index),
                write.value.eq(long.write.value),
            ]

    def _connect_trace(self, m: Module) -> None:
        inflight = self._inflight
        for own, engine, pulse in ((self.trace_start, inflight.trace_start, self._begins),
                                   (self.trace_end, inflight.trace_end, self._ends)):  # fmt: skip
            m.d.comb += own.valid.eq(engine.valid | pulse)
            m.d.comb += own.pc.eq(Mux(pulse, self._pc, engine.pc))
        m.d.comb += self.retired.eq(self._ends | inflight.retired)
        m.d.comb += self.active.eq(
            self._begins
            | self._ends
            | inflight.retired
            | inflight.push
            | self.engine.started
            | self._long.delays
        )

    def _instruction_address(self) -> Any:
        return ((self.entry[7:] << 7) + (self._pc << 7))[:48]
