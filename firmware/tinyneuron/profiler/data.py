"""What a profile holds."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.opcodes import Stream

from .work import Work, total

__all__ = ["Engine", "Gap", "Instruction", "Line", "Point", "ProfileData", "Queue", "Slice",
           "Stall"]  # fmt: skip


@dataclass(frozen=True)
class Instruction:
    """An instruction of the code. ``text`` is the disassembler's; ``line`` the kernel's, if it is
    known."""

    stream: Stream
    pc: int
    text: str
    line: int | None
    file: str = ""

    @property
    def name(self) -> str:
        """Its first word."""
        return self.text.split(maxsplit=1)[0] if self.text else "?"


@dataclass(frozen=True)
class Slice:
    """An instruction or a transfer on a row of its track. ``instruction`` is an index into
    ``ProfileData.instructions``; ``end`` that of the run when the trace has none (``closed``)."""

    source: int
    row: int
    instruction: int
    start: int
    end: int
    closed: bool
    work: Work


@dataclass(frozen=True)
class Gap:
    """A stream stood before ``instruction``; see ``tinyneuron_sim.trace.Wait``. ``slice`` and
    ``releaser`` are indices into ``ProfileData.slices``: what started then, and whose end released
    it."""

    stream: Stream
    instruction: int
    cause: str
    start: int
    end: int
    condition: str
    slice: int | None
    releaser: int | None


@dataclass(frozen=True)
class Engine:
    """``busy``: cycles with an instruction under way. ``floor``: cycles that its work takes at
    least. ``instructions``: None where they are not its own."""

    busy: int
    share: float
    floor: int
    instructions: int | None


@dataclass(frozen=True)
class Queue:
    """A DMA queue: transfers, bytes of device memory, cycles with a transfer under way."""

    transfers: int
    read: int
    written: int
    busy: int


@dataclass(frozen=True)
class Point:
    """A place in the roofline plot. ``intensity``: operations for each byte of device memory, None
    when none moved. ``rate``: operations per cycle of the run; ``busy_rate``: of the cycles with
    the engine busy. ``roof``: the most that the engine does in a cycle."""

    unit: str
    operations: int
    intensity: float | None
    rate: float
    busy_rate: float
    roof: float


@dataclass(frozen=True)
class Stall:
    """A counter of waiting that is not 0, as ``isa.waits`` has it."""

    who: str
    cause: str
    cycles: int
    share: float


@dataclass(frozen=True)
class Line:
    """A line of the kernel. ``cycles``: its instructions' and transfers' from start to end, added
    up, by engine; ``waited``: those that streams stood before them."""

    file: str
    number: int
    text: str
    executed: int
    cycles: dict[str, int]
    waited: int

    @property
    def total(self) -> int:
        """Over all engines."""
        return sum(self.cycles.values())


@dataclass(frozen=True)
class ProfileData:
    """Where the cycles of one run went; :class:`.profile.Profile` can also be written and shown.

    Attributes
    ----------
    floors:
        Cycles that each part takes at least: ``tensor``, ``vector``, ``scalar`` at their rates,
        ``memory`` for data and code and ``fetch`` for the code at full bandwidth.
    seed:
        Of the inputs when they are random.
    lost:
        Events that the trace port dropped.
    unknown:
        Transfers of rings whose descriptors are not in the program or its inputs: their bytes are
        missing.
    """

    name: str
    config: CoreConfig
    target: str
    cycles: int
    seed: int | None
    lost: int
    unknown: int
    counters: dict[str, int] = field(repr=False)
    instructions: list[Instruction] = field(repr=False)
    slices: list[Slice] = field(repr=False)
    gaps: list[Gap] = field(repr=False)
    engines: dict[str, Engine]
    queues: dict[int, Queue]
    floors: dict[str, int]
    points: dict[str, Point]
    streams: dict[str, dict[str, int]] = field(repr=False)
    """As in ``runtime.statistics``; empty if the counters of waiting were not read."""
    stalls: list[Stall] = field(repr=False)
    lines: list[Line] = field(repr=False, default_factory=list)

    @property
    def bound_by(self) -> str:
        """The part with the highest floor."""
        return max(self.floors, key=lambda name: self.floors[name])

    @property
    def floor(self) -> int:
        """The highest floor."""
        return max(self.floors.values())

    @property
    def work(self) -> Work:
        """Of the whole run."""
        return total(item.work for item in self.slices)

    def to_json(self) -> dict[str, Any]:
        """A plain object for ``json.dumps``: everything but the slices and gaps themselves."""
        plain = {"name", "target", "cycles", "seed", "lost", "unknown", "counters", "floors",
                 "streams"}  # fmt: skip
        return {
            **{item.name: getattr(self, item.name) for item in dataclasses.fields(self)
               if item.name in plain},
            "config": self.config.name,
            "bound_by": self.bound_by,
            "floor": self.floor,
            "engines": {name: dataclasses.asdict(item) for name, item in self.engines.items()},
            "queues": {str(name): dataclasses.asdict(item) for name, item in self.queues.items()},
            "points": {name: dataclasses.asdict(item) for name, item in self.points.items()},
            "stalls": [dataclasses.asdict(item) for item in self.stalls],
            "lines": [dataclasses.asdict(item) for item in self.lines],
            "slices": len(self.slices),
        }  # fmt: skip
