"""What the Tensor engine computes with: kinds of arithmetic, their types, their elements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amaranth.lib import enum

from ..formats import FORMATS, DType
from .opcodes import Opcode

__all__ = ["FP8_DTYPES", "MACS_PER_PE", "MATMUL_DTYPES", "RESULT_DTYPES", "MatmulKind",
           "element_bytes", "macs_per_pe", "matmul_kind"]  # fmt: skip


class MatmulKind(enum.Enum, shape=2):
    """What the array computes with; a stationary matrix serves multiplies of its own kind only.
    The matrix after reset is of kind FLOAT."""

    FLOAT = 0
    """Fused multiply-add on 12-bit significands; types mix freely."""
    FP32 = 1
    """The same in four passes over halves of the significand."""
    INTEGER = 2
    """Two products of 8-bit integers at a time, sums modulo 2**32; signed and unsigned mix."""
    PATTERN = 3
    """Bit patterns pass through: ``transpose``."""


FP8_DTYPES = (DType.FP8_E5M2, DType.FP8_E4M3, DType.FP8_E3M4)
"""Types with a configurable exponent bias in the Tensor engine."""
_PATTERNS = tuple(dtype for dtype, fmt in FORMATS.items() if fmt.bytes <= 2)

MATMUL_DTYPES: dict[MatmulKind, tuple[DType, ...]] = {
    MatmulKind.FLOAT: (DType.TF32, DType.BF16, DType.FP16, *FP8_DTYPES),
    MatmulKind.FP32: (DType.FP32,),
    MatmulKind.INTEGER: (DType.INT8, DType.UINT8),
    MatmulKind.PATTERN: _PATTERNS,
}
"""Types of the stationary and the moving operand."""

RESULT_DTYPES: dict[MatmulKind, tuple[DType, ...]] = {
    MatmulKind.FLOAT: (DType.FP32,),
    MatmulKind.FP32: (DType.FP32,),
    MatmulKind.INTEGER: (DType.INT32,),
    MatmulKind.PATTERN: _PATTERNS,
}
"""Types of what is written to PSUM."""


MACS_PER_PE: dict[MatmulKind, float] = {
    MatmulKind.FLOAT: 1, MatmulKind.FP32: 0.25, MatmulKind.INTEGER: 2,
}  # fmt: skip
"""Multiply-accumulates of one PE in a cycle."""


def macs_per_pe(dtype: DType) -> float:
    """The rate of operands of this type; ``ValueError`` names a type that is not multiplied."""
    for kind, rate in MACS_PER_PE.items():
        if dtype in MATMUL_DTYPES[kind]:
            return rate
    raise ValueError(f"the Tensor engine does not multiply {FORMATS[dtype].name}")


def matmul_kind(fields: Mapping[str, Any]) -> MatmulKind:
    """What a LOAD_STATIONARY or MULTIPLY_MOVING computes with (FLOAT for types of no kind)."""
    if fields["transpose"]:
        return MatmulKind.PATTERN
    for kind in (MatmulKind.FP32, MatmulKind.INTEGER):
        if fields["src.dtype"] in MATMUL_DTYPES[kind]:
            return kind
    return MatmulKind.FLOAT


def element_bytes(opcode: Opcode, fields: Mapping[str, Any], path: str) -> int:
    """Bytes of one element of an operand: those of its type, but for the Tensor engine's integers,
    whose elements are pairs."""
    size = FORMATS[fields[f"{path}.dtype"]].bytes
    is_source = opcode in (Opcode.LOAD_STATIONARY, Opcode.MULTIPLY_MOVING) and path == "src"
    return 2 * size if is_source and matmul_kind(fields) is MatmulKind.INTEGER else size
