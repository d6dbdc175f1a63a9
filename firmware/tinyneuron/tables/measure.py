"""How far a table is from its function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = ["Errors", "all_bf16", "bf16_ulps", "measure", "sample", "unordered"]

Function = Callable[[np.ndarray], np.ndarray]
SMALL = 1e-6
"""Results below are judged by their absolute error."""
_LARGEST = float(np.finfo(np.float32).max) * (1 + 2.0**-25)
"""From here on the nearest FP32 number is an infinity."""


@dataclass(frozen=True)
class Errors:
    """Largest errors over a sample."""

    relative: float
    """Of results from 1e-6 on."""
    absolute: float
    """Of smaller ones."""
    bf16: float
    """In units of the last place, after the result was rounded to BF16."""
    worst: float
    """x of the largest relative error."""

    def __str__(self) -> str:
        return (f"relative {self.relative:.1e} (at {self.worst:.9g}), absolute below 1e-6 "
                f"{self.absolute:.1e}, BF16 {self.bf16:.3f} ulp")  # fmt: skip


def all_bf16(low: float = -np.inf, high: float = np.inf) -> np.ndarray:
    """float32[...]: every BF16 number in the range, in order."""
    bits = np.arange(1 << 16, dtype=np.uint32) << np.uint32(16)
    values = bits.view(np.float32)
    return np.sort(values[(values >= low) & (values <= high)])


def sample(low: float, high: float, count: int, seed: int = 1) -> np.ndarray:
    """float32[...] of the range, in order: evenly spread, spread over the exponents, and every BF16
    number."""
    rng = np.random.default_rng(seed)
    bits = rng.integers(0, 1 << 32, count, dtype=np.uint32)
    # Half of the exponents between 2**-30 and 2**8, where functions have their shape.
    near = bits & np.uint32(0x807F_FFFF) | rng.integers(97, 135, count, np.uint32) << np.uint32(23)
    wide = np.where(rng.integers(0, 2, count) == 0, bits, near).view(np.float32)
    even = rng.uniform(max(low, -40.0), min(high, 40.0), count).astype(np.float32)
    values = np.concatenate([wide, even, all_bf16()])
    return np.sort(values[(values >= low) & (values <= high)])


def bf16_ulps(got: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Distance of float32 results, rounded to BF16, from float64 ones."""
    bits = np.asarray(got, np.float32).view(np.uint32)
    rounded = ((bits + np.uint32(0x7FFF) + (bits >> 16 & 1)) & np.uint32(0xFFFF_0000)).view(
        np.float32
    )
    exponent = np.frexp(wanted)[1] - 1
    return np.abs(rounded - wanted) / np.ldexp(1.0, np.maximum(exponent, -126) - 7)


def unordered(got: np.ndarray, wanted: np.ndarray) -> int:
    """How often results go the other way than the function's, from one sample to the next."""
    steps, right = np.diff(got.astype(np.float64)), np.diff(wanted)
    return int(np.sum(steps * right < 0))


def measure(approximation: Function, function: Function, x: np.ndarray) -> Errors:
    """Errors at the samples whose exact result is an FP32 number; where it is not, the result must
    be an infinity of its sign, or NaN for NaN, or the errors are infinite."""
    with np.errstate(all="ignore"):
        wanted = function(x.astype(np.float64))
        got = approximation(x)
        finite = np.abs(wanted) < _LARGEST
        same = np.where(np.isnan(wanted), np.isnan(got), got == wanted.astype(np.float32))
        right = np.where(finite, np.isfinite(got), same)
        if not right.all():
            worst = float(x[int(np.argmin(right))])
            return Errors(np.inf, np.inf, np.inf, worst)
        x, wanted, got = x[finite], wanted[finite], got[finite]
        error = np.abs(got - wanted)
        large = np.abs(wanted) >= SMALL
        relative = np.where(large, error / np.abs(wanted), 0.0)
        ulps = bf16_ulps(got, wanted)
        ulps = np.where(np.isfinite(ulps), ulps, 0.0)
        at = int(np.argmax(relative))
    return Errors(float(relative.max()), float(np.where(large, 0.0, error).max()),
                  float(ulps.max()), float(x[at]))  # fmt: skip
