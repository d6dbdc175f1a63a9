import numpy as np
import pytest
from amaranth.sim import Simulator

from tinyneuron_hw.isa.rules import ALU_OPS
from tinyneuron_hw.vector.alu import ALU_LATENCY, Alu

from ..float.vectors import random_pairs, special_pairs
from ..lanes.reference import alu


@pytest.mark.parametrize("op", ALU_OPS, ids=lambda op: op.name.lower())
def test_every_operation_matches_numpy(op):
    pairs = special_pairs()[::17] + random_pairs(seed=op.value, count=100)
    dut = Alu()
    results = []

    async def bench(ctx):
        ctx.set(dut.op, op)
        ctx.set(dut.ending, op)
        for cycle in range(len(pairs) + ALU_LATENCY):
            if cycle < len(pairs):
                ctx.set(dut.a, pairs[cycle][0])
                ctx.set(dut.b, pairs[cycle][1])
            if cycle >= ALU_LATENCY:
                results.append(ctx.get(dut.result))
            await ctx.tick()

    sim = Simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()
    a, b = (np.array(side, np.uint32).view(np.float32) for side in zip(*pairs, strict=True))
    with np.errstate(all="ignore"):
        expected = np.ascontiguousarray(alu(op, a, b)).view(np.uint32)
    wrong = np.flatnonzero(expected != np.array(results, np.uint32))
    assert not len(wrong), [f"{pairs[i][0]:#x} {pairs[i][1]:#x}" for i in wrong[:4]]
