"""Whole programs on the five sequencers with fake memory, engines and DMA."""

import random

import pytest

from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import decode, encode
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import (
    Condition,
    Opcode,
    RegisterOp,
    Space,
    Stream,
    UpdateMode,
    WaitMode,
)

from .bench import BASES, FAST, Bench, Timing, TrapRecord, halt, nop, op, register
from .model import Model


def dump(registers=range(32)):
    """NOPs that set semaphore r to register r."""
    return [op(Opcode.NOP, update=(UpdateMode.SET, r, 0), header__update__value=register(r))
            for r in registers]  # fmt: skip


def move(dst, value):
    return op(Opcode.REGISTER, op=RegisterOp.OR, dst=dst, a=value, b=0)


def loop(count, body, **fields):
    return op(Opcode.LOOP, count=count, body=body, **fields)


def branch(condition, target, a=0, b=0, **fields):
    return op(Opcode.BRANCH, condition=condition, target=target, a=a, b=b, **fields)


def memset(value=0, **fields):
    """A MEMSET of one element per partition; legal unless ``fields`` say otherwise."""
    base = {
        "dst.dtype": DType.FP32, "dst.space": Space.SBUF, "dst.num_partitions": 1,
    }  # fmt: skip
    extra = {name.replace("__", "."): item for name, item in fields.items()}
    return encode(Opcode.MEMSET, base | extra, value=value)


def values(bench, stream):
    """The ``value`` field of the MEMSETs in the order of issue."""
    return [decode(raw.to_bytes(128, "little"))["value"]
            for _, of, raw in bench.issued if of is stream]  # fmt: skip


class TestOrder:
    def test_a_stream_of_nops_runs_in_order_and_halts(self):
        bench = Bench({Stream.SYNC: [nop()] * 20 + [halt()]}).run()
        assert bench.done
        assert bench.starts(Stream.SYNC) == list(range(21))
        assert bench.ends(Stream.SYNC) == list(range(21))
        assert bench.retired == [0, 0, 0, 0, 21]

    def test_a_program_without_streams_is_done_at_once(self):
        assert Bench({}).run().done

    def test_five_streams_run_at_once(self):
        streams = {stream: [nop()] * (5 + stream.value) + [halt()] for stream in Stream}
        bench = Bench(streams, seed=3).run()
        assert bench.done
        assert bench.retired == [6, 7, 8, 9, 10]
        for stream, code in streams.items():
            assert bench.starts(stream) == list(range(len(code)))

    def test_nop_waits_for_the_engine_and_register_does_not(self):
        code = [memset(1), memset(2), move(1, 5), nop(), memset(3), halt()]
        bench = Bench({Stream.VECTOR: code}, timing=Timing(engine=(60, 60))).run()
        when = {(kind.name, pc): cycle for cycle, _, kind, pc in bench.events}
        assert when["START", 2] < when["END", 1]
        assert when["START", 3] >= when["END", 1]
        assert when["START", 5] >= when["END", 4]
        assert values(bench, Stream.VECTOR) == [1, 2, 3]
        assert bench.done

    def test_halt_waits_while_the_engine_is_busy(self):
        bench = Bench({Stream.VECTOR: [memset(1), halt()]}, timing=Timing(engine=(90, 90))).run()
        when = {(kind.name, pc): cycle for cycle, _, kind, pc in bench.events}
        assert when["END", 1] >= when["END", 0] >= when["START", 0] + 90

    def test_engine_pulses_of_every_distance_keep_events_and_updates(self):
        for seed in range(2):
            count = 24
            code = [
                encode(Opcode.MEMSET, decode(memset(i)).fields, **{
                    "header.update.mode": UpdateMode.ADD, "header.update.value": 1,
                }) for i in range(count)
            ] + [halt()]  # fmt: skip
            timing = Timing(latency=(0, 4), gap=0.0, engine=(0, 3))
            bench = Bench({Stream.VECTOR: code}, seed=seed, timing=timing).run()
            assert bench.semaphores[0] == count
            assert bench.starts(Stream.VECTOR) == list(range(count + 1))
            assert bench.ends(Stream.VECTOR) == list(range(count + 1))
            assert bench.retired[1] == count + 1


class TestThroughput:
    def spacing(self, stream, code):
        bench = Bench({stream: code}, timing=FAST).run()
        starts = [cycle for cycle, _, kind, _ in bench.events if kind.name == "START"]
        return (starts[20] - starts[4]) / 16

    def test_a_nop_takes_at_most_five_cycles(self):
        assert self.spacing(Stream.SYNC, [nop()] * 24 + [halt()]) <= 5

    def test_load_stationary_and_multiply_moving_pairs_take_six_cycles_each(self):
        load = op(Opcode.LOAD_STATIONARY, src__dtype=DType.BF16, src__num_partitions=4)
        multiply = op(
            Opcode.MULTIPLY_MOVING, src__dtype=DType.BF16, src__num_partitions=4,
            dst__dtype=DType.FP32, dst__space=Space.PSUM, dst__num_partitions=4,
        )  # fmt: skip
        assert self.spacing(Stream.TENSOR, [load, multiply] * 12 + [halt()]) <= 6

    def test_prefetch_runs_ahead_of_a_long_instruction(self):
        code = [memset(i) for i in range(8)] + [halt()]
        timing = Timing(latency=(50, 50), gap=0, engine=(90, 90))
        bench = Bench({Stream.VECTOR: code}, timing=timing).run()
        ends = [cycle for cycle, _, kind, _ in bench.events if kind.name == "END"]
        starts = [cycle for cycle, _, kind, _ in bench.events if kind.name == "START"]
        assert all(start - end <= 3 for start, end in zip(starts[1:8], ends, strict=False))


def random_block(rng, depth, size, free):
    """Instructions with nested loops and forward branches, and their registers ``free``."""
    code = []
    while len(code) < size:
        kind = rng.random()
        if kind < 0.5 or size - len(code) < 3:
            a = register(rng.randrange(32)) if rng.random() < 0.6 else rng.getrandbits(32)
            b = register(rng.randrange(32)) if rng.random() < 0.6 else rng.getrandbits(32)
            code.append(op(Opcode.REGISTER, op=rng.choice(list(RegisterOp)),
                           dst=rng.choice(free), a=a, b=b))  # fmt: skip
        elif kind < 0.65:
            code.append(nop())
        elif depth < 4:
            body = random_block(rng, depth + 1, rng.randint(1, min(9, size - len(code) - 1)), free)
            counter = 24 + depth
            count = rng.choice((0, 1, 2, 3))
            fields = {"counter": counter, "counter_enable": rng.randrange(2),
                      "start": rng.getrandbits(32), "step": rng.randint(-5, 5)}  # fmt: skip
            code += [loop(count, len(body), **fields), *body]
    return code


def with_forward_branches(rng, code):
    """Replaces NOPs by branches to later instructions of the same program."""
    for pc, raw in enumerate(code):
        if raw == nop() and rng.random() < 0.6:
            target = rng.randint(pc + 1, min(len(code) - 1, pc + 12))
            a, b = register(rng.randrange(32)), rng.choice((0, register(rng.randrange(32))))
            code[pc] = branch(rng.choice(list(Condition)), target, a, b)
    return code


class TestControl:
    @pytest.mark.parametrize("seed", range(4))
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

    def test_a_backward_branch_within_the_window_is_not_read_again(self):
        add = op(Opcode.REGISTER, op=RegisterOp.ADD, dst=0, a=register(0), b=1)
        code = [add, nop(), branch(Condition.LESS_UNSIGNED, 0, register(0), 10), halt()]
        bench = Bench({Stream.SYNC: code}).run()
        assert len(bench.reads) == len(code)

    def test_a_long_loop_is_read_again(self):
        code = [loop(2, 30), *[nop()] * 30, halt()]
        bench = Bench({Stream.SYNC: code}, seed=5).run()
        assert bench.starts(Stream.SYNC) == Model(code).order
        assert len(bench.reads) > 50

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


class TestSemaphores:
    @pytest.mark.parametrize("seed", range(2))
    def test_streams_hand_a_token_round(self, seed):
        """Each stream waits for its turn; every wait mode and update mode is used."""
        rounds = 3
        modes = (WaitMode.GREATER_EQUAL_SUBTRACT, WaitMode.EQUAL, WaitMode.GREATER_EQUAL)
        streams = {}
        for stream in Stream:
            mine, following = 10 + stream.value, 10 + (stream.value + 1) % 5
            code = []
            for i in range(rounds):
                mode = modes[i % 3]
                code.append(nop(wait=(mode, mine, 7), update=(UpdateMode.ADD, 0, 1)))
                if mode is not WaitMode.GREATER_EQUAL_SUBTRACT:
                    reset = (UpdateMode.SET, mine, 0) if i % 2 else (UpdateMode.SUBTRACT, mine, 7)
                    code.append(nop(update=reset))
                code.append(nop(update=(UpdateMode.ADD, following, 7)))
            streams[stream] = [*code, halt()]
        streams[Stream.SYNC].insert(0, nop(update=(UpdateMode.SET, 10, 7)))
        bench = Bench(streams, seed=seed).run()
        assert bench.done
        assert bench.semaphores[0] == 5 * rounds
        assert bench.semaphores[10:15] == [7, 0, 0, 0, 0]

    def test_subtracting_waits_share_the_tokens_exactly(self):
        streams = {stream: [
            *[nop(wait=(WaitMode.GREATER_EQUAL_SUBTRACT, 5, 3), update=(UpdateMode.ADD, 6, 1))] * 4,
            halt(),
        ] for stream in (Stream.TENSOR, Stream.VECTOR, Stream.SCALAR, Stream.GPSIMD)}  # fmt: skip
        streams[Stream.SYNC] = [nop(update=(UpdateMode.ADD, 5, 1))] * 49 + [halt()]
        bench = Bench(streams, timing=FAST).run()
        assert bench.done
        assert bench.semaphores[5:7] == [1, 16]

    def test_an_engine_update_comes_after_its_instruction(self):
        first = encode(Opcode.MEMSET, decode(memset(1)).fields, **{
            "header.update.mode": UpdateMode.SET, "header.update.semaphore": 9,
            "header.update.value": 4,
        })  # fmt: skip
        streams = {
            Stream.VECTOR: [first, halt()],
            Stream.SYNC: [nop(wait=(WaitMode.EQUAL, 9, 4)), halt()],
        }
        bench = Bench(streams, timing=Timing(engine=(70, 70))).run()
        when = {(source, kind.name, pc): cycle for cycle, source, kind, pc in bench.events}
        assert when[4, "START", 0] > when[1, "END", 0]

    def test_the_host_and_a_dma_engine_write_semaphores(self):
        async def body(bench, ctx):
            dut = bench.dut
            ctx.set(dut.semaphore_index, 33)
            ctx.set(dut.semaphore_write_value, 10)
            ctx.set(dut.semaphore_write, 1)
            await ctx.tick()
            ctx.set(dut.semaphore_write, 0)
            await bench.start(ctx)
            for _ in range(5):
                await ctx.tick()
            port = dut.dma_updates[1]
            ctx.set(port.mode, UpdateMode.SUBTRACT)
            ctx.set(port.semaphore, 33)
            ctx.set(port.value, 4)
            ctx.set(port.valid, 1)
            while True:
                *_, ready = await ctx.tick().sample(port.ready)
                if ready:
                    break
            ctx.set(port.valid, 0)
            await bench.finish(ctx)
            assert ctx.get(dut.done)
            assert await bench.peek(ctx, 33) == 6

        Bench({Stream.SYNC: [nop(wait=(WaitMode.EQUAL, 33, 6)), halt()]}).run(body)

    def test_a_register_gives_the_wait_and_update_values(self):
        code = [
            move(7, 12), nop(update=(UpdateMode.SET, 1, 12)),
            op(Opcode.NOP, wait=(WaitMode.EQUAL, 1, 0), header__wait__value=register(7),
               update=(UpdateMode.ADD, 2, 0), header__update__value=register(7)),
            halt(wait=(WaitMode.EQUAL, 2, 12), update=(UpdateMode.SET, 3, 1)),
        ]  # fmt: skip
        bench = Bench({Stream.SYNC: code}).run()
        assert bench.done
        assert bench.semaphores[1:4] == [12, 12, 1]


class TestOperands:
    def test_register_named_fields_reach_the_engine(self):
        rng = random.Random(4)
        limits = {"dst.start_partition": (0, 1), "dst.num_partitions": (1, 2),
                  "dst.offset": (0, 64), "value": (0, 1 << 31)}  # fmt: skip
        for i in range(4):
            limits[f"dst.dims.{i}.stride"] = (-2, 3)
            limits[f"dst.dims.{i}.size"] = (1, 3)
        fields = {"dst.dtype": DType.UINT8, "dst.space": Space.SBUF}
        code, want = [], {}
        for number, (path, (low, high)) in enumerate(limits.items()):
            want[path] = rng.randrange(low, high)
            if path == "dst.offset":
                want[path] = 1000
            code.append(move(number, want[path] & 0xFFFF_FFFF))
            fields |= {path: number, f"{path}_by_register": 1}
        code += [encode(Opcode.MEMSET, fields), halt()]
        bench = Bench({Stream.VECTOR: code}).run()
        assert bench.done
        ((_, _, raw),) = bench.issued
        got = decode(raw.to_bytes(128, "little"))
        assert got.registers() == {}
        assert {path: got[path] for path in want} == want

    @pytest.mark.parametrize(
        ("path", "value", "fits"),
        [
            ("dst.dims.0.stride", 0x7FFF, True),
            ("dst.dims.0.stride", 0x8000, False),
            ("dst.dims.1.stride", 0xFFFF_8000, True),
            ("dst.dims.1.stride", 0xFFFF_7FFF, False),
            ("dst.num_partitions", 256, False),
            ("dst.dims.2.size", 0x1_0001, False),
            ("dst.offset", 0x100_0000, False),
        ],
    )
    def test_a_register_value_must_fit_its_field(self, path, value, fits):
        fields = {"dst.dtype": DType.UINT8, "dst.space": Space.SBUF, "dst.num_partitions": 1}
        code = [move(5, value), encode(Opcode.MEMSET, fields | {path: 5, f"{path}_by_register": 1})]
        bench = Bench({Stream.VECTOR: [*code, halt()]}, timing=FAST).run()
        assert bench.done == fits
        if not fits:
            trap = TrapRecord(Trap.BAD_OPERAND, Stream.VECTOR, 1, BASES[1] + 128)
            assert bench.traps == [trap]

    def test_dma_commands_carry_registers_and_place(self):
        on_chip = {"dtype": DType.FP32, "space": Space.SBUF, "num_partitions": 1}
        device = {"dtype": DType.FP32, "address": 64, "address_uses_register": 1, "scale": 4}
        code = [
            move(1, 11), move(2, 22),
            encode(Opcode.DMA_LOAD, dst=on_chip, src=device | {"register": 1}),
            encode(Opcode.DMA_STORE, src=on_chip, dst=device | {"register": 2}),
            encode(Opcode.DMA_COPY, src=device | {"register": 1}, dst=device | {"register": 2}),
            encode(Opcode.DMA_LOCAL, src=on_chip, dst=on_chip, queue=1),
            halt(),
        ]  # fmt: skip
        bench = Bench(dict.fromkeys(Stream, code), seed=8).run()
        assert bench.done
        assert len(bench.dma_commands) == 20
        for stream in Stream:
            mine = [c for c in bench.dma_commands if c.stream is stream]
            assert [c.pc for c in mine] == [2, 3, 4, 5]
            assert [(c.src_register, c.dst_register) for c in mine] == [
                (11, 0), (0, 22), (11, 22), (0, 0)
            ]  # fmt: skip
            assert [c.instruction_address for c in mine] == [
                BASES[stream.value] + 128 * c.pc for c in mine
            ]


class TestTraps:
    def expect(self, stream, code, cause, pc, address=None, **options):
        bench = Bench({stream: code}, **options).run()
        place = BASES[stream.value] + 128 * pc
        want = TrapRecord(cause, stream, pc, place if address is None else address)
        assert bench.traps == [want]
        assert not bench.done
        return bench

    def test_unknown_opcode(self):
        self.expect(Stream.TENSOR, [nop(), bytes([0xFF]) + bytes(127)], Trap.BAD_OPCODE, 1)

    def test_opcode_of_another_stream(self):
        self.expect(Stream.SCALAR, [nop(), nop(), memset()], Trap.BAD_OPCODE, 2)

    @pytest.mark.parametrize("bit", [90, 127, 128, 700, 1023])
    def test_reserved_bit(self, bit):
        raw = int.from_bytes(nop(), "little") | 1 << bit
        self.expect(Stream.SYNC, [raw.to_bytes(128, "little")], Trap.BAD_OPCODE, 0)

    def test_code_outside_its_enumeration(self):
        raw = int.from_bytes(move(1, 1), "little") | 31 << 128
        self.expect(Stream.SYNC, [raw.to_bytes(128, "little")], Trap.BAD_OPERAND, 0)

    def test_number_that_is_no_register(self):
        raw = encode(Opcode.REGISTER, a=32, a_by_register=1)
        self.expect(Stream.SYNC, [nop(), raw], Trap.BAD_OPERAND, 1)

    def test_bad_operand_comes_before_out_of_range(self):
        code = [memset(dst__offset=32768, dst__num_partitions=0)]
        self.expect(Stream.VECTOR, code, Trap.BAD_OPERAND, 0)

    def test_operand_out_of_range_gives_its_offset(self):
        self.expect(Stream.VECTOR, [memset(dst__offset=32768)], Trap.OUT_OF_RANGE, 0, 32768)

    def test_ninth_nested_loop_and_empty_body(self):
        self.expect(Stream.SYNC, [loop(1, 20 - i) for i in range(9)], Trap.BAD_OPERAND, 8)
        self.expect(Stream.SYNC, [loop(0, 0), halt()], Trap.BAD_OPERAND, 0)
        skipped = [*[loop(1, 20 - i) for i in range(8)], loop(0, 1), nop(), *[halt()] * 12]
        assert Bench({Stream.SYNC: skipped}).run().done

    def test_running_past_the_length(self):
        code = [nop()] * 6
        self.expect(Stream.SYNC, code, Trap.OUT_OF_RANGE, 4, lengths={Stream.SYNC: 4})

    def test_branch_past_the_length(self):
        code = [branch(Condition.ALWAYS, 0xFF_FFFF), halt()]
        self.expect(Stream.SYNC, code, Trap.OUT_OF_RANGE, 0xFF_FFFF)

    def test_instruction_outside_the_windows_only_when_reached(self):
        base = BASES[4]
        windows = [(base, 128 * 3, True), (base, 1 << 30, False)]
        code = [nop()] * 6 + [halt()]
        self.expect(Stream.SYNC, code, Trap.OUT_OF_RANGE, 3, windows=windows)
        early = [nop(), nop(), halt(), nop(), nop()]
        assert Bench({Stream.SYNC: early}, windows=windows).run().done

    def test_bus_error_only_when_reached(self):
        base = BASES[0]
        code = [nop()] * 6 + [halt()]
        self.expect(Stream.TENSOR, code, Trap.BUS_ERROR, 5, errors={base + 128 * 5})
        early = [nop(), branch(Condition.ALWAYS, 3), nop(), halt()]
        assert Bench({Stream.TENSOR: early}, errors={base + 256}).run().done

    def test_a_fault_traps_after_its_wait_and_after_earlier_instructions(self):
        bad = op(Opcode.REGISTER, a=32, wait=(WaitMode.EQUAL, 3, 1))
        bad = (int.from_bytes(bad, "little") | 1 << 170).to_bytes(128, "little")
        streams = {
            Stream.VECTOR: [memset(1), bad],
            Stream.SYNC: [*[nop()] * 30, nop(update=(UpdateMode.SET, 3, 1)), halt()],
        }
        bench = Bench(streams, timing=Timing(engine=(150, 150))).run()
        assert bench.traps == [TrapRecord(Trap.BAD_OPERAND, Stream.VECTOR, 1, BASES[1] + 128)]
        assert bench.semaphores[3] == 1
        assert bench.ends(Stream.VECTOR) == [0]

    def test_nothing_is_issued_after_a_trap(self):
        streams = {
            Stream.VECTOR: [memset(i) for i in range(30)] + [halt()],
            Stream.SYNC: [*[nop()] * 3, bytes(128)],
        }
        bench = Bench(streams, timing=Timing(latency=(1, 3), gap=0, engine=(5, 5))).run()
        assert [trap.cause for trap in bench.traps] == [Trap.BAD_OPCODE]
        assert len(bench.issued) < 30
        assert bench.issued[-1][0] <= bench.cycle - 12

    def test_watchdog_names_the_lowest_waiting_stream(self):
        never = nop(wait=(WaitMode.EQUAL, 1, 1))
        streams = {
            Stream.VECTOR: [halt()],
            Stream.SCALAR: [nop(), nop(), never, halt()],
            Stream.SYNC: [never, halt()],
        }
        bench = Bench(streams, watchdog=200).run()
        assert bench.traps == [TrapRecord(Trap.WATCHDOG, Stream.SCALAR, 2, 0)]

    def test_a_busy_engine_is_progress(self):
        bench = Bench({Stream.VECTOR: [memset(1), halt()]}, watchdog=60,
                      timing=Timing(engine=(200, 200)))  # fmt: skip
        assert bench.run().done

    def test_the_dma_trap_stops_the_core(self):
        async def body(bench, ctx):
            await bench.start(ctx)
            for _ in range(100):
                await ctx.tick()
            port = bench.dut.dma_trap
            ctx.set(port.cause, Trap.BUS_ERROR)
            ctx.set(port.stream, Stream.SYNC)
            ctx.set(port.pc, 9)
            ctx.set(port.address, 0x1000)
            ctx.set(port.valid, 1)
            await ctx.tick()
            ctx.set(port.valid, 0)
            await ctx.tick()
            assert not ctx.get(bench.dut.running)

        bench = Bench({Stream.SYNC: [nop(wait=(WaitMode.EQUAL, 1, 1)), halt()]}).run(body)
        assert bench.traps == [TrapRecord(Trap.BUS_ERROR, Stream.SYNC, 9, 0x1000)]


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
            ctx.set(bench.dut.dma_trap.valid, 1)
            await ctx.tick()
            ctx.set(bench.dut.dma_trap.valid, 0)
            await ctx.tick()
            bench.streams = {stream: [move(1, 5 + stream.value), op(
                Opcode.NOP, update=(UpdateMode.SET, stream.value, 0),
                header__update__value=register(1)), halt()] for stream in Stream}  # fmt: skip
            await bench.start(ctx)
            await bench.finish(ctx)
            assert ctx.get(bench.dut.done)
            assert [await bench.peek(ctx, i) for i in range(5)] == [5, 6, 7, 8, 9]

        Bench({}, seed=cycles, timing=Timing(latency=(10, 60))).run(body)
