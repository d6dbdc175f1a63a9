"""Lists of buffers as a side of a transfer, through the DMA block."""

import itertools
import random
import struct

import pytest

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Opcode, Space, Stream

from ...few import few_of

LIST, BUFFERS, PLAIN = 0x1000, 0x2000, 0x6000
TOTAL = 400


def config_of(partitions, beats=32):
    """Beats of twice as many bytes: an entry of a list is two of them, one, or a part."""
    return CoreConfig(
        name="dma_lists", partitions=partitions, columns=4, sbuf_partition_bytes=2048,
        psum_bank_bytes=64, dma_engines=1, dma_buffer_beats=beats, device_memory_bytes=1 << 16,
    )  # fmt: skip


def cut(rng, total, pieces):
    """Buffers of these many bytes in all, anywhere and apart from each other."""
    ends = [0, *sorted(rng.sample(range(1, total), pieces - 1)), total]
    sizes = [b - a for a, b in itertools.pairwise(ends)]
    room = (PLAIN - BUFFERS) // pieces
    return [(BUFFERS + room * i + rng.randrange(room - size), size)
            for i, size in enumerate(sizes)]  # fmt: skip


def put(bench, buffers, at=LIST):
    raw = b"".join(struct.pack("<QQ", *buffer) for buffer in buffers)
    bench.memory[at : at + len(raw)] = raw


def listed(entries, at=LIST):
    return {"dtype": DType.UINT8, "address": at, "list": 1, "dims": [{"size": entries}]}


def plain(size, at=PLAIN):
    return {"dtype": DType.UINT8, "address": at, "dims": [{"stride": 1, "size": size}]}


def gathered(bench, buffers):
    return b"".join(bytes(bench.memory[at : at + size]) for at, size in buffers)


def add(bench, src, dst, **more):
    opcode = Opcode.DMA_COPY
    if "space" in src or "space" in dst:
        opcode = Opcode.DMA_STORE if "space" in src else Opcode.DMA_LOAD
    bench.add(opcode, {"src": src, "dst": dst}, stream=Stream.VECTOR, semaphore=1, **more)


@pytest.mark.parametrize("partitions", few_of([4, 32, 8], 2))
def test_buffers_of_any_size_anywhere(dma_bench, partitions):
    """From a list to SBUF, from there to another list, and from that to one place."""
    bench = dma_bench(config_of(partitions), seed=partitions, stall=0.2)
    rng = random.Random(partitions)
    first, second = cut(rng, TOTAL, 7), cut(rng, TOTAL, 40)
    put(bench, first)
    put(bench, second, LIST + 0x210)
    source = gathered(bench, first)
    chip = {"dtype": DType.UINT8, "space": Space.SBUF, "num_partitions": 4, "offset": 3,
            "dims": [{"stride": 1, "size": TOTAL // 4}]}  # fmt: skip
    add(bench, listed(7), chip)
    add(bench, chip, listed(40, LIST + 0x210))
    add(bench, listed(40, LIST + 0x210), plain(TOTAL, PLAIN + 5))
    bench.run()
    assert bench.sbuf[:4, 3 : 3 + TOTAL // 4].tobytes() == source
    assert gathered(bench, second) == source
    assert bench.memory[PLAIN + 5 : PLAIN + 5 + TOTAL] == source
    assert bench.traps == []
    assert len(bench.updates) == 3
    assert bench.read_bytes == bench.write_bytes == 2 * TOTAL


def test_a_buffer_costs_its_data_once_the_list_is_read(dma_bench):
    """Buffers of two beats; the memory is 100 cycles away."""
    fast = {"latency": (100, 100), "stall": 0, "interleave": False}
    bench = dma_bench(config_of(16, beats=128), seed=9, **fast)
    count, size = 60, 64
    put(bench, [(BUFFERS + 128 * i, size) for i in range(count)])
    add(bench, listed(count), {"dtype": DType.UINT8, "space": Space.SBUF, "num_partitions": 4,
                               "offset": 0, "dims": [{"stride": 1, "size": 960}]})  # fmt: skip
    bench.run()
    cycles = bench.events[1][4] - bench.events[0][4]
    list_beats = -(-16 * count // 32)
    print("cycles", cycles, "of which data", 2 * count)
    assert cycles <= 3 * 110 + list_beats + 2 * count + count // 2


BROKEN = {
    "long": ([(BUFFERS, 50), (BUFFERS + 99, 51)], Trap.BAD_OPERAND, LIST + 16),
    "outside": ([(BUFFERS, 50), (0x7FF0, 50)], Trap.OUT_OF_RANGE, 0x7FF0),
    "bus": ([(BUFFERS, 50), (BUFFERS + 99, 50)], Trap.BUS_ERROR, LIST),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_list_that_does_not_fit_moves_nothing(dma_bench, kind):
    buffers, cause, address = BROKEN[kind]
    bench = dma_bench(config_of(4), seed=3)
    put(bench, buffers)
    if kind == "bus":
        bench.axi[0].bad = {LIST + 8}
    add(bench, listed(2), plain(100), pc=5)
    before = bytes(bench.memory)

    async def body(ctx):
        await ctx.tick().until(bench.dut.trap.valid)
        await ctx.tick().repeat(30)
        ctx.set(bench.dut.stop, 1)
        await ctx.tick().repeat(60)
        assert ctx.get(bench.dut.quiet)
        assert not ctx.get(bench.dut.busy)

    bench.run(body)
    assert bench.trap() == (cause, Stream.VECTOR, 5, address)
    assert bytes(bench.memory) == before
    assert all(at < BUFFERS for _, at, _ in bench.axi[0].log), "a buffer was read"
    assert bench.updates == []


@pytest.mark.parametrize("wait", [40, 110])
def test_stop_in_the_middle_of_a_list(dma_bench, wait):
    """The bus drains, and the next transfer runs."""
    bench = dma_bench(config_of(4), seed=wait, latency=(5, 30))
    bench.issue_until_stop = True
    dut, rng = bench.dut, random.Random(wait)
    buffers = cut(rng, TOTAL, 12)
    put(bench, buffers)
    add(bench, plain(TOTAL), listed(12))
    add(bench, plain(TOTAL), listed(12))

    async def body(ctx):
        await ctx.tick().repeat(wait)
        ctx.set(dut.stop, 1)
        await ctx.tick().repeat(4)
        await ctx.tick().until(dut.quiet)
        await ctx.tick().repeat(40)
        assert bench.axi[0].in_flight == 0
        assert not ctx.get(dut.busy)
        ctx.set(dut.stop, 0)
        bench.updates.clear()
        bench.commands.clear()
        add(bench, listed(12), plain(TOTAL, PLAIN + 0x400))
        await bench.issue_only(ctx)

    bench.run(body)
    assert bench.memory[PLAIN + 0x400 : PLAIN + 0x400 + TOTAL] == gathered(bench, buffers)
    assert len(bench.updates) == 1
    assert bench.traps == []
