"""Simulation speed of a target while a matmul runs, beside a frozen design in the same run."""

from __future__ import annotations

import itertools
import statistics
from pathlib import Path
from typing import Any

import numpy as np

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import DType

from ..kernels import matmul
from ..progress import cycle_progress
from ..runtime.device import open_device
from ..runtime.dtypes import numpy_dtype
from ..runtime.errors import TinyneuronError
from .report import SEED

__all__ = ["bench_simulation"]

_REFERENCE = Path(__file__).resolve().parents[3] / "benchmarks" / "reference_array"
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
        The target has no clock, or this is no source checkout (the reference array is in
        ``benchmarks/``).
    """
    from tinyneuron_sim.rtl.reference import measure_reference

    if target == "golden":
        raise TinyneuronError("bench sim: target 'golden' has no clock; use verilator")
    if not _REFERENCE.is_dir():
        raise TinyneuronError(f"bench sim needs a source checkout: {_REFERENCE} is missing")
    tiles, rounds = _WORK.get(target, _USUAL_WORK)
    k = n = min(512, tiles * config.partitions)
    m = 4 * config.columns
    program = matmul.build(config, m=m, k=k, n=n, dtype="bf16")
    rng = np.random.default_rng(SEED)
    kind = numpy_dtype(DType.BF16)
    inputs = {
        "lhsT": rng.standard_normal((k, m)).astype(kind),
        "rhs": rng.standard_normal((k, n)).astype(kind),
    }
    speeds: list[float] = []
    references = [measure_reference(_REFERENCE, _REFERENCE_CYCLES, repeat=1).khz]
    wall, result = 0.0, None
    with (
        open_device(target, config) as device,
        cycle_progress(f"matmul on {target}") as progress,
    ):
        model = device.load(program)
        for _ in range(rounds):
            result = model.run(inputs, progress=progress)
            wall += result.wall_s
            speeds.append(result.sim_khz or 0.0)
            references.append(measure_reference(_REFERENCE, _REFERENCE_CYCLES, repeat=1).khz)
    with open_device("golden", config, check_races=False) as device:
        golden = device.load(program).run(inputs)
    assert result is not None
    exact = inputs["lhsT"].astype(np.float64).T @ inputs["rhs"].astype(np.float64)
    output = result.outputs["out"]
    between = [(a + b) / 2 for a, b in itertools.pairwise(references)]
    return {
        "name": "sim",
        "config": config.name,
        "target": target,
        "cycles": result.cycles,
        "macs": m * k * n,
        "utilization": m * k * n / (config.macs_per_cycle * (result.cycles or 1)),
        "max_abs_error": float(np.abs(output.astype(np.float64) - exact).max()),
        "bit_exact": output.tobytes() == golden.outputs["out"].tobytes(),
        "sim_khz": statistics.median(speeds),
        "wall_s": wall,
        "reference_khz": statistics.median(references),
        "ratio": statistics.median(s / r for s, r in zip(speeds, between, strict=True)),
    }
