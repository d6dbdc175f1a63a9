"""Operations called on whole tiles: a new tile in SBUF takes the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.opcodes import RAW_OPS, Space

from .activation import activation
from .dtypes import as_dtype, wider
from .later import needs
from .ops import OPS, Op
from .tensor import Tensor
from .trace import KernelError, current
from .transfer import dma_copy
from .vector import tensor_copy, tensor_scalar, tensor_tensor

__all__ = ["COMPOSED", "binary", "broadcast", "cast", "in_sbuf", "new_tile", "tile_of", "unary"]

_WHOLE = 2.0**23
"""From here on every float32 is a whole number."""


def tile_of(call: str, role: str, x: Any) -> Tensor:
    """The operand, which must be a tile on chip."""
    if not isinstance(x, Tensor) or not x.on_chip:
        advice = ": nl.load it" if isinstance(x, Tensor) else ""
        raise KernelError(f"{call}: {role} must be a tile in nl.sbuf or nl.psum, not {x!r}{advice}")
    return x


def new_tile(shape: Sequence[int], dtype: Any, space: Space = Space.SBUF, name: str = "") -> Tensor:
    """An uninitialised tile."""
    return Tensor.whole(current().new_tile(tuple(shape), as_dtype(dtype), space, name))


def in_sbuf(x: Tensor) -> Tensor:
    """The tile, or its copy where it is in PSUM."""
    if x.where == "nl.sbuf":
        return x
    copied = new_tile(x.shape, x.dtype)
    tensor_copy(copied, x)
    return copied


def cast(x: Tensor, dtype: Any) -> Tensor:
    """The tile, or its copy of another type."""
    if dtype is None or as_dtype(dtype) is x.dtype:
        return x
    copied = new_tile(x.shape, dtype)
    tensor_copy(copied, x)
    return copied


def broadcast(call: str, x: Tensor, shape: Sequence[int]) -> Tensor:
    """``x`` with axes of size 1 repeated: free axes as a view, partitions as a copy."""
    target = tuple(shape)
    fits = len(target) == x.ndim and all(a in (1, b) for a, b in zip(x.shape, target, strict=False))
    if not fits:
        raise KernelError(f"{call}: {x!r} cannot be broadcast to {target}")
    if x.shape[0] != target[0]:
        x = _over_partitions(in_sbuf(x), target[0])
    steps = [0 if a != b else step for a, b, step in zip(x.shape, target, x.steps, strict=True)]
    return replace(x, shape=target, steps=(x.steps[0], *steps[1:]))


def _over_partitions(x: Tensor, count: int) -> Tensor:
    """A copy of a tile of one partition in each of ``count``."""
    copied = new_tile((count, *x.shape[1:]), x.dtype)
    repeated = replace(x, shape=(1, count, *x.shape[1:]), steps=(1, 0, *x.steps[1:]))
    dma_copy(copied, repeated)
    return copied


def _common_shape(call: str, x: Tensor, y: Tensor) -> tuple[int, ...]:
    if x.ndim != y.ndim or any(
        a != b and 1 not in (a, b) for a, b in zip(x.shape, y.shape, strict=True)
    ):
        raise KernelError(f"{call}: {x!r} and {y!r} have no common shape")
    return tuple(map(max, x.shape, y.shape))


def unary(op: Op, x: Any, dtype: Any) -> Tensor:
    """``op`` on each element of a tile."""
    tile = tile_of(repr(op), "x", x)
    if op.name in COMPOSED:
        return cast(COMPOSED[op.name](tile), dtype or tile.dtype)
    kind = tile.dtype if dtype is None else as_dtype(dtype)
    if op.alu in RAW_OPS:
        return cast(_scalar(op, tile, 0, False, tile.dtype), kind)
    result = new_tile(tile.shape, kind)
    if op is OPS["copy"]:
        tensor_copy(result, tile)
    elif op.alu is not None:
        tensor_scalar(result, tile, op, 0.0)
    else:
        activation(result, op, tile)
    return result


def binary(op: Op, x: Any, y: Any, dtype: Any) -> Tensor:
    """``op`` on the elements of two tiles, or of a tile and a number."""
    call = repr(op)
    if op.name in ("abs_max", "abs_min"):
        raise needs(4, f"{call} on tiles")
    tiles = [tile_of(call, role, at) for role, at in (("x", x), ("y", y)) if _is_tile(at)]
    if not tiles:
        raise KernelError(f"{call}: x or y must be a tile, not {x!r} and {y!r}")
    common = tiles[0].dtype if len(tiles) < 2 else wider(tiles[0].dtype, tiles[1].dtype)
    kind = common if dtype is None else as_dtype(dtype)
    if op is OPS["power"]:
        return _power(x, y, kind)
    if op is OPS["fmod"]:
        return cast(_fmod(x, y), kind)
    own = common if op.alu in RAW_OPS else kind
    if len(tiles) == 2:
        return cast(_tensors(op, tiles[0], tiles[1], own), kind)
    return cast(_scalar(op, tiles[0], x if tiles[0] is y else y, tiles[0] is y, own), kind)


def _is_tile(x: Any) -> bool:
    return isinstance(x, Tensor)


def _scalar(op: Op, tile: Tensor, number: Any, reverse: bool, kind: DType) -> Tensor:
    result = new_tile(tile.shape, kind)
    tensor_scalar(result, tile, op, number, reverse0=reverse)
    return result


def _tensors(op: Op, x: Tensor, y: Tensor, kind: DType) -> Tensor:
    call = repr(op)
    shape = _common_shape(call, x, y)
    result = new_tile(shape, kind)
    if op.alu not in RAW_OPS:
        for tile, other, reverse in ((x, y, False), (y, x, True)):
            if tile.shape == shape and _per_partition(other, shape[0]):
                tensor_scalar(result, tile, op, other, reverse0=reverse)
                return result
    left, right = broadcast(call, x, shape), broadcast(call, y, shape)
    if left.where == right.where == "nl.psum":
        right = in_sbuf(right)
    tensor_tensor(result, left, right, op)
    return result


def _per_partition(tile: Tensor, count: int) -> bool:
    """Whether it is one number of each partition, as an instruction takes it."""
    return tile.shape[0] == count and tile.size == count and FORMATS[tile.dtype].is_float


def _power(x: Any, y: Any, kind: DType) -> Tensor:
    """``x ** y`` where operations of the Vector engine give it exactly enough."""
    if _is_tile(y) or not _is_tile(x):
        raise KernelError("nl.power: x must be a tile and y a number, which operations of the "
                          f"Vector engine give exactly enough, not {x!r} and {y!r}")  # fmt: skip
    whole = isinstance(y, int) or float(y).is_integer()
    if not whole or not 2 < y <= 16:
        result = new_tile(x.shape, kind)
        tensor_scalar(result, x, OPS["power"], y)
        return result
    power, square, left = None, x, int(y)
    while left:
        if left & 1:
            power = square if power is None else binary(OPS["multiply"], power, square, DType.FP32)
        left >>= 1
        if left:
            square = binary(OPS["multiply"], square, square, DType.FP32)
    assert power is not None
    return cast(power, kind)


def _fmod(x: Any, y: Any) -> Tensor:
    """The remainder with the sign of ``x``."""
    size, of = (unary(OPS["abs"], at, DType.FP32) if _is_tile(at) else abs(at) for at in (x, y))
    rest = binary(OPS["mod"], size, of, DType.FP32)
    if _is_tile(x):
        return binary(OPS["multiply"], rest, unary(OPS["sign"], x, DType.FP32), DType.FP32)
    return rest if x >= 0 else binary(OPS["multiply"], rest, -1.0, DType.FP32)


def _tan(x: Tensor) -> Tensor:
    sine, cosine = (unary(OPS[name], x, DType.FP32) for name in ("sin", "cos"))
    return binary(OPS["divide"], sine, cosine, DType.FP32)


def _negative(x: Tensor) -> Tensor:
    return binary(OPS["multiply"], x, -1.0, None)


def _floor(x: Tensor) -> Tensor:
    """``x - (x mod 1)``; a number that is whole because of its size stays."""
    from .select import tensor_copy_predicated  # it uses what is above

    given = cast(x, DType.FP32)
    rest = binary(OPS["mod"], given, 1.0, DType.FP32)
    result = binary(OPS["subtract"], given, rest, DType.FP32)
    size = unary(OPS["abs"], given, DType.FP32)
    large = binary(OPS["greater_equal"], size, _WHOLE, DType.UINT8)
    tensor_copy_predicated(result, given, large)
    return result


def _ceil(x: Tensor) -> Tensor:
    return _negative(_floor(_negative(cast(x, DType.FP32))))


def _trunc(x: Tensor) -> Tensor:
    size = _floor(unary(OPS["abs"], x, DType.FP32))
    return binary(OPS["multiply"], size, unary(OPS["sign"], x, DType.FP32), DType.FP32)


COMPOSED = {"ceil": _ceil, "floor": _floor, "negative": _negative, "tan": _tan, "trunc": _trunc}
"""Operations that are made of others."""
