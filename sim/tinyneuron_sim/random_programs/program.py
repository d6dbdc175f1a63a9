"""A random program before it is assembled."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import numpy as np

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.opcodes import Stream

from ..compare.case import Case
from ..loader import PAGE, MemoryWindow, place_streams
from .arena import Arena
from .draw import Drawer
from .listing import Code, assemble

__all__ = ["Program", "available_streams"]


def available_streams(config: CoreConfig) -> tuple[Stream, ...]:
    """The streams a core has."""
    return tuple(s for s in Stream if config.has_gpsimd or s is not Stream.GPSIMD)


@dataclass
class Program:
    """Code and start state; the fields are as those of :class:`Case`. ``written``: numbers of the
    bytes that it writes."""

    arena: Arena
    drawer: Drawer
    code: dict[Stream, Code]
    written: np.ndarray
    semaphores: dict[int, int]
    windows: tuple[MemoryWindow, ...]
    code_base: int
    lengths: dict[Stream, int] = field(default_factory=dict)
    watchdog: int = 0
    restart: bool = False

    def assembled(self) -> dict[Stream, tuple[bytes, ...]]:
        """The instructions, in the order of the streams."""
        return {stream: assemble(self.code[stream]) for stream in Stream if stream in self.code}

    def places(self) -> dict[Stream, int]:
        """Device address of each stream."""
        return place_streams(self.arena.config, self.assembled(), self.code_base)

    def code_pages(self) -> dict[Stream, int]:
        """Bytes of the pages that each stream takes."""
        return {stream: -(-sum(map(len, code)) // PAGE) * PAGE
                for stream, code in self.assembled().items()}  # fmt: skip

    def case(self, rng: random.Random) -> Case:
        """The program with random bytes in its memories."""
        state = self.arena.start_state(rng, bytes(self.drawer.rings.memory))
        # Outputs start as zeros, as in memory that was never written.
        base, size = self.arena.watched[1]
        state["memory"][base] = bytes(size)
        return Case(
            **state,
            streams=self.assembled(),
            code_base=self.code_base,
            windows=self.windows,
            semaphores=self.semaphores,
            watchdog=self.watchdog,
            lengths=self.lengths,
            restart=self.restart,
        )
