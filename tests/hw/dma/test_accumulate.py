"""Transfers that accumulate into their destination, through the DMA block."""

import random

import numpy as np
import pytest

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Accumulate, Opcode
from tinyneuron_sim.golden.numerics import (
    RAW_TYPES,
    add,
    from_float32,
    maximum,
    quiet,
    to_float32,
)

from ...few import few_of
from .test_dma import CONFIG, FAST, byte_index, chip, cycles_of, device, factors, random_dims

OPCODES = (Opcode.DMA_LOAD, Opcode.DMA_STORE, Opcode.DMA_COPY, Opcode.DMA_LOCAL)
TYPES = (DType.FP32, DType.BF16, DType.FP16, DType.INT32)
OPS = (Accumulate.ADD, Accumulate.MAX)


def in_device(opcode, side):
    alone = Opcode.DMA_LOAD if side == "src" else Opcode.DMA_STORE
    return opcode in (Opcode.DMA_COPY, alone)


def expect(memory, sbuf, opcode, fields):
    """Accumulates in the copies, one element after another."""
    raw, index, flat = {}, {}, {}
    for side in ("src", "dst"):
        size = FORMATS[fields[side]["dtype"]].bytes
        near = None if in_device(opcode, side) else sbuf.shape[1]
        index[side] = byte_index(fields[side], size, near)
        flat[side] = memory if near is None else sbuf.reshape(-1)
        raw[side] = RAW_TYPES[size]
    src, dst = (fields[side]["dtype"] for side in ("src", "dst"))
    values = flat["src"][index["src"]].reshape(-1).view(raw["src"])
    for value, place in zip(values, index["dst"], strict=True):
        old, new = flat["dst"][place].view(raw["dst"]), np.array([value])
        if src is dst is DType.INT32:
            adds = fields["accumulate"] is Accumulate.ADD
            pair = old.view(np.int32), new.view(np.int32)
            result = (np.add if adds else np.maximum)(*pair).view(raw["dst"])
        else:
            operation = add if fields["accumulate"] is Accumulate.ADD else maximum
            with quiet():
                total = operation(to_float32(old, dst), to_float32(new, src))
                result = from_float32(total, dst)
        flat["dst"][place] = result.view(np.uint8)


def random_accumulation(rng, config, memory_bytes, opcode, dtypes):
    count = rng.choice([1, 2, 7, 12, 24, 60, 64, 120])
    half = config.sbuf_partition_bytes // 2
    fields = {"queue": 0, "accumulate": rng.choice(OPS)}
    for side, dtype in zip(("src", "dst"), dtypes, strict=True):
        size, is_dst = FORMATS[dtype].bytes, side == "dst"
        room = memory_bytes // 2 if in_device(opcode, side) else half
        # Little room: elements often come again.
        room = rng.choice([room, 4 * size + 64]) if is_dst else room
        rows = rng.choice([n for n in range(1, config.partitions + 1) if count % n == 0])
        sizes = factors(rng, count if in_device(opcode, side) else count // rows, 4)
        for _ in range(100):
            if max(sizes) * size < room - 8:
                break
            sizes = factors(rng, count if in_device(opcode, side) else count // rows, 4)
        else:
            room = half
        dims, start = random_dims(rng, sizes, size, room, is_dst or not in_device(opcode, side))
        start = start // size * size if is_dst else start
        if in_device(opcode, side):
            fields[side] = device(start + is_dst * memory_bytes // 2, dims, dtype)
        else:
            dims = [(stride // size, extent) for stride, extent in dims]
            partition = rng.randrange(config.partitions - rows + 1)
            fields[side] = chip(start + is_dst * half, dims, dtype, partition, rows)
    return fields


@pytest.mark.parametrize("seed", few_of(range(4), 1))
def test_random_accumulations_match_numpy(dma_bench, seed):
    """All types, any pattern, elements that come again; one queue, so the copies follow."""
    rng = random.Random(seed)
    bench = dma_bench(CONFIG, seed=seed, stall=rng.choice([0, 0.2, 0.5]))
    memory, sbuf = np.frombuffer(bytes(bench.memory), np.uint8).copy(), bench.sbuf.copy()
    cases = []
    for pc in range(8):
        opcode = OPCODES[pc % 4]
        dtypes = [rng.choice(TYPES), rng.choice(TYPES)]
        fields = random_accumulation(rng, CONFIG, len(memory), opcode, dtypes)
        cases.append((opcode, fields))
        bench.add(opcode, fields, pc=pc, semaphore=pc)
    bench.run()
    read = written = 0
    for opcode, fields in cases:
        expect(memory, sbuf, opcode, fields)
        sizes = {side: byte_index(fields[side], FORMATS[fields[side]["dtype"]].bytes,
                                  None if in_device(opcode, side) else 1).size
                 for side in ("src", "dst")}  # fmt: skip
        read += in_device(opcode, "src") * sizes["src"] + in_device(opcode, "dst") * sizes["dst"]
        written += in_device(opcode, "dst") * sizes["dst"]
    np.testing.assert_array_equal(bench.sbuf, sbuf)
    np.testing.assert_array_equal(np.frombuffer(bytes(bench.memory), np.uint8), memory)
    assert (bench.read_bytes, bench.write_bytes) == (read, written)
    assert bench.traps == []


@pytest.mark.parametrize("opcode", [Opcode.DMA_COPY, Opcode.DMA_LOCAL])
def test_every_element_of_one_word_is_added_in_order(dma_bench, opcode):
    """A stride of 0, numbers whose sum depends on the order, and a slow memory."""
    bench = dma_bench(CONFIG, seed=7, latency=(20, 60), stall=0.3)
    values = np.array([2.0**24, 1, 1, -(2.0**24), 3, 2.0**-20, 2.0**30, 5], np.float32)
    bench.memory[0:32] = values.tobytes()
    bench.sbuf[0, 0:32] = values.view(np.uint8)
    near = opcode is Opcode.DMA_LOCAL
    source = chip(0, [(1, 8)]) if near else device(0, [(4, 8)])
    target = chip(64, [(0, 8)], DType.FP32, 1) if near else device(4096, [(0, 8)])
    bench.memory[4096:4100] = bytes(4)
    bench.sbuf[1, 64:68] = 0
    bench.add(opcode, {"src": source, "dst": target, "accumulate": Accumulate.ADD})
    bench.run()
    total = np.float32(0)
    for value in values:
        total += value
    got = bench.sbuf[1, 64:68].tobytes() if near else bytes(bench.memory[4096:4100])
    assert np.frombuffer(got, np.float32)[0] == total


@pytest.mark.parametrize("dtype", [pytest.param(DType.FP32, marks=pytest.mark.slow), DType.BF16])
def test_contiguous_accumulation_keeps_up_with_a_copy(dma_bench, dtype):
    """Twice as long at most: the port's reads bring two operands."""
    size, count = FORMATS[dtype].bytes, 1536
    took = {}
    for op in (Accumulate.NONE, Accumulate.ADD):
        bench = dma_bench(FAST, seed=8, latency=(100, 100), stall=0, interleave=False)
        bench.add(Opcode.DMA_COPY, {
            "src": device(0, [(size, count)], dtype), "dst": device(16384, [(size, count)], dtype),
            "accumulate": op,
        })  # fmt: skip
        bench.run()
        took[op] = cycles_of(bench)
    assert took[Accumulate.ADD] <= 2.1 * took[Accumulate.NONE]


def test_a_refused_read_of_the_destination_traps(dma_bench):
    bench = dma_bench(CONFIG, seed=9)
    bench.axi[0].bad.add(4096 + 64)
    before = bytes(bench.memory[4096 + 64 : 4096 + 72])
    bench.add(Opcode.DMA_COPY, {"src": device(0, [(4, 8)]), "dst": device(4096 + 64, [(4, 8)]),
                                "accumulate": Accumulate.MAX}, pc=5)  # fmt: skip

    async def body(ctx):
        for _ in range(400):
            await ctx.tick()
        ctx.set(bench.dut.stop, 1)
        for _ in range(100):
            await ctx.tick()
        assert ctx.get(bench.dut.quiet)
        assert not ctx.get(bench.dut.busy)

    bench.run(body)
    cause, _, pc, address = bench.trap()
    assert (cause, pc, address) == (Trap.BUS_ERROR, 5, 4096 + 64)
    assert bytes(bench.memory[4096 + 64 : 4096 + 72]) == before
