"""Distance of additions to one PSUM word."""

import random

from tinyneuron_hw.tensor.scoreboard import Scoreboard
from tinyneuron_sim.rtl.levelized import simulator


def test_blocks_a_word_for_exactly_its_window():
    window = 3
    dut = Scoreboard(4, window)
    rng = random.Random(3)

    async def testbench(ctx):
        last = {}
        for cycle in range(400):
            word = rng.randrange(5)
            ctx.set(dut.word, word)
            accumulate = rng.random() < 0.8
            ctx.set(dut.accumulate, accumulate)
            expected = accumulate and cycle - last.get(word, -99) <= window
            assert ctx.get(dut.blocked) == expected
            issue = not expected and rng.random() < 0.6
            ctx.set(dut.issue, issue)
            if issue:
                last[word] = cycle
            await ctx.tick()

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(testbench)
    sim.run()
