"""The C++ and the Python memory device give one transaction log for one design."""

from __future__ import annotations

import random

import pytest
from amaranth.sim import Simulator

from tinyneuron_hw.config import get_config
from tinyneuron_hw.isa.csr import Csr, entry_address, length_address
from tinyneuron_sim.rtl.memory_device import MemoryDevice, SparseMemory

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
    config = get_config("tiny").with_changes(memory_latency=latency)
    device = MemoryDevice(config)
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
    config = get_config("tiny").with_changes(memory_latency=3)
    device = MemoryDevice(config)
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


def python_log(design, config, data) -> list[str]:
    """The log of the stand-in in Amaranth's simulator."""
    device = MemoryDevice(config)
    device.memory.write(PROGRAM[0][1] * config.memory_bytes, data)
    device.log = []
    simulator = Simulator(design)
    simulator.add_clock(1e-6)

    async def memory(ctx):
        await device.serve(ctx, design.phy)

    async def write(ctx, address, value):
        bus = design.s_axil
        ctx.set(bus.awaddr, int(address))
        ctx.set(bus.wdata, value)
        ctx.set(bus.awvalid, 1)
        ctx.set(bus.wvalid, 1)
        await ctx.tick().until(bus.awready)
        ctx.set(bus.awvalid, 0)
        ctx.set(bus.wvalid, 0)
        await ctx.tick().until(bus.bvalid)

    async def host(ctx):
        ctx.set(design.s_axil.bready, 1)
        ctx.set(design.trace.ready, 1)
        for address, value in (*PROGRAM, (Csr.INTERRUPT_ENABLE, 3), (Csr.CONTROL, 1)):
            await write(ctx, address, value)
        for _ in range(4000):
            await ctx.tick()
            if ctx.get(design.interrupt):
                return
        raise AssertionError("the stand-in does not finish")

    simulator.add_testbench(memory, background=True)
    simulator.add_testbench(host)
    simulator.run()
    return device.log


def from_first_cycle(log: list[str]) -> list[str]:
    """The log with cycles counted from its first line: reset and control traffic differ."""
    lines = [line.split(" ", 1) for line in log]
    return [f"{int(cycle) - int(lines[0][0])} {rest}" for cycle, rest in lines]


def test_cpp_and_python_device_agree(open_copier, copier_factory):
    config = get_config("tiny")
    data = random.Random(7).randbytes(25 * config.memory_bytes)
    with open_copier("tiny") as backend:
        backend.memory_write(PROGRAM[0][1] * config.memory_bytes, data)
        backend.start_log()
        for address, value in (*PROGRAM, (Csr.INTERRUPT_ENABLE, 3), (Csr.CONTROL, 1)):
            backend.csr_write(address, value)
        assert backend.run(100_000).event == "done"
        compiled = backend.log()
    python = python_log(copier_factory(config), config, data)
    assert len(compiled) == 3 * 25
    assert from_first_cycle(compiled) == from_first_cycle(python)
