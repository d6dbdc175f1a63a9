"""What an access pattern touches: pure arithmetic shared by golden model and firmware."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["ApRange", "element_offsets", "pattern_range"]


@dataclass(frozen=True)
class ApRange:
    """Byte interval [low, high) that contains every byte of a pattern, and its element count."""

    low: int
    high: int
    count: int


def pattern_range(
    offset: int, dims: Sequence[tuple[int, int]], unit: int, element_bytes: int
) -> ApRange:
    """Interval of a pattern; ``dims`` holds (stride, size), innermost first, strides in ``unit``
    bytes. Sizes must be at least 1."""
    low = high = offset
    count = 1
    for stride, size in dims:
        reach = stride * unit * (size - 1)
        low += min(reach, 0)
        high += max(reach, 0)
        count *= size
    return ApRange(low, high + element_bytes, count)


def element_offsets(offset: int, dims: Sequence[tuple[int, int]], unit: int) -> np.ndarray:
    """Byte offset of every element, int64[count], in order (``dims[0]`` fastest)."""
    offsets = np.array([offset], dtype=np.int64)
    for stride, size in dims:
        steps = np.arange(size, dtype=np.int64) * (stride * unit)
        offsets = (steps[:, None] + offsets[None, :]).reshape(-1)
    return offsets
