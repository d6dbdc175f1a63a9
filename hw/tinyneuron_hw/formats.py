"""The one table of number formats.

``DType`` is the code an instruction carries; ``FORMATS`` says what its bits mean. The float
datapath, the golden model, the firmware and the ISA page all read this table.
"""

from __future__ import annotations

from dataclasses import dataclass

from amaranth.lib import enum

__all__ = ["CANONICAL_NAN", "FORMATS", "DType", "Format", "get_dtype"]

CANONICAL_NAN = 0x7FC0_0000
"""The only FP32 NaN an arithmetic operation or a cast produces."""


class DType(enum.Enum, shape=4):
    """Element type of an operand. Values are the encoding; 0 is reserved so that a zeroed
    operand is never legal by accident."""

    FP32 = 1
    TF32 = 2
    BF16 = 3
    FP16 = 4
    FP8_E5M2 = 5
    FP8_E4M3 = 6
    FP8_E3M4 = 7
    INT32 = 8
    INT16 = 9
    INT8 = 10
    UINT32 = 11
    UINT16 = 12
    UINT8 = 13
    BOOL = 14


@dataclass(frozen=True, kw_only=True)
class Format:
    """Meaning of the bits of one type.

    Floats are sign, ``exponent`` bits, ``fraction`` bits from the top of ``storage_bits``; the top
    exponent code is infinity and NaN; exponent code 0 is zero and subnormals.
    """

    name: str
    kind: str
    """``float``, ``signed``, ``unsigned`` or ``bool``."""
    storage_bits: int
    exponent: int = 0
    fraction: int = 0
    bias: int = 0

    @property
    def bytes(self) -> int:
        """Bytes of one element in memory."""
        return self.storage_bits // 8

    @property
    def is_float(self) -> bool:
        return self.kind == "float"

    @property
    def canonical_nan(self) -> int:
        """Bit pattern a cast writes for NaN: positive, quiet, no payload (floats only)."""
        fraction_bits = self.storage_bits - 1 - self.exponent
        return ((1 << self.exponent) - 1) << fraction_bits | 1 << (fraction_bits - 1)


def _float(name: str, storage: int, exponent: int, fraction: int) -> Format:
    return Format(
        name=name,
        kind="float",
        storage_bits=storage,
        exponent=exponent,
        fraction=fraction,
        bias=(1 << (exponent - 1)) - 1,
    )


def _integer(name: str, kind: str, storage: int) -> Format:
    return Format(name=name, kind=kind, storage_bits=storage)


FORMATS: dict[DType, Format] = {
    DType.FP32: _float("fp32", 32, 8, 23),
    # TF32 is stored in 32 bits as FP32 whose low 13 fraction bits are zero.
    DType.TF32: _float("tf32", 32, 8, 10),
    DType.BF16: _float("bf16", 16, 8, 7),
    DType.FP16: _float("fp16", 16, 5, 10),
    DType.FP8_E5M2: _float("fp8_e5m2", 8, 5, 2),
    DType.FP8_E4M3: _float("fp8_e4m3", 8, 4, 3),
    DType.FP8_E3M4: _float("fp8_e3m4", 8, 3, 4),
    DType.INT32: _integer("int32", "signed", 32),
    DType.INT16: _integer("int16", "signed", 16),
    DType.INT8: _integer("int8", "signed", 8),
    DType.UINT32: _integer("uint32", "unsigned", 32),
    DType.UINT16: _integer("uint16", "unsigned", 16),
    DType.UINT8: _integer("uint8", "unsigned", 8),
    DType.BOOL: _integer("bool", "bool", 8),
}

_BY_NAME = {fmt.name: dtype for dtype, fmt in FORMATS.items()}


def get_dtype(name: str | DType) -> DType:
    """The type of this name; ``ValueError`` names the value and the known names."""
    if isinstance(name, DType):
        return name
    try:
        return _BY_NAME[name]
    except KeyError:
        raise ValueError(f"unknown dtype {name!r}; known: {', '.join(_BY_NAME)}") from None
