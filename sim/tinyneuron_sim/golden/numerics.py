"""Arithmetic of the hardware on NumPy arrays, bit for bit.

Values are float32 arrays, raw elements unsigned integer arrays of the type's width. Every NaN a
function here returns is the canonical one. Callers run under :func:`quiet`.
"""

from __future__ import annotations

import numpy as np

from tinyneuron_hw.formats import CANONICAL_NAN, FORMATS, DType, Format

__all__ = ["RAW_TYPES", "add", "canonical", "fma", "from_float32", "maximum", "minimum",
           "multiply", "ordered", "quiet", "split_float32", "subtract", "to_float32"]  # fmt: skip

RAW_TYPES = {1: np.dtype("<u1"), 2: np.dtype("<u2"), 4: np.dtype("<u4")}
"""Element bytes -> NumPy type of raw elements."""


_NAN = np.uint32(CANONICAL_NAN).view(np.float32)
_ONE = np.uint64(1)
_LOW_BITS = np.uint64((1 << 29) - 1)
_HALF_ULP = np.uint64(1 << 28)
"""Low bits of a float64 that lies half way between two normal float32."""
_TINY = np.uint64(((1023 - 126) << 53) - 1)
"""Twice the bits of the smallest normal float32, without sign, less one; 0 wraps to the top."""
_INTEGERS = {
    DType.INT32: np.int32, DType.INT16: np.int16, DType.INT8: np.int8,
    DType.UINT32: np.uint32, DType.UINT16: np.uint16, DType.UINT8: np.uint8,
}  # fmt: skip


def quiet() -> np.errstate:
    """Context in which overflow, NaN and the like are values, never warnings."""
    return np.errstate(all="ignore")


def canonical(values: np.ndarray) -> np.ndarray:
    """The same float32 values with every NaN the canonical one."""
    nan = np.isnan(values)
    return np.where(nan, _NAN, values) if nan.any() else values


def add(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a + b, float32, RNE, subnormals kept."""
    return canonical(a + b)


def subtract(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a + (-b)."""
    return canonical(a - b)


def multiply(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a * b, float32, RNE, subnormals kept."""
    return canonical(a * b)


def ordered(values: np.ndarray) -> np.ndarray:
    """int32 that compares like the float, with -0 below +0."""
    bits = np.ascontiguousarray(values, dtype=np.float32).view(np.int32)
    return bits ^ ((bits >> 31) & np.int32(0x7FFF_FFFF))


def maximum(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """IEEE 754-2019 maximum: NaN if either is NaN; -0 is below +0."""
    a, b = np.broadcast_arrays(a, b)
    larger = np.where(ordered(a) >= ordered(b), a, b)
    return np.where(np.isnan(a) | np.isnan(b), _NAN, larger)


def minimum(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """IEEE 754-2019 minimum: NaN if either is NaN; -0 is below +0."""
    a, b = np.broadcast_arrays(a, b)
    smaller = np.where(ordered(a) <= ordered(b), a, b)
    return np.where(np.isnan(a) | np.isnan(b), _NAN, smaller)


def fma(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """a * b + c with one rounding to float32 (RNE).

    ``a`` and ``b`` are float64 holding float32 values, so their product is exact; ``c`` is
    float32. NaNs are not made canonical, so that chains can do it once at their end.
    """
    product = a * b
    addend = c.astype(np.float64)
    total = product + addend
    # The cast below rounds a second time. That changes the result only where float64 hides on
    # which side of a float32 midpoint the exact sum lies: at midpoints and among subnormals.
    bits = total.view(np.uint64)
    doubtful = (bits & _LOW_BITS) == _HALF_ULP
    doubtful |= (bits << _ONE) - _ONE < _TINY
    where = np.flatnonzero(doubtful)
    if len(where):
        flat = total.reshape(-1)
        exact = [
            np.broadcast_to(part, total.shape).reshape(-1)[where] for part in (product, addend)
        ]
        flat[where] = _round_to_odd(exact[0], exact[1], flat[where])
    return total.astype(np.float32)


def _round_to_odd(a: np.ndarray, b: np.ndarray, total: np.ndarray) -> np.ndarray:
    """a + b in float64 rounded to odd, given its nearest-even sum; safe to round again."""
    b_part = total - a
    error = (a - (total - b_part)) + (b - b_part)
    bits = total.view(np.int64)
    away = (error > 0) == (total > 0)
    step = np.where((error != 0) & (bits & 1 == 0), np.where(away, 1, -1), 0)
    return (bits + step).view(np.float64)


def _cut(values: np.ndarray, bits: int) -> np.ndarray:
    """The values without their low ``bits`` fraction bits."""
    return (values.view(np.uint32) & np.uint32(-1 << bits & 0xFFFF_FFFF)).view(np.float32)


def split_float32(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """High and low half, exact: the upper 12 bits of the significand and what is left, with the
    value's sign also when it is 0. The low half of an infinity or NaN is 0."""
    high = np.where(np.isnan(values), values, _cut(values, 12))
    rest = np.where(np.isfinite(values), np.abs(values) - np.abs(high), np.float32(0))
    return high, np.copysign(rest, values)


def to_float32(raw: np.ndarray, dtype: DType) -> np.ndarray:
    """Float32 values of raw elements; 32-bit integers round (RNE)."""
    fmt = FORMATS[dtype]
    if dtype is DType.FP32:
        return raw.astype("<u4").view(np.float32)
    if dtype is DType.TF32:
        values = raw.astype("<u4").view(np.float32)
        return np.where(np.isnan(values), values, _cut(values, 13))
    if dtype is DType.BF16:
        return (raw.astype("<u4") << np.uint32(16)).view(np.float32)
    if dtype is DType.FP16:
        return raw.astype("<u2").view(np.float16).astype(np.float32)
    if fmt.is_float:
        return _decode_table(fmt)[raw]
    if fmt.kind == "bool":
        return (raw != 0).astype(np.float32)
    return raw.view(_INTEGERS[dtype]).astype(np.float32)


def _decode_table(fmt: Format) -> np.ndarray:
    """Value of each of an 8-bit float's 256 codes."""
    codes = np.arange(256)
    exponent = codes >> fmt.fraction & ((1 << fmt.exponent) - 1)
    fraction = (codes & ((1 << fmt.fraction) - 1)) / (1 << fmt.fraction)
    scale = np.maximum(exponent, 1) - fmt.bias
    values = np.ldexp(np.where(exponent == 0, fraction, 1 + fraction), scale)
    top = exponent == (1 << fmt.exponent) - 1
    values = np.where(top, np.where(fraction == 0, np.inf, np.nan), values)
    return canonical(np.where(codes & 0x80, -values, values).astype(np.float32))


def from_float32(values: np.ndarray, dtype: DType, random: np.ndarray | None = None) -> np.ndarray:
    """Raw elements nearest to float32 values (RNE). Float overflow gives infinity, NaN the type's
    canonical NaN; integers saturate and take NaN as 0; BOOL is "not equal to 0".

    With uint32 ``random``, stochastic: up in magnitude when the part that is cut off, as a
    fraction of 32 bits (anything below its last bit sets that), and ``random`` add up to 1 or more.
    """
    fmt = FORMATS[dtype]
    raw_type = RAW_TYPES[fmt.bytes]
    if dtype is DType.FP32:
        return canonical(values).astype(np.float32).view(raw_type)
    if fmt.kind == "bool":
        return (values != 0).astype(raw_type)
    if not fmt.is_float:
        limits = np.iinfo(_INTEGERS[dtype])
        rounded = np.copysign(_whole(np.abs(values).astype(np.float64), random), values)
        rounded = np.nan_to_num(rounded, nan=0.0)
        return np.clip(rounded, limits.min, limits.max).astype(_INTEGERS[dtype]).view(raw_type)
    if random is not None:
        raw = _encode_float(values, fmt, random)
    elif dtype is DType.BF16:
        bits = np.ascontiguousarray(values, dtype=np.float32).view(np.uint32)
        raw = ((bits + np.uint32(0x7FFF) + (bits >> 16 & 1)) >> 16).astype(raw_type)
    elif dtype is DType.FP16:
        raw = values.astype(np.float16).view(raw_type)
    else:
        raw = _encode_float(values, fmt)
    return np.where(np.isnan(values), raw_type.type(fmt.canonical_nan), raw)


def _whole(values: np.ndarray, random: np.ndarray | None) -> np.ndarray:
    """Whole numbers for float64 values not below 0."""
    if random is None:
        return np.rint(values)
    kept = np.floor(values)
    cut = np.where(np.isfinite(values), values - kept, 0.0) * 2.0**32
    fraction = np.floor(cut).astype(np.uint64) | (cut != np.floor(cut)).astype(np.uint64)
    return kept + ((fraction + random.astype(np.uint64)) >> np.uint64(32))


def _encode_float(values: np.ndarray, fmt: Format, random: np.ndarray | None = None) -> np.ndarray:
    """Any small float: a code is the rounded count of quanta plus the exponent's offset, so that
    a carry out of the fraction lands in the exponent by itself."""
    magnitude = np.abs(values).astype(np.float64)
    finite = np.where(np.isfinite(magnitude), magnitude, 0.0)
    smallest = 1 - fmt.bias
    exponent = np.maximum(np.frexp(finite)[1] - 1, smallest)
    exponent = np.where(finite == 0, smallest, exponent)
    quanta = _whole(np.ldexp(finite, fmt.fraction - exponent), random).astype(np.int64)
    code = quanta + ((exponent - smallest).astype(np.int64) << fmt.fraction)
    infinity = ((1 << fmt.exponent) - 1) << fmt.fraction
    code = np.where(np.isinf(magnitude), infinity, np.minimum(code, infinity))
    sign = np.signbit(values).astype(np.int64) << (fmt.storage_bits - 1)
    unused = fmt.storage_bits - 1 - fmt.exponent - fmt.fraction
    return (code << unused | sign).astype(RAW_TYPES[fmt.bytes])
