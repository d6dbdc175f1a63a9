"""What repeats in a stream: instructions that come again with numbers that grow, as a tree of
loops. Sizes and costs are not looked at here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tinyneuron_hw.config import LOOP_DEPTH
from tinyneuron_hw.isa.opcodes import WaitMode

from .coded import Coded

__all__ = ["Again", "Item", "Once", "Repeats", "Sum"]

_WAIT = "header.wait."
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

    def find(self) -> list[Item]:
        """The stream."""
        items = [self._once(at, instr) for at, instr in enumerate(self.code)]
        period = 1
        while period <= self.longest:
            # Loops that were found may repeat themselves, in a shorter period.
            before, items = len(items), self._rolled(items, period)
            period = 1 if len(items) < before else period + 1
        return items

    def _once(self, at: int, instr: Coded) -> Item:
        fields = dict(instr.fields)
        wait = None
        if fields.get(f"{_WAIT}mode") is WaitMode.GREATER_EQUAL:
            wait = fields[f"{_WAIT}semaphore"], fields[f"{_WAIT}value"]
            fields = {path: v for path, v in fields.items() if not path.startswith(_WAIT)}
        places = tuple(path for path, value in fields.items() if _may_grow(fields, path, value))
        fixed = [(path, v) for path, v in fields.items() if path not in places]
        key = (instr.opcode, places, *fixed, *instr.relocations.items())
        numbers = tuple(int(fields[path]) for path in places)
        return Item(self._shape(key, Once(places)), numbers, (wait,), at)

    def _shape(self, key: Any, shape: Once | Again) -> int:
        if key not in self.known:
            self.known[key] = len(self.shapes)
            self.shapes.append(shape)
        return self.known[key]

    def _rolled(self, items: list[Item], period: int) -> list[Item]:
        """The items, with repeated runs of so many of them as loops."""
        found: list[Item] = []
        at = 0
        for begin, end in _alike(items, period):
            found += items[at:begin]
            at = max(at, begin)
            while at + 2 * period <= end:
                passes = _passes(items, at, end, period)
                loop = self._loop(items, at, period, passes) if passes > 1 else None
                # Where a loop does not pay, neither do those that begin a little later.
                end_of_run = at + (passes * period if loop else max(1, (passes - 1) * period))
                found += [loop] if loop else items[at:end_of_run]
                at = end_of_run
        return found + items[at:]

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
        loop = Item(self._shape(shape, shape), numbers, waits, body[0].at)
        return loop if self.pays(loop, body, count) else None


def _may_grow(fields: dict[str, Any], path: str, value: Any) -> bool:
    """Whether a register can give a number, or move it."""
    if f"{path}_by_register" in fields or f"{path}_uses_register" in fields:
        return False
    if path.endswith(".address"):
        return value < _REACH
    return path.endswith(".offset") or path in (f"{_WAIT}value", "header.update.value")


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
    count = 1
    while at + (count + 1) * period <= end:
        for place in range(at, at + period):
            one, two = items[place], items[place + period]
            last, new = items[place + (count - 1) * period], items[place + count * period]
            if not _grows(one.numbers, two.numbers, last.numbers, new.numbers):
                return count
            for waits in zip(one.waits, two.waits, last.waits, new.waits, strict=True):
                if not _waits_alike(*waits):
                    return count
        count += 1
    return count


def _grows(one: Sequence[int], two: Sequence[int], last: Sequence[int], new: Sequence[int]) -> bool:
    """Whether the step to the newest pass is the first step."""
    return all(b - a == d - c for a, b, c, d in zip(one, two, last, new, strict=True))


def _waits_alike(one: Sum | None, two: Sum | None, last: Sum | None, new: Sum | None) -> bool:
    """Whether the newest pass waits for what the first two say: for nothing, for what the first
    pass has waited for already, or for more of the same each time."""
    if one is None or two is None:
        return new is None
    if last is None or new is None or not one[0] == two[0] == new[0]:
        return False
    return new[1] - last[1] == two[1] - one[1] >= 0
