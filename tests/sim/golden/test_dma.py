"""DMA instructions."""

from __future__ import annotations

import numpy as np
import pytest

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.csr import counter_address
from tinyneuron_hw.isa.opcodes import Opcode, Stream
from tinyneuron_sim.golden.backend import GoldenBackend
from tinyneuron_sim.golden.errors import GoldenError
from tinyneuron_sim.golden.memory import DEVICE_PAGE_BYTES
from tinyneuron_sim.golden.numerics import RAW_TYPES, from_float32, quiet, to_float32

from .programs import (
    BF16,
    FP16,
    FP32,
    HALT,
    INT32,
    TINY,
    device,
    header,
    nop,
    on_chip,
    run,
    update,
    wait,
)

UINT8 = DType.UINT8


def _chain(*transfers: tuple[Opcode, dict]) -> list[bytes]:
    """Transfers one after another, each waited for."""
    stream = []
    for number, (opcode, fields) in enumerate(transfers, start=1):
        stream.append(encode(opcode, fields, header=header(then=update(0))))
        stream.append(nop(wait(0, number)))
    return [*stream, HALT]


def _run(backend: GoldenBackend, *transfers: tuple[Opcode, dict]) -> None:
    assert run({Stream.SYNC: _chain(*transfers)}, backend).event == "done"


def test_four_dimensions_any_alignment_there_and_back():
    rng = np.random.default_rng(1)
    data = rng.integers(0, 256, 4096, dtype=np.uint8)
    backend = GoldenBackend(TINY)
    backend.memory_write(0, data.tobytes())
    dims = [(3, 5), (-40, 3), (701, 2), (7, 2)]
    count = 5 * 3 * 2 * 2
    there = on_chip(1, 3, 801, [(2, 4), (-100, 5)], UINT8)
    _run(
        backend,
        (Opcode.DMA_LOAD, {"src": device(333, dims, UINT8), "dst": there, "queue": 1}),
        (Opcode.DMA_STORE, {"src": there, "dst": device(0x2001, [(1, count)], UINT8)}),
    )
    where = 333 + np.array([
        i3 * 7 + i2 * 701 - i1 * 40 + i0 * 3
        for i3 in range(2) for i2 in range(2) for i1 in range(3) for i0 in range(5)
    ])  # fmt: skip
    assert backend.memory_read(0x2001, count) == data[where].tobytes()


@pytest.mark.parametrize("source", [FP32, BF16, FP16, INT32])
@pytest.mark.parametrize("target", [FP32, BF16, FP16, INT32])
def test_transfers_cast_or_move_bits(source, target):
    rng = np.random.default_rng(2)
    with quiet():
        values = (rng.standard_normal(64) * 1e4).astype(np.float32)
        raw = from_float32(values, source)
        raw[:8] = rng.integers(0, np.iinfo(raw.dtype).max, 8)
        expected = raw if source is target else from_float32(to_float32(raw, source), target)
    backend = GoldenBackend(TINY)
    backend.memory_write(101, raw.tobytes())
    size_in, size_out = FORMATS[source].bytes, FORMATS[target].bytes
    there = on_chip(0, 4, 9, [(1, 16)], target)
    _run(
        backend,
        (Opcode.DMA_LOAD, {"src": device(101, [(size_in, 64)], source), "dst": there}),
        (Opcode.DMA_STORE, {"src": there, "dst": device(1001, [(size_out, 64)], target)}),
        (Opcode.DMA_COPY, {"src": device(101, [(size_in, 64)], source),
                           "dst": device(3001, [(size_out, 64)], target)}),
    )  # fmt: skip
    kind = RAW_TYPES[size_out]
    for address in (1001, 3001):
        got = np.frombuffer(backend.memory_read(address, 64 * size_out), kind)
        np.testing.assert_array_equal(got, expected)


def test_local_transfers_reshape_across_partitions():
    data = np.arange(24, dtype=np.uint8)
    backend = GoldenBackend(TINY)
    backend.memory_write(0, data.tobytes())
    first = on_chip(0, 4, 0, [(1, 6)], UINT8)
    second = on_chip(1, 2, 100, [(1, 12)], UINT8)
    _run(
        backend,
        (Opcode.DMA_LOAD, {"src": device(0, [(1, 24)], UINT8), "dst": first}),
        (Opcode.DMA_LOCAL, {"src": first, "dst": second}),
        (Opcode.DMA_STORE, {"src": second, "dst": device(512, [(1, 24)], UINT8)}),
    )
    assert backend.memory_read(512, 24) == data.tobytes()


def test_patterns_that_cross_pages_of_device_memory():
    rng = np.random.default_rng(3)
    data = rng.integers(0, 256, 3000, dtype=np.uint8)
    backend = GoldenBackend(TINY)
    start = 2 * DEVICE_PAGE_BYTES - 1500
    backend.memory_write(start, data.tobytes())
    assert backend.memory_read(start, 3000) == data.tobytes()
    dims = [(1, 7), (-11, 5), (700, 4)]
    _run(
        backend,
        (Opcode.DMA_COPY, {"src": device(start + 100, dims, UINT8),
                           "dst": device(3 * DEVICE_PAGE_BYTES - 70, [(1, 140)], UINT8)}),
    )  # fmt: skip
    where = 100 + np.array([i2 * 700 - i1 * 11 + i0 for i2 in range(4) for i1 in range(5)
                            for i0 in range(7)])  # fmt: skip
    assert backend.memory_read(3 * DEVICE_PAGE_BYTES - 70, 140) == data[where].tobytes()


def test_a_register_scales_the_device_address():
    backend = GoldenBackend(TINY)
    backend.memory_write(0x1000 - 3 * 64, b"wanted!!")
    load = encode(
        Opcode.DMA_COPY,
        src=device(0x1000, [(1, 8)], UINT8, address_uses_register=1, register=4, scale=64),
        dst=device(0x2000, [(1, 8)], UINT8, address_uses_register=1, register=4, scale=-16),
    )
    set_register = encode(Opcode.REGISTER, dst=4, a=0xFFFF_FFFD)
    assert run({Stream.SYNC: [set_register, load, HALT]}, backend).event == "done"
    assert backend.memory_read(0x2000 + 48, 8) == b"wanted!!"


def test_where_destination_bytes_repeat_the_last_element_stays():
    backend = GoldenBackend(TINY)
    backend.memory_write(0, bytes(range(12)))
    _run(
        backend,
        (Opcode.DMA_COPY, {"src": device(0, [(1, 12)], UINT8),
                           "dst": device(100, [(1, 3), (0, 4)], UINT8)}),
    )  # fmt: skip
    assert backend.memory_read(100, 3) == bytes([9, 10, 11])


def test_transfers_of_one_queue_run_in_order():
    for seed in range(6):
        backend = GoldenBackend(TINY, schedule_seed=seed)
        backend.memory_write(0, b"abcd")
        hops = [
            encode(Opcode.DMA_COPY, src=device(64 * hop, [(1, 4)], UINT8),
                   dst=device(64 * hop + 64, [(1, 4)], UINT8), queue=1)
            for hop in range(5)
        ]  # fmt: skip
        assert run({Stream.SYNC: [*hops, HALT]}, backend).event == "done"
        assert backend.memory_read(320, 4) == b"abcd"


def test_bytes_moved_are_counted():
    backend = GoldenBackend(TINY)
    there = on_chip(0, 4, 0, [(1, 6)], BF16)
    _run(
        backend,
        (Opcode.DMA_LOAD, {"src": device(0, [(4, 24)], FP32), "dst": there}),
        (Opcode.DMA_STORE, {"src": there, "dst": device(512, [(2, 24)], BF16)}),
    )
    assert backend.csr_read(counter_address("dma_read_bytes")) == 96
    assert backend.csr_read(counter_address("dma_write_bytes")) == 48


def test_sbuf_keeps_its_bytes_between_programs():
    backend = GoldenBackend(TINY)
    backend.memory_write(0, b"kept")
    there = on_chip(2, 1, 5, [(1, 4)], UINT8)
    _run(backend, (Opcode.DMA_LOAD, {"src": device(0, [(1, 4)], UINT8), "dst": there}))
    backend.reset()
    _run(backend, (Opcode.DMA_STORE, {"src": there, "dst": device(64, [(1, 4)], UINT8)}))
    assert backend.memory_read(64, 4) == b"kept"


def test_a_transfer_too_large_to_execute_is_an_error():
    """4 GiB from and to one byte: right for hardware, but no array here should be that long."""
    both = device(0, [(0, 65535), (0, 65535)], UINT8)
    copy = encode(Opcode.DMA_COPY, src=both, dst=both | {"address": 64})
    with pytest.raises(GoldenError, match=r"moves 4294836225 bytes in one transfer"):
        run({Stream.SYNC: [copy, HALT]})


def _moved(opcode: Opcode, fields: dict, data: np.ndarray, size: int) -> bytes:
    """``size`` bytes at 0x2000 after a transfer; ``data`` is at 0."""
    backend = GoldenBackend(TINY)
    backend.memory_write(0, data.tobytes())
    _run(backend, (opcode, fields))
    return backend.memory_read(0x2000, size)


@pytest.mark.parametrize("dtype", [BF16, FP32])
def test_matrices_are_transposed_between_every_pair_of_memories(dtype):
    size = FORMATS[dtype].bytes
    data = np.arange(2 * 3 * 4, dtype=RAW_TYPES[size]).reshape(2, 3, 4)
    there = on_chip(0, 4, 8, [(1, 3), (3, 2)], dtype)
    back = on_chip(1, 3, 64, [(1, 4), (4, 2)], dtype)
    whole = {"src": device(0, [(size, 4), (4 * size, 3), (12 * size, 2)], dtype)}
    turned = device(0x2000, [(size, 3), (3 * size, 4), (12 * size, 2)], dtype)
    backend = GoldenBackend(TINY)
    backend.memory_write(0, data.tobytes())
    again = device(0x3000, [(size, 3), (3 * size, 4), (12 * size, 2)], dtype)
    _run(
        backend,
        (Opcode.DMA_COPY, {**whole, "dst": turned, "transpose": 1}),
        (Opcode.DMA_LOAD, {**whole, "dst": there, "transpose": 1}),
        (Opcode.DMA_LOCAL, {"src": there, "dst": back, "transpose": 1}),
        (Opcode.DMA_STORE, {"src": back, "dst": again, "transpose": 1}),
    )
    for address in (0x2000, 0x3000):
        got = np.frombuffer(backend.memory_read(address, data.nbytes), data.dtype)
        np.testing.assert_array_equal(got.reshape(2, 4, 3), data.swapaxes(1, 2))


def test_a_transpose_onto_its_source_is_an_error():
    square = [(4, 4), (16, 4)]
    with pytest.raises(GoldenError, match="transposes device memory address 0x3c"):
        _moved(Opcode.DMA_COPY, {"src": device(0, square, FP32), "dst": device(0x3C, square, FP32),
                                 "transpose": 1}, np.zeros(32, np.float32), 4)  # fmt: skip


def test_a_transpose_of_two_elements_to_one_place_is_an_error():
    fields = {"src": device(0, [(4, 4), (16, 4)], FP32),
              "dst": device(0x2000, [(4, 4), (12, 4)], FP32), "transpose": 1}  # fmt: skip
    with pytest.raises(
        GoldenError, match="transposes two elements to device memory address 0x200c"
    ):
        _moved(Opcode.DMA_COPY, fields, np.zeros(32, np.float32), 4)


def test_elements_accumulate_in_order():
    values = np.array([2.0**24, 1, 1, -(2.0**24), 3], np.float32)
    fields = {"src": device(0, [(4, 5)], FP32), "dst": device(0x2000, [(0, 5)], FP32)}
    got = _moved(Opcode.DMA_COPY, {**fields, "accumulate": 1}, values, 4)
    assert np.frombuffer(got, np.float32)[0] == 3
    got = _moved(Opcode.DMA_COPY, {**fields, "accumulate": 2}, values, 4)
    assert np.frombuffer(got, np.float32)[0] == 2.0**24


def test_int32_sums_wrap_and_other_types_are_cast():
    whole = np.array([2**31 - 1, -5], np.int32)
    twice = {"src": device(0, [(4, 2)], INT32), "dst": device(0, [(4, 2)], INT32), "accumulate": 1}
    backend = GoldenBackend(TINY)
    backend.memory_write(0, whole.tobytes())
    _run(backend, (Opcode.DMA_COPY, twice))
    assert np.frombuffer(backend.memory_read(0, 8), np.int32).tolist() == [-2, -10]
    mixed = {**twice, "dst": device(0x100, [(2, 2)], BF16)}
    _run(backend, (Opcode.DMA_COPY, mixed))
    expected = from_float32(np.array([-2, -10], np.float32), BF16)
    assert backend.memory_read(0x100, 4) == expected.tobytes()


def test_what_was_never_written_is_not_accumulated_in():
    fields = {"src": device(0, [(4, 4)], FP32), "dst": on_chip(0, 1, 0, [(1, 4)], FP32),
              "accumulate": 1}  # fmt: skip
    with pytest.raises(GoldenError, match="never written"):
        _moved(Opcode.DMA_LOAD, fields, np.zeros(4, np.float32), 4)
