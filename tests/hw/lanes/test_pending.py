"""Destinations on their way: order, hand-over to the writer, conflicts with reads."""

import random

from tinyneuron_hw.isa.opcodes import Space
from tinyneuron_hw.lanes.pending import PENDING, PendingWrites
from tinyneuron_sim.rtl.levelized import simulator

SEED = 11


def simulate(dut, bench):
    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()


def read(space, low, high):
    return {"valid": 1, "space": space, "extent": {"low": low, "high": high}}


async def push(ctx, dut, *, space=Space.SBUF, low=0, high=16, writes=1):
    ctx.set(dut.pattern, {"space": space, "offset": low})
    ctx.set(dut.extent, {"low": low, "high": high})
    ctx.set(dut.writes, writes)
    ctx.set(dut.push, 1)
    await ctx.tick()
    ctx.set(dut.push, 0)


def test_a_read_conflicts_only_with_bytes_that_are_still_to_be_written():
    dut = PendingWrites(reads=2, quadrant=1)

    async def bench(ctx):
        ctx.set(dut.start.ready, 1)
        await push(ctx, dut, low=16, high=32)
        await push(ctx, dut, space=Space.PSUM, low=64, high=68)
        for space, low, high, expected in (
            (Space.SBUF, 0, 16, 0), (Space.SBUF, 0, 17, 1), (Space.SBUF, 20, 24, 1),
            (Space.SBUF, 31, 40, 1), (Space.SBUF, 32, 40, 0), (Space.SBUF, 64, 68, 0),
            (Space.PSUM, 64, 68, 1), (Space.PSUM, 16, 32, 0), (Space.PSUM, 67, 90, 1),
        ):  # fmt: skip
            for slot in range(2):
                ctx.set(dut.reads[slot], read(space, low, high))
                assert ctx.get(dut.conflict) == expected, (space, low, high, slot)
                ctx.set(dut.reads[slot].valid, 0)
        ctx.set(dut.reads[0], read(Space.SBUF, 16, 32))
        ctx.set(dut.written, 1)
        await ctx.tick()
        ctx.set(dut.written, 0)
        assert not ctx.get(dut.conflict)

    simulate(dut, bench)


def test_commands_end_in_order_whether_they_write_or_not():
    dut = PendingWrites(reads=1, quadrant=1)

    async def bench(ctx):
        ctx.set(dut.start.ready, 1)
        await push(ctx, dut)
        await push(ctx, dut, writes=0)
        ctx.set(dut.silent, 1)
        await ctx.tick()
        ctx.set(dut.silent, 0)
        for _ in range(3):
            assert not ctx.get(dut.done), "the second may not end before the first"
            await ctx.tick()
        ctx.set(dut.written, 1)
        assert ctx.get(dut.done)
        await ctx.tick()
        ctx.set(dut.written, 0)
        assert ctx.get(dut.done)
        await ctx.tick()
        assert not ctx.get(dut.done)

    simulate(dut, bench)


def test_random_commands_reach_the_writer_in_order_and_none_is_lost():
    rng = random.Random(SEED)
    dut = PendingWrites(reads=1, quadrant=1)
    kinds = [rng.random() < 0.7 for _ in range(60)]
    handed, ended = [], []

    async def bench(ctx):
        pushed = busy = silent = 0
        for _ in range(3000):
            offer = pushed < len(kinds) and ctx.get(dut.ready) and rng.random() < 0.6
            ctx.set(dut.push, int(offer))
            ctx.set(dut.writes, int(offer and kinds[pushed]))
            ctx.set(dut.pattern.offset, pushed)
            ctx.set(dut.start.ready, int(rng.random() < 0.5))
            # A command ends some time after it was handed over.
            written = busy > 0 and rng.random() < 0.3
            quiet = silent > 0 and not written and rng.random() < 0.3
            turn = len(ended) < pushed and kinds[len(ended)]
            ctx.set(dut.written, int(written and turn))
            ctx.set(dut.silent, int(quiet))
            if ctx.get(dut.start.valid) and ctx.get(dut.start.ready):
                handed.append(ctx.get(dut.start.payload.offset))
                busy += 1
            busy -= written and turn
            silent -= quiet
            if ctx.get(dut.done):
                ended.append(len(ended))
            if offer:
                silent += not kinds[pushed]
                pushed += 1
            assert pushed - len(ended) <= PENDING
            await ctx.tick()
            if len(ended) == len(kinds):
                break

    simulate(dut, bench)
    assert len(ended) == len(kinds), f"seed {SEED}"
    assert handed == [number for number, writes in enumerate(kinds) if writes]
