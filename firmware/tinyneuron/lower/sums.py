"""What registers hold in loops, as sums of multiples of pass numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from tinyneuron_hw.config import NUM_REGISTERS
from tinyneuron_hw.isa.opcodes import REGISTER_LOADS, Opcode, RegisterOp

from .coded import Coded

__all__ = ["Held", "Loop", "NotSumsError", "Sum", "mentioned", "read", "signed", "written_by",
           "written_in"]  # fmt: skip

_WORD = 1 << 32


class NotSumsError(Exception):
    """An instruction reads what is no sum."""


@dataclass(frozen=True)
class Sum:
    """``constant`` and a multiple of each of some passes (of a loop, from 0 on) and registers."""

    constant: int
    terms: tuple[tuple[Loop | int, int], ...] = ()

    def plus(self, other: Sum, factor: int = 1) -> Sum:
        terms = dict(self.terms)
        for key, number in other.terms:
            terms[key] = terms.get(key, 0) + factor * number
        kept = tuple(item for item in terms.items() if item[1])
        return Sum(self.constant + factor * other.constant, tuple(sorted(kept, key=_rank)))

    def times(self, factor: int) -> Sum:
        return Sum(0).plus(self, factor)

    def of(self, loop: Loop) -> int:
        """By how much it grows with each pass."""
        return dict(self.terms).get(loop, 0)

    def first(self, loop: Loop) -> Sum:
        """What it is in the first pass."""
        return Sum(self.constant, tuple(item for item in self.terms if item[0] is not loop))


def _rank(item: tuple[Loop | int, int]) -> tuple[bool, int]:
    key = item[0]
    return (True, key.number) if isinstance(key, Loop) else (False, key)


_Code: TypeAlias = "list[Coded | Loop]"


@dataclass(eq=False)
class Loop:
    """A loop and what is in it; with no ``around`` it is the place of the outermost one."""

    head: Coded
    around: Loop | None
    number: int = 0
    body: _Code = field(default_factory=list)

    @property
    def count(self) -> int:
        return self.head.fields["count"]


class Held:
    """What registers hold in a loop, which begins with the first of ``code``.

    Attributes
    ----------
    top, root:
        The loop, and the place it is in.
    sums:
        Instruction, and field that a register gives -> what that holds.
    stay:
        Instructions on registers whose result is no sum.
    kept:
        The registers they write.
    inputs:
        Registers that are read as they were before the loop.

    Raises
    ------
    NotSumsError
        An instruction reads something else, or a register's value from the pass before.
    """

    def __init__(self, code: Sequence[Coded]):
        self.sums: dict[tuple[Coded, str], Sum] = {}
        self.stay: set[Coded] = set()
        self.kept: set[int] = set()
        self.inputs: set[int] = set()
        self._loops = 0
        self.root = Loop(code[0], None)
        (top, *_) = self._tree(code, self.root)
        assert isinstance(top, Loop)
        self.top = top
        self._look(self.top, {})

    def _tree(self, code: Sequence[Coded], around: Loop) -> _Code:
        found: _Code = []
        at = 0
        while at < len(code):
            instr, at = code[at], at + 1
            if instr.opcode is not Opcode.LOOP:
                found.append(instr)
                continue
            self._loops += 1
            loop = Loop(instr, around, self._loops)
            loop.body = self._tree(code[at : at + instr.fields["body"]], loop)
            found.append(loop)
            at += instr.fields["body"]
        return found

    def _look(self, loop: Loop, held: dict[int, Sum | None]) -> None:
        """Notes the sums that are read in a loop; ``held``: what registers hold before it. One that
        nobody knows has None, one of an instruction that stays is not in it."""
        fields, start = loop.head.fields, self._value(loop.head, "start", held)
        held |= dict.fromkeys(written_in(loop))
        if fields.get("counter_enable") and start is not None:
            held[fields["counter"]] = start.plus(Sum(0, ((loop, 1),)), fields.get("step", 0))
        for item in loop.body:
            if isinstance(item, Loop):
                self._look(item, held)
            else:
                self._note(item, held)
        held |= dict.fromkeys(written_in(loop))

    def _note(self, instr: Coded, held: dict[int, Sum | None]) -> None:
        if instr.opcode is Opcode.REGISTER:
            result = self._linear(instr, held)
            if result is not None:
                held[instr.fields["dst"]] = result
                return
        if instr.opcode in REGISTER_LOADS or instr.bounds is not None:
            raise NotSumsError
        for path, number in read(instr):
            if number in self.kept and number not in held:
                continue
            total = self._held(held, number)
            if total is None:
                raise NotSumsError
            self.sums[instr, path] = total
        if instr.opcode is Opcode.REGISTER:
            target = instr.fields["dst"]
            self.kept.add(target)
            self.stay.add(instr)
            held.pop(target, None)

    def _held(self, held: dict[int, Sum | None], number: int) -> Sum | None:
        if number not in held:
            if number in self.kept:
                return None
            self.inputs.add(number)
            held[number] = Sum(0, ((number, 1),))
        return held[number]

    def _value(self, instr: Coded, path: str, held: dict[int, Sum | None]) -> Sum | None:
        value = instr.fields.get(path, 0)
        if not instr.fields.get(f"{path}_by_register"):
            return Sum(signed(value))
        return self._held(held, value)

    def _linear(self, instr: Coded, held: dict[int, Sum | None]) -> Sum | None:
        """What an instruction on registers gives, if that is a sum."""
        fields = instr.fields
        if any(path.startswith("header.") for path in fields) or instr.bounds is not None:
            return None
        op, a, b = fields["op"], *(self._value(instr, path, held) for path in "ab")
        if a is None or b is None:
            return None
        if op is RegisterOp.ADD:
            return a.plus(b)
        if op is RegisterOp.SUBTRACT:
            return a.plus(b, -1)
        if op is RegisterOp.MULTIPLY and not (a.terms and b.terms):
            return a.times(b.constant) if not b.terms else b.times(a.constant)
        return None


def signed(value: int) -> int:
    """A number of 32 bits with its sign."""
    return value - _WORD if value >> 31 else value


def read(instr: Coded) -> list[tuple[str, int]]:
    """Fields whose register an instruction reads, and its number."""
    fields = instr.fields
    found = []
    for path, value in fields.items():
        if path.endswith("_by_register") and value:
            name = path.removesuffix("_by_register")
            found.append((name, fields[name]))
        elif path.endswith(".address_uses_register") and value:
            name = path.replace("address_uses_register", "register")
            found.append((name, fields[name]))
    return found


def mentioned(instr: Coded) -> set[int]:
    """Registers that an instruction reads or writes."""
    found = {number for _, number in read(instr)} | written_by(instr)
    if instr.opcode in REGISTER_LOADS:
        found |= set(range(NUM_REGISTERS))
    return found


def written_by(instr: Coded) -> set[int]:
    fields = instr.fields
    if instr.opcode is Opcode.REGISTER:
        return {fields["dst"]}
    if instr.opcode is Opcode.LOOP and fields.get("counter_enable"):
        return {fields["counter"]}
    return set()


def written_in(loop: Loop) -> set[int]:
    found = written_by(loop.head)
    for item in loop.body:
        found |= written_in(item) if isinstance(item, Loop) else written_by(item)
    return found
