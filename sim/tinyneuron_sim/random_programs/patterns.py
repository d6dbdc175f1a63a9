"""Random access patterns of a given size inside an interval of bytes."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

__all__ = ["Dims", "NoRoomError", "factorise", "place"]

Dims = list[tuple[int, int]]
"""(stride, size), innermost first."""
DIMENSIONS = 4


class NoRoomError(Exception):
    """A pattern does not fit where it has to."""


def factorise(rng: random.Random, count: int) -> list[int]:
    """Four sizes with this product, in random order."""
    sizes = [1] * DIMENSIONS
    left = count
    while left > 1:
        prime = next((p for p in (2, 3, 5, 7, 11, 13) if left % p == 0), left)
        sizes[rng.choice([0, 0, 1, 1, 2, 3])] *= prime
        left //= prime
    if rng.random() < 0.3:
        sizes = [count, 1, 1, 1]
    if rng.random() < 0.5:
        rng.shuffle(sizes)
    return sizes


def _dense(rng: random.Random, sizes: Sequence[int], unit: int, *, padded: bool, permuted: bool
           ) -> list[int]:  # fmt: skip
    strides = [0] * DIMENSIONS
    order = list(range(DIMENSIONS))
    if permuted:
        rng.shuffle(order)
    reach = unit
    for i in order:
        strides[i] = reach
        reach *= sizes[i]
        if padded:
            reach += unit * rng.randrange(4)
    return strides


def _strides(rng: random.Random, sizes: Sequence[int], unit: int, *, step: int, room: int,
             repeats: bool) -> list[int]:  # fmt: skip
    """Strides in bytes. ``unit`` bytes make an element, strides are multiples of ``step``."""
    style = rng.random()
    if style < 0.15:
        limit = room // step
        return [step * rng.randint(-(limit // max(1, s - 1)), limit // max(1, s - 1)) // 2
                // step * step for s in sizes]  # fmt: skip
    strides = _dense(rng, sizes, unit, padded=rng.random() < 0.4, permuted=rng.random() < 0.3)
    if step < unit and rng.random() < 0.3:
        strides = [stride + step * rng.randrange(unit) for stride in strides]
    if rng.random() < 0.25:
        flips = [rng.random() < 0.5 for _ in sizes]
        strides = [-s if flip else s for s, flip in zip(strides, flips, strict=True)]
    if repeats and rng.random() < 0.2:
        strides[rng.randrange(DIMENSIONS)] = 0
    return strides


def place(
    rng: random.Random, sizes: Sequence[int], *, element: int, step: int, low: int, high: int,
    alignment: int, repeats: bool, bits: int,
) -> tuple[int, Dims]:  # fmt: skip
    """A start and byte strides for a pattern of ``sizes`` that stays in [low, high).

    Parameters
    ----------
    element:
        Bytes of an element.
    step:
        Strides are multiples of this many bytes, and are returned in it.
    alignment:
        The start is a multiple of it.
    repeats:
        Whether an element may be touched several times.
    bits:
        Width of a stride.

    Raises
    ------
    NoRoomError
        It does not fit, however dense.
    """
    room = high - low - element
    strides = _strides(rng, sizes, element, step=step, room=room, repeats=repeats)
    below, above = _reach(strides, sizes)
    if above - below > room or (not repeats and _may_repeat(strides, sizes, element)):
        strides = _dense(rng, sizes, element, padded=False, permuted=False)
        below, above = _reach(strides, sizes)
    first = -(-(low - below) // alignment) * alignment
    last = high - element - above
    if last < first:
        raise NoRoomError(f"{math.prod(sizes)} elements in bytes {low}..{high}")
    # Often at the very edge.
    choices = [first, first + (last - first) // alignment * alignment]
    start = rng.choice([*choices, *(rng.randrange(first, last + 1, alignment) for _ in range(4))])
    limit = 1 << (bits - 1)
    dims = []
    for stride, size in zip(strides, sizes, strict=True):
        if size == 1:  # a stride that is never taken
            stride = step * rng.choice([0, 0, 1, -1, rng.randrange(-limit, limit)])
        dims.append((stride // step, size))
    return start, dims


def _reach(strides: Sequence[int], sizes: Sequence[int]) -> tuple[int, int]:
    reaches = [stride * (size - 1) for stride, size in zip(strides, sizes, strict=True)]
    return sum(min(reach, 0) for reach in reaches), sum(max(reach, 0) for reach in reaches)


def _may_repeat(strides: Sequence[int], sizes: Sequence[int], element: int) -> bool:
    """Whether some byte could be touched twice."""
    reach = element - 1
    pairs = zip(strides, sizes, strict=True)
    for stride, size in sorted(((abs(s), n) for s, n in pairs if n > 1)):
        if stride <= reach:
            return True
        reach += stride * (size - 1)
    return False
