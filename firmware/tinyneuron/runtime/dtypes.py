"""NumPy types of the core's element types."""

from __future__ import annotations

import ml_dtypes
import numpy as np

from tinyneuron_hw.formats import FORMATS, DType

__all__ = ["dtype_of", "numpy_dtype"]

_NUMPY: dict[DType, np.dtype] = {
    DType.FP32: np.dtype(np.float32),
    DType.TF32: np.dtype(np.float32),
    DType.BF16: np.dtype(ml_dtypes.bfloat16),
    DType.FP16: np.dtype(np.float16),
    DType.FP8_E5M2: np.dtype(ml_dtypes.float8_e5m2),
    DType.FP8_E4M3: np.dtype(ml_dtypes.float8_e4m3),
    DType.FP8_E3M4: np.dtype(ml_dtypes.float8_e3m4),
    DType.INT32: np.dtype(np.int32),
    DType.INT16: np.dtype(np.int16),
    DType.INT8: np.dtype(np.int8),
    DType.UINT32: np.dtype(np.uint32),
    DType.UINT16: np.dtype(np.uint16),
    DType.UINT8: np.dtype(np.uint8),
    DType.BOOL: np.dtype(np.bool_),
}


def numpy_dtype(dtype: DType) -> np.dtype:
    """The NumPy type that holds elements of ``dtype`` (TF32 is held as float32)."""
    return _NUMPY[dtype]


def dtype_of(array: np.ndarray) -> DType:
    """The element type of an array; ``ValueError`` names a type the core does not have."""
    for dtype, candidate in _NUMPY.items():
        if candidate == array.dtype and dtype is not DType.TF32:
            return dtype
    known = ", ".join(fmt.name for fmt in FORMATS.values())
    raise ValueError(f"the core has no type for NumPy's {array.dtype}; known: {known}")
