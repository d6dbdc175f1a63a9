import itertools
import random

import pytest

from tinyneuron_hw.isa.opcodes import AluOp
from tinyneuron_hw.vector.accumulator import ACCUMULATOR_GAP, Side
from tinyneuron_hw.vector.reduce import AccumulateMode, ReduceControl
from tinyneuron_sim.rtl.levelized import simulator


class Slots:
    """The accumulator with strings for values; a result can be used ``ACCUMULATOR_GAP`` moves
    after its operation."""

    def __init__(self):
        self.fills: dict[int, str] = {}
        self.partials: dict[int, str] = {}
        self.waiting: list[tuple[int, int, str]] = []
        self.moves = 0

    def operate(self, ctx, dut: ReduceControl, element: str) -> str | None:
        """One move; the value of the operation that enters, if any."""
        for when, slot, value in list(self.waiting):
            if when <= self.moves:
                self.partials[slot] = value
                self.waiting.remove((when, slot, value))
        result, combine = None, dut.combine
        if ctx.get(dut.store.keep) or ctx.get(dut.result):
            a, b = (
                {
                    Side.ELEMENT: lambda slot: element,
                    Side.START: lambda slot: "start",
                    Side.FILL: lambda slot: self.fills[slot],
                    Side.PARTIAL: lambda slot: self.partials[slot],
                }[ctx.get(side)](ctx.get(slot))
                for side, slot in ((combine.a_side, combine.a), (combine.b_side, combine.b))
            )
            result = f"({a} {b})"
            # An element is added to the partial, which the rule writes first.
            if ctx.get(combine.a_side) == Side.ELEMENT:
                result = f"({b} {a})"
        if ctx.get(dut.store.keep):
            slot = ctx.get(dut.store.slot)
            assert all(slot != busy for _, busy, _ in self.waiting)
            self.waiting.append((self.moves + ACCUMULATOR_GAP, slot, result))
        if ctx.get(combine.fill):
            self.fills[ctx.get(combine.fill_slot)] = element
        self.moves += 1
        return result


def combine_symbolically(groups: list[int], advance_rate: float, element_rate: float = 1.0):
    """Each group's expression and the cycle of its result."""
    dut = ReduceControl()
    rng = random.Random(len(groups))
    elements = [(g, j, j == size - 1) for g, size in enumerate(groups) for j in range(size)]
    results = []

    async def bench(ctx):
        slots, position = Slots(), 0
        ctx.set(dut.accumulate.mode, AccumulateMode.GROUP)
        ctx.set(dut.accumulate.op, AluOp.ADD)
        for cycle in range(12 * len(elements) + 120 * len(groups)):
            advance = rng.random() < advance_rate
            offered = position < len(elements) and rng.random() < element_rate
            ctx.set(dut.advance, advance)
            ctx.set(dut.beat, offered)
            group, j, end = elements[position] if offered else (0, 0, False)
            ctx.set(dut.group_end, end)
            if advance:
                value = slots.operate(ctx, dut, f"{group}.{j}")
                if ctx.get(dut.result):
                    results.append((value, cycle))
            if advance and offered and ctx.get(dut.ready):
                position += 1
            await ctx.tick()

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()
    return results


def expected(group: int, size: int) -> str:
    partials = ["start"] * 8
    for j in range(size):
        # The lane's second operation has combined every element with the start value.
        partials[j % 8] = f"{group}.{j}" if j < 8 else f"({partials[j % 8]} {group}.{j})"
    while len(partials) > 1:
        partials = [f"({a} {b})" for a, b in zip(partials[::2], partials[1::2], strict=True)]
    return partials[0]


@pytest.mark.parametrize(("advance", "offer"), [(1.0, 1.0), (0.5, 1.0), (1.0, 0.6)])
def test_order_of_operations_is_the_rule(advance, offer):
    rng = random.Random(4)
    groups = [1, 2, 8, 9, 30, 7, 1, 1, 16, 17, 3, *(rng.randint(1, 22) for _ in range(30))]
    values = [value for value, _ in combine_symbolically(groups, advance, offer)]
    assert values == [expected(number, size) for number, size in enumerate(groups)]


@pytest.mark.parametrize(("size", "cost"), [(1, 8), (5, 8), (8, 8), (9, 9), (12, 13), (40, 41)])
def test_a_group_costs_its_elements_and_at_most_one_cycle(size, cost):
    cycles = [cycle for _, cycle in combine_symbolically([size] * 12, 1.0)]
    steps = [b - a for a, b in itertools.pairwise(cycles)][4:]
    assert max(steps) <= cost
    assert cycles[-1] - cycles[3] <= 8 * cost


def test_other_elements_wait_for_the_tree_and_its_result():
    dut = ReduceControl()
    ready = []

    async def bench(ctx):
        ctx.set(dut.advance, 1)
        ctx.set(dut.beat, 1)
        ctx.set(dut.accumulate.mode, AccumulateMode.GROUP)
        ctx.set(dut.group_end, 1)
        await ctx.tick()
        ctx.set(dut.accumulate.mode, AccumulateMode.NONE)
        ctx.set(dut.emits, 1)
        for _ in range(20):
            ready.append((ctx.get(dut.ready), ctx.get(dut.result)))
            await ctx.tick()

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()
    result = [result for _, result in ready].index(1)
    assert [early for early, _ in ready].index(1) == result + ACCUMULATOR_GAP
