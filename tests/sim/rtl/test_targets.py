"""Every RTL target on a stand-in chip: control, memory, run, events, waveform, errors."""

from __future__ import annotations

import functools

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.isa.csr import Csr, entry_address, length_address
from tinyneuron_sim.backend import Backend, BackendError

TARGETS = ("verilator", "icarus", "pysim")


@pytest.fixture(params=TARGETS)
def open_target(request, open_copier):
    """Opens the stand-in on the target the test runs for: ``open_target(name, **options)``."""
    return functools.partial(open_copier, request.param)


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
def test_copies_memory_of_any_port_width(open_target, config):
    width = get_config(config).memory_bytes
    data = bytes((7 * i + i // 256) % 256 for i in range(40 * width))
    old = bytes((3 * i) % 251 for i in range(40 * width))
    with open_target(config) as backend:
        assert isinstance(backend, Backend)
        backend.memory_write(0x10000 - 8 * width, data)  # across a page of the sparse memory
        backend.memory_write(0x40000, old)
        program(backend, (0x10000 - 8 * width) // width, 0x40000 // width, 40)
        result = backend.run(100_000)
        assert result.event == "done"
        assert 40 * 2 < result.cycles < 40 * 40
        assert backend.memory_read(0x40000, 40 * width) == expected_copy(data, old, width)
        assert backend.sim_khz > 0


def test_unwritten_memory_reads_zero_and_back_door_spans_pages(open_target):
    with open_target() as backend:
        assert backend.memory_read(0xFFF0, 64) == bytes(64)
        backend.memory_write(0xFFFE, b"abcdef")
        assert backend.memory_read(0xFFFC, 10) == b"\0\0abcdef\0\0"


def test_events_come_in_order_and_start_clears_them(open_target):
    with open_target() as backend:
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


def test_timeout_then_goes_on_and_reports_progress(open_target):
    seen: list[int] = []
    with open_target() as backend:
        program(backend, 0, 0x1000, 500)
        first = backend.run(400, progress=seen.append)
        assert 400 <= first.cycles < 410
        assert first.event == "timeout"
        second = backend.run(1_000_000, progress=seen.append)
        assert second.event == "done"
        assert seen
        assert all(cycles <= second.cycles for cycles in seen)
        assert backend.run(10).cycles == 0


@pytest.mark.parametrize("interrupts", [0, 1])
def test_runs_without_interrupts(open_target, interrupts):
    with open_target() as backend:
        program(backend, 0, 0x1000, 50, interrupts=interrupts)
        assert backend.run(1_000_000).event == "done"
        # The interrupt is still pending: the line is high already and cannot rise.
        program(backend, 0, 0x1000, 50, interrupts=3)
        assert backend.run(1_000_000).event == "done"


def test_trap_is_reported(open_target):
    with open_target() as backend:
        program(backend, 0, 0x1000, 0)
        assert backend.run(1000).event == "trap"
        assert backend.run(1000).event == "trap"


def test_two_sessions_are_independent(open_target):
    with open_target() as first, open_target() as second:
        first.memory_write(0, b"one")
        second.memory_write(0, b"two")
        first.csr_write(length_address(0), 7)
        assert second.csr_read(length_address(0)) == 0
        assert first.memory_read(0, 3) == b"one"


def test_bad_calls_say_what_is_wrong(open_target):
    backend = open_target()
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


def test_waveform(open_target, tmp_path):
    target = open_target.args[0]
    suffix, other = (".vcd", ".fst") if target == "pysim" else (".fst", ".vcd")
    path = tmp_path / "a copy"  # a name like this is taken as it is
    with open_target(waveform=path) as backend:
        program(backend, 0, 0x1000, 20)
        assert backend.run(10_000).event == "done"
    content = path.read_bytes()
    assert len(content) > 1000
    assert (b"$enddefinitions" in content) == (target == "pysim")
    with pytest.raises(BackendError, match="cannot write waveform"):
        open_target(waveform=tmp_path / "missing" / f"copy{suffix}")
    message = rf"target .{target}. writes ... waveforms: name the file \*{suffix}, not .copy"
    with pytest.raises(BackendError, match=message):
        open_target(waveform=tmp_path / f"copy{other}")
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("interrupts", [0, 3])
def test_every_target_takes_the_same_cycles(open_copier, interrupts):
    """Runs that stop and go on, registers read in between, with and without the interrupt line; in
    slices of each target's own length, and a second time on the same target."""
    seen = {}
    for number, target in enumerate((*TARGETS, "verilator")):
        with open_copier(target) as backend:
            backend.memory_write(0, bytes(range(256)))
            history = []
            for count, limit in ((300, 700), (1, 5000), (40, 33), (0, 100)):
                program(backend, 0, 0x1000, count, interrupts=interrupts)
                while True:
                    result = backend.run(limit)
                    history.append((result, backend.csr_read(Csr.INTERRUPT_STATUS)))
                    if result.event != "timeout":
                        break
                history.append(backend.trace_events())
                backend.csr_write(Csr.INTERRUPT_STATUS, 3)
            history.append(backend.memory_read(0x1000 * 8, 3000))
            seen[number] = history
    assert {result.event for result, _ in (x for x in history if isinstance(x, tuple))} == {
        "done", "timeout", "trap",
    }  # fmt: skip
    assert seen[1] == seen[0]
    assert seen[2] == seen[0]
    assert seen[3] == seen[0]
