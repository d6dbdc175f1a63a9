"""Models of the Tensor engine's numbers, with SoftFloat: independent of golden."""

import math
import random
import struct

import softfloatpy as sf

from tinyneuron_hw.formats import CANONICAL_NAN, FORMATS, DType
from tinyneuron_hw.tensor.operand import EXPONENT_BIAS, FRACTION_BITS, SPECIAL_EXPONENT


def pe_operand(value: float) -> int:
    """Bits of the :class:`PeOperand` of a value that has at most 12 significant bits."""
    sign = int(math.copysign(1, value) < 0) << 21
    if math.isnan(value):
        return SPECIAL_EXPONENT << 12
    if math.isinf(value):
        return sign | SPECIAL_EXPONENT << 12 | 1 << FRACTION_BITS
    if value == 0:
        return sign
    mantissa, exponent = math.frexp(abs(value))
    significand = mantissa * (1 << (FRACTION_BITS + 1))
    assert significand == int(significand), value
    return sign | (exponent - 1 + EXPONENT_BIAS) << 12 | int(significand)


def from_raw(raw: int, dtype: DType, exponent_bias: int = 0) -> float:
    """Value of an element; a NaN loses its sign. ``exponent_bias`` 0 is the type's own."""
    if dtype in (DType.FP32, DType.TF32):
        is_nan = raw & 0x7FFF_FFFF > 0x7F80_0000
        return math.nan if is_nan else f32_value(raw & (-1 << FORMATS[DType.FP32].fraction
                                                        - FORMATS[dtype].fraction))  # fmt: skip
    fmt = FORMATS[dtype]
    bias = exponent_bias or fmt.bias
    fraction = raw & ((1 << fmt.fraction) - 1)
    exponent = raw >> fmt.fraction & ((1 << fmt.exponent) - 1)
    sign = -1.0 if raw >> (fmt.storage_bits - 1) & 1 else 1.0
    if exponent == (1 << fmt.exponent) - 1:
        return math.nan if fraction else sign * math.inf
    if exponent == 0:
        return sign * math.ldexp(fraction, 1 - bias - fmt.fraction)
    return sign * math.ldexp(fraction | 1 << fmt.fraction, exponent - bias - fmt.fraction)


def f32_bits(value: float) -> int:
    """FP32 bits of a value that FP32 holds; NaN canonical."""
    if math.isnan(value):
        return CANONICAL_NAN
    return struct.unpack("<I", struct.pack("<f", value))[0]


def f32_value(bits: int) -> float:
    return struct.unpack("<f", struct.pack("<I", bits))[0]


def fma(a: float, b: float, c: int) -> int:
    """FP32 bits of ``a * b + c``, one rounding, by SoftFloat; ``c`` is FP32 bits."""
    words = (f32_bits(a), f32_bits(b), c)
    result = sf.f32_mul_add(*(sf.Float32.from_bytes(word.to_bytes(4, "big")) for word in words))
    bits = int.from_bytes(result.to_bytes(), "big")
    return CANONICAL_NAN if bits & 0x7FFF_FFFF > 0x7F80_0000 else bits


def split(value: float) -> tuple[float, float]:
    """The halves of an FP32 value: its upper 12 significant bits, and the rest."""
    if not math.isfinite(value):
        return value, math.copysign(0.0, value)
    high = f32_value(f32_bits(value) & ~0xFFF)
    return high, math.copysign(abs(value) - abs(high), value)


def fp32_passes(stationary: list[float], moving: list[float]) -> list[int]:
    """The column sums of the four passes: FP32 bits, in their order."""
    sums = [0, 0, 0, 0]
    for a, b in zip(stationary, moving, strict=True):
        (a_high, a_low), (b_high, b_low) = split(a), split(b)
        seen = b_high if math.isfinite(b) else math.copysign(0.0, b)
        # Where an infinity or NaN meets a low half that is zero there is nothing to add.
        known = a_high if math.isfinite(a) or b_low else math.copysign(0.0, a)
        factors = [(a_low, b_low), (a_low, seen), (known, b_low), (a_high, b_high)]
        sums = [fma(x, y, total) for (x, y), total in zip(factors, sums, strict=True)]
    return sums


def column_sum(stationary: list[float], moving: list[float]) -> int:
    """FP32 bits of a column's sum: rows in order, from +0."""
    total = 0
    for a, b in zip(stationary, moving, strict=True):
        total = fma(a, b, total)
    return total


def random_value(rng: random.Random) -> float:
    """A value of at most 12 significant bits that FP32 holds; corners are likely."""
    kind = rng.random()
    if kind < 0.1:
        return rng.choice([0.0, -0.0, math.inf, -math.inf, math.nan])
    significand = rng.choice([1 << 11, (1 << 12) - 1, rng.getrandbits(11) | 1 << 11])
    if kind < 0.5:
        exponent = rng.randint(-8, 8)
    else:
        exponent = rng.choice([-149, -126, 127, rng.randint(-149, 127)])
    value = math.ldexp(significand, exponent - 11)
    value = f32_value(f32_bits(value)) if exponent > -138 else math.ldexp(1, exponent)
    return -value if rng.random() < 0.5 else value
