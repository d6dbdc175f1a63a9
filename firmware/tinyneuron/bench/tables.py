"""Benchmarks as tables for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from .baselines import Verdict
from .fetch import Fetch
from .peers import PEERS
from .report import BenchResult

__all__ = ["print_fetches", "print_floors", "print_peers", "print_results", "print_verdicts"]

_STYLES = {"worse": "bold red", "missing": "bold red", "wrong": "bold red", "better": "green"}


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _count(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def print_results(console: Console, results: Sequence[BenchResult]) -> None:
    """One line a benchmark; ``busy`` is the Tensor engine's share of the cycles."""
    table = Table(title="benchmarks" + (f" on {results[0].target}" if results else ""))
    table.add_column("benchmark", no_wrap=True)
    table.add_column("config")
    for name in ("cycles", "million MACs", "utilization", "busy", "max error", "kHz", "seconds"):
        table.add_column(name, justify="right")
    table.add_column("exact")
    for item in results:
        table.add_row(
            item.name, item.config, _count(item.cycles), f"{item.macs / 1e6:.2f}",
            _percent(item.utilization), _percent(item.tensor_busy), f"{item.max_abs_error:.3g}",
            "-" if item.sim_khz is None else f"{item.sim_khz:.1f}", f"{item.wall_s:.1f}",
            "yes" if item.bit_exact else "[bold red]NO",
        )  # fmt: skip
    console.print(table)


def print_fetches(console: Console, results: Sequence[Fetch]) -> None:
    """One line a benchmark: cycles with its code in device memory, and without fetch latency."""
    table = Table(title="instruction fetch")
    table.add_column("benchmark", no_wrap=True)
    table.add_column("config")
    for name in ("instructions", "cycles", "code at once", "cost"):
        table.add_column(name, justify="right")
    table.add_column("same")
    for item in results:
        table.add_row(
            item.name, item.config, _count(item.instructions), _count(item.cycles),
            _count(item.cycles_at_once), f"{item.cost:+.2%}",
            "yes" if item.same else "[bold red]NO",
        )  # fmt: skip
    console.print(table)


def print_peers(console: Console, results: Sequence[BenchResult]) -> None:
    """Results that others have figures for, beside those; nothing when there are none."""
    table = Table(title="beside others")
    table.add_column("benchmark", no_wrap=True)
    table.add_column("by")
    for name in ("cycles", "utilization"):
        table.add_column(name, justify="right")
    table.add_column("source")
    for item in results:
        key = f"{item.name}/{item.config}"
        peers = [peer for peer in PEERS if peer.benchmark == key]
        if not peers or item.cycles is None:
            continue
        cycles, share = _count(item.cycles), _percent(item.utilization)
        table.add_row(item.name, f"tinyneuron {item.config}", cycles, share, "this run")
        for peer in peers:
            by = f"{peer.name} ({peer.what})"
            table.add_row("", by, _count(peer.cycles), _percent(peer.utilization), peer.source)
    if table.row_count:
        console.print(table)


def print_floors(console: Console, results: Sequence[BenchResult]) -> None:
    """Cycles beside what each engine and the memory take at least, and the ratio to the largest;
    nothing when no result says so."""
    table = Table(title="beside the floors")
    table.add_column("benchmark", no_wrap=True)
    table.add_column("config")
    for name in ("cycles", "vector", "scalar", "memory", "ratio"):
        table.add_column(name, justify="right")
    for item in results:
        floor = item.parameters.get("floor")
        if floor and item.cycles:
            parts = [_count(floor[name]) for name in ("vector", "scalar", "memory")]
            ratio = f"{item.cycles / max(floor.values()):.2f}"
            table.add_row(item.name, item.config, _count(item.cycles), *parts, ratio)
    if table.row_count:
        console.print(table)


def print_verdicts(console: Console, verdicts: Sequence[Verdict]) -> None:
    """One line a benchmark: both numbers and what that means."""
    table = Table(title="against the baselines")
    table.add_column("benchmark", no_wrap=True)
    table.add_column("config")
    for name in ("cycles", "baseline", "change"):
        table.add_column(name, justify="right")
    table.add_column("verdict")
    for item in verdicts:
        change = "-" if item.change is None else f"{item.change:+.2%}"
        style = _STYLES.get(item.state)
        state = f"[{style}]{item.state}" if style else item.state
        baseline = _count(item.baseline)
        table.add_row(item.name, item.config, _count(item.cycles), baseline, change, state)
    console.print(table)
