"""Rows that an index tensor chooses, through the DMA block."""

import numpy as np
import pytest

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Opcode, Space, Stream

CONFIG = CoreConfig(
    name="dma_indexed", partitions=4, columns=4, sbuf_partition_bytes=4096, psum_bank_bytes=64,
    dma_engines=2, dma_buffer_beats=128, device_memory_bytes=1 << 16,
)  # fmt: skip
INDEX_OFFSET, TABLE = 2048, 0x1000
ROW = 64
LAST = 40


def chip(offset, dims, dtype=DType.UINT8):
    return {"dtype": dtype, "space": Space.SBUF, "num_partitions": 4, "offset": offset,
            "dims": [{"stride": t, "size": s} for t, s in dims]}  # fmt: skip


def add(bench, opcode, indices, *, skip=0, stride=ROW, row=ROW, pc=0):
    """Rows of ``row`` bytes; indices int[4, rows]."""
    rows = indices.shape[1]
    raw = indices.astype(np.int64).astype(np.uint32).view(np.uint8).reshape(4, -1)
    bench.sbuf[:, INDEX_OFFSET : INDEX_OFFSET + 4 * rows] = raw
    near = chip(0, [(1, row), (0, 1), (0, 1), (row, rows)])
    far = {"dtype": DType.UINT8, "address": TABLE, "dims": [{"stride": 1, "size": row}]}
    src, dst = (far, near) if opcode is Opcode.DMA_GATHER else (near, far)
    bench.add(opcode, {
        "src": src, "dst": dst, "index": chip(INDEX_OFFSET, [(1, rows)], DType.INT32),
        "index_stride": stride, "index_last": LAST, "skip": skip,
    }, pc=pc, semaphore=3, stream=Stream.VECTOR)  # fmt: skip


def some(rows, seed):
    return np.random.default_rng(seed).integers(0, LAST + 1, (4, rows))


def table(bench):
    """The rows in device memory."""
    data = np.frombuffer(bytes(bench.memory), np.uint8)[TABLE : TABLE + ROW * (LAST + 1)]
    return data.reshape(LAST + 1, ROW).copy()


@pytest.mark.parametrize(("opcode", "limit"), [(Opcode.DMA_GATHER, 0.5), (Opcode.DMA_SCATTER, 1.5)])
def test_a_row_costs_hardly_more_than_its_data(dma_bench, opcode, limit):
    """Rows of 64 bytes anywhere, 100 cycles away."""
    bench = dma_bench(CONFIG, seed=1, latency=(100, 100), stall=0, interleave=False)
    indices, rows = some(16, 1), 16
    add(bench, opcode, indices)
    expected, before = table(bench), bench.sbuf[:, : ROW * rows].reshape(4, rows, ROW).copy()
    bench.run()
    if opcode is Opcode.DMA_GATHER:
        np.testing.assert_array_equal(bench.sbuf[:, : ROW * rows].reshape(4, rows, ROW),
                                      expected[indices])  # fmt: skip
    else:
        for p, n in np.ndindex(4, rows):
            expected[indices[p, n]] = before[p, n]
        np.testing.assert_array_equal(table(bench), expected)
    cycles = [event[4] for event in bench.events]
    beats = -(-ROW // CONFIG.axi_bytes)
    each = (max(cycles) - min(cycles) - 120) / (4 * rows)
    print(opcode.name, each, beats)
    assert each <= beats + limit


def test_rows_left_out_stay(dma_bench):
    bench = dma_bench(CONFIG, seed=2)
    indices = some(6, 2)
    indices[0, 0] = indices[1, 2] = -1
    indices[2, 5] = LAST + 1
    indices[3] = -(1 << 31)
    before = bench.sbuf[:, : 6 * ROW].reshape(4, 6, ROW).copy()
    add(bench, Opcode.DMA_GATHER, indices, skip=1)
    bench.run()
    valid = (indices >= 0) & (indices <= LAST)
    expected = np.where(valid[..., None], table(bench)[np.where(valid, indices, 0)], before)
    np.testing.assert_array_equal(bench.sbuf[:, : 6 * ROW].reshape(4, 6, ROW), expected)
    assert bench.updates == [(0, 3, 1)]


def test_nothing_to_move(dma_bench):
    """All rows are left out: the update comes, and what follows runs."""
    bench = dma_bench(CONFIG, seed=3)
    add(bench, Opcode.DMA_SCATTER, np.full((4, 3), -5), skip=1)
    add(bench, Opcode.DMA_SCATTER, np.full((4, 3), -5), skip=1, pc=1)
    before = bytes(bench.memory)
    bench.run()
    assert bytes(bench.memory) == before
    assert bench.updates == [(0, 3, 1)] * 2
    assert bench.axi[0].log == []


@pytest.mark.parametrize("opcode", [Opcode.DMA_GATHER, Opcode.DMA_SCATTER])
@pytest.mark.parametrize(
    ("index", "stride", "address"),
    [(-1, ROW, (1 << 24) + INDEX_OFFSET + 8), (LAST, 1 << 20, TABLE + (LAST << 20)),
     pytest.param(LAST, -(1 << 20), (TABLE - (LAST << 20)) % (1 << 48), marks=pytest.mark.slow)],
)  # fmt: skip
def test_rows_before_the_one_that_traps_are_moved(dma_bench, opcode, index, stride, address):
    bench = dma_bench(CONFIG, seed=4)
    indices = np.zeros((4, 5), int)
    indices[1, 2] = index
    indices[1, 3] = indices[2] = LAST
    near = bench.sbuf[:, : 5 * ROW].reshape(4, 5, ROW)
    before, rows = near.copy(), table(bench)
    add(bench, opcode, indices, stride=stride, pc=9)

    async def body(ctx):
        await ctx.tick().until(bench.dut.trap.valid)
        ctx.set(bench.dut.stop, 1)
        await ctx.tick().repeat(100)
        assert ctx.get(bench.dut.quiet)
        assert not ctx.get(bench.dut.busy)

    bench.run(body)
    assert bench.trap() == (Trap.OUT_OF_RANGE, Stream.VECTOR, 9, address)
    assert bench.updates == []
    if opcode is Opcode.DMA_GATHER:
        before[0], before[1, :2] = rows[0], rows[0]
        np.testing.assert_array_equal(near, before)
    else:
        rows[0] = before[1, 1]
        np.testing.assert_array_equal(table(bench), rows)


@pytest.mark.parametrize("wait", [30, pytest.param(45, marks=pytest.mark.slow), 70])
def test_stop_in_the_middle_and_a_new_start(dma_bench, wait):
    bench = dma_bench(CONFIG, seed=wait, latency=(5, 40))
    add(bench, Opcode.DMA_GATHER, some(16, wait))
    dut = bench.dut

    async def body(ctx):
        await ctx.tick().repeat(wait)
        ctx.set(dut.stop, 1)
        await ctx.tick().repeat(4)
        await ctx.tick().until(dut.quiet & ~dut.busy)
        assert bench.axi[0].in_flight == 0
        ctx.set(dut.stop, 0)
        bench.commands.clear()
        bench.updates.clear()
        bench.indices = some(7, 5)
        add(bench, Opcode.DMA_GATHER, bench.indices)
        ctx.set(dut.issue.issue.payload, bench.commands[0])
        ctx.set(dut.issue.issue.valid, 1)
        await ctx.tick().until(dut.issue.issue.ready)
        ctx.set(dut.issue.issue.valid, 0)
        await ctx.tick().until(~dut.busy)

    bench.issue_until_stop = True
    bench.run(body)
    assert bench.updates == [(0, 3, 1)]
    np.testing.assert_array_equal(bench.sbuf[:, : 7 * ROW].reshape(4, 7, ROW),
                                  table(bench)[bench.indices])  # fmt: skip
