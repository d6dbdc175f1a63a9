"""Transfers that do more than move bytes, between tensors in device memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinyneuron_hw.config import CoreConfig

from ..nki import TensorArg, compile
from ..nki import isa as nisa
from ..nki import language as nl
from .floor import floors
from .kernels import operand
from .report import SEED, Work, compiled

__all__ = ["TRANSFERS", "transfer"]


def _transpose(x: nl.Tensor) -> nl.Tensor:
    out = nl.ndarray((x.shape[1], x.shape[0]), x.dtype, buffer=nl.shared_hbm, name="out")
    nisa.dma_transpose(out, x)
    return out


def _copy(x: nl.Tensor) -> nl.Tensor:
    out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm, name="out")
    nisa.dma_copy(out, x)
    return out


def _add(x: nl.Tensor, y: nl.Tensor) -> nl.Tensor:
    """A copy, and a transfer that adds."""
    out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm, name="out")
    nisa.dma_compute(out, [x, y], nl.add)
    return out


def _sum(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return (x.astype(np.float32) + y.astype(np.float32)).astype(x.dtype)


TRANSFERS: dict[str, tuple[Any, tuple[str, ...], Callable[..., np.ndarray]]] = {
    "transpose": (_transpose, ("x",), np.transpose),
    "copy": (_copy, ("x",), np.copy),
    "add": (_add, ("x", "y"), _sum),
}
"""Name -> kernel, its inputs, and the result."""


def transfer(
    config: CoreConfig, *, kernel: str, rows: int, columns: int, dtype: str = "bf16",
    name: str = "",
) -> Work:  # fmt: skip
    """``x[rows, columns]`` through one of ``TRANSFERS``. The parameters say what the memory takes
    at least (:func:`floors`)."""
    function, names, reference = TRANSFERS[kernel]
    rng = np.random.default_rng(SEED)
    inputs = {key: operand(rng, (rows, columns), dtype) for key in names}
    specs = {key: TensorArg(value.shape, value.dtype) for key, value in inputs.items()}
    program, seconds = compiled(lambda: compile(function, config, specs))
    return Work(
        name=name or kernel,
        program=program,
        inputs=inputs,
        reference=lambda: reference(*inputs.values()).astype(np.float64),
        macs=0,
        dtype=dtype,
        parameters={"rows": rows, "columns": columns, "floor": floors(program)},
        compile_s=seconds,
    )
