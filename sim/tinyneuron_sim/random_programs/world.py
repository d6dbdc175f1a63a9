"""What all scopes of a random program share, and the counters of its loops."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tinyneuron_hw.isa.opcodes import Stream

from .arena import Arena
from .draw import Drawer
from .semaphores import Semaphore, SemaphorePool

__all__ = ["Counter", "World"]


@dataclass(eq=False)
class World:
    """What all scopes of a program share.

    ``streams``: those the program uses. ``by_register``: how likely a field is named by a
    register. ``noise``: semaphores that nobody waits for.
    """

    rng: random.Random
    arena: Arena
    drawer: Drawer
    pool: SemaphorePool
    streams: tuple[Stream, ...]
    by_register: float
    noise: dict[Stream, Semaphore] = field(default_factory=dict)


@dataclass(eq=False)
class Counter:
    """A loop's counter register: ``start + i * step`` in pass i of ``count``; what is None is
    still free to choose."""

    register: int
    count: int
    start: int | None = None
    step: int | None = None

    def settle(self, start: int, step: int) -> None:
        if self.start is None:
            self.start, self.step = start, step

    def values(self) -> range:
        """Of each pass, not reduced to 32 bits."""
        assert self.start is not None, "not settled"
        assert self.step, "it does not move"
        return range(self.start, self.start + self.count * self.step, self.step)
