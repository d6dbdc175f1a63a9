"""Stop, trap and reset in the middle of a program."""

import pytest

from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Condition, Opcode, Stream, UpdateMode, WaitMode

from .bench import FAST, Bench, Timing, halt, nop, op, register
from .programs import branch, loop, memset, move, values

CHECK = {
    stream: [move(1, 5 + stream.value), op(
        Opcode.NOP, update=(UpdateMode.SET, stream.value, 0), header__update__value=register(1),
    ), halt()] for stream in Stream
}  # fmt: skip
"""A program that says in semaphores 0 ... 4 that it ran right."""


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
            bench.streams = CHECK
            await bench.start(ctx)
            await bench.finish(ctx)
            assert ctx.get(bench.dut.done)
            assert [await bench.peek(ctx, i) for i in range(5)] == [5, 6, 7, 8, 9]

        Bench({}, seed=cycles, timing=Timing(latency=(10, 60))).run(body)


VICTIM = [
    move(1, 3), memset(1), loop(3, 3, counter=2, counter_enable=1, step=1), memset(register(2)),
    memset(3), nop(update=(UpdateMode.ADD, 9, 1)), branch(Condition.ALWAYS, 8), memset(4),
    *[memset(i) for i in range(8)], nop(), memset(5, wait=(WaitMode.EQUAL, 50, 1)), memset(6),
    halt(),
]  # fmt: skip
"""Passes through every state of both stages, and then waits for ever with both full."""


class TestEveryCycle:
    """The program is cut off after 1, 2, 3, ... cycles; then another one runs right."""

    @pytest.mark.parametrize("engine", [0, 6], ids=["fast", "slow"])
    @pytest.mark.parametrize("end", ["trap", "reset", "stop"])
    def test_cut_off(self, end, engine):
        async def body(bench, ctx):
            for cycles in range(1, 110):
                bench.streams = {Stream.VECTOR: VICTIM}
                await bench.start(ctx)
                for _ in range(cycles):
                    await ctx.tick()
                if end == "trap":
                    await bench.trap(ctx)
                before = len(bench.issued)
                if end != "trap":
                    await bench.reset(ctx, hold=20 if end == "stop" else 0)
                    assert not ctx.get(bench.dut.running)
                assert len(bench.issued) <= before + (end != "trap"), cycles
                while ctx.get(bench.dut.engines[1].busy):
                    await ctx.tick()
                bench.streams = CHECK
                await bench.start(ctx)
                await bench.finish(ctx)
                assert ctx.get(bench.dut.done), cycles
                assert [await bench.peek(ctx, i) for i in range(5)] == [5, 6, 7, 8, 9]
                for i in range(5):
                    ctx.set(bench.dut.semaphore_index, i)
                    ctx.set(bench.dut.semaphore_write, 1)
                    await ctx.tick()
                ctx.set(bench.dut.semaphore_write, 0)

        timing = Timing(latency=(0, 0), gap=0, engine=(engine, engine), address_stall=0)
        bench = Bench({}, timing=timing).run(body)
        assert {trap.cause for trap in bench.traps} <= {Trap.NONE}
        assert 5 not in values(bench, Stream.VECTOR)

    def test_the_victim_reaches_its_end(self):
        bench = Bench({Stream.VECTOR: VICTIM}, timing=FAST, watchdog=40).run()
        assert [trap.pc for trap in bench.traps] == [17]
        assert bench.cycle < 110 + 40
