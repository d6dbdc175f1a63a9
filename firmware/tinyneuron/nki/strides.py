"""Strides and sizes of views."""

from __future__ import annotations

from collections.abc import Sequence

from ..lower.ir import Extent

__all__ = ["merged", "reach", "row_major", "split"]


def row_major(shape: tuple[int, ...], on_chip: bool) -> tuple[int, ...]:
    """Strides of a dense tensor, outermost first; on chip ``strides[0]`` counts partitions."""
    strides, step = [], 1
    for extent in reversed(shape):
        strides.append(step)
        step *= extent
    strides.reverse()
    if on_chip:
        strides[0] = 1
    return tuple(strides)


def merged(strides: Sequence[int], shape: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """(stride, size) pairs without axes of size 1, neighbours joined where contiguous."""
    dims: list[tuple[int, int]] = []
    for stride, size in zip(strides, shape, strict=True):
        if size == 1:
            continue
        joins = dims and not isinstance(dims[-1][1], Extent) and not isinstance(size, Extent)
        if joins and dims[-1][0] == stride * size:
            dims[-1] = (stride, dims[-1][1] * size)
        else:
            dims.append((stride, size))
    return tuple(dims)


def split(dims: Sequence[tuple[int, int]], shape: Sequence[int]) -> tuple[int, ...] | None:
    """Strides of ``shape`` over the elements of ``dims``, or None when no view gives them."""
    left, strides = list(dims), []
    for extent in reversed(shape):
        if extent == 1:
            strides.append(1)
            continue
        if not left or left[-1][1] % extent:
            return None
        stride, size = left.pop()
        strides.append(stride)
        if size != extent:
            left.append((stride * extent, size // extent))
    return tuple(reversed(strides))


def reach(offset: int, dims: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The first and the last element of a pattern."""
    steps = [stride * (size - 1) for stride, size in dims]
    return offset + sum(min(step, 0) for step in steps), offset + sum(max(s, 0) for s in steps)
