"""What a benchmark reports, and how it is measured."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from tinyneuron_hw.config import CoreConfig

from ..program.program import Program
from ..progress import cycle_progress
from ..runtime.device import RunResult, open_device

__all__ = ["BenchResult", "measure"]

SEED = 1


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

    def to_json(self) -> dict[str, Any]:
        """A plain object for ``json.dumps``."""
        return asdict(self)


def measure(
    *,
    name: str,
    config: CoreConfig,
    target: str,
    dtype: str,
    macs: int,
    parameters: dict[str, Any],
    build: Callable[[], Program],
    inputs: dict[str, np.ndarray],
    reference: Callable[[], np.ndarray],
    options: dict[str, Any] | None = None,
) -> BenchResult:
    """Compiles, runs on ``target`` and on golden, and compares.

    ``reference`` gives the float64 result of the program's only output. On golden itself the
    comparison is between two schedules of the streams.
    """
    begin = time.perf_counter()
    program = build()
    compile_s = time.perf_counter() - begin
    result = _run(program, config, target, inputs, options or {})
    other = {"schedule_seed": 1} if target == "golden" else {}
    golden = _run(program, config, "golden", inputs, other)
    (output,) = result.outputs.values()
    (expected,) = golden.outputs.values()
    error = np.abs(output.astype(np.float64) - reference())
    return BenchResult(
        name=name,
        config=config.name,
        target=target,
        cycles=result.cycles,
        macs=macs,
        utilization=macs / (config.macs_per_cycle * result.cycles) if result.cycles else None,
        max_abs_error=float(error.max()),
        bit_exact=output.tobytes() == expected.tobytes(),
        sim_khz=result.sim_khz,
        wall_s=result.wall_s,
        compile_s=compile_s,
        dtype=dtype,
        parameters=parameters,
        counters=result.counters,
    )


def _run(
    program: Program,
    config: CoreConfig,
    target: str,
    inputs: dict[str, np.ndarray],
    options: dict[str, Any],
) -> RunResult:
    with (
        open_device(target, config, **options) as device,
        cycle_progress(f"running on {target}") as progress,
    ):
        return device.load(program).run(inputs, progress=progress)
