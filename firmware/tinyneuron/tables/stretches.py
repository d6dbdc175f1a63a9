"""From a function to the segments of each entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from tinyneuron_hw.isa.table import ENTRIES, EntryKind, Power, Reduction, Symmetry

from .recipe import FitError, Recipe
from .segments import Accuracy, Piece, constant_piece, fit_pieces, linear_piece

__all__ = ["PER_SIGN", "Stretch", "find_stretches"]

Function = Callable[[np.ndarray], np.ndarray]
PER_SIGN = ENTRIES // 2
"""Entries of one sign of a function without symmetry."""
_MOST_BITS = 7
_EXACT = 2.0**-24
"""Relative error up to which a stretch counts as constant or proportional."""


@dataclass
class Stretch:
    """The segments of an entry."""

    number: int
    of: Function
    low: float
    high: float
    pieces: list[Piece]
    kind: EntryKind = EntryKind.SEGMENT
    power: Power = Power.NONE
    bits: int = 0


def find_stretches(function: Function, recipe: Recipe, accuracy: Accuracy, limit: int, name: str
               ) -> list[Stretch]:  # fmt: skip
    """The segments of every entry that the table uses.

    Raises
    ------
    FitError
        More than ``limit`` segments are needed, or more than an entry can have, or the function
        never settles.
    """
    found: list[Stretch] = []
    pieces: dict[int, int] = {}
    for stretch in _each(function, recipe, accuracy, name):
        found.append(stretch)
        # Of constant segments one may do; entries of a power share theirs.
        pieces[id(stretch.pieces)] = sum(any(piece.c[1:]) for piece in stretch.pieces)
        count = sum(pieces.values())
        if count > limit:
            raise FitError(f"{name}: {count} segments are needed, at most {limit} are allowed")
    return found


def _each(function: Function, recipe: Recipe, accuracy: Accuracy, name: str) -> Iterator[Stretch]:
    if recipe.reduction is Reduction.FRACTION:
        yield _polynomials(1, lambda y: function(y - 1), 1.0, 2.0, accuracy, name)
    elif recipe.power is not Power.NONE:
        yield from _by_power(function, recipe, accuracy, name)
    else:
        one_sided = recipe.symmetry is not Symmetry.NONE
        yield from _of_sign(function, recipe, accuracy, name, 1.0, 0)
        if not one_sided:
            yield from _of_sign(function, recipe, accuracy, name, -1.0, PER_SIGN)


def _of_sign(function: Function, recipe: Recipe, accuracy: Accuracy, name: str, sign: float,
             first: int) -> Iterator[Stretch]:  # fmt: skip
    """Entries from number ``first`` on, for y of one sign (or of both)."""
    shift = recipe.shift if recipe.reduction is Reduction.SHIFT else 0.0

    def of(y: np.ndarray) -> np.ndarray:
        return function(sign * y - shift)

    count = ENTRIES if recipe.symmetry is not Symmetry.NONE else PER_SIGN
    last = 1 - recipe.lowest if recipe.reduction is Reduction.PERIOD else count - 1
    yield _origin(first, of, recipe, accuracy, name)
    for number in range(1, last + 1):
        low = 2.0 ** (recipe.lowest + number - 1)
        high = 2 * low
        if recipe.reduction is Reduction.PERIOD and low == 1:
            yield Stretch(number, of, 1.0, 1.0, [constant_piece(float(of(np.ones(1))[0]))])
            continue
        if number == count - 1:
            high = 2.0**126 if recipe.reduction is Reduction.DIRECT else 256.0
        yield _stretch(first + number, of, low, high, accuracy, name)


def _origin(number: int, of: Function, recipe: Recipe, accuracy: Accuracy, name: str) -> Stretch:
    high = 2.0**recipe.lowest
    crosses = recipe.reduction is Reduction.SHIFT or float(of(np.zeros(1))[0]) == 0.0
    stretch = _polynomials(number, of, 0.0, high, accuracy, name, by_mantissa=crosses)
    stretch.kind = EntryKind.ORIGIN
    return stretch


def _stretch(number: int, of: Function, low: float, high: float, accuracy: Accuracy, name: str
             ) -> Stretch:  # fmt: skip
    """The cheapest of a constant, a line through 0, and polynomials."""
    y = np.geomspace(low, high * (1 - 2.0**-24), 200)
    wanted = of(y)
    middle = float(np.float32(wanted[len(y) // 2]))
    if np.max(np.abs(wanted)) < accuracy.absolute:
        return Stretch(number, of, low, high, [constant_piece(0.0)])
    if np.all(np.abs(wanted - middle) <= _EXACT * np.abs(wanted)):
        return Stretch(number, of, low, high, [constant_piece(middle)])
    slopes = wanted / y
    slope = float(np.float32(np.median(slopes)))
    if np.all(np.abs(slopes - slope) <= _EXACT * abs(slope)):
        return Stretch(number, of, low, high, [linear_piece(slope)])
    if high > 2 * low:
        raise FitError(f"{name}: from {low:g} on the function must be constant or proportional")
    return _polynomials(number, of, low, high, accuracy, name)


def _polynomials(number: int, of: Function, low: float, high: float, accuracy: Accuracy,
                 name: str, *, by_mantissa: bool = False, exponent: int | None = None,
                 also: Function | None = None) -> Stretch:  # fmt: skip
    """As few segments as reach the accuracy; ``also``: the function for odd exponents, with as many
    segments behind."""
    for bits in range(_MOST_BITS + 1):
        pieces = []
        for part in (of,) if also is None else (of, also):
            pieces += fit_pieces(part, low, high, bits, accuracy, by_mantissa=by_mantissa,
                                 exponent=exponent)  # fmt: skip
        worst = max(piece.error for piece in pieces)
        if worst <= 1 and (not accuracy.ordered or all(piece.ordered for piece in pieces)):
            return Stretch(number, of, low, high, pieces, bits=bits)
    raise FitError(
        f"{name}: {1 << _MOST_BITS} segments from {low:g} to {high:g} miss the accuracy by a "
        f"factor of {worst:.3g}"
    )


def _by_power(function: Function, recipe: Recipe, accuracy: Accuracy, name: str) -> list[Stretch]:
    halves = recipe.power in (Power.HALF_UP, Power.HALF_DOWN)
    doubled = (lambda y: function(2 * y)) if halves else None
    is_sum = recipe.power is Power.ADD
    least = replace(accuracy, least=abs(recipe.step)) if is_sum else accuracy
    common = _polynomials(0, function, 1.0, 2.0, least, name, also=doubled,
                          exponent=0 if is_sum else None)  # fmt: skip
    common.power = recipe.power
    found = []
    for number in range(ENTRIES if recipe.symmetry is not Symmetry.NONE else PER_SIGN):
        e = recipe.lowest + number - 1
        if number and e in recipe.own:
            low = np.ldexp(1.0, e)
            found.append(_polynomials(number, function, low, 2 * low, accuracy, name))
        else:
            found.append(replace(common, number=number))
    return found
