import itertools
import random

import numpy as np
import pytest
from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from tinyneuron_hw.float.divide import FpDivide
from tinyneuron_hw.isa.opcodes import ITERATED_OPS, RAW_OPS, AluOp
from tinyneuron_hw.vector.alu import ALU_LATENCY, Alu
from tinyneuron_sim.golden.numerics import quiet
from tinyneuron_sim.golden.operations import ALU, RAW_ALU
from tinyneuron_sim.rtl.levelized import simulator

from ..float.vectors import assert_same, random_pairs, special_pairs
from ..lanes.reference import alu, raw_alu

EACH = pytest.mark.parametrize(
    "op", [op for op in AluOp if op not in RAW_OPS], ids=lambda op: op.name.lower()
)


class DividedAlu(wiring.Component):
    """An ALU with the divider beside it."""

    op: In(AluOp)
    a: In(32)
    b: In(32)
    size: In(2)
    start: In(1)
    done: Out(1)
    result: Out(32)

    def elaborate(self, platform):
        m = Module()
        m.submodules.alu = alu = Alu()
        m.submodules.divide = divide = FpDivide()
        m.d.comb += [
            *(unit.op.eq(self.op) for unit in (alu, divide)),
            *(unit.a.eq(self.a) for unit in (alu, divide)),
            *(unit.b.eq(self.b) for unit in (alu, divide)),
            alu.ending.eq(self.op),
            alu.size.eq(self.size),
            alu.quotient.eq(divide.result),
            divide.start.eq(self.start),
            self.done.eq(divide.done),
            self.result.eq(alu.result),
        ]
        return m


def run(op: AluOp, pairs: list[tuple[int, int]], *, size: int = 2) -> list[int]:
    dut = DividedAlu()
    results = []

    async def divide(ctx):
        """Waits until the operands' result is there."""
        ctx.set(dut.start, 1)
        await ctx.tick()
        ctx.set(dut.start, 0)
        for _ in range(100):
            if ctx.get(dut.done):
                return
            await ctx.tick()
        raise AssertionError("the divider hangs")

    async def bench(ctx):
        ctx.set(dut.op, op)
        ctx.set(dut.size, size)
        for a, b in pairs:
            ctx.set(dut.a, a)
            ctx.set(dut.b, b)
            if op in ITERATED_OPS:
                await divide(ctx)
            await ctx.tick()
            # Other operands follow: the result moves on by itself.
            ctx.set(dut.a, ~a & 0xFFFF_FFFF)
            ctx.set(dut.b, a)
            await ctx.tick().repeat(ALU_LATENCY - 1)
            results.append(ctx.get(dut.result))

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()
    return results


@EACH
def test_every_operation_matches_numpy_and_golden(op):
    pairs = special_pairs()[::23] + random_pairs(seed=op.value, count=100)
    results = run(op, pairs)
    a, b = (np.array(side, np.uint32).view(np.float32) for side in zip(*pairs, strict=True))
    with quiet():
        for expected in (alu(op, a, b), ALU[op](a, b)):
            bits = np.ascontiguousarray(expected, np.float32).view(np.uint32).tolist()
            assert_same([f"{x:#x} {y:#x}" for x, y in pairs], results, bits)


def test_operations_follow_each_other_every_cycle():
    ops = [op for op in AluOp if op not in ITERATED_OPS] * 3
    rng = random.Random(8)
    cases = [(op, rng.getrandbits(32), rng.getrandbits(32)) for op in ops]
    rng.shuffle(cases)
    dut, results = Alu(), []

    async def bench(ctx):
        ctx.set(dut.size, 2)
        for cycle in range(len(cases) + ALU_LATENCY):
            if cycle < len(cases):
                for port, value in zip((dut.op, dut.a, dut.b), cases[cycle], strict=True):
                    ctx.set(port, value)
            if cycle >= ALU_LATENCY - 1:
                ctx.set(dut.ending, cases[min(cycle + 1 - ALU_LATENCY, len(cases) - 1)][0])
            if cycle >= ALU_LATENCY:
                results.append(ctx.get(dut.result))
            await ctx.tick()

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()
    expected = []
    for op, *pair in cases:
        a, b = (np.array([bits], np.uint32) for bits in pair)
        with quiet():
            value = (RAW_ALU[op](a, b) if op in RAW_OPS else
                     ALU[op](a.view(np.float32), b.view(np.float32)).view(np.uint32))  # fmt: skip
        expected.append(int(value[0]))
    assert_same(cases, results, expected)


@pytest.mark.parametrize("op", RAW_OPS, ids=lambda op: op.name.lower())
@pytest.mark.parametrize("size", [0, 1, 2], ids=["byte", "half", "word"])
def test_raw_operations_work_on_the_bits_of_a_type(op, size):
    bits, rng = 8 << size, random.Random(size)
    amounts = [0, 1, bits - 1, bits, bits + 1, 31, 32, 1 << (bits - 1), (1 << bits) - 1]
    values = [1, 1 << (bits - 1), (1 << bits) - 1, rng.getrandbits(bits), rng.getrandbits(bits)]
    # The bits above the element are not its own.
    pairs = [(a | rng.getrandbits(32) << bits & 0xFFFF_FFFF, b | rng.getrandbits(32) << bits)
             for a, b in itertools.product(values, [*amounts, *values])]  # fmt: skip
    pairs = [(a, b & 0xFFFF_FFFF) for a, b in pairs]
    mask = (1 << bits) - 1
    results = [result & mask for result in run(op, pairs, size=size)]
    assert_same(pairs, results, [raw_alu(op, a, b, bits) for a, b in pairs])
    a, b = (np.array(side, np.uint64).astype(f"<u{1 << size}") for side in zip(*pairs, strict=True))
    assert_same(pairs, results, RAW_ALU[op](a, b).tolist())
