"""Placing and starting programs."""

from __future__ import annotations

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.csr import Csr, entry_address, length_address, window_address
from tinyneuron_hw.isa.opcodes import Opcode, Stream
from tinyneuron_sim.golden.backend import GoldenBackend
from tinyneuron_sim.loader import MemoryWindow, csr_values, load_and_start, place_streams

TINY = get_config("tiny")
HALT, NOP = encode(Opcode.HALT), encode(Opcode.NOP)


def test_streams_stand_on_pages_of_their_own():
    streams = {Stream.SYNC: [HALT], Stream.TENSOR: [NOP] * 33 + [HALT]}
    assert place_streams(TINY, streams, 0x4000) == {Stream.TENSOR: 0x4000, Stream.SYNC: 0x6000}
    top = TINY.device_memory_bytes
    assert place_streams(TINY, streams) == {Stream.TENSOR: top - 0x3000, Stream.SYNC: top - 0x1000}


@pytest.mark.parametrize("base", [0x4001, -4096, TINY.device_memory_bytes])
def test_places_that_do_not_fit_are_named(base):
    with pytest.raises(ValueError, match=f"4096 bytes of instructions do not fit at 0x{base:x}"):
        place_streams(TINY, {Stream.SYNC: [HALT]}, base)


def test_loading_writes_instructions_and_registers():
    backend = GoldenBackend(TINY)
    windows = [MemoryWindow(0x8000, 0x1000), MemoryWindow(1 << 33, 1 << 34, read=False)]
    places = load_and_start(backend, {Stream.VECTOR: [NOP, HALT]}, 0x8000, windows, watchdog=77)
    assert places == {Stream.VECTOR: 0x8000}
    assert backend.memory_read(0x8000, 256) == NOP + HALT
    assert backend.csr_read(Csr.STREAM_ENABLE) == 2
    assert backend.csr_read(Csr.WATCHDOG) == 77
    assert backend.csr_read(entry_address(1)) == 0x8000
    assert backend.csr_read(length_address(1)) == 2
    words = [[backend.csr_read(window_address(w) + 4 * i) for i in range(5)] for w in range(4)]
    assert words == [[0x8000, 0, 0x1000, 0, 7], [0, 2, 0, 4, 6], [0] * 5, [0] * 5]
    assert backend.run(10).event == "done"


def test_windows_of_an_earlier_program_are_closed():
    backend = GoldenBackend(TINY)
    load_and_start(backend, {Stream.SYNC: [HALT]}, windows=[MemoryWindow(0, 1 << 26)] * 4)
    backend.run(10)
    load_and_start(backend, {Stream.SYNC: [HALT]})
    assert backend.csr_read(window_address(1) + 16) == 0


def test_too_many_windows_are_refused():
    with pytest.raises(ValueError, match="5 windows exceed the 4 of a core"):
        csr_values({}, {}, [MemoryWindow(0, 1)] * 5)
