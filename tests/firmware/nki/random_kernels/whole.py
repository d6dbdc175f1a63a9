"""Steps of `nki.language` on whole tiles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

from .drawing import FLOATS, Drawing, Operand
from .steps import (
    BINARY,
    BUILT_IN,
    FUNCTIONS,
    WHOLE_TILES,
    bounded,
    exactly,
    finish,
    nearly,
    op_of,
    operation,
)


def _new(draw: Drawing, name: str, operands: tuple[Operand, ...], reference: Callable[..., Any],
         make: Callable[[], Any]) -> None:  # fmt: skip
    """Ends a step whose result is a tile of its own."""

    def write(dst: Any) -> None:
        result = make()
        nisa.tensor_copy(dst, result)

    finish(draw, f"nl.{name}", operands, reference, write, dtype="fp32")


@operation
def whole_binary(draw: Drawing) -> None:
    name = draw.rng.choice(WHOLE_TILES)
    left = draw.operand(FLOATS, draw.shape())
    rows, columns = left.shape
    shape = draw.rng.choice([(rows, columns), (rows, 1), (1, columns)])
    right = draw.operand(FLOATS, shape, sbuf=left.in_psum)
    _new(draw, name, (left, right), exactly(BINARY[name]),
         lambda: op_of(name)(left.tile, right.tile, dtype=nl.float32))  # fmt: skip


WHOLE: dict[str, Callable[..., Any]] = {
    "negative": np.negative, "floor": np.floor, "ceil": np.ceil, "trunc": np.trunc, **BUILT_IN,
}  # fmt: skip


@operation
def whole_unary(draw: Drawing) -> None:
    name = draw.rng.choice([*WHOLE, *FUNCTIONS])
    data = draw.operand(FLOATS) if name in WHOLE else bounded(draw)
    reference = exactly(WHOLE[name]) if name in WHOLE else nearly(FUNCTIONS[name])
    _new(draw, name, (data,), reference, lambda: op_of(name)(data.tile, dtype=nl.float32))


@operation
def whole_positive(draw: Drawing) -> None:
    data = bounded(draw)
    name = draw.rng.choice(["sqrt", "rsqrt", "reciprocal", "log"])
    function = {"sqrt": np.sqrt, "rsqrt": lambda x: 1 / np.sqrt(x), "reciprocal": lambda x: 1 / x,
                "log": np.log}[name]  # fmt: skip
    _new(draw, name, (data,), nearly(lambda x: function(np.abs(x) + 0.5)),
         lambda: op_of(name)(op_of("add")(op_of("abs")(data.tile), 0.5)))  # fmt: skip


@operation
def whole_reduction(draw: Drawing) -> None:
    data = bounded(draw)
    name = draw.rng.choice(["sum", "max", "min", "mean", "var"])
    function = {"sum": np.sum, "max": np.max, "min": np.min, "mean": np.mean, "var": np.var}[name]
    _new(draw, name, (data,), nearly(lambda x: function(x, axis=1, keepdims=True), 1e-5),
         lambda: op_of(name)(data.tile, axis=1, keepdims=True))  # fmt: skip


@operation
def whole_softmax(draw: Drawing) -> None:
    data = bounded(draw)

    def softmax(x: np.ndarray) -> np.ndarray:
        powers = np.exp(x - x.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    _new(draw, "softmax", (data,), nearly(softmax), lambda: nl.softmax(data.tile))


@operation
def whole_rms_norm(draw: Drawing) -> None:
    data = bounded(draw)
    weight = draw.operand(("fp32", "bf16"), (1, data.shape[1]))

    def norm(x: np.ndarray, w: np.ndarray) -> np.ndarray:
        return x / np.sqrt((x * x).mean(axis=1, keepdims=True) + 1e-2) * w

    _new(draw, "rms_norm", (data, weight), nearly(norm, 1e-5),
         lambda: nl.rms_norm(data.tile, weight.tile, 1, data.shape[1], 1e-2))  # fmt: skip


@operation
def whole_where(draw: Drawing) -> None:
    mask = draw.operand(("uint8", "int8"), draw.shape())
    left, right = (draw.operand(("fp32",), mask.shape) for _ in range(2))
    _new(draw, "where", (mask, left, right), lambda m, x, y: np.where(m != 0, x, y),
         lambda: nl.where(mask.tile, left.tile, right.tile))  # fmt: skip


@operation
def whole_matmul(draw: Drawing) -> None:
    rows, k = draw.shape(draw.lanes)
    left = draw.operand(("bf16",), (rows, k))
    right = draw.operand(("bf16",), (k, draw.rng.randint(1, 12)), first=True)
    _new(draw, "matmul", (left, right), nearly(np.matmul, 1e-4),
         lambda: nl.matmul(left.tile, right.tile))  # fmt: skip


@operation
def whole_broadcast(draw: Drawing) -> None:
    row = draw.operand(("fp32", "bf16"), (1, draw.rng.randint(1, 20)))
    shape = (draw.rng.randint(1, draw.lanes), row.shape[1])
    _new(draw, "broadcast_to", (row,), exactly(lambda x: np.broadcast_to(x, shape)),
         lambda: nl.broadcast_to(row.tile, shape))  # fmt: skip
