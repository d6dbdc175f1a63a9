"""Reset: streams start afresh, memories keep their contents."""

import random

import pytest
from amaranth.hdl import Module, ResetInserter, Signal

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.opcodes import Space
from tinyneuron_hw.memory.psum import Psum
from tinyneuron_hw.memory.reader import OperandReader
from tinyneuron_hw.memory.sbuf import Sbuf
from tinyneuron_hw.memory.writer import OperandWriter

CONFIG = CoreConfig(name="small", partitions=4, columns=4, sbuf_partition_bytes=384,
                    psum_bank_bytes=64)  # fmt: skip


def with_reset(dut):
    """A module around ``dut`` and the signal that resets it."""
    m, reset = Module(), Signal()
    m.submodules.dut = ResetInserter(reset)(dut)
    return m, reset


@pytest.mark.parametrize("space", [Space.SBUF, Space.PSUM], ids=lambda space: space.name)
@pytest.mark.parametrize("after", [1, 4, 6, 11])
def test_reader_starts_afresh(memory_test, space, after):
    dut = OperandReader(CONFIG, psum=True, rotate=True)
    m, reset = with_reset(dut)
    dims = [(1, 24)] + [(1, 1)] * 3
    first = memory_test.Operand(DType.BF16, space, 0, 4, 64, dims)
    second = memory_test.Operand(DType.FP32, Space.SBUF, 0, 4, 16, dims)
    memory = memory_test.LineMemory(CONFIG.sbuf_lines, 16, 4, 1)
    words = memory_test.LineMemory(CONFIG.psum_partition_bytes // 4, 4, 4, 2)

    async def bench(ctx):
        await memory_test.send(ctx, dut.start, [first.payload()])
        ctx.set(dut.output.ready, 1)
        for _ in range(after):
            await ctx.tick()
        ctx.set(reset, 1)
        await ctx.tick()
        await ctx.tick()
        ctx.set(reset, 0)
        assert not ctx.get(dut.output.valid)
        await memory_test.send(ctx, dut.start, [second.payload()])
        for offset in second.offsets:
            valid = False
            while not valid:
                _, _, valid, beat = await ctx.tick().sample(dut.output.valid, dut.output.payload)
            want = [int.from_bytes(row[offset : offset + 4].tobytes(), "little")
                    for row in memory.bytes]  # fmt: skip
            assert [beat.lanes[p] for p in range(4)] == want

    async def sbuf(ctx):
        await memory.serve_reads(ctx, dut.sbuf, dut.sbuf.line)

    async def psum(ctx):
        await words.serve_reads(ctx, dut.psum, dut.psum.word)

    memory_test.run(m, bench, background=[sbuf, psum], deadline=300)


@pytest.mark.parametrize("after", [1, 3, 9])
def test_writer_starts_afresh(memory_test, after):
    dut = OperandWriter(CONFIG)
    m, reset = with_reset(dut)
    rng = random.Random(1)
    dims = [(1, 24)] + [(1, 1)] * 3
    memory = memory_test.LineMemory(CONFIG.sbuf_lines, 16, 4, 1)
    operand = memory_test.Operand(DType.INT16, Space.SBUF, 0, 4, 34, dims)
    second = memory_test.Operand(DType.INT16, Space.SBUF, 0, 4, 200, dims)
    values = [[rng.getrandbits(16) for _ in range(4)] for _ in second.offsets]

    async def bench(ctx):
        await memory_test.send(ctx, dut.start, [operand.payload()])
        ctx.set(dut.input.valid, 1)
        for _ in range(after):
            await ctx.tick()
        ctx.set(dut.input.valid, 0)
        ctx.set(reset, 1)
        await ctx.tick()
        ctx.set(reset, 0)
        want = memory.bytes.copy()
        for offset, lanes in zip(second.offsets, values, strict=True):
            for p in range(4):
                want[p, offset : offset + 2] = list(lanes[p].to_bytes(2, "little"))
        await memory_test.send(ctx, dut.start, [second.payload()])
        await memory_test.send(ctx, dut.input, [{"lanes": v, "last": 0} for v in values])
        while not ctx.get(dut.done):
            await ctx.tick()
        assert (memory.bytes == want).all()

    async def serve(ctx):
        await memory.serve_writes(ctx, dut.sbuf, dut.sbuf.line)

    memory_test.run(m, bench, background=[serve], deadline=300)


@pytest.mark.parametrize(("kind", "address"), [(Sbuf, "line"), (Psum, "word")])
def test_memories_keep_their_contents(memory_test, kind, address):
    dut = kind(CONFIG)
    m, reset = with_reset(dut)

    async def bench(ctx):
        write, read = dut.vector_write, dut.scalar_read
        ctx.set(write.valid, 1)
        ctx.set(write.byte_mask, 0b1111)
        ctx.set(write.partition_mask, 0b1111)
        for n in range(20):
            ctx.set(getattr(write, address), n)
            ctx.set(write.data, [1000 * n + p for p in range(4)])
            await ctx.tick().until(write.ready)
        ctx.set(write.valid, 0)
        ctx.set(reset, 1)
        await ctx.tick()
        await ctx.tick()
        ctx.set(reset, 0)
        ctx.set(read.valid, 1)
        for n in range(20):
            ctx.set(getattr(read, address), n)
            await ctx.tick()
            assert ctx.get(read.data_valid)
            assert [ctx.get(read.data[p]) for p in range(4)] == [1000 * n + p for p in range(4)]

    memory_test.run(m, bench, deadline=100)
