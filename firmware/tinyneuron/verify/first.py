"""The first instruction of a program whose result differs between two targets."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_sim.backend import Backend
from tinyneuron_sim.compare import Bench, Comparison, InvalidProgram, compare
from tinyneuron_sim.compare.locate import Location, locate
from tinyneuron_sim.compare.straight import executed

from ..program.program import Program
from ..runtime.device import open_device
from ..runtime.errors import TinyneuronError, TrapError
from .cases import PlacedProgram, case_of
from .report import difference_json, instruction_at, location_json

__all__ = ["FirstDifference", "Found", "find_first", "location_text"]

_FOREVER = 1 << 40


@dataclass(frozen=True)
class FirstDifference:
    """Where two runs part.

    ``stream`` and ``pc`` are None when nothing tells which instruction it is; ``line`` is the
    kernel's. :meth:`text` and :meth:`to_json` say it for people and for machines.
    """

    comparison: Comparison
    location: Location | None
    placed: PlacedProgram

    @property
    def stream(self) -> Stream | None:
        return None if self.location is None else self.location.stream

    @property
    def pc(self) -> int | None:
        return None if self.location is None else self.location.pc

    @property
    def line(self) -> int | None:
        if self.location is None:
            return None
        return self.placed.program.source_line(self.location.stream, self.location.pc)

    def text(self) -> str:
        """The instruction, where it differs and how."""
        return location_text(self.comparison, self.location, self.placed)

    def to_json(self) -> dict[str, Any]:
        """``final``: what differs in the end; ``first``: the instruction and what differs then."""
        final = difference_json(self.comparison, self.placed)
        result: dict[str, Any] = {"final": final, "first": None}
        if self.location is not None:
            step = _step(self.comparison, self.location)
            result["first"] = {
                **location_json(self.location, self.placed.case),
                "difference": difference_json(self.location.comparison, self.placed, step),
            }
            if self.line:
                result["first"]["line"] = self.line
        return result


@dataclass(frozen=True)
class Found:
    """A program on two targets: ``difference`` None if there is none."""

    comparison: Comparison
    difference: FirstDifference | None


def find_first(
    program: Program, arrays: Mapping[str, np.ndarray], opener: Callable[[], Backend], *,
    against: Callable[[], Backend] | None = None, watchdog: int, max_cycles: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> Found:  # fmt: skip
    """Runs a program on the target that ``opener`` opens and on golden, or on what ``against``
    opens, and finds the first instruction after which they differ.

    Raises
    ------
    TinyneuronError, GoldenError
        The program is wrong in itself.
    """
    placed = case_of(program, arrays, watchdog=watchdog)
    _require_right(program, arrays, watchdog)
    with contextlib.ExitStack() as stack:
        bench, other = (
            None if which is None
            else stack.enter_context(Bench(which, max_cycles=max_cycles or _FOREVER))
            for which in (opener, against)
        )  # fmt: skip
        assert bench is not None
        try:
            comparison = compare(placed.case, bench, against=other)
            if comparison.difference is None:
                return Found(comparison, None)
            location = locate(comparison, bench, against=other, progress=progress)
        except InvalidProgram as error:
            raise TinyneuronError(f"the program is wrong in itself: {error}") from error
    return Found(comparison, FirstDifference(comparison, location, placed))


def location_text(comparison: Comparison, location: Location | None,
                  placed: PlacedProgram | None) -> str:  # fmt: skip
    """A difference and the instruction it starts with, in words."""
    shown = comparison if location is None else location.comparison
    lines = []
    if location is not None:
        stream, pc = location.stream, location.pc
        line = None if placed is None else placed.program.source_line(stream, pc)
        where = f", line {line}" if line else ""
        lines += [
            f"first differing instruction: {stream.name.lower()} {pc}{where} ({location.how})",
            f"    {instruction_at(comparison.case, stream, pc)}",
        ]
    step = None if location is None else _step(comparison, location)
    detail = difference_json(shown, placed, step)
    place = detail["place"]
    if "tensor" in detail:
        place = f"{detail['tensor']}{detail['index']}"
    kind = f" {detail['dtype']}" if "dtype" in detail else ""
    lines.append(f"{place}:{kind} expected {detail['expected']}, got {detail['actual']}, "
                 f"{detail['count']} bytes or values differ")  # fmt: skip
    return "\n".join(lines)


def _step(comparison: Comparison, location: Location) -> Any:
    if location.number is None:
        return None
    return executed(comparison.reference.steps)[location.number]


def _require_right(program: Program, arrays: Mapping[str, np.ndarray], watchdog: int) -> None:
    """Runs on golden as users do: SBUF and PSUM hold nothing at first, so a read of what was
    never written is found. GoldenError says what is wrong."""
    with open_device("golden", program.config) as device, contextlib.suppress(TrapError):
        device.load(program).run(arrays, watchdog=watchdog)
