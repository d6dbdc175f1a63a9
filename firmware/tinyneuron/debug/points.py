"""Where a program stops, and why it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_sim.inside import Ended, Place

from ..runtime.errors import TinyneuronError

__all__ = ["Breakpoint", "DebugError", "Instruction", "Stop", "Watchpoint", "arrived"]

Instruction = tuple[Stream, int]
"""A stream and the index of an instruction in it."""


class DebugError(TinyneuronError, ValueError):
    """The debugger is asked for something that is not there."""


@dataclass(frozen=True)
class Breakpoint:
    """Stops where a stream comes to one of ``places``, before that instruction starts."""

    number: int
    places: tuple[Instruction, ...]
    text: str

    @property
    def streams(self) -> set[Stream]:
        return {stream for stream, _ in self.places}


@dataclass(frozen=True)
class Watchpoint:
    """Stops when bytes have changed."""

    number: int
    place: Place
    text: str


@dataclass(frozen=True)
class Stop:
    """Why a program stands still.

    ``kind``: ``step`` (as many instructions as asked for have ended), ``limit`` (as many cycles
    have passed), ``break``, ``watch``, ``trap``, ``done``, or ``error`` (golden found what hardware
    does not report). ``text`` says it in words, ``cycle`` counts from the start, on golden in
    steps. ``places`` are the instructions that ended, the breakpoint's, those that changed the
    watched bytes, or the one that trapped.
    """

    kind: Literal["step", "limit", "break", "watch", "trap", "done", "error"]
    text: str
    cycle: int
    places: tuple[Instruction, ...] = ()
    number: int | None = None
    """Of the breakpoint or watchpoint."""
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether the program cannot go on."""
        return self.kind in ("trap", "done", "error")

    def to_json(self) -> dict[str, Any]:
        """A plain object for ``json.dumps``."""
        places = [{"stream": stream.name.lower(), "pc": pc} for stream, pc in self.places]
        return {**asdict(self), "places": places}


def arrived(point: Breakpoint, before: Mapping[Stream, int], now: Mapping[Stream, int],
            ended: Sequence[Ended]) -> tuple[Instruction, ...]:  # fmt: skip
    """The places of a breakpoint that streams have come to: from another instruction, or from one
    in ``ended`` back to itself."""
    again = {item.stream for item in ended if item.engine is None}
    return tuple(
        (stream, pc) for stream, pc in point.places
        if now.get(stream) == pc and (before.get(stream) != pc or stream in again)
    )  # fmt: skip
