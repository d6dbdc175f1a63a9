"""``tinyneuron profile``, and the files of other commands' traces."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ..inputs import load_inputs
from ..options import (
    AsJson,
    CommandLineError,
    MaxCycles,
    OwnConfig,
    ProgramFile,
    Target,
    Watchdog,
    emit,
)
from ..program import container
from ..program.program import Program
from ..progress import cycle_progress
from ..runtime.model import DEFAULT_WATCHDOG, RunResult
from .profile import Profile

__all__ = ["NATIVE", "check_trace", "profile_command", "report", "write_trace"]

NATIVE = (".pftrace", ".perfetto-trace")
"""Suffixes of Perfetto's native format."""


class TraceWay(enum.StrEnum):
    """How trace events leave the core."""

    PORT = "port"
    MEMORY = "memory"


def profile_command(
    program: ProgramFile,
    inputs: Annotated[
        list[str] | None,
        typer.Option("--input", help="NAME=FILE.npy, once for each input; default: random data."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the timeline and the report.")] = Path(
        "build/profile"
    ),
    seed: Annotated[int, typer.Option(min=0, help="Of the random data.")] = 1,
    max_cycles: MaxCycles = None,
    watchdog: Watchdog = DEFAULT_WATCHDOG,
    trace: Annotated[
        TraceWay,
        typer.Option(help="How events come: the trace port, or a ring in device memory."),
    ] = TraceWay.PORT,
    target: Target = "verilator",
    config: OwnConfig = None,
    as_json: AsJson = False,
) -> None:
    """Run a program and tell where its cycles went: a Perfetto timeline and an HTML report."""
    from .run import profile

    compiled = container.load(program)
    arrays = load_inputs(compiled, inputs) if inputs else None
    with cycle_progress(f"profiling on {target}") as progress:
        found = profile(
            compiled, arrays, target=target, config=config, seed=seed, max_cycles=max_cycles,
            watchdog=watchdog, progress=progress, trace=trace.value,
        )  # fmt: skip
    report(found, out, program.stem, as_json)


def report(found: Profile, out: Path, stem: str, as_json: bool) -> None:
    """Writes ``STEM.pftrace`` and ``STEM.html`` into a folder and prints the figures."""
    paths = found.save(out, stem)
    if as_json:
        emit(found.to_json() | {"files": [str(path) for path in paths]})
        return
    console = Console()
    console.print(found)
    for path, what in zip(paths, ("timeline, for https://ui.perfetto.dev", "report"), strict=True):
        console.print(f"{path}: {what}", soft_wrap=True, highlight=False, markup=False)


def check_trace(path: Path, target: str) -> None:
    """Refuses a timeline that the target cannot give, before anything runs."""
    if path.suffix in NATIVE and target == "golden":
        raise CommandLineError(f"{path.name}: golden counts no cycles; its events go to a .json")


def write_trace(path: Path, program: Program, result: RunResult, target: str) -> None:
    """Writes the events of a run: Perfetto's native format for ``NATIVE`` suffixes, else JSON."""
    from ..program.timeline import write_timeline
    from .collect import collect

    if path.suffix in NATIVE:
        collect(program, result, target=target).write_perfetto(path)
    else:
        write_timeline(path, program, result.trace)
