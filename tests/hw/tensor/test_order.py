"""Program order of two units' events."""

import gc
import random

import pytest

from tinyneuron_hw.tensor.order import ProgramOrder
from tinyneuron_sim.rtl.levelized import simulator


def simulate(dut, testbench) -> None:
    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(testbench)
    sim.run()


def test_done_of_a_later_load_waits_for_the_multiply():
    dut = ProgramOrder(4)

    async def step(ctx, **values) -> tuple[int, int]:
        for name, value in values.items():
            ctx.set(getattr(dut, name), value)
        pulses = ctx.get(dut.started), ctx.get(dut.done)
        await ctx.tick()
        for name in values:
            ctx.set(getattr(dut, name), 0)
        return pulses

    async def testbench(ctx):
        await step(ctx, push=1, push_unit=1)
        await step(ctx, push=1, push_unit=0, unit_started=0b10)
        assert await step(ctx, unit_started=0b01) == (1, 0)
        assert await step(ctx, unit_done=0b01) == (1, 0)
        for _ in range(3):
            assert await step(ctx) == (0, 0)
        assert await step(ctx, unit_done=0b10) == (0, 0)
        assert [await step(ctx) for _ in range(3)] == [(0, 1), (0, 1), (0, 0)]
        assert not ctx.get(dut.busy)

    simulate(dut, testbench)


@pytest.mark.parametrize("seed", [1, 2])
def test_random_events_come_out_in_program_order(seed):
    depth, total = 8, 300
    dut = ProgramOrder(depth)
    rng = random.Random(seed)

    async def testbench(ctx):
        units = [rng.getrandbits(1) for _ in range(total)]
        pushed, started, done = 0, [0, 0], [0, 0]
        seen_started = seen_done = 0
        for _ in range(20 * total):
            push = pushed < total and rng.random() < 0.7
            ctx.set(dut.push, push)
            ctx.set(dut.push_unit, units[pushed] if push else 0)
            push = push and ctx.get(dut.ready)
            ctx.set(dut.push, push)
            pushed += push
            # A unit starts what it has, and finishes what it has started.
            events = [0, 0]
            for unit in (0, 1):
                accepted = units[: pushed - push].count(unit)
                if done[unit] < started[unit] and rng.random() < 0.3:
                    done[unit] += 1
                    events[1] |= 1 << unit
                if started[unit] < accepted and rng.random() < 0.3:
                    started[unit] += 1
                    events[0] |= 1 << unit
            ctx.set(dut.unit_started, events[0])
            ctx.set(dut.unit_done, events[1])
            seen_started += ctx.get(dut.started)
            seen_done += ctx.get(dut.done)
            assert seen_done <= seen_started <= pushed
            assert pushed - push - seen_done + ctx.get(dut.done) <= depth
            for unit in (0, 1):
                assert units[:seen_done].count(unit) <= done[unit], "done before its unit was"
                assert units[:seen_started].count(unit) <= started[unit]
            await ctx.tick()
            if seen_done == total:
                break
        assert seen_done == seen_started == total, "watchdog"

    simulate(dut, testbench)


@pytest.mark.filterwarnings("ignore::amaranth.hdl.UnusedElaboratable")
@pytest.mark.parametrize("depth", [0, 1, 6])
def test_depth_must_be_a_power_of_two(depth):
    with pytest.raises(ValueError, match=f"power of two from 2, not {depth}"):
        ProgramOrder(depth)
    gc.collect()
