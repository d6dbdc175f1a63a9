"""What a benchmark reports, and how it is measured."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import get_dtype
from tinyneuron_hw.isa.matmul import macs_per_pe

from ..program.program import Program
from ..progress import cycle_progress
from ..runtime.device import RunResult, open_device

__all__ = ["SEED", "BenchResult", "Work", "compiled", "measure", "report"]

SEED = 1


@dataclass(frozen=True)
class Work:
    """A compiled program with one output, and what it is run on.

    ``reference`` gives the output in float64. ``macs`` are the useful multiply-accumulates.
    """

    name: str
    program: Program
    inputs: dict[str, np.ndarray]
    reference: Callable[[], np.ndarray]
    macs: int
    dtype: str
    parameters: dict[str, Any]
    compile_s: float


@dataclass(frozen=True)
class BenchResult:
    """One measurement.

    ``cycles``, ``utilization`` and ``sim_khz`` are None on targets without time. ``utilization``
    is ``macs / (PEs x cycles)``, device memory to device memory. ``max_abs_error`` is against
    float64. ``bit_exact``: every output byte equals golden's.
    """

    name: str
    config: str
    target: str
    cycles: int | None
    macs: int
    utilization: float | None
    max_abs_error: float
    bit_exact: bool
    sim_khz: float | None
    wall_s: float
    compile_s: float
    dtype: str
    parameters: dict[str, Any] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)

    @property
    def tensor_busy(self) -> float | None:
        """Share of the cycles with an instruction in the Tensor engine; None without counters."""
        busy = self.counters.get("tensor_busy")
        return busy / self.cycles if self.cycles and busy is not None else None

    def to_json(self) -> dict[str, Any]:
        """A plain object for ``json.dumps``."""
        return asdict(self)


def compiled(build: Callable[[], Program]) -> tuple[Program, float]:
    """A program and the seconds it took to compile."""
    begin = time.perf_counter()
    program = build()
    return program, time.perf_counter() - begin


def measure(work: Work, target: str, options: dict[str, Any] | None = None) -> BenchResult:
    """Runs on ``target`` and on golden, and compares."""
    return report(work, target, _run(work, target, options or {}))


def report(work: Work, target: str, result: RunResult) -> BenchResult:
    """A run of ``work`` on ``target``, compared with golden and float64.

    Golden checks the order of the streams on the way. On golden itself the comparison is between
    two schedules.
    """
    golden = _run(work, "golden", {"schedule_seed": 1} if target == "golden" else {})
    (output,) = result.outputs.values()
    (expected,) = golden.outputs.values()
    config: CoreConfig = work.program.config
    cycles, dtype = result.cycles, get_dtype(work.dtype)
    per_cycle = config.macs_per_cycle * macs_per_pe(dtype)
    return BenchResult(
        name=work.name,
        config=config.name,
        target=target,
        cycles=cycles,
        macs=work.macs,
        utilization=work.macs / (per_cycle * cycles) if cycles else None,
        max_abs_error=float(np.abs(output.astype(np.float64) - work.reference()).max()),
        bit_exact=output.tobytes() == expected.tobytes(),
        sim_khz=result.sim_khz,
        wall_s=result.wall_s,
        compile_s=work.compile_s,
        dtype=work.dtype,
        parameters=work.parameters,
        counters=result.counters,
    )


def _run(work: Work, target: str, options: dict[str, Any]) -> RunResult:
    with (
        open_device(target, work.program.config, **options) as device,
        cycle_progress(f"{work.name} on {target}") as progress,
    ):
        return device.load(work.program).run(work.inputs, progress=progress)
