"""Device memory in Python, and in C++ and Python the same transaction log for one design."""

from __future__ import annotations

import random

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.isa.csr import Csr, entry_address, length_address
from tinyneuron_sim.rtl.memory_device import FixedDevice, SparseMemory

PROGRAM = ((entry_address(0), 0x10), (entry_address(1), 0x500), (length_address(0), 25))


def test_sparse_memory_spans_pages_and_reads_zero():
    memory = SparseMemory()
    memory.write(0xFFFE, b"abcdef")
    assert memory.read(0xFFFC, 10) == b"\0\0abcdef\0\0"
    assert memory.read(1 << 40, 3) == bytes(3)


def test_sparse_memory_against_a_flat_one():
    rng = random.Random(5)
    memory, flat = SparseMemory(), bytearray(3 << 16)
    for _ in range(200):
        at, size = rng.randrange(len(flat)), rng.randrange(1, 70_000)
        size = min(size, len(flat) - at)
        data = rng.randbytes(size)
        memory.write(at, data)
        flat[at : at + size] = data
        at, size = rng.randrange(len(flat)), rng.randrange(1, 70_000)
        assert memory.read(at, min(size, len(flat) - at)) == flat[at : at + size]


@pytest.mark.parametrize("latency", [1, 2, 7])
def test_read_latency_and_order(latency):
    config = get_config("tiny").with_changes(memory="fixed", memory_latency=latency)
    device = FixedDevice(config)
    width = config.memory_bytes
    device.memory.write(0, bytes(range(4 * width)))
    back = []
    for cycle in range(20):
        data = device.due()
        if data is not None:
            back.append((cycle, data[0]))
        if cycle < 4:
            device.read(cycle)
        device.next_cycle()
    assert back == [(latency + i, width * i) for i in range(4)]


def test_a_read_sees_earlier_writes_only():
    config = get_config("tiny").with_changes(memory="fixed", memory_latency=3)
    device = FixedDevice(config)
    width = config.memory_bytes
    seen = []
    for cycle in range(6):
        data = device.due()
        if data is not None:
            seen.append(data)
        if cycle == 0:
            device.write(0, b"\x11" * width, 0b101)
        elif cycle == 1:
            device.read(0)
        elif cycle == 2:
            device.write(0, b"\x22" * width, (1 << width) - 1)
        device.next_cycle()
    assert seen == [b"\x11\0\x11" + bytes(width - 3)]


def from_first_cycle(log: list[str]) -> list[str]:
    """The log with cycles counted from its first line: reset and control traffic differ."""
    lines = [line.split(" ", 1) for line in log]
    return [f"{int(cycle) - int(lines[0][0])} {rest}" for cycle, rest in lines]


def test_every_target_has_the_same_log(open_copier):
    config = get_config("tiny,memory=fixed")
    data = random.Random(7).randbytes(25 * config.memory_bytes)
    logs = []
    for target in ("verilator", "icarus", "pysim"):
        with open_copier(target) as backend:
            backend.memory_write(PROGRAM[0][1] * config.memory_bytes, data)
            backend.start_log()
            for address, value in (*PROGRAM, (Csr.INTERRUPT_ENABLE, 3), (Csr.CONTROL, 1)):
                backend.csr_write(address, value)
            assert backend.run(100_000).event == "done"
            logs.append(from_first_cycle(backend.log()))
    assert len(logs[0]) == 3 * 25
    assert logs[1] == logs[0]
    assert logs[2] == logs[0]
