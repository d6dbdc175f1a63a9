"""What must not show of the preparation that overlaps with the start of the one before."""

import random

import pytest

from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Condition, Opcode, RegisterOp, Stream, UpdateMode, WaitMode

from ...few import few_of
from .bench import BASES, CONFIG, FAST, Bench, Timing, TrapRecord, halt, nop, op, register
from .model import Model
from .programs import (
    DONE,
    TOKENS,
    bad_opcode,
    branch,
    dump,
    loop,
    memset,
    move,
    random_block,
    values,
    with_forward_branches,
)

SLOW = Timing(latency=(0, 2), gap=0, engine=(25, 40))
"""Engines so slow that instructions queue up behind them."""
NEVER = (WaitMode.EQUAL, 50, 1)
TIMINGS = pytest.mark.parametrize(
    "timing",
    [pytest.param(FAST, id="fast"), pytest.param(SLOW, id="slow"),
     pytest.param(Timing(), id="random", marks=pytest.mark.slow)],
)  # fmt: skip


def issued(code, **options):
    """Values of the MEMSETs that a Vector stream issues."""
    bench = Bench({Stream.VECTOR: code}, **options).run()
    assert bench.done
    assert values(bench, Stream.VECTOR) == Model(code).issued
    return values(bench, Stream.VECTOR)


class TestRegisters:
    @TIMINGS
    @pytest.mark.parametrize("between", [nop(), memset(9)], ids=["nop", "memset"])
    def test_a_register_is_read_after_it_was_written(self, between, timing):
        """At every distance, also while the instruction before waits for the engine."""
        code, want = [], []
        for distance in range(6):
            for value in (1 + 2 * distance, 2 + 2 * distance):
                code += [move(4, 100 + value), *[between] * distance, memset(register(4))]
                want += [9] * (distance if between != nop() else 0) + [100 + value]
        assert issued([*code, halt()], timing=timing) == want

    @TIMINGS
    def test_a_later_write_does_not_reach_an_earlier_instruction(self, timing):
        add = op(Opcode.REGISTER, op=RegisterOp.ADD, dst=4, a=register(4), b=1)
        code = [*[memset(register(4)), add] * 9, memset(register(4)), halt()]
        assert issued(code, timing=timing) == list(range(10))

    @TIMINGS
    @pytest.mark.parametrize("body", range(1, 6))
    def test_the_counter_moves_between_the_last_instruction_and_the_next(self, body, timing):
        fields = {"counter": 7, "counter_enable": 1, "start": 10, "step": 3}
        code = [loop(4, body, **fields), *[memset(register(7))] * body]
        code += [memset(register(7)), halt()]
        want = [10 + 3 * i for i in range(4) for _ in range(body)] + [22]
        assert issued(code, timing=timing) == want

    @TIMINGS
    def test_counters_of_loops_that_end_together(self, timing):
        fields = {"counter_enable": 1, "step": 1}
        code = [
            loop(2, 4, counter=1, **fields), loop(2, 3, counter=2, **fields),
            loop(2, 2, counter=3, **fields), memset(register(3)), memset(register(2)),
            memset(register(1)), memset(register(2)), memset(register(3)), halt(),
        ]  # fmt: skip
        passes = [value for _ in range(2) for j in range(2) for k in range(2) for value in (k, j)]
        assert issued(code, timing=timing) == [*passes, 2, 2, 2]

    @TIMINGS
    def test_a_loop_count_from_a_counter(self, timing):
        """The inner loop reads what the outer loop's end wrote."""
        code = [loop(4, 2, counter=1, counter_enable=1, start=1, step=1),
                loop(register(1), 1), memset(register(1)), halt()]  # fmt: skip
        assert issued(code, timing=timing) == [1, 2, 2, 3, 3, 3, 4, 4, 4, 4]

    def test_wait_and_update_values_from_the_counter(self):
        body = memset(wait=(WaitMode.GREATER_EQUAL, 3, 0), header__wait__value=register(2),
                      update=(UpdateMode.ADD, 3, 0), header__update__value=register(2))  # fmt: skip
        code = [nop(update=(UpdateMode.ADD, 3, 1)),
                loop(5, 1, counter=2, counter_enable=1, start=1, step=1), body, halt()]  # fmt: skip
        bench = Bench({Stream.VECTOR: code}, timing=SLOW, watchdog=500).run()
        assert bench.done
        assert bench.semaphores[3] == 1 + sum(range(1, 6))


class TestControl:
    @TIMINGS
    def test_a_branch_right_after_an_engine_instruction(self, timing):
        code = [memset(1), branch(Condition.ALWAYS, 3), memset(2), memset(3),
                branch(Condition.NOT_EQUAL, 6), memset(4), memset(5), halt()]  # fmt: skip
        assert issued(code, timing=timing) == [1, 3, 4, 5]

    @TIMINGS
    def test_a_branch_back_over_engine_instructions(self, timing):
        add = op(Opcode.REGISTER, op=RegisterOp.ADD, dst=1, a=register(1), b=1)
        code = [
            memset(register(1)), memset(7), add, branch(Condition.LESS_UNSIGNED, 0, register(1), 5),
            memset(register(1)), halt(),
        ]  # fmt: skip
        assert issued(code, timing=timing) == [*[v for i in range(5) for v in (i, 7)], 5]

    @TIMINGS
    def test_a_branch_out_of_a_loop_right_after_its_last_but_one(self, timing):
        code = [loop(3, 2), memset(1), branch(Condition.ALWAYS, 4), memset(2), memset(3),
                branch(Condition.ALWAYS, 7), memset(4), halt()]  # fmt: skip
        assert issued(code, timing=timing) == [1, 3]

    @TIMINGS
    def test_nothing_behind_halt_has_an_effect(self, timing):
        code = [*[memset(i) for i in range(9)], halt(), memset(9), move(1, 1), bytes(128)]
        bench = Bench({Stream.VECTOR: code}, timing=timing).run()
        assert bench.done
        assert values(bench, Stream.VECTOR) == list(range(9))
        assert bench.retired[1] == 10
        assert bench.ends(Stream.VECTOR) == list(range(10))

    @TIMINGS
    def test_halt_at_the_end_of_a_loop_body(self, timing):
        code = [loop(3, 2), memset(1), halt(), memset(2), halt()]
        assert issued(code, timing=timing) == [1]


class TestTraps:
    """The second of two instructions traps only when the first is done."""

    def run(self, code, timing=FAST, seed=0, **options):
        streams = {Stream.VECTOR: code}
        streams[Stream.SYNC] = [*[nop()] * 40, nop(update=(UpdateMode.SET, 3, 1)), halt()]
        return Bench(streams, timing=timing, seed=seed, watchdog=600, **options).run()

    SECOND = {
        "opcode": (bad_opcode(memset(2)), Trap.BAD_OPCODE, None),
        "operand": (memset(2, dst__num_partitions=0), Trap.BAD_OPERAND, None),
        "range": (memset(2, dst__offset=1 << 20), Trap.OUT_OF_RANGE, 1 << 20),
        "register": (bad_opcode(move(1, 1)), Trap.BAD_OPCODE, None),
        "branch": (bad_opcode(branch(Condition.ALWAYS, 0)), Trap.BAD_OPCODE, None),
    }

    @pytest.mark.parametrize("kind", SECOND)
    @pytest.mark.parametrize("timing", [FAST, SLOW], ids=["fast", "slow"])
    def test_while_the_first_waits_for_a_semaphore(self, kind, timing):
        bad, cause, address = self.SECOND[kind]
        bench = self.run([memset(1, wait=(WaitMode.EQUAL, 3, 1)), bad, memset(3), halt()], timing)
        place = BASES[1] + 128 if address is None else address
        assert bench.traps == [TrapRecord(cause, Stream.VECTOR, 1, place)]
        assert bench.semaphores[3] == 1
        assert values(bench, Stream.VECTOR) == [1]
        assert bench.ends(Stream.VECTOR) == [0]

    @pytest.mark.parametrize("kind", SECOND)
    def test_while_the_engine_is_full(self, kind):
        bad, cause, address = self.SECOND[kind]
        count = 3 * CONFIG.queue_depth
        code = [*[memset(i) for i in range(count)], bad, memset(99), halt()]
        bench = self.run(code, SLOW)
        place = BASES[1] + 128 * count if address is None else address
        assert bench.traps == [TrapRecord(cause, Stream.VECTOR, count, place)]
        assert values(bench, Stream.VECTOR) == list(range(count))
        assert bench.ends(Stream.VECTOR) == list(range(count))

    def test_the_first_of_two_bad_ones_traps(self):
        bad = memset(1, dst__num_partitions=0, wait=(WaitMode.EQUAL, 3, 1))
        bench = self.run([memset(0), bad, bad_opcode(nop()), halt()])
        assert bench.traps == [TrapRecord(Trap.BAD_OPERAND, Stream.VECTOR, 1, BASES[1] + 128)]
        assert bench.semaphores[3] == 1

    @pytest.mark.parametrize("waiting", [1, 2])
    def test_the_next_instruction_is_missing(self, waiting):
        code = [memset(i, wait=(WaitMode.EQUAL, 3, 1)) for i in range(waiting)]
        place = BASES[1] + 128 * waiting
        bench = self.run(code, SLOW)
        assert bench.traps == [TrapRecord(Trap.OUT_OF_RANGE, Stream.VECTOR, waiting, place)]
        assert bench.ends(Stream.VECTOR) == list(range(waiting))
        bench = self.run([*code, memset(9), halt()], SLOW, errors={place})
        assert bench.traps == [TrapRecord(Trap.BUS_ERROR, Stream.VECTOR, waiting, place)]
        assert bench.ends(Stream.VECTOR) == list(range(waiting))

    @pytest.mark.parametrize("following", [memset(2), bad_opcode(nop()), halt(), move(1, 1)],
                             ids=["memset", "bad", "halt", "register"])  # fmt: skip
    def test_the_watchdog_names_the_first_that_waits(self, following):
        code = [memset(0), memset(1, wait=NEVER), following, memset(3), halt()]
        bench = Bench({Stream.VECTOR: code}, timing=FAST, watchdog=150).run()
        assert bench.traps == [TrapRecord(Trap.WATCHDOG, Stream.VECTOR, 1, 0)]
        assert bench.starts(Stream.VECTOR) == [0]

    def test_a_counter_does_not_move_ahead_of_the_instruction_that_waits(self):
        """Both stages are full; the loop's end lies in the younger one."""

        async def body(bench, ctx):
            fields = {"counter": 1, "counter_enable": 1, "start": 5, "step": 1}
            code = [loop(3, 2, **fields), memset(1, wait=NEVER), memset(2), halt()]
            bench.streams = {Stream.VECTOR: code}
            await bench.start(ctx)
            await bench.finish(ctx)
            assert [trap.pc for trap in bench.traps] == [1]
            bench.streams = {Stream.VECTOR: [*dump([1]), halt()]}
            await bench.start(ctx)
            await bench.finish(ctx)
            assert await bench.peek(ctx, 1) == 5

        Bench({}, timing=FAST, watchdog=100).run(body)


def random_program(seed):
    """A program with engine instructions, and the stream that gives it tokens."""
    rng = random.Random(f"overlap {seed}")
    code = [move(r, rng.choice((0, 1, 3, rng.getrandbits(32)))) for r in range(8)]
    code += random_block(rng, 0, 45, range(24), engine=0.5)
    code = with_forward_branches(rng, code)
    return rng, [*code, *dump(), halt()]


def tokens(rng, count):
    """A stream that adds to the semaphore in steps of random size, at random times."""
    code = []
    while count:
        step = min(count, rng.randint(1, 6))
        code += [*[nop()] * rng.randint(0, 3), nop(update=(UpdateMode.ADD, TOKENS, step))]
        count -= step
    return [*code, halt()]


class TestRandom:
    @pytest.mark.parametrize("seed", few_of(range(8), 3))
    def test_programs_match_the_model(self, seed):
        rng, code = random_program(seed)
        model = Model(code)
        streams = {Stream.VECTOR: code, Stream.SYNC: tokens(rng, model.waited)}
        timing = rng.choice([FAST, SLOW, Timing(latency=(2, 12), gap=0.0, engine=(0, 5))])
        bench = Bench(streams, seed=seed, timing=timing, watchdog=5000).run()
        assert bench.done
        assert bench.dropped == 0
        assert values(bench, Stream.VECTOR) == model.issued
        assert sorted(bench.starts(Stream.VECTOR)) == sorted(model.order)
        assert sorted(bench.ends(Stream.VECTOR)) == sorted(model.order)
        assert bench.semaphores[:32] == model.registers
        assert bench.semaphores[TOKENS : DONE + 1] == [0, model.done]

    @pytest.mark.parametrize("seed", few_of(range(8), 3))
    def test_programs_that_trap_match_the_model(self, seed):
        rng, code = random_program(f"trap {seed}")
        bad = rng.choice(Model(code).order[:-1])
        code[bad] = bad_opcode(code[bad])
        model = Model(code, bad=[bad])
        streams = {Stream.VECTOR: code, Stream.SYNC: tokens(rng, model.waited + 9)}
        timing = rng.choice([FAST, SLOW, Timing(latency=(2, 12), gap=0.0, engine=(0, 5))])
        bench = Bench(streams, seed=seed, timing=timing, watchdog=5000).run()
        place = BASES[1] + 128 * bad
        assert bench.traps == [TrapRecord(Trap.BAD_OPCODE, Stream.VECTOR, bad, place)]
        assert values(bench, Stream.VECTOR) == model.issued
        assert sorted(bench.ends(Stream.VECTOR)) == sorted(model.order)
        assert bench.semaphores[DONE] == model.done
