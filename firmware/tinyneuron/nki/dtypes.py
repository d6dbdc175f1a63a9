"""Types of elements, by the names of the language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np

from tinyneuron_hw.formats import FORMATS, DType, get_dtype

from .later import needs
from .trace import KernelError

__all__ = ["LaterType", "as_dtype", "wider"]


@dataclass(frozen=True)
class LaterType:
    """A type that later cores have first: it has a name, and no tensor has it."""

    name: str
    version: int

    def __str__(self) -> str:
        return self.name


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
    if isinstance(dtype, LaterType):
        raise needs(dtype.version, f"type {dtype.name}")
    try:
        if isinstance(dtype, str):
            return _NAMES.get(dtype) or get_dtype(dtype)
        return dtype if isinstance(dtype, DType) else _NUMPY[np.dtype(dtype)]
    except (KeyError, TypeError, ValueError):
        known = ", ".join(fmt.name for fmt in FORMATS.values())
        raise KernelError(f"dtype must be one of {known}, not {dtype!r}") from None


def wider(a: DType, b: DType) -> DType:
    """The type of a result of both: the float, the larger one, or float32 for two floats (int32
    for two integers) of one size."""
    if a is b:
        return a
    kinds = sorted((a, b), key=lambda kind: (FORMATS[kind].is_float, FORMATS[kind].bytes))
    first, last = (FORMATS[kind] for kind in kinds)
    if first.is_float is last.is_float and first.bytes == last.bytes:
        return DType.FP32 if last.is_float else DType.INT32
    return kinds[-1]
