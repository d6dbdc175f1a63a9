"""Stop, trap and reset in the middle of a program."""

from dataclasses import replace

import pytest

from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Condition, Opcode, Stream, UpdateMode, WaitMode

from .bench import FAST, Bench, Timing, halt, nop, op, register
from .programs import branch, loop, memset, move, values


def witness(streams):
    """A program that says in semaphores 0 ... 4 that it ran right: 5 and the stream's number."""
    return {
        stream: [
            move(1, 5 + stream.value),
            op(Opcode.NOP, update=(UpdateMode.SET, stream.value, 0),
               header__update__value=register(1)),
            halt(),
        ] for stream in streams
    }  # fmt: skip


class TestStop:
    def test_stop_drains_the_fetch_and_issues_nothing(self):
        async def body(bench, ctx):
            await bench.start(ctx)
            for _ in range(60):
                await ctx.tick()
            ctx.set(bench.dut.stop, 1)
            await ctx.tick()
            reads = len(bench.reads)
            for _ in range(200):
                await ctx.tick()
            assert ctx.get(bench.dut.quiet)
            assert len(bench.reads) <= reads + 1

        code = [memset(i) for i in range(60)] + [halt()]
        bench = Bench({Stream.VECTOR: code}, timing=Timing(latency=(5, 60)))
        assert len(bench.run(body).issued) < 60

    @pytest.mark.parametrize("cycles", [3, 41])
    def test_start_after_a_trap_in_the_middle_runs_right(self, cycles):
        """Old reads that still come in belong to nobody."""

        async def body(bench, ctx):
            bench.streams = {stream: [nop()] * 40 + [halt()] for stream in Stream}
            await bench.start(ctx)
            for _ in range(cycles):
                await ctx.tick()
            await bench.trap(ctx)
            bench.streams = witness(Stream)
            await bench.start(ctx)
            await bench.finish(ctx)
            assert ctx.get(bench.dut.done)
            assert [await bench.peek(ctx, i) for i in range(5)] == [5, 6, 7, 8, 9]

        Bench({}, seed=cycles, timing=Timing(latency=(10, 60))).run(body)


VICTIM = [
    loop(2, 3, counter=2, counter_enable=1, step=1), memset(register(2)), memset(3),
    nop(update=(UpdateMode.ADD, 9, 1)), branch(Condition.ALWAYS, 6), memset(99),
    *[memset(i) for i in range(6)], memset(99, wait=(WaitMode.EQUAL, 50, 1)), memset(99), halt(),
]  # fmt: skip
"""Passes through every state of both stages, and then waits for ever with both full."""

LAST = 86
"""Cycles by which it waits."""


class TestEveryCycle:
    """The program is cut off after 2, 3, 4, ... cycles; then another one runs right."""

    @pytest.mark.parametrize(
        ("end", "engine", "step"),
        [
            pytest.param("trap", 0, 3, id="trap-fast-every-third"),
            pytest.param("reset", 6, 3, id="reset-every-third"),
            *(pytest.param(end, engine, 1, id=f"{end}-{name}", marks=pytest.mark.slow)
              for end, engine, name in (("trap", 0, "fast"), ("trap", 6, "slow"),
                                        ("reset", 6, "slow"))),
        ],
    )  # fmt: skip
    def test_cut_off(self, end, engine, step):
        async def body(bench, ctx):
            for cycles in range(2, LAST + 1, step):
                bench.streams = {Stream.VECTOR: VICTIM}
                await bench.start(ctx)
                await ctx.tick().repeat(cycles)
                if end == "trap":
                    await bench.trap(ctx)
                    assert not ctx.get(bench.dut.running)
                    seen = len(bench.issued)
                    while ctx.get(bench.dut.engines[1].busy):
                        await ctx.tick()
                else:
                    ctx.set(bench.dut.stop, 1)
                    await ctx.tick().repeat(2)
                    seen = len(bench.issued)
                    await bench.reset(ctx, hold=cycles % 8)
                assert len(bench.issued) == seen, cycles
                ctx.set(bench.dut.semaphore_index, 1)
                ctx.set(bench.dut.semaphore_write, 1)
                await ctx.tick()
                ctx.set(bench.dut.semaphore_write, 0)
                bench.streams = witness([Stream.VECTOR])
                await bench.start(ctx)
                await bench.finish(ctx)
                assert ctx.get(bench.dut.done), cycles
                assert await bench.peek(ctx, 1) == 6

        timing = replace(FAST, engine=(engine, engine))
        bench = Bench({}, timing=timing).run(body)
        assert {trap.cause for trap in bench.traps} <= {Trap.NONE}
        assert len(bench.issued) > LAST // step
        assert 99 not in values(bench, Stream.VECTOR)

    def test_the_program_waits_by_then(self):
        async def body(bench, ctx):
            await bench.start(ctx)
            await ctx.tick().repeat(LAST - 4)
            assert len(bench.issued) == 10

        timing = replace(FAST, engine=(6, 6))
        Bench({Stream.VECTOR: VICTIM}, timing=timing).run(body)
