"""The memory controller between AXI4 managers and a memory device."""

import random
from collections import deque

import pytest

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.hbm.fixed import FixedController
from tinyneuron_hw.host.axi import Resp

from .traffic import Manager, RandomTraffic, bind, simulate

SMALL = CoreConfig(
    name="hbm_test", partitions=4, columns=4, sbuf_partition_bytes=128, psum_bank_bytes=64,
    device_memory_bytes=1 << 12, memory="fixed", memory_latency=12,
)  # fmt: skip
WIDE = SMALL.with_changes(name="hbm_wide", partitions=64)


class Device:
    """Memory behind a FixedPort, ``memory_latency`` cycles away."""

    def __init__(self, config, port, rng, stall=0.0):
        self.config, self.port, self.rng, self.stall = config, port, rng, stall
        self.memory = bytearray(rng.randbytes(config.device_memory_bytes))
        self.commands = 0

    async def run(self, ctx):
        port, width = self.port, self.config.memory_bytes
        pending: deque = deque()
        cycle = 0
        while True:
            ready = int(self.rng.random() >= self.stall)
            ctx.set(port.ready, ready)
            due = bool(pending and pending[0][0] == cycle)
            ctx.set(port.read_valid, due)
            if due:
                ctx.set(port.read_data, pending.popleft()[1])
            signals = port.valid, port.write, port.address, port.write_data, port.write_mask
            _, _, valid, write, address, data, mask = await ctx.tick().sample(*signals)
            if valid and ready:
                self.commands += 1
                at = address * width
                assert at + width <= len(self.memory), "command outside the device"
                if write:
                    for i in range(width):
                        if mask >> i & 1:
                            self.memory[at + i] = data >> 8 * i & 0xFF
                else:
                    word = int.from_bytes(self.memory[at : at + width], "little")
                    pending.append((cycle + self.config.memory_latency, word))
            cycle += 1


@pytest.mark.parametrize(("config", "stall"), [(SMALL, 0.0), (SMALL, 0.4), (WIDE, 0.2)])
def test_random_traffic_from_every_port(config, stall):
    rng = random.Random(11)
    dut = FixedController(config)
    device = Device(config, dut.phy, rng, stall)
    before = bytes(device.memory)
    traffic = RandomTraffic(dut, config.axi_bytes, rng, stall, before, reads=15, writes=10)
    simulate(dut, traffic.processes, device)
    assert bytes(device.memory) == bytes(traffic.expected)
    traffic.check()


def test_one_command_a_cycle_for_one_reader():
    config = SMALL.with_changes(memory_latency=100)
    rng = random.Random(5)
    dut = FixedController(config)
    device = Device(config, dut.phy, rng)
    port = dut.dma[0]
    total = 40 * 16
    seen = []

    async def issue(ctx):
        ctx.set(port.arlen, 15)
        ctx.set(port.arvalid, 1)
        for _ in range(40):
            await ctx.tick().until(port.arready)
        ctx.set(port.arvalid, 0)

    async def collect(ctx):
        ctx.set(port.rready, 1)
        while len(seen) < total:
            _, _, valid, last = await ctx.tick().sample(port.rvalid, port.rlast)
            if valid:
                seen.append(last)

    cycles = simulate(dut, [issue, collect], device)
    assert seen == ([0] * 15 + [1]) * 40
    assert total <= cycles <= total + config.memory_latency + 10


def test_reads_writes_and_fetch_share_the_device_evenly():
    rng = random.Random(6)
    dut = FixedController(SMALL)
    device = Device(SMALL, dut.phy, rng)
    dma, fetch = dut.dma[0], dut.fetch
    counts = {"read": 0, "write": 0, "fetch": 0}

    async def body(ctx):
        for port in (dma, fetch):
            ctx.set(port.arlen, 15)
            ctx.set(port.arvalid, 1)
            ctx.set(port.rready, 1)
        ctx.set(dma.awlen, 7)
        for signal in (dma.awvalid, dma.wvalid, dma.bready):
            ctx.set(signal, 1)
        for _ in range(300):
            signals = dma.rvalid, dma.wready, fetch.rvalid
            _, _, *moved = await ctx.tick().sample(*signals)
            for name, one in zip(counts, moved, strict=True):
                counts[name] += one

    simulate(dut, [body], device)
    assert all(value >= 85 for value in counts.values()), counts
    assert device.commands >= 295


def test_addresses_beyond_the_device_answer_decerr():
    rng = random.Random(7)
    dut = FixedController(SMALL)
    device = Device(SMALL, dut.phy, rng)
    before = bytes(device.memory)
    end, width = SMALL.device_memory_bytes, SMALL.axi_bytes
    manager = Manager(dut.dma[0], width, rng, 0)
    reads = [(1, 0, 2), (2, end, 2), (3, 64, 1), (4, 1 << 40, 1), (5, end - width, 1)]
    writes = [(6, end, 2), (7, 1 << 47, 1), (8, 0, 1)]
    beats = [(0, 255, 0), (0, 255, 1), (0, 255, 1), (0, 255, 1)]
    simulate(dut, [
        bind(manager.reads, reads), bind(manager.collect, reads),
        bind(manager.writes, writes), bind(manager.data, beats),
        bind(manager.responses, 3),
    ], device)  # fmt: skip
    good, bad = Resp.OKAY, Resp.DECERR
    answers = [responses for _, responses in manager.read_results]
    assert answers == [[good, good], [bad, bad], [good], [bad], [good]]
    assert manager.write_results == [(6, bad), (7, bad), (8, good)]
    assert bytes(device.memory) == bytes(8) + before[8:]


def test_write_is_seen_by_a_read_issued_after_its_response():
    rng = random.Random(8)
    dut = FixedController(SMALL)
    device = Device(SMALL, dut.phy, rng, 0.3)
    manager = Manager(dut.dma[0], SMALL.axi_bytes, rng, 0.3)

    async def body(ctx):
        for value in range(20):
            await manager.writes(ctx, [(0, 128, 1)])
            await manager.data(ctx, [(value, 255, 1)])
            await manager.responses(ctx, 1)
            await manager.reads(ctx, [(0, 128, 1)])
            await manager.collect(ctx, [(0, 128, 1)])

    simulate(dut, [body], device)
    assert [data[0] for data, _ in manager.read_results] == list(range(20))
