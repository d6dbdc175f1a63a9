import random

from amaranth.hdl import unsigned
from amaranth.lib import data

from tinyneuron_hw.lanes.steps import StepPipeline
from tinyneuron_sim.rtl.levelized import simulator

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

    sim = simulator(dut)
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


def test_a_result_leaves_at_the_stage_of_its_exit():
    step = data.StructLayout({"valid": 1, "early": 1, "late": 1})
    dut = StepPipeline(step, DEPTH, exits={"early": 1, "late": DEPTH})
    seen = []

    async def bench(ctx):
        ctx.set(dut.ready, 1)
        for cycle in range(9):
            ctx.set(dut.step, {"valid": cycle in (0, 4), "early": cycle == 4, "late": cycle == 0})
            seen.append(ctx.get(dut.valid))
            await ctx.tick()

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()
    assert [cycle for cycle, valid in enumerate(seen) if valid] == [DEPTH, 5]


def test_nothing_moves_or_leaves_while_a_stage_holds():
    dut = StepPipeline(STEP, DEPTH)
    seen = []

    async def bench(ctx):
        ctx.set(dut.ready, 1)
        ctx.set(dut.step, {"valid": 1, "emit": 1, "tag": 7})
        for _ in range(DEPTH):
            await ctx.tick()
        for hold in (1, 1, 0):
            ctx.set(dut.hold, hold)
            seen.append((ctx.get(dut.valid), ctx.get(dut.advance), ctx.get(dut.clock)))
            await ctx.tick()

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()
    assert seen == [(0, 0, 0), (0, 0, 0), (1, 1, 1)]
