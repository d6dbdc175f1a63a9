import random

import numpy as np

from tinyneuron_hw.float.random import VECTOR_ENGINE, WARM_UP, Generators
from tinyneuron_sim.golden import generators as golden
from tinyneuron_sim.rtl.levelized import simulator

LANES = 4


def run(testbench) -> None:
    dut = Generators(LANES, VECTOR_ENGINE)

    async def bench(ctx):
        await testbench(ctx, dut)

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()


def bits(ctx, dut) -> list[int]:
    return [ctx.get(dut.random[lane]) for lane in range(LANES)]


def test_steps_only_when_bits_are_used():
    rng, expected = random.Random(4), golden.Generators(LANES, VECTOR_ENGINE)

    async def testbench(ctx, dut):
        now = expected.draw(1)[:, 0].tolist()
        for _ in range(200):
            assert bits(ctx, dut) == now
            step = rng.random() < 0.5
            ctx.set(dut.step, step)
            await ctx.tick()
            if step:
                now = expected.draw(1)[:, 0].tolist()

    run(testbench)


def test_a_seed_reaches_the_lanes_of_its_mask_and_warms_up():
    expected = golden.Generators(LANES, VECTOR_ENGINE)

    async def testbench(ctx, dut):
        ctx.set(dut.step, 1)
        await ctx.tick().repeat(5)
        expected.draw(5)
        ctx.set(dut.step, 0)
        for seeds in ([0, 7], [0xFFFF_FFFF, 0, 3]):
            for lane, seed in enumerate(seeds):
                ctx.set(dut.seeds[lane], seed)
            ctx.set(dut.mask, (1 << len(seeds)) - 1)
            ctx.set(dut.load, 1)
            await ctx.tick()
            ctx.set(dut.load, 0)
            ctx.set(dut.mask, 0)
            for _ in range(WARM_UP):
                assert ctx.get(dut.busy)
                await ctx.tick()
            assert not ctx.get(dut.busy)
            expected.seed(np.array(seeds, np.uint32))
            for _ in range(3):
                assert bits(ctx, dut) == expected.draw(1)[:, 0].tolist()
                ctx.set(dut.step, 1)
                await ctx.tick()
                ctx.set(dut.step, 0)

    run(testbench)
