"""A DMA block between Python models of device memory (AXI4) and SBUF."""

from __future__ import annotations

import random
from collections import deque

import numpy as np
import pytest

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.dma.dma import Dma
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Stream, UpdateMode

from ..machine import machine


def _own(rng: random.Random) -> random.Random:
    """Numbers for one model: models run in no defined order."""
    return random.Random(rng.getrandbits(64))


class AxiMemory:
    """AXI4 subordinate: bytes, latency, back-pressure, IDs out of order; checks the protocol."""

    def __init__(self, port, memory: bytearray, rng, *, latency=(1, 8), stall=0.3, interleave=True):
        self.port, self.memory, self.rng = port, memory, _own(rng)
        self.latency, self.stall, self.interleave = latency, stall, interleave
        self.width = len(port.wstrb)
        self.bad: set[int] = set()
        """Addresses of aligned beats that answer with an error."""
        self.reads: dict[int, deque] = {}
        self.bursts: deque = deque()
        self.early: deque = deque()
        self.responses: dict[int, deque] = {}
        self.in_flight = 0
        self.read_beats = self.write_beats = 0
        self.log: list[tuple] = []

    def _chance(self) -> int:
        return int(self.rng.random() >= self.stall)

    def _check_address(self, channel: str, address: int, beats: int, size: int, burst: int) -> None:
        assert address % self.width == 0, f"{channel} {address:#x} is not aligned"
        assert (1 << size, burst) == (self.width, 1)
        assert address // 4096 == (address + beats * self.width - 1) // 4096, "4 KiB rule"
        self.log.append((channel, address, beats))

    def _due(self, cycle: int) -> int:
        return cycle + self.rng.randint(*self.latency)

    def _pick(self, queues: dict[int, deque], cycle: int):
        """An ID whose first item is due."""
        ready = [key for key, queue in queues.items() if queue and queue[0][0] <= cycle]
        if not ready or not self._chance():
            return None
        return self.rng.choice(ready) if self.interleave else ready[0]

    async def run(self, ctx):
        port, cycle = self.port, 0
        address_names = ("id", "addr", "len", "size", "burst")
        held: dict[str, tuple] = {}
        r_id = b_id = None
        while True:
            ready = {name: self._chance() for name in ("ar", "aw", "w")}
            for name, value in ready.items():
                ctx.set(getattr(port, f"{name}ready"), value)
            if r_id is None:
                r_id = self._pick(self.reads, cycle)
            ctx.set(port.rvalid, r_id is not None)
            if r_id is not None:
                _, data, resp, last = self.reads[r_id][0]
                ctx.set(port.rid, r_id)
                ctx.set(port.rdata, data)
                ctx.set(port.rresp, resp)
                ctx.set(port.rlast, last)
            if b_id is None:
                b_id = self._pick(self.responses, cycle)
            ctx.set(port.bvalid, b_id is not None)
            if b_id is not None:
                ctx.set(port.bid, b_id)
                ctx.set(port.bresp, self.responses[b_id][0][1])
            sampled = {}
            for channel in ("ar", "aw"):
                sampled[channel] = [getattr(port, channel + n) for n in ("valid", *address_names)]
            sampled["w"] = [port.wvalid, port.wdata, port.wstrb, port.wlast]
            flat = [signal for group in sampled.values() for signal in group]
            _, _, *values = await ctx.tick().sample(*flat, port.rready, port.bready)
            cycle += 1
            for name, group in sampled.items():
                group[:], values = values[: len(group)], values[len(group) :]
                valid, *payload = group
                if name in held:
                    assert (valid, *payload) == (1, *held[name]), f"{name} changed while waiting"
                held.pop(name, None)
                if valid and not ready[name]:
                    held[name] = tuple(payload)
                elif valid:
                    getattr(self, f"_take_{name}")(cycle, *payload)
            r_ready, b_ready = values
            if r_id is not None and r_ready:
                self.reads[r_id].popleft()
                self.read_beats += 1
                self.in_flight -= 1
                r_id = None
            if b_id is not None and b_ready:
                self.responses[b_id].popleft()
                self.in_flight -= 1
                b_id = None

    def _take_ar(self, cycle, burst_id, address, length, size, burst):
        self._check_address("ar", address, length + 1, size, burst)
        due = self._due(cycle)
        queue = self.reads.setdefault(burst_id, deque())
        for i in range(length + 1):
            at = address + i * self.width
            data = int.from_bytes(self.memory[at : at + self.width], "little")
            queue.append((due, data, 2 if at in self.bad else 0, i == length))
            self.in_flight += 1

    def _take_aw(self, cycle, burst_id, address, length, size, burst):
        self._check_address("aw", address, length + 1, size, burst)
        self.bursts.append([burst_id, address, length + 1, 0])
        self.in_flight += 1
        self._write(cycle)

    def _take_w(self, cycle, data, strobe, last):
        self.early.append((data, strobe, last))
        self._write(cycle)

    def _write(self, cycle):
        """Data may come before its address."""
        while self.early and self.bursts:
            self._write_beat(cycle, *self.early.popleft())

    def _write_beat(self, cycle, data, strobe, last):
        burst = self.bursts[0]
        at = burst[1]
        for i in range(self.width):
            if strobe >> i & 1:
                self.memory[at + i] = data >> 8 * i & 0xFF
        burst[3] |= 2 if at in self.bad else 0
        burst[1], burst[2] = at + self.width, burst[2] - 1
        self.write_beats += 1
        assert last == (burst[2] == 0), "WLAST"
        if last:
            self.bursts.popleft()
            queue = self.responses.setdefault(burst[0], deque())
            queue.append((self._due(cycle), burst[3]))


class SbufPorts:
    """One DMA read and one DMA write port of SBUF."""

    def __init__(self, read, write, memory: np.ndarray, rng, stall=0.3):
        self.read, self.write, self.memory, self.stall = read, write, memory, stall
        self.rng = _own(rng)
        self.width = len(write.mask)

    async def run(self, ctx):
        read, write, width = self.read, self.write, self.width
        answer = None
        while True:
            read_ready = int(self.rng.random() >= self.stall)
            write_ready = int(self.rng.random() >= self.stall)
            ctx.set(read.ready, read_ready)
            ctx.set(write.ready, write_ready)
            ctx.set(read.data_valid, answer is not None)
            ctx.set(read.data, answer if answer is not None else 0)
            names = (read.valid, read.partition, read.chunk, write.valid, write.partition,
                     write.chunk, write.data, write.mask)  # fmt: skip
            _, _, rv, rp, rc, wv, wp, wc, data, mask = await ctx.tick().sample(*names)
            answer = None
            if rv and read_ready:
                row = self.memory[rp, rc * width : (rc + 1) * width]
                assert len(row) == width
                answer = int.from_bytes(row.tobytes(), "little")
            if wv and write_ready:
                for i in range(width):
                    if mask >> i & 1:
                        self.memory[wp, wc * width + i] = data >> 8 * i & 0xFF


class DmaBench:
    """A :class:`Dma` with its surroundings; ``commands`` are issued in order."""

    def __init__(self, config: CoreConfig, *, seed: int, memory_bytes=1 << 15, **axi):
        self.config, self.rng = config, random.Random(seed)
        self.machine = machine(Dma, config)
        self.dut = self.machine.dut
        np_rng = np.random.default_rng(seed)
        self.memory = bytearray(np_rng.bytes(memory_bytes))
        shape = (config.partitions, config.sbuf_partition_bytes)
        self.sbuf = np_rng.integers(0, 256, shape, dtype=np.uint8)
        stall = axi.get("stall", 0.3)
        self.axi = [AxiMemory(port, self.memory, self.rng, **axi) for port in self.dut.axi]
        self.ports = [
            SbufPorts(read, write, self.sbuf, self.rng, stall)
            for read, write in zip(self.dut.sbuf_read, self.dut.sbuf_write, strict=True)
        ]
        self.windows = [(0, memory_bytes, True, True)]
        self.commands: list[dict] = []
        self.updates: list[tuple] = []
        self.events: list[tuple] = []
        self.traps: list[tuple] = []
        self.taken: list[int] = []
        """Indices of commands taken."""
        self.issue_until_stop = False
        """Whether the sequencer's model gives up when the core stops."""
        self.cycle = 0
        self.read_bytes = self.write_bytes = 0

    def add(self, opcode, fields, *, stream=Stream.SYNC, pc=0, src_register=0, dst_register=0,
            semaphore=None):  # fmt: skip
        if semaphore is not None:
            update = {"mode": UpdateMode.ADD, "semaphore": semaphore, "value": 1}
            fields = {**fields, "header.update": update}
        raw = encode(opcode, fields)
        self.commands.append({
            "raw": int.from_bytes(raw, "little"), "stream": stream, "pc": pc,
            "instruction_address": 0xABC000 + 128 * pc,
            "src_register": src_register, "dst_register": dst_register,
        })  # fmt: skip

    async def _issue(self, ctx):
        issue = self.dut.issue.issue
        for index, command in enumerate(list(self.commands)):
            ctx.set(issue.payload, command)
            ctx.set(issue.valid, 1)
            while True:
                _, _, ready, stop = await ctx.tick().sample(issue.ready, self.dut.stop)
                if ready or (stop and self.issue_until_stop):
                    break
            if not ready:
                ctx.set(issue.valid, 0)
                return
            self.taken.append(index)
            ctx.set(issue.valid, 0)

    async def _watch(self, ctx):
        dut, rng = self.dut, _own(self.rng)
        for i, (base, size, read, write) in enumerate(self.windows):
            window = {"base": base, "size": size, "read": read, "write": write, "execute": 0}
            for name, value in window.items():
                ctx.set(getattr(dut.windows[i], name), int(value))
        while True:
            ready = [(int(rng.random() < 0.7), int(rng.random() < 0.7))
                     for _ in dut.updates]  # fmt: skip
            for (update, trace), (u, t) in zip(zip(dut.updates, dut.trace, strict=True), ready,
                                               strict=True):  # fmt: skip
                ctx.set(update.ready, u)
                ctx.set(trace.ready, t)
            ctx.set(dut.cycle, self.cycle)
            await ctx.tick()
            self.cycle += 1

    async def _record(self, ctx):
        dut = self.dut
        while True:
            signals = [dut.trap.valid, dut.trap.cause, dut.trap.stream, dut.trap.pc,
                       dut.trap.address, dut.read_bytes, dut.write_bytes]  # fmt: skip
            for update in dut.updates:
                signals += [update.valid & update.ready, update.semaphore, update.value]
            for trace in dut.trace:
                signals += [trace.valid & trace.ready, trace.payload]
            _, _, valid, cause, stream, pc, address, read, write, *rest = await ctx.tick().sample(
                *signals
            )
            if valid:
                self.traps.append((cause, stream, pc, address))
            self.read_bytes += read
            self.write_bytes += write
            for e in range(len(dut.updates)):
                taken, semaphore, value = rest[3 * e : 3 * e + 3]
                if taken:
                    self.updates.append((e, semaphore, value))
            rest = rest[3 * len(dut.updates) :]
            for e in range(len(dut.trace)):
                if rest[2 * e]:
                    event = rest[2 * e + 1]
                    self.events.append((e, event.source, event.kind.value, event.pc, event.cycle))

    async def issue_only(self, ctx, limit=3000):
        """Issue the one command there is, after a stop, and wait until nothing is busy."""
        issue = self.dut.issue.issue
        (command,) = self.commands
        ctx.set(issue.payload, command)
        ctx.set(issue.valid, 1)
        await ctx.tick().until(issue.ready)
        ctx.set(issue.valid, 0)
        for _ in range(limit):
            await ctx.tick()
            if not ctx.get(self.dut.busy):
                return
        raise AssertionError(f"still busy after {limit} cycles")

    async def until_idle(self, ctx, limit=20000):
        """Wait until every command was taken and nothing is busy."""
        quiet = 0
        for _ in range(limit):
            _, _, busy = await ctx.tick().sample(self.dut.busy)
            quiet = quiet + 1 if not busy and len(self.taken) == len(self.commands) else 0
            if quiet > 3:
                return
        raise AssertionError(f"still busy after {limit} cycles")

    def run(self, body=None):
        """Run ``body(ctx)`` (default: :meth:`until_idle`) with everything around it."""
        models = [model.run for model in (*self.axi, *self.ports)]
        around = [*models, self._issue, self._watch, self._record]
        self.machine.run(body or self.until_idle, processes=around)
        return self

    def trap(self) -> tuple:
        """Cause, stream, program counter and address of the only trap."""
        assert len(self.traps) == 1, self.traps
        cause, stream, pc, address = self.traps[0]
        return Trap(cause), Stream(stream), pc, address


@pytest.fixture
def dma_bench():
    """The class :class:`DmaBench`."""
    return DmaBench
