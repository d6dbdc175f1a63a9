"""Byte-level access patterns: which bytes an operand touches, in element order.

A pattern is flattened to byte dimensions ((stride, size), innermost first, the bytes of an element
included) with neighbours merged, and becomes a strided NumPy view of a memory's pages.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

__all__ = ["ByteDims", "Piece", "byte_dims", "byte_offsets", "extent", "overlaps_itself", "strided"]

ByteDims = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Piece:
    """Part of a pattern inside one page, in element order."""

    page: int
    offset: int
    dims: ByteDims
    size: int
    """Bytes touched, counted as often as they are."""


@functools.lru_cache(maxsize=1 << 16)
def byte_dims(dims: tuple[tuple[int, int], ...], unit: int, element_bytes: int) -> ByteDims:
    """Byte dimensions of ``dims`` (strides in ``unit`` bytes), merged where they continue."""
    merged = [(1, element_bytes)]
    for stride, size in dims:
        if size == 1:
            continue
        step = stride * unit
        inner_stride, inner_size = merged[-1]
        if inner_size == 1:
            merged[-1] = (step, size)
        elif step == inner_stride * inner_size:
            merged[-1] = (inner_stride, inner_size * size)
        else:
            merged.append((step, size))
    return tuple(merged)


def extent(dims: ByteDims) -> tuple[int, int]:
    """Lowest and one past the highest byte touched, relative to the start."""
    low = sum(stride * (size - 1) for stride, size in dims if stride < 0)
    high = sum(stride * (size - 1) for stride, size in dims if stride > 0)
    return low, high + 1


def byte_offsets(dims: ByteDims) -> np.ndarray:
    """Every byte's offset, int64, in element order."""
    offsets = np.zeros(1, dtype=np.int64)
    for stride, size in dims:
        offsets = (np.arange(size, dtype=np.int64)[:, None] * stride + offsets).reshape(-1)
    return offsets


@functools.lru_cache(maxsize=1 << 14)
def overlaps_itself(dims: ByteDims) -> bool:
    """Whether some byte is touched more than once."""
    reach = 0
    for stride, size in sorted(dims, key=lambda dim: abs(dim[0])):
        if size > 1 and abs(stride) <= reach:
            offsets = byte_offsets(dims)
            return len(np.unique(offsets)) < len(offsets)
        reach += abs(stride) * (size - 1)
    return False


def strided(array: np.ndarray, offset: int, dims: ByteDims) -> np.ndarray:
    """View of a one-dimensional array with one entry a byte; C order is element order."""
    width = array.itemsize
    shape, strides = _layout(dims, width)
    return np.ndarray(shape, array.dtype, array, offset * width, strides)


@functools.lru_cache(maxsize=1 << 14)
def _layout(dims: ByteDims, width: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Shape and strides of a view whose entries are ``width`` bytes."""
    outermost_first = dims[::-1]
    return (
        tuple(size for _, size in outermost_first),
        tuple(stride * width for stride, _ in outermost_first),
    )
