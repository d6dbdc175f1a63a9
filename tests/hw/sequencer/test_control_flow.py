"""REGISTER, BRANCH and LOOP in whole programs."""

import random

import pytest

from tinyneuron_hw.isa.opcodes import Condition, Opcode, RegisterOp, Stream, UpdateMode

from ...few import few_of
from .bench import BASES, CONFIG, CONTROLLER, FAST, Bench, Timing, halt, nop, op, register
from .model import Model
from .programs import branch, dump, loop, move, random_block, with_forward_branches


class TestControl:
    @pytest.mark.parametrize("seed", few_of(range(4), 2))
    def test_random_programs_match_the_model(self, seed):
        rng = random.Random(f"control {seed}")
        code = [move(r, rng.choice((0, 1, 3, rng.getrandbits(32)))) for r in range(8)]
        code += random_block(rng, 0, 40, range(24))
        code = with_forward_branches(rng, code)
        code += [*dump(), halt()]
        model = Model(code)
        bench = Bench({Stream.GPSIMD: code}, seed=seed, timing=Timing(latency=(2, 12), gap=0.0))
        bench.run()
        assert bench.done
        assert bench.dropped == 0
        assert bench.starts(Stream.GPSIMD) == model.order
        assert bench.ends(Stream.GPSIMD) == model.order
        assert bench.semaphores[:32] == model.registers

    def test_a_register_gives_the_loop_count(self):
        code = [move(4, 3), loop(register(4), 1), nop(), loop(register(9), 1), nop(), halt()]
        bench = Bench({Stream.SYNC: code}).run()
        assert bench.starts(Stream.SYNC) == [0, 1, 2, 2, 2, 3, 5]

    def test_eight_loops_that_end_together(self):
        code = [
            loop(2 if i in (0, 4, 7) else 1, 8 - i, counter=i, counter_enable=1, step=i + 1)
            for i in range(8)
        ]
        code += [nop(), *dump(range(8)), halt()]
        bench = Bench({Stream.SYNC: code}, timing=FAST).run()
        assert bench.starts(Stream.SYNC).count(8) == 8
        assert bench.starts(Stream.SYNC) == Model(code).order
        assert bench.semaphores[:8] == Model(code).registers[:8]

    def test_a_branch_out_ends_the_loops_it_leaves(self):
        add = op(Opcode.REGISTER, op=RegisterOp.ADD, dst=1, a=register(1), b=1)
        code = [
            loop(3, 6), loop(5, 3), add,
            branch(Condition.LESS_UNSIGNED, 5, register(1), 100), nop(), nop(), nop(), halt(),
        ]  # fmt: skip
        bench = Bench({Stream.SYNC: code}).run()
        assert bench.starts(Stream.SYNC) == Model(code).order == [0, *[1, 2, 3, 5, 6] * 3, 7]

    def test_a_loop_in_the_buffer_is_read_once(self):
        code = [nop(), loop(4, 14), *[nop()] * 14, halt()]
        bench = Bench({Stream.SYNC: code}, timing=Timing(latency=(2, 9), gap=0)).run()
        assert sorted(bench.reads) == [BASES[4] + 128 * i for i in range(len(code))]
        assert len(bench.starts(Stream.SYNC)) == 2 + 4 * 14 + 1

    @pytest.mark.parametrize("short", [0, 1])
    def test_a_loop_that_fills_the_buffer_is_read_once(self, short):
        size = CONFIG.fetch_buffer - short
        code = [move(2, 5), loop(register(2), size), *[nop()] * size, halt()]
        bench = Bench({Stream.SYNC: code}, timing=FAST).run()
        assert len(bench.starts(Stream.SYNC)) == 3 + 5 * size
        assert sorted(bench.reads) == [BASES[4] + 128 * i for i in range(len(code))]

    def test_the_prefetch_follows_a_taken_branch(self):
        far, count = 3 * CONFIG.fetch_buffer, 20
        code = [branch(Condition.ALWAYS, far), *[nop()] * (far - 1), *[nop()] * count, halt()]
        bench = Bench({Stream.SYNC: code}, timing=CONTROLLER).run()
        after = bench.reads[bench.reads.index(BASES[4] + 128 * far) :]
        assert after == [BASES[4] + 128 * (far + i) for i in range(count + 1)]
        # What lies behind the target waits for the memory once, not for each instruction.
        ends = {pc: cycle for cycle, _, kind, pc in bench.events if kind.name == "END"}
        assert ends[far + count] - ends[0] < 2 * 105 + 5 * count

    def test_a_backward_branch_within_the_window_is_not_read_again(self):
        add = op(Opcode.REGISTER, op=RegisterOp.ADD, dst=0, a=register(0), b=1)
        code = [add, nop(), branch(Condition.LESS_UNSIGNED, 0, register(0), 10), halt()]
        bench = Bench({Stream.SYNC: code}).run()
        assert len(bench.reads) == len(code)

    def test_a_long_loop_is_read_again(self):
        size = 2 * CONFIG.fetch_buffer - 2
        code = [loop(2, size), *[nop()] * size, halt()]
        bench = Bench({Stream.SYNC: code}, seed=5).run()
        assert bench.starts(Stream.SYNC) == Model(code).order
        assert len(bench.reads) > 3 * size // 2

    def test_registers_and_semaphores_survive_into_the_next_program(self):
        async def body(bench, ctx):
            bench.streams = {
                Stream.SYNC: [move(3, 77), nop(update=(UpdateMode.ADD, 60, 5)), halt()]
            }
            await bench.start(ctx)
            await bench.finish(ctx)
            bench.streams = {Stream.SYNC: [*dump([3]), halt()]}
            await bench.start(ctx)
            await bench.finish(ctx)
            assert await bench.peek(ctx, 3) == 77
            assert await bench.peek(ctx, 60) == 5

        Bench({}).run(body)
