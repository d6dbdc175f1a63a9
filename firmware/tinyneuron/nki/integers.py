"""Arithmetic of 32-bit integers that is exact, where the Vector engine alone would round to FP32.

The public ``tensor_tensor`` gives such work to GPSIMD. Here it is done in halves of 16 bits, which
FP32 holds exactly, by sequences of Vector instructions."""

from __future__ import annotations

from typing import Any

from tinyneuron_hw.formats import DType

from .allocation import ndarray
from .engines import engine, vector_engine
from .ops import OPS, Op
from .select import tensor_copy_predicated
from .tensor import Tensor
from .vector import tensor_copy, tensor_scalar, tensor_tensor

__all__ = ["integers", "is_exact"]

_HALF, _LOW = 16, 0xFFFF
_SIGN = 0x8000_0000
_OPS = ("add", "subtract", "multiply", "maximum", "minimum", "equal", "not_equal", "greater",
        "greater_equal", "less", "less_equal")  # fmt: skip


def is_exact(op: Any, chosen: engine, *tiles: Tensor) -> bool:
    """Whether an operation on these tiles is one of 32-bit integers, all in SBUF."""
    kinds = {tile.dtype for tile in tiles}
    wide = kinds in ({DType.INT32}, {DType.UINT32})
    here = all(tile.where == "nl.sbuf" for tile in tiles)
    return wide and here and chosen is not vector_engine and getattr(op, "name", "") in _OPS


def integers(dst: Tensor, data1: Tensor, data2: Tensor, op: Op) -> None:
    """``dst = data1 op data2`` modulo 2**32, of one type; comparisons give 1 or 0."""
    signed = dst.dtype is DType.INT32
    a, b = (_copied(data) for data in (data1, data2))
    if op.name in ("add", "subtract", "multiply"):
        combine = {"add": _sum, "subtract": _difference, "multiply": _product}[op.name]
        tensor_copy(dst.view(DType.UINT32), combine(a, b), engine=vector_engine)
        return
    if signed:
        # In order as unsigned numbers once the sign is turned.
        for bits in (a, b):
            tensor_scalar(bits, bits, OPS["bitwise_xor"], _SIGN)
    truth = _compared(op.name, a, b)
    if op.name not in ("maximum", "minimum"):
        tensor_copy(dst.view(DType.UINT32), truth, engine=vector_engine)
        return
    given = [_copied(data) for data in (data1, data2)]
    tensor_copy_predicated(given[1], given[0], truth)
    tensor_copy(dst.view(DType.UINT32), given[1], engine=vector_engine)


def _new(like: Tensor) -> Tensor:
    return ndarray(like.shape, DType.UINT32)


def _copied(data: Tensor) -> Tensor:
    copied = _new(data)
    tensor_copy(copied, data.view(DType.UINT32), engine=vector_engine)
    return copied


def _scalar(data: Tensor, *steps: tuple[str, int]) -> Tensor:
    """One or two operations with numbers."""
    result = _new(data)
    (op0, number0), *rest = steps
    op1, number1 = (OPS[rest[0][0]], rest[0][1]) if rest else (None, None)
    tensor_scalar(result, data, OPS[op0], number0, op1=op1, operand1=number1)
    return result


def _both(a: Tensor, b: Tensor, op: str) -> Tensor:
    result = _new(a)
    tensor_tensor(result, a, b, OPS[op], engine=vector_engine)
    return result


def _halves(x: Tensor) -> tuple[Tensor, Tensor]:
    """The low and the high 16 bits."""
    return _scalar(x, ("bitwise_and", _LOW)), _scalar(x, ("right_shift", _HALF))


def _joined(low: Tensor, high: Tensor) -> Tensor:
    """A number from its halves, of which only the low 16 bits count; ``low`` carries."""
    high = _both(high, _scalar(low, ("right_shift", _HALF)), "add")
    return _both(_scalar(high, ("left_shift", _HALF)), _scalar(low, ("bitwise_and", _LOW)),
                 "bitwise_or")  # fmt: skip


def _sum(a: Tensor, b: Tensor) -> Tensor:
    (low, high), (other, top) = _halves(a), _halves(b)
    return _joined(_both(low, other, "add"), _both(high, top, "add"))


def _difference(a: Tensor, b: Tensor) -> Tensor:
    """``a + (2**32 - b)``, whose halves are made so that neither is negative."""
    low, high = _halves(b)
    negative = [_new(b), _new(b)]
    tensor_scalar(negative[0], low, OPS["subtract"], float(1 << _HALF), reverse0=True)
    tensor_scalar(negative[1], high, OPS["subtract"], float(_LOW), reverse0=True)
    return _sum(a, _joined(negative[0], negative[1]))


def _product(a: Tensor, b: Tensor) -> Tensor:
    """The sum of products of a byte and a half, which have 24 bits."""
    low, high = _halves(b)
    total = None
    for place in range(0, 32, 8):
        byte = _scalar(a, ("right_shift", place), ("bitwise_and", 0xFF))
        for half, offset in ((low, 0), (high, _HALF)):
            if place + offset < 32:
                term = _scalar(_both(byte, half, "multiply"), ("left_shift", place + offset))
                total = term if total is None else _sum(total, term)
    assert total is not None
    return total


def _compared(name: str, a: Tensor, b: Tensor) -> Tensor:
    """1 where unsigned ``a`` compares with ``b``, else 0."""
    (low, high), (other, top) = _halves(a), _halves(b)
    if name in ("equal", "not_equal"):
        joins = "logical_and" if name == "equal" else "logical_or"
        return _both(_both(low, other, name), _both(high, top, name), joins)
    kind = {"maximum": "greater", "minimum": "less"}.get(name, name)
    strict = kind.removesuffix("_equal")
    tied = _both(_both(high, top, "equal"), _both(low, other, kind), "logical_and")
    return _both(_both(high, top, strict), tied, "logical_or")
