"""Whole transfers through the DMA block."""

import random

import numpy as np
import pytest

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.access import element_offsets
from tinyneuron_hw.isa.opcodes import Opcode, Space

CONFIG = CoreConfig(
    name="dma_test", partitions=4, columns=4, sbuf_partition_bytes=2048, psum_bank_bytes=64,
    dma_engines=2, dma_buffer_beats=32, device_memory_bytes=1 << 16,
)  # fmt: skip


def device(address, dims, dtype=DType.FP32, **more):
    return {"dtype": dtype, "address": address,
            "dims": [{"stride": t, "size": s} for t, s in dims], **more}  # fmt: skip


def chip(offset, dims, dtype=DType.FP32, partition=0, count=1):
    return {"dtype": dtype, "space": Space.SBUF, "start_partition": partition,
            "num_partitions": count, "offset": offset,
            "dims": [{"stride": t, "size": s} for t, s in dims]}  # fmt: skip


def test_loads_a_contiguous_row(dma_bench):
    bench = dma_bench(CONFIG, seed=1)
    bench.add(Opcode.DMA_LOAD, {"src": device(64, [(4, 32)]), "dst": chip(0, [(1, 32)])},
              semaphore=5, pc=7)  # fmt: skip
    bench.run()
    assert bench.sbuf[0, :128].tobytes() == bytes(bench.memory[64:192])
    assert bench.updates == [(0, 5, 1)]
    assert [event[1:4] for event in bench.events] == [(16, 0, 7), (16, 1, 7)]
    assert (bench.read_bytes, bench.write_bytes) == (128, 0)


def byte_index(fields, element_bytes, partition_bytes=None):
    """Flat byte index [elements, element_bytes] of an operand, in element order."""
    dims = [(dim["stride"], dim["size"]) for dim in fields["dims"]]
    if partition_bytes is None:
        starts = element_offsets(fields["address"], dims, 1)
    else:
        inner = element_offsets(fields["offset"], dims, element_bytes)
        rows = fields["start_partition"] + np.arange(fields["num_partitions"])
        starts = (rows[:, None] * partition_bytes + inner[None, :]).reshape(-1)
    return starts[:, None] + np.arange(element_bytes)


_NUMPY = {DType.FP32: np.float32, DType.FP16: np.float16, DType.INT32: np.int32}


def cast(raw, src, dst):
    """uint8[elements, bytes] of ``src`` elements as ``dst`` elements, through FP32."""
    if src == DType.BF16:
        values = (raw.reshape(-1).view(np.uint16).astype(np.uint32) << 16).view(np.float32)
    else:
        values = np.ascontiguousarray(raw).reshape(-1).view(_NUMPY[src]).astype(np.float32)
    nan = np.isnan(values)
    values = np.where(nan, np.float32(0), values)
    with np.errstate(over="ignore"):
        if dst == DType.INT32:
            limited = np.clip(np.rint(values).astype(np.float64), -(2.0**31), 2.0**31 - 1)
            bits = limited.astype(np.int32)
        elif dst == DType.BF16:
            wide = values.view(np.uint32).astype(np.uint64)
            bits = (wide + 0x7FFF + (wide >> 16 & 1) >> 16).astype(np.uint16)
            bits = np.where(nan, 0x7FC0, bits).astype(np.uint16)
        else:
            bits = values.astype(_NUMPY[dst])
            quiet = {DType.FP32: (np.uint32, 0x7FC00000), DType.FP16: (np.uint16, 0x7E00)}[dst]
            bits = np.where(nan, quiet[0](quiet[1]), bits.view(quiet[0])).astype(quiet[0])
    return bits.view(np.uint8).reshape(len(raw), -1)


def expect(bench, opcode, fields):
    """What memory and SBUF hold after a transfer, applied to the given copies."""
    memory, sbuf = bench
    spaces = {
        "src": opcode in (Opcode.DMA_LOAD, Opcode.DMA_COPY),
        "dst": opcode in (Opcode.DMA_STORE, Opcode.DMA_COPY),
    }
    index, flat = {}, {}
    for side, in_device in spaces.items():
        size = FORMATS[fields[side]["dtype"]].bytes
        index[side] = byte_index(fields[side], size, None if in_device else sbuf.shape[1])
        flat[side] = memory if in_device else sbuf.reshape(-1)
    raw = flat["src"][index["src"]]
    if fields["src"]["dtype"] != fields["dst"]["dtype"]:
        raw = cast(raw, fields["src"]["dtype"], fields["dst"]["dtype"])
    flat["dst"][index["dst"].reshape(-1)] = raw.reshape(-1)


def factors(rng, count, parts):
    """``parts`` random sizes whose product is ``count``."""
    sizes = []
    for _ in range(parts - 1):
        sizes.append(rng.choice([d for d in range(1, count + 1) if count % d == 0]))
        count //= sizes[-1]
    sizes.append(count)
    rng.shuffle(sizes)
    return sizes


def random_dims(rng, sizes, unit, room, whole):
    """(stride, size), multiples of ``unit`` bytes if ``whole``, and a start that fits ``room``."""
    while True:
        dims, step = [], unit
        for size in sizes:
            kind = rng.random()
            stride = step if kind < 0.6 else rng.choice([-1, 1]) * rng.randrange(1, 40) * unit
            if kind > 0.95:
                stride = 0
            if kind > 0.7 and not whole:
                stride += rng.randrange(3)
            dims.append((stride, size))
            step = abs(stride) * size
        low = sum(min(0, t * (s - 1)) for t, s in dims)
        high = sum(max(0, t * (s - 1)) for t, s in dims)
        if high - low < room - 8:
            return dims, rng.randrange(-low, room - 8 - high)


def random_transfer(rng, config, memory_bytes):
    opcode = rng.choice([Opcode.DMA_LOAD, Opcode.DMA_STORE, Opcode.DMA_COPY, Opcode.DMA_LOCAL])
    casts = [DType.FP32, DType.BF16, DType.FP16, DType.INT32]
    if rng.random() < 0.5:
        dtypes = (rng.choice(casts), rng.choice(casts))
    else:
        dtypes = (rng.choice(list(DType)),) * 2
    count = rng.choice([1, 2, 7, 12, 24, 60, 64, 120, 128])
    half = config.sbuf_partition_bytes // 2
    fields = {"queue": rng.randrange(config.dma_engines)}
    for side, dtype in zip(("src", "dst"), dtypes, strict=True):
        size = FORMATS[dtype].bytes
        is_dst = side == "dst"
        if opcode in ((Opcode.DMA_COPY, Opcode.DMA_STORE) if is_dst
                      else (Opcode.DMA_COPY, Opcode.DMA_LOAD)):  # fmt: skip
            dims, start = random_dims(rng, factors(rng, count, 4), size, memory_bytes // 2, False)
            fields[side] = device(start + is_dst * memory_bytes // 2, dims, dtype)
        else:
            rows = rng.choice([n for n in range(1, config.partitions + 1) if count % n == 0])
            sizes = factors(rng, count // rows, 4)
            dims, start = random_dims(rng, sizes, size, half, True)
            dims = [(stride // size, extent) for stride, extent in dims]
            partition = rng.randrange(config.partitions - rows + 1)
            fields[side] = chip(start + is_dst * half, dims, dtype, partition, rows)
    return opcode, fields


@pytest.mark.parametrize("seed", range(2))
def test_random_transfers_match_numpy(dma_bench, seed):
    rng = random.Random(seed)
    bench = dma_bench(CONFIG, seed=seed, stall=rng.choice([0, 0.2, 0.5]))
    memory = np.frombuffer(bytes(bench.memory), np.uint8).copy()
    sbuf = bench.sbuf.copy()
    cases = []
    for pc in range(8):
        opcode, fields = random_transfer(rng, CONFIG, len(memory))
        # One queue: transfers run in order, so the copies can be updated in order.
        fields["queue"] = seed % CONFIG.dma_engines
        cases.append((opcode, fields))
        bench.add(opcode, fields, pc=pc, semaphore=pc)
    bench.run()
    for opcode, fields in cases:
        expect((memory, sbuf), opcode, fields)
    assert [semaphore for _, semaphore, _ in bench.updates] == list(range(8))
    np.testing.assert_array_equal(bench.sbuf, sbuf)
    np.testing.assert_array_equal(np.frombuffer(bytes(bench.memory), np.uint8), memory)
    assert bench.traps == []


FAST = CONFIG.with_changes(name="dma_fast", sbuf_partition_bytes=4096, dma_buffer_beats=128)


def cycles_of(bench):
    """Cycles from the first START to the last END."""
    cycles = [event[4] for event in bench.events]
    return max(cycles) - min(cycles)


@pytest.mark.parametrize(("opcode", "skew"), [(Opcode.DMA_LOAD, 3), (Opcode.DMA_STORE, 0)])
def test_one_engine_keeps_the_bus_busy(dma_bench, opcode, skew):
    """Rows of 512 bytes, 100 cycles away, at 90 % of the port's width and more."""
    bench = dma_bench(FAST, seed=2, latency=(100, 100), stall=0, interleave=False)
    rows, row = 8, 512
    memory, sbuf = np.frombuffer(bytes(bench.memory), np.uint8).copy(), bench.sbuf.copy()
    in_device = device(64 + skew, [(1, row), (1024, rows)], DType.UINT8)
    on_chip = chip(0, [(1, row), (row, rows // 4)], DType.UINT8, 0, 4)
    sides = {"src": in_device, "dst": on_chip}
    if opcode is Opcode.DMA_STORE:
        sides = {"src": on_chip, "dst": in_device}
    bench.add(opcode, sides)
    bench.run()
    expect((memory, sbuf), opcode, sides)
    np.testing.assert_array_equal(bench.sbuf, sbuf)
    np.testing.assert_array_equal(np.frombuffer(bytes(bench.memory), np.uint8), memory)
    moving = cycles_of(bench) - 120  # the first data and the last response take a latency
    assert rows * row / moving >= 0.9 * FAST.axi_bytes


@pytest.mark.slow
def test_four_engines_share_a_port_on_short_rows(dma_bench):
    config = FAST.with_changes(dma_engines=4)
    bench = dma_bench(config, seed=3, latency=(100, 100), stall=0, interleave=True)
    rows, row = 16, 64
    for engine in range(4):
        source = device(8192 * engine, [(1, row), (200, rows)], DType.UINT8)
        bench.add(Opcode.DMA_LOAD, {
            "src": source, "dst": chip(0, [(1, row), (row, rows)], DType.UINT8, engine),
            "queue": engine,
        })  # fmt: skip
    bench.run()
    for engine in range(4):
        for i in range(rows):
            at = 8192 * engine + 200 * i
            data = bench.sbuf[engine, row * i : row * (i + 1)].tobytes()
            assert data == bytes(bench.memory[at : at + row])
    assert 4 * rows * row / (cycles_of(bench) - 110) >= 0.5 * FAST.axi_bytes


def test_engines_run_independently(dma_bench):
    """Every engine its own part of both memories; IDs come back interleaved."""
    bench = dma_bench(FAST, seed=4, latency=(1, 30), stall=0.1)
    memory, sbuf = np.frombuffer(bytes(bench.memory), np.uint8).copy(), bench.sbuf.copy()
    rng = random.Random(4)
    cases = []
    for pc in range(8):
        engine = rng.randrange(2)
        in_device = device(8192 * engine + rng.randrange(64), [(4, 12), (101, 8)])
        on_chip = chip(rng.randrange(64), [(1, 96)], DType.FP32, engine)
        # The first transfers of a queue load, so that what is stored later has been written.
        load = rng.random() < 0.5
        sides = {"src": in_device, "dst": on_chip} if load else {"src": on_chip, "dst": in_device}
        opcode = Opcode.DMA_LOAD if load else Opcode.DMA_STORE
        cases.append((opcode, sides))
        bench.add(opcode, {**sides, "queue": engine}, pc=pc, semaphore=engine)
    bench.run()
    for opcode, sides in cases:
        expect((memory, sbuf), opcode, sides)
    np.testing.assert_array_equal(bench.sbuf, sbuf)
    np.testing.assert_array_equal(np.frombuffer(bytes(bench.memory), np.uint8), memory)
    assert all(engine == semaphore for engine, semaphore, _ in bench.updates)


def test_register_moves_the_start_address(dma_bench):
    bench = dma_bench(CONFIG, seed=5)
    source = device(4096, [(1, 16)], DType.UINT8, address_uses_register=1, register=3, scale=-8)
    bench.add(Opcode.DMA_LOAD, {"src": source, "dst": chip(0, [(1, 16)], DType.UINT8)},
              src_register=20)  # fmt: skip
    source = {**source, "scale": 1 << 10}
    bench.add(Opcode.DMA_LOAD, {"src": source, "dst": chip(16, [(1, 16)], DType.UINT8)},
              src_register=(1 << 32) - 2)  # fmt: skip
    bench.run()
    assert bench.sbuf[0, :16].tobytes() == bytes(bench.memory[4096 - 160 : 4096 - 144])
    assert bench.sbuf[0, 16:32].tobytes() == bytes(bench.memory[2048:2064])
