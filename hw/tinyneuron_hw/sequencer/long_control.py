"""Control instructions that run for more than a cycle."""

from typing import Any

from amaranth.hdl import Module, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..config import NUM_REGISTERS
from ..isa.instructions import INSTRUCTION_BITS, Barrier, Delay, Notify
from ..isa.opcodes import REGISTER_MOVES, Opcode, Stream
from .links import OPCODES, is_any
from .move_command import MoveCommand
from .ports import PC_BITS, BarrierPort, NotifyPort, RegisterMovePort
from .registers import RegisterWrite

__all__ = ["LongControl"]


class LongControl(wiring.Component):
    """Runs the ``LONG_OPCODES``: register moves, DELAY, NOTIFY and BARRIER.

    Members
    -------
    raw, select: resolved instruction and its one-hot opcode.
    register: value of the register that its device pattern names.
    number, pc, instruction_address: where it stands.
    here: the instruction may run; up to ``ends``. When it falls before, all is forgotten.
    begins, ends: pulses, ``ends`` in a later cycle.
    delays: a DELAY is under way.
    moves: the instruction is a register move; ``moved`` is the register in question,
        ``move_value`` its value.
    write: the register it writes.
    move, barrier, notify: to what the streams share.
    """

    raw: In(INSTRUCTION_BITS)
    select: In(len(OPCODES))
    register: In(32)
    number: In(Stream)
    pc: In(PC_BITS)
    instruction_address: In(48)
    here: In(1)
    begins: Out(1)
    ends: Out(1)
    delays: Out(1)
    moves: Out(1)
    moved: Out(range(NUM_REGISTERS))
    move_value: In(32)
    write: Out(RegisterWrite())
    move: Out(RegisterMovePort())
    barrier: Out(BarrierPort())
    notify: Out(NotifyPort())

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        running, left = Signal(), Signal(32)
        delay, notify, barrier = Signal(), Signal(), Signal()
        delay_fields, notify_fields, barrier_fields = (
            data.View(layout, self.raw) for layout in (Delay, Notify, Barrier)
        )
        waits, works = Signal(), Signal()
        m.d.comb += [
            delay.eq(is_any(self.select, [Opcode.DELAY])),
            notify.eq(is_any(self.select, [Opcode.NOTIFY])),
            barrier.eq(is_any(self.select, [Opcode.BARRIER])),
            self.moves.eq(is_any(self.select, REGISTER_MOVES)),
            waits.eq(self.here & ~running),
            works.eq(self.here & running),
            self.begins.eq(waits & (~self.moves | self.move.issue.ready)),
            self.ends.eq(
                works
                & (
                    (delay & (left == 0))
                    | (notify & self.notify.ready)
                    | (barrier & self.barrier.go)
                    | (self.moves & self.move.done)
                )
            ),
            self.delays.eq(works & delay),
            self.notify.valid.eq(works & notify),
            self.notify.value.eq(notify_fields.value),
            self.barrier.arrived.eq(works & barrier),
            self.barrier.streams.eq(barrier_fields.streams),
        ]
        with m.If(self.begins):
            m.d.sync += [running.eq(1), left.eq(delay_fields.cycles)]
        with m.If(self.ends | ~self.here):
            m.d.sync += running.eq(0)
        with m.If(self.delays & (left != 0)):
            m.d.sync += left.eq(left - 1)
        self._move(m, waits, works)
        return m

    def _move(self, m: Module, waits: Signal, works: Signal) -> None:
        m.submodules.command = command = MoveCommand()
        write, move, payload = self.write, self.move, self.move.issue.payload
        m.d.comb += [
            command.raw.eq(self.raw),
            command.select.eq(self.select),
            command.register.eq(self.register),
            payload.eq(command.move),
            payload.stream.eq(self.number),
            payload.pc.eq(self.pc),
            payload.instruction_address.eq(self.instruction_address),
            move.issue.valid.eq(waits & self.moves),
            move.value.eq(self.move_value),
            self.moved.eq(command.first + move.index),
            write.valid.eq(works & move.write),
            write.index.eq(self.moved),
            write.value.eq(move.write_value),
        ]
