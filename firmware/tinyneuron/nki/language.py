"""``nki.language``: tensors, memories, types, ranges and operation names.

A subset of the public module with the same names and defaults. Not in this slice: whole-tile
operations (``nl.add(x, y)`` as a call), ``load``/``store``, ``zeros`` and relatives, grids,
``address=`` of ``ndarray``. Sizes come from the configuration the kernel is compiled for.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import ml_dtypes
import numpy as np

from tinyneuron_hw.formats import FORMATS, DType, get_dtype
from tinyneuron_hw.isa.opcodes import Space

from ..lower.ir import Extent
from . import functions
from .control import cond, dynamic_range, fori_loop, while_loop
from .functions import *  # noqa: F403 (operations, all of which belong to the language)
from .ops import Op
from .registers import VirtualRegister, bounded, size_of
from .tensor import Tensor, ds
from .trace import KernelError, current

__all__ = [
    "Buffer", "Op", "Tensor", "affine_range", "as_dtype", "bfloat16", "bool_", "bounded", "cond",
    "ds", "dynamic_range", "float8_e3m4", "float8_e4m3", "float8_e5m2", "float16", "float32",
    "fori_loop", "hbm", "int8", "int16", "int32", "ndarray", "private_hbm", "psum", "sbuf",
    "sequential_range", "shared_hbm", "static_range", "tfloat32", "tile_size", "uint8", "uint16",
    "uint32", "while_loop",
]  # fmt: skip
__all__ += functions.__all__

float32, tfloat32, bfloat16, float16 = DType.FP32, DType.TF32, DType.BF16, DType.FP16
float8_e5m2, float8_e4m3, float8_e3m4 = DType.FP8_E5M2, DType.FP8_E4M3, DType.FP8_E3M4
int32, int16, int8 = DType.INT32, DType.INT16, DType.INT8
uint32, uint16, uint8, bool_ = DType.UINT32, DType.UINT16, DType.UINT8, DType.BOOL

affine_range = sequential_range = static_range = range
"""Loops of a kernel run when it is traced, so all three are Python's ``range``."""


class Buffer(enum.Enum):
    """A memory that ``ndarray`` allocates in."""

    SBUF = "sbuf"
    PSUM = "psum"
    SHARED_HBM = "shared_hbm"
    HBM = "hbm"
    PRIVATE_HBM = "private_hbm"


sbuf, psum = Buffer.SBUF, Buffer.PSUM
shared_hbm, hbm, private_hbm = Buffer.SHARED_HBM, Buffer.HBM, Buffer.PRIVATE_HBM

_NAMES = {
    "float32": DType.FP32, "tfloat32": DType.TF32, "bfloat16": DType.BF16, "float16": DType.FP16,
    "float8_e5m2": DType.FP8_E5M2, "float8_e4m3": DType.FP8_E4M3, "float8_e3m4": DType.FP8_E3M4,
}  # fmt: skip
_NUMPY = {
    np.dtype(kind): dtype
    for kind, dtype in (
        (np.float32, DType.FP32), (ml_dtypes.bfloat16, DType.BF16), (np.float16, DType.FP16),
        (ml_dtypes.float8_e5m2, DType.FP8_E5M2), (ml_dtypes.float8_e4m3, DType.FP8_E4M3),
        (ml_dtypes.float8_e3m4, DType.FP8_E3M4), (np.int32, DType.INT32), (np.int16, DType.INT16),
        (np.int8, DType.INT8), (np.uint32, DType.UINT32), (np.uint16, DType.UINT16),
        (np.uint8, DType.UINT8), (np.bool_, DType.BOOL),
    )
}  # fmt: skip


def as_dtype(dtype: Any) -> DType:
    """A :class:`DType` from one, a NumPy type, or a name in either spelling (``bfloat16``,
    ``bf16``)."""
    try:
        if isinstance(dtype, str):
            return _NAMES.get(dtype) or get_dtype(dtype)
        return dtype if isinstance(dtype, DType) else _NUMPY[np.dtype(dtype)]
    except (KeyError, TypeError, ValueError):
        known = ", ".join(fmt.name for fmt in FORMATS.values())
        raise KernelError(f"dtype must be one of {known}, not {dtype!r}") from None


def ndarray(
    shape: Sequence[int | VirtualRegister], dtype: Any, buffer: Buffer = Buffer.SBUF,
    name: str = "", address: None = None,
) -> Tensor:  # fmt: skip
    """An uninitialised tensor.

    On chip, ``shape[0]`` counts partitions, memory is assigned by liveness, and a size may be a
    register: there is room for the largest one. In device memory a tensor that the kernel returns
    is an output, any other is scratch. ``address`` must be None.

    Raises
    ------
    KernelError
        Too many partitions or bytes, fewer than two axes on chip, an extent below 1.
    """
    if address is not None:
        raise KernelError(f"address must be None (memory is assigned by liveness), not {address!r}")
    try:
        extents = tuple(map(size_of, shape))
    except TypeError:
        raise KernelError(f"shape must be a sequence of integers, not {shape!r}") from None
    if any(extent < 1 for extent in extents):
        raise KernelError(f"every extent must be at least 1, not {extents}")
    trace, kind = current(), as_dtype(dtype)
    if not isinstance(buffer, Buffer):
        raise KernelError(f"buffer must be nl.sbuf, nl.psum or one of nl.*hbm, not {buffer!r}")
    if buffer in (Buffer.SBUF, Buffer.PSUM):
        space = Space.SBUF if buffer is Buffer.SBUF else Space.PSUM
        room = tuple(map(int, extents))
        return replace(Tensor.whole(trace.new_tile(room, kind, space, name)), shape=extents)
    if any(isinstance(extent, Extent) for extent in extents):
        raise KernelError(f"a tensor in device memory has sizes that are known, not {extents}")
    return Tensor.whole(trace.new_tensor(extents, kind, "scratch", name))


class _TileSize:
    """Largest tile extents of the configuration being compiled for."""

    @property
    def pmax(self) -> int:
        """SBUF partitions, lanes, and rows of a matmul."""
        return current().config.partitions

    @property
    def psum_fmax(self) -> int:
        """FP32 elements of one PSUM bank of one partition."""
        return current().config.psum_bank_words

    @property
    def gemm_stationary_fmax(self) -> int:
        """Columns of a stationary tile."""
        return current().config.columns

    @property
    def gemm_moving_fmax(self) -> int:
        """Columns of a moving tile."""
        return current().config.psum_bank_words

    @property
    def total_available_sbuf_size(self) -> int:
        """SBUF bytes of one partition."""
        return current().config.sbuf_partition_bytes


tile_size = _TileSize()
