"""The address generator gives every offset of a pattern, in order."""

import random

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.opcodes import Space
from tinyneuron_hw.memory.address import AddressGenerator


def collect(tools, config, operands, *, ready=lambda: True, gap=lambda: False):
    """Offsets per pattern, and the cycles from the first to the last element."""
    dut = AddressGenerator(config)
    groups, cycles = [[]], []

    async def start(ctx):
        await tools.send(ctx, dut.start, [operand.payload() for operand in operands], gap)

    async def sink(ctx):
        cycle = 0
        while len(groups) <= len(operands):
            take = ready()
            ctx.set(dut.output.ready, take)
            _, _, valid, beat = await ctx.tick().sample(dut.output.valid, dut.output.payload)
            cycle += 1
            if valid and take:
                cycles.append(cycle)
                groups[-1].append(beat.offset)
                if beat.last:
                    groups.append([])

    count = sum(len(operand.offsets) for operand in operands)
    tools.run(dut, start, sink, deadline=20 * count + 100)
    return groups[:-1], cycles[-1] - cycles[0] + 1


@pytest.mark.parametrize("name", ["tiny", "inferentia2"])
def test_random_patterns_without_gaps(memory_test, name):
    config, rng = get_config(name), random.Random(1)
    operands = [memory_test.random_operand(rng, config) for _ in range(40)]
    groups, cycles = collect(memory_test, config, operands)
    assert groups == [operand.offsets for operand in operands]
    assert cycles == sum(map(len, groups))


def test_random_waits(memory_test):
    config, rng = get_config("tiny"), random.Random(2)
    operands = [memory_test.random_operand(rng, config, max_elements=20) for _ in range(30)]
    groups, _ = collect(memory_test, config, operands, ready=lambda: rng.random() < 0.5,
                        gap=lambda: rng.random() < 0.5)  # fmt: skip
    assert groups == [operand.offsets for operand in operands]


def test_four_dimensions_with_negative_strides(memory_test):
    config = get_config("tiny")
    dims = [(-1, 3), (10, 2), (-100, 2), (300, 3)]
    operand = memory_test.Operand(DType.FP32, Space.SBUF, 0, 4, 2000, dims)
    groups, _ = collect(memory_test, config, [operand])
    assert groups == [operand.offsets]
    assert groups[0][:4] == [2000, 1996, 1992, 2040]
