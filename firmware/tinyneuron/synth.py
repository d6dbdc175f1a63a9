"""What ``tinyneuron synth`` prints: sizes and speed, and where in the design they are."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from tinyneuron_hw.config import CoreConfig
from tinyneuron_sim.synth.synthesize import columns, synthesize

__all__ = ["compare", "print_report"]

_LABELS = {
    "pe_latency": "PE latency (cycles)",
    "pes": "PEs",
    "luts": "LUTs",
    "flip_flops": "flip-flops",
    "dsps": "DSPs (18 x 18 multipliers)",
    "block_rams": "block RAMs (18 Kibit)",
    "gate_equivalents": "gate equivalents (NAND2)",
    "memory_bits": "memory (bits)",
    "clock_gates": "clock gates",
    "longest_path_gates": "longest path (gates)",
    "fmax_mhz": "Fmax (MHz, placed and routed)",
}
_SHORT = {
    "luts": "LUTs", "flip_flops": "FFs", "dsps": "DSPs", "block_rams": "BRAMs",
    "gate_equivalents": "GE", "memory_bits": "bits", "clock_gates": "gates",
}  # fmt: skip


def compare(
    config: CoreConfig, block: str, target: str, latencies: list[int], *, placed: bool | None
) -> dict[str, Any]:
    """Results of a block for each PE latency, or the one result for the configuration's own when
    ``latencies`` is empty. See :func:`~tinyneuron_sim.synth.synthesize.synthesize`."""
    if not latencies:
        return synthesize(config, block, target, placed=placed)
    # Validated before the first of them takes its minutes.
    configs = [config.with_changes(pe_latency=latency) for latency in latencies]
    results = [synthesize(each, block, target, placed=placed) for each in configs]
    return {"block": block, "target": target, "config": config.name, "results": results}


def print_report(report: dict[str, Any], depth: int) -> None:
    """Prints a summary, a column for each result, and the blocks of each down to ``depth``."""
    results = report.get("results", [report])
    title = f"{report['block']} on {report['target']}, config {report['config']}"
    console = Console()
    console.print(_summary(title, results))
    for result in results:
        if path := result.get("critical_path"):
            console.print(
                f"critical path, PE latency {result['pe_latency']}: {path['levels']} levels, "
                f"{path['logic_ns']} ns logic + {path['routing_ns']} ns routing, "
                f"{path['from']} to {path['to']}",
                soft_wrap=True, highlight=False, markup=False,
            )  # fmt: skip
        if result["blocks"]:
            console.print(_breakdown(f"{title}, PE latency {result['pe_latency']}", result, depth))


def _summary(title: str, results: list[dict[str, Any]]) -> Table:
    table = Table(title=title, show_header=False)
    table.add_column()
    for _ in results:
        table.add_column(justify="right")
    figures = columns(results[0]["target"])
    rows = ["pe_latency", "pes", *figures, "longest_path_gates", "fmax_mhz"]
    for key in rows:
        if key not in results[0]:
            continue
        table.add_row(_LABELS[key], *(_number(result[key]) for result in results))
        if key in figures and results[0]["pes"] > 1:
            table.add_row("  per PE", *(_number(result["per_pe"][key]) for result in results))
        if key in figures and (device := results[0].get("device")):
            shares = [f"{result[key] / device[key]:.1%}" for result in results]
            table.add_row(f"  of {device['name']}", *shares)
    return table


def _breakdown(title: str, result: dict[str, Any], depth: int) -> Table:
    figures = columns(result["target"])
    table = Table(title=title)
    table.add_column("block", no_wrap=True)
    for name in ("count", *(_SHORT[key] for key in figures), f"% {_SHORT[figures[0]]}"):
        table.add_column(name, justify="right")

    def add(blocks: list[dict[str, Any]], level: int) -> None:
        if level == depth:
            return
        for block in blocks:
            cells = (_number(block[key]) for key in ("count", *figures))
            table.add_row("  " * level + block["name"], *cells, f"{block['percent']:.1f}")
            add(block["blocks"], level + 1)

    add(result["blocks"], 0)
    total = (_number(result[key]) for key in figures)
    table.add_section()
    table.add_row("total", "", *total, "100.0")
    return table


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.1f}" if value < 1000 and value % 1 else f"{round(value):,}"
