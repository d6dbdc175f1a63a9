import random

from tinyneuron_hw.config import get_config
from tinyneuron_hw.lanes.arbiter import ReadArbiter
from tinyneuron_hw.memory.ports import PsumReadPort
from tinyneuron_sim.rtl.levelized import simulator

CONFIG = get_config("tiny")
WORDS = CONFIG.psum_partition_bytes // 4


def drive(wants, ready_rate, cycles, seed=1):
    """Runs both requesters; returns what each got, in order, and the cycles it took."""
    dut = ReadArbiter(PsumReadPort(CONFIG), address=("word",))
    rng = random.Random(seed)
    asked: list[list[int]] = [[], []]
    got: list[list[int]] = [[], []]

    async def bench(ctx):
        answer = None
        for _ in range(cycles):
            ctx.set(dut.port.ready, rng.random() < ready_rate)
            ctx.set(dut.port.data_valid, answer is not None)
            ctx.set(dut.port.data, [answer or 0] * CONFIG.columns)
            for number, requester in enumerate(dut.requesters):
                position = len(asked[number])
                ctx.set(requester.valid, position < len(wants[number]))
                if position < len(wants[number]):
                    ctx.set(requester.word, wants[number][position])
            for number, requester in enumerate(dut.requesters):
                if ctx.get(requester.valid) and ctx.get(requester.ready):
                    asked[number].append(ctx.get(requester.word))
                if ctx.get(requester.data_valid):
                    got[number].append(ctx.get(requester.data[0]))
            taken = ctx.get(dut.port.valid) and ctx.get(dut.port.ready)
            answer = ctx.get(dut.port.word) if taken else None
            await ctx.tick()

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()
    return got


def test_each_requester_gets_its_own_words():
    rng = random.Random(2)
    wants = [[rng.randrange(WORDS) for _ in range(30)] for _ in range(2)]
    assert drive(wants, ready_rate=0.5, cycles=300) == wants


def test_both_share_a_busy_port_equally():
    wants = [list(range(20)), list(range(20, 40))]
    assert drive(wants, ready_rate=1.0, cycles=41) == wants


def test_one_requester_alone_gets_every_cycle():
    wants = [[], list(range(20))]
    assert drive(wants, ready_rate=1.0, cycles=21) == wants
