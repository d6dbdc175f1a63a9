"""``nki.language``: tensors that begin with a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.opcodes import Space

from ..runtime.dtypes import numpy_dtype
from .allocation import ndarray
from .dtypes import as_dtype
from .elementwise import cast, new_tile
from .memories import MemoryRegion, is_on_chip
from .ops import OPS
from .random import rng, set_rng_seed
from .tensor import Tensor
from .trace import KernelError, current
from .transfer import dma_copy
from .vector import memset, tensor_copy, tensor_scalar

__all__ = [
    "empty_like", "full", "ones", "rand", "random_seed", "shared_constant",
    "shared_identity_matrix", "zeros", "zeros_like",
]  # fmt: skip

_PIECE = 1 << 15
"""Elements that one transfer fills at most: a dimension has 16 bits."""
_RANDOM_BITS = 24
"""Of a random number; float32 holds so many exactly."""


def full(
    shape: Sequence[int], fill_value: float, dtype: Any, buffer: MemoryRegion = MemoryRegion.sbuf,
    name: str = "",
) -> Tensor:  # fmt: skip
    """A tensor with ``fill_value`` everywhere."""
    tensor = ndarray(shape, dtype, buffer, name)
    if tensor.on_chip:
        memset(tensor, fill_value)
        return tensor
    tile = new_tile((1, 1), dtype)
    memset(tile, fill_value)
    flat = tensor.reshape((tensor.size,))
    for first in range(0, tensor.size, _PIECE):
        count = min(_PIECE, tensor.size - first)
        dma_copy(flat[first : first + count], replace(tile, shape=(1, count), steps=(1, 0)))
    return tensor


def zeros(
    shape: Sequence[int], dtype: Any, buffer: MemoryRegion = MemoryRegion.sbuf, name: str = ""
) -> Tensor:
    """A tensor of zeros."""
    return full(shape, 0, dtype, buffer, name)


def ones(
    shape: Sequence[int], dtype: Any, buffer: MemoryRegion = MemoryRegion.sbuf, name: str = ""
) -> Tensor:
    """A tensor of ones."""
    return full(shape, 1, dtype, buffer, name)


def zeros_like(
    x: Tensor, dtype: Any = None, buffer: MemoryRegion | None = None, name: str = ""
) -> Tensor:
    """A tensor of zeros with the shape and type of ``x``, in SBUF unless ``buffer`` says
    otherwise."""
    kind = x.dtype if dtype is None else dtype
    return zeros(x.shape, kind, MemoryRegion.sbuf if buffer is None else buffer, name)


def empty_like(
    x: Tensor, dtype: Any = None, buffer: MemoryRegion | None = None, name: str = ""
) -> Tensor:
    """An uninitialised tensor with the shape, type and memory of ``x`` unless said otherwise."""
    kind = x.dtype if dtype is None else dtype
    return ndarray(x.shape, kind, x.buffer if buffer is None else buffer, name)


def shared_constant(constant: np.ndarray | str) -> Tensor:
    """A device tensor with the values of a NumPy array, or of a ``.npy`` file; they go into the
    program."""
    array = np.load(constant, allow_pickle=False) if isinstance(constant, str) else constant
    if not isinstance(array, np.ndarray):
        raise KernelError(f"nl.shared_constant takes an array or a .npy file, not {constant!r}")
    kind, trace = as_dtype(array.dtype), current()
    number = sum(tensor.kind == "constant" for tensor in trace.module.tensors)
    data = np.ascontiguousarray(array).tobytes()
    return Tensor.whole(trace.new_tensor(array.shape, kind, "constant", f"constant{number}", data))


def shared_identity_matrix(n: int, dtype: Any = DType.UINT8, dst: Tensor | None = None) -> Tensor:
    """The unit matrix ``[n, n]`` in SBUF, loaded once a kernel; it is not to be written. With
    ``dst`` it is copied there, and ``dst`` is the result."""
    kind, trace = as_dtype(dtype), current()
    tile = trace.identities.get((n, kind))
    if tile is None:
        data = np.eye(n).astype(numpy_dtype(kind))
        name = f"identity_{n}_{FORMATS[kind].name}"
        source = trace.new_tensor(data.shape, kind, "constant", name, data.tobytes())
        tile = trace.new_tile(data.shape, kind, Space.SBUF, name)
        tile.region = None
        trace.identities[n, kind] = tile
        whole = Tensor.whole(tile)
        trace.before_regions(lambda: dma_copy(whole, Tensor.whole(source)))
    if dst is None:
        return Tensor.whole(tile)
    tensor_copy(dst, Tensor.whole(tile))
    return dst


def random_seed(seed: Tensor) -> None:
    """Begins the random numbers of the Vector engine; ``seed`` is ``[1, 1]`` of 32 bits."""
    if not isinstance(seed, Tensor) or FORMATS[seed.dtype].bytes != 4 or seed.size != 1:
        raise KernelError(f"nl.random_seed: seed must be one element of 32 bits, not {seed!r}")
    set_rng_seed(seed)


def rand(
    shape: Sequence[int], dtype: Any, buffer: MemoryRegion = MemoryRegion.sbuf, name: str = ""
) -> Tensor:
    """Numbers spread evenly over 0 <= x < 1: 24 random bits each, rounded to the type."""
    tensor = ndarray(shape, dtype, buffer, name)
    bits, numbers = new_tile(shape, DType.UINT32), new_tile(shape, DType.FP32)
    rng(bits)
    tensor_scalar(bits, bits, OPS["right_shift"], 32 - _RANDOM_BITS)
    tensor_scalar(numbers, bits, OPS["multiply"], 2.0**-_RANDOM_BITS)
    if is_on_chip(buffer):
        tensor_copy(tensor, numbers)
    else:
        dma_copy(tensor, cast(numbers, dtype))
    return tensor
