"""The kernels on rows and channels, on random data."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tinyneuron_hw.config import CoreConfig

from ..kernels.elementwise import gelu
from ..kernels.norm import layer_norm, rms_norm
from ..kernels.softmax import softmax
from ..nki import TensorArg, compile
from .floor import floors
from .kernels import operand
from .report import SEED, Work, compiled

__all__ = ["ROW_KERNELS", "row_kernel"]


def _softmax(x: np.ndarray) -> np.ndarray:
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def _layer_norm(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray) -> np.ndarray:
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5) * gamma + beta


def _rms_norm(x: np.ndarray, gamma: np.ndarray) -> np.ndarray:
    return x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-6) * gamma


def _gelu(x: np.ndarray) -> np.ndarray:
    return x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


ROW_KERNELS: dict[str, tuple[Any, tuple[str, ...], Callable[..., np.ndarray]]] = {
    "softmax": (softmax, (), _softmax),
    "layer_norm": (layer_norm, ("gamma", "beta"), _layer_norm),
    "rms_norm": (rms_norm, ("gamma",), _rms_norm),
    "gelu": (gelu, (), _gelu),
}
"""Name -> kernel, its vectors of one number a column, and the result in float64."""


def row_kernel(
    config: CoreConfig, *, kernel: str, rows: int, columns: int, dtype: str = "bf16",
    name: str = "",
) -> Work:  # fmt: skip
    """``x[rows, columns]`` through one of ``ROW_KERNELS``. The parameters say what each engine and
    the memory take at least (:func:`floors`)."""
    function, vectors, reference = ROW_KERNELS[kernel]
    rng = np.random.default_rng(SEED)
    inputs = {"x": operand(rng, (rows, columns), dtype)}
    inputs |= {vector: operand(rng, (columns,), dtype) for vector in vectors}
    specs = {key: TensorArg(value.shape, value.dtype) for key, value in inputs.items()}
    program, seconds = compiled(lambda: compile(function, config, specs))
    return Work(
        name=name or kernel,
        program=program,
        inputs=inputs,
        reference=lambda: reference(*(value.astype(np.float64) for value in inputs.values())),
        macs=0,
        dtype=dtype,
        parameters={"rows": rows, "columns": columns, "floor": floors(program)},
        compile_s=seconds,
    )
