"""Register moves, DELAY, NOTIFY and BARRIER in whole programs."""

import random

import pytest

from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.csr import NOTIFICATIONS, Trap
from tinyneuron_hw.isa.opcodes import Condition, Opcode, RegisterOp, Stream, UpdateMode, WaitMode

from ...few import few_of
from .bench import FAST, Bench, Timing, halt, nop, op, register
from .programs import branch, dump, loop, memset, move, values


def load(address, first, count=1, **fields):
    return op(Opcode.REGISTER_LOAD, first=first, src__dtype=DType.UINT32, src__address=address,
              **{"src__dims__0__stride": 4, "src__dims__0__size": count, **fields})  # fmt: skip


def store(address, first, count=1, **fields):
    return op(Opcode.REGISTER_STORE, first=first, dst__dtype=DType.UINT32, dst__address=address,
              **{"dst__dims__0__stride": 4, "dst__dims__0__size": count, **fields})  # fmt: skip


def near(opcode, path, first, count, offset, partition=0, **fields):
    return op(opcode, first=first, **{
        f"{path}__dtype": DType.INT32, f"{path}__num_partitions": 1,
        f"{path}__start_partition": partition, f"{path}__offset": offset,
        f"{path}__dims__0__stride": 1, f"{path}__dims__0__size": count, **fields,
    })  # fmt: skip


class TestMoves:
    def test_loaded_registers_feed_loops_branches_addresses_and_stores(self):
        code = [
            load(0x100, 4, 3), loop(register(4), 1), nop(),
            branch(Condition.EQUAL, 5, register(5), 7), halt(),
            store(0x200, 4, 3, dst__address_uses_register=1, dst__register=6, dst__scale=8),
            *dump(range(4, 7)), halt(),
        ]  # fmt: skip
        bench = Bench({Stream.SYNC: code})
        bench.unit.memory |= {(False, 0x100): 3, (False, 0x104): 7, (False, 0x108): 2}
        bench.run()
        assert bench.done
        assert bench.starts(Stream.SYNC)[:6] == [0, 1, 2, 2, 2, 3]
        assert bench.semaphores[4:7] == [3, 7, 2]
        assert [bench.unit.memory[False, 0x210 + 4 * n] for n in range(3)] == [3, 7, 2]

    def test_sbuf_is_by_partition_and_offset(self):
        code = [
            move(3, 0x20), near(Opcode.REGISTER_LOAD_SBUF, "src", 8, 2, register(3), 2),
            near(Opcode.REGISTER_STORE_SBUF, "dst", 8, 2, 0x40, 3), halt(),
        ]  # fmt: skip
        bench = Bench({Stream.VECTOR: code})
        bench.unit.memory |= {(True, 2 << 24 | 0x20): 11, (True, 2 << 24 | 0x24): 22}
        bench.run()
        assert bench.unit.memory[True, 3 << 24 | 0x40] == 11
        assert bench.unit.memory[True, 3 << 24 | 0x44] == 22

    def test_a_move_starts_when_everything_before_is_done_and_holds_up_the_next(self):
        code = [memset(1), store(0, 1, 8, update=(UpdateMode.ADD, 9, 4)), memset(2), halt()]
        bench = Bench({Stream.VECTOR: code}, timing=Timing(engine=(30, 30))).run()
        events = {(kind.name, pc): cycle for cycle, source, kind, pc in bench.events}
        assert events["END", 0] < events["START", 1] < events["END", 1] < events["START", 2]
        assert bench.semaphores[9] == 4

    def test_registers_of_a_loop_counter_are_moved_as_they_are(self):
        code = [loop(3, 1, counter=2, counter_enable=1, start=5, step=7),
                store(0x40, 2, dst__address_uses_register=1, dst__register=2, dst__scale=4),
                halt()]  # fmt: skip
        bench = Bench({Stream.GPSIMD: code}).run()
        assert {at: word for (_, at), word in bench.unit.memory.items()} == {
            0x40 + 4 * value: value for value in (5, 12, 19)
        }

    def test_streams_take_turns(self):
        code = [*[store(64 * n, 0, 8) for n in range(6)], halt()]
        bench = Bench(dict.fromkeys(Stream, code), timing=FAST).run()
        order = [stream for _, stream, *_ in bench.unit.moves]
        assert len(order) == 30
        for at in range(5, 20):
            assert len(set(order[at : at + 5])) == 5, order

    def test_a_bad_move_traps_in_its_turn(self):
        code = [nop(), load(0, 30, 3), halt()]
        bench = Bench({Stream.SYNC: code}).run()
        assert [(trap.cause, trap.pc) for trap in bench.traps] == [(Trap.BAD_OPERAND, 1)]
        assert not bench.unit.moves

    @pytest.mark.parametrize("cycles", few_of(range(20, 60, 5), 3))
    def test_cut_off_it_leaves_the_unit_to_the_next_program(self, cycles):
        async def body(bench, ctx):
            bench.streams = {stream: [*[store(0, 0, 8)] * 9, halt()] for stream in Stream}
            await bench.start(ctx)
            await ctx.tick().repeat(cycles)
            await bench.trap(ctx)
            await ctx.tick().repeat(40)  # the unit drains
            bench.streams = {s: [load(0x100, 3), *dump([3]), halt()] for s in (Stream.SYNC,)}
            bench.unit.memory[False, 0x100] = 77
            await bench.start(ctx)
            await bench.finish(ctx)
            assert ctx.get(bench.dut.done)
            assert await bench.peek(ctx, 3) == 77

        Bench({}, seed=cycles).run(body)


class TestDelay:
    @pytest.mark.parametrize("cycles", [0, 1, 2, 50])
    def test_it_takes_its_cycles(self, cycles):
        code = [move(5, cycles), op(Opcode.DELAY, cycles=register(5)), nop(), halt()]
        bench = Bench({Stream.SYNC: code}, timing=FAST).run()
        events = {(kind.name, pc): cycle for cycle, source, kind, pc in bench.events}
        assert events["END", 1] - events["START", 1] == cycles + 1
        assert events["START", 2] > events["END", 1]

    def test_the_watchdog_lets_it_be(self):
        code = [op(Opcode.DELAY, cycles=200), halt()]
        bench = Bench({Stream.SYNC: code}, watchdog=60).run()
        assert bench.done
        assert not bench.traps


class TestNotify:
    def test_the_host_reads_the_streams_and_values_in_order(self):
        async def body(bench, ctx):
            await bench.start(ctx)
            await bench.finish(ctx)
            seen = {stream: [] for stream in Stream}
            told = bench.dut.notifications
            while ctx.get(told.count):
                seen[Stream(ctx.get(told.stream))].append(ctx.get(told.value))
                ctx.set(told.pop, 1)
                await ctx.tick()
            assert seen == {s: [100 * s.value + n for n in range(6)] for s in Stream}
            assert ctx.get(told.lost) == 0

        code = {s: [*[op(Opcode.NOTIFY, value=100 * s.value + n) for n in range(6)], halt()]
                for s in Stream}  # fmt: skip
        Bench(code, seed=3).run(body)

    def test_what_finds_no_room_is_counted_and_start_forgets(self):
        async def body(bench, ctx):
            told = bench.dut.notifications
            count = loop(NOTIFICATIONS + 5, 1, counter=1, counter_enable=1, step=1)
            bench.streams = {Stream.SYNC: [count, op(Opcode.NOTIFY, value=register(1)), halt()]}
            await bench.start(ctx)
            await bench.finish(ctx)
            assert (ctx.get(told.count), ctx.get(told.lost)) == (NOTIFICATIONS, 5)
            assert ctx.get(told.value) == 0
            bench.streams = {Stream.SYNC: [op(Opcode.NOTIFY, value=9), halt()]}
            await bench.start(ctx)
            await bench.finish(ctx)
            assert (ctx.get(told.count), ctx.get(told.lost), ctx.get(told.value)) == (1, 0, 9)

        Bench({}).run(body)


def barrier(*streams, **fields):
    return op(Opcode.BARRIER, streams=sum(1 << s.value for s in streams), **fields)


class TestBarrier:
    @pytest.mark.parametrize("seed", range(3))
    def test_all_go_on_together(self, seed):
        rng = random.Random(f"barrier {seed}")
        code = {}
        for stream in Stream:
            code[stream] = []
            for _ in range(4):
                code[stream] += [op(Opcode.DELAY, cycles=rng.randrange(60)), barrier(*Stream)]
            code[stream].append(halt())
        bench = Bench(code, seed=seed, timing=FAST).run()
        assert bench.done
        starts = {s.value: [] for s in Stream}
        ends = {s.value: [] for s in Stream}
        for cycle, source, kind, pc in bench.events:
            if pc in (1, 3, 5, 7):
                (starts if kind.name == "START" else ends)[source].append(cycle)
        for n in range(4):
            gone = {cycles[n] for cycles in ends.values()}
            assert len(gone) == 1
            assert gone.pop() > max(cycles[n] for cycles in starts.values())

    def test_barriers_of_different_streams_do_not_wait_for_each_other(self):
        left, right = (Stream.TENSOR, Stream.SYNC), (Stream.VECTOR, Stream.SCALAR)
        late = [op(Opcode.DELAY, cycles=300), barrier(*left), halt()]
        code = {Stream.TENSOR: [barrier(*left), halt()], Stream.SYNC: late,
                Stream.VECTOR: [barrier(*right), halt()],
                Stream.SCALAR: [move(4, 6), op(Opcode.BARRIER, streams=register(4)), halt()],
                Stream.GPSIMD: [barrier(Stream.GPSIMD), halt()]}  # fmt: skip
        bench = Bench(code).run()
        assert bench.done
        ends = {(s, pc): cycle for cycle, s, kind, pc in bench.events if kind.name == "END"}
        assert ends[1, 0] == ends[2, 1] < 200
        assert ends[3, 0] < 200
        assert ends[0, 0] == ends[4, 1] > 300

    def test_it_waits_for_what_is_before_it_and_for_its_semaphore(self):
        both, delay = (Stream.VECTOR, Stream.SYNC), op(Opcode.DELAY, cycles=90)
        waits = barrier(*both, wait=(WaitMode.EQUAL, 2, 5))
        code = {
            Stream.VECTOR: [memset(1), waits, memset(2), halt()],
            Stream.SYNC: [barrier(*both, update=(UpdateMode.ADD, 3, 1)), halt()],
            Stream.SCALAR: [delay, nop(update=(UpdateMode.SET, 2, 5)), halt()],
        }
        bench = Bench(code, timing=Timing(engine=(40, 40))).run()
        assert bench.done
        assert bench.semaphores[3] == 1
        assert values(bench, Stream.VECTOR) == [1, 2]
        ends = {(s, pc): cycle for cycle, s, kind, pc in bench.events if kind.name == "END"}
        assert ends[2, 1] < ends[1, 1] <= ends[4, 0]

    def test_one_that_leaves_out_its_own_stream_traps(self):
        code = {Stream.SCALAR: [nop(), barrier(Stream.SYNC), halt()], Stream.SYNC: [halt()]}
        bench = Bench(code).run()
        assert [(t.cause, t.stream, t.pc) for t in bench.traps] == [
            (Trap.BAD_OPERAND, Stream.SCALAR, 1)
        ]

    @pytest.mark.parametrize("other", [[halt()], [barrier(*Stream), halt()]])
    def test_one_that_nobody_joins_is_the_watchdogs(self, other):
        code = {Stream.VECTOR: [barrier(Stream.VECTOR, Stream.SYNC), halt()], Stream.SYNC: other}
        bench = Bench(code, watchdog=150).run()
        assert [(t.cause, t.stream, t.pc) for t in bench.traps] == [
            (Trap.WATCHDOG, Stream.VECTOR, 0)
        ]

    def test_in_a_loop_none_overtakes_another(self):
        """A fast stream is at its next barrier before a slow one has left this one."""
        add = op(Opcode.REGISTER, op=RegisterOp.ADD, dst=1, a=register(1), b=1)
        fast = [loop(12, 1), barrier(Stream.TENSOR, Stream.SYNC), halt()]
        slow = [loop(12, 4), nop(), op(Opcode.DELAY, cycles=9), add,
                barrier(Stream.TENSOR, Stream.SYNC), *dump([1]), halt()]  # fmt: skip
        bench = Bench({Stream.TENSOR: fast, Stream.SYNC: slow}).run()
        assert bench.done
        assert bench.semaphores[1] == 12
