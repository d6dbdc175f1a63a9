"""How long an access of the memory controller can wait."""

import random

import pytest

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.hbm import refresh
from tinyneuron_hw.hbm.address import AddressMap, Place
from tinyneuron_hw.hbm.controller import MemoryController
from tinyneuron_hw.hbm.direction import TURN_LIMIT
from tinyneuron_hw.hbm.scheduler import PASSED_LIMIT
from tinyneuron_hw.hbm.timing import BURST, TIMINGS

from .device import Device
from .traffic import Manager, RandomTraffic, bind, simulate

T = TIMINGS["hbm"]
TINY = CoreConfig(
    name="hbm_waits", partitions=4, columns=4, sbuf_partition_bytes=128, psum_bank_bytes=64,
    dma_engines=1, device_memory_bytes=1 << 20, memory="hbm",
)  # fmt: skip


@pytest.mark.parametrize("write", [False, True], ids=["reads", "writes"])
def test_a_lone_row_miss_beside_a_stream_of_row_hits_waits_for_a_bounded_time(write):
    """The stream never leaves one row; the lone read needs another row of the same bank."""
    rng, rounds = random.Random(5), 8
    dut, places = MemoryController(TINY), AddressMap(TINY)
    device = Device(TINY, dut.phy)
    stream, lone = Manager(dut.dma[0], 8, rng, 0), Manager(dut.fetch, 8, rng, 0)
    row = [(0, 128 * i, 16) for i in range(T.row_bytes // 128)]
    bank = places.split(0).bank
    waits: list[int] = []

    issued = [0]

    async def traffic(ctx):
        while len(waits) < rounds:
            await (stream.writes if write else stream.reads)(ctx, [row[issued[0] % len(row)]])
            issued[0] += 1

    async def every_burst(ctx, action):
        done = 0
        while len(waits) < rounds or done < issued[0]:
            if done < issued[0]:
                await action(ctx)
                done += 1
            else:
                await ctx.tick()

    def data(ctx):
        if write:
            return stream.data(ctx, [(rng.getrandbits(64), 255, 0)] * 16)
        return stream.collect(ctx, [(0, 0, 16)])

    processes = [traffic, bind(every_burst, data)]
    if write:
        processes.append(bind(every_burst, lambda ctx: stream.responses(ctx, 1)))

    async def lone_reads(ctx):
        await ctx.tick().repeat(200)
        for i in range(rounds):
            unit = places.join(Place(0, bank, 1 + i, 0))
            begin, served = device.cycle, len(device.accesses)
            await lone.reads(ctx, [(0, 32 * unit, 4)])
            await lone.collect(ctx, [(0, 32 * unit, 4)])
            waits.append(device.cycle - begin)
            assert len(device.accesses) - served > 4, "the stream stands still"
            await ctx.tick().repeat(rng.randrange(50, 100))

    simulate(dut, [*processes, lone_reads], device)
    print(waits)
    longest = PASSED_LIMIT * BURST + (
        TURN_LIMIT * BURST + 2 * (BURST + T.turnaround) if write else 0
    )
    change = T.write_to_precharge + T.ras + T.rp + T.rcd + T.cl
    assert max(waits) <= longest + change + 40


@pytest.mark.parametrize(
    "urgent",
    [pytest.param(256, id="unused banks", marks=pytest.mark.slow),
     pytest.param(2, id="reserved banks")],
)  # fmt: skip
def test_refreshes_that_cannot_wait_find_their_time(monkeypatch, urgent):
    """Traffic that never rests, after eight intervals as it were: every bank has its turn."""
    monkeypatch.setattr(refresh, "_PATIENCE", 1)
    monkeypatch.setattr(refresh, "_URGENT", urgent)
    rng = random.Random(urgent)
    dut = MemoryController(TINY)
    device = Device(TINY, dut.phy)
    device.model.log = []
    before = rng.randbytes(1 << 15)
    device.model.memory.write(0, before)
    traffic = RandomTraffic(dut, 8, rng, 0.0, before, reads=150, writes=150)

    async def settle(ctx):
        while not traffic.done:
            await ctx.tick()
        await ctx.tick().until(dut.phy.clean)

    cycles = simulate(dut, [*traffic.processes, settle], device)
    traffic.check()
    refreshed = [int(line.split()[3]) for line in device.model.log if " REF " in line]
    assert abs(len(refreshed) - cycles * 16 // T.refi) <= 4
    assert len(set(refreshed[:16])) == 16
    assert device.model.memory.read(0, 1 << 15) == bytes(traffic.expected)
