"""Trace events on their way to a ring in device memory."""

from __future__ import annotations

import random
from typing import Any

import pytest
from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import Out, connect, flipped

from tinyneuron_hw.config import get_config
from tinyneuron_hw.dma.axi_arbiter import AxiArbiter
from tinyneuron_hw.dma.trace_ring import TraceRing
from tinyneuron_hw.host.axi import ID_BITS, Axi4
from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_hw.isa.trace import RECORD_BYTES
from tinyneuron_sim.backend import TraceEvent
from tinyneuron_sim.trace.ring import decode_records

from ..machine import machine
from .conftest import AxiMemory

BASE, SIZE = 0xF00, 96
CONFIGS = ["tiny", "tiny,partitions=16", "tiny,partitions=64"]
"""One record in a beat, four, and eight."""


class OnPort(wiring.Component):
    """A ring alone on its AXI port."""

    def __init__(self, config):
        self.config = config
        self.ring = TraceRing(config, patience=80)
        super().__init__({"axi": Out(Axi4(data_bytes=config.axi_bytes, id_bits=ID_BITS))})

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.ring = ring = self.ring
        m.submodules.arbiter = arbiter = AxiArbiter(self.config, (17,))
        connect(m, ring.aw, arbiter.aw[0])
        connect(m, ring.w, arbiter.w[0])
        connect(m, arbiter.axi, flipped(self.axi))
        m.d.comb += [ring.b_valid.eq(arbiter.b_valid[0]), ring.b_error.eq(arbiter.b_error)]
        return m


def events(rng: random.Random, count: int) -> list[TraceEvent]:
    cycles = sorted(rng.randrange(1 << 32) for _ in range(3))
    return [
        TraceEvent(cycles[0] + 5 * n, rng.choice([0, 4, 16, 31]), rng.choice(list(Stream)),
                   rng.choice(["start", "end"]), rng.randrange(1 << 24))
        for n in range(count)
    ]  # fmt: skip


class Bench:
    """A ring, its memory, and a host that takes what is written."""

    def __init__(self, config: str, seed: int, *, stall: float = 0.3, latency=(1, 60)):
        self.rng = random.Random(seed)
        self.machine = machine(OnPort, get_config(config))
        self.dut = self.machine.dut
        self.memory = bytearray(self.rng.randbytes(8192))
        self.before = bytes(self.memory)
        self.axi = AxiMemory(self.dut.axi, self.memory, self.rng, stall=stall, latency=latency)
        self.taken: list[TraceEvent] = []
        self.read = 0

    def run(self, body) -> None:
        self.machine.run(body, self.axi.run)

    async def start(self, ctx, size: int = SIZE) -> None:
        control = self.dut.ring.control
        for signal, value in ((control.base, BASE), (control.read, 0), (control.size, size)):
            ctx.set(signal, value)
        await ctx.tick()

    async def send(self, ctx, event: TraceEvent) -> None:
        port = self.dut.ring.event
        ctx.set(port.payload, {"cycle": event.cycle, "source": event.source, "pc": event.pc,
                               "stream": event.stream, "kind": event.kind == "end"})  # fmt: skip
        ctx.set(port.valid, 1)
        await ctx.tick()
        ctx.set(port.valid, 0)

    async def settle(self, ctx) -> None:
        control = self.dut.ring.control
        while ctx.get(control.busy):
            await ctx.tick()

    def take(self, ctx) -> None:
        """What a host does: reads the new events, then tells how far it is."""
        written = ctx.get(self.dut.ring.control.written)
        for number in range(self.read, written):
            at = BASE + number % SIZE * RECORD_BYTES
            last = self.taken[-1].cycle if self.taken else 0
            self.taken += decode_records(bytes(self.memory[at : at + RECORD_BYTES]), last)
        self.read = written
        ctx.set(self.dut.ring.control.read, written)

    def check_the_rest(self) -> None:
        """Nothing outside the ring has changed."""
        end = BASE + SIZE * RECORD_BYTES
        assert self.memory[:BASE] == self.before[:BASE]
        assert self.memory[end:] == self.before[end:]


def known(found: list[TraceEvent], sent: list[TraceEvent]) -> bool:
    """Equal but for the bits of a first event's cycle that no record has."""
    offset = sent[0].cycle - found[0].cycle if found else 0
    assert offset % (1 << 31) == 0
    moved = [(event.cycle + offset, event.source, event.stream, event.kind, event.pc)
             for event in found]  # fmt: skip
    return moved == [(e.cycle, e.source, e.stream, e.kind, e.pc) for e in sent]


@pytest.mark.parametrize("config", CONFIGS)
def test_a_host_that_keeps_up_gets_every_event_in_order(config):
    bench = Bench(config, seed=3)
    sent = events(bench.rng, 400)

    async def body(ctx):
        await bench.start(ctx)
        for number, event in enumerate(sent):
            await bench.send(ctx, event)
            for _ in range(bench.rng.choice([0, 0, 0, 0, 3, 200])):
                await ctx.tick()
                bench.take(ctx)
            while (number + 1) - bench.read > SIZE // 2:
                await ctx.tick()
                bench.take(ctx)
        ctx.set(bench.dut.ring.flush, 1)
        await bench.settle(ctx)
        bench.take(ctx)
        assert ctx.get(bench.dut.ring.control.lost) == 0

    bench.run(body)
    assert known(bench.taken, sent)
    bench.check_the_rest()


@pytest.mark.parametrize("config", CONFIGS)
def test_a_full_ring_loses_what_comes_and_counts_it(config):
    bench = Bench(config, seed=4)
    sent = events(bench.rng, SIZE + 20)

    async def body(ctx):
        control = bench.dut.ring.control
        await bench.start(ctx)
        for event in sent[: SIZE + 10]:
            await bench.send(ctx, event)
            await ctx.tick().repeat(4)
        ctx.set(bench.dut.ring.flush, 1)
        await bench.settle(ctx)
        assert (ctx.get(control.written), ctx.get(control.lost)) == (SIZE, 10)
        bench.take(ctx)
        for event in sent[SIZE + 10 :]:
            await bench.send(ctx, event)
        await bench.settle(ctx)
        bench.take(ctx)
        assert (ctx.get(control.written), ctx.get(control.lost)) == (SIZE + 10, 10)
        # Without a ring the counts are 0 again, and events go nowhere.
        ctx.set(control.size, 0)
        await ctx.tick()
        await ctx.tick()
        await bench.send(ctx, sent[0])
        await ctx.tick().repeat(100)
        assert (ctx.get(control.written), ctx.get(control.lost), ctx.get(control.busy)) == (0, 0, 0)

    bench.run(body)
    assert known(bench.taken, sent[:SIZE] + sent[SIZE + 10 :])
    bench.check_the_rest()


def test_an_event_a_cycle_is_written_or_counted():
    bench = Bench("tiny", seed=5, stall=0.9, latency=(200, 200))
    sent = events(bench.rng, 600)

    async def body(ctx):
        control = bench.dut.ring.control
        await bench.start(ctx)
        for event in sent:
            await bench.send(ctx, event)
            bench.take(ctx)
        ctx.set(bench.dut.ring.flush, 1)
        await bench.settle(ctx)
        bench.take(ctx)
        assert ctx.get(control.lost) > 0
        assert ctx.get(control.lost) + len(bench.taken) == len(sent)

    bench.run(body)


def test_a_few_events_do_not_wait_for_more():
    bench = Bench("tiny,partitions=16", seed=6)
    sent = events(bench.rng, 2)

    async def body(ctx):
        await bench.start(ctx)
        for event in sent:
            await bench.send(ctx, event)
        await ctx.tick().repeat(400)
        assert ctx.get(bench.dut.ring.control.written) == 2
        bench.take(ctx)

    bench.run(body)
    assert known(bench.taken, sent)


def test_events_that_memory_refuses_count_as_lost():
    bench = Bench("tiny", seed=7)
    sent = events(bench.rng, 6)
    bench.axi.bad = {BASE + RECORD_BYTES}

    async def body(ctx):
        await bench.start(ctx)
        for part in (sent[:2], sent[2:]):
            for event in part:
                await bench.send(ctx, event)
            await bench.settle(ctx)
        control = bench.dut.ring.control
        assert (ctx.get(control.written), ctx.get(control.lost)) == (6, 2)

    bench.run(body)
