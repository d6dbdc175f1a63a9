"""How a function is reduced to one whose table is small."""

from __future__ import annotations

from dataclasses import dataclass

from tinyneuron_hw.isa.table import Power, Reduction, Symmetry

__all__ = ["FitError", "Recipe"]


class FitError(ValueError):
    """A function has no table; the message names what was asked and what is possible."""


@dataclass(frozen=True)
class Recipe:
    """How a function is reduced to one whose table is small.

    ``power``: what the exponent of x does to the result (x then has to be positive, or the
    function odd); ``step``: the summand of each exponent with ADD. ``shift``: what SHIFT adds to
    x, the negative of the place where the function crosses 0; for PERIOD in turns. ``lowest``:
    exponent of the smallest power of two that has an entry of its own.
    """

    reduction: Reduction = Reduction.DIRECT
    symmetry: Symmetry = Symmetry.NONE
    power: Power = Power.NONE
    positive: bool = False
    shift: float = 0.0
    step: float = 0.0
    lowest: int = -3
    own: tuple[int, ...] = ()
    """Exponents that ``power`` does not apply to."""
