"""Which instruction makes two targets differ first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.opcodes import Opcode, Space, Stream, UpdateMode, WaitMode

from ..golden.access import byte_offsets
from ..golden.backend import GoldenBackend
from ..golden.core import Step
from ..golden.region import DeviceRegion
from .bench import Bench
from .difference import Difference
from .reference import Opener, written_regions
from .straight import executed, straight_case
from .verdict import Comparison, compare

__all__ = ["Location", "locate"]

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Location:
    """The first differing instruction.

    ``number`` counts executed instructions in golden's order; None when the instruction did not
    run there. ``comparison`` is that of the program up to it (or of all of the program), and
    ``difference`` what differs then. ``how`` it was found: ``replay``
    (instructions overlap as they did), ``serial`` (one after another), ``trap`` (it is where a
    target stopped) or ``last writer`` (no replay shows the difference, this instruction wrote
    the place last).
    """

    stream: Stream
    pc: int
    number: int | None
    comparison: Comparison
    how: Literal["replay", "serial", "trap", "last writer"]

    @property
    def difference(self) -> Difference:
        assert self.comparison.difference is not None
        return self.comparison.difference

    def to_json(self) -> dict[str, Any]:
        return {"stream": self.stream.name.lower(), "pc": self.pc, "number": self.number,
                "difference": self.difference.to_json(), "how": self.how}  # fmt: skip


def locate(comparison: Comparison, bench: Bench, *, against: Bench | None = None,
           opener: Opener = GoldenBackend, progress: Progress | None = None
           ) -> Location | None:  # fmt: skip
    """The first instruction after which the targets differ; None when nothing can tell.

    Runs ever shorter prefixes of what golden executed: about ``log2`` of the number of
    instructions, each on both targets.
    """
    assert comparison.difference is not None, "the targets agree"
    steps = executed(comparison.reference.steps)

    def compare_first(count: int, serial: bool) -> Comparison:
        if progress is not None:
            progress(f"running the first {count} of {len(steps)} instructions")
        case = straight_case(comparison.case, steps[:count], serial=serial)
        return compare(case, bench, against=against, opener=opener)

    for serial in (False, True):
        found = _bisect(len(steps), lambda count, serial=serial: compare_first(count, serial))
        if found is not None:
            number, there = found
            step = steps[number]
            how = "serial" if serial else "replay"
            return Location(step.stream, step.pc, number, there, how)
    return _where_stopped(comparison, steps) or _last_writer(comparison, steps)


def _bisect(total: int, compare_first: Callable[[int], Comparison]
            ) -> tuple[int, Comparison] | None:  # fmt: skip
    """The first of ``total`` instructions after which there is a difference, and that."""
    if total == 0 or (last := compare_first(total)).difference is None:
        return None
    low, high = 0, total  # equal after low, different after high
    while high - low > 1:
        middle = (low + high) // 2
        comparison = compare_first(middle)
        if comparison.difference is None:
            low = middle
        else:
            high, last = middle, comparison
    return high - 1, last


def _where_stopped(comparison: Comparison, steps: Sequence[Step]) -> Location | None:
    traps = [outcome.trap for outcome in (comparison.expected, comparison.actual) if outcome.trap]
    if comparison.difference is None or comparison.difference.kind not in ("trap", "end"):
        return None
    if not traps:
        return None
    places = [(step.stream, step.pc) for step in steps]
    ranked = sorted(
        traps,
        key=lambda t: places.index((t.stream, t.pc)) if (t.stream, t.pc) in places else len(places),
    )
    place = (ranked[0].stream, ranked[0].pc)
    number = places.index(place) if place in places else None
    return Location(*place, number, comparison, "trap")


def _last_writer(comparison: Comparison, steps: Sequence[Step]) -> Location | None:
    difference = comparison.difference
    assert difference is not None
    for number, step in reversed(list(enumerate(comparison.reference.steps))):
        if _writes(comparison.case.config, step, difference):
            issued = [i for i, s in enumerate(steps)
                      if (s.stream, s.pc) == (step.stream, step.pc)]  # fmt: skip
            number = issued[-1] if issued else None
            return Location(step.stream, step.pc, number, comparison, "last writer")
    return None


def _writes(config: CoreConfig, step: Step, difference: Difference) -> bool:
    if difference.kind == "semaphore":
        return _touches_semaphore(step, int(difference.place.split()[1]))
    if difference.kind == "register":
        _, number, _, stream = difference.place.split()
        fields = step.prepared.fields
        is_own = step.queue is None and step.stream.name.lower() == stream
        written = fields.get("dst") if step.prepared.opcode is Opcode.REGISTER else None
        return is_own and int(number) in (written, fields.get("counter"))
    for region in written_regions(step, config):
        if isinstance(region, DeviceRegion):
            hit = difference.kind == "device"
            base = region.address
        else:
            hit = difference.kind == ("PSUM" if region.space is Space.PSUM else "SBUF")
            last = region.start + region.partitions
            hit = hit and region.start <= (difference.partition or 0) < last
            base = region.offset
        if hit and np.any(byte_offsets(region.dims) + base == difference.address):
            return True
    return False


def _touches_semaphore(step: Step, index: int) -> bool:
    fields = step.prepared.fields
    mode, waited, _ = step.prepared.wait
    takes = step.queue is None and mode is WaitMode.GREATER_EQUAL_SUBTRACT and waited == index
    updates = bool(fields) and fields["header.update.mode"] is not UpdateMode.NONE
    return takes or (updates and fields["header.update.semaphore"] == index)
