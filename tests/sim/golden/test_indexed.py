"""Gather and scatter: rows of device memory that an index tensor in SBUF chooses."""

from __future__ import annotations

import numpy as np
import pytest

from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.csr import Csr, Trap, counter_address
from tinyneuron_hw.isa.opcodes import Opcode, Stream
from tinyneuron_sim.golden.backend import GoldenBackend
from tinyneuron_sim.golden.errors import GoldenError
from tinyneuron_sim.loader import MemoryWindow, load_and_start

from .programs import BF16, FP32, HALT, INT32, TINY, device, header, nop, on_chip, run, update, wait

UINT32 = DType.UINT32
TABLE, INDICES, NEAR, OUT = 0x2000, 0x1000, 0x4000, 0x6000
PARTITIONS, ROWS, ROW = 3, 4, 5
CHIP_INDEX, CHIP_ROWS = 256, 512


def _indices(dtype: DType = INT32) -> dict:
    return on_chip(1, PARTITIONS, CHIP_INDEX, [(1, ROWS)], dtype)


def _near(dtype: DType = FP32) -> dict:
    return on_chip(0, PARTITIONS, CHIP_ROWS, [(1, ROW), (1, 1), (1, 1), (ROW, ROWS)], dtype)


def _steps(*instructions: bytes) -> list[bytes]:
    """On one queue, then HALT when all are over."""
    return [*instructions, nop(wait(0, 1)), HALT]


def _load_indices(dtype: DType = INT32) -> bytes:
    dims = [(4, ROWS * PARTITIONS)]
    return encode(Opcode.DMA_LOAD, src=device(INDICES, dims, dtype), dst=_indices(dtype))


def _backend(indices: np.ndarray) -> tuple[GoldenBackend, np.ndarray]:
    backend = GoldenBackend(TINY)
    table = np.random.default_rng(7).standard_normal((16, ROW)).astype(np.float32)
    backend.memory_write(TABLE, table.tobytes())
    backend.memory_write(INDICES, (indices.astype(np.int64) & 0xFFFF_FFFF).astype("<u4").tobytes())
    return backend, table


def _gather(**more) -> bytes:
    fields = {"src": device(TABLE, [(4, ROW)]), "dst": _near(), "index": _indices(),
              "index_stride": 4 * ROW, "index_last": 15} | more  # fmt: skip
    return encode(Opcode.DMA_GATHER, fields, header=header(then=update(0)))


def _scatter(**more) -> bytes:
    fields = {"src": _near(), "dst": device(TABLE, [(4, ROW)]), "index": _indices(),
              "index_stride": 4 * ROW, "index_last": 15} | more  # fmt: skip
    return encode(Opcode.DMA_SCATTER, fields, header=header(then=update(0)))


def _store(dtype: DType = FP32) -> bytes:
    size = {FP32: 4, BF16: 2}[dtype]
    return encode(Opcode.DMA_STORE, src=_near(dtype),
                  dst=device(OUT, [(size, PARTITIONS * ROWS * ROW)], dtype),
                  header=header(then=update(1)))  # fmt: skip


def _fill() -> bytes:
    dims = [(4, PARTITIONS * ROWS * ROW)]
    return encode(Opcode.DMA_LOAD, src=device(NEAR, dims), dst=_near())


SOME = np.array([[3, 0, 15, 3], [1, 1, 2, 9], [14, 13, 12, 0]])


@pytest.mark.parametrize("dtype", [INT32, UINT32])
def test_gather_casts_the_rows_it_takes(dtype):
    backend, table = _backend(SOME)
    code = _steps(_load_indices(dtype), _gather(dst=_near(BF16), index=_indices(dtype)),
                  _store(BF16), nop(wait(1, 1)))  # fmt: skip
    assert run({Stream.SYNC: code}, backend).event == "done"
    got = np.frombuffer(backend.memory_read(OUT, 2 * SOME.size * ROW), np.uint16)
    wide = table[SOME].reshape(-1).view(np.uint32).astype(np.uint64)
    np.testing.assert_array_equal(got, (wide + 0x7FFF + (wide >> 16 & 1)) >> 16)
    assert backend.csr_read(counter_address("dma_read_bytes")) == 4 * (SOME.size * (ROW + 1))


def test_a_later_row_of_a_scatter_stays():
    backend, table = _backend(SOME)
    rows = np.random.default_rng(8).standard_normal((*SOME.shape, ROW)).astype(np.float32)
    backend.memory_write(NEAR, rows.tobytes())
    assert run({Stream.SYNC: _steps(_load_indices(), _fill(), _scatter())}, backend).event == "done"
    for p, n in np.ndindex(SOME.shape):
        table[SOME[p, n]] = rows[p, n]
    assert backend.memory_read(TABLE, table.nbytes) == table.tobytes()


def test_skip_leaves_rows_as_they_are():
    indices = SOME.copy()
    indices[0, 0] = indices[2, 3] = -1
    indices[1] = 16
    backend, table = _backend(indices)
    before = np.random.default_rng(9).standard_normal((*SOME.shape, ROW)).astype(np.float32)
    backend.memory_write(NEAR, before.tobytes())
    code = _steps(_load_indices(), _fill(), _gather(skip=1), _store(), nop(wait(1, 1)))
    assert run({Stream.SYNC: code}, backend).event == "done"
    valid = (indices >= 0) & (indices < 16)
    expected = np.where(valid[..., None], table[np.where(valid, indices, 0)], before)
    assert backend.memory_read(OUT, expected.nbytes) == expected.tobytes()


@pytest.mark.parametrize(
    ("index", "more", "address"),
    [(16, {}, (2 << 24) + CHIP_INDEX + 8), (-1, {}, (2 << 24) + CHIP_INDEX + 8),
     (15, {"index_stride": 0x100}, TABLE + 0xF00), (15, {"index_stride": -0x200, "skip": 1},
                                                    TABLE - 0x1E00)],
)  # fmt: skip
def test_traps_after_the_rows_before(index, more, address):
    """Partition 2 of SBUF holds the indices of the second partition of rows."""
    indices = np.zeros_like(SOME)
    indices[1, 2] = index
    backend, _ = _backend(indices)
    rows = np.random.default_rng(8).standard_normal((*SOME.shape, ROW)).astype(np.float32)
    backend.memory_write(NEAR, rows.tobytes())
    code = {Stream.SYNC: _steps(_load_indices(), _fill(), _scatter(**more))}
    data = [(INDICES, 0x1000), (TABLE, 0x800), (NEAR, 0x1000)]
    windows = [MemoryWindow(0x1_0000, 4096, False, False, True)]
    windows += [MemoryWindow(base, size) for base, size in data]
    load_and_start(backend, code, 0x1_0000, windows)
    assert backend.run(10_000).event == "trap"
    assert Trap(backend.csr_read(Csr.TRAP_CAUSE)) is Trap.OUT_OF_RANGE
    low, high = (backend.csr_read(csr) for csr in (Csr.TRAP_ADDRESS_LO, Csr.TRAP_ADDRESS_HI))
    assert low | high << 32 == address
    assert backend.memory_read(TABLE, 4 * ROW) == rows[1, 1].tobytes()


def test_a_row_without_memory_is_a_bus_error():
    backend, _ = _backend(SOME)
    top = TINY.device_memory_bytes
    code = {Stream.SYNC: _steps(_load_indices(), _gather(src=device(top - 64, [(4, ROW)])))}
    load_and_start(backend, code, 0x1_0000, [MemoryWindow(0, 2 * top)])
    assert backend.run(10_000).event == "trap"
    assert Trap(backend.csr_read(Csr.TRAP_CAUSE)) is Trap.BUS_ERROR


def test_rows_must_not_be_written_over_indices():
    backend, _ = _backend(SOME)
    over = _near() | {"offset": CHIP_INDEX - 76}
    with pytest.raises(GoldenError, match="before it reads it as a source"):
        run({Stream.SYNC: _steps(_load_indices(), _gather(dst=over))}, backend)


@pytest.mark.parametrize("row", [3, 4])
def test_a_race_is_on_the_rows_that_are_read(row):
    """Row 3 is taken, row 4 is not."""
    backend, _ = _backend(SOME)
    other = encode(Opcode.DMA_COPY, src=device(NEAR, [(4, ROW)]), queue=1,
                   dst=device(TABLE + 4 * ROW * row, [(4, ROW)]))  # fmt: skip
    streams = {Stream.SYNC: _steps(_load_indices(), _gather()), Stream.VECTOR: [other, HALT]}
    if row == 4:
        assert run(streams, backend).event == "done"
        return
    with pytest.raises(GoldenError, match="race on device memory"):
        run(streams, backend)


def test_a_race_on_the_indices():
    backend, _ = _backend(SOME)
    other = encode(Opcode.DMA_LOAD, src=device(NEAR, [(4, 1)]), queue=1,
                   dst=on_chip(1, 1, CHIP_INDEX, [(1, 1)]))  # fmt: skip
    streams = {Stream.SYNC: _steps(_load_indices(), _gather()), Stream.VECTOR: [other, HALT]}
    with pytest.raises(GoldenError, match="race on SBUF"):
        run(streams, backend)
