"""One PE against SoftFloat's fused multiply-add."""

import gc
import itertools
import math
import random

import pytest

from tinyneuron_hw.formats import CANONICAL_NAN
from tinyneuron_hw.tensor.pe import SPECIAL_PRODUCT, Pe
from tinyneuron_sim.rtl.levelized import simulator

from .model import f32_bits, f32_value, fma, pe_operand, random_value

LATENCIES = [1, 2, 3]
LARGEST = 4095 / 2048 * 2.0**127
CORNERS = [0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 2.0**-149, 2.0**-126, -LARGEST,
           LARGEST, -4095 / 2048 * 2.0**-137]  # fmt: skip
ADDENDS = [
    0x0000_0000, 0x8000_0000, 0x0000_0001, 0x807F_FFFF, 0x0080_0000, 0x3F80_0000,
    0x7F7F_FFFF, 0xFF7F_FFFF, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0000, 0xFFA0_0001,
]  # fmt: skip


def random_triples(seed: int, count: int) -> list[tuple[float, float, int]]:
    """Operands with addends that are unrelated, cancel the product, or lie near half a unit."""
    rng = random.Random(seed)
    triples = []
    for _ in range(count):
        a, b, kind = random_value(rng), random_value(rng), rng.random()
        c = rng.getrandbits(32)
        if kind < 0.5:
            # The exact product fits a double; its neighbours in FP32 cancel almost all of it.
            c = fma(-a, b, 0) + rng.choice([-2, -1, 0, 0, 1, 2]) & 0xFFFF_FFFF
        elif kind < 0.75:
            exponent = fma(a, b, 0) >> 23 & 0xFF
            c = c & 0x807F_FFFF | min(255, max(0, exponent + rng.randint(-26, 26))) << 23
        elif kind < 0.85:
            c &= 0x8000_00FF
        triples.append((a, b, c))
    return triples


def run(latency: int, triples: list[tuple], pack=pe_operand, integer: int = 0) -> list[int]:
    """Results of triples that enter one per cycle, each with its own stationary."""
    dut = Pe(latency)
    results = []

    async def testbench(ctx):
        ctx.set(dut.special_product, SPECIAL_PRODUCT)
        ctx.set(dut.integer, integer)
        for cycle in range(len(triples) + 3 + latency):
            if cycle < len(triples):
                ctx.set(dut.stationary.as_value(), pack(triples[cycle][0]))
            ctx.set(dut.load, cycle < len(triples))
            ctx.set(dut.swap, 1)
            if 0 <= cycle - 2 < len(triples):
                ctx.set(dut.moving.as_value(), pack(triples[cycle - 2][1]))
            if 0 <= cycle - 3 < len(triples):
                ctx.set(dut.sum_in, triples[cycle - 3][2])
            if cycle >= 3 + latency:
                results.append(ctx.get(dut.sum_out))
            await ctx.tick()

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(testbench)
    sim.run()
    return results


def check(latency: int, triples: list[tuple[float, float, int]]) -> None:
    results = run(latency, triples)
    assert len(results) == len(triples)
    for (a, b, c), got in zip(triples, results, strict=True):
        expected = fma(a, b, c)
        assert got == expected, (
            f"{a!r} * {b!r} + {c:#010x} ({f32_value(c)!r}): {got:#010x}, not {expected:#010x}"
        )


@pytest.mark.parametrize("latency", LATENCIES)
def test_corners_of_every_kind(latency):
    check(latency, list(itertools.product(CORNERS, CORNERS, ADDENDS)))


@pytest.mark.parametrize("latency", LATENCIES)
def test_random_triples(latency):
    check(latency, random_triples(latency, 1500))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 120))
def test_a_hundred_thousand_random_triples(seed):
    check(2, random_triples(seed, 5000))


def test_ties_go_to_even_on_both_sides():
    half = 2.0**-24
    triples = [
        (half * sign, scale, f32_bits(1.0 + step * 2.0**-23))
        for sign in (1, -1)
        for scale in (1.0, 4095 / 4096, 2049 / 2048)
        for step in (0, 1)
    ]
    check(2, triples)


def test_every_exponent_of_the_product_meets_a_subnormal_addend():
    triples = [
        (math.ldexp(1, a), math.ldexp(1.5, a // 2), c)
        for a in range(-148, 84)
        for c in (0x0000_0001, 0x8040_0001)
    ]
    check(2, triples)


def test_stationary_is_double_buffered():
    dut = Pe(2)

    async def sum_of(ctx, moving: float, **control) -> int:
        """Result of one moving element; ``control`` is set in the cycle before it."""
        for name, value in control.items():
            ctx.set(getattr(dut, name), value)
        await ctx.tick()
        for name in control:
            ctx.set(getattr(dut, name), 0)
        ctx.set(dut.moving.as_value(), pe_operand(moving))
        await ctx.tick()
        await ctx.tick().repeat(2)
        return ctx.get(dut.sum_out)

    async def testbench(ctx):
        ctx.set(dut.special_product, SPECIAL_PRODUCT)
        assert await sum_of(ctx, 2.0) == 0, "+0 after reset"
        ctx.set(dut.stationary.as_value(), pe_operand(3.0))
        assert await sum_of(ctx, 2.0, load=1) == 0, "the shadow is not active yet"
        assert await sum_of(ctx, 2.0, swap=1) == f32_bits(6.0)
        ctx.set(dut.stationary.as_value(), pe_operand(5.0))
        assert await sum_of(ctx, 2.0, load=1) == f32_bits(6.0)
        assert await sum_of(ctx, 2.0, swap=1) == f32_bits(10.0)
        assert await sum_of(ctx, 2.0, swap=1) == f32_bits(10.0), "the shadow stays"
        assert await sum_of(ctx, 2.0, clear=1) == f32_bits(10.0)
        assert await sum_of(ctx, 2.0, swap=1) == 0, "cleared"
        assert await sum_of(ctx, 2.0, load=1, clear=1) == 0
        assert await sum_of(ctx, 2.0, swap=1) == f32_bits(10.0), "load wins over clear"

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(testbench)
    sim.run()


@pytest.mark.parametrize("latency", LATENCIES)
def test_integers_add_two_products_and_wrap(latency):
    rng = random.Random(latency)
    factors = [-256, -255, -128, -1, 0, 1, 127, 128, 255]
    pairs = list(itertools.product(factors, factors)) + [
        (rng.randint(-256, 255), rng.randint(-256, 255)) for _ in range(400)
    ]
    cases = [(a, b, rng.choice([0, 0x7FFF_FFFF, 0xFFFF_FFFF, rng.getrandbits(32)]))
             for a, b in zip(pairs, reversed(pairs), strict=True)]  # fmt: skip

    def packed(pair: tuple[int, int]) -> int:
        return pair[0] & 511 | (pair[1] & 511) << 9

    results = run(latency, cases, packed, integer=0b1111)
    for ((a, b), (c, d), total), got in zip(cases, results, strict=True):
        assert got == total + a * c + b * d & 0xFFFF_FFFF


def test_kinds_may_follow_each_other():
    """An integer product between two floats: each has its own cycles."""
    dut, results = Pe(2), []
    operands = [pe_operand(3.0), 3 | 5 << 9, pe_operand(-2.0)]
    sums = [f32_bits(1.0), 100, f32_bits(0.5)]

    async def testbench(ctx):
        ctx.set(dut.special_product, SPECIAL_PRODUCT)
        ctx.set(dut.swap, 1)
        for cycle in range(9):
            if cycle < 3:
                ctx.set(dut.stationary.as_value(), operands[cycle])
            ctx.set(dut.load, cycle < 3)
            if 2 <= cycle < 5:
                ctx.set(dut.moving.as_value(), operands[cycle - 2])
            ctx.set(dut.integer, 1 << cycle - 3 if 3 <= cycle < 7 else 0)
            if 3 <= cycle < 6:
                ctx.set(dut.sum_in, sums[cycle - 3])
            if 5 <= cycle < 8:
                results.append(ctx.get(dut.sum_out))
            await ctx.tick()

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(testbench)
    sim.run()
    assert results == [f32_bits(10.0), 134, f32_bits(4.5)]


def test_halves_of_the_stationary_value():
    dut = Pe(2)

    async def product(ctx, **control) -> float:
        for name, value in control.items():
            ctx.set(getattr(dut, name), value)
        await ctx.tick().repeat(4)
        return f32_value(ctx.get(dut.sum_out))

    async def testbench(ctx):
        ctx.set(dut.special_product, SPECIAL_PRODUCT)
        ctx.set(dut.moving.as_value(), pe_operand(2.0))
        for value, low in ((3.0, 0), (5.0, 1)):
            ctx.set(dut.stationary.as_value(), pe_operand(value))
            ctx.set(dut.load_low, low)
            ctx.set(dut.load, 1)
            await ctx.tick()
        ctx.set(dut.load, 0)
        assert await product(ctx, swap=1) == 6.0
        assert await product(ctx, low=1) == 10.0
        # A clear leaves the half that is loaded in the same cycle.
        ctx.set(dut.stationary.as_value(), pe_operand(7.0))
        ctx.set(dut.load_low, 0)
        ctx.set(dut.load, 1)
        ctx.set(dut.clear, 1)
        await ctx.tick()
        ctx.set(dut.load, 0)
        ctx.set(dut.clear, 0)
        assert await product(ctx, low=0) == 14.0
        assert await product(ctx, low=1) == 0.0

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(testbench)
    sim.run()


def test_an_inert_zero_gives_zero_whatever_it_meets():
    dut = Pe(2)

    async def testbench(ctx):
        ctx.set(dut.swap, 1)
        ctx.set(dut.sum_in, f32_bits(1.5))
        for value in (math.inf, -math.inf, math.nan, 1.0, 0.0):
            ctx.set(dut.stationary.as_value(), pe_operand(value))
            ctx.set(dut.load, 1)
            ctx.set(dut.special_product, 0)
            ctx.set(dut.moving.as_value(), pe_operand(0.0))
            await ctx.tick().repeat(6)
            assert ctx.get(dut.sum_out) == f32_bits(1.5), value

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(testbench)
    sim.run()


def test_every_nan_is_canonical():
    triples = [
        (math.nan, 1.0, 0),
        (math.inf, 0.0, 0),
        (-0.0, math.inf, 0x3F80_0000),
        (math.inf, 1.0, 0xFF80_0000),
        (1.0, 1.0, 0xFFFF_FFFF),
        (1.0, 0.0, 0x7F80_0001),
    ]
    assert run(2, triples) == [CANONICAL_NAN] * len(triples)


@pytest.mark.parametrize("latency", [0, 4])
@pytest.mark.filterwarnings("ignore::amaranth.hdl.UnusedElaboratable")
def test_refuses_an_unknown_latency(latency):
    with pytest.raises(ValueError, match=f"must be 1, 2 or 3, not {latency}"):
        Pe(latency)
    gc.collect()
