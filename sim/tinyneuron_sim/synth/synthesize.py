"""Synthesizes a block of the hardware and reports its size and speed."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.verilog import VerilogDesign

from ..backend import BackendError
from ..rtl.cache import cached, digest
from ..rtl.source import verilog_of
from . import blocks, ecp5, generic, harness, place
from .yosys import run_yosys, yosys_version

__all__ = ["BLOCKS", "TARGETS", "SynthesisError", "columns", "synthesize"]

BLOCKS = ("pe", "array", "core")
"""What can be synthesized: one PE; the PE array with its edges; everything."""

TARGETS = ("generic", "ecp5")

MOST_PES = {"pe": 1 << 14, "array": 1024, "core": 256}
"""Largest array that a block is synthesized with: what ends within the hour on two cores."""
MOST_PLACED = 16
"""PEs of the largest array that is placed and routed: it has to fit the device."""

_HEADER = re.compile(r"\A(?://.*\n)+")


class SynthesisError(BackendError):
    """The request cannot be synthesized; the message names the rule and the value."""


class _Stage:
    """What the spinner shows; changes as the work goes on."""

    def __init__(self, title: str):
        self._title, self._text = title, title

    def say(self, stage: str) -> None:
        self._text = f"{self._title}: {stage}"

    def __rich__(self) -> str:
        return self._text


def columns(target: str) -> tuple[str, ...]:
    """Names of the figures that a target counts, the one for percentages first."""
    return ecp5.COLUMNS if target == "ecp5" else generic.COLUMNS


def synthesize(
    config: CoreConfig, block: str, target: str, *, placed: bool | None = None
) -> dict[str, Any]:
    """Size and speed of a block.

    Parameters
    ----------
    block:
        One of :data:`BLOCKS`.
    target:
        One of :data:`TARGETS`.
    placed:
        Whether to place and route for a clock frequency (``ecp5`` only); by default where that
        takes minutes at most: a PE, and an array of at most :data:`MOST_PLACED`.

    Returns
    -------
    Figures of the whole (:func:`columns`), ``pes``, ``per_pe`` (figures / ``pes``), ``blocks``
    (name, count, figures, percent of the first figure, children), ``cells`` by type, ``tools``,
    and: for ``generic`` ``longest_path_gates``; for ``ecp5`` ``device``, and ``fmax_mhz`` and
    ``critical_path`` (None when not placed).

    Raises
    ------
    SynthesisError
        Unknown block or target, or a block too large for what is asked.
    MissingToolError
        A tool's package is not installed.
    BuildError
        A tool failed.
    """
    placed = _check(config, block, target, placed)
    top = f"tn_{block}"
    tools = {"yosys": yosys_version()}
    if placed:
        tools["nextpnr"] = place.nextpnr_version()
    form = (ecp5 if target == "ecp5" else generic).FORM
    design = verilog_of(config, block, form=form)
    folder = _run(design, target, placed, tools, f"{block} of {config.name} for {target}")
    facts = json.loads((folder / "result.json").read_text())
    tree = blocks.read_blocks(facts["statistics"], top)
    figures = (ecp5 if target == "ecp5" else generic).figures
    whole = figures(tree.cells)
    pes = 1 if block == "pe" else config.macs_per_cycle
    return {
        "block": block,
        "target": target,
        "config": config.name,
        "pe_latency": config.pe_latency,
        "pes": pes,
        **whole,
        "per_pe": {name: round(value / pes, 2) for name, value in whole.items()},
        **facts["speed"],
        **({"device": ecp5.DEVICE} if target == "ecp5" else {}),
        "blocks": [_row(child, figures, whole) for child in _parts(tree)],
        "cells": dict(sorted((+tree.cells).items())),
        "tools": tools,
    }


def _check(config: CoreConfig, block: str, target: str, placed: bool | None) -> bool:
    for kind, name, known in (("block", block, BLOCKS), ("target", target, TARGETS)):
        if name not in known:
            raise SynthesisError(f"unknown {kind} {name!r}; known: {', '.join(known)}")
    pes = config.macs_per_cycle
    if pes > MOST_PES[block]:
        raise SynthesisError(
            f"synth {block} takes at most {MOST_PES[block]} PEs, config {config.name!r} has {pes}"
        )
    if target != "ecp5":
        if placed:
            raise SynthesisError(f"only target 'ecp5' can be placed, not {target!r}")
        return False
    small = block == "pe" or pes <= MOST_PLACED
    if placed and not small:
        raise SynthesisError(
            f"at most {MOST_PLACED} PEs are placed, config {config.name!r} has {pes}"
        )
    return (small and block != "core") if placed is None else placed


def _run(
    design: VerilogDesign, target: str, placed: bool, tools: dict[str, str], title: str
) -> Path:
    """The folder with ``result.json``: Yosys' statistics and the figures of speed."""
    # Without their headers, which name the configuration: a PE is the same in many.
    files = {name: _HEADER.sub("", text) for name, text in design.files.items()}
    files.pop("tn_clock_gate.v", None)
    if target == "ecp5":
        files[f"{harness.HARNESS}.v"] = harness.harness_text(design)
        steps = ecp5.steps(list(files), netlist=placed)
    else:
        files["tn_clock_gate.v"] = generic.CLOCK_GATE
        steps = generic.steps(list(files), design.top)
    # Whatever the result depends on; how it is read afterwards is not part of it.
    parts = [target, design.top, *map(repr, steps), *map(repr, tools.items())]
    parts += [repr(place.OPTIONS), inspect.getsource(place)] if placed else []
    for name, text in files.items():
        parts += [name, text]
    stage = _Stage(f"synthesizing {title}")

    def make(folder: Path) -> None:
        for name, text in files.items():
            (folder / name).write_text(text)
        run_yosys(steps, folder, stage.say)
        speed: dict[str, Any] = {}
        if target == "ecp5":
            speed = {"fmax_mhz": None, "critical_path": None}
        else:
            speed["longest_path_gates"] = generic.longest_path((folder / "ltp.txt").read_text())
        if placed:
            stage.say("placing and routing")
            speed = place.place(folder)
        statistics = json.loads((folder / "stat.json").read_text())
        for path in folder.iterdir():  # only the result is worth its space
            path.unlink()
        result = {"statistics": statistics, "speed": speed}
        (folder / "result.json").write_text(json.dumps(result))

    return cached("synth", digest(parts), make, label=stage)


def _parts(block: blocks.Block) -> list[blocks.Block]:
    """The children, the largest first as they come, and what is in none of them."""
    if not block.children:
        return []
    own = blocks.Block("(own)", block.count, block.own)
    return [*block.children, *([own] if own.cells.total() else [])]


def _row(block: blocks.Block, figures: Any, whole: dict[str, float]) -> dict[str, Any]:
    values = figures(block.cells)
    first, total = next(iter(whole.items()))
    return {
        "name": block.name,
        "count": block.count,
        **values,
        "percent": round(100 * values[first] / total, 2) if total else 0.0,
        "blocks": [_row(child, figures, whole) for child in _parts(block)],
    }
