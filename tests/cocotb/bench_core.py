"""cocotb bench of the ``core`` top: AXI masters and memory around its real ports.

The scenario (a JSON file named by TINYNEURON_SCENARIO) holds the bytes of device memory, the
control-register writes that start a program, and the bytes the golden model leaves. Every channel
pauses at random.
"""

import itertools
import json
import os
import random
from pathlib import Path

from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, RisingEdge, Timer, with_timeout
from cocotbext.axi import AxiBus, AxiLiteBus, AxiLiteMaster, AxiRam, AxiRamRead, AxiReadBus

import cocotb

STATUS, INTERRUPT_STATUS, TRAP_CAUSE = 0x024, 0x02C, 0x200
RUNNING, DONE = 1, 2
PERIOD_NS = 10
LIMIT_CYCLES = 200_000


def pauses(rng, probability):
    """Endless random pauses of a channel."""
    return (rng.random() < probability for _ in itertools.count())


def pause_all(rng, *channels):
    for channel in channels:
        channel.set_pause_generator(pauses(random.Random(rng.random()), rng.choice([0.1, 0.3])))


async def take_trace(dut, rng, events):
    """Takes trace events with random readiness; each is (source, stream, kind, pc)."""
    while True:
        dut.trace__ready.value = int(rng.random() < 0.7)
        await RisingEdge(dut.clk)
        if int(dut.trace__valid.value) and int(dut.trace__ready.value):
            raw = int(dut.trace__payload.value) >> 32  # above the cycle
            events.append((raw & 31, raw >> 5 & 7, raw >> 8 & 1, raw >> 9))


@cocotb.test()
async def runs_a_program(dut):
    scenario = json.loads(Path(os.environ["TINYNEURON_SCENARIO"]).read_text())
    rng = random.Random(scenario["seed"])
    dut.rst.value = 1
    dut.trace__ready.value = 0
    dut.memory.value = 0
    dut.clk.value = 0
    await Timer(1, "ns")  # the masters look at the reset when they are made
    host = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axil_"), dut.clk, dut.rst)
    fetch_bus = AxiReadBus.from_prefix(dut, "m_axi_fetch_")
    fetch = AxiRamRead(fetch_bus, dut.clk, dut.rst, size=scenario["memory_bytes"])
    pause_all(rng, host.write_if.aw_channel, host.write_if.w_channel, host.write_if.b_channel)
    pause_all(rng, host.read_if.ar_channel, host.read_if.r_channel)
    pause_all(rng, fetch.ar_channel, fetch.r_channel)
    for port in range(scenario["dma_ports"]):
        bus = AxiBus.from_prefix(dut, f"m_axi_dma{port}_")
        ram = AxiRam(bus, dut.clk, dut.rst, mem=fetch.mem)
        pause_all(rng, ram.write_if.aw_channel, ram.write_if.w_channel, ram.write_if.b_channel,
                  ram.read_if.ar_channel, ram.read_if.r_channel)  # fmt: skip
    # The first edge comes after the masters have driven their signals: nothing samples X.
    await Timer(PERIOD_NS, "ns")
    cocotb.start_soon(Clock(dut.clk, PERIOD_NS, unit="ns", impl="gpi").start(start_high=False))
    await ClockCycles(dut.clk, 5)
    dut.rst.value = 0
    await ClockCycles(dut.clk, 2)

    events: list[tuple[int, int, int, int]] = []
    cocotb.start_soon(take_trace(dut, random.Random(rng.random()), events))
    for address, text in scenario["memory"]:
        fetch.write(address, bytes.fromhex(text))
    for address, value in scenario["registers"]:
        await host.write_dword(address, value)

    async def interrupted():
        while not int(dut.interrupt.value):
            await RisingEdge(dut.interrupt)

    await with_timeout(cocotb.start_soon(interrupted()), LIMIT_CYCLES * PERIOD_NS, "ns")
    status = await host.read_dword(STATUS)
    cause = await host.read_dword(TRAP_CAUSE)
    assert status == DONE, f"STATUS {status:#x}, TRAP_CAUSE {cause}"
    for address, text in scenario["expected"]:
        assert fetch.read(address, len(text) // 2).hex() == text, f"at {address:#x}"

    await host.write_dword(INTERRUPT_STATUS, 3)
    assert not int(dut.interrupt.value)
    await ClockCycles(dut.clk, 200)  # the last events leave
    starts = sorted(event[:2] + event[3:] for event in events if event[2] == 0)
    ends = sorted(event[:2] + event[3:] for event in events if event[2] == 1)
    assert starts == ends
    assert len(starts) >= scenario["instructions"]
