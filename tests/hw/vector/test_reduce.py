import itertools
import random

import pytest
from amaranth.sim import Simulator

from tinyneuron_hw.vector.alu import ALU_LATENCY
from tinyneuron_hw.vector.reduce import ReduceControl


def combine_symbolically(groups: list[int], advance_rate: float):
    """Follows the operations with strings for values; returns each group's expression and the
    cycle of its result. An operation's result is readable ``ALU_LATENCY + 1`` moves later."""
    dut = ReduceControl()
    rng = random.Random(len(groups))
    elements = [(g, j, j == size - 1) for g, size in enumerate(groups) for j in range(size)]
    results = []

    async def bench(ctx):
        slots: dict[int, str] = {}
        waiting: list[tuple[int, int, str]] = []
        moves = position = 0
        for cycle in range(6 * len(elements) + 60 * len(groups)):
            advance = rng.random() < advance_rate
            offered = position < len(elements)
            ctx.set(dut.advance, advance)
            ctx.set(dut.element, offered)
            group, j, end = elements[position] if offered else (0, 0, False)
            ctx.set(dut.group_end, end)
            if advance:
                for when, slot, value in list(waiting):
                    if when <= moves:
                        slots[slot] = value
                        waiting.remove((when, slot, value))
                moves += 1
            if advance and ctx.get(dut.valid):
                step = dut.combine
                a = "start" if ctx.get(step.a_start) else slots[ctx.get(step.a)]
                if ctx.get(step.b_slot):
                    b = "start" if ctx.get(step.b_start) else slots[ctx.get(step.b)]
                else:
                    b = f"{group}.{j}"
                value = f"({a} {b})"
                if ctx.get(step.keep):
                    slot = ctx.get(step.a)
                    assert all(slot != busy for _, busy, _ in waiting)
                    waiting.append((moves + ALU_LATENCY, slot, value))
                if ctx.get(dut.result):
                    results.append((value, cycle))
            if advance and offered and ctx.get(dut.ready):
                position += 1
            await ctx.tick()

    sim = Simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()
    return results


def expected(group: int, size: int) -> str:
    partials = ["start"] * 8
    for j in range(size):
        partials[j % 8] = f"({partials[j % 8]} {group}.{j})"
    while len(partials) > 1:
        partials = [f"({a} {b})" for a, b in zip(partials[::2], partials[1::2], strict=True)]
    return partials[0]


@pytest.mark.parametrize("rate", [1.0, 0.5])
def test_order_of_operations_is_the_rule(rate):
    groups = [1, 2, 8, 9, 30, 7, 1, 1, 16, 17, 3]
    values = [value for value, _ in combine_symbolically(groups, rate)]
    assert values == [expected(number, size) for number, size in enumerate(groups)]


def test_long_groups_cost_seven_operations_more():
    cycles = [cycle for _, cycle in combine_symbolically([40] * 4, 1.0)]
    assert [b - a for a, b in itertools.pairwise(cycles)] == [47] * 3
