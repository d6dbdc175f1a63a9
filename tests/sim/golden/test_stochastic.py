"""Stochastic rounding and the lanes' generators: what golden does is what makes them useful."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from tinyneuron_hw.float.random import (
    SCALAR_ENGINE,
    VECTOR_ENGINE,
    WARM_UP,
    reset_state,
)
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_sim.golden.generators import Generators
from tinyneuron_sim.golden.numerics import from_float32, quiet, to_float32

FINE = np.uint32(0x7FFF_FFFF)
"""What rounds a fraction above one half up, and below it down."""
NARROW = [d for d in DType if d not in (DType.FP32, DType.BOOL)]


@pytest.fixture(autouse=True)
def _quiet():
    with quiet():
        yield


def _values(seed: int, count: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    scale = np.exp2(rng.integers(-30, 20, count))
    return (rng.standard_normal(count) * scale).astype(np.float32)


@pytest.mark.parametrize("dtype", DType, ids=lambda dtype: FORMATS[dtype].name)
def test_one_half_as_random_number_rounds_to_nearest(dtype):
    """But for ties, which then go up or, with a little less, down."""
    values = _values(1, 50_000)
    near = from_float32(values, dtype)
    up, down = (from_float32(values, dtype, np.full(values.shape, bits, np.uint32))
                for bits in (FINE + np.uint32(1), FINE))  # fmt: skip
    assert ((near == up) | (near == down)).all()
    assert (up == down).mean() > 0.99


@pytest.mark.parametrize("dtype", NARROW, ids=lambda dtype: FORMATS[dtype].name)
def test_the_extremes_round_to_the_neighbours(dtype):
    values = _values(2, 20_000)
    values = values[np.abs(values) < (8 if FORMATS[dtype].bytes == 1 else 3e4)]
    low, high = (to_float32(from_float32(values, dtype, np.full(values.shape, bits, np.uint32)),
                            dtype) for bits in (0, 0xFFFF_FFFF))  # fmt: skip
    exact = to_float32(from_float32(values, dtype), dtype) == values
    if FORMATS[dtype].kind == "unsigned":
        values, low, high, exact = (x[values > 0] for x in (values, low, high, exact))
    assert (np.abs(low) <= np.abs(values)).all()
    assert (np.abs(high)[~exact] > np.abs(values)[~exact]).all()
    assert (low[exact] == high[exact]).all()


@pytest.mark.parametrize("dtype", [DType.BF16, DType.FP8_E4M3, DType.INT8])
def test_the_random_number_is_added_to_the_fraction(dtype):
    rng, fmt = np.random.default_rng(3), FORMATS[dtype]
    values = (rng.standard_normal(400) * 4).astype(np.float32)
    random = rng.integers(0, 1 << 32, 400, dtype=np.uint32)
    results = to_float32(from_float32(values, dtype, random), dtype)
    for value, bits, got in zip(values.tolist(), random.tolist(), results.tolist(), strict=True):
        exponent = max(math.frexp(value)[1] - 1, 1 - fmt.bias) - fmt.fraction if fmt.is_float else 0
        units = abs(Fraction(value)) / Fraction(2) ** exponent
        whole, cut = int(units), (units % 1) * 2**32
        fraction = int(cut) | (cut != int(cut))
        expected = (whole + (fraction + bits >> 32)) * Fraction(2) ** exponent
        assert Fraction(got) == (expected if value > 0 else -expected), value


def test_overflow_and_special_values():
    random = np.full(5, 0xFFFF_FFFF, np.uint32)
    values = np.float32([np.inf, -np.inf, np.nan, 65519.0, -0.0])
    assert from_float32(values, DType.FP16, random).tolist() == [
        0x7C00, 0xFC00, 0x7E00, 0x7C00, 0x8000,
    ]  # fmt: skip
    assert from_float32(values, DType.INT16, random).view(np.int16).tolist() == [
        32767, -32768, 0, 32767, 0,
    ]  # fmt: skip
    assert from_float32(values, DType.FP16, random * 0).tolist()[3] == 0x7BFF


@pytest.mark.parametrize("dtype", [DType.FP16, DType.BF16, DType.FP8_E5M2, DType.INT8, DType.INT32])
def test_a_million_casts_are_unbiased_within_three_sigma(dtype):
    lanes, each = 8, 131_072
    value = np.float32(2.1 if dtype is not DType.INT32 else 5.37)
    random = Generators(lanes, VECTOR_ENGINE).draw(each)
    got = to_float32(from_float32(np.full((lanes, each), value), dtype, random), dtype)
    low, high = got.min(), got.max()
    assert low < value < high
    share = float((value - low) / (high - low))
    sigma = math.sqrt(share * (1 - share) / got.size)
    assert abs((got == high).mean() - share) <= 3 * sigma
    for lane in got:
        assert abs((lane == high).mean() - share) <= 4 * sigma * math.sqrt(lanes)


def test_a_sum_of_small_steps_drifts_to_where_it_belongs():
    """1024 + 2048 * 0.5 in FP16: to nearest, it stays at 1024."""
    random = Generators(16, VECTOR_ENGINE).draw(2048)
    total = np.full((16,), 1024.0, np.float32)
    nearest = total.copy()
    for step in range(2048):
        total = to_float32(from_float32(total + np.float32(0.5), DType.FP16, random[:, step]),
                           DType.FP16)  # fmt: skip
        nearest = to_float32(from_float32(nearest + np.float32(0.5), DType.FP16), DType.FP16)
    assert (nearest == 1024).all()
    # A step of 1 with probability 1/2 each time: sigma is sqrt(2048) / 2.
    assert (np.abs(total - 2048) <= 4 * math.sqrt(2048) / 2).all()
    assert abs(total.mean() - 2048) <= 3 * math.sqrt(2048 / 16) / 2


def test_generators_start_different_and_never_at_zero():
    states = {reset_state(engine, lane) for engine in (VECTOR_ENGINE, SCALAR_ENGINE)
              for lane in range(128)}  # fmt: skip
    assert len(states) == 256
    assert 0 not in states


def test_draws_continue_each_other():
    """Blocks are made by jumping ahead; one at a time is the definition."""
    whole = Generators(3, SCALAR_ENGINE).draw(1000)
    pieces, one = Generators(3, SCALAR_ENGINE), []
    for count in (1, 2, 0, 3, 500, 494):
        one.append(pieces.draw(count))
    np.testing.assert_array_equal(whole, np.concatenate(one, axis=1))
    state = int(reset_state(SCALAR_ENGINE, 1))
    for bits in whole[1].tolist():
        state ^= state << 13 & 0xFFFF_FFFF
        state ^= state >> 17
        state ^= state << 5 & 0xFFFF_FFFF
        assert bits == state


def test_a_seed_repeats_the_sequence_after_its_warm_up():
    generators = Generators(4, VECTOR_ENGINE)
    generators.draw(77)
    before = generators.draw(0).shape
    assert before == (4, 0)
    generators.seed(np.uint32([5, 6]))
    first = generators.draw(9)
    generators.seed(np.uint32([5, 6]))
    np.testing.assert_array_equal(generators.draw(9)[:2], first[:2])
    assert (generators.draw(9)[2:] != first[2:]).all()
    state = 5
    for _ in range(WARM_UP + 1):
        state ^= state << 13 & 0xFFFF_FFFF
        state ^= state >> 17
        state ^= state << 5 & 0xFFFF_FFFF
    assert first[0, 0] == state


def test_small_seeds_give_unrelated_bits():
    generators = Generators(128, VECTOR_ENGINE)
    generators.seed(np.arange(128, dtype=np.uint32))
    bits = generators.draw(64)
    ones = np.unpackbits(bits.view(np.uint8)).mean()
    assert abs(ones - 0.5) < 3 * 0.5 / math.sqrt(bits.size * 32)
    first = np.sort(bits[:, 0]) / 2**32
    assert np.abs(first - np.arange(128) / 128).max() < 0.15
