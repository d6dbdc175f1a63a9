"""``nki.language``: tensors, memories, types, ranges, operations and whole-tile functions.

Names, parameters and defaults of the public module. Sizes come from the configuration that the
kernel is compiled for.
"""

from __future__ import annotations

from collections.abc import Sequence

from tinyneuron_hw.formats import DType

from . import creation, functions, whole
from .allocation import ndarray
from .control import cond, dynamic_range, fori_loop, while_loop
from .creation import *  # noqa: F403
from .dtypes import LaterType, as_dtype
from .functions import *  # noqa: F403 (operations, all of which belong to the language)
from .memories import MemoryRegion, is_hbm, is_on_chip, is_psum, is_sbuf
from .objects import NKIObject
from .ops import Op
from .registers import bounded
from .sizes import tile_size
from .tensor import Tensor, ds
from .trace import KernelError, current
from .whole import *  # noqa: F403

__all__ = [
    "MemoryRegion", "NKIObject", "NkiTensor", "Op", "Tensor", "affine_range", "as_dtype",
    "bfloat16", "bool_", "bounded", "cond", "ds", "dynamic_range", "float4_e2m1fn_x4",
    "float8_e3m4", "float8_e4m3", "float8_e4m3fn", "float8_e4m3fn_x4", "float8_e5m2",
    "float8_e5m2_x4", "float8_e8m0fnu", "float16", "float32", "fori_loop", "hbm", "int8", "int16",
    "int32", "is_hbm", "is_on_chip", "is_psum", "is_sbuf", "ndarray", "num_programs",
    "private_hbm", "program_id", "program_ndim", "psum", "sbuf", "sequential_range", "shared_hbm",
    "static_range", "tfloat32", "tile_size", "uint8", "uint16", "uint32", "while_loop",
]  # fmt: skip
__all__ += functions.__all__
__all__ += creation.__all__
__all__ += whole.__all__

float32, tfloat32, bfloat16, float16 = DType.FP32, DType.TF32, DType.BF16, DType.FP16
float8_e5m2, float8_e4m3, float8_e3m4 = DType.FP8_E5M2, DType.FP8_E4M3, DType.FP8_E3M4
int32, int16, int8 = DType.INT32, DType.INT16, DType.INT8
uint32, uint16, uint8, bool_ = DType.UINT32, DType.UINT16, DType.UINT8, DType.BOOL

float8_e4m3fn, float8_e8m0fnu = (LaterType(name, 4) for name in ("float8_e4m3fn", "float8_e8m0fnu"))
float8_e5m2_x4, float8_e4m3fn_x4, float4_e2m1fn_x4 = (
    LaterType(name, 4) for name in ("float8_e5m2_x4", "float8_e4m3fn_x4", "float4_e2m1fn_x4")
)

NkiTensor = Tensor
sbuf, psum = MemoryRegion.sbuf, MemoryRegion.psum
shared_hbm, private_hbm = MemoryRegion.shared_hbm, MemoryRegion.private_hbm
hbm = private_hbm


def affine_range(start: int, stop: int | None = None, step: int = 1) -> range:
    """Python's ``range``: loops of a kernel run when it is traced."""
    return range(start) if stop is None else range(start, stop, step)


def sequential_range(start: int, stop: int | None = None, step: int = 1) -> range:
    """As :func:`affine_range`."""
    return affine_range(start, stop, step)


def static_range(start: int, stop: int | None = None, step: int = 1) -> range:
    """As :func:`affine_range`."""
    return affine_range(start, stop, step)


def program_id(axis: int = 0) -> int:
    """Which program of the grid is being traced, along an axis; 0 without a grid."""
    return current().program[_grid_axis(axis)] if current().grid else 0


def num_programs(axes: int | Sequence[int] | None = 0) -> int:
    """How many programs the grid has along an axis, or along several (None: all); 1 without a
    grid."""
    grid = current().grid
    if axes is None:
        axes = range(len(grid))
    chosen = [axes] if isinstance(axes, int) else list(axes)
    total = 1
    for axis in chosen if grid else ():
        total *= grid[_grid_axis(axis)]
    return total


def program_ndim() -> int:
    """How many axes the grid has; 0 without a grid."""
    return len(current().grid)


def _grid_axis(axis: int) -> int:
    grid = current().grid
    if not 0 <= axis < len(grid):
        raise KernelError(f"the grid {grid} has no axis {axis}")
    return axis
