"""The Verilator harness on a stand-in chip: control, memory, run, events, waveform, errors."""

from __future__ import annotations

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.isa.csr import Csr, entry_address, length_address
from tinyneuron_sim.backend import Backend, BackendError


def program(backend, source, target, count, *, interrupts=3):
    backend.csr_write(entry_address(0), source)
    backend.csr_write(entry_address(1), target)
    backend.csr_write(length_address(0), count)
    backend.csr_write(Csr.INTERRUPT_ENABLE, interrupts)
    backend.csr_write(Csr.CONTROL, 1)


def expected_copy(data: bytes, old: bytes, width: int) -> bytes:
    """The stand-in writes each unit inverted but leaves byte (index mod 4)."""
    result = bytearray(byte ^ 0xFF for byte in data)
    for unit in range(len(data) // width):
        at = unit * width + unit % 4
        result[at] = old[at]
    return bytes(result)


@pytest.mark.parametrize("config", ["tiny", "default"])
def test_copies_memory_of_any_port_width(open_copier, config):
    width = get_config(config).memory_bytes
    data = bytes((7 * i + i // 256) % 256 for i in range(40 * width))
    old = bytes((3 * i) % 251 for i in range(40 * width))
    with open_copier(config) as backend:
        assert isinstance(backend, Backend)
        backend.memory_write(0x10000 - 8 * width, data)  # across a page of the sparse memory
        backend.memory_write(0x40000, old)
        program(backend, (0x10000 - 8 * width) // width, 0x40000 // width, 40)
        result = backend.run(100_000)
        assert result.event == "done"
        assert 40 * 2 < result.cycles < 40 * 40
        assert backend.memory_read(0x40000, 40 * width) == expected_copy(data, old, width)
        assert backend.sim_khz > 0


def test_unwritten_memory_reads_zero_and_back_door_spans_pages(open_copier):
    with open_copier() as backend:
        assert backend.memory_read(0xFFF0, 64) == bytes(64)
        backend.memory_write(0xFFFE, b"abcdef")
        assert backend.memory_read(0xFFFC, 10) == b"\0\0abcdef\0\0"


def test_events_come_in_order_and_start_clears_them(open_copier):
    with open_copier() as backend:
        for count in (5, 3):
            program(backend, 0, 100, count)
            assert backend.run(10_000).event == "done"
            events = backend.trace_events()
            assert [event.pc for event in events if event.kind == "start"] == list(range(count))
            assert [event.pc for event in events if event.kind == "end"] == [
                100 + i for i in range(count)
            ]
            assert [event.cycle for event in events] == sorted(event.cycle for event in events)
            backend.csr_write(Csr.INTERRUPT_STATUS, 3)


def test_timeout_then_goes_on_and_reports_progress(open_copier):
    seen: list[int] = []
    with open_copier() as backend:
        program(backend, 0, 0x1000, 2000)
        first = backend.run(1000, progress=seen.append)
        assert (first.event, first.cycles) == ("timeout", 1000) or first.cycles < 1010
        assert first.event == "timeout"
        second = backend.run(1_000_000, progress=seen.append)
        assert second.event == "done"
        assert seen
        assert all(cycles <= second.cycles for cycles in seen)
        assert backend.run(10).cycles == 0


def test_cycle_counts_repeat_and_do_not_depend_on_slices(open_copier):
    counts = set()
    for _ in range(2):
        with open_copier() as backend:
            program(backend, 0, 0x1000, 1500)
            counts.add(backend.run(10_000_000).cycles)
    assert len(counts) == 1


@pytest.mark.parametrize("interrupts", [0, 1])
def test_runs_without_interrupts(open_copier, interrupts):
    with open_copier() as backend:
        program(backend, 0, 0x1000, 50, interrupts=interrupts)
        assert backend.run(1_000_000).event == "done"
        # The interrupt is still pending: the line is high already and cannot rise.
        program(backend, 0, 0x1000, 50, interrupts=3)
        assert backend.run(1_000_000).event == "done"


def test_trap_is_reported(open_copier):
    with open_copier() as backend:
        program(backend, 0, 0x1000, 0)
        assert backend.run(1000).event == "trap"
        assert backend.run(1000).event == "trap"


def test_two_sessions_are_independent(open_copier):
    with open_copier() as first, open_copier() as second:
        first.memory_write(0, b"one")
        second.memory_write(0, b"two")
        first.csr_write(length_address(0), 7)
        assert second.csr_read(length_address(0)) == 0
        assert first.memory_read(0, 3) == b"one"


def test_bad_calls_say_what_is_wrong(open_copier):
    backend = open_copier()
    limit = get_config("tiny").device_memory_bytes
    with pytest.raises(BackendError, match=f"no access of 2 bytes at {limit - 1:#x}"):
        backend.memory_read(limit - 1, 2)
    with pytest.raises(BackendError, match="no access of 4 bytes at -0x1"):
        backend.memory_write(-1, bytes(4))
    with pytest.raises(BackendError, match="value must have 32 bits, not 0x100000000"):
        backend.csr_write(Csr.INTERRUPT_ENABLE, 1 << 32)
    with pytest.raises(BackendError, match=r"reading CSR 0xff0: .* error response 2"):
        backend.csr_read(0xFF0)
    with pytest.raises(BackendError, match=r"writing CSR 0xff0: .* error response 2"):
        backend.csr_write(0xFF0, 1)
    with pytest.raises(BackendError, match="max_cycles must not be negative, not -1"):
        backend.run(-1)
    backend.close()
    backend.close()
    with pytest.raises(BackendError, match="is closed"):
        backend.csr_read(Csr.STATUS)


def test_waveform(open_copier, tmp_path):
    path = tmp_path / "copy.fst"
    with open_copier(waveform=path) as backend:
        program(backend, 0, 0x1000, 20)
        assert backend.run(10_000).event == "done"
    assert path.stat().st_size > 1000
    with pytest.raises(BackendError, match="cannot write waveform"):
        open_copier(waveform=tmp_path / "missing" / "copy.fst")
