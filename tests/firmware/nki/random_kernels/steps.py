"""What the steps of random kernels have in common."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

from .drawing import FLOATS, INTEGERS, SMALL, Drawing, Operand

Operation = Callable[[Drawing], None]
ANY = (*FLOATS, *SMALL, *INTEGERS)
NUMBERS = (*FLOATS, *SMALL, "int16", "int8", "uint8")
ALMOST = 4e-6
"""What functions of tables and quotients may be off, relative to 1 or to the result."""


def operation(function: Operation) -> Operation:
    """Marks what draws a step."""
    function.draws_a_step = True  # pyright: ignore[reportFunctionMemberAccess]
    return function


def operations_of(module: ModuleType) -> list[Operation]:
    """What is marked in a module."""
    return [made for made in vars(module).values() if getattr(made, "draws_a_step", False)]


def f32(x: Any) -> Any:
    return np.asarray(x).astype(np.float32)


def exactly(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function on FP32 numbers."""
    return lambda *arrays: f32(function(*map(f32, arrays)))


def nearly(function: Callable[..., Any], relative: float = ALMOST) -> Callable[..., Any]:
    """The function in double precision, and how far off FP32 and a table may be."""

    def reference(*arrays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        result = np.asarray(function(*(f32(x).astype(np.float64) for x in arrays)), np.float64)
        return result, relative * (1 + np.abs(result))

    return reference


def finish(draw: Drawing, name: str, operands: tuple[Operand, ...], reference: Callable[..., Any],
           write: Callable[[Any], Any], shape: tuple[int, ...] | None = None,
           **target: Any) -> None:  # fmt: skip
    """Ends a step with one result: ``write(dst)`` makes it."""
    with np.errstate(all="ignore"):
        found = reference(*(operand.value for operand in operands))
    values = np.asarray(found[0] if isinstance(found, tuple) else found, np.float64)
    dtype = target.pop("dtype", None) or draw.result_type(values)
    made = draw.target(shape or values.shape, dtype, **target)
    write(made.tile)
    draw.keep(name, made, operands, reference)


BINARY: dict[str, Callable[..., Any]] = {
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "maximum": np.maximum,
    "minimum": np.minimum, "equal": np.equal, "not_equal": np.not_equal, "less": np.less,
    "less_equal": np.less_equal, "greater": np.greater, "greater_equal": np.greater_equal,
    "logical_and": np.logical_and, "logical_or": np.logical_or, "logical_xor": np.logical_xor,
    "abs_max": lambda a, b: np.maximum(np.abs(a), np.abs(b)),
    "abs_min": lambda a, b: np.minimum(np.abs(a), np.abs(b)),
}  # fmt: skip
WHOLE_TILES = [name for name in BINARY if not name.startswith("abs")]
BITS = {"bitwise_and": np.bitwise_and, "bitwise_or": np.bitwise_or, "bitwise_xor": np.bitwise_xor}


def op_of(name: str) -> Any:
    return getattr(nl, name)


def scalar(draw: Drawing, rows: int) -> tuple[Any, tuple[Operand, ...]]:
    """A number, or a column of a tile."""
    if draw.rng.random() < 0.6:
        return draw.number(), ()
    column = draw.operand(("fp32", "bf16", "fp16"), (rows, 1))
    return column.tile, (column,)


REDUCTIONS = {"add": np.sum, "maximum": np.max, "minimum": np.min}


def sums(total: Callable[..., Any], x: np.ndarray, axes: tuple[int, ...]) -> Any:
    """A reduction with its largest error: each addition rounds once."""
    wide = f32(x).astype(np.float64)
    slack = 0.0
    if total is np.sum:
        slack = 2.0**-23 * x[0].size * np.abs(wide).sum(axis=axes, keepdims=True)
    return total(wide, axis=axes, keepdims=True), slack


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": np.exp, "tanh": np.tanh, "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "silu": lambda x: x / (1 + np.exp(-x)), "erf": np.vectorize(math.erf), "sin": np.sin,
    "gelu": lambda x: x * (1 + np.vectorize(math.erf)(x / 2**0.5)) / 2,
    "arctan": np.arctan, "softplus": lambda x: np.logaddexp(0, x),
}  # fmt: skip
BUILT_IN: dict[str, Callable[..., Any]] = {
    "copy": lambda x: x, "relu": lambda x: np.maximum(x, 0), "square": np.square, "abs": np.abs,
    "sign": np.sign,
}  # fmt: skip


def _tame(x: np.ndarray) -> np.ndarray:
    return np.clip(f32(x), -8, 8)


def bounded(draw: Drawing) -> Operand:
    """A tile whose numbers a table's function takes without overflow."""
    data = draw.operand(FLOATS, draw.shape())
    bounded = draw.target(data.shape, "fp32", views=False)
    nisa.tensor_scalar(bounded.tile, data.tile, nl.maximum, -8.0, op1=nl.minimum, operand1=8.0)
    made = draw.keep("bounded", bounded, (data,), _tame)
    assert made is not None
    return Operand(made, made.tile, lambda t: t)
