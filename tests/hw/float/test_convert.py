"""References: SoftFloat for FP16 and 32-bit integers, ml_dtypes for the other floats, Python's
exact fractions for the other integers."""

import itertools
import math
import struct

import ml_dtypes
import numpy as np
import pytest
import softfloatpy as sf
from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from tinyneuron_hw.float.convert import FromFp32, ToFp32
from tinyneuron_hw.formats import CANONICAL_NAN, FORMATS, DType
from tinyneuron_sim.golden.numerics import from_float32, quiet, to_float32
from tinyneuron_sim.random_programs.values import special_patterns
from tinyneuron_sim.rtl.levelized import simulator

from .vectors import SPECIALS, assert_same, canonical, f32, random_fp32

ML_DTYPES = {
    DType.BF16: ml_dtypes.bfloat16,
    DType.FP8_E5M2: ml_dtypes.float8_e5m2,
    DType.FP8_E4M3: ml_dtypes.float8_e4m3,
    DType.FP8_E3M4: ml_dtypes.float8_e3m4,
}
ALL = tuple(DType)


def to_float(bits: int) -> float:
    return struct.unpack("<f", struct.pack("<I", bits))[0]


def widen(dtype: DType, raw: int) -> int:
    """FP32 bits of an element."""
    fmt = FORMATS[dtype]
    raw &= (1 << fmt.storage_bits) - 1
    if dtype is DType.FP16:
        return canonical(sf.f16_to_f32(sf.Float16.from_bytes(raw.to_bytes(2, "big"))))
    if dtype in ML_DTYPES:
        unsigned = np.dtype(f"u{fmt.bytes}")
        with np.errstate(invalid="ignore"):
            value = np.array(raw, unsigned).view(ML_DTYPES[dtype]).astype(np.float32)
        return CANONICAL_NAN if np.isnan(value) else int(value.view(np.uint32))
    if dtype is DType.TF32 and not math.isnan(to_float(raw)):
        raw &= 0xFFFF_E000
    if fmt.is_float:
        return canonical(f32(raw))
    if fmt.kind == "bool":
        return 0x3F80_0000 if raw else 0
    if fmt.kind == "signed" and raw >> (fmt.storage_bits - 1):
        return canonical(sf.i32_to_f32(sf.Int32.from_int(raw - (1 << fmt.storage_bits))))
    return canonical(sf.ui32_to_f32(sf.UInt32.from_int(raw)))


def narrow(dtype: DType, bits: int) -> int:
    """The element that FP32 bits become."""
    fmt = FORMATS[dtype]
    value = to_float(bits)
    if fmt.kind == "bool":
        return int(value != 0)
    if math.isnan(value):
        return fmt.canonical_nan if fmt.is_float else 0
    if dtype is DType.FP16:
        return int.from_bytes(sf.f32_to_f16(f32(bits)).to_bytes(), "big")
    if dtype in ML_DTYPES:
        with np.errstate(over="ignore"):
            element = np.array(bits, np.uint32).view(np.float32).astype(ML_DTYPES[dtype])
        return int(element.view(np.dtype(f"u{fmt.bytes}")))
    if dtype is DType.TF32:
        rounded = bits + 0xFFF + (bits >> 13 & 1)
        return bits if math.isinf(value) else rounded & 0xFFFF_E000
    if fmt.is_float:
        return bits
    width = fmt.storage_bits
    low, high = (-(1 << (width - 1)), (1 << (width - 1)) - 1)
    if fmt.kind == "unsigned":
        low, high = 0, (1 << width) - 1
    if math.isinf(value):
        return (low if value < 0 else high) & (1 << width) - 1
    return min(max(round(value), low), high) & (1 << width) - 1


def convert(dut, source, result, dtype: DType, values: list[int]) -> list[int]:
    results = []

    async def bench(ctx):
        ctx.set(dut.dtype, dtype)
        for value in values:
            ctx.set(source, value)
            results.append(ctx.get(result))

    sim = simulator(dut)
    sim.add_testbench(bench)
    sim.run()
    return results


def fp32_inputs(dtype: DType, count: int) -> list[int]:
    """Specials, random values, and values at and next to the type's rounding boundaries."""
    fmt = FORMATS[dtype]
    rng = np.random.default_rng(dtype.value)
    inputs = SPECIALS + [int(x) for x in random_fp32(rng, count)]
    if fmt.is_float:
        elements = rng.integers(0, 1 << fmt.storage_bits, count)
        drop = 23 - fmt.fraction
        half = (1 << drop) >> 1
        for element in elements.tolist():
            base = widen(dtype, element)
            inputs += [(base + half + d) & 0xFFFF_FFFF for d in (-1, 0, 1)]
    else:
        span = 2.0 ** rng.uniform(-2, fmt.storage_bits + 1, count) * rng.choice([-1, 1], count)
        halves = (np.round(span * 2) / 2).astype(np.float32)
        inputs += [int(x) for x in np.concatenate([span.astype(np.float32), halves]).view("u4")]
        edge = np.float32(2.0 ** (fmt.storage_bits - 1))
        for limit in (edge, 2 * edge):
            near = [np.nextafter(limit, np.float32(0)), limit, limit - 1, limit - np.float32(0.5)]
            inputs += [int(np.float32(sign * x).view("u4")) for x in near for sign in (1, -1)]
    return inputs


@pytest.mark.parametrize("dtype", ALL, ids=lambda dtype: FORMATS[dtype].name)
def test_every_type_widens_to_fp32(dtype):
    rng = np.random.default_rng(dtype.value)
    bits = FORMATS[dtype].storage_bits
    values = list(range(256)) if bits == 8 else SPECIALS + rng.integers(0, 1 << 32, 2_000).tolist()
    if bits == 32:
        values += [int(x) for x in random_fp32(rng, 1_000)]
        values += [int(x) >> shift for shift in range(0, 32, 3) for x in random_fp32(rng, 20)]
    elif bits == 16:
        values += [exponent << 10 | f for exponent in range(64) for f in (0, 1, 0x1FF, 0x3FF)]
    dut = ToFp32(ALL)
    results = convert(dut, dut.raw, dut.result, dtype, values)
    assert_same(values, results, [widen(dtype, value) for value in values])


@pytest.mark.parametrize("dtype", ALL, ids=lambda dtype: FORMATS[dtype].name)
def test_fp32_narrows_to_every_type(dtype):
    values = fp32_inputs(dtype, 700)
    dut = FromFp32(ALL)
    results = convert(dut, dut.value, dut.raw, dtype, values)
    assert_same([f"{v:#010x}" for v in values], results, [narrow(dtype, v) for v in values])


@pytest.mark.parametrize("dtype", [DType.BF16, DType.FP16], ids=["bf16", "fp16"])
def test_default_types_round_trip(dtype):
    values = list(range(0, 1 << 16, 37))
    widening, narrowing = ToFp32(), FromFp32()
    wide = convert(widening, widening.raw, widening.result, dtype, values)
    back = convert(narrowing, narrowing.value, narrowing.raw, dtype, wide)
    expected = [
        FORMATS[dtype].canonical_nan if math.isnan(to_float(w)) else v
        for v, w in zip(values, wide, strict=True)
    ]
    assert_same(values, back, expected)


def test_types_outside_the_list_give_zero():
    widening, narrowing = ToFp32((DType.FP32,)), FromFp32((DType.FP32,))
    assert convert(widening, widening.raw, widening.result, DType.BF16, [0x3F80]) == [0]
    assert convert(narrowing, narrowing.value, narrowing.raw, DType.BF16, [0x3F80_0000]) == [0]


class _Pair(wiring.Component):
    """Both casts, one behind the other, as the lanes have them."""

    source: In(DType, init=DType.FP32)
    target: In(DType, init=DType.FP32)
    element: In(32)
    raw: Out(32)

    def elaborate(self, platform):
        m = Module()
        m.submodules.widen = widen = ToFp32()
        m.submodules.narrow = narrow = FromFp32()
        m.d.comb += [
            widen.dtype.eq(self.source),
            widen.raw.eq(self.element),
            narrow.dtype.eq(self.target),
            narrow.value.eq(widen.result),
            self.raw.eq(narrow.raw),
        ]
        return m


def test_every_pair_of_types_matches_golden_and_the_references():
    rng = np.random.default_rng(77)
    dut, cases, results = _Pair(), [], []
    for source, target in itertools.product(ALL, ALL):
        fmt = FORMATS[source]
        some = [*special_patterns(fmt), *rng.integers(0, 1 << fmt.storage_bits, 12).tolist()]
        near_one = narrow(source, int(random_fp32(rng, 1)[0]))
        cases += [(source, target, int(element)) for element in [*some, near_one]]

    async def bench(ctx):
        for source, target, element in cases:
            ctx.set(dut.source, source)
            ctx.set(dut.target, target)
            ctx.set(dut.element, element)
            results.append(ctx.get(dut.raw))

    sim = simulator(dut)
    sim.add_testbench(bench)
    sim.run()
    expected = [narrow(target, widen(source, raw)) for source, target, raw in cases]
    assert_same(cases, results, expected)
    with quiet():
        golden = [
            int(from_float32(to_float32(np.array([raw], f"<u{FORMATS[a].bytes}"), a), b)[0])
            for a, b, raw in cases
        ]
    assert_same(cases, results, golden)


@pytest.mark.parametrize("dtype", ALL, ids=lambda dtype: FORMATS[dtype].name)
def test_stochastic_rounding_matches_golden(dtype):
    rng = np.random.default_rng(900 + dtype.value)
    values = fp32_inputs(dtype, 150)
    bits = rng.integers(0, 1 << 32, len(values), dtype=np.uint32)
    bits[::3] = rng.choice(np.array([0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF], np.uint32),
                           len(bits[::3]))  # fmt: skip
    dut, results = FromFp32(stochastic=True), []

    async def bench(ctx):
        ctx.set(dut.dtype, dtype)
        for value, random in zip(values, bits.tolist(), strict=True):
            ctx.set(dut.value, value)
            ctx.set(dut.random, random)
            both = []
            for stochastic in (0, 1):
                ctx.set(dut.stochastic, stochastic)
                both.append(ctx.get(dut.raw))
            results.append(tuple(both))

    sim = simulator(dut)
    sim.add_testbench(bench)
    sim.run()
    floats = np.array(values, np.uint32).view(np.float32)
    with quiet():
        expected = [from_float32(floats, dtype, random).tolist() for random in (None, bits)]
    named = [f"{value:#010x} {random:#010x}" for value, random in zip(values, bits, strict=True)]
    for mode in (0, 1):
        assert_same(named, [both[mode] for both in results], expected[mode])
