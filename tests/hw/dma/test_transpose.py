"""Transfers that transpose, through the DMA block."""

import random

import numpy as np
import pytest

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.opcodes import Opcode

from .test_accumulate import OPCODES, in_device
from .test_dma import CONFIG, FAST, byte_index, chip, cycles_of, device

TYPES = (DType.BF16, DType.UINT16, DType.FP32, DType.INT32)


def matrices(fields, side, partition_bytes):
    """Byte index [batch, row, column, byte] of an operand."""
    size = FORMATS[fields["dtype"]].bytes
    index = byte_index(fields, size, partition_bytes)
    sizes = [dim["size"] for dim in fields["dims"]]
    sizes += [1] * (4 - len(sizes))
    if partition_bytes is None:
        return index.reshape(-1, sizes[1], sizes[0], size)
    return index.reshape(fields["num_partitions"], -1, sizes[0], size).swapaxes(0, 1)


def expect(memory, sbuf, opcode, fields):
    """Transposes in the copies."""
    index, flat = {}, {}
    for side in ("src", "dst"):
        near = None if in_device(opcode, side) else sbuf.shape[1]
        index[side] = matrices(fields[side], side, near)
        flat[side] = memory if near is None else sbuf.reshape(-1)
    flat["dst"][index["dst"].swapaxes(1, 2)] = flat["src"][index["src"]]


def operand(rng, config, room, base, near, dtype, batches, rows, columns):
    """Matrices somewhere in ``room`` bytes from ``base`` on: at any place, with gaps."""
    size = FORMATS[dtype].bytes
    step = rng.choice([size, size, size, 2 * size])
    if near:
        stride = columns * step + rng.choice([0, size])
        reach = stride * batches
        start = base + rng.randrange(room - reach + 1)
        return chip(start, [(step // size, columns), (stride // size, batches)], dtype,
                    rng.randrange(config.partitions - rows + 1), rows)  # fmt: skip
    stride = columns * step + rng.choice([0, 1, size, 40])
    outer = stride * rows + rng.choice([0, 3])
    start = base + rng.randrange(room - outer * batches + 1)
    dims = [(step, columns), (stride, rows), (outer, batches)]
    if rng.random() < 0.2:  # backwards
        start, dims = start + stride * (rows - 1), [dims[0], (-stride, rows), dims[2]]
    return device(start, dims, dtype)


def random_transpose(rng, config, memory_bytes, opcode):
    dtype, half = rng.choice(TYPES), config.sbuf_partition_bytes // 2
    near = {side: not in_device(opcode, side) for side in ("src", "dst")}
    rows = rng.randint(1, config.partitions if near["src"] else 21)
    columns = rng.randint(1, config.partitions if near["dst"] else 21)
    batches = rng.choice([1, 1, 2, 3])
    fields = {"queue": 0, "transpose": 1}
    for side, shape in (("src", (rows, columns)), ("dst", (columns, rows))):
        room = half if near[side] else memory_bytes // 2
        base = room if side == "dst" else 0
        fields[side] = operand(rng, config, room, base, near[side], dtype, batches, *shape)
    return fields


@pytest.mark.parametrize(
    ("seed", "partitions"),
    [(0, 4), pytest.param(1, 4, marks=pytest.mark.slow), pytest.param(2, 4, marks=pytest.mark.slow),
     pytest.param(3, 16, marks=pytest.mark.slow)],
)  # fmt: skip
def test_random_transposes_match_numpy(dma_bench, seed, partitions):
    """Edges of tiles, batches, gaps between elements, every placement."""
    rng = random.Random(seed)
    config = CONFIG.with_changes(partitions=partitions, columns=partitions)
    bench = dma_bench(config, seed=seed, stall=rng.choice([0, 0.2, 0.5]))
    memory, sbuf = np.frombuffer(bytes(bench.memory), np.uint8).copy(), bench.sbuf.copy()
    cases = []
    for pc in range(8):
        opcode = OPCODES[pc % 4]
        cases.append((opcode, random_transpose(rng, config, len(memory), opcode)))
        bench.add(*cases[-1], pc=pc, semaphore=pc)
    bench.run()
    for opcode, fields in cases:
        expect(memory, sbuf, opcode, fields)
    assert [semaphore for _, semaphore, _ in bench.updates] == list(range(8))
    np.testing.assert_array_equal(bench.sbuf, sbuf)
    np.testing.assert_array_equal(np.frombuffer(bytes(bench.memory), np.uint8), memory)
    assert bench.traps == []


@pytest.mark.parametrize("dtype", [pytest.param(DType.BF16, marks=pytest.mark.slow), DType.FP32])
def test_whole_tiles_move_at_half_the_rate_of_the_bus(dma_bench, dtype):
    size = FORMATS[dtype].bytes
    edge = 64 // size
    bench = dma_bench(FAST, seed=8, latency=(30, 30), stall=0, interleave=False)
    memory, sbuf = np.frombuffer(bytes(bench.memory), np.uint8).copy(), bench.sbuf.copy()
    dims = [(size, edge), (64, edge), (64 * edge, 3)]
    fields = {"src": device(0, dims, dtype), "dst": device(16384, dims, dtype), "transpose": 1}
    bench.add(Opcode.DMA_COPY, fields)
    bench.run()
    expect(memory, sbuf, Opcode.DMA_COPY, fields)
    np.testing.assert_array_equal(np.frombuffer(bytes(bench.memory), np.uint8), memory)
    moved = 3 * 64 * edge
    assert moved / (cycles_of(bench) - 60) >= 0.5 * FAST.axi_bytes
