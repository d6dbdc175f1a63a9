"""Lists of buffers: a side of a transfer."""

from __future__ import annotations

import numpy as np
import pytest

from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.csr import Trap, counter_address
from tinyneuron_hw.isa.opcodes import Opcode, Stream
from tinyneuron_sim.golden.backend import GoldenBackend
from tinyneuron_sim.golden.errors import GoldenError
from tinyneuron_sim.golden.schedules import rehearse_schedules
from tinyneuron_sim.loader import MemoryWindow

from .programs import BF16, FP32, HALT, TINY, device, header, nop, on_chip, run, update, wait

LIST, FIRST, SECOND, PLAIN = 0x1000, 0x2003, 0x4001, 0x6000
BUFFERS = [(FIRST, 9), (SECOND, 1), (FIRST + 200, 14)]
"""24 bytes; elements of four bytes lie across their ends."""
UINT8 = DType.UINT8


def _put(backend: GoldenBackend, buffers: list[tuple[int, int]]) -> None:
    raw = np.array(buffers, dtype="<u8").tobytes()
    backend.memory_write(LIST, raw)


def _listed(dtype: DType = UINT8, entries: int = 3, **more) -> dict:
    return {"dtype": dtype, "address": LIST, "list": 1, "dims": [{"size": entries}], **more}


def _plain(count: int, dtype: DType = UINT8, size: int = 1) -> dict:
    return device(PLAIN, [(size, count)], dtype)


def _copy(**fields) -> bytes:
    return encode(Opcode.DMA_COPY, fields, header=header(then=update(0)))


def _code(*instructions: bytes) -> dict:
    return {Stream.SYNC: [*instructions, nop(wait(0, len(instructions))), HALT]}


def _fill(backend: GoldenBackend) -> bytes:
    """Numbers in the buffers; all their bytes."""
    data = np.arange(1.5, 7.5, dtype=np.float32).tobytes()
    at = 0
    for address, size in BUFFERS:
        backend.memory_write(address, data[at : at + size])
        at += size
    return data


def test_elements_may_lie_across_buffers():
    backend = GoldenBackend(TINY)
    _put(backend, BUFFERS)
    data = _fill(backend)
    copy = _copy(src=_listed(FP32), dst=_plain(6, BF16, 2))
    assert run(_code(copy), backend).event == "done"
    numbers = np.frombuffer(data, np.uint32) >> 16
    assert backend.memory_read(PLAIN, 12) == numbers.astype("<u2").tobytes()
    assert backend.csr_read(counter_address("dma_read_bytes")) == 24
    assert backend.csr_read(counter_address("dma_write_bytes")) == 12


def test_of_buffers_that_overlap_the_later_one_stays():
    backend = GoldenBackend(TINY)
    _put(backend, [(FIRST, 8), (FIRST + 4, 8), (SECOND, 8)])
    backend.memory_write(PLAIN, bytes(range(24)))
    chip = on_chip(1, 2, 40, [(1, 12)], UINT8)
    load = encode(Opcode.DMA_LOAD, src=_plain(24), dst=chip, header=header(then=update(0)))
    store = encode(Opcode.DMA_STORE, src=chip, dst=_listed(), header=header(then=update(0)))
    assert run(_code(load, store), backend).event == "done"
    assert backend.memory_read(FIRST, 13) == bytes([0, 1, 2, 3, *range(8, 16), 0])
    assert backend.memory_read(SECOND, 8) == bytes(range(16, 24))


ENTRY = LIST + 32
BROKEN = [
    ([(FIRST, 9), (SECOND, 1), (FIRST, 15)], Trap.BAD_OPERAND, ENTRY),
    ([(FIRST, 9), (SECOND, 1), (FIRST, 13)], Trap.BAD_OPERAND, ENTRY),
    ([(FIRST, 9), (SECOND, 15), (FIRST, 0)], Trap.BAD_OPERAND, ENTRY),
    ([(FIRST, 9), (SECOND, 0), (FIRST, 15)], Trap.BAD_OPERAND, LIST + 16),
    ([(FIRST, 24), (SECOND, 1), (FIRST, 1)], Trap.BAD_OPERAND, LIST + 16),
    ([(FIRST, 9), (SECOND, (1 << 34) + 1), (FIRST, 14)], Trap.BAD_OPERAND, LIST + 16),
    ([(FIRST, 9), (SECOND, 1), (1 << 48, 14)], Trap.OUT_OF_RANGE, 0),
    ([(FIRST, 9), ((1 << 64) - 1, 1), (FIRST, 14)], Trap.OUT_OF_RANGE, (1 << 48) - 1),
]


@pytest.mark.parametrize(("buffers", "cause", "address"), BROKEN)
@pytest.mark.parametrize("side", ["src", "dst"])
def test_a_list_that_does_not_fit_moves_nothing(buffers, cause, address, side):
    backend = GoldenBackend(TINY)
    _put(backend, buffers)
    backend.memory_write(FIRST, bytes([7] * 32))
    backend.memory_write(PLAIN, bytes([8] * 24))
    sides = {"src": _plain(24), "dst": _plain(24)} | {side: _listed()}
    run(_code(_copy(**sides)), backend)
    trap = backend.trap
    assert trap is not None
    assert (trap.cause, trap.pc, trap.address) == (cause, 0, address)
    assert backend.memory_read(FIRST, 32) == bytes([7] * 32)
    assert backend.memory_read(PLAIN, 24) == bytes([8] * 24)


def _refused(streams: dict, message: str, buffers: list[tuple[int, int]] = BUFFERS) -> None:
    def prepare(backend: GoldenBackend) -> None:
        _put(backend, buffers)

    backend = GoldenBackend(TINY)
    prepare(backend)
    with pytest.raises(GoldenError, match=message):
        run(streams, backend)
    with pytest.raises(GoldenError, match=message):
        rehearse_schedules(TINY, streams, prepare=prepare)


def test_buffers_and_list_are_in_the_race_check():
    copy = _copy(src=_plain(24), dst=_listed())
    for place in (SECOND, LIST + 47):
        other = encode(Opcode.DMA_COPY, src=device(PLAIN, [(1, 1)], UINT8), queue=1,
                       dst=device(place, [(1, 1)], UINT8))  # fmt: skip
        streams = {**_code(copy), Stream.VECTOR: [other, HALT]}
        _refused(streams, f"race on device memory address 0x{place:x}")


@pytest.mark.parametrize("place", [LIST + 40, PLAIN + 5])
def test_a_buffer_must_not_lie_in_the_source_or_the_list(place):
    backend = GoldenBackend(TINY)
    _put(backend, [(FIRST, 23), (place, 1), (SECOND, 1)])
    streams = _code(_copy(src=_plain(25), dst=_listed()))
    with pytest.raises(GoldenError, match=f"writes device memory address 0x{place:x} before it"):
        run(streams, backend)


def test_a_list_beyond_the_memory_is_a_bus_error():
    backend = GoldenBackend(TINY)
    end = TINY.device_memory_bytes
    copy = _copy(src=_listed(address=end - 16, entries=2), dst=_plain(24))
    run(_code(copy), backend, windows=[MemoryWindow(0, 1 << 40, True, True, True)])
    assert backend.trap is not None
    assert (backend.trap.cause, backend.trap.address) == (Trap.BUS_ERROR, end)
