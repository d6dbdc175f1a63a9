"""``nki.language``: functions of whole tiles beside the operations."""

from __future__ import annotations

import builtins
import contextlib
import math
import operator
from collections.abc import Iterator, Sequence
from typing import Any

from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.opcodes import AluOp, Space

from ..lower.ir import DeviceTensor
from .dtypes import as_dtype
from .elementwise import binary, broadcast, cast, in_sbuf, new_tile, tile_of, unary
from .gather import nc_n_gather
from .matrix import nc_matmul, nc_transpose
from .ops import OPS, Op
from .random import dropout as drop
from .select import select_reduce, tensor_copy_predicated
from .tensor import Tensor
from .trace import KernelError, current
from .transfer import dma_copy, dma_transpose
from .vector import tensor_copy, tensor_reduce, tensor_scalar

__all__ = [
    "all", "broadcast_to", "device_print", "dropout", "expand_dims", "gather_flattened", "load",
    "load_transpose2d", "matmul", "max", "mean", "min", "no_reorder", "prod", "rms_norm",
    "softmax", "store", "sum", "transpose", "var", "where",
]  # fmt: skip

_AND = Op("logical_and", alu=AluOp.LOGICAL_AND)


def load(src: Tensor, dtype: Any = None) -> Tensor:
    """A new tile in SBUF with what is in a device tensor, whose axis 0 becomes the partitions."""
    _on_device("nl.load", "src", src)
    shape = src.shape if src.ndim > 1 else (*src.shape, 1)
    tile = new_tile(shape, src.dtype)
    dma_copy(tile, src)
    return cast(tile, dtype)


def store(dst: Tensor, value: Tensor) -> None:
    """Writes a tile to a device tensor of as many elements, cast to its type."""
    _on_device("nl.store", "dst", dst)
    dma_copy(dst, cast(in_sbuf(tile_of("nl.store", "value", value)), dst.dtype))


def load_transpose2d(src: Tensor, dtype: Any = None) -> Tensor:
    """A new tile in SBUF with the transpose of a device tensor of two axes."""
    _on_device("nl.load_transpose2d", "src", src)
    if src.ndim != 2:
        raise KernelError(f"nl.load_transpose2d: src must have 2 axes: {src!r}")
    tile = new_tile(src.shape[::-1], src.dtype)
    dma_transpose(tile, src)
    return cast(tile, dtype)


def _on_device(call: str, role: str, tensor: Any) -> None:
    if not isinstance(tensor, Tensor) or tensor.on_chip:
        raise KernelError(f"{call}: {role} must be a tensor in device memory, not {tensor!r}")


def _axes(call: str, x: Tensor, axis: int | Sequence[int]) -> list[int]:
    """The axes, which must be the last free ones."""
    given = list(axis) if isinstance(axis, Sequence) else [axis]
    axes = sorted({operator.index(at) % x.ndim for at in given})
    if not axes or axes[0] == 0 or axes != list(range(axes[0], x.ndim)):
        raise KernelError(f"{call}: axis must be the last free axes of {x!r}, not {axis!r}")
    return axes


def _reduce(op: Op, call: str, x: Any, axis: Any, dtype: Any, keepdims: bool) -> Tensor:
    tile = tile_of(call, "x", x)
    axes = _axes(call, tile, axis)
    kept = tile.shape[: axes[0]]
    shape = kept + (1,) * (len(axes) if keepdims else int(axes[0] == 1))
    result = new_tile(shape, tile.dtype if dtype is None else dtype)
    tensor_reduce(result, op, tile, axes, keepdims=keepdims)
    return result


def sum(x: Any, axis: int | Sequence[int], dtype: Any = None, keepdims: bool = False) -> Tensor:
    """The sum over the last free axes."""
    return _reduce(OPS["add"], "nl.sum", x, axis, dtype, keepdims)


def max(x: Any, axis: int | Sequence[int], dtype: Any = None, keepdims: bool = False) -> Tensor:
    """The largest element over the last free axes."""
    return _reduce(OPS["maximum"], "nl.max", x, axis, dtype, keepdims)


def min(x: Any, axis: int | Sequence[int], dtype: Any = None, keepdims: bool = False) -> Tensor:
    """The smallest element over the last free axes."""
    return _reduce(OPS["minimum"], "nl.min", x, axis, dtype, keepdims)


def prod(x: Any, axis: int | Sequence[int], dtype: Any = None, keepdims: bool = False) -> Tensor:
    """The product over the last free axes."""
    return _reduce(OPS["multiply"], "nl.prod", x, axis, dtype, keepdims)


def all(x: Any, axis: int | Sequence[int], dtype: Any = None) -> Tensor:
    """1 where all elements over the last free axes are not 0, else 0."""
    return _reduce(_AND, "nl.all", x, axis, dtype, False)


def mean(x: Any, axis: int | Sequence[int], dtype: Any = None, keepdims: bool = False) -> Tensor:
    """The mean over the last free axes, of a sum in float32."""
    tile = tile_of("nl.mean", "x", x)
    total = _reduce(OPS["add"], "nl.mean", tile, axis, DType.FP32, keepdims)
    count = math.prod(tile.shape[at] for at in _axes("nl.mean", tile, axis))
    return binary(OPS["divide"], total, float(count), tile.dtype if dtype is None else dtype)


def var(x: Any, axis: int | Sequence[int], dtype: Any = None, keepdims: bool = False) -> Tensor:
    """The variance over the last free axes, which stay as size 1 whatever ``keepdims`` says."""
    tile = tile_of("nl.var", "x", x)
    middle = mean(tile, axis, DType.FP32, keepdims=True)
    apart = binary(OPS["subtract"], tile, middle, DType.FP32)
    return mean(unary(OPS["square"], apart, DType.FP32), axis, dtype or tile.dtype, keepdims=True)


def softmax(x: Any, axis: int | Sequence[int] = -1, dtype: Any = None) -> Tensor:
    """``exp(x - max(x)) / sum(exp(x - max(x)))`` over the last free axes, in float32."""
    tile = tile_of("nl.softmax", "x", x)
    highest = max(tile, axis, DType.FP32, keepdims=True)
    powers = unary(OPS["exp"], binary(OPS["subtract"], tile, highest, DType.FP32), DType.FP32)
    total = sum(powers, axis, DType.FP32, keepdims=True)
    return binary(OPS["divide"], powers, total, tile.dtype if dtype is None else dtype)


def rms_norm(
    x: Any, w: Any, axis: int | Sequence[int], n: int, epsilon: float = 1e-6, dtype: Any = None,
    compute_dtype: Any = None,
) -> Tensor:  # fmt: skip
    """``x / sqrt(sum(x * x) / n + epsilon) * w``, computed in ``compute_dtype`` (float32); ``w``
    has the shape of ``x``, or 1 where it is repeated."""
    tile, weight = tile_of("nl.rms_norm", "x", x), tile_of("nl.rms_norm", "w", w)
    kind = DType.FP32 if compute_dtype is None else as_dtype(compute_dtype)
    total = sum(unary(OPS["square"], tile, kind), axis, kind, keepdims=True)
    factor = new_tile(total.shape, kind)
    tensor_scalar(factor, total, OPS["divide"], float(n), op1=OPS["add"], operand1=epsilon)
    scaled = binary(OPS["multiply"], tile, unary(OPS["rsqrt"], factor, kind), kind)
    return binary(OPS["multiply"], scaled, weight, tile.dtype if dtype is None else dtype)


def where(condition: Any, x: Any, y: Any, dtype: Any = None) -> Tensor:
    """``x`` where ``condition`` is not 0, else ``y``; tiles or numbers, not both numbers."""
    chosen = tile_of("nl.where", "condition", condition)
    tiles = [tile_of("nl.where", role, at) for role, at in (("x", x), ("y", y))
             if isinstance(at, Tensor)]  # fmt: skip
    if not tiles:
        raise KernelError(f"nl.where: x or y must be a tile, not {x!r} and {y!r}")
    kind = tiles[0].dtype if dtype is None else as_dtype(dtype)
    shape = tuple(map(builtins.max, *(at.shape for at in (chosen, *tiles))))
    chosen = in_sbuf(broadcast("nl.where", chosen, shape))
    result = new_tile(shape, kind)
    if isinstance(x, Tensor) and not isinstance(y, Tensor):
        select_reduce(result, chosen, broadcast("nl.where", x, shape), y)
    elif isinstance(y, Tensor) and not isinstance(x, Tensor):
        select_reduce(result, chosen, broadcast("nl.where", y, shape), x, reverse_pred=True)
    else:
        tensor_copy(result, broadcast("nl.where", y, shape))
        tensor_copy_predicated(result, broadcast("nl.where", x, shape), chosen)
    return result


def dropout(x: Any, rate: Any, dtype: Any = None) -> Tensor:
    """``x``, each element 0 with the probability ``rate``, a number or ``[P, 1]``."""
    tile = tile_of("nl.dropout", "x", x)
    result = new_tile(tile.shape, tile.dtype)
    drop(result, tile, rate)
    return cast(result, dtype)


def expand_dims(x: Tensor, axis: int) -> Tensor:
    """A view with a new axis of size 1 at ``axis`` (negative: from the end)."""
    tile = tile_of("nl.expand_dims", "x", x)
    return tile.expand_dim(axis if axis >= 0 else axis + tile.ndim + 1)


def broadcast_to(x: Tensor, shape: Sequence[int], dtype: Any = None) -> Tensor:
    """``x`` with axes of size 1, partitions too, repeated to ``shape``, in a tile of its own;
    ``x`` itself where nothing changes."""
    tile = tile_of("nl.broadcast_to", "x", x)
    if tile.shape == tuple(shape):
        return cast(tile, dtype)
    repeated = broadcast("nl.broadcast_to", tile, shape)
    kind = tile.dtype if dtype is None else as_dtype(dtype)
    if repeated.is_contiguous() and kind is repeated.dtype:
        return repeated
    result = new_tile(shape, kind)
    tensor_copy(result, repeated)
    return result


def transpose(x: Tensor, dtype: Any = None) -> Tensor:
    """The transpose of a tile of two axes, in PSUM (of another type: in SBUF)."""
    tile = tile_of("nl.transpose", "x", x)
    if tile.ndim != 2:
        raise KernelError(f"nl.transpose: x must have 2 axes: {tile!r}")
    result = new_tile(tile.shape[::-1], tile.dtype, Space.PSUM)
    nc_transpose(result, in_sbuf(tile))
    return cast(result, dtype)


def matmul(x: Tensor, y: Tensor, transpose_x: bool = False) -> Tensor:
    """``x @ y``, or ``x.T @ y`` with ``transpose_x``, in float32 in PSUM; ``y`` and the transpose
    of ``x`` have at most as many partitions as the array has rows."""
    left, right = tile_of("nl.matmul", "x", x), in_sbuf(tile_of("nl.matmul", "y", y))
    left = in_sbuf(left if transpose_x else transpose(left))
    result = new_tile((left.shape[1], *right.shape[1:]), DType.FP32, Space.PSUM)
    nc_matmul(result, left, right)
    return result


def gather_flattened(data: Tensor, indices: Tensor, axis: int = 0, dtype: Any = None) -> Tensor:
    """``result[p, i] = data[p, indices[p, i]]``, the free axes of ``data`` counted as one."""
    tile, places = (tile_of("nl.gather_flattened", role, at)
                    for role, at in (("data", data), ("indices", indices)))  # fmt: skip
    if axis != 0:
        raise KernelError(f"nl.gather_flattened: axis must be 0, not {axis}")
    result = new_tile(places.shape, tile.dtype)
    nc_n_gather(result, tile, cast(places, DType.UINT32))
    return cast(result, dtype)


@contextlib.contextmanager
def no_reorder() -> Iterator[None]:
    """Instructions inside run in the order of the kernel. They always do, as far as results can
    tell."""
    yield


def device_print(print_prefix: str, tensor: Tensor) -> None:
    """A kernel that is called with arrays prints the tensor, with the prefix before it, when it
    has run; in a loop of the core, its last value."""
    if not isinstance(print_prefix, str) or not isinstance(tensor, Tensor):
        raise KernelError(f"nl.device_print takes a string and a tensor, not {print_prefix!r} and "
                          f"{tensor!r}")  # fmt: skip
    trace = current()
    number = len(trace.prints)
    shown = trace.new_tensor(tensor.shape, tensor.dtype, "output", f"device_print{number}")
    dma_copy(Tensor.whole(shown), in_sbuf(tensor) if tensor.on_chip else tensor)
    trace.prints.append((print_prefix, shown))


def printed(trace: Any) -> list[DeviceTensor]:
    """The outputs of :func:`device_print`."""
    return [tensor for _, tensor in trace.prints]
