"""Many random programs on golden and on a target."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from tinyneuron_hw.config import CoreConfig

from ..backend import Backend
from ..compare.bench import Bench
from ..compare.case import Case
from ..compare.locate import Location, locate
from ..compare.reference import InvalidProgram, Opener
from ..compare.shrink import shrink
from ..compare.verdict import Comparison, compare
from ..golden.backend import GoldenBackend
from .audit import Audit
from .coverage import Coverage
from .generator import RandomCase, generate

__all__ = ["Finding", "Report", "investigate", "run_campaign"]

_STEPS = 20_000
"""More than any program takes; what becomes endless while it is made smaller must end."""
_AUDIT_EVERY = 64
"""Programs between two looks at the memory that none of them owns."""


@dataclass
class Finding:
    """A program on which the targets differ, and the smallest one made from it."""

    random: RandomCase
    comparison: Comparison
    small: Comparison
    location: Location | None


@dataclass
class Report:
    """What a campaign found.

    ``invalid``: seeds of programs that golden refused, with the reason: errors of the generator.
    ``strays``: changed bytes that no program owns, with the seeds of the programs in question.
    """

    coverage: Coverage
    programs: int = 0
    trapped: int = 0
    instructions: int = 0
    most_cycles: int = 0
    cycles: int = 0
    seconds: float = 0.0
    invalid: list[tuple[int, str]] = field(default_factory=list)
    strays: list[tuple[list[int], str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not (self.invalid or self.strays or self.findings)


class Writer(Protocol):
    """``generate`` or ``generate_control``."""

    def __call__(self, config: CoreConfig, seed: int, *, traps: bool = True) -> RandomCase: ...


bounded_golden: Opener = functools.partial(GoldenBackend, instruction_limit=_STEPS)
"""Golden, with a bound on a program's steps."""


def run_campaign(
    config: CoreConfig, opener: Callable[[], Backend], seeds: Iterable[int], *,
    traps: bool = True, write: Writer = generate, reference: Opener = bounded_golden,
    stop_after: int = 1,
    progress: Callable[[str], None] | None = None, shrink_seconds: float = 120,
) -> Report:  # fmt: skip
    """Runs the program of each seed on golden and on the target that ``opener`` opens.

    Parameters
    ----------
    traps:
        Whether some programs trap.
    write:
        Gives the program of a seed.
    reference:
        Opens golden.
    stop_after:
        Differences after which to stop.
    progress:
        Called after each program with "", and with what goes on in between.
    shrink_seconds:
        How long to look for a smaller program.
    """
    report = Report(Coverage(config))
    begin = time.perf_counter()
    with Bench(opener) as bench:
        audit, pending = Audit(config, bench), []
        audit.begin()
        for seed in seeds:
            random = write(config, seed, traps=traps)
            finding = _run(random, bench, audit, report, reference)
            pending.append(seed)
            if finding is not None:
                if progress is not None:
                    progress(f"seed {seed}: {finding.difference}; making it smaller")
                report.findings.append(investigate(random, finding, bench, reference=reference,
                                                   seconds=shrink_seconds))  # fmt: skip
                audit.begin()
                pending = []
            if len(pending) == _AUDIT_EVERY:
                _audit(audit, pending, report)
                pending = []
            if progress is not None:
                progress("")
            if len(report.findings) >= stop_after or report.strays:
                break
        if pending:
            _audit(audit, pending, report)
    report.seconds = time.perf_counter() - begin
    return report


def _audit(audit: Audit, seeds: list[int], report: Report) -> None:
    stray = audit.check()
    if stray is not None:
        report.strays.append((list(seeds), stray))


def _run(random: RandomCase, bench: Bench, audit: Audit, report: Report, reference: Opener
         ) -> Comparison | None:  # fmt: skip
    """Runs one program; its comparison when there is a difference."""
    report.programs += 1
    try:
        comparison = compare(random.case, bench, seed=random.seed, opener=reference)
    except InvalidProgram as error:
        report.invalid.append((random.seed, str(error)))
        return None
    report.coverage.add(comparison.reference, random.trap)
    report.trapped += comparison.expected.trap is not None
    report.instructions += sum(step.queue is None for step in comparison.reference.steps)
    report.cycles += comparison.actual.cycles
    report.most_cycles = max(report.most_cycles, comparison.actual.cycles)
    if comparison.difference is not None:
        return comparison
    audit.note(random.case, comparison.actual)
    return None


def investigate(random: RandomCase, comparison: Comparison, bench: Bench, *,
                reference: Opener = bounded_golden, seconds: float = 120) -> Finding:  # fmt: skip
    """Makes the program smaller and finds the first differing instruction of the small one."""

    def again(case: Case) -> Comparison:
        return compare(case, bench, seed=random.seed, opener=reference)

    small = shrink(comparison, again, seconds=seconds)
    return Finding(random, comparison, small, locate(small, bench, opener=reference))
