"""``bench all`` and ``bench check``: the suite, and its comparison with the baselines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from ..runtime.errors import TinyneuronError
from . import baselines
from .report import BenchResult
from .suite import EVERY, run_suite, select
from .tables import print_floors, print_peers, print_results, print_verdicts

__all__ = ["bench_all", "bench_check", "console", "failure"]


_WIDTH = 120
"""Columns of a table where nobody looks: a pipe has no width, and Rich would cut numbers to fit."""


def console(*, quiet: bool) -> Console:
    """Where tables go; nowhere when ``quiet``."""
    terminal = Console(quiet=quiet)
    return terminal if terminal.is_terminal else Console(quiet=quiet, width=_WIDTH)


def bench_all(target: str, only: Sequence[str], *, quiet: bool) -> list[BenchResult]:
    """Runs the suite, or some of it, and prints tables unless ``quiet``.

    Raises
    ------
    TinyneuronError
        A name is unknown.
    """
    chosen = select(only)
    results = []
    with Console(stderr=True).status("") as status:
        for number, item in enumerate(chosen, 1):
            status.update(f"{number} of {len(chosen)}: {item.key}")
            results += run_suite([item], target)
    where = console(quiet=quiet)
    print_results(where, results)
    print_peers(where, results)
    print_floors(where, results)
    return results


def bench_check(
    target: str, only: Sequence[str], *, path: Path, update: bool, quiet: bool
) -> dict[str, Any]:
    """Runs the suite and compares cycles with the baselines in ``path``; with ``update``, writes
    them there (only what was run, and without what is no benchmark any more).

    Returns what the command prints as JSON: ``ok``, ``failures`` (lines) and ``results``, each with
    ``baseline``, ``change`` and ``verdict``.

    Raises
    ------
    TinyneuronError
        The target has no clock, a name is unknown, the file is damaged, or, with ``update``, a
        result is wrong.
    """
    if target == "golden":
        raise TinyneuronError("bench check: target 'golden' has no clock; use verilator")
    table = baselines.load(path)
    results = bench_all(target, only, quiet=quiet)
    verdicts = baselines.compare(results, table)
    where = console(quiet=quiet)
    print_verdicts(where, verdicts)
    better = [item for item in verdicts if item.state == "better"]
    if update:
        known = {(item.config, item.name) for item in EVERY}
        baselines.save(path, baselines.updated(table, verdicts, known))
        where.print(f"wrote {path}")
    elif better:
        names = ", ".join(f"{item.name} on {item.config}" for item in better)
        where.print(f"better than before: {names}; move the baselines with --update")
    failures = [] if update else [str(item) for item in verdicts if item.is_failure]
    return {
        "ok": not failures,
        "failures": failures,
        "results": [
            result.to_json()
            | {"baseline": item.baseline, "change": item.change, "verdict": item.state}
            for result, item in zip(results, verdicts, strict=True)
        ],
    }


def failure(outcome: dict[str, Any]) -> TinyneuronError:
    """The error that ends a check which found something."""
    failures = outcome["failures"]
    return TinyneuronError(
        f"{len(failures)} of {len(outcome['results'])} benchmarks failed the check "
        f"(tolerance {baselines.TOLERANCE:.0%}): {'; '.join(failures)}"
    )
