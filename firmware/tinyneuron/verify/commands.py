"""``tinyneuron fuzz`` and ``tinyneuron compare``."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tinyneuron_hw.config import get_config
from tinyneuron_sim.backend import open_backend
from tinyneuron_sim.random_programs import (
    Coverage,
    Finding,
    Report,
    generate,
    generate_control,
    run_campaign,
)

from ..files import write_atomically
from ..inputs import load_inputs
from ..program import container
from ..program.program import ProgramError
from ..runtime.errors import TinyneuronError
from .cases import program_of
from .first import find_first, location_text
from .report import (
    coverage_json,
    difference_json,
    listing,
    location_json,
    saved_text,
    summary_of,
)

__all__ = ["compare_command", "fuzz_command"]


def fuzz_command(count: int, seed: int, traps: bool, control: bool, target: str, config: str,
                 out: Path | None, as_json: bool) -> None:  # fmt: skip
    """Runs random programs, or with ``control`` those that are nearly all control, on golden and on
    a target; prints the first difference and stops."""
    chosen = get_config(config)
    with _bar(f"random programs on {target}", count) as advance:
        report = run_campaign(chosen, lambda: open_backend(target, chosen),
                              range(seed, seed + count), traps=traps, progress=advance,
                              write=generate_control if control else generate)  # fmt: skip
    finding = report.findings[0] if report.findings else None
    files = [] if finding is None or out is None else _save(finding, out)
    if as_json:
        result = {"config": config, "target": target, "seed": seed, **summary_of(report),
                  "coverage": coverage_json(report.coverage),
                  "difference": None if finding is None else _finding_json(finding),
                  "files": [str(path) for path in files]}  # fmt: skip
        sys.stdout.write(json.dumps(result) + "\n")
    else:
        _print_report(report, finding, f"{config} on {target}")
        for path in files:
            sys.stdout.write(f"wrote {path}\n")
    _fail(report, finding, f"{' --control' if control else ''} --config {config}", target)


def _fail(report: Report, finding: Finding | None, options: str, target: str) -> None:
    """The error line of a campaign that did not pass."""
    if finding is not None:
        number = finding.random.seed
        raise TinyneuronError(f"seed {number} differs on {target}; again with: tinyneuron fuzz "
                              f"--count 1 --seed {number}{options} "
                              f"--target {target}")  # fmt: skip
    if report.invalid:
        number, reason = report.invalid[0]
        raise TinyneuronError(f"seed {number} makes a program that is wrong in itself: {reason}")
    if report.strays:
        seeds, what = report.strays[0]
        raise TinyneuronError(f"seeds {seeds[0]} to {seeds[-1]}: {what}")


@contextlib.contextmanager
def _bar(description: str, total: int) -> Iterator[Callable[[str], None]]:
    """A bar; the value is called with "" after each of ``total``, or with what goes on."""
    console = Console(stderr=True)
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
                  TimeRemainingColumn(), console=console, transient=True,
                  disable=not console.is_terminal) as progress:  # fmt: skip
        task = progress.add_task(description, total=total)

        def advance(what: str) -> None:
            if what:
                progress.update(task, description=what)
            else:
                progress.advance(task)

        yield advance


def _finding_json(finding: Finding) -> dict[str, Any]:
    small, location = finding.small, finding.location
    shown = small if location is None else location.comparison
    return {
        "seed": finding.random.seed,
        "trap": finding.random.trap,
        "found": None
        if finding.comparison.difference is None
        else finding.comparison.difference.to_json(),
        "first": difference_json(shown),
        "location": None if location is None else location_json(location, small.case),
        "instructions": small.case.instruction_count,
        "program": listing(small.case),
    }


def _save(finding: Finding, folder: Path) -> list[Path]:
    """Writes the smallest program: text, and a container where there can be one."""
    folder.mkdir(parents=True, exist_ok=True)
    case, stem = finding.small.case, f"seed-{finding.random.seed}"
    text = saved_text(case)
    files = [folder / f"{stem}.tns"]
    write_atomically(files[0], lambda file: file.write(text.encode()))
    with contextlib.suppress(ProgramError):
        program = program_of(case)
        files.append(folder / f"{stem}.tnp")
        container.save(program, files[1])
    return files


def _print_report(report: Report, finding: Finding | None, title: str) -> None:
    console = Console()
    _print_coverage(console, report.coverage, f"Coverage of {report.programs} programs, {title}")
    console.print(
        f"{report.programs} programs, {report.trapped} of them trapped, "
        f"{report.instructions:,} instructions, {report.cycles:,} cycles "
        f"(at most {report.most_cycles:,}), {report.seconds:.1f} s", highlight=False,
    )  # fmt: skip
    if finding is None:
        return
    small = finding.small
    console.print(f"\nseed {finding.random.seed}: {finding.comparison.difference}", markup=False)
    sys.stdout.write(f"\nsmallest program ({small.case.instruction_count} instructions):\n")
    sys.stdout.write(listing(small.case))
    sys.stdout.write(f"\n{location_text(small, finding.location, None)}\n")


def _print_coverage(console: Console, coverage: Coverage, title: str) -> None:
    table = Table(title=title)
    for column in ("group", "what", "hit", "of"):
        table.add_column(column, justify="right" if column in ("hit", "of") else "left")
    for group, text, hit, total in coverage.rows():
        table.add_row(group, text, str(hit), str(total))
    console.print(table)


def compare_command(
    program: Path, inputs: list[str], target: str, against: str, watchdog: int,
    max_cycles: int | None, as_json: bool,
) -> None:  # fmt: skip
    """Runs a compiled program on two targets and reports the first differing instruction."""
    compiled = container.load(program)
    arrays = load_inputs(compiled, inputs)
    config = compiled.config
    with Console(stderr=True).status(f"running on {target} and {against}") as status:
        found = find_first(
            compiled, arrays, lambda: open_backend(target, config),
            against=None if against == "golden" else lambda: open_backend(against, config),
            watchdog=watchdog, max_cycles=max_cycles, progress=status.update,
        )  # fmt: skip
    comparison, difference = found.comparison, found.difference
    result = {"program": str(program), "config": config.name, "target": target,
              "against": against, "equal": difference is None,
              "cycles": comparison.actual.cycles}  # fmt: skip
    if difference is not None:
        result |= difference.to_json()
    if as_json:
        sys.stdout.write(json.dumps(result) + "\n")
    elif difference is None:
        end = "" if comparison.actual.trap is None else f" (both end with {comparison.actual.trap})"
        sys.stdout.write(f"{program.name}: no difference between {target} and {against}{end}\n")
    else:
        sys.stdout.write(f"\n{difference.text()}\n")
    if difference is not None:
        raise TinyneuronError(f"{program.name} differs on {target} and {against}")
