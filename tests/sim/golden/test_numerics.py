"""Golden's arithmetic against Berkeley SoftFloat and ml_dtypes."""

from __future__ import annotations

from collections.abc import Callable

import ml_dtypes
import numpy as np
import pytest
import softfloatpy

from tinyneuron_hw.formats import CANONICAL_NAN, FORMATS, DType
from tinyneuron_sim.golden import numerics
from tinyneuron_sim.golden.numerics import from_float32, quiet, to_float32

RANDOM = 100_000
CORNERS = np.array(
    [0x00000000, 0x00000001, 0x00000002, 0x007FFFFF, 0x00800000, 0x00800001, 0x00FFFFFF,
     0x01000000, 0x33800000, 0x33800001, 0x337FFFFF, 0x34000000, 0x3F7FFFFF, 0x3F800000,
     0x3F800001, 0x3FFFFFFF, 0x40000000, 0x4B7FFFFF, 0x4B800000, 0x7F000000, 0x7F7FFFFF,
     0x7F800000, 0x7FC00000, 0x7F800001],
    dtype=np.uint32,
)  # fmt: skip
CORNERS = np.concatenate([CORNERS, CORNERS | 0x8000_0000])


@pytest.fixture(autouse=True)
def _quiet():
    with quiet():
        yield


def _bits(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(values, dtype=np.float32).view(np.uint32)


def _floats(bits: np.ndarray) -> np.ndarray:
    return bits.astype(np.uint32).view(np.float32)


def _random_bits(rng: np.random.Generator, count: int) -> np.ndarray:
    """Any pattern, with exponents often close together or at the ends."""
    bits = rng.integers(0, 1 << 32, count, dtype=np.uint32)
    near = rng.integers(120, 136, count, dtype=np.uint32) << 23 | (bits & np.uint32(0x807F_FFFF))
    low = rng.integers(0, 26, count, dtype=np.uint32) << 23 | (bits & np.uint32(0x807F_FFFF))
    short = near & np.uint32(0xFFFF_0000)
    return np.choose(rng.integers(0, 4, count), [bits, near, low, short]).astype(np.uint32)


def _softfloat(function: Callable, *operands: np.ndarray) -> np.ndarray:
    """SoftFloat's result bits, NaNs canonical."""
    make = softfloatpy.Float32.from_bytes
    columns = [[make(int(bits).to_bytes(4, "big")) for bits in column] for column in operands]
    results = [
        int.from_bytes(function(*row).to_bytes(), "big") for row in zip(*columns, strict=True)
    ]
    bits = np.array(results, dtype=np.uint32)
    return np.where(np.isnan(_floats(bits)), np.uint32(CANONICAL_NAN), bits)


def _pairs() -> tuple[np.ndarray, np.ndarray]:
    a, b = (grid.reshape(-1) for grid in np.meshgrid(CORNERS, CORNERS))
    rng = np.random.default_rng(1)
    return (np.concatenate([a, _random_bits(rng, RANDOM)]),
            np.concatenate([b, _random_bits(rng, RANDOM)]))  # fmt: skip


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (numerics.add, softfloatpy.f32_add),
        (numerics.subtract, softfloatpy.f32_sub),
        (numerics.multiply, softfloatpy.f32_mul),
    ],
)
def test_two_operand_arithmetic_matches_softfloat(ours, theirs):
    a, b = _pairs()
    np.testing.assert_array_equal(_bits(ours(_floats(a), _floats(b))), _softfloat(theirs, a, b))


def _fma_operands(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    corners = rng.choice(CORNERS, (3, RANDOM // 4))
    a, b, c = _random_bits(rng, RANDOM), _random_bits(rng, RANDOM), _random_bits(rng, RANDOM)
    # Cancellation: c is the rounded product, or half a unit of it, with the other sign.
    with quiet():
        product = _floats(a) * _floats(b)
        near = np.where(rng.random(RANDOM) < 0.5, -product, product * np.float32(2.0**24))
    c = np.where(rng.random(RANDOM) < 0.4, _bits(near), c)
    return tuple(np.concatenate(pair) for pair in zip(corners, (a, b, c), strict=True))


@pytest.mark.parametrize("seed", range(2, 10))
def test_fma_matches_softfloat(seed):
    """A million triples in all."""
    a, b, c = _fma_operands(seed)
    wide = [_floats(bits).astype(np.float64) for bits in (a, b)]
    result = numerics.canonical(numerics.fma(*wide, _floats(c)))
    np.testing.assert_array_equal(_bits(result), _softfloat(softfloatpy.f32_mul_add, a, b, c))


def test_fma_rounds_once_where_the_float64_sum_is_a_midpoint():
    # 64 is half a unit in the last place of 2**30 + 128. The product misses it by 2**-40, which
    # a float64 sum cannot hold; rounding twice would go to the even neighbour.
    a, b = np.array([8 * (1 + 2.0**-23)]), np.array([8 * (1 - 2.0**-23)])
    c = np.array([2**30 + 128], dtype=np.float32)
    assert (a * b + c)[0] == 2**30 + 128 + 64
    assert np.float32((a * b + c)[0]) == 2**30 + 256
    assert numerics.fma(a, b, c)[0] == 2**30 + 128
    assert numerics.fma(-a, b, -c)[0] == -(2**30) - 128


def test_maximum_and_minimum_follow_ieee_754_2019():
    a, b = (grid.reshape(-1) for grid in np.meshgrid(CORNERS, CORNERS))
    larger = _bits(numerics.maximum(_floats(a), _floats(b)))
    smaller = _bits(numerics.minimum(_floats(a), _floats(b)))
    for x, y, up, down in zip(a, b, larger, smaller, strict=True):
        fx, fy = float(_floats(x[None])[0]), float(_floats(y[None])[0])
        if np.isnan(fx) or np.isnan(fy):
            assert up == down == CANONICAL_NAN
        elif fx == fy:
            zeros = {int(x), int(y)}
            assert int(up) == (0 if fx == 0 and 0 in zeros else int(x))
            assert int(down) == (0x8000_0000 if 0x8000_0000 in zeros else int(x))
        else:
            assert (up, down) == ((x, y) if fx > fy else (y, x))


ML_DTYPES = {
    DType.BF16: ml_dtypes.bfloat16,
    DType.FP16: np.float16,
    DType.FP8_E5M2: ml_dtypes.float8_e5m2,
    DType.FP8_E4M3: ml_dtypes.float8_e4m3,
    DType.FP8_E3M4: ml_dtypes.float8_e3m4,
}


@pytest.mark.parametrize("dtype", ML_DTYPES)
def test_casts_to_small_floats_match_ml_dtypes(dtype):
    fmt, kind = FORMATS[dtype], ML_DTYPES[dtype]
    rng = np.random.default_rng(3)
    codes = np.arange(1 << fmt.storage_bits, dtype=f"<u{fmt.bytes}")
    exact = codes.view(kind).astype(np.float32)
    middles = (exact[1:] + exact[:-1]) / 2
    values = np.concatenate([_floats(CORNERS), _floats(_random_bits(rng, RANDOM)), exact, middles,
                             np.nextafter(middles, np.float32(0))])  # fmt: skip
    expected = values.astype(kind).view(f"<u{fmt.bytes}")
    expected = np.where(np.isnan(values), fmt.canonical_nan, expected)
    np.testing.assert_array_equal(from_float32(values, dtype), expected)


@pytest.mark.parametrize("dtype", ML_DTYPES)
def test_every_code_of_a_small_float_reads_as_ml_dtypes_does(dtype):
    fmt = FORMATS[dtype]
    codes = np.arange(1 << fmt.storage_bits, dtype=f"<u{fmt.bytes}")
    expected = codes.view(ML_DTYPES[dtype]).astype(np.float32)
    np.testing.assert_array_equal(to_float32(codes, dtype), expected)


def test_the_general_encoder_agrees_with_the_fast_ones():
    values = _floats(np.concatenate([CORNERS, _random_bits(np.random.default_rng(4), RANDOM)]))
    values = values[~np.isnan(values)]
    for dtype in (DType.BF16, DType.FP16):
        general = numerics._encode_float(values, FORMATS[dtype])
        np.testing.assert_array_equal(from_float32(values, dtype), general)


def test_tf32_keeps_ten_fraction_bits():
    values = _floats(np.concatenate([CORNERS, _random_bits(np.random.default_rng(5), RANDOM)]))
    raw = from_float32(values, DType.TF32)
    assert not (raw & 0x1FFF).any()
    bits = _bits(values).astype(np.uint64)
    expected = (bits + 0xFFF + (bits >> 13 & 1)) & 0xFFFF_E000
    expected = np.where(np.isnan(values), CANONICAL_NAN, expected)
    np.testing.assert_array_equal(raw, expected.astype(np.uint32))
    np.testing.assert_array_equal(_bits(to_float32(raw, DType.TF32)), raw)


def test_fp32_casts_move_bits_and_make_nan_canonical():
    values = _floats(CORNERS)
    expected = np.where(np.isnan(values), np.uint32(CANONICAL_NAN), CORNERS)
    np.testing.assert_array_equal(from_float32(values, DType.FP32), expected)


INTEGERS = {DType.INT32: np.int32, DType.INT16: np.int16, DType.INT8: np.int8,
            DType.UINT32: np.uint32, DType.UINT16: np.uint16, DType.UINT8: np.uint8}  # fmt: skip


@pytest.mark.parametrize("dtype", INTEGERS)
def test_casts_to_integers_round_to_even_and_saturate(dtype):
    limits = np.iinfo(INTEGERS[dtype])
    rng = np.random.default_rng(6)
    special = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 126.5, 127.5, 255.5, 1e30, -1e30, np.inf, -np.inf]
    values = np.concatenate([np.float32(special), _floats(_random_bits(rng, 10_000)),
                             rng.uniform(-70_000, 70_000, 10_000).astype(np.float32)])  # fmt: skip
    raw = from_float32(values, dtype).view(INTEGERS[dtype])
    for value, got in zip(values.tolist(), raw.tolist(), strict=True):
        if np.isnan(value):
            assert got == 0
        elif np.isinf(value):
            assert got == (limits.max if value > 0 else limits.min)
        else:
            assert got == min(max(round(value), limits.min), limits.max)
    assert from_float32(np.float32([np.nan]), dtype)[0] == 0


@pytest.mark.parametrize("dtype", [DType.INT32, DType.UINT32])
def test_32_bit_integers_round_to_nearest_even_floats(dtype):
    raw = np.random.default_rng(7).integers(0, 1 << 32, 20_000, dtype=np.uint32)
    raw[:4] = (0x0100_0001, 0x0100_0003, 0xFFFF_FFFF, 0x7FFF_FFFF)
    function = softfloatpy.i32_to_f32 if dtype is DType.INT32 else softfloatpy.ui32_to_f32
    make = softfloatpy.Int32 if dtype is DType.INT32 else softfloatpy.UInt32
    numbers = raw.view(INTEGERS[dtype]).tolist()
    expected = [int.from_bytes(function(make.from_int(n)).to_bytes(), "big") for n in numbers]
    np.testing.assert_array_equal(_bits(to_float32(raw, dtype)), np.array(expected, np.uint32))


def test_bool_is_not_equal_to_zero():
    values = np.float32([0.0, -0.0, 1.0, -3.5, 1e-40])
    assert from_float32(values, DType.BOOL).tolist() == [0, 0, 1, 1, 1]
    assert to_float32(np.uint8([0, 1, 7]), DType.BOOL).tolist() == [0.0, 1.0, 1.0]
