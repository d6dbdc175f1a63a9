"""What repeats in a stream: instructions that come again with numbers that grow, as a tree of
loops. Sizes and costs are not looked at here."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tinyneuron_hw.config import LOOP_DEPTH
from tinyneuron_hw.isa.opcodes import WaitMode

from .coded import Coded

__all__ = ["Again", "Item", "Once", "Repeats", "Sum"]

_WAIT = "header.wait."
_MANY = 32
"""Passes from which a run is worth keeping in mind."""
_GROWING = (".address", ".offset", f"{_WAIT}value", "header.update.value")
"""Ends of the names of fields that a register can give, or move."""
_REACH = 1 << 31
"""What a register can move an address by."""


@dataclass(frozen=True)
class Once:
    """The shape of an instruction: all of it but its wait and the numbers of ``places``."""

    places: tuple[str, ...]
    """Fields whose numbers may grow from pass to pass."""
    length: int = 1
    """Instructions that run."""
    depth: int = 0
    """Loops inside each other."""

    @property
    def numbers(self) -> int:
        return len(self.places)

    @property
    def waits(self) -> int:
        return 1


@dataclass(frozen=True)
class Again:
    """The shape of a loop: ``count`` passes over shapes; the numbers of all of them, and the values
    they wait for, grow by ``steps`` and ``wait_steps`` each time."""

    count: int
    body: tuple[int, ...]
    steps: tuple[int, ...]
    wait_steps: tuple[int, ...]
    length: int
    depth: int

    @property
    def numbers(self) -> int:
        return len(self.steps)

    @property
    def waits(self) -> int:
        return len(self.wait_steps)


Sum = tuple[int, int]
"""A semaphore, and what it must have reached."""


@dataclass(frozen=True, eq=False)
class Item:
    """Instructions from number ``at`` on: their shape, its numbers in the first pass, and what each
    of its instructions waits for in the first pass."""

    shape: int
    numbers: tuple[int, ...]
    waits: tuple[Sum | None, ...]
    at: int


class Repeats:
    """Finds loops from the inside out.

    Parameters
    ----------
    code:
        Instructions that follow each other, without loops and branches.
    longest:
        Items in the body of a loop, at most.
    pays:
        Whether a loop (the first) is better than these items, as often as it runs them.

    A wait that only the first pass has stands in all of them: semaphores only grow, so what has
    been waited for once holds.
    """

    def __init__(
        self, code: Sequence[Coded], longest: int, pays: Callable[[Item, list[Item], int], bool]
    ):
        self.code, self.longest, self.pays = code, longest, pays
        self.shapes: list[Once | Again] = []
        self.known: dict[Any, int] = {}
        """Numbers of shapes."""
        self.refused: list[tuple[int, int, int]] = []
        """Long runs whose loop does not pay: begin, end and period."""
        self.parts: dict[tuple[Any, ...], tuple[tuple[str, ...], tuple[str, ...]]] = {}
        """Names of an instruction's fields -> those that may grow, and the others."""

    def find(self) -> list[Item]:
        """The stream."""
        items = [self._once(at, instr) for at, instr in enumerate(self.code)]
        period = 1
        while period <= self.longest:
            # Loops that were found may repeat themselves, in a shorter period.
            if period == 1:
                self.refused.clear()
            before, items = len(items), self._rolled(items, period)
            period = 1 if len(items) < before else period + 1
        return items

    def _once(self, at: int, instr: Coded) -> Item:
        fields, wait = instr.fields, None
        if fields.get(f"{_WAIT}mode") is WaitMode.GREATER_EQUAL:
            wait = fields[f"{_WAIT}semaphore"], fields[f"{_WAIT}value"]
        names = (wait is None, *fields)
        parts = self.parts.get(names)
        if parts is None:
            self.parts[names] = parts = _parts(*names)
        places, fixed = parts
        numbers = tuple(map(int, map(fields.__getitem__, places)))
        far = tuple(number for number in numbers if number >= _REACH)
        key = (instr.opcode, fixed, *map(fields.__getitem__, fixed), places, far,
               *instr.relocations.items())  # fmt: skip
        shape = self.known.get(key)
        if shape is None:
            shape = self._new_shape(key, Once(places))
        return Item(shape, numbers, (wait,), at)

    def _new_shape(self, key: Any, shape: Once | Again) -> int:
        self.known[key] = number = len(self.shapes)
        self.shapes.append(shape)
        return number

    def _rolled(self, items: list[Item], period: int) -> list[Item]:
        """The items, with repeated runs of so many of them as loops."""
        found: list[Item] = []
        at = 0
        for begin, end in _alike(items, period):
            found += items[at:begin]
            at = max(at, begin)
            while at + 2 * period <= end:
                end_of_run, loop = self._in_vain(at, period), None
                if end_of_run <= at:
                    passes = _passes(items, at, end, period)
                    loop = self._loop(items, at, period, passes) if passes > 1 else None
                    # Where a loop does not pay, neither do those that begin a little later.
                    end_of_run = at + (passes * period if loop else max(1, (passes - 1) * period))
                    if not loop and passes >= _MANY:
                        self.refused.append((at, at + passes * period, period))
                found += [loop] if loop else items[at:end_of_run]
                at = end_of_run
        return found + items[at:]

    def _in_vain(self, at: int, period: int) -> int:
        """Up to where no loop of this period has to be tried: one of a part of it does not pay
        there, and a pass that does the same twice or more costs as much each time."""
        return max([end - 2 * period + 1 for begin, end, part in self.refused
                    if begin <= at < end and period % part == 0], default=at)  # fmt: skip

    def _loop(self, items: list[Item], at: int, period: int, count: int) -> Item | None:
        """A loop over some items, if it pays."""
        body, following = items[at : at + period], items[at + period : at + 2 * period]
        shapes = [self.shapes[item.shape] for item in body]
        depth = 1 + max(shape.depth for shape in shapes)
        if depth > LOOP_DEPTH:
            return None
        pairs = list(zip(body, following, strict=True))
        shape = Again(
            count, tuple(item.shape for item in body),
            tuple(b - a for one, two in pairs
                  for a, b in zip(one.numbers, two.numbers, strict=True)),
            tuple(b[1] - a[1] if a and b else 0 for one, two in pairs
                  for a, b in zip(one.waits, two.waits, strict=True)),
            count * sum(shape.length for shape in shapes), depth,
        )  # fmt: skip
        numbers = tuple(number for item in body for number in item.numbers)
        waits = tuple(wait for item in body for wait in item.waits)
        known = self.known.get(shape)
        number = self._new_shape(shape, shape) if known is None else known
        loop = Item(number, numbers, waits, body[0].at)
        return loop if self.pays(loop, body, count) else None


def _parts(keeps_wait: bool, *names: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Of an instruction's fields those that a register can give, or move, and the others."""
    kept = [path for path in names if keeps_wait or not path.startswith(_WAIT)]
    held = {path for path in kept if {f"{path}_by_register", f"{path}_uses_register"} & set(names)}
    places = tuple(path for path in kept if path.endswith(_GROWING) and path not in held)
    return places, tuple(path for path in kept if path not in places)


def _alike(items: Sequence[Item], period: int) -> list[tuple[int, int]]:
    """Where shapes repeat at least once: begin and end of each stretch."""
    found, begin = [], 0
    for at in range(len(items) - period + 1):
        if at == len(items) - period or items[at].shape != items[at + period].shape:
            if at - begin >= period:
                found.append((begin, at + period))
            begin = at + 1
    return found


def _passes(items: Sequence[Item], at: int, end: int, period: int) -> int:
    """How often the items from ``at`` on repeat, ``end`` at most, their numbers and waits too."""
    steps = [_step(items[place], items[place + period]) for place in range(at, at + period)]
    for first in range(at + period, end - period + 1, period):
        for place, step in enumerate(steps):
            last, new = items[first + place - period], items[first + place]
            if _step(last, new) != step:
                return (first - at) // period
            one, two = items[at + place], items[at + place + period]
            for waits in zip(one.waits, two.waits, last.waits, new.waits, strict=True):
                if not _waits_alike(*waits):
                    return (first - at) // period
    return (end - at) // period


def _step(last: Item, new: Item) -> tuple[int, ...]:
    """By how much the numbers grow."""
    return tuple(map(operator.sub, new.numbers, last.numbers))


def _waits_alike(one: Sum | None, two: Sum | None, last: Sum | None, new: Sum | None) -> bool:
    """Whether the newest pass waits for what the first two say: for nothing, for what the first
    pass has waited for already, or for more of the same each time."""
    if one is None or two is None:
        return new is None
    if last is None or new is None or not one[0] == two[0] == new[0]:
        return False
    return new[1] - last[1] == two[1] - one[1] >= 0
