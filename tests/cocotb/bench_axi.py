"""cocotb bench that makes the AXI ports of the ``core`` top work: random latency, answers that
overtake and interleave, back-pressure on every channel, refused bursts.

The scenario (a JSON file named by TINYNEURON_SCENARIO) holds the bytes of device memory, the
register writes that start a program, and the bytes that golden leaves. ``refused`` is a block of
device memory that answers with SLVERR: then the core must trap with its address, and run the
program after a reset.
"""

import itertools
import json
import os
import random
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, ReadOnly, RisingEdge, Timer
from cocotbext.axi import AxiBus, AxiLiteBus, AxiLiteMaster, AxiReadBus
from cocotbext.axi.axi_channels import AxiARSink, AxiAWSink, AxiBSource, AxiRSource, AxiWSink

import cocotb

CONTROL, STATUS, WATCHDOG = 0x020, 0x024, 0x034
TRAP_CAUSE, TRAP_ADDRESS = 0x200, 0x20C
RESET = 2
RUNNING, DONE, TRAPPED = 1, 2, 4
BUS_ERROR = 4
PERIOD_NS = 10
SLVERR = 2
LONGEST = 200
"""Cycles a burst may take before its first answer."""


def pauses(rng, probability):
    return (rng.random() < probability for _ in itertools.count())


@dataclass
class Burst:
    """An address that was taken, and when its answer may begin."""

    ident: int
    address: int
    beats: int
    due: int
    sent: int = 0


@dataclass
class Memory:
    """A memory behind one AXI port that answers late, in any order between IDs and interleaved."""

    bus: object
    data: bytearray
    rng: random.Random
    width: int
    refused: range
    cycle: int = 0
    reads: list = field(default_factory=list)
    answers: list = field(default_factory=list)
    transactions: int = 0
    beats: int = 0

    def __post_init__(self):
        rng = self.rng
        self.writes_too = hasattr(self.bus, "write")
        read = self.bus.read if self.writes_too else self.bus
        clock, reset = cocotb.top.clk, cocotb.top.rst
        self.ar, self.r = AxiARSink(read.ar, clock, reset), AxiRSource(read.r, clock, reset)
        self.channels = [self.ar, self.r]
        if self.writes_too:
            write = self.bus.write
            self.aw, self.w = AxiAWSink(write.aw, clock, reset), AxiWSink(write.w, clock, reset)
            self.b = AxiBSource(write.b, clock, reset)
            self.channels += [self.aw, self.w, self.b]
        self.opened: deque = deque()
        for channel in self.channels:
            channel.set_pause_generator(pauses(random.Random(rng.random()), rng.random() * 0.5))

    def _burst(self, ident, address, length):
        beats, address = int(length) + 1, int(address)
        end = address + beats * self.width - 1
        assert address % self.width == 0, f"{address:#x} is no whole word"
        assert address // 4096 == end // 4096, f"a burst crosses 4 KiB at {address:#x}"
        due = self.cycle + self.rng.choice([0, self.rng.randrange(LONGEST)])
        self.transactions += 1
        return Burst(int(ident), address, beats, due)

    def _some(self, bursts):
        """One of the oldest bursts of all IDs that may be answered."""
        heads = {}
        for burst in bursts:
            heads.setdefault(burst.ident, burst)
        ready = [burst for burst in heads.values() if burst.due <= self.cycle]
        return self.rng.choice(ready) if ready else None

    def _response(self, burst):
        return SLVERR if burst.address in self.refused else 0

    def _read(self):
        while not self.ar.empty():
            t = self.ar.recv_nowait()
            assert (int(t.arburst), 1 << int(t.arsize)) == (1, self.width)
            self.reads.append(self._burst(t.arid, t.araddr, t.arlen))
        burst = self._some(self.reads) if self.r.empty() else None
        if burst is None:
            return
        at = burst.address + burst.sent * self.width
        beat = self.r._transaction_obj()
        beat.rid, beat.rresp = burst.ident, self._response(burst)
        beat.rdata = int.from_bytes(self.data[at : at + self.width], "little")
        burst.sent += 1
        beat.rlast = int(burst.sent == burst.beats)
        if beat.rlast:
            self.reads.remove(burst)
        self.r.send_nowait(beat)
        self.beats += 1

    def _write(self):
        while not self.aw.empty():
            t = self.aw.recv_nowait()
            assert (int(t.awburst), 1 << int(t.awsize)) == (1, self.width)
            self.opened.append(self._burst(t.awid, t.awaddr, t.awlen))
        while self.opened and not self.w.empty():
            burst, t = self.opened[0], self.w.recv_nowait()
            at, strobe = burst.address + burst.sent * self.width, int(t.wstrb)
            for k, byte in enumerate(int(t.wdata).to_bytes(self.width, "little")):
                if strobe >> k & 1 and not self._response(burst):
                    self.data[at + k] = byte
            burst.sent += 1
            self.beats += 1
            assert int(t.wlast) == (burst.sent == burst.beats), f"WLAST in {burst}"
            if burst.sent == burst.beats:
                burst.due = self.cycle + self.rng.choice([0, self.rng.randrange(LONGEST)])
                self.answers.append(self.opened.popleft())
        burst = self._some(self.answers) if self.b.empty() else None
        if burst is not None:
            answer = self.b._transaction_obj()
            answer.bid, answer.bresp = burst.ident, self._response(burst)
            self.answers.remove(burst)
            self.b.send_nowait(answer)

    async def serve(self):
        while True:
            await RisingEdge(cocotb.top.clk)
            self.cycle += 1
            self._read()
            if self.writes_too:
                self._write()

    @property
    def is_quiet(self):
        return not (self.reads or self.opened or self.answers)


async def watch(dut, port, channels, found):
    """What a channel offers stays until it is taken."""
    waiting = {}
    while True:
        await RisingEdge(dut.clk)
        await ReadOnly()
        for name, fields in channels.items():
            signals = [getattr(dut, f"{port}__{name}{key}") for key in fields]
            valid = int(getattr(dut, f"{port}__{name}valid").value)
            offered = [str(signal.value) for signal in signals] if valid else None
            if name in waiting and waiting[name] != offered:
                found.append(f"{port} {name}: {waiting[name]} became {offered}")
            waiting.pop(name, None)
            if valid and not int(getattr(dut, f"{port}__{name}ready").value):
                waiting[name] = offered


async def poll(dut, host, rng, count):
    """Reads and writes a register that has no effect, at random times."""
    errors = 0
    for k in range(count):
        value = rng.getrandbits(32)
        await host.write_dword(WATCHDOG, value)
        errors += await host.read_dword(WATCHDOG) != value
        if k % 64 == 0:
            await ClockCycles(dut.clk, rng.randrange(20))
    return errors


async def run_program(dut, host, scenario):
    for address, value in scenario["registers"]:
        await host.write_dword(address, value)
    for _ in range(scenario["limit"] // 100):
        await ClockCycles(dut.clk, 100)
        if int(dut.interrupt.value):
            return await host.read_dword(STATUS)
    raise AssertionError(f"hangs: STATUS {await host.read_dword(STATUS):#x}")


@cocotb.test()
async def stands_any_memory(dut):
    scenario = json.loads(Path(os.environ["TINYNEURON_SCENARIO"]).read_text())
    rng = random.Random(scenario["seed"])
    dut.rst.value = 1
    dut.trace__ready.value = 1
    dut.memory.value = 0
    dut.clk.value = 0
    await Timer(1, "ns")
    host = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axil_"), dut.clk, dut.rst)
    for channel in (host.write_if.aw_channel, host.write_if.w_channel, host.write_if.b_channel,
                    host.read_if.ar_channel, host.read_if.r_channel):  # fmt: skip
        channel.set_pause_generator(pauses(random.Random(rng.random()), 0.2))
    data = bytearray(scenario["memory_bytes"])
    refused = range(*scenario["refused"])
    width = scenario["axi_bytes"]
    ports = {"m_axi_fetch": AxiReadBus.from_prefix(dut, "m_axi_fetch_")}
    ports |= {f"m_axi_dma{k}": AxiBus.from_prefix(dut, f"m_axi_dma{k}_")
              for k in range(scenario["dma_ports"])}  # fmt: skip
    memories = {
        name: Memory(
            bus, data, random.Random(rng.random()), width, refused if "dma" in name else range(0)
        )
        for name, bus in ports.items()
    }
    await Timer(PERIOD_NS, "ns")
    cocotb.start_soon(Clock(dut.clk, PERIOD_NS, unit="ns", impl="gpi").start(start_high=False))
    await ClockCycles(dut.clk, 5)
    dut.rst.value = 0
    await ClockCycles(dut.clk, 2)
    broken: list[str] = []
    address = ("id", "addr", "len")
    for name, memory in memories.items():
        cocotb.start_soon(memory.serve())
        channels = {"ar": address}
        if memory.writes_too:
            channels |= {"aw": address, "w": ("data", "strb", "last")}
        cocotb.start_soon(watch(dut, name, channels, broken))
    for at, text in scenario["memory"]:
        raw = bytes.fromhex(text)
        data[at : at + len(raw)] = raw

    status = await run_program(dut, host, scenario)
    if refused:
        trap = await host.read_dword(TRAP_CAUSE), await host.read_dword(TRAP_ADDRESS)
        assert status & TRAPPED, f"STATUS {status:#x}"
        assert trap[0] == BUS_ERROR, f"cause {trap[0]}"
        assert trap[1] in refused, f"{trap[1]:#x} is not in {refused}"
        await ClockCycles(dut.clk, 4 * LONGEST)
        assert all(memory.is_quiet for memory in memories.values()), "bursts without an answer"
        for memory in memories.values():
            memory.refused = range(0)
        await host.write_dword(CONTROL, RESET)
        while await host.read_dword(STATUS) != 0:
            await ClockCycles(dut.clk, 10)
        status = await run_program(dut, host, scenario)
    assert status == DONE, f"STATUS {status:#x}, TRAP_CAUSE {await host.read_dword(TRAP_CAUSE)}"
    assert all(memory.is_quiet for memory in memories.values())
    # Counted bursts are whole ones: none lost a beat, none had one twice.
    for at, text in scenario["expected"]:
        assert data[at : at + len(text) // 2].hex() == text, f"at {at:#x}"
    wrong = await poll(dut, host, rng, scenario["polls"])
    assert not wrong, f"{wrong} registers"
    assert not broken, broken[0]
    counts = {name: memory.transactions for name, memory in memories.items()}
    dut._log.info("transactions: %s", counts)
    assert min(counts.values()) >= scenario["transactions"], counts
