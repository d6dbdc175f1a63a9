"""A profile for people, in a terminal."""

from __future__ import annotations

from pathlib import Path

from rich.console import Group
from rich.table import Table
from rich.text import Text

from .data import ProfileData

__all__ = ["summary"]

_STALLS = 10
_LINES = 10
_WIDTH = 64


def summary(profile: ProfileData) -> Group:
    """Cycles, engines with their floors, the largest stalls, the lines with the most cycles."""
    parts = [_engines(profile)]
    if profile.stalls:
        parts.append(_stalls(profile))
    if profile.lines:
        parts.append(_lines(profile))
    return Group(_heading(profile), *parts)


def _heading(profile: ProfileData) -> Text:
    inputs = "" if profile.seed is None else f", random inputs (seed {profile.seed})"
    lines = [
        f"{profile.name} on {profile.target}, config {profile.config.name}{inputs}: "
        f"{profile.cycles:,} cycles",
        f"bound by {profile.bound_by}: at least {profile.floor:,} cycles, "
        f"{profile.floor / max(1, profile.cycles):.1%} of them",
    ]
    if "tensor" in profile.points:
        point = profile.points["tensor"]
        lines.append(f"{point.rate:,.4g} of {point.roof:,.4g} MACs per cycle")
    if profile.lost:
        lines.append(f"{profile.lost:,} trace events were lost: the timeline has holes")
    if profile.unknown:
        lines.append(f"the bytes of {profile.unknown:,} transfers of rings are not known")
    return Text("\n".join(lines))


def _engines(profile: ProfileData) -> Table:
    shown = Table(title="engines")
    shown.add_column("engine")
    for heading in ("busy", "share", "floor", "share", "instructions"):
        shown.add_column(heading, justify="right")
    whole = max(1, profile.cycles)

    def add(name: str, busy: int | None, least: int, count: int | None) -> None:
        shown.add_row(
            name,
            "" if busy is None else f"{busy:,}",
            "" if busy is None else f"{busy / whole:.1%}",
            f"{least:,}",
            f"{least / whole:.1%}",
            "" if count is None else f"{count:,}",
            style="bold" if profile.floor == least else None,
        )

    for name, engine in profile.engines.items():
        add(name, engine.busy, engine.floor, engine.instructions)
    add("memory: data and code", None, profile.floors["memory"], None)
    add("fetch of code", None, profile.floors["fetch"], None)
    return shown


def _stalls(profile: ProfileData) -> Table:
    shown = Table(title="what waited most")
    shown.add_column("who")
    shown.add_column("because")
    shown.add_column("cycles", justify="right")
    shown.add_column("share", justify="right")
    for stall in profile.stalls[:_STALLS]:
        shown.add_row(stall.who, stall.cause, f"{stall.cycles:,}", f"{stall.share:.1%}")
    return shown


def _lines(profile: ProfileData) -> Table:
    shown = Table(title="lines of the kernel")
    shown.add_column("line", no_wrap=True)
    shown.add_column("source")
    for heading in ("instructions", "engine cycles", "waited"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for line in profile.lines[:_LINES]:
        place = f"{Path(line.file).name}:{line.number}"
        figures = (line.executed, line.total, line.waited)
        text = line.text if len(line.text) <= _WIDTH else line.text[: _WIDTH - 3] + "..."
        shown.add_row(Text(place), Text(text), *(f"{figure:,}" for figure in figures))
    return shown
