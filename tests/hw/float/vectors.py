"""Bit patterns that exercise FP32 corners, and a driver for pipelined operators."""

import itertools

import numpy as np
import softfloatpy as sf

from tinyneuron_hw.formats import CANONICAL_NAN
from tinyneuron_sim.rtl.levelized import simulator

SPECIALS = [
    sign << 31 | bits
    for sign in (0, 1)
    for bits in (
        0x0000_0000, 0x0000_0001, 0x0000_0002, 0x003F_FFFF, 0x0040_0000, 0x007F_FFFF,
        0x0080_0000, 0x0080_0001, 0x00FF_FFFF, 0x0100_0000, 0x3380_0000, 0x33FF_FFFF,
        0x3F00_0000, 0x3F7F_FFFF, 0x3F80_0000, 0x3F80_0001, 0x3FFF_FFFF, 0x4000_0000,
        0x4B00_0001, 0x4B7F_FFFF, 0x4F00_0000, 0x5F7F_FFFF, 0x7E80_0000, 0x7F00_0000,
        0x7F7F_FFFE, 0x7F7F_FFFF, 0x7F80_0000, 0x7F80_0001, 0x7FC0_0000, 0x7FFF_FFFF,
    )
]  # fmt: skip


def special_pairs() -> list[tuple[int, int]]:
    return list(itertools.product(SPECIALS, repeat=2))


def random_fp32(rng: np.random.Generator, count: int) -> np.ndarray:
    """uint32[count]: uniform bits, near-one exponents, tiny, huge and sparse fractions mixed."""
    bits = rng.integers(0, 1 << 32, count, dtype=np.uint32)
    low, high = [(0, 255), (120, 135), (0, 30), (225, 254), (60, 68)][rng.integers(5)]
    exponent = rng.integers(low, high + 1, count, dtype=np.uint32)
    bits = bits & np.uint32(0x807F_FFFF) | exponent << np.uint32(23)
    sparse = rng.integers(0, 3, count) == 0
    mask = np.uint32(0xFFFF_FFFF) << rng.integers(0, 24, count, dtype=np.uint32)
    return np.where(sparse, bits & mask, bits)


def random_pairs(seed: int, count: int) -> list[tuple[int, int]]:
    """Random operand pairs; a third share exponent and most of the fraction (cancellation)."""
    rng = np.random.default_rng(seed)
    a = np.concatenate([random_fp32(rng, count // 20) for _ in range(20)])
    b = np.concatenate([random_fp32(rng, count // 20) for _ in range(20)])
    near = rng.integers(0, 3, len(a)) == 0
    flipped = a ^ np.uint32(0x8000_0000) ^ (np.uint32(1) << rng.integers(0, 26, len(a), np.uint32))
    return list(zip(a.tolist(), np.where(near, flipped, b).tolist(), strict=True))


def run_binary(dut, pairs: list[tuple[int, int]]) -> list[int]:
    """Results of a fixed-latency operator fed with one pair every cycle."""
    results: list[int] = []

    async def bench(ctx):
        for cycle in range(len(pairs) + dut.latency):
            if cycle < len(pairs):
                ctx.set(dut.a, pairs[cycle][0])
                ctx.set(dut.b, pairs[cycle][1])
            if cycle >= dut.latency:
                results.append(ctx.get(dut.result))
            await ctx.tick()

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()
    return results


def assert_same(inputs, results, expected) -> None:
    """Compare bit patterns; a failure shows the first few differing vectors."""
    assert len(results) == len(expected)
    wrong = [
        f"{value!r}: got {got:#010x}, expected {want:#010x}"
        for value, got, want in zip(inputs, results, expected, strict=True)
        if got != want
    ]
    assert not wrong, f"{len(wrong)} of {len(results)} differ: {wrong[:5]}"


def f32(bits: int) -> sf.Float32:
    return sf.Float32.from_bytes(bits.to_bytes(4, "big"))


def canonical(value: sf.Float32) -> int:
    """Bits of a SoftFloat result, any NaN as the canonical one."""
    bits = int.from_bytes(value.to_bytes(), "big")
    return CANONICAL_NAN if bits & 0x7FFF_FFFF > 0x7F80_0000 else bits
