import math
import operator
import struct

import pytest

from tinyneuron_hw.float.compare import FpCompare, FpSelect
from tinyneuron_hw.formats import CANONICAL_NAN
from tinyneuron_hw.isa.opcodes import Comparison
from tinyneuron_sim.rtl.levelized import simulator

from .vectors import assert_same, random_pairs, special_pairs


def reference(a: int, b: int, minimum: bool) -> int:
    x, y = (struct.unpack("<f", struct.pack("<I", bits))[0] for bits in (a, b))
    if math.isnan(x) or math.isnan(y):
        return CANONICAL_NAN
    if x == y:  # only zeros can differ in their bits
        return a | b if minimum else a & b
    return a if (x < y) == minimum else b


@pytest.mark.parametrize("minimum", [False, True])
def test_selects_as_ieee_754_2019(minimum):
    pairs = special_pairs() + random_pairs(seed=13, count=2_000)
    dut = FpSelect()
    results = []

    async def bench(ctx):
        ctx.set(dut.minimum, minimum)
        for a, b in pairs:
            ctx.set(dut.a, a)
            ctx.set(dut.b, b)
            results.append(ctx.get(dut.result))
            order = [ctx.get(port) for port in (dut.less, dut.equal, dut.greater)]
            x, y = (struct.unpack("<f", struct.pack("<I", bits))[0] for bits in (a, b))
            assert order == [x < y, x == y, x > y], (a, b)

    sim = simulator(dut)
    sim.add_testbench(bench)
    sim.run()
    assert_same(pairs, results, [reference(a, b, minimum) for a, b in pairs])


def test_every_comparison_is_that_of_python():
    pairs = special_pairs()[::7] + random_pairs(seed=14, count=200)
    dut = FpCompare()
    compare = {
        Comparison.EQUAL: operator.eq, Comparison.NOT_EQUAL: operator.ne,
        Comparison.GREATER: operator.gt, Comparison.GREATER_EQUAL: operator.ge,
        Comparison.LESS: operator.lt, Comparison.LESS_EQUAL: operator.le,
    }  # fmt: skip

    async def bench(ctx):
        for comparison in Comparison:
            ctx.set(dut.comparison, comparison)
            for a, b in pairs:
                ctx.set(dut.a, a)
                ctx.set(dut.b, b)
                x, y = (struct.unpack("<f", struct.pack("<I", bits))[0] for bits in (a, b))
                assert ctx.get(dut.holds) == compare[comparison](x, y), (comparison, a, b)

    sim = simulator(dut)
    sim.add_testbench(bench)
    sim.run()
