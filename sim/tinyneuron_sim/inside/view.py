"""The questions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.opcodes import Space, Stream

from ..backend import Progress

__all__ = ["Ended", "Inside", "Place"]


class Place(NamedTuple):
    """Bytes of device memory from ``offset`` on (``space`` None), or of a partition of SBUF or
    PSUM."""

    space: Space | None
    partition: int
    offset: int
    size: int


class Ended(NamedTuple):
    """An instruction that has ended, or the transfer of a DMA engine that it started."""

    stream: Stream
    pc: int
    engine: int | None = None


class Inside(Protocol):
    """A started core that stands still between two calls.

    Attributes
    ----------
    config:
        The core's configuration.
    unit:
        What :attr:`cycle` counts: ``cycle``, on golden ``step`` (an instruction or a transfer).
    """

    config: CoreConfig
    unit: str

    @property
    def cycle(self) -> int:
        """Cycles or steps since START."""
        ...

    @property
    def running(self) -> bool:
        """Whether the program goes on: it has neither ended nor trapped."""
        ...

    def positions(self) -> dict[Stream, int]:
        """The instruction that each stream that has not ended stands at: those before it have
        started, it has not (on the RTL targets a control instruction may have, a few cycles
        ago)."""
        ...

    def registers(self, stream: Stream) -> list[int]:
        """The scalar registers of a stream."""
        ...

    def semaphores(self) -> list[int]:
        """All semaphores."""
        ...

    def read(self, place: Place) -> bytes:
        """Bytes as they are in the memory: without those that a writer has not written yet."""
        ...

    def advance(self, limit: int, *, ends: bool = False, moves: Collection[Stream] = (),
                places: Sequence[Place] = (), progress: Progress | None = None
                ) -> list[Ended]:  # fmt: skip
        """Lets at most ``limit`` cycles pass, one after another until the program is over or one of
        these has happened (golden: just one step; it may be nothing of what was asked for).

        Parameters
        ----------
        ends:
            An instruction or a transfer ends.
        moves:
            One of these streams stands at another instruction.
        places:
            Bytes have changed.

        Returns what ended in the last of the cycles, if ``ends``; on golden always.
        """
        ...
