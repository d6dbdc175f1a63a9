import itertools
import random

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.lanes.index import IndexSource
from tinyneuron_sim.rtl.levelized import simulator

MASK = 0xFFFF_FFFF


def run(config, instructions, step_rate=1.0):
    """Lists of indices by element, and how many cycles each instruction took."""
    dut = IndexSource(config)
    rng = random.Random(1)
    found, cycles = [], []

    async def bench(ctx):
        for offset, multiplier, strides, sizes in instructions:
            ctx.set(dut.start, 1)
            ctx.set(dut.offset, offset)
            ctx.set(dut.pattern.channel_multiplier, multiplier)
            ctx.set(dut.pattern.strides, strides)
            rows, took = [], 0
            for position in itertools.product(*(range(size) for size in reversed(sizes))):
                at_end = [i == size - 1 for i, size in zip(position[::-1], sizes, strict=True)]
                ctx.set(dut.ends, sum(all(at_end[: d + 1]) << d for d in range(4)))
                while True:
                    taken = ctx.get(dut.ready) and rng.random() < step_rate
                    ctx.set(dut.step, taken)
                    if taken:
                        rows.append([ctx.get(index) for index in dut.index])
                    await ctx.tick()
                    took += 1
                    if taken:
                        break
            found.append(rows)
            cycles.append(took)

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()
    return found, cycles


def expected(lanes, offset, multiplier, strides, sizes):
    rows = []
    for position in itertools.product(*(range(size) for size in reversed(sizes))):
        at = offset + sum(i * s for i, s in zip(position[::-1], strides, strict=True))
        rows.append([at + p * multiplier & MASK for p in range(lanes)])
    return rows


@pytest.mark.parametrize(("name", "step_rate"), [("tiny", 1.0), ("default", 0.6)])
def test_every_element_of_every_lane(name, step_rate):
    config = get_config(name)
    rng = random.Random(2)

    def word() -> int:
        return rng.choice([0, 1, -1, rng.randint(-9, 9), rng.getrandbits(32) - (1 << 31)])

    instructions = [
        (word(), word(), [word() for _ in range(4)], [rng.randint(1, 4) for _ in range(4)])
        for _ in range(8)
    ]
    found, _ = run(config, instructions, step_rate)
    assert found == [expected(config.partitions, *of) for of in instructions]


def test_an_index_every_cycle_after_the_lanes_numbers():
    config = get_config("default")
    _, cycles = run(config, [(3, 1, [1, 0, 0, 0], [40, 1, 1, 1])] * 2)
    assert cycles == [40 + 4 + 1] * 2
