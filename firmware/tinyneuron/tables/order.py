"""The order of results across segments."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinyneuron_hw.isa.table import COEFFICIENT_BITS, FRACTION_BITS, Power

from .segments import Piece, split
from .stretches import Stretch

__all__ = ["order"]

_FACTORS = {Power.UP: 2.0, Power.DOWN: 0.5, Power.HALF_UP: 2.0, Power.HALF_DOWN: 0.5}
"""What results grow by when the segments of a power begin anew."""


@dataclass
class _Run:
    """A segment, where it lies, and what its results are multiplied by there."""

    stretch: Stretch
    index: int
    low: float
    width: float
    scale: float = 1.0

    @property
    def piece(self) -> Piece:
        return self.stretch.pieces[self.index]

    def at(self, t: int) -> tuple[Any, float]:
        """Result and function's value."""
        y = np.array([self.low + self.width * t / (1 << FRACTION_BITS)])
        found = self.piece.values(np.array([t]), *split(y))[0] * self.scale
        return found, float(self.stretch.of(y)[0])


def _runs(stretches: list[Stretch]) -> list[_Run]:
    """The segments in order, as far as results should have an order across them."""
    runs = []
    for stretch in sorted(stretches, key=lambda stretch: stretch.number):
        is_open = stretch.low and stretch.high > 2 * stretch.low
        if stretch.power in (Power.NONE, Power.ADD) and not is_open:
            count = 1 << stretch.bits
            width = (stretch.high - stretch.low) / count
            runs += [_Run(stretch, j, stretch.low + j * width, width) for j in range(count)]
    common = next((s for s in stretches if s.power in _FACTORS), None)
    if common is not None:
        count = 1 << common.bits
        octaves = len(common.pieces) // count
        runs += [
            _Run(
                common,
                j,
                2.0 ** (j // count) * (1 + j % count / count),
                2.0 ** (j // count) / count,
            )
            for j in range(len(common.pieces))
        ]
        runs.append(_Run(common, 0, 2.0**octaves, 1.0, _FACTORS[common.power]))
    return runs


def order(stretches: list[Stretch]) -> None:
    """Where a segment ends above (or below) the start of the next one, though the function does
    not, moves one of them, where results are smaller first: what a move changes then counts less
    and less."""
    runs = _runs(stretches)
    joints = [
        (a, b) for a, b in itertools.pairwise(runs) if a.low + a.width == b.low
    ]  # fmt: skip
    grows = [abs(b.at(0)[1]) >= abs(a.at(0)[1]) for a, b in joints]
    for (a, b), up in zip(joints, grows, strict=True):
        if up:
            _join(a, b, (b, a) if b.scale == 1 else (a,))
    for (a, b), up in reversed(list(zip(joints, grows, strict=True))):
        if not up:
            _join(a, b, (a, b) if b.scale == 1 else (a,))


def _join(a: _Run, b: _Run, movable: Sequence[_Run]) -> None:
    """Puts the end of ``a`` and the start of ``b`` in order, by moving the first that can be."""
    (before, wanted_before), (after, wanted_after) = a.at(_last(a)), b.at(0)
    wanted = wanted_after - wanted_before
    if wanted * (after - before) > 0 or (after == before and wanted):
        return
    for run in movable:
        piece = run.piece
        if piece.c[0] and any(piece.c[1:]) and not piece.by_mantissa:
            by = np.ldexp((before - after if run is b else after - before) / run.scale,
                          COEFFICIENT_BITS[0] - piece.exponent)  # fmt: skip
            moved = piece.c[0] + int(np.sign(by) * np.ceil(np.abs(by)))
            if abs(moved) < 1 << COEFFICIENT_BITS[0]:
                piece.c[0] = moved
                return


def _last(run: _Run) -> int:
    """The last t of a segment."""
    return (1 << FRACTION_BITS) - 1 & -1 << run.stretch.bits
