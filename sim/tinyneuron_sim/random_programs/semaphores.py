"""Which semaphore tells of what, in every mode of update and wait.

A semaphore is used for one event after another. A new event may take it only where everything
done with it before is ordered before the event, so its value there is known. The stream that waits
may look at the semaphore long before: no value it had earlier may satisfy the wait.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tinyneuron_hw.config import NUM_SEMAPHORES
from tinyneuron_hw.isa.opcodes import UpdateMode, WaitMode

__all__ = ["DeadEndError", "Event", "Semaphore", "SemaphorePool"]

_MODULUS = 1 << 32
Covers = Callable[[int, int], bool]
"""Whether node ``index`` of ``thread`` is ordered before what is asked about."""


class DeadEndError(Exception):
    """This attempt cannot go on; another seed can."""


@dataclass(eq=False)
class Semaphore:
    """``value`` after everything in ``users`` (nodes as thread and index)."""

    index: int
    value: int
    users: list[tuple[int, int]] = field(default_factory=list)
    taken: bool = False
    """By a loop, or for good."""
    event: Event | None = None
    """The one that it tells of now."""
    seen: set[int] = field(default_factory=set)
    """Values it has had."""

    def __post_init__(self) -> None:
        self.seen.add(self.value)

    def move(self, *values: int) -> None:
        """It takes on these values, one after another."""
        self.seen.update(values)
        self.value = values[-1]


@dataclass(eq=False)
class Event:
    """An update and the waits it satisfies.

    ``wait`` gives mode and value of a wait that holds from the update on and not before.
    ``single``: the wait takes the value away, so there can be one only. ``reset`` is the update
    that the waiting stream has to make for the next pass of a loop.
    """

    semaphore: Semaphore
    update: tuple[UpdateMode, int]
    wait: Callable[[random.Random], tuple[WaitMode, int]]
    single: bool = False
    reset: tuple[UpdateMode, int] | None = None
    lasting: bool = False

    @property
    def holds(self) -> bool:
        """Whether a wait for it still makes sense: its semaphore tells of nothing newer."""
        return self.lasting or self.semaphore.event is self


class SemaphorePool:
    """All semaphores of a program. ``initial`` are values set before its start."""

    def __init__(self, rng: random.Random, initial: dict[int, int]):
        self._rng = rng
        self._all = [Semaphore(i, initial.get(i, 0)) for i in range(NUM_SEMAPHORES)]
        self._counters: dict[int, Semaphore] = {}

    def claim(self, covers: Covers) -> Semaphore | None:
        """A semaphore that is free where ``covers`` is true of its users."""
        free = [
            s for s in self._all
            if not s.taken and all(covers(thread, index) for thread, index in s.users)
        ]  # fmt: skip
        return self._rng.choice(free) if free else None

    def take(self) -> Semaphore:
        """A semaphore that nothing has used yet, with value 0, for one purpose."""
        unused = [s for s in self._all if not s.taken and not s.users and not s.value]
        if not unused:
            raise DeadEndError("no semaphore is left")
        semaphore = self._rng.choice(unused)
        semaphore.taken = True
        return semaphore

    def counter_event(self, thread: int) -> Event:
        """An event of a semaphore that only this thread adds to: it is never in the way."""
        if thread not in self._counters:
            self._counters[thread] = self.take()
        semaphore = self._counters[thread]
        amount = self._rng.choice([1, 1, self._rng.randint(2, 1000)])
        semaphore.move(semaphore.value + amount)
        total = semaphore.value
        return Event(semaphore, (UpdateMode.ADD, amount),
                     lambda rng: (WaitMode.GREATER_EQUAL, total), lasting=True)  # fmt: skip

    def event(self, semaphore: Semaphore) -> Event:
        """An event of a claimed semaphore, in any mode."""
        rng, before, seen = self._rng, semaphore.value, semaphore.seen
        mode = rng.choice([UpdateMode.ADD, UpdateMode.ADD, UpdateMode.SUBTRACT, UpdateMode.SET])
        after = before
        while after in seen:
            operand = rng.choice([1, rng.randint(1, 9), rng.getrandbits(32)])
            after = {
                UpdateMode.ADD: (before + operand) % _MODULUS,
                UpdateMode.SUBTRACT: (before - operand) % _MODULUS,
                UpdateMode.SET: operand,
            }[mode]
        highest = max(seen)
        if after > highest and rng.random() < 0.4:
            amount = rng.choice([after, rng.randint(highest + 1, after)])
            semaphore.move(after, after - amount)
            return Event(semaphore, (mode, operand),
                         lambda rng: (WaitMode.GREATER_EQUAL_SUBTRACT, amount),
                         single=True)  # fmt: skip
        semaphore.move(after)

        def wait(rng: random.Random) -> tuple[WaitMode, int]:
            if after > highest and rng.random() < 0.6:
                return WaitMode.GREATER_EQUAL, rng.choice([after, rng.randint(highest + 1, after)])
            return WaitMode.EQUAL, after

        return Event(semaphore, (mode, operand), wait)

    def join(self, semaphore: Semaphore, count: int) -> tuple[list[int], Event] | None:
        """Amounts that ``count`` updates add, and the event of all of them together."""
        rng, before = self._rng, semaphore.value
        amounts = [rng.randint(1, 5) for _ in range(count)]
        # More than any of them leaves out, and than there ever was.
        total = before + sum(amounts)
        least = max(total - min(amounts), *semaphore.seen) + 1
        if not least <= total < _MODULUS:
            return None
        semaphore.move(*range(before, total + 1))

        def wait(rng: random.Random) -> tuple[WaitMode, int]:
            if rng.random() < 0.5:
                return WaitMode.EQUAL, total
            return WaitMode.GREATER_EQUAL, rng.randint(least, total)

        return amounts, Event(semaphore, (UpdateMode.ADD, 0), wait)

    def balanced(self, semaphore: Semaphore) -> Event:
        """An event that leaves the semaphore, of value 0, as it was once it has been waited for:
        for loops."""
        rng = self._rng
        amount = rng.choice([1, 1, rng.randint(2, 50), rng.getrandbits(32) or 1])
        semaphore.move(amount, 0)
        if rng.random() < 0.6:
            return Event(semaphore, (UpdateMode.ADD, amount),
                         lambda rng: (WaitMode.GREATER_EQUAL_SUBTRACT, amount),
                         single=True)  # fmt: skip
        update = rng.choice([UpdateMode.ADD, UpdateMode.SET]), amount
        reset = rng.choice([(UpdateMode.SUBTRACT, amount), (UpdateMode.SET, 0)])
        mode = rng.choice([WaitMode.EQUAL, WaitMode.GREATER_EQUAL])
        return Event(semaphore, update, lambda rng: (mode, amount), single=True, reset=reset)
