"""Runs a program to profile it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np

from tinyneuron_hw.config import CoreConfig, get_config

from ..program.program import Program
from ..runtime.arguments import check_inputs
from ..runtime.device import open_device
from ..runtime.dtypes import numpy_dtype
from ..runtime.errors import TinyneuronError
from ..runtime.model import DEFAULT_WATCHDOG
from .profile import Profile

__all__ = ["SEED", "profile", "random_inputs"]

SEED = 1
_LARGEST = 2
"""Random integers of more than 8 bits are below it: they may be indices."""


def random_inputs(program: Program, seed: int = SEED) -> dict[str, np.ndarray]:
    """An array for each input of a program: floats from the standard normal distribution, 8-bit
    integers over all values, others 0 or 1; a number that the program checks, such as a length, is
    the largest that it takes."""
    random = np.random.default_rng(seed)
    found = {}
    for spec in program.of_kind("input"):
        dtype = numpy_dtype(spec.dtype)
        if dtype.kind not in "iu":
            found[spec.name] = random.standard_normal(spec.shape).astype(dtype)
            continue
        low, high = (-128, 128) if dtype.kind == "i" else (0, 256)
        if dtype.itemsize > 1:
            low, high = 0, _LARGEST
        found[spec.name] = random.integers(low, high, spec.shape).astype(dtype)
    for bounds in program.all_bounds():
        if bounds.source is not None:
            found[bounds.source.name].flat[bounds.element] = bounds.high
    return found


def profile(
    program: Program,
    inputs: Mapping[str, np.ndarray] | None = None,
    *,
    target: str = "verilator",
    config: str | CoreConfig | None = None,
    seed: int = SEED,
    max_cycles: int | None = None,
    watchdog: int = DEFAULT_WATCHDOG,
    progress: Callable[[int], None] | None = None,
    trace: Literal["port", "memory"] = "port",
    **options: Any,
) -> Profile:
    """Runs a program on a core of its own and tells where its cycles went.

    Parameters
    ----------
    program:
        Compiled program.
    inputs:
        Name -> array, every input once; None: :func:`random_inputs` of ``seed``.
    target, config:
        What to run on: any target that counts cycles; the program's configuration.
    max_cycles, watchdog, progress:
        As in ``Model.run``.
    trace:
        Whether the events come from the trace port, or through a ring in device memory.
    options:
        As in ``open_device``.

    Raises
    ------
    TinyneuronError
        The target is golden, or the run failed.
    """
    from .collect import collect  # late: it needs the golden model

    if target == "golden":
        raise TinyneuronError("golden counts no cycles: a profile needs verilator, icarus or pysim")
    is_random = inputs is None
    arrays = check_inputs(program, random_inputs(program, seed) if inputs is None else inputs)
    chosen = program.config if config is None else get_config(config)
    with open_device(target, chosen, **options) as device:
        result = device.load(program).run(
            arrays, max_cycles=max_cycles, watchdog=watchdog, progress=progress,
            trace="memory" if trace == "memory" else True, waits=True,
        )  # fmt: skip
    return collect(
        program, result, target=target, config=chosen, inputs=arrays,
        seed=seed if is_random else None,
    )  # fmt: skip
