"""From a Python function to a table of the Scalar engine."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tinyneuron_hw.formats import CANONICAL_NAN
from tinyneuron_hw.isa.table import TABLE_ROWS, Symmetry
from tinyneuron_sim.golden.table import Table, evaluate

from .measure import Errors, measure, sample
from .order import order
from .pack import pack
from .recipe import FitError, Recipe
from .segments import Accuracy
from .stretches import find_stretches

__all__ = ["FunctionTable", "fit"]

Function = Callable[[np.ndarray], np.ndarray]
_LADDER = [
    Accuracy(3e-8 * 2 ** (k / 2), 2.0 ** (-14.5 + k / 2), ordered)
    for ordered in (True, False) for k in range(10)
]  # fmt: skip
_LADDER += [replace(accuracy, absolute=1e-9) for accuracy in _LADDER[10:]]
"""Accuracies to try. The last ones give small results up as such."""


@dataclass(frozen=True, eq=False)
class FunctionTable:
    """A table and the function it stands for.

    Attributes
    ----------
    rows:
        The image: 128-bit numbers.
    function:
        float64 of float64.
    """

    name: str
    rows: tuple[int, ...]
    function: Function = field(repr=False)

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """What the Scalar engine gives for float32 values, bit for bit."""
        with np.errstate(all="ignore"):
            return evaluate(self.table, values)

    @property
    def table(self) -> Table:
        found = self.__dict__.get("_table")
        if found is None:
            found = Table.from_rows(self.rows)
            object.__setattr__(self, "_table", found)
        return found

    def errors(self, low: float = -np.inf, high: float = np.inf, count: int = 100_000) -> Errors:
        """Largest errors over a dense sample of a range and all its BF16 numbers."""
        return measure(self, self.function, sample(low, high, count))

    @property
    def image(self) -> np.ndarray:
        """uint32[4, rows]: word p of every row is in partition p."""
        words = [[row >> 32 * p & 0xFFFF_FFFF for row in self.rows] for p in range(4)]
        return np.array(words, dtype=np.uint32)


def fit(function: Function, *, name: str = "custom", recipe: Recipe | None = None,
        specials: Sequence[float] | None = None, rows: int = TABLE_ROWS
        ) -> FunctionTable:  # fmt: skip
    """A table for any function of one variable.

    Parameters
    ----------
    function:
        float64 array -> float64 array, accurate where it is small; it must become constant or
        proportional to x within ``2**11`` (the default recipe's range) on each side.
    recipe:
        How it is reduced; by default symmetry is found by trying and nothing else is done.
    specials:
        Results of +inf, -inf, +0, -0; by default what ``function`` gives.
    rows:
        Most segments; the accuracy is the best that they allow.

    Raises
    ------
    FitError
        More segments are needed for a relative error of 7e-7, with results below 1e-9 as good as 0
        if need be, or the function never settles.
    """
    with np.errstate(all="ignore"):
        recipe = recipe or Recipe(symmetry=_symmetry(function))
        special = _specials(function, specials)

        def image(accuracy: Accuracy) -> list[int]:
            stretches = find_stretches(function, recipe, accuracy, rows, name)
            order(stretches)
            return pack(stretches, recipe, special, rows, name)

        found = image(_LADDER[-1])  # what this one does not reach, none does
        for accuracy in _LADDER[:-1]:
            with contextlib.suppress(FitError):
                found = image(accuracy)
                break
    return FunctionTable(name, tuple(found), function)


def _symmetry(function: Function) -> Symmetry:
    x = np.concatenate([np.geomspace(1e-6, 60, 400), np.linspace(0.1, 20, 200)])
    positive, negative = function(x), function(-x)
    if np.array_equal(positive, negative):
        return Symmetry.EVEN
    return Symmetry.ODD if np.array_equal(positive, -negative) else Symmetry.NONE


def _specials(function: Function, given: Sequence[float] | None) -> list[int]:
    values = given
    if values is None:
        values = function(np.array([np.inf, -np.inf, 0.0, -0.0]))
    results = np.asarray(values, dtype=np.float32)
    bits = np.where(np.isnan(results), np.uint32(CANONICAL_NAN), results.view(np.uint32))
    return [int(word) for word in bits]
