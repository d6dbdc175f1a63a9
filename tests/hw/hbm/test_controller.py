"""The memory controller with channels, against the model that checks every timing rule."""

import random

import pytest

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.hbm.controller import MemoryController
from tinyneuron_hw.host.axi import Resp
from tinyneuron_sim.rtl.memory_channels import check_of

from .device import Device
from .traffic import Manager, RandomTraffic, bind, random_beats, random_burst, simulate

TINY = CoreConfig(
    name="hbm_test", partitions=4, columns=4, sbuf_partition_bytes=128, psum_bank_bytes=64,
    dma_engines=2, device_memory_bytes=1 << 20, memory="hbm",
)  # fmt: skip
ROUNDS = 130
"""Long enough for refreshes."""


def sized(partitions, memory="hbm"):
    return TINY.with_changes(name=f"hbm_{partitions}", partitions=partitions, memory=memory)


@pytest.mark.parametrize(
    ("partitions", "memory", "stall"),
    [(4, "hbm", 0.3), (4, "ddr4", 0.0),
     pytest.param(8, "hbm", 0.3, marks=pytest.mark.slow),
     pytest.param(16, "hbm", 0.0, marks=pytest.mark.slow),
     pytest.param(64, "ddr4", 0.1, marks=pytest.mark.slow)],
)  # fmt: skip
def test_random_traffic_from_every_port(partitions, memory, stall):
    config = sized(partitions, memory)
    rng = random.Random(f"{partitions} {memory}")
    dut = MemoryController(config)
    device = Device(config, dut.phy)
    size = 1 << 14
    before = rng.randbytes(size)
    device.model.memory.write(0, before)
    traffic = RandomTraffic(dut, config.axi_bytes, rng, stall, before, reads=40, writes=30)

    async def settle(ctx):
        await ctx.tick().repeat(3000)

    simulate(dut, [*traffic.processes, settle], device)
    assert device.model.memory.read(0, size) == bytes(traffic.expected)
    traffic.check()


@pytest.mark.parametrize("partitions", [4, pytest.param(16, marks=pytest.mark.slow)])
def test_a_read_sees_every_write_answered_before_it(partitions):
    """Writes and reads of a few places, in any order, also while memory refreshes."""
    config = sized(partitions)
    rng = random.Random(partitions)
    dut = MemoryController(config)
    device = Device(config, dut.phy)
    width = config.axi_bytes
    manager = Manager(dut.dma[0], width, rng, 0.1)
    reader = Manager(dut.fetch, width, rng, 0.3)
    size = 1 << 10
    memory = bytearray(size)
    expected = []

    async def body(ctx):
        for _ in range(ROUNDS):
            burst = random_burst(rng, 0, size, width)
            beats = random_beats(rng, burst, width, memory)
            await manager.writes(ctx, [burst])
            await manager.data(ctx, beats)
            await manager.responses(ctx, 1)
            burst = random_burst(rng, 0, size, width)
            expected.append(bytes(memory[burst[1] : burst[1] + burst[2] * width]))
            await manager.reads(ctx, [burst])
            if rng.random() < 0.7:
                await manager.collect(ctx, [burst])
            else:
                late.append(burst)
                await manager.collect(ctx, [late.pop(0)])

    late: list = []
    others = [random_burst(rng, size, 4 * size, width) for _ in range(ROUNDS)]
    cycles = simulate(dut, [body, bind(reader.reads, others), bind(reader.collect, others)],
                      device)  # fmt: skip
    assert [data for data, _ in manager.read_results] == expected
    assert cycles > 2 * 3900


def flips(rng, count, bits):
    """``count`` different masks of 72 bits with ``bits`` of them set."""
    return [sum(1 << b for b in rng.sample(range(72), bits)) for _ in range(count)]


@pytest.mark.parametrize("partitions", [4, pytest.param(64, marks=pytest.mark.slow)])
def test_single_errors_are_corrected_counted_and_written_back(partitions):
    config = sized(partitions)
    rng = random.Random(20 + partitions)
    dut = MemoryController(config)
    device = Device(config, dut.phy)
    memory, width = device.model.memory, config.axi_bytes
    data = rng.randbytes(8192)
    memory.write(0, data)
    words = sorted(rng.sample(range(1024), 120))
    for word, mask in zip(words, flips(rng, 120, 1), strict=True):
        memory.flip(8 * word, mask)
    bursts = [(0, at, 16) for at in range(0, 8192, 16 * width)]
    manager = Manager(dut.dma[0], width, rng, 0)
    found = [0]

    async def count(ctx):
        while True:
            await ctx.tick()
            found[0] += ctx.get(dut.counts.corrected)

    async def settle(ctx):
        await ctx.tick().repeat(8000)

    device.background = [count]
    simulate(dut, [bind(manager.reads, bursts), bind(manager.collect, bursts), settle], device)
    assert b"".join(read for read, _ in manager.read_results) == data
    assert found[0] == 120
    assert memory.read_words(0, 8192) == (data, check_of(data))


def test_double_errors_answer_slverr_and_name_the_word():
    config = sized(16)
    rng = random.Random(31)
    dut = MemoryController(config)
    device = Device(config, dut.phy)
    memory, width = device.model.memory, config.axi_bytes
    data = rng.randbytes(4096)
    memory.write(0, data)
    words = sorted(rng.sample(range(512), 40))
    for word, mask in zip(words, flips(rng, 40, 2), strict=True):
        memory.flip(8 * word, mask)
    bursts = [(0, at, 16) for at in range(0, 4096, 16 * width)]
    manager = Manager(dut.dma[0], width, rng, 0)
    simulate(dut, [bind(manager.reads, bursts), bind(manager.collect, bursts)], device)
    answers = [answer for _, responses in manager.read_results for answer in responses]
    wrong = {8 * word // width for word in words}
    assert answers == [Resp.SLVERR if beat in wrong else Resp.OKAY
                       for beat in range(4096 // width)]  # fmt: skip
    flaws = enumerate(flaw for flaws in manager.flaws for flaw in flaws)
    assert [4 * i + k for i, flaw in flaws for k in range(4) if flaw >> k & 1] == words


def test_a_partial_write_keeps_a_word_wrong_that_was_wrong():
    config = sized(16)
    rng = random.Random(32)
    dut = MemoryController(config)
    device = Device(config, dut.phy)
    memory = device.model.memory
    memory.write(0, bytes(range(32)))
    memory.flip(0, 0b11)
    memory.flip(8, 0b11)
    manager = Manager(dut.dma[0], 32, rng, 0)
    word = int.from_bytes(b"\xaa" * 32, "little")

    async def body(ctx):
        await manager.writes(ctx, [(0, 0, 1)])
        await manager.data(ctx, [(word, 0xFF01, 1)])  # one byte of word 0, all of word 1
        await manager.responses(ctx, 1)
        await manager.reads(ctx, [(0, 0, 1)])
        await manager.collect(ctx, [(0, 0, 1)])

    simulate(dut, [body], device)
    ((read, answers),) = manager.read_results
    assert (answers, manager.flaws) == ([Resp.SLVERR], [[1]])
    assert read[8:] == b"\xaa" * 8 + bytes(range(16, 32))
