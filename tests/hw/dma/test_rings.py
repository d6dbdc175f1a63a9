"""Rings of descriptors, through the DMA block."""

import dataclasses
import random

import pytest

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import decode, encode
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Opcode, Space, Stream, UpdateMode

CONFIG = CoreConfig(
    name="dma_rings", partitions=4, columns=4, sbuf_partition_bytes=2048, psum_bank_bytes=64,
    dma_engines=2, dma_buffer_beats=32, device_memory_bytes=1 << 16,
)  # fmt: skip
SINGLE = dataclasses.replace(CONFIG, dma_engines=1)
RING, SOURCE, TARGET = 0x1000, 0x3000, 0x5000
FAST = {"latency": (100, 100), "stall": 0, "interleave": False}


def copy(source, target, size, **more):
    """A copy of ``size`` bytes inside device memory, as a descriptor or an instruction."""
    sides = {
        path: {"dtype": DType.UINT8, "address": at, "dims": [{"stride": 1, "size": size}]}
        for path, at in (("src", source), ("dst", target))
    }
    return encode(Opcode.DMA_COPY, sides | more)


def put(bench, number, raw, base=RING):
    bench.memory[base + 128 * number : base + 128 * (number + 1)] = raw


def add_ring(bench, entries, first, count, *, queue=0, base=RING, **more):
    ring = {"address": base, "entries": entries, "first": first, "count": count}
    bench.add(Opcode.DMA_RING, {"ring": ring, "queue": queue}, stream=Stream.VECTOR, **more)


def chain(length, size=90):
    """Where the copies of a chain read and write: each reads what the one before it wrote."""
    return [SOURCE, *(TARGET + (size + 11) * i for i in range(length))]


def test_descriptors_run_in_order_around_the_end(dma_bench):
    """The four entries that are not meant hold anything."""
    bench = dma_bench(SINGLE, seed=1)
    places = chain(5)
    for i in range(5):
        put(bench, (7 + i) % 9, copy(places[i], places[i + 1], 90))
    source = bytes(bench.memory[SOURCE : SOURCE + 90])
    add_ring(bench, 9, 7, 5, semaphore=4, pc=6)
    bench.run()
    for place in places:
        assert bench.memory[place : place + 90] == source
    assert bench.updates == [(0, 4, 1)]
    assert [(kind, pc) for _, _, kind, pc, _ in bench.events] == [(0, 6), (1, 6)] * 5
    assert bench.traps == []


def test_a_descriptor_costs_no_more_than_an_instruction(dma_bench):
    """Small copies, 100 cycles away: only the first descriptor is waited for."""
    count, cycles = 8, {}
    for kind in ("instructions", "ring"):
        bench = dma_bench(SINGLE, seed=2, **FAST)
        for i in range(count):
            raw = copy(SOURCE + 64 * i, TARGET + 64 * i, 64)
            put(bench, i, raw)
            if kind == "instructions":
                bench.add(Opcode.DMA_COPY, decode(raw).fields)
        if kind == "ring":
            add_ring(bench, count, 0, count)
        bench.run()
        assert bench.memory[TARGET : TARGET + 512] == bench.memory[SOURCE : SOURCE + 512]
        times = [event[4] for event in bench.events]
        cycles[kind] = times[-1], times[-1] - times[0]
    print(cycles)
    assert cycles["ring"][1] <= cycles["instructions"][1] + 4 * count
    assert cycles["ring"][0] <= cycles["instructions"][0] + 4 * count + 175


def test_a_ring_and_a_full_queue_do_not_block_each_other(dma_bench):
    """Behind a ring more instructions wait than its queue holds; another queue has a ring too."""
    bench = dma_bench(CONFIG, seed=3)
    places = chain(14, 40)
    for i in range(6):
        put(bench, i, copy(places[i], places[i + 1], 40))
        put(bench, i, copy(SOURCE + 1000 * i, 0x6000 + 1000 * i, 300), base=0x2000)
    source = bytes(bench.memory[SOURCE : SOURCE + 40])
    expected = [bytes(bench.memory[SOURCE + 1000 * i :][:300]) for i in range(2)]
    add_ring(bench, 6, 0, 6, semaphore=1)
    add_ring(bench, 2, 0, 2, queue=1, base=0x2000, semaphore=2)
    for i in range(6, 14):
        bench.add(Opcode.DMA_COPY, decode(copy(places[i], places[i + 1], 40)).fields, pc=i)
    bench.run()
    for place in places:
        assert bench.memory[place : place + 40] == source
    for i, data in enumerate(expected):
        assert bench.memory[0x6000 + 1000 * i :][:300] == data
    assert sorted(bench.updates) == [(0, 1, 1), (1, 2, 1)]


BAD = 2
UPDATE = {"update": {"mode": UpdateMode.ADD, "semaphore": 1, "value": 1}}
BROKEN = {
    "header": (copy(SOURCE, TARGET, 9, header=UPDATE), Trap.BAD_OPERAND, RING + 128 * BAD),
    "bus": (None, Trap.BUS_ERROR, RING + 128 * BAD),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_bad_descriptor_traps_in_its_turn(dma_bench, kind):
    """Those before it are done, though it is found bad long before."""
    raw, cause, address = BROKEN[kind]
    bench = dma_bench(SINGLE, seed=4)
    bench.windows = [(0, 0x7000, True, True)]
    places = chain(4, 700)
    for i in range(4):
        put(bench, i, copy(places[i], places[i + 1], 700))
    if raw is None:
        bench.axi[0].bad = {RING + 128 * BAD + 40}
    else:
        put(bench, BAD, raw)
    source = bytes(bench.memory[SOURCE : SOURCE + 700])
    rest = bytes(bench.memory[places[3] : 0x7000])
    add_ring(bench, 4, 0, 4, semaphore=4, pc=9)

    async def body(ctx):
        await ctx.tick().until(bench.dut.trap.valid)
        ctx.set(bench.dut.stop, 1)
        await ctx.tick().repeat(100)
        assert ctx.get(bench.dut.quiet)
        assert not ctx.get(bench.dut.busy)

    bench.run(body)
    assert bench.trap() == (cause, Stream.VECTOR, 9, address)
    for place in places[: BAD + 1]:
        assert bench.memory[place : place + 700] == source
    assert bench.memory[places[3] : 0x7000] == rest
    assert bench.updates == []


def test_the_ring_itself_is_checked(dma_bench):
    """Its bytes against the windows, its address for alignment: nothing is fetched."""
    for base, cause, address in ((0xD000, Trap.OUT_OF_RANGE, 0xD000), (RING + 64, None, 0)):
        bench = dma_bench(SINGLE, seed=5)
        bench.windows = [(0, 0xD100, True, True)]
        add_ring(bench, 3, 0, 1, base=base, pc=2)

        async def body(ctx, dut=bench.dut):
            await ctx.tick().until(dut.trap.valid)
            await ctx.tick().repeat(20)

        bench.run(body)
        at = address if cause else bench.commands[0]["instruction_address"]
        assert bench.trap() == (cause or Trap.BAD_OPERAND, Stream.VECTOR, 2, at)
        assert bench.axi[0].log == []


@pytest.mark.parametrize("wait", random.Random(6).sample(range(20, 400), 2))
def test_stop_in_the_middle_of_a_ring(dma_bench, wait):
    """The bus drains, nothing more starts, and the next ring runs."""
    bench = dma_bench(CONFIG, seed=wait, latency=(5, 40))
    bench.issue_until_stop = True
    dut = bench.dut
    for i in range(4):
        put(bench, i, copy(SOURCE + 100 * i, TARGET + 100 * i, 100))
        put(bench, i, copy(SOURCE + 100 * i, TARGET + 0x1000 + 100 * i, 100), base=0x2000)
    for queue in (0, 1):
        add_ring(bench, 4, 2, 4, queue=queue)
        add_ring(bench, 4, 2, 4, queue=queue)

    async def body(ctx):
        await ctx.tick().repeat(wait)
        ctx.set(dut.stop, 1)
        await ctx.tick().repeat(4)
        await ctx.tick().until(dut.quiet)
        await ctx.tick().repeat(40)
        assert bench.axi[0].in_flight == 0
        assert not ctx.get(dut.busy)
        log = len(bench.axi[0].log)
        await ctx.tick().repeat(20)
        assert len(bench.axi[0].log) == log, "a new burst while stopped"
        ctx.set(dut.stop, 0)
        bench.updates.clear()
        bench.commands.clear()
        add_ring(bench, 4, 1, 4, queue=1, base=0x2000, semaphore=5)
        await bench.issue_only(ctx)

    bench.run(body)
    target = TARGET + 0x1000
    assert bench.memory[target : target + 400] == bench.memory[SOURCE : SOURCE + 400]
    assert bench.updates == [(1, 5, 1)]
    assert bench.traps == []


@pytest.mark.parametrize("after", [10, 11, 12])
def test_what_sbuf_gives_after_the_stop_is_nobodys(dma_bench, after):
    """All rows are skipped, so nothing is on the bus, and the transfer of the ring ends at once,
    also in a cycle in which SBUF takes the request for an index; the clock runs a cycle longer,
    for a ring that has more."""
    bench = dma_bench(SINGLE, seed=after)
    bench.issue_until_stop = True
    dut = bench.dut
    on_chip = {"dtype": DType.UINT8, "space": Space.SBUF, "num_partitions": 4}
    index = {**on_chip, "dtype": DType.INT32, "dims": [{"stride": 1, "size": 200}], "offset": 1000}
    bench.sbuf[:, 1000:1800] = 0xFF
    rows = [{"stride": 1, "size": 1}] * 3 + [{"stride": 1, "size": 200}]
    sides = {"src": {"dtype": DType.UINT8, "address": SOURCE}, "dst": {**on_chip, "dims": rows},
             "index": index, "index_stride": 1, "index_last": 9, "skip": 1}  # fmt: skip
    for number in range(2):
        put(bench, number, encode(Opcode.DMA_GATHER, sides))
    add_ring(bench, 2, 0, 2)

    async def body(ctx):
        while not bench.events:
            await ctx.tick()
        await ctx.tick().repeat(after)
        ctx.set(dut.stop, 1)
        await ctx.tick().repeat(20)
        assert not ctx.get(dut.busy)
        ctx.set(dut.stop, 0)
        bench.updates.clear()
        bench.commands.clear()
        source = {"dtype": DType.UINT8, "address": SOURCE, "dims": [{"stride": 1, "size": 256}]}
        target = {**on_chip, "dims": [{"stride": 1, "size": 64}]}
        bench.add(Opcode.DMA_LOAD, {"src": source, "dst": target}, semaphore=5)
        await bench.issue_only(ctx)

    bench.run(body)
    assert bench.traps == []
    assert bench.updates == [(0, 5, 1)]
    assert bench.sbuf[:, :64].tobytes() == bytes(bench.memory[SOURCE : SOURCE + 256])
