"""What registers hold in loops is counted up in place of being computed anew in each pass.

Lowering gives every operand that a loop moves a chain of instructions from the loop's counter to
its byte offset. Here each such number is a sum of multiples of pass numbers, and gets a register
that grows at the end of a pass; one of them is the loop's counter. Numbers that grow alike differ
by what a loop around them counts. What runs, and its order, stays as it was; a check plays both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tinyneuron_hw.config import NUM_REGISTERS
from tinyneuron_hw.isa.opcodes import Condition, Opcode, RegisterOp

from .coded import Coded
from .pace import sequencer_cycles
from .sums import (
    Held,
    Loop,
    NotSumsError,
    Sum,
    mentioned,
    read,
    signed,
    written_by,
    written_in,
)
from .unroll import most_run, verify_counted

__all__ = ["count_up"]

_WORD = 1 << 32
_PLAYED = 100_000
"""Instructions that a loop may run in all: the check plays them."""
_COUNTING = ("counter", "counter_enable", "start", "start_by_register", "step")


def count_up(code: Sequence[Coded]) -> list[Coded]:
    """A stream with its loops counting, where that makes them shorter and no slower."""
    if any(instr.opcode is Opcode.BRANCH and not _is_wait(instr) for instr in code):
        return list(code)
    found: list[Coded] = []
    at = 0
    while at < len(code):
        end = at + 1
        part = code[at:end]
        if code[at].opcode is Opcode.LOOP:
            end += code[at].fields["body"]
            part = _counted(code[at:end], code[:at], code[end:])
        found += part
        at = end
    return found


def _is_wait(branch: Coded) -> bool:
    """Whether a branch only waits: it is never taken."""
    fields = branch.fields
    named = fields.get("a_by_register") or fields.get("b_by_register")
    is_equal = fields["condition"] is Condition.EQUAL
    return is_equal and not named and fields["a"] != fields["b"]


def _counted(
    loop: Sequence[Coded], before: Sequence[Coded], after: Sequence[Coded]
) -> Sequence[Coded]:
    """A loop with what is in it, in a stream."""
    if any(instr.opcode is Opcode.LOOP and instr.fields.get("count_by_register") for instr in loop):
        return loop
    if most_run(loop) > _PLAYED:
        return loop
    others = {number for instr in (*before, *after) for number in mentioned(instr)}
    try:
        held = Held(loop)
        if written_in(held.top) & _needed(after):
            return loop
        found = _Writer(held).write(others)
    except (NotSumsError, _NoRegisterError):
        return loop
    cost, was = ((len(part), sequencer_cycles(part)) for part in (found, loop))
    if cost == was or any(a > b for a, b in zip(cost, was, strict=True)):
        return loop
    verify_counted(found, loop)
    return found


def _needed(code: Sequence[Coded]) -> set[int]:
    """Registers whose values from before some code it may read."""
    found: set[int] = set()
    written: set[int] = set()
    for instr in code:
        found |= {number for _, number in read(instr)} - written
        if instr.opcode is not Opcode.LOOP or not instr.fields.get("count_by_register"):
            written |= written_by(instr)
    return found


class _NoRegisterError(Exception):
    """There are too few, or none holds what is needed."""


@dataclass(eq=False)
class _Register:
    """A register that holds a sum; its number comes last."""

    number: int | None = None


@dataclass
class _Part:
    """What a loop gets: instructions on registers before it, and at the begin and the end of its
    body; sums that are wanted in the body, and its counter (register, start and step)."""

    before: list[Coded] = field(default_factory=list)
    begin: list[Coded] = field(default_factory=list)
    end: list[Coded] = field(default_factory=list)
    wanted: dict[Sum, _Register] = field(default_factory=dict)
    counter: tuple[_Register, _Register | int, int] | None = None


class _Writer:
    """Writes one loop with all that is in it."""

    def __init__(self, held: Held):
        self.held = held
        self.parts: dict[Loop, _Part] = {held.root: _Part()}
        self.registers: list[_Register] = []
        self.flags: dict[Coded, Coded] = {}
        """Flags -> what they become."""

    def write(self, others: set[int]) -> list[Coded]:
        """The instructions; ``others`` are registers of the code around them."""
        self._settle(self.held.top)
        taken = others | self.held.kept | self.held.inputs
        free = [number for number in range(NUM_REGISTERS) if number not in taken]
        unnumbered = [register for register in self.registers if register.number is None]
        if len(unnumbered) > len(free):
            raise _NoRegisterError
        for register, number in zip(unnumbered, free, strict=False):
            register.number = number
        return [_numbered(instr) for instr in self._written(self.held.top)]

    def _want(self, loop: Loop, total: Sum) -> _Register | int:
        """What holds a sum in a loop's body: a register, or a number if it is always the same."""
        if not total.terms:
            return total.constant
        while loop.around is not None and not total.of(loop):
            loop = loop.around
        wanted = self.parts.setdefault(loop, _Part()).wanted
        if total not in wanted:
            wanted[total] = register = _Register()
            self.registers.append(register)
            if loop.around is None:
                self._from_outside(register, total)
        return wanted[total]

    def _outside(self, loop: Loop, total: Sum) -> _Register | int:
        """What holds a sum before a loop."""
        assert loop.around is not None
        return self._want(loop.around, total)

    def _from_outside(self, register: _Register, total: Sum) -> None:
        """What a register from before all loops gives."""
        found = dict(total.terms)
        if list(found.values()) != [1]:
            raise _NoRegisterError
        (number,) = found
        assert isinstance(number, int)
        if total.constant:
            before = self.parts.setdefault(self.held.top, _Part()).before
            self._add(before, register, _Register(number), total.constant)
        else:
            register.number = number

    def _add(
        self, code: list[Coded], target: _Register, a: _Register | int, b: _Register | int
    ) -> None:
        head = self.held.root.head
        fields = {"op": RegisterOp.ADD, "dst": target} | _given("a", a) | _given("b", b)
        code.append(Coded(Opcode.REGISTER, fields, head.line, head.file))

    def _settle(self, loop: Loop) -> None:
        """Registers for what is wanted in a loop, from the inside out."""
        part, flags = self.parts.setdefault(loop, _Part()), []
        for item in loop.body:
            if isinstance(item, Loop):
                self._settle(item)
            elif self._is_flag(loop, item):
                flags.append(item)
            else:
                for path, _ in read(item):
                    if (item, path) in self.held.sums:
                        self._want(loop, self.held.sums[item, path])
        if not part.wanted:
            for flag in flags:
                self._want(loop, self.held.sums[flag, "a"])
        groups: dict[int, list[Sum]] = {}
        for total in part.wanted:
            groups.setdefault(total.of(loop), []).append(total)
        for totals in groups.values():
            totals.sort(key=lambda total: len(total.first(loop).terms))
        # The counter is for what would have to be set before each run of the loop, to a number.
        order = sorted(groups, key=lambda step: _merit(loop, groups[step][0]))
        for step in order:
            self._grow(loop, part, step, groups[step])
        for flag in flags:
            self.flags[flag] = self._flag(loop, flag)

    def _grow(self, loop: Loop, part: _Part, step: int, totals: Sequence[Sum]) -> None:
        """Registers for sums that grow by ``step``: the first one counts, the others differ from it
        by what is known before the loop."""
        leader, *others = totals
        register = part.wanted[leader]
        if part.counter is None:
            part.counter = register, self._outside(loop, leader.first(loop)), step
        else:
            self._begin(loop, register, leader)
            self._add(part.end, register, register, step)
        for total in others:
            apart = self._outside(loop, total.plus(leader, -1))
            self._add(part.begin, part.wanted[total], register, apart)

    def _begin(self, loop: Loop, register: _Register, total: Sum) -> None:
        """Sets a register before a loop, or before the one around it, from where it goes on."""
        first = total.first(loop)
        if _goes_on(loop, total):
            assert loop.around is not None
            loop = loop.around
            first = first.first(loop)
        before = self.parts.setdefault(loop, _Part()).before
        self._add(before, register, self._outside(loop, first), 0)

    def _is_flag(self, loop: Loop, instr: Coded) -> bool:
        """Whether an instruction says if this is one certain pass."""
        fields = instr.fields
        if instr.opcode is not Opcode.REGISTER or fields["op"] is not RegisterOp.EQUAL:
            return False
        total = self.held.sums.get((instr, "a"))
        return (total is not None and not fields.get("b_by_register")
                and [key for key, _ in total.terms] == [loop])  # fmt: skip

    def _flag(self, loop: Loop, flag: Coded) -> Coded:
        """The same in terms of the counter, if that always begins at one number."""
        total, counter = self.held.sums[flag, "a"], self.parts[loop].counter
        assert counter is not None
        register, start, step = counter
        passed, rest = divmod(signed(flag.fields["b"]) - total.constant, total.of(loop))
        if rest or not isinstance(start, int):
            raise _NoRegisterError
        fields = _given("a", register) | {"b": (start + passed * step) % _WORD}
        return replace(flag, fields=flag.fields | fields)

    def _written(self, loop: Loop) -> Iterator[Coded]:
        part = self.parts[loop]
        body = [*part.begin]
        for item in loop.body:
            if isinstance(item, Loop):
                body += self._written(item)
            elif item in self.flags:
                body.append(self.flags[item])
            elif item.opcode is not Opcode.REGISTER or item in self.held.stay:
                body.append(self._plain(loop, item))
        body += part.end
        fields = {p: value for p, value in loop.head.fields.items() if p not in _COUNTING}
        fields["body"] = len(body)
        if part.counter is not None:
            register, start, step = part.counter
            fields |= {"counter": register, "counter_enable": 1, "step": step}
            fields |= _given("start", start)
        yield from part.before
        yield replace(loop.head, fields=fields)
        yield from body

    def _plain(self, loop: Loop, instr: Coded) -> Coded:
        """An instruction with the registers that now hold what it reads."""
        fields = dict(instr.fields)
        for path, _ in read(instr):
            total = self.held.sums.get((instr, path))
            if total is None:
                continue
            value, operand = self._want(loop, total), path.removesuffix(".register")
            if operand == path:
                del fields[f"{path}_by_register"]
                fields |= _given(path, value)
            elif isinstance(value, _Register):
                fields[path] = value
            else:
                fields[f"{operand}.address"] += value * fields[f"{operand}.scale"]
                for name in ("address_uses_register", "register", "scale"):
                    del fields[f"{operand}.{name}"]
        return replace(instr, fields=fields)


def _merit(loop: Loop, total: Sum) -> tuple[bool, int]:
    """The smaller, the more a counter saves."""
    return _goes_on(loop, total), len(total.first(loop).terms)


def _goes_on(loop: Loop, total: Sum) -> bool:
    """Whether a sum is, behind a run of a loop, what it has to be before the next one."""
    around = loop.around
    return (around is not None and around.around is not None
            and total.of(around) == total.of(loop) * loop.count != 0)  # fmt: skip


def _given(path: str, value: _Register | int) -> dict[str, Any]:
    """A field that a register gives, or a number."""
    if isinstance(value, _Register):
        return {path: value, f"{path}_by_register": 1}
    return {path: value % _WORD}


def _numbered(instr: Coded) -> Coded:
    fields = {path: value.number if isinstance(value, _Register) else value
              for path, value in instr.fields.items()}  # fmt: skip
    return replace(instr, fields=fields)
