import numpy as np
import pytest
import softfloatpy as sf
from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from tinyneuron_hw.float.divide import DIVIDE_WIDTH, FpDivide
from tinyneuron_hw.float.round import RoundFp32
from tinyneuron_hw.isa.opcodes import AluOp
from tinyneuron_sim.golden.numerics import quiet
from tinyneuron_sim.golden.operations import ALU
from tinyneuron_sim.rtl.levelized import simulator

from .vectors import SPECIALS, assert_same, canonical, f32, random_pairs, special_pairs

ONE = f32(0x3F80_0000)
REFERENCES = {
    AluOp.DIVIDE: lambda a, b: sf.f32_div(f32(a), f32(b)),
    AluOp.SQRT: lambda a, b: sf.f32_sqrt(f32(a)),
    AluOp.RECIPROCAL: lambda a, b: sf.f32_div(ONE, f32(a)),
}


class Divide(wiring.Component):
    """The divider and the rounding behind it."""

    op: In(AluOp)
    a: In(32)
    b: In(32)
    start: In(1)
    done: Out(1)
    result: Out(32)

    def elaborate(self, platform):
        m = Module()
        m.submodules.divide = divide = FpDivide()
        m.submodules.round = rounder = RoundFp32(DIVIDE_WIDTH, underflow=True)
        m.d.comb += [
            divide.op.eq(self.op),
            divide.a.eq(self.a),
            divide.b.eq(self.b),
            divide.start.eq(self.start),
            rounder.raw.eq(divide.result),
            self.done.eq(divide.done),
            self.result.eq(rounder.result),
        ]
        return m


def run(op: AluOp, pairs: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Results, and the cycles from the start to each."""
    dut = Divide()
    results, cycles = [], []

    async def bench(ctx):
        ctx.set(dut.op, op)
        for a, b in pairs:
            for port, value in ((dut.a, a), (dut.b, b), (dut.start, 1)):
                ctx.set(port, value)
            await ctx.tick()
            ctx.set(dut.start, 0)
            count = 1
            while not ctx.get(dut.done):
                await ctx.tick()
                count += 1
                assert count < 100, "the divider hangs"
            results.append(ctx.get(dut.result))
            cycles.append(count)
        stays = [ctx.get(dut.result)]
        await ctx.tick().repeat(3)
        assert [ctx.get(dut.result)] == stays
        assert ctx.get(dut.done)

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()
    return results, cycles


@pytest.mark.parametrize("op", REFERENCES, ids=lambda op: op.name.lower())
def test_matches_softfloat_in_seven_cycles(op):
    pairs = special_pairs()[::11] if op is AluOp.DIVIDE else [(bits, 0) for bits in SPECIALS]
    pairs += random_pairs(seed=41, count=240)
    results, cycles = run(op, pairs)
    assert_same(pairs, results, [canonical(REFERENCES[op](*pair)) for pair in pairs])
    assert set(cycles) == {7}


def test_reciprocal_square_root_matches_golden():
    pairs = [(bits & 0x7FFF_FFFF, 0) for bits, _ in random_pairs(seed=42, count=100)]
    pairs += [(bits, 0) for bits in SPECIALS] + [
        (exponent << 23, 0) for exponent in range(0, 255, 9)
    ]
    results, cycles = run(AluOp.RSQRT, pairs)
    values = np.array([bits for bits, _ in pairs], np.uint32).view(np.float32)
    with quiet():
        expected = ALU[AluOp.RSQRT](values, values).view(np.uint32).tolist()
    assert_same(pairs, results, expected)
    assert set(cycles) == {21}


def test_mod_takes_a_cycle_for_four_bits_that_the_exponents_differ():
    """1.5 * 2**k mod 1.0 by growing k."""
    pairs = [((127 + k) << 23 | 0x40_0000, 0x3F80_0000) for k in range(0, 100, 7)]
    results, cycles = run(AluOp.MOD, pairs)
    assert results == [0x3F00_0000] + [0] * (len(pairs) - 1)
    assert cycles == [2 + -(-k // 4) for k in range(0, 100, 7)]
