"""The standard tables: one for each function of the kernel language that is not built in.

They are kept in `standard.txt`, so that a program has the same bytes on every machine; ``python -m
tinyneuron.tables`` (``make tables``) fits them again.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import numpy as np

from tinyneuron_hw.isa.table import Power, Reduction, Symmetry

from . import functions
from .fit import FunctionTable, fit
from .recipe import Recipe

__all__ = ["FILE", "STANDARD", "Standard", "fit_standard", "parse", "standard_table", "write"]

Function = Callable[[np.ndarray], np.ndarray]
FILE = "standard.txt"
_INFINITE = math.inf
_FROM_BELOW = (math.inf, -0.0, 0.0, -0.0)
"""+inf, -inf, +0, -0 of a function like x * sigmoid(x)."""
_QUARTER = 0.25


@dataclass(frozen=True)
class Standard:
    """A function, and how its table is fitted.

    ``low``, ``high``: the range that the kernel language documents. ``monotone``: stretches in
    which results must not turn back.
    """

    function: Function
    rows: int
    recipe: Callable[[], Recipe | None] = field(default=lambda: None)
    of: Function | None = None
    """What the polynomials stand for, if not the function."""
    specials: tuple[float, float, float, float] | None = None
    low: float = -_INFINITE
    high: float = _INFINITE
    monotone: tuple[tuple[float, float], ...] = ()


def _crossing(function: Function, low: float, high: float) -> Callable[[], Recipe]:
    """SHIFT by the place where the function is 0."""

    def recipe() -> Recipe:
        a, b = low, high
        below = float(function(np.array([a]))[0]) < 0
        for _ in range(100):
            middle = (a + b) / 2
            if (float(function(np.array([middle]))[0]) < 0) == below:
                a = middle
            else:
                b = middle
        return Recipe(reduction=Reduction.SHIFT, shift=-a)

    return recipe


def _by(**fields: Any) -> Callable[[], Recipe]:
    return lambda: Recipe(**fields)


def _sin_of_quarters(y: np.ndarray) -> np.ndarray:
    return np.sin(np.pi / 2 * y)


_ALL = ((-_INFINITE, _INFINITE),)
_POSITIVE = ((0.0, _INFINITE),)
_PERIODIC: dict[str, Any] = {"reduction": Reduction.PERIOD, "symmetry": Symmetry.ODD}

STANDARD: dict[str, Standard] = {
    "exp": Standard(
        np.exp, 16, _by(reduction=Reduction.FRACTION, lowest=0), np.exp2, (math.inf, 0, 1, 1),
        monotone=_ALL,
    ),
    "log": Standard(
        np.log, 64,
        _by(power=Power.ADD, positive=True, lowest=-1, step=math.log(2), own=(-1, 0)),
        low=2.0**-64, high=2.0**64, monotone=_POSITIVE,
    ),
    "sqrt": Standard(
        np.sqrt, 32, _by(power=Power.HALF_UP, positive=True), low=2.0**-116, high=2.0**118,
        monotone=_POSITIVE,
    ),
    "rsqrt": Standard(
        lambda x: 1 / np.sqrt(x), 32, _by(power=Power.HALF_DOWN, positive=True),
        specials=(0, math.nan, math.inf, -math.inf), low=2.0**-87, high=2.0**97,
        monotone=_POSITIVE,
    ),
    "reciprocal": Standard(
        lambda x: 1 / x, 32, _by(power=Power.DOWN, symmetry=Symmetry.ODD), low=-(2.0**42),
        high=2.0**42, monotone=((-_INFINITE, -(2.0**-127)), (2.0**-127, _INFINITE)),
    ),
    "tanh": Standard(np.tanh, 64, monotone=_ALL),
    "sigmoid": Standard(functions.sigmoid, 256, monotone=_ALL),
    "gelu": Standard(functions.gelu, 256, specials=_FROM_BELOW, monotone=((0.0, _INFINITE),)),
    "gelu_dx": Standard(
        functions.gelu_dx, 256, _crossing(functions.gelu_dx, -1.0, -0.5),
        specials=(1, 0, 0.5, 0.5), monotone=((-1.4, 1.4),),
    ),
    "gelu_apprx_tanh": Standard(
        functions.gelu_apprx_tanh, 256, specials=_FROM_BELOW, monotone=((0.0, _INFINITE),)
    ),
    "gelu_apprx_tanh_dx": Standard(
        functions.gelu_apprx_tanh_dx, 256, _crossing(functions.gelu_apprx_tanh_dx, -1.0, -0.5),
        specials=(1, 0, 0.5, 0.5), monotone=((-1.4, 1.4),),
    ),
    "gelu_apprx_sigmoid": Standard(
        functions.gelu_apprx_sigmoid, 256, specials=_FROM_BELOW, monotone=((0.0, _INFINITE),)
    ),
    "gelu_apprx_sigmoid_dx": Standard(
        functions.gelu_apprx_sigmoid_dx, 256,
        _crossing(functions.gelu_apprx_sigmoid_dx, -1.0, -0.5),
        specials=(1, 0, 0.5, 0.5), monotone=((-1.3, 1.3),),
    ),
    "silu": Standard(functions.silu, 256, specials=_FROM_BELOW, monotone=((0.0, _INFINITE),)),
    "silu_dx": Standard(
        functions.silu_dx, 256, _crossing(functions.silu_dx, -1.5, -1.0),
        specials=(1, 0, 0.5, 0.5), monotone=((-2.3, 2.3),),
    ),
    "softplus": Standard(functions.softplus, 256, monotone=_ALL),
    "mish": Standard(functions.mish, 256, specials=_FROM_BELOW, monotone=((0.0, _INFINITE),)),
    "erf": Standard(functions.erf, 64, monotone=_ALL),
    "erf_dx": Standard(
        functions.erf_dx, 256, monotone=((-_INFINITE, 0.0), (0.0, _INFINITE))
    ),
    "sin": Standard(
        np.sin, 32, _by(**_PERIODIC), _sin_of_quarters, (math.nan, math.nan, 0.0, -0.0),
        low=-math.pi, high=math.pi, monotone=((-math.pi / 2, math.pi / 2),),
    ),
    "cos": Standard(
        np.cos, 32, _by(**_PERIODIC, shift=_QUARTER), _sin_of_quarters,
        (math.nan, math.nan, 1.0, 1.0), low=-math.pi, high=math.pi, monotone=((0.0, math.pi),),
    ),
    "arctan": Standard(
        np.arctan, 96, low=-math.pi / 2, high=math.pi / 2, monotone=_ALL,
    ),
}  # fmt: skip
"""By the kernel language's name."""


def fit_standard(name: str) -> FunctionTable:
    """Fits a standard table anew."""
    item = STANDARD[name]
    table = fit(item.of or item.function, name=name, recipe=item.recipe(), specials=item.specials,
                rows=item.rows)  # fmt: skip
    return FunctionTable(name, table.rows, item.function)


def write(tables: list[FunctionTable]) -> str:
    """The text of the file: the name and the number of rows of a table, then its rows."""
    lines = []
    for table in tables:
        lines += [f"{table.name} {len(table.rows)}", *(f"{row:032x}" for row in table.rows)]
    return "\n".join(lines) + "\n"


def parse(text: str) -> dict[str, tuple[int, ...]]:
    """Rows of each table in the file."""
    lines = iter(text.split("\n"))
    found = {}
    for line in lines:
        if line:
            name, count = line.split()
            found[name] = tuple(int(next(lines), 16) for _ in range(int(count)))
    return found


@functools.cache
def _kept() -> dict[str, tuple[int, ...]]:
    return parse(resources.files("tinyneuron.tables").joinpath(FILE).read_text())


@functools.cache
def standard_table(name: str) -> FunctionTable:
    """The table of a function of the kernel language."""
    return FunctionTable(name, _kept()[name], STANDARD[name].function)
