"""The operand writer puts each element where the pattern says, at its rate."""

import random

import pytest

from tinyneuron_hw.config import CoreConfig, get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.opcodes import Space
from tinyneuron_hw.memory.writer import OperandWriter

TINY = get_config("tiny")
NARROW = CoreConfig(name="narrow", partitions=4, columns=8, sbuf_partition_bytes=384,
                    psum_bank_bytes=64)  # fmt: skip
WIDE = CoreConfig(name="wide", partitions=8, columns=4, sbuf_partition_bytes=384,
                  psum_bank_bytes=64)  # fmt: skip


class Bench:
    """A writer before memories that refuse sometimes, fed with waits."""

    def __init__(self, tools, config, *, refuse=0.0, wait=0.0):
        self.tools, self.config = tools, config
        self.dut = OperandWriter(config)
        self.rng = random.Random(5)
        self.wait = wait
        words = config.psum_partition_bytes // 4
        self.sbuf = tools.LineMemory(config.sbuf_lines, 16, config.partitions, 1, refuse)
        self.psum = tools.LineMemory(words, 4, config.columns, 2, refuse)
        self.cycles = 0
        """Cycles from the first pattern to the last ``done``."""

    def run(self, operands):
        dut, partitions = self.dut, self.config.partitions
        sbuf, psum = self.sbuf.bytes.copy(), self.psum.bytes.copy()
        beats = []
        for operand in operands:
            target = psum if operand.space == Space.PSUM else sbuf
            offsets = operand.offsets
            for i, offset in enumerate(offsets):
                lanes = [self.rng.getrandbits(32) for _ in range(partitions)]
                beats.append({"lanes": lanes, "last": int(i + 1 == len(offsets))})
                for p in range(operand.count):
                    raw = lanes[p].to_bytes(4, "little")[: operand.size]
                    target[operand.start + p, offset : offset + operand.size] = list(raw)

        def gap():
            return self.rng.random() < self.wait

        async def start(ctx):
            await self.tools.send(ctx, dut.start, [o.payload() for o in operands], gap)

        async def feed(ctx):
            await self.tools.send(ctx, dut.input, beats, gap)

        async def check(ctx):
            for _ in operands:
                done = False
                while not done:
                    _, _, done = await ctx.tick().sample(dut.done)
                    self.cycles += 1
            assert (self.sbuf.bytes == sbuf).all()
            assert (self.psum.bytes == psum).all()

        async def serve_sbuf(ctx):
            await self.sbuf.serve_writes(ctx, dut.sbuf, dut.sbuf.line)

        async def serve_psum(ctx):
            await self.psum.serve_writes(ctx, dut.psum, dut.psum.word)

        self.tools.run(dut, start, feed, check, background=[serve_sbuf, serve_psum],
                       deadline=30 * len(beats) + 200)  # fmt: skip


@pytest.mark.parametrize("config", [TINY, NARROW, WIDE], ids=lambda config: config.name)
@pytest.mark.parametrize(("refuse", "wait"), [(0.0, 0.0), (0.4, 0.0), (0.0, 0.4), (0.4, 0.4)])
def test_random_operands(memory_test, config, refuse, wait):
    rng = random.Random(6)
    operands = [memory_test.random_operand(rng, config, max_elements=24) for _ in range(12)]
    Bench(memory_test, config, refuse=refuse, wait=wait).run(operands)


@pytest.mark.parametrize("refuse", [0.0, 0.5])
def test_done_means_readable(memory_test, refuse):
    """One pattern at a time: at ``done`` the memory holds everything."""
    rng = random.Random(8)
    for _ in range(4):
        operand = memory_test.random_operand(rng, TINY, max_elements=12)
        Bench(memory_test, TINY, refuse=refuse).run([operand])


@pytest.mark.parametrize("space", [Space.SBUF, Space.PSUM], ids=lambda space: space.name)
@pytest.mark.parametrize("stride", [1, 9, -1])
@pytest.mark.parametrize("dtype", [DType.FP32, DType.BF16, DType.INT8], ids=lambda d: d.name)
def test_one_element_per_cycle(memory_test, space, stride, dtype):
    bench = Bench(memory_test, TINY)
    offset = 99 * 4 if stride < 0 else 0
    dims = [(stride if space == Space.SBUF or stride < 2 else 4, 50)] + [(1, 1)] * 3
    operand = memory_test.Operand(dtype, space, 0, 4, offset, dims)
    bench.run([operand] * 2)
    assert bench.cycles <= 100 + 5
    if stride == 1:
        row = 16 if space == Space.SBUF else 4
        memory = bench.sbuf if space == Space.SBUF else bench.psum
        assert memory.requests == 2 * -(-50 * operand.size // row)


def test_overlapping_elements_later_wins(memory_test):
    bench = Bench(memory_test, TINY)
    bench.run(
        [memory_test.Operand(DType.FP16, Space.SBUF, 1, 1, 30, [(0, 3), (1, 2), (-1, 3), (1, 1)])]
    )
