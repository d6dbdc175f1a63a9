import random

from amaranth.hdl import unsigned
from amaranth.lib import data
from amaranth.sim import Simulator

from tinyneuron_hw.lanes.steps import StepPipeline

DEPTH = 3
STEP = data.StructLayout({"valid": 1, "emit": 1, "tag": unsigned(8)})


def run(ready_rate: float, valid_rate: float, count: int):
    """Tags that went in with ``emit``, tags that came out, and the cycle of each."""
    dut = StepPipeline(STEP, DEPTH)
    rng = random.Random(3)
    sent, received = [], []
    clocked = []

    async def bench(ctx):
        lane = [None] * (DEPTH + 1)
        for cycle in range(count * 8):
            offered = len(sent) < count and rng.random() < valid_rate
            tag = rng.randrange(256)
            ctx.set(dut.step, {"valid": offered, "emit": offered, "tag": tag})
            ctx.set(dut.ready, rng.random() < ready_rate)
            lane[0] = tag
            if ctx.get(dut.valid) and ctx.get(dut.ready):
                # The data beside the step, which moves with `clock` alone.
                received.append((lane[DEPTH], ctx.get(dut.stages[DEPTH].tag), cycle))
            if offered and ctx.get(dut.advance):
                sent.append(tag)
            clocked.append(ctx.get(dut.clock))
            if clocked[-1]:
                lane[1:] = lane[:-1]
            await ctx.tick()

    sim = Simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()
    return sent, received, clocked


def test_data_and_steps_stay_together_under_back_pressure():
    sent, received, _ = run(ready_rate=0.5, valid_rate=0.6, count=60)
    assert [data for data, _, _ in received] == sent
    assert [tag for _, tag, _ in received] == sent


def test_full_throughput():
    sent, received, _ = run(ready_rate=1.0, valid_rate=1.0, count=20)
    assert [cycle for _, _, cycle in received] == list(range(DEPTH, DEPTH + 20))
    assert len(sent) == 20


def test_clock_stops_when_empty():
    _, _, clocked = run(ready_rate=1.0, valid_rate=1.0, count=20)
    assert sum(clocked) == 20 + DEPTH - 1
    assert not any(clocked[-20:])
