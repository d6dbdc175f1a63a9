"""Rates over time, from what each slice did between its start and its end."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .data import Gap, ProfileData, Slice
from .summary import bandwidth

__all__ = ["CAUSES", "Job", "Series", "paced", "rate_series", "waiting", "waiting_series"]

Series = list[tuple[int, float]]
"""(cycle, value from then on), cycles ascending; the last value is 0."""

CAUSES = ("semaphore", "order", "queue", "fetch")


@dataclass(frozen=True)
class Job:
    """``amount`` that was done in the cycles [start, end)."""

    start: int
    end: int
    amount: int


def paced(jobs: Sequence[Job], capacity: float) -> list[list[tuple[int, int, Fraction]]]:
    """How fast each job went: its stretches (start, end, rate).

    Each goes evenly, but those that meet share the capacity: those that end first take what they
    need and the others make up for it later. What cannot be done so (the spans of the trace are
    not exact) goes above it. The sum of rate x cycles is the amount.
    """
    limit = Fraction(capacity)
    found: list[list[tuple[int, int, Fraction]]] = [[] for _ in jobs]
    left = [Fraction(job.amount) for job in jobs]
    cuts = sorted({cut for job in jobs for cut in (job.start, job.end)})
    arriving = sorted(range(len(jobs)), key=lambda i: jobs[i].start, reverse=True)
    active: list[int] = []
    for start, end in itertools.pairwise(cuts):
        while arriving and jobs[arriving[-1]].start <= start:
            active.append(arriving.pop())
        active = sorted((i for i in active if jobs[i].end > start), key=lambda i: jobs[i].end)
        free = limit
        for i in active:
            rate = left[i] / (jobs[i].end - start)
            if jobs[i].end > end:  # the others have to be done by then
                rate = min(rate, free)
            free = max(Fraction(0), free - rate)
            left[i] -= rate * (end - start)
            found[i].append((start, end, rate))
    return found


def rate_series(profile: ProfileData) -> dict[str, tuple[str, Series]]:
    """Bytes of device memory and MACs in each cycle: name -> unit and values; none that is
    empty. Value x cycles adds up to what was done."""
    moving = [item for item in profile.slices if item.work.read or item.work.written]
    pace = _pace(moving, lambda item: item.work.read + item.work.written,
                 bandwidth(profile.config))  # fmt: skip
    macs = [item for item in profile.slices if item.work.macs]
    roof = profile.points["tensor"].roof if "tensor" in profile.points else 0
    found = {
        "memory read": ("bytes/cycle", _sum(moving, pace, lambda item: item.work.read)),
        "memory written": ("bytes/cycle", _sum(moving, pace, lambda item: item.work.written)),
        "Tensor MACs": ("MACs/cycle", _sum(macs, _pace(macs, lambda item: item.work.macs, roof),
                                           lambda item: item.work.macs)),
    }  # fmt: skip
    return {name: item for name, item in found.items() if item[1]}


def waiting_series(profile: ProfileData) -> dict[str, tuple[str, Series]]:
    """How many streams wait for each cause, none that is empty."""
    found = {f"waiting for {cause}": ("streams", waiting(profile.gaps, cause)) for cause in CAUSES}
    return {name: item for name, item in found.items() if item[1]}


def waiting(gaps: Iterable[Gap], cause: str) -> Series:
    """How many streams wait for this cause."""
    changes: Counter[int] = Counter()
    for gap in gaps:
        if gap.cause == cause:
            changes[gap.start] += 1
            changes[gap.end] -= 1
    return _steps({cycle: Fraction(change) for cycle, change in changes.items()})


def _pace(
    items: Sequence[Slice], amount: Callable[[Slice], int], capacity: float
) -> list[list[tuple[int, int, Fraction]]]:
    jobs = [Job(item.start, max(item.end, item.start + 1), amount(item)) for item in items]
    return paced(jobs, capacity)


def _sum(
    items: Sequence[Slice], pace: Sequence[Sequence[tuple[int, int, Fraction]]],
    part: Callable[[Slice], int],
) -> Series:  # fmt: skip
    """The rates of all items, of that part of what was paced."""
    changes: dict[int, Fraction] = {}
    for item, stretches in zip(items, pace, strict=True):
        whole = sum((rate * (end - start) for start, end, rate in stretches), Fraction(0))
        scale = part(item) / whole if whole else Fraction(0)
        for start, end, rate in stretches:
            changes[start] = changes.get(start, Fraction(0)) + scale * rate
            changes[end] = changes.get(end, Fraction(0)) - scale * rate
    return _steps(changes)


def _steps(changes: dict[int, Fraction]) -> Series:
    """Exact on the way, so that it comes back to 0."""
    found, value = [], Fraction(0)
    for cycle in sorted(changes):
        if changes[cycle]:
            value += changes[cycle]
            found.append((cycle, float(value)))
    return found
