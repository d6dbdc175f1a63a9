"""REGISTER and BRANCH arithmetic against plain Python."""

import itertools
import random

import pytest

from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import Condition, Opcode, RegisterOp
from tinyneuron_hw.sequencer.control import ControlUnit
from tinyneuron_sim.rtl.levelized import simulator

from .model import compute, holds

CORNERS = (0, 1, 2, 31, 32, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF)


def pairs(name):
    rng = random.Random(name)
    yield from itertools.product(CORNERS, CORNERS)
    for _ in range(40):
        yield rng.getrandbits(32), rng.getrandbits(32)


def simulate(dut, bench):
    sim = simulator(dut)
    sim.add_testbench(bench)
    sim.run()


@pytest.mark.parametrize("op", RegisterOp)
def test_register_operation(op):
    dut = ControlUnit()

    async def bench(ctx):
        for a, b in pairs(op.name):
            raw = encode(Opcode.REGISTER, op=op, a=a, b=b)
            ctx.set(dut.raw, int.from_bytes(raw, "little"))
            assert ctx.get(dut.result) == compute(op, a, b), (a, b)

    simulate(dut, bench)


@pytest.mark.parametrize("condition", Condition)
def test_branch_condition(condition):
    dut = ControlUnit()

    async def bench(ctx):
        for a, b in pairs(condition.name):
            raw = encode(Opcode.BRANCH, condition=condition, a=a, b=b)
            ctx.set(dut.raw, int.from_bytes(raw, "little"))
            assert ctx.get(dut.taken) == holds(condition, a, b), (a, b)

    simulate(dut, bench)
