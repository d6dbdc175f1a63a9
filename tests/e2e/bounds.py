"""How far a result may lie from float64 by the number rules alone."""

from __future__ import annotations

import numpy as np

from tinyneuron_hw.formats import FORMATS, get_dtype

FP32_UNIT = 2.0**-24
"""Relative error of one FP32 rounding."""


def matmul_bound(
    exact: np.ndarray, magnitudes: np.ndarray, roundings: int, dtype: str
) -> np.ndarray:
    """Largest |result - exact| of FP32 sums with ``roundings`` roundings each, cast to ``dtype``.

    ``magnitudes`` holds the sums of absolute products. The accumulation error is at most
    n u / (1 - n u) times that (Higham, Accuracy and Stability of Numerical Algorithms, 3.1); the
    cast adds half a unit in the last place, or half the smallest subnormal.
    """
    fmt = FORMATS[get_dtype(dtype)]
    accumulated = roundings * FP32_UNIT / (1 - roundings * FP32_UNIT) * magnitudes
    cast = 2.0 ** -(fmt.fraction + 1) * (np.abs(exact) + accumulated)
    tiny = 2.0 ** (1 - fmt.bias - fmt.fraction - 1)
    return accumulated + np.maximum(cast, tiny)
