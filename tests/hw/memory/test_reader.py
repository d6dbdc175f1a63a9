"""The operand reader delivers each element of each lane, at its rate."""

import gc
import random

import pytest

from tinyneuron_hw.config import CoreConfig, get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.opcodes import Space
from tinyneuron_hw.memory.reader import OperandReader

TINY = get_config("tiny")
NARROW = CoreConfig(name="narrow", partitions=4, columns=8, sbuf_partition_bytes=384,
                    psum_bank_bytes=64)  # fmt: skip
WIDE = CoreConfig(name="wide", partitions=8, columns=4, sbuf_partition_bytes=384,
                  psum_bank_bytes=64)  # fmt: skip


class Bench:
    """A reader between memories that refuse sometimes and a consumer that waits sometimes."""

    def __init__(self, tools, config, *, psum=True, rotate=True, refuse=0.0, wait=0.0):
        self.tools, self.config, self.rotate = tools, config, rotate
        self.dut = OperandReader(config, psum=psum, rotate=rotate)
        self.psum = psum
        self.rng = random.Random(7)
        self.wait = wait
        self.sbuf_memory = tools.LineMemory(config.sbuf_lines, 16, config.partitions, 1, refuse)
        words = config.psum_partition_bytes // 4
        self.psum_memory = tools.LineMemory(words, 4, config.columns, 2, refuse)
        self.cycles = []

    def expected(self, operand):
        memory = self.psum_memory if operand.space == Space.PSUM else self.sbuf_memory
        for i, offset in enumerate(operand.offsets):
            lanes = [0] * self.config.partitions
            for p in range(operand.count):
                raw = memory.bytes[operand.start + p, offset : offset + operand.size]
                lane = p if self.rotate else operand.start + p
                lanes[lane] = int.from_bytes(raw.tobytes(), "little")
            yield lanes, int(i + 1 == len(operand.offsets))

    def run(self, operands):
        dut = self.dut
        expected = [beat for operand in operands for beat in self.expected(operand)]

        async def start(ctx):
            payloads = [operand.payload() for operand in operands]
            await self.tools.send(ctx, dut.start, payloads, lambda: self.rng.random() < self.wait)

        async def sink(ctx):
            cycle = 0
            for lanes, last in expected:
                while True:
                    take = self.rng.random() >= self.wait
                    ctx.set(dut.output.ready, take)
                    _, _, valid, beat = await ctx.tick().sample(
                        dut.output.valid, dut.output.payload
                    )
                    cycle += 1
                    if valid and take:
                        break
                assert [beat.lanes[i] for i in range(len(lanes))] == lanes
                assert beat.last == last
                self.cycles.append(cycle)
            ctx.set(dut.output.ready, 1)
            await ctx.tick().repeat(8)
            assert not ctx.get(dut.output.valid)

        async def sbuf(ctx):
            await self.sbuf_memory.serve_reads(ctx, dut.sbuf, dut.sbuf.line)

        async def psum(ctx):
            await self.psum_memory.serve_reads(ctx, dut.psum, dut.psum.word)

        background = [sbuf, psum] if self.psum else [sbuf]
        self.tools.run(dut, start, sink, background=background, deadline=30 * len(expected) + 200)

    @property
    def span(self):
        """Cycles from the first to the last element."""
        return self.cycles[-1] - self.cycles[0] + 1


@pytest.mark.parametrize("config", [TINY, NARROW, WIDE], ids=lambda config: config.name)
@pytest.mark.parametrize(("refuse", "wait"), [(0.0, 0.0), (0.4, 0.0), (0.0, 0.4), (0.4, 0.4)])
def test_random_operands(memory_test, config, refuse, wait):
    bench = Bench(memory_test, config, refuse=refuse, wait=wait)
    rng = random.Random(3)
    bench.run([memory_test.random_operand(rng, config, max_elements=30) for _ in range(12)])


@pytest.mark.parametrize("config", [TINY, WIDE], ids=lambda config: config.name)
def test_random_rows_keep_their_lane(memory_test, config):
    bench = Bench(memory_test, config, psum=False, rotate=False, refuse=0.3, wait=0.2)
    rng = random.Random(4)
    bench.run([
        memory_test.random_operand(rng, config, spaces=(Space.SBUF,), any_start=True)
        for _ in range(15)
    ])  # fmt: skip


@pytest.mark.parametrize("dtype", [DType.FP32, DType.BF16, DType.INT8], ids=lambda d: d.name)
def test_sequential_streams_run_at_one_element_per_cycle(memory_test, dtype):
    bench = Bench(memory_test, TINY)
    operand = memory_test.Operand(dtype, Space.SBUF, 0, 4, 64, [(1, 100)] + [(1, 1)] * 3)
    bench.run([operand] * 3)
    assert bench.span == 300
    assert bench.sbuf_memory.requests == 3 * -(-100 * operand.size // 16)


@pytest.mark.parametrize("stride", [3, 5, 8, 9, -9])
def test_strides_run_at_one_element_per_cycle(memory_test, stride):
    bench = Bench(memory_test, TINY)
    offset = 0 if stride > 0 else -2 * 99 * stride
    operand = memory_test.Operand(
        DType.BF16, Space.SBUF, 0, 4, offset, [(stride, 100)] + [(1, 1)] * 3
    )
    bench.run([operand] * 2)
    assert bench.span == 200


@pytest.mark.parametrize("elements", [7, 8, 9, 33])
def test_patterns_that_begin_or_end_inside_a_line_follow_without_a_gap(memory_test, elements):
    bench = Bench(memory_test, TINY)
    dims = [(1, elements)] + [(1, 1)] * 3
    bench.run([
        memory_test.Operand(DType.BF16, Space.SBUF, 0, 4, 2 * i, dims) for i in range(16)
    ])  # fmt: skip
    assert bench.span == 16 * elements


@pytest.mark.parametrize("dtype", [DType.FP32, DType.FP16, DType.UINT8], ids=lambda d: d.name)
def test_psum_runs_at_one_element_per_cycle(memory_test, dtype):
    bench = Bench(memory_test, TINY)
    operand = memory_test.Operand(dtype, Space.PSUM, 0, 4, 64, [(2, 100)] + [(1, 1)] * 3)
    bench.run([operand] * 2)
    assert bench.span == 200


def test_each_start_partition(memory_test):
    bench = Bench(memory_test, WIDE)
    dims = [(1, 4)] + [(1, 1)] * 3
    bench.run([
        memory_test.Operand(DType.FP32, space, start, count, 0, dims)
        for space, start, count in [
            (Space.SBUF, 0, 8), (Space.SBUF, 4, 4), (Space.SBUF, 6, 2), (Space.SBUF, 2, 1),
            (Space.PSUM, 0, 4), (Space.PSUM, 2, 2), (Space.SBUF, 0, 3), (Space.PSUM, 0, 1),
        ]
    ])  # fmt: skip


@pytest.mark.filterwarnings("ignore::amaranth.hdl.UnusedElaboratable")
def test_psum_needs_rotation():
    with pytest.raises(ValueError, match="rotate=True, not rotate=False"):
        OperandReader(TINY, psum=True, rotate=False)
    gc.collect()  # the unused component warns when it goes
