"""The trace merge loses nothing while it has room, and counts what it loses."""

import random

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_hw.sequencer.ports import TraceKind
from tinyneuron_hw.sequencer.trace import TraceMerge
from tinyneuron_sim.rtl.levelized import simulator


@pytest.mark.parametrize(("rate", "ready_rate"), [(0.03, 1.0), (0.3, 1.0), (0.5, 0.2)])
def test_events_come_out_in_order_or_are_counted(rate, ready_rate):
    dut = TraceMerge(get_config("tiny"))
    rng = random.Random(f"{rate} {ready_rate}")
    sources = [*dut.starts, *dut.ends]
    sent = {key: [] for key in range(12)}
    got = {key: [] for key in range(12)}
    dropped = 0

    async def bench(ctx):
        nonlocal dropped

        async def cycle(now, pushes):
            nonlocal dropped
            ctx.set(dut.cycle, now)
            for i, port in enumerate(sources):
                push = pushes and rng.random() < rate
                ctx.set(port.valid, push)
                ctx.set(port.pc, now & 0xFFFF)
                if push:
                    sent[i].append((now, now & 0xFFFF))
            for i, port in enumerate(dut.dma):
                push = pushes and rng.random() < rate
                ctx.set(port.valid, push)
                ctx.set(port.payload, {"cycle": now, "source": 16 + i, "stream": Stream.SYNC,
                                       "kind": TraceKind.END, "pc": now + 1})  # fmt: skip
                assert ctx.get(port.ready)
                if push:
                    sent[10 + i].append((now, now + 1))
            ready = rng.random() < ready_rate or not pushes
            ctx.set(dut.output.ready, ready)
            if ctx.get(dut.output.valid) and ready:
                event = ctx.get(dut.output.payload)
                if event.source >= 16:
                    key = 10 + event.source - 16
                    assert (event.stream, event.kind) == (Stream.SYNC, TraceKind.END)
                else:
                    key = event.source + (5 if event.kind is TraceKind.END else 0)
                    assert event.stream.value == event.source
                got[key].append((event.cycle, event.pc))
            dropped += ctx.get(dut.dropped)
            await ctx.tick()

        for now in range(300):
            await cycle(now, True)
        for now in range(300, 450):
            await cycle(now, False)

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()
    for key, events in got.items():
        remaining = iter(sent[key])
        assert all(event in remaining for event in events)
    total = sum(map(len, sent.values()))
    assert sum(map(len, got.values())) + dropped == total
    assert (dropped == 0) == (rate < 0.1)
