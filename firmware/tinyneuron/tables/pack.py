"""From the segments of each entry to an image."""

from __future__ import annotations

from typing import Any

from amaranth.lib import data

from tinyneuron_hw.isa.table import (
    ENTRIES,
    ENTRIES_PER_ROW,
    FIXED_BITS,
    STEP_BITS,
    Entry,
    EntryKind,
    Reduction,
    Segment,
    Specials,
    TableHeader,
)

from .recipe import FitError, Recipe
from .stretches import Stretch

__all__ = ["pack"]


def pack(stretches: list[Stretch], recipe: Recipe, specials: list[int], limit: int, name: str
         ) -> list[int]:  # fmt: skip
    """The rows of the image, at most ``limit`` segments among them.

    Raises
    ------
    FitError
        There are more.
    """
    keys, placed = _place(stretches)
    if len(keys) > limit:
        raise FitError(f"{name}: {len(keys)} segments are needed, at most {limit} are allowed")
    unused = EntryKind.INVALID if recipe.positive else EntryKind.SEGMENT
    entries = [_bits(Entry, kind=unused)] * ENTRIES
    for stretch in stretches:
        entries[stretch.number] = _bits(Entry, base=placed[_group(stretch)], bits=stretch.bits,
                                        kind=stretch.kind, power=stretch.power)  # fmt: skip
    packed = [
        sum(entries[first + k] << 16 * k for k in range(ENTRIES_PER_ROW))
        for first in range(0, ENTRIES, ENTRIES_PER_ROW)
    ]
    names = ("positive_infinity", "negative_infinity", "positive_zero", "negative_zero")
    return [_header(recipe), _bits(Specials, **dict(zip(names, specials, strict=True))), *packed,
            *map(_segment, keys)]  # fmt: skip


def _group(stretch: Stretch) -> tuple:
    return tuple(piece.key for piece in stretch.pieces)


def _place(stretches: list[Stretch]) -> tuple[list[tuple], dict[tuple, int]]:
    """The segments, each group of an entry where it is found first; equal ones at the end are one,
    because those behind the last are the last."""

    def tail(stretch: Stretch) -> int:
        keys = _group(stretch)
        equal = next((i for i, key in enumerate(reversed(keys)) if key != keys[-1]), len(keys))
        return equal if len(keys) > 1 else 0

    placed: dict[tuple, int] = {}
    keys: list[tuple] = []
    last = max(stretches, key=tail)
    for stretch in [*(s for s in stretches if s is not last), last]:
        group = _group(stretch)
        if group in placed:
            continue
        starts = range(len(keys) - len(group) + 1)
        at = next((i for i in starts if tuple(keys[i : i + len(group)]) == group), len(keys))
        placed[group] = at
        if at == len(keys):
            keys += group
    while len(keys) > 1 and keys[-1] == keys[-2]:
        keys.pop()
    return keys, placed


def _header(recipe: Recipe) -> int:
    places = 64 if recipe.reduction is Reduction.PERIOD else FIXED_BITS
    return _bits(TableHeader, reduction=recipe.reduction, symmetry=recipe.symmetry,
                 lowest=recipe.lowest, step=round(recipe.step * 2.0**STEP_BITS),
                 shift=round(recipe.shift * 2.0**places))  # fmt: skip


def _segment(key: tuple) -> int:
    c0, c1, c2, c3, c4, exponent, flip, by_mantissa = key
    return _bits(Segment, c0=c0, c1=c1, c2=c2, c3=c3, c4=c4, exponent=exponent, flip=int(flip),
                 by_mantissa=int(by_mantissa))  # fmt: skip


def _bits(layout: type[data.Struct], **fields: Any) -> int:
    return layout.const(fields).as_bits()
