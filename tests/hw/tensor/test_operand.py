"""Conversion at the edges of the array."""

import random

import pytest

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.matmul import FP8_DTYPES, MATMUL_DTYPES, MatmulKind
from tinyneuron_hw.tensor.operand import ToMoving, ToStationary
from tinyneuron_sim.rtl.levelized import simulator

from .model import from_raw, pe_operand, split

NAN = 511 << 12
WORDS = (DType.FP32, DType.TF32)


def convert(dut, cases, **control) -> list:
    """Results for (raw, control) cases; ``control`` is of all."""
    results = []

    async def testbench(ctx):
        for raw, own in cases:
            for name, value in {**control, **own}.items():
                ctx.set(getattr(dut.control, name), value)
            ctx.set(dut.raw, raw)
            results.append(ctx.get(dut.result))

    sim = simulator(dut)
    sim.add_testbench(testbench)
    sim.run()
    return results


def bits(operand) -> int:
    """Bits of an operand; the sign of a NaN means nothing."""
    value = operand.as_bits()
    return value & ~(1 << 21) if value & (1 << 21) - 1 == NAN else value


def patterns(dtype: DType) -> list[int]:
    """Every exponent and sign, with the fractions that move a leading one through all positions."""
    fmt = FORMATS[dtype]
    if fmt.bytes == 1:
        return list(range(256))
    fraction = fmt.storage_bits - 1 - fmt.exponent
    fractions = {0, 1, (1 << fraction) - 1, 0x2A_AAAA & ((1 << fraction) - 1)}
    fractions |= {1 << bit for bit in range(fraction)} | {3 << bit for bit in range(fraction - 1)}
    return [top << fraction | low for top in range(1 << 1 + fmt.exponent) for low in fractions]


@pytest.mark.parametrize("dtype", MATMUL_DTYPES[MatmulKind.FLOAT])
@pytest.mark.parametrize("side", [ToStationary, ToMoving])
def test_converts_every_kind_of_value_exactly(side, dtype):
    raws = patterns(dtype)
    results = convert(side(), [(raw, {}) for raw in raws], dtype=dtype)
    for raw, result in zip(raws, results, strict=True):
        operand = result.operand if side is ToMoving else result
        assert bits(operand) == pe_operand(from_raw(raw, dtype)), f"{dtype} {raw:#x}"
        if side is ToMoving:
            assert (result.integer, result.inert, result.low_stationary) == (0, 0, 0)


@pytest.mark.parametrize("dtype", FP8_DTYPES)
@pytest.mark.parametrize("bias", [1, 2, 16, 63])
def test_fp8_has_any_exponent_bias(dtype, bias):
    results = convert(ToStationary(), [(raw, {}) for raw in range(256)], dtype=dtype,
                      exponent_bias=bias)  # fmt: skip
    for raw, result in enumerate(results):
        assert bits(result) == pe_operand(from_raw(raw, dtype, bias)), f"{raw:#x}"


def test_fp32_splits_into_halves():
    rng = random.Random(4)
    raws = patterns(DType.FP32)[::7] + [rng.getrandbits(32) for _ in range(2000)]
    raws += [0, 1 << 31, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0000, 0x7F80_0001]
    high = convert(ToMoving(), [(raw, {}) for raw in raws], dtype=DType.FP32)
    low = convert(ToMoving(), [(raw, {"low": 1}) for raw in raws], dtype=DType.FP32)
    for raw, upper, lower in zip(raws, high, low, strict=True):
        expected = split(from_raw(raw, DType.FP32))
        assert bits(upper.operand) == pe_operand(expected[0]), f"{raw:#x}"
        # from_raw loses the sign of a NaN; the low half is a zero of any sign.
        assert (bits(lower.operand) ^ pe_operand(expected[1])) & (1 << 21) - 1 == 0, f"{raw:#x}"
        assert lower.inert == (expected[1] == 0)
        assert not upper.inert


def test_with_the_low_half_specials_of_fp32_are_zero():
    raws = [0x7F80_0000, 0xFF80_0000, 0x7FC0_0000, 0x3F80_0001]
    results = convert(ToMoving(), [(raw, {}) for raw in raws], dtype=DType.FP32, low_stationary=1)
    assert [bits(result.operand) for result in results] == [
        pe_operand(0.0), pe_operand(-0.0), pe_operand(0.0), pe_operand(1.0)]  # fmt: skip
    assert all(result.low_stationary for result in results)


@pytest.mark.parametrize("side", [ToStationary, ToMoving])
@pytest.mark.parametrize("dtype", [DType.INT8, DType.UINT8])
def test_integers_are_pairs_of_factors(side, dtype):
    raws = [a | b << 8 for a in (0, 1, 127, 128, 255) for b in (0, 1, 127, 128, 255)]
    results = convert(side(), [(raw, {}) for raw in raws], dtype=dtype)
    for raw, result in zip(raws, results, strict=True):
        value = (result.operand if side is ToMoving else result).as_bits()
        parts = [int.from_bytes([raw >> shift & 255], "little", signed=dtype is DType.INT8)
                 for shift in (0, 8)]  # fmt: skip
        assert value == parts[0] & 511 | (parts[1] & 511) << 9
        if side is ToMoving:
            assert result.integer


def test_patterns_come_together_again():
    """The factors of a pattern times those of a selector are the pattern; of zero, nothing."""
    raws = [0, 1, 0x80, 0xFF, 0x100, 0x8000, 0xFF00, 0x7FC1, 0xFFFF]

    def signed(value: int) -> tuple[int, int]:
        return tuple((value >> shift & 511 ^ 256) - 256 for shift in (0, 9))

    stationary = convert(ToStationary(), [(raw, {}) for raw in raws], dtype=DType.BF16, transpose=1)
    moving = convert(ToMoving(), [(raw, {}) for raw in raws], dtype=DType.BF16, transpose=1)
    for raw, operand in zip(raws, stationary, strict=True):
        for selector, result in zip(raws, moving, strict=True):
            (a, b), (c, d) = signed(operand.as_bits()), signed(result.operand.as_bits())
            assert a * c + b * d == (raw if selector else 0)
            assert result.integer
