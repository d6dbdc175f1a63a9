"""Boxes: which elements of a tensor an operand touches, as one interval per axis.

A box may be larger than the operand (a stride leaves holes), never smaller, so a conflict that
boxes do not show does not exist.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace

from tinyneuron_hw.formats import FORMATS

from .ir import Dims, Operand, Shift, TileRef

__all__ = ["Box", "box_of", "in_base_elements"]


@dataclass(frozen=True, slots=True)
class Box:
    """``low[d] <= index[d] < high[d]``; ``dense`` when the operand touches all of it."""

    low: tuple[int, ...]
    high: tuple[int, ...]
    dense: bool

    def overlaps(self, other: Box) -> bool:
        """Whether the two may share an element."""
        for a, b, c, d in zip(self.low, self.high, other.low, other.high, strict=True):
            if a >= d or c >= b:
                return False
        return True

    def contains(self, other: Box) -> bool:
        """Whether every element of ``other`` lies in this box's bounds."""
        for a, b, c, d in zip(self.low, self.high, other.low, other.high, strict=True):
            if c < a or d > b:
                return False
        return True

    def joined(self, other: Box) -> Box:
        """The smallest box around both."""
        low = tuple(map(min, self.low, other.low))
        high = tuple(map(max, self.high, other.high))
        return Box(low, high, False)


def box_of(ref: Operand) -> Box:
    """The box of an operand, over the axes of its base (partitions first, on chip)."""
    given, ref = ref, in_base_elements(ref)
    certain = given.shift is None and (
        given.kind is None or FORMATS[given.kind].bytes >= FORMATS[ref.base.dtype].bytes
    )
    if isinstance(ref, TileRef):
        partitions = ref.start_partition, ref.num_partitions
        offset, dims = _moved(ref.offset, ref.dims, ref.shift)
        return _box(offset, dims, ref.base.shape[1:], partitions, certain)
    rows = () if ref.rows is None else (ref.rows,)
    offset, dims = _moved(ref.offset, (*rows, *ref.dims), ref.shift)
    return _box(offset, dims, ref.base.shape, None, certain and not rows)


@functools.lru_cache(maxsize=4096)
def _box(
    offset: int, dims: Dims, shape: tuple[int, ...], partitions: tuple[int, int] | None,
    certain: bool,
) -> Box:  # fmt: skip
    """The box of a pattern in ``shape``, of each of ``partitions`` (first, count); ``certain``
    when all of the pattern is touched."""
    low, high = _spread(offset, dims, shape)
    elements = math.prod(size for _, size in dims)
    if partitions is not None:
        first, count = partitions
        low, high, elements = (first, *low), (first + count, *high), count * elements
    volume = math.prod(b - a for a, b in zip(low, high, strict=True))
    return Box(low, high, certain and volume == elements)


def in_base_elements(ref: Operand) -> Operand:
    """An operand whose offset and dimensions count elements of its base: the same bytes or, where
    it takes the bits for a smaller type, those of the elements that it touches."""
    if ref.kind is None:
        return ref
    own, unit = FORMATS[ref.kind].bytes, FORMATS[ref.base.dtype].bytes
    shift = ref.shift
    if own >= unit:
        grow = own // unit
        dims = tuple((stride * grow, size) for stride, size in ref.dims)
        if shift is not None:
            shift = shift.resized(own, unit)
        inner = ((1, grow),) if grow > 1 else ()
        return replace(ref, kind=None, offset=ref.offset * grow, dims=(*dims, *inner), shift=shift)
    shrink = unit // own
    low = ref.offset + sum(min(0, stride * (size - 1)) for stride, size in ref.dims)
    exact = [(abs(stride) // shrink, size) for stride, size in ref.dims if stride % shrink == 0]
    rest = sum(abs(stride) * (size - 1) for stride, size in ref.dims if stride % shrink)
    if shift is not None:
        low, rest = low + shift.low, rest + shift.high - shift.low
    size = (low % shrink + rest) // shrink + 1
    return replace(ref, kind=None, offset=low // shrink, dims=(*exact, (1, size)), shift=None)


def _moved(offset: int, dims: Dims, shift: Shift | None) -> tuple[int, Dims]:
    """Offset and dimensions of everything that a register may move the pattern to."""
    if shift is None:
        return offset, dims
    step = max(1, abs(shift.scale))
    return offset + shift.low, ((step, (shift.high - shift.low) // step + 1), *dims)


def _spread(
    offset: int, dims: Dims, shape: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Interval of each index digit when elements are counted row-major over ``shape``."""
    offset += sum(stride * (size - 1) for stride, size in dims if stride < 0)
    steps, step = [], 1
    for extent in reversed(shape):
        steps.append(step)
        step *= extent
    steps.reverse()
    low, reach = [], [0] * len(shape)
    for step in steps:
        digit, offset = divmod(offset, step)
        low.append(digit)
    for stride, size in dims:
        rest = abs(stride)
        for axis, step in enumerate(steps):
            digit, rest = divmod(rest, step)
            reach[axis] += digit * (size - 1)
    high = [a + r for a, r in zip(low, reach, strict=True)]
    for axis in range(len(shape) - 1, 0, -1):
        carry = high[axis] // shape[axis]
        if carry:
            # The digit wraps: it takes every value, and the next axis may take a step more.
            low[axis], high[axis] = 0, shape[axis] - 1
            high[axis - 1] += carry
    return tuple(low), tuple(value + 1 for value in high)
