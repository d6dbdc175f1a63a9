"""Registers that are 1 in the last pass of a loop and 0 in the others."""

from __future__ import annotations

from typing import Any

from tinyneuron_hw.config import NUM_REGISTERS
from tinyneuron_hw.isa.opcodes import CONTROL_OPCODES, REGISTER_MOVES, Opcode, RegisterOp, Stream

from .carried import Member
from .ir import Instr, Module, Region, Register
from .semaphores import Entry

__all__ = ["Flags"]


class Flags:
    """Flags of a module's loops, in registers that a stream has left."""

    def __init__(self, module: Module):
        self.module = module
        self.free: dict[Stream, list[int]] = {}
        self.made: dict[tuple[Region, Stream], Register] = {}
        for instr in module.instructions:
            for stream, number in _numbers(instr):
                free = self.free.setdefault(stream, list(range(NUM_REGISTERS)))
                if number in free:
                    free.remove(number)

    def of(self, member: Member) -> Register | None:
        """The flag that an instruction can add to a semaphore, or None: its loop is not directly in
        the one that waits, may run 0 times, or there is no register left."""
        region, stream = member.region, member.stream
        if region is None or region is not member.home or region.counter is None:
            return None
        if isinstance(region.count, Register) or region.count < 1:
            return None
        control = member.instr.opcode in CONTROL_OPCODES + REGISTER_MOVES
        if control or isinstance(region.start, Register):
            return None
        if (region, stream) not in self.made:
            free = self.free.setdefault(stream, list(range(NUM_REGISTERS)))
            counts = stream in region.counter.numbers
            if len(free) < 2 - counts:
                return None
            flag = Register(self.module.registers, region.line, region, 0, 1)
            self.module.registers += 1
            flag.numbers[stream] = free.pop()
            if not counts:
                region.counter.numbers[stream] = free.pop()
            self.made[region, stream] = flag
        return self.made[region, stream]

    def entries(self, region: Region, stream: Stream) -> list[Entry]:
        """What sets the flag of a loop in a stream, at the begin of its body."""
        flag = self.made.get((region, stream))
        if flag is None:
            return []
        assert isinstance(region.start, int)
        assert isinstance(region.count, int)
        last = region.start + (region.count - 1) * region.step
        fields: dict[str, Any] = {"op": RegisterOp.EQUAL, "dst": flag, "a": region.counter,
                                  "b": last & 0xFFFF_FFFF}  # fmt: skip
        return [Entry(0, opcode=Opcode.REGISTER, fields=fields, line=region.line)]


def _numbers(instr: Instr) -> list[tuple[Stream, int]]:
    """Registers of streams that an instruction, or the loop or branch that it begins, has."""
    found = [*instr.uses, *([] if instr.defines is None else [instr.defines])]
    if instr.region is not None:
        counter = instr.region.counter
        found += [*instr.region.reads, *([] if counter is None else [counter])]
    return [item for register in found for item in register.numbers.items()]
