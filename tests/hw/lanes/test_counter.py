import itertools

import pytest

from tinyneuron_hw.lanes.counter import DimCounter
from tinyneuron_sim.rtl.levelized import simulator


@pytest.mark.parametrize("sizes", [(1, 1, 1, 1), (3, 1, 2, 1), (2, 3, 1, 2), (5, 1, 1, 1)])
def test_marks_the_end_of_every_dimension(sizes):
    dut = DimCounter()
    seen = []

    async def bench(ctx):
        ctx.set(dut.sizes, list(sizes))
        for _ in range(2):
            for position in itertools.product(*(range(size) for size in reversed(sizes))):
                ctx.set(dut.step, 0)
                await ctx.tick()
                ctx.set(dut.step, 1)
                seen.append((position[::-1], ctx.get(dut.ends)))
                await ctx.tick()

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()
    for position, ends in seen:
        at_end = [index == size - 1 for index, size in zip(position, sizes, strict=True)]
        assert ends == sum(all(at_end[: dim + 1]) << dim for dim in range(4)), position
