"""Steps on the Vector and Scalar engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

from .drawing import FLOATS, INTEGERS, Drawing
from .steps import (
    BINARY,
    BITS,
    BUILT_IN,
    FUNCTIONS,
    NUMBERS,
    REDUCTIONS,
    bounded,
    exactly,
    f32,
    finish,
    nearly,
    op_of,
    operation,
    scalar,
    sums,
)


@operation
def tensor_tensor(draw: Drawing) -> None:
    name = draw.rng.choice(list(BINARY))
    left = draw.operand(NUMBERS)
    right = draw.operand(NUMBERS, left.shape, sbuf=left.in_psum)
    finish(draw, f"tensor_tensor {name}", (left, right), exactly(BINARY[name]),
           lambda dst: nisa.tensor_tensor(dst, left.tile, right.tile, op_of(name)))  # fmt: skip


@operation
def bits(draw: Drawing) -> None:
    name = draw.rng.choice(list(BITS))
    left = draw.operand(INTEGERS)
    right = draw.operand((left.dtype,), left.shape)
    finish(draw, f"tensor_tensor {name}", (left, right), BITS[name],
           lambda dst: nisa.tensor_tensor(dst, left.tile, right.tile, op_of(name)),
           dtype=left.dtype)  # fmt: skip


@operation
def tensor_scalar(draw: Drawing) -> None:
    data = draw.operand(NUMBERS)
    names = [draw.rng.choice(list(BINARY)) for _ in range(draw.rng.randint(1, 2))]
    reverse = [draw.rng.random() < 0.3 for _ in names]
    scalars = [scalar(draw, data.shape[0]) for _ in names]
    operands = (data, *(operand for _, used in scalars for operand in used))

    def reference(x: np.ndarray, *columns: np.ndarray) -> np.ndarray:
        result, left = f32(x), list(columns)
        for name, turned, (given, used) in zip(names, reverse, scalars, strict=True):
            scalar = f32(left.pop(0) if used else given)
            scalar = scalar.reshape(-1, *[1] * (result.ndim - 1)) if used else scalar
            pair = (scalar, result) if turned else (result, scalar)
            result = f32(BINARY[name](*pair))
        return result

    more = {}
    if len(names) == 2:
        more = {"op1": op_of(names[1]), "operand1": scalars[1][0], "reverse1": reverse[1]}
    finish(draw, f"tensor_scalar {names}", operands, reference,
           lambda dst: nisa.tensor_scalar(dst, data.tile, op_of(names[0]), scalars[0][0],
                                          reverse0=reverse[0], **more))  # fmt: skip


@operation
def scalar_tensor_tensor(draw: Drawing) -> None:
    first, second = (draw.rng.choice(["add", "subtract", "multiply", "maximum"]) for _ in range(2))
    data = draw.operand(NUMBERS)
    other = draw.operand(NUMBERS, data.shape, sbuf=data.in_psum)
    number, reverse = draw.number(), draw.rng.random() < 0.5

    def reference(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        pair = (np.float32(number), f32(x)) if reverse else (f32(x), np.float32(number))
        return f32(BINARY[second](f32(BINARY[first](*pair)), f32(y)))

    finish(draw, f"scalar_tensor_tensor {first} {second}", (data, other), reference,
           lambda dst: nisa.scalar_tensor_tensor(dst, data.tile, op_of(first), number,
                                                 op_of(second), other.tile,
                                                 reverse0=reverse))  # fmt: skip


@operation
def tensor_reduce(draw: Drawing) -> None:
    name = draw.rng.choice(list(REDUCTIONS))
    data, negate = draw.operand(NUMBERS), draw.rng.random() < 0.3
    axes = tuple(range(draw.rng.randint(1, len(data.shape) - 1), len(data.shape)))
    keep = axes[0] == 1 or draw.rng.random() < 0.5
    dropped = () if keep else axes

    def reference(x: np.ndarray) -> Any:
        result, slack = sums(REDUCTIONS[name], x, axes)
        result, slack = (np.squeeze(np.broadcast_to(part, result.shape), dropped)
                         for part in (result, slack))  # fmt: skip
        return (-result if negate else result), slack

    finish(draw, f"tensor_reduce {name}", (data,), reference,
           lambda dst: nisa.tensor_reduce(dst, op_of(name), data.tile, list(axes), negate=negate,
                                          keepdims=keep))  # fmt: skip


@operation
def tensor_tensor_scan(draw: Drawing) -> None:
    first, second = (draw.rng.choice(["add", "multiply", "maximum", "minimum"]) for _ in range(2))
    left = draw.operand(FLOATS, draw.shape(10))
    right = draw.operand(FLOATS, left.shape, sbuf=left.in_psum)
    start = draw.number()

    def reference(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        state, result = np.full(x.shape[0], start, np.float32), np.empty(x.shape, np.float32)
        for i in range(x.shape[1]):
            state = f32(BINARY[second](f32(BINARY[first](f32(x[:, i]), state)), f32(y[:, i])))
            result[:, i] = state
        return result

    finish(draw, f"tensor_tensor_scan {first} {second}", (left, right), reference,
           lambda dst: nisa.tensor_tensor_scan(dst, left.tile, right.tile, start, op_of(first),
                                               op_of(second)),
           dtype="fp32")  # fmt: skip


@operation
def tensor_scalar_cumulative(draw: Drawing) -> None:
    data, number = draw.operand(FLOATS, draw.shape(10)), draw.number()

    def reference(x: np.ndarray) -> np.ndarray:
        return np.cumsum(f32(x) * np.float32(number), axis=1, dtype=np.float32)

    finish(draw, "tensor_scalar_cumulative", (data,), reference,
           lambda dst: nisa.tensor_scalar_cumulative(dst, data.tile, nl.multiply, nl.add,
                                                     number), dtype="fp32")  # fmt: skip


@operation
def tensor_scalar_reduce(draw: Drawing) -> None:
    data, number = draw.operand(FLOATS), draw.number()
    total = draw.target((data.shape[0], 1), "fp32", psum=False, views=False)
    scaled = exactly(lambda x: x * np.float32(number))
    finish(draw, "tensor_scalar_reduce", (data,), scaled,
           lambda dst: nisa.tensor_scalar_reduce(dst, data.tile, nl.multiply, number, nl.add,
                                                 total.tile))  # fmt: skip

    def summed(x: np.ndarray) -> Any:
        result, slack = sums(np.sum, scaled(x), tuple(range(1, x.ndim)))
        return result.reshape(-1, 1), slack.reshape(-1, 1)

    draw.keep("tensor_scalar_reduce: the sum", total, (data,), summed)


@operation
def predicated(draw: Drawing) -> None:
    mask = draw.operand(("uint8", "uint16", "int8"), sbuf=True)
    data = draw.operand(FLOATS, mask.shape)
    number, reverse = draw.number(), draw.rng.random() < 0.5

    def reference(m: np.ndarray, x: np.ndarray) -> np.ndarray:
        return np.where((m == 0) == reverse, f32(x), np.float32(number))

    if draw.rng.random() < 0.5:
        finish(draw, "select_reduce", (mask, data), reference,
               lambda dst: nisa.select_reduce(dst, mask.tile, data.tile, number,
                                              reverse_pred=reverse))  # fmt: skip
        return

    def write(dst: Any) -> None:
        nisa.memset(dst, number)
        nisa.tensor_copy_predicated(dst, data.tile, mask.tile, reverse_pred=reverse)

    finish(draw, "tensor_copy_predicated", (mask, data), reference, write, dtype=data.dtype)


def _places(draw: Drawing, columns: int) -> tuple[int, int, int, Callable[[int], np.ndarray]]:
    step, lane, first = (draw.rng.randint(-3, 3) for _ in range(3))
    return (
        step,
        lane,
        first,
        lambda rows: first + lane * np.arange(rows)[:, None] + step * np.arange(columns),
    )


@operation
def iota(draw: Drawing) -> None:
    rows, columns = draw.shape()
    step, lane, first, places = _places(draw, columns)
    finish(draw, "iota", (), lambda: places(rows),
           lambda dst: nisa.iota(dst, [[step, columns]], offset=first, channel_multiplier=lane),
           shape=(rows, columns), dtype=draw.rng.choice(["int32", "fp32", "bf16"]))  # fmt: skip


@operation
def affine_select(draw: Drawing) -> None:
    data = draw.operand(FLOATS, draw.shape())
    step, lane, first, places = _places(draw, data.shape[1])
    name, other = draw.rng.choice(["greater_equal", "less", "equal"]), draw.number()
    finish(draw, f"affine_select {name}", (data,),
           exactly(lambda x: np.where(BINARY[name](places(len(x)), 0), x, other)),
           lambda dst: nisa.affine_select(dst, [[step, data.shape[1]]], lane, data.tile, other,
                                          op_of(name), offset=first))  # fmt: skip


@operation
def activation(draw: Drawing) -> None:
    name = draw.rng.choice([*FUNCTIONS, *BUILT_IN])
    exact, scale = name in BUILT_IN, draw.rng.choice([1.0, 0.5, -1.0])
    data = draw.operand(NUMBERS) if exact else bounded(draw)
    bias, used = scalar(draw, data.shape[0])

    def argument(x: np.ndarray, *column: np.ndarray) -> np.ndarray:
        shift = f32(column[0]).reshape(-1, *[1] * (x.ndim - 1)) if column else np.float32(bias)
        return f32(x) * np.float32(scale) + shift

    function = (exactly(BUILT_IN[name]) if exact else nearly(FUNCTIONS[name]))  # fmt: skip
    finish(draw, f"activation {name}", (data, *used), lambda *a: function(argument(*a)),
           lambda dst: nisa.activation(dst, op_of(name), data.tile, bias=bias,
                                       scale=scale))  # fmt: skip


@operation
def activation_reduce(draw: Drawing) -> None:
    data = bounded(draw)
    total = draw.target((data.shape[0], 1), "fp32", psum=False, views=False)
    finish(draw, "activation_reduce", (data,), nearly(np.exp),
           lambda dst: nisa.activation_reduce(dst, nl.exp, data.tile, nl.add,
                                              total.tile))  # fmt: skip
    draw.keep("activation_reduce: the sum", total, (data,),
              nearly(lambda x: np.exp(x).sum(axis=1, keepdims=True), 2e-5))  # fmt: skip


@operation
def statistics(draw: Drawing) -> None:
    data = draw.operand(("fp32", "bf16"), draw.shape(20, least=2))
    parts = nl.ndarray((data.shape[0], 6), nl.float32)
    nisa.bn_stats(parts, data.tile)
    reference = nearly(lambda x: np.stack([x.mean(axis=1), x.var(axis=1)], axis=1), 1e-5)

    def scaled(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        values, slack = reference(x)
        return values, slack + 1e-6 * np.square(f32(x)).max(axis=1, keepdims=True)

    finish(draw, "bn_stats, bn_aggr", (data,), scaled, lambda dst: nisa.bn_aggr(dst, parts),
           dtype="fp32")  # fmt: skip
