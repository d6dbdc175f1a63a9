"""Rings of descriptors: what they run, and when that is in order."""

from __future__ import annotations

import pytest

from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.csr import Csr, Trap, counter_address
from tinyneuron_hw.isa.opcodes import Opcode, Stream
from tinyneuron_sim.golden.backend import GoldenBackend
from tinyneuron_sim.golden.errors import GoldenError
from tinyneuron_sim.golden.schedules import rehearse_schedules
from tinyneuron_sim.loader import MemoryWindow

from .programs import HALT, TINY, device, header, nop, run, update, wait

RING, SOURCE, SPARE = 0x1000, 0x3000, 0x8000
UINT8 = DType.UINT8


def _copy(source: int, target: int, size: int = 16, **more) -> bytes:
    sides = {"src": device(source, [(1, size)], UINT8), "dst": device(target, [(1, size)], UINT8)}
    return encode(Opcode.DMA_COPY, sides | more)


def _ring(first: int = 0, count: int = 4, entries: int = 4, semaphore: int = 0, **more) -> bytes:
    ring = {"address": RING, "entries": entries, "first": first, "count": count}
    return encode(Opcode.DMA_RING, ring=ring, header=header(then=update(semaphore)), **more)


def _chain(backend: GoldenBackend, first: int = 0, entries: int = 4) -> list[int]:
    """Four descriptors, each of which copies what the one before it wrote."""
    places = [SOURCE + 16 * i for i in range(5)]
    for i in range(4):
        at = RING + 128 * ((first + i) % entries)
        backend.memory_write(at, _copy(places[i], places[i + 1]))
    backend.memory_write(SOURCE, bytes(range(16)))
    return places


def _refused(streams: dict, message: str, prepare=_chain) -> None:
    """On golden, and when it is only rehearsed."""
    backend = GoldenBackend(TINY)
    prepare(backend)
    with pytest.raises(GoldenError, match=message):
        run(streams, backend)
    with pytest.raises(GoldenError, match=message):
        rehearse_schedules(TINY, streams, prepare=prepare)


def test_a_ring_goes_on_at_its_start():
    backend = GoldenBackend(TINY)
    places = _chain(backend, first=3, entries=5)
    code = [_ring(first=3, entries=5), nop(wait(0, 1)), HALT]
    assert run({Stream.SYNC: code}, backend).event == "done"
    for place in places:
        assert backend.memory_read(place, 16) == bytes(range(16))
    assert backend.csr_read(counter_address("dma_read_bytes")) == 64
    assert backend.csr_read(counter_address("sync_instructions")) == 3
    assert sum(event.source >= 16 for event in backend.trace_events()) == 8


def test_a_transfer_before_it_in_the_queue_may_write_the_ring():
    backend = GoldenBackend(TINY)
    backend.memory_write(SOURCE, bytes(range(16)))
    backend.memory_write(SPARE, _copy(SOURCE, SOURCE + 100))
    code = [_copy(SPARE, RING, 128), _ring(count=1, entries=1), nop(wait(0, 1)), HALT]
    assert run({Stream.SYNC: code}, backend).event == "done"
    assert backend.memory_read(SOURCE + 100, 16) == bytes(range(16))


def test_another_queue_must_be_waited_for():
    code = [_copy(SPARE, RING + 256, 128), _ring(queue=1), nop(wait(0, 1)), HALT]
    _refused(
        {Stream.SYNC: code}, r"race on device memory address 0x1100: SYNC pc . .* what SYNC pc ."
    )


def test_its_transfers_are_in_the_race_check():
    """The last one writes what another stream's transfer reads."""
    other = [_copy(SOURCE + 64, SPARE, queue=1), HALT]
    code = [_ring(), nop(wait(0, 1)), HALT]
    _refused({Stream.SYNC: code, Stream.VECTOR: other}, r"race on device memory address 0x3040")


def test_a_transfer_must_not_write_its_own_ring():
    def prepare(backend: GoldenBackend) -> None:
        _chain(backend)
        backend.memory_write(RING + 128, _copy(SOURCE, RING + 3 * 128 + 120))

    message = r"SYNC pc 0 .*`DMA_COPY .* writes device memory address 0x11f8, a descriptor of its"
    _refused({Stream.SYNC: [_ring(), nop(wait(0, 1)), HALT]}, message, prepare)
    backend = GoldenBackend(TINY)
    prepare(backend)  # that entry is not meant
    assert run({Stream.SYNC: [_ring(count=3), nop(wait(0, 1)), HALT]}, backend).event == "done"


BAD_OPERAND, BAD_OPCODE = Trap.BAD_OPERAND, Trap.BAD_OPCODE
BROKEN = [
    (encode(Opcode.DMA_RING, ring={"entries": 1, "count": 1}), BAD_OPCODE, RING + 256),
    (encode(Opcode.HALT), BAD_OPCODE, RING + 256),
    (bytes([0xFF]) + bytes(127), BAD_OPCODE, RING + 256),
    (_copy(SOURCE, SPARE)[:-1] + b"\x80", BAD_OPCODE, RING + 256),
    (_copy(SOURCE, SPARE, header=header(wait(0, 0))), BAD_OPERAND, RING + 256),
    (_copy(SOURCE, SPARE, queue=1), BAD_OPERAND, RING + 256),
    (_copy(SOURCE, SPARE, **{"src.address_uses_register": 1}), BAD_OPERAND, RING + 256),
    (_copy(SOURCE, SPARE, **{"dst.dims.1.stride_by_register": 1}), BAD_OPERAND, RING + 256),
    (_copy(SOURCE, SPARE, **{"dst.dims.1.size": 3}), BAD_OPERAND, RING + 256),
    (_copy(SOURCE, 0x2_0000), Trap.OUT_OF_RANGE, 0x2_0000),
    (encode(Opcode.DMA_LOAD, src=device(0, [(1, 16)], UINT8),
            dst={"dtype": UINT8, "num_partitions": 1, "offset": 8190, "dims": [{"size": 16}]}),
     None, None),
    (encode(Opcode.DMA_LOAD, src=device(0, [(1, 16)], UINT8),
            dst={"dtype": UINT8, "num_partitions": 9, "offset": 40, "dims": [{"size": 1}]}),
     Trap.OUT_OF_RANGE, 40),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "cause", "address"), BROKEN)
def test_a_bad_descriptor_traps_behind_those_before_it(raw, cause, address):
    backend = GoldenBackend(TINY)
    places = _chain(backend)
    backend.memory_write(RING + 256, raw)
    windows = [MemoryWindow(0, 0x1_0000, True, True, False),
               MemoryWindow(0x4_0000, 0x1000, False, False, True)]  # fmt: skip
    code = [nop(), _ring(), nop(wait(0, 1)), HALT]
    result = run({Stream.SYNC: code}, backend, base=0x4_0000, windows=windows)
    if cause is None:  # legal: elements of stride 0
        assert result.event == "done"
        return
    trap = backend.trap
    assert trap is not None
    found = trap.cause, trap.stream, trap.pc, trap.address
    assert found == (cause, Stream.SYNC, 1, address)
    assert backend.memory_read(places[2], 16) == bytes(range(16))
    assert backend.memory_read(places[3], 32) == bytes(32)
    assert backend.csr_read(Csr.TRAP_CAUSE) == cause.value
