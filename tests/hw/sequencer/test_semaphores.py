"""Semaphores against a dictionary, with every requester active at once."""

import random

from amaranth.hdl import ResetInserter, Signal

from tinyneuron_hw.config import get_config
from tinyneuron_hw.isa.opcodes import UpdateMode, WaitMode
from tinyneuron_hw.sequencer.semaphores import Semaphores
from tinyneuron_sim.rtl.levelized import simulator

MASK = (1 << 32) - 1


def simulate(dut, bench):
    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()


def updated(mode, old, value):
    return {UpdateMode.ADD: old + value, UpdateMode.SUBTRACT: old - value,
            UpdateMode.SET: value}[mode] & MASK  # fmt: skip


def condition(mode, now, value):
    return now == value if mode is WaitMode.EQUAL else now >= value


def test_random_updates_and_waits_match_a_dictionary():
    dut = Semaphores(get_config("tiny"))
    rng = random.Random(1)

    async def bench(ctx):
        values = [0] * 64
        ports = [*dut.updates, *dut.dma_updates]
        asked, waiting = [None] * len(ports), [None] * 5
        answered = dict.fromkeys(WaitMode, 0)
        for _ in range(1500):
            for i, port in enumerate(ports):
                if asked[i] is None and rng.random() < 0.3:
                    asked[i] = (rng.choice(list(UpdateMode)[1:]), rng.randrange(4),
                                rng.choice((0, 1, 2, rng.getrandbits(32))))  # fmt: skip
                ctx.set(port.valid, asked[i] is not None)
                if asked[i]:
                    ctx.set(port.mode, asked[i][0])
                    ctx.set(port.semaphore, asked[i][1])
                    ctx.set(port.value, asked[i][2])
            for i, port in enumerate(dut.waits):
                if waiting[i] is None or rng.random() < 0.05:
                    waiting[i] = (rng.choice(list(WaitMode)[1:]), rng.randrange(4),
                                  rng.randrange(4))  # fmt: skip
                ctx.set(port.valid, 1)
                ctx.set(port.mode, waiting[i][0])
                ctx.set(port.semaphore, waiting[i][1])
                ctx.set(port.value, waiting[i][2])
            writes, index = rng.random() < 0.1, rng.randrange(4)
            ctx.set(dut.index, index)
            ctx.set(dut.write, writes)
            ctx.set(dut.write_value, 3)
            assert ctx.get(dut.value) == values[index]
            changes = []
            for i, port in enumerate(dut.waits):
                mode, semaphore, value = waiting[i]
                ready = ctx.get(port.ready)
                if mode is not WaitMode.GREATER_EQUAL_SUBTRACT:
                    assert ready == condition(mode, values[semaphore], value)
                elif ready:
                    assert condition(mode, values[semaphore], value)
                    changes.append((UpdateMode.SUBTRACT, semaphore, value))
                if ready:
                    answered[mode] += 1
                    waiting[i] = None
            for i, port in enumerate(ports):
                if asked[i] and ctx.get(port.ready):
                    changes.append(asked[i])
                    asked[i] = None
            assert len(changes) <= (0 if writes else 1)
            for mode, semaphore, value in changes:
                values[semaphore] = updated(mode, values[semaphore], value)
            if writes:
                values[index] = 3
            await ctx.tick()
        assert min(answered[mode] for mode in list(WaitMode)[1:]) > 20

    simulate(dut, bench)


def test_every_requester_is_served_in_turn():
    dut = Semaphores(get_config("tiny"))
    ports = [*dut.updates, *dut.dma_updates]

    async def bench(ctx):
        for port in ports:
            ctx.set(port.valid, 1)
            ctx.set(port.mode, UpdateMode.ADD)
            ctx.set(port.value, 1)
        served = [0] * len(ports)
        for _ in range(5 * len(ports)):
            ready = [ctx.get(port.ready) for port in ports]
            assert sum(ready) == 1
            served[ready.index(1)] += 1
            await ctx.tick()
        assert served == [5] * len(ports)
        assert ctx.get(dut.value) == 5 * len(ports)

    simulate(dut, bench)


def test_reset_returns_every_semaphore_to_0():
    dut, reset = Semaphores(get_config("tiny")), Signal()

    async def bench(ctx):
        ctx.set(dut.index, 7)
        ctx.set(dut.write_value, 99)
        ctx.set(dut.write, 1)
        await ctx.tick()
        ctx.set(dut.write, 0)
        assert ctx.get(dut.value) == 99
        ctx.set(reset, 1)
        await ctx.tick()
        assert ctx.get(dut.value) == 0

    simulate(ResetInserter(reset)(dut), bench)
