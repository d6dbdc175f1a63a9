"""Turns by age on a port."""

import random

import pytest
from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from tinyneuron_hw.dma.age import Ages, oldest
from tinyneuron_hw.isa.opcodes import Opcode

from ..machine import machine
from .test_dma import CONFIG, chip, device

SEED = 4711
QUICK = {"stall": 0, "latency": (8, 8), "interleave": False}


class Turns(wiring.Component):
    """What an arbiter makes of :class:`Ages`."""

    def __init__(self, count: int):
        self.count = count
        super().__init__({"begins": In(count), "waits": In(count), "grant": Out(range(count))})

    def elaborate(self, platform):
        m = Module()
        m.submodules.ages = ages = Ages(self.count)
        waits = Signal(self.count)
        m.d.comb += [ages.begins.eq(self.begins), waits.eq(self.waits)]
        m.d.comb += self.grant.eq(oldest(m, "turn", waits, ages.before))
        return m


@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_the_oldest_that_waits_is_chosen(count):
    rng = random.Random(SEED + count)
    design = machine(Turns, count)
    never = count - 1 if count > 2 else None
    """A user that never begins."""

    async def body(ctx):
        order = list(reversed(range(count)))
        for _ in range(400):
            begins = {i for i in range(count) if i != never and rng.random() < 0.2}
            waits = {i for i in range(count) if rng.random() < 0.5}
            ctx.set(design.dut.begins, sum(1 << i for i in begins))
            ctx.set(design.dut.waits, sum(1 << i for i in waits))
            if waits:
                assert ctx.get(design.dut.grant) == next(i for i in order if i in waits)
            await ctx.tick()
            order = [i for i in order if i not in begins] + sorted(begins)

    design.run(body)


def _ends(dma_bench, opcode, transfers):
    """Cycles from the first event to the end of each transfer, one for each engine."""
    bench = dma_bench(CONFIG, seed=SEED, **QUICK)
    for number in range(transfers):
        memory, tile = device(4096 * number, [(4, 400)]), chip(0, [(1, 400)], partition=number)
        source, target = (memory, tile) if opcode is Opcode.DMA_LOAD else (tile, memory)
        bench.add(opcode, {"src": source, "dst": target, "queue": number}, pc=number)
    bench.run()
    begun = min(event[4] for event in bench.events)
    return [event[4] - begun for event in sorted(bench.events) if event[2] == 1]


@pytest.mark.parametrize("opcode", [Opcode.DMA_LOAD, Opcode.DMA_STORE])
def test_the_first_of_two_transfers_is_as_fast_as_alone(dma_bench, opcode):
    """The second has what the first leaves, so both end no later than in turns."""
    (alone,) = _ends(dma_bench, opcode, 1)
    first, second = _ends(dma_bench, opcode, 2)
    assert first < 1.1 * alone
    assert 1.5 * alone < second < 2.1 * alone
