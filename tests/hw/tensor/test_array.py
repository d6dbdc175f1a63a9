"""The array of PEs alone: skew, swap, columns, latency."""

import random

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.tensor.array import PeArray
from tinyneuron_sim.rtl.levelized import simulator

from ...few import few_of
from .model import column_sum, from_raw

TINY = get_config("tiny")


def random_raw(rng: random.Random) -> int:
    """BF16 bits, seldom special."""
    return rng.getrandbits(16) if rng.random() < 0.1 else rng.getrandbits(9) | 0x3F00


def values(raws: list[int]) -> list[float]:
    return [from_raw(raw, DType.BF16) for raw in raws]


def simulate(dut, testbench) -> None:
    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(testbench)
    sim.run()


@pytest.mark.parametrize("changes", [{}, {"pe_latency": 1}, {"pe_latency": 3, "columns": 8}])
@pytest.mark.parametrize("gap", few_of([0.4, 0.0], 1))
def test_streams_through_changing_matrices(changes, gap):
    """Each matrix streams in as early as the rules allow, behind the swap of the one before."""
    config = TINY.with_changes(**changes)
    dut = PeArray(config)
    rng = random.Random(11)
    rows, columns = config.partitions, config.columns
    matrices = [[[random_raw(rng) for _ in range(rows)] for _ in range(columns)] for _ in range(5)]
    expected: list[tuple[int, list[int]]] = []

    async def testbench(ctx):
        cycle, elements, matrix = 0, 0, -1
        results = []
        loaded = []  # (cycle of the last element, index) of matrices in the shadow
        loading, column = 0, 0
        ctx.set(dut.count, 1)
        while cycle < 200 or len(results) < len(expected):
            assert cycle < 1000, "watchdog"
            swap = bool(loaded) and cycle >= loaded[0][0] + dut.load_to_swap and elements >= 3
            if swap:
                matrix = loaded.pop()[1]
                elements = 0
            entering = cycle < 200 and (swap or rng.random() >= gap)
            ctx.set(dut.moving_valid, entering)
            ctx.set(dut.swap, swap if entering else rng.getrandbits(1))
            if entering:
                vector = [random_raw(rng) for _ in range(rows)]
                for row, raw in enumerate(vector):
                    ctx.set(dut.moving[row], raw)
                elements += 1
                sums = [column_sum(values(matrices[matrix][c]), values(vector)) if matrix >= 0
                        else column_sum([0.0] * rows, values(vector))
                        for c in range(columns)]  # fmt: skip
                expected.append((cycle + dut.latency, sums))
            may_load = loading < len(matrices) and not loaded and rng.random() >= gap
            ctx.set(dut.stationary_valid, may_load)
            if may_load:
                ctx.set(dut.column, column)
                ctx.set(dut.first, column == 0)
                for row in range(rows):
                    ctx.set(dut.stationary[row][column % 4], matrices[loading][column][row])
                column += 1
                if column == columns:
                    loaded.append((cycle, loading))
                    loading, column = loading + 1, 0
            if ctx.get(dut.sums_valid):
                results.append((cycle, [ctx.get(dut.sums[c]) for c in range(columns)]))
            await ctx.tick()
            cycle += 1
        assert matrix == len(matrices) - 1, "all matrices were used"
        assert results == expected

    simulate(dut, testbench)


def test_first_element_clears_the_other_columns():
    dut = PeArray(TINY)
    one = 0x3F80

    async def column(ctx, index: int, first: int):
        ctx.set(dut.stationary_valid, 1)
        ctx.set(dut.count, 1)
        ctx.set(dut.column, index)
        ctx.set(dut.first, first)
        for row in range(4):
            ctx.set(dut.stationary[row][index % 4], one)
        await ctx.tick()
        ctx.set(dut.stationary_valid, 0)

    async def multiply(ctx) -> list[int]:
        for row in range(4):
            ctx.set(dut.moving[row], one)
        ctx.set(dut.moving_valid, 1)
        ctx.set(dut.swap, 1)
        await ctx.tick()
        ctx.set(dut.moving_valid, 0)
        await ctx.tick().repeat(dut.latency - 1)
        assert ctx.get(dut.sums_valid)
        return [ctx.get(dut.sums[c]) for c in range(4)]

    async def testbench(ctx):
        four = 0x4080_0000
        for index in range(4):
            await column(ctx, index, index == 0)
        await ctx.tick()
        assert await multiply(ctx) == [four] * 4
        await column(ctx, 2, 1)
        await column(ctx, 3, 0)
        await ctx.tick()
        assert await multiply(ctx) == [0, 0, four, four]

    simulate(dut, testbench)
