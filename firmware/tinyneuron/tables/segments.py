"""Polynomials of a table's segments."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from tinyneuron_hw.isa.table import COEFFICIENT_BITS, FRACTION_BITS, SUM_BITS
from tinyneuron_sim.golden.table import Segments, segment_sum

__all__ = ["FLOOR", "Accuracy", "Piece", "constant_piece", "fit_pieces", "linear_piece"]

Function = Callable[[np.ndarray], np.ndarray]
_DEGREE = 4
_LIMITS = (1.0, 1.0, 0.25, 0.125, 0.03125)
"""The coefficients' ranges."""
_ONE = 1 << FRACTION_BITS
_NODES = 24
_END_WEIGHT = 100.0
_SAMPLES = 160
_JITTER = 2.0**-28
"""How much the rounding of inner sums may move a result from one element to the next, in the
segment's scale."""
FLOOR = 2.0**-150
"""Results below are 0."""


@dataclass(frozen=True)
class Accuracy:
    """What a segment must reach: ``relative`` error of results from 1e-6 on, ``tail`` below."""

    relative: float = 1.5e-7
    tail: float = 2.0**-13
    ordered: bool = False
    """Results must not turn back where the function does not."""
    absolute: float = FLOOR
    """An error that is always allowed."""
    least: float = 0.0
    """Results count as at least this large: what is added to them later."""

    def excess(self, got: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        """Error over the allowed error."""
        size = np.maximum(np.abs(wanted), self.least)
        allowed = np.where(size >= 0.8e-6, self.relative, self.tail) * size + self.absolute
        return np.abs(got - wanted) / allowed


@dataclass
class Piece:
    """One segment: integer coefficients c0 ... c4 and flags."""

    c: list[int]
    exponent: int
    flip: bool = False
    by_mantissa: bool = False
    error: float = 0.0
    """Largest error over the allowed one at the samples."""
    ordered: bool = True
    """Rounding keeps the order of results: all terms grow the same way, or the function moves by
    more than rounding from one element to the next, or it turns back itself."""

    @property
    def key(self) -> tuple:
        return (*self.c, self.exponent, self.flip, self.by_mantissa)

    def values(self, t: np.ndarray, mantissa: np.ndarray, e: np.ndarray | int) -> np.ndarray:
        """Results before they are rounded."""
        segments = Segments(
            tuple(np.full(t.shape, c, np.int64) for c in self.c),
            np.full(t.shape, self.exponent), np.full(t.shape, int(self.flip)),
            np.full(t.shape, int(self.by_mantissa)),
        )  # fmt: skip
        total = segment_sum(segments, t, mantissa).astype(np.longdouble)
        return np.ldexp(total, self.exponent - SUM_BITS + (e if self.by_mantissa else 0))


@functools.cache
def _nodes() -> np.ndarray:
    """Chebyshev nodes in (0, 1), and places next to both ends."""
    inner = 0.5 - 0.5 * np.cos(np.pi * (np.arange(_NODES) + 0.5) / _NODES)
    return np.concatenate([[2.0**-40], inner, [1 - 2.0**-40]])


@functools.cache
def _solver(count: int, first: int) -> np.ndarray:
    """[count, nodes]: coefficients of the best polynomial with so many. It meets the ends, so that
    segments join; but for the first one where the polynomial is a quotient (``first`` 1), of two
    numbers that are too small there."""
    weights = np.where((_nodes() < 1e-9) | (_nodes() > 1 - 1e-9), _END_WEIGHT, 1.0)
    weights[0] *= 1 - first
    powers = np.stack([_nodes() ** k for k in range(count)], axis=1)
    return np.linalg.pinv(powers * weights[:, None]) * weights


def _quantise(wanted: np.ndarray, first: int, degree: int, exponent: int | None
              ) -> tuple[list[int], int]:  # fmt: skip
    """Coefficients ``first`` ... ``degree`` of a polynomial that is ``wanted * u**first`` at the
    nodes, each rounded, the highest first: what rounding one changes the lower ones make good."""
    degrees = range(first, degree + 1)
    ideal = _solver(len(degrees), first) @ wanted
    if exponent is None:
        largest = max(abs(c) / _LIMITS[k] for k, c in zip(degrees, ideal, strict=True))
        exponent = int(np.ceil(np.log2(largest))) if largest > 0 else 0
    while True:
        rest, c = np.ldexp(wanted, -exponent), [0] * (_DEGREE + 1)
        for k in reversed(degrees):
            value = (_solver(k - first + 1, first) @ rest)[-1]
            c[k] = int(np.rint(np.ldexp(value, COEFFICIENT_BITS[k])))
            rest = rest - np.ldexp(float(c[k]), -COEFFICIENT_BITS[k]) * _nodes() ** (k - first)
        if all(abs(c[k]) < np.ldexp(_LIMITS[k], COEFFICIENT_BITS[k]) for k in degrees):
            return c, exponent
        exponent += 1


@dataclass(frozen=True)
class Range:
    """Where a segment lies: ``|y| = low + t * width``; in a power of two e is its exponent."""

    low: float
    width: float
    samples: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))

    def at(self, t: np.ndarray) -> np.ndarray:
        return self.low + t * self.width


@functools.cache
def _samples() -> np.ndarray:
    rng = np.random.default_rng(5)
    inner = rng.integers(0, _ONE, _SAMPLES)
    return np.sort(np.concatenate([[0, 1, _ONE - 2, _ONE - 1], inner])).astype(np.int64)


def split(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Exponent and mantissa, ``FRACTION_BITS`` fraction bits, of y > 0."""
    fraction, exponent = np.frexp(y)
    return np.floor(fraction * 2 * _ONE).astype(np.int64), exponent.astype(np.int64) - 1


def _judge(piece: Piece, of: Function, where: Range, accuracy: Accuracy, bits: int) -> Piece:
    t = _samples()
    y = where.at(t / _ONE)
    t, y = t[y > 0], y[y > 0]
    mantissa, e = split(y)
    wanted = of(y)
    got = piece.values(t, mantissa, e)
    piece.error = float(np.max(accuracy.excess(got, wanted)))
    terms = [c for c in piece.c[1:] if c]
    same = all(c > 0 for c in terms) or all(c < 0 for c in terms)
    steps = np.diff(wanted)
    turns = bool(np.any(steps > 0) and np.any(steps < 0))
    # An element is 2**(2 + bits) places of t from the next, or more.
    slope = np.min(np.abs(steps) / np.diff(t)) * 2.0 ** (2 + bits)
    moves = bool(np.ldexp(slope, -piece.exponent) > _JITTER)
    piece.ordered = same or turns or moves or piece.by_mantissa
    return piece


def _candidates(of: Function, where: Range, accuracy: Accuracy, bits: int, *, by_mantissa: bool,
                exponent: int | None) -> Iterator[Piece]:  # fmt: skip
    """From both ends, of every degree."""
    u = _nodes()
    for flip in (False,) if by_mantissa else (False, True):
        y = where.at(1 - u if flip else u)
        wanted = of(y)
        zero = where.low + (where.width if flip else 0.0)
        at_zero = exponent is None and not float(of(np.array([zero]))[0])
        for degree in range(_DEGREE, 0, -1):
            if by_mantissa or at_zero:
                # p1 stands alone, for what the mantissa or u is multiplied by.
                c, scale = _quantise(wanted / (y if by_mantissa else u), 1, degree, exponent)
            else:
                c, scale = _quantise(wanted, 0, degree, exponent)
            yield _judge(Piece(c, scale, flip, by_mantissa), of, where, accuracy, bits)


def fit_pieces(of: Function, low: float, high: float, bits: int, accuracy: Accuracy, *,
               by_mantissa: bool = False, exponent: int | None = None) -> list[Piece]:  # fmt: skip
    """The ``2**bits`` segments of ``[low, high)``, whether they reach the accuracy or not.

    ``by_mantissa``: results are proportional to y near 0. ``exponent``: the one they must have.
    """
    width = (high - low) / (1 << bits)
    pieces = []
    for j in range(1 << bits):
        where = Range(low + j * width, width)
        if np.max(np.abs(of(where.at(_nodes())))) < FLOOR:
            pieces.append(constant_piece(0.0))
            continue
        best: Piece | None = None
        for piece in _candidates(of, where, accuracy, bits, by_mantissa=by_mantissa,
                                 exponent=exponent):  # fmt: skip
            rank = piece.error > 1, not piece.ordered, piece.error
            if best is None or rank < (best.error > 1, not best.ordered, best.error):
                best = piece
        assert best is not None
        pieces.append(best)
        if best.error > 4:
            break  # more segments are needed anyway
    return pieces


def constant_piece(value: float) -> Piece:
    """The same result everywhere."""
    if value == 0:
        return Piece([0] * 5, 0)
    fraction, exponent = np.frexp(value)
    return Piece([int(np.rint(fraction * (1 << COEFFICIENT_BITS[0]))), 0, 0, 0, 0], int(exponent))


def linear_piece(slope: float) -> Piece:
    """The result is y times the slope."""
    fraction, exponent = np.frexp(slope)
    c1 = int(np.rint(fraction * (1 << COEFFICIENT_BITS[1])))
    if abs(c1) == 1 << COEFFICIENT_BITS[1]:
        c1, exponent = c1 // 2, exponent + 1
    return Piece([0, c1, 0, 0, 0], int(exponent), by_mantissa=True)
