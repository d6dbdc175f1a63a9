"""One instruction stream: program counter, registers, hardware loops, branches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tinyneuron_hw.config import INSTRUCTION_BYTES, LOOP_DEPTH, NUM_REGISTERS
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Condition, Opcode, RegisterOp, Stream

from .errors import TrapSignal
from .prepared import Prepared, signed32

__all__ = ["Sequencer", "branch_taken", "register_result"]

_MASK = 0xFFFF_FFFF

_REGISTER_OPS: dict[RegisterOp, Callable[[int, int], int]] = {
    RegisterOp.ADD: lambda a, b: a + b,
    RegisterOp.SUBTRACT: lambda a, b: a - b,
    RegisterOp.AND: lambda a, b: a & b,
    RegisterOp.OR: lambda a, b: a | b,
    RegisterOp.XOR: lambda a, b: a ^ b,
    RegisterOp.SHIFT_LEFT: lambda a, b: a << (b & 31),
    RegisterOp.SHIFT_RIGHT: lambda a, b: a >> (b & 31),
    RegisterOp.SHIFT_RIGHT_ARITHMETIC: lambda a, b: signed32(a) >> (b & 31),
    RegisterOp.MULTIPLY: lambda a, b: a * b,
    RegisterOp.MIN_SIGNED: lambda a, b: min(signed32(a), signed32(b)),
    RegisterOp.MAX_SIGNED: lambda a, b: max(signed32(a), signed32(b)),
    RegisterOp.LESS_SIGNED: lambda a, b: int(signed32(a) < signed32(b)),
    RegisterOp.LESS_UNSIGNED: lambda a, b: int(a < b),
    RegisterOp.EQUAL: lambda a, b: int(a == b),
    RegisterOp.MIN_UNSIGNED: min,
    RegisterOp.MAX_UNSIGNED: max,
    RegisterOp.NOT_EQUAL: lambda a, b: int(a != b),
    RegisterOp.GREATER_EQUAL_SIGNED: lambda a, b: int(signed32(a) >= signed32(b)),
    RegisterOp.GREATER_EQUAL_UNSIGNED: lambda a, b: int(a >= b),
    RegisterOp.AND_NOT: lambda a, b: a & ~b,
    RegisterOp.MULTIPLY_HIGH_SIGNED: lambda a, b: signed32(a) * signed32(b) >> 32,
    RegisterOp.MULTIPLY_HIGH_UNSIGNED: lambda a, b: a * b >> 32,
}

_CONDITIONS: dict[Condition, Callable[[int, int], bool]] = {
    Condition.ALWAYS: lambda a, b: True,
    Condition.EQUAL: lambda a, b: a == b,
    Condition.NOT_EQUAL: lambda a, b: a != b,
    Condition.LESS_SIGNED: lambda a, b: signed32(a) < signed32(b),
    Condition.GREATER_EQUAL_SIGNED: lambda a, b: signed32(a) >= signed32(b),
    Condition.LESS_UNSIGNED: lambda a, b: a < b,
    Condition.GREATER_EQUAL_UNSIGNED: lambda a, b: a >= b,
}


def register_result(op: RegisterOp, a: int, b: int) -> int:
    """``a op b`` on 32-bit patterns."""
    return _REGISTER_OPS[op](a, b) & _MASK


def branch_taken(condition: Condition, a: int, b: int) -> bool:
    """Whether a branch with these 32-bit patterns is taken."""
    return _CONDITIONS[condition](a, b)


@dataclass
class _Loop:
    first: int
    """Instruction index of the body's first instruction."""
    end: int
    """One past the body's last."""
    left: int
    """Passes to go, the current one included."""
    counter: int | None
    step: int


class Sequencer:
    """State of a stream. ``registers`` keep their values between programs."""

    def __init__(self, stream: Stream):
        self.stream = stream
        self.registers = [0] * NUM_REGISTERS
        self.start(0, 0)
        self.halted = True

    def start(self, entry: int, length: int) -> None:
        """Starts at instruction 0 of ``length`` instructions at device address ``entry``, of
        which the low 7 bits are ignored."""
        self.entry = entry & -INSTRUCTION_BYTES
        self.length = length
        self.pc = 0
        self.halted = False
        self.prepared: Prepared | None = None
        self.meeting: int | None = None
        """The streams of the BARRIER it has come to."""
        self._loops: list[_Loop] = []

    @property
    def address(self) -> int:
        """Device address of the current instruction."""
        return self.entry + INSTRUCTION_BYTES * self.pc

    def advance(self, prepared: Prepared) -> None:
        """Executes a control instruction's effect on this stream and moves to the next one."""
        opcode, fields = prepared.opcode, prepared.fields
        following = self.pc + 1
        if opcode is Opcode.HALT:
            self.halted = True
            return
        if opcode is Opcode.REGISTER:
            self.registers[fields["dst"]] = register_result(fields["op"], fields["a"], fields["b"])
        elif opcode is Opcode.BRANCH:
            if branch_taken(fields["condition"], fields["a"], fields["b"]):
                self._jump(fields["target"])
                return
        elif opcode is Opcode.LOOP:
            following = self._enter(fields)
        self._go(following)

    def _go(self, following: int) -> None:
        """Moves on to ``following``, through the ends of loops."""
        while self._loops and following == self._loops[-1].end:
            loop = self._loops[-1]
            loop.left -= 1
            if loop.counter is not None:
                self.registers[loop.counter] = self.registers[loop.counter] + loop.step & _MASK
            if loop.left:
                following = loop.first
                break
            self._loops.pop()
        self._move(following)

    def _jump(self, target: int) -> None:
        while self._loops and not self._loops[-1].first <= target < self._loops[-1].end:
            self._loops.pop()
        self._move(target)

    def _move(self, pc: int) -> None:
        self.pc = pc
        self.prepared = None

    def _enter(self, fields: Mapping[str, Any]) -> int:
        """Starts a loop; the instruction to go to."""
        first, body = self.pc + 1, fields["body"]
        if body == 0:
            raise TrapSignal(Trap.BAD_OPERAND, None, "body must be at least 1, not 0")
        counter = fields["counter"] if fields["counter_enable"] else None
        if fields["count"] == 0:
            if counter is not None:
                self.registers[counter] = fields["start"]
            return first + body
        if len(self._loops) == LOOP_DEPTH:
            message = f"at most {LOOP_DEPTH} loops nest"
            raise TrapSignal(Trap.BAD_OPERAND, None, message)
        if counter is not None:
            self.registers[counter] = fields["start"]
        loop = _Loop(first, first + body, fields["count"], counter, fields["step"])
        self._loops.append(loop)
        return first
