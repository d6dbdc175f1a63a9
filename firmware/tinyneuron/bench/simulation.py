"""Simulation speed of a target while a matmul runs, beside a frozen design in the same run."""

from __future__ import annotations

import itertools
import statistics
from dataclasses import replace
from pathlib import Path
from typing import Any

from tinyneuron_hw.config import CoreConfig

from ..progress import cycle_progress
from ..runtime.device import RunResult, open_device
from ..runtime.errors import TinyneuronError
from .kernels import matmul
from .report import report

__all__ = ["bench_simulation"]

_REFERENCE = Path(__file__).parent / "reference_array"
_WORK = {"icarus": (4, 3), "pysim": (1, 1)}
"""Target -> side of the matmul in tiles, and rounds, where the usual ones would take hours."""
_USUAL_WORK = (32, 3)
_REFERENCE_CYCLES = 60_000


def bench_simulation(config: CoreConfig, target: str) -> dict[str, Any]:
    """Runs a matmul a few times on ``target``, each between two runs of the reference array.

    The matmul is smaller on the slower targets. Returns the benchmark's JSON object;
    ``sim_khz`` and ``reference_khz`` are medians and ``ratio``
    is the median of the rounds' ratios, which a busy machine disturbs less.

    Raises
    ------
    TinyneuronError
        The target has no clock.
    """
    if target == "golden":
        raise TinyneuronError("bench sim: target 'golden' has no clock; use verilator")
    tiles, rounds = _WORK.get(target, _USUAL_WORK)
    k = n = min(512, tiles * config.partitions)
    work = matmul(config, m=4 * config.columns, k=k, n=n, name="sim")
    runs: list[RunResult] = []
    references = [_reference_khz()]
    with (
        open_device(target, config) as device,
        cycle_progress(f"matmul on {target}") as progress,
    ):
        model = device.load(work.program)
        for _ in range(rounds):
            runs.append(model.run(work.inputs, progress=progress))
            references.append(_reference_khz())
    speeds = [run.sim_khz or 0.0 for run in runs]
    between = [(a + b) / 2 for a, b in itertools.pairwise(references)]
    result = replace(
        report(work, target, runs[-1]),
        sim_khz=statistics.median(speeds),
        wall_s=sum(run.wall_s for run in runs),
    )
    return result.to_json() | {
        "reference_khz": statistics.median(references),
        "ratio": statistics.median(s / r for s, r in zip(speeds, between, strict=True)),
    }


def _reference_khz() -> float:
    from tinyneuron_sim.rtl.reference import measure_reference

    return measure_reference(_REFERENCE, _REFERENCE_CYCLES, repeat=1).khz
