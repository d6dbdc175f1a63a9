"""The Tensor engine against sequential execution."""

import itertools
import random

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.matmul import FP8_DTYPES, MATMUL_DTYPES, RESULT_DTYPES, MatmulKind
from tinyneuron_hw.isa.opcodes import Space

from .harness import ACCUMULATE_LATENCY, Bench, Reference, load, multiply, pattern

TINY = get_config("tiny")


def memory(config, seed: int = 7) -> list[bytearray]:
    """SBUF whose 16-bit words are mostly moderate numbers of both types."""
    rng = random.Random(seed)
    halves = (
        (rng.choice([0x3C00, 0x4000, 0xBC00, 0x3F80, rng.getrandbits(16)])
         | rng.getrandbits(7)).to_bytes(2, "little")
        for _ in range(config.partitions * config.sbuf_partition_bytes // 2)
    )  # fmt: skip
    flat = b"".join(halves)
    size = config.sbuf_partition_bytes
    return [bytearray(flat[i * size : (i + 1) * size]) for i in range(config.partitions)]


def row(elements: int, config=TINY, **more) -> dict:
    return pattern([(1, elements)], **{"count": config.partitions, **more})


def word_row(elements: int, config=TINY, **more) -> dict:
    more = {"count": config.columns, "dtype": DType.FP32, "space": Space.PSUM, **more}
    return pattern([(1, elements)], **more)


def compare(bench: Bench, program: list) -> None:
    """PSUM must hold what sequential execution gives."""
    reference = Reference(bench.config, bench.sbuf)
    for opcode, fields in program:
        reference.execute(opcode, fields)
    assert bench.psum == reference.psum
    assert len(bench.started) == len(bench.done) == len(program)


def check(program: list, config=TINY, **options) -> Bench:
    bench = Bench(config, memory(config), **options)
    bench.execute(program)
    compare(bench, program)
    return bench


def test_multiplies_by_a_loaded_matrix():
    check([load(row(4)), multiply(row(8, offset=64), word_row(8))])


def test_stationary_is_zero_after_reset():
    bench = check([multiply(row(3), word_row(3))])
    assert len(bench.requests) == 3


def test_accumulates_over_several_matrices():
    program = []
    for k in range(4):
        program += [
            load(row(4, offset=16 * k)),
            multiply(row(10, offset=128 + 32 * k), word_row(10), accumulate=k > 0),
        ]
    check(program)


def test_a_matrix_serves_several_multiplies_and_the_last_of_several_loads_counts():
    check([
        load(row(4)), load(row(3, offset=32)),
        multiply(row(5, offset=64), word_row(5)),
        multiply(row(5, offset=96), word_row(5, offset=32)),
        load(row(2, offset=48)), load(row(4, offset=200)), load(row(1, offset=300)),
        multiply(row(5, offset=64), word_row(5, offset=64)),
    ])  # fmt: skip


def test_rows_and_columns_outside_the_operands_hold_zero():
    check([
        load(row(4)), multiply(row(4, offset=64), word_row(4)),
        load(row(2, offset=32, start=1, count=2), column=1),
        multiply(row(6, offset=64, start=2, count=2), word_row(6, offset=64)),
        multiply(row(6, offset=64), word_row(6, offset=128)),
    ])  # fmt: skip


def test_writes_only_the_columns_of_the_destination():
    program = [load(row(4)), multiply(row(4, offset=64), word_row(4, start=1, count=2)),
               multiply(row(4, offset=80), word_row(4, start=3, count=1, offset=8))]  # fmt: skip
    bench = check(program)
    assert not any(bench.psum[0]), "column 0 is in neither destination"


def test_operand_types_may_differ():
    floats, program = MATMUL_DTYPES[MatmulKind.FLOAT], []
    for number, (dtype, other) in enumerate(itertools.product(floats, floats)):
        program += [load(row(4, dtype=dtype)),
                    multiply(row(3, offset=64, dtype=other),
                             word_row(3, offset=16 * (number % 48)))]  # fmt: skip
    check(program)


def test_strided_patterns():
    src = pattern([(3, 4), (40, 3)], count=4, offset=6)
    dst = pattern([(4, 3), (-1, 4)], dtype=DType.FP32, space=Space.PSUM, count=4, offset=256 + 16)
    check([load(pattern([(-5, 4)], count=4, offset=100)), multiply(src, dst)])


@pytest.mark.parametrize("distance", range(1, ACCUMULATE_LATENCY + 2))
def test_additions_to_one_word_keep_apart(distance):
    """Words repeat every ``distance`` elements."""
    dst = pattern([(1, distance), (0, 4)], dtype=DType.FP32, space=Space.PSUM, count=4)
    program = [load(row(4)), multiply(row(4 * distance, offset=64), dst, accumulate=True)]
    bench = check(program)
    gap = max(distance, ACCUMULATE_LATENCY)
    repeats = [cycle for cycle, word in bench.requests if word == 0]
    assert [b - a for a, b in itertools.pairwise(repeats)] == [gap] * 3


def test_streams_without_a_gap_while_matrices_load():
    program = []
    for k in range(6):
        program += [
            load(row(4, offset=16 * k)),
            multiply(row(16, offset=128 + 32 * k), word_row(16), accumulate=k > 0),
        ]
    bench = check(program)
    assert len(bench.moving) == 96
    assert bench.moving[-1] - bench.moving[0] == 95


def test_short_multiplies_follow_each_other():
    program = [load(row(4))]
    program += [multiply(row(1, offset=64 + 16 * k), word_row(1, offset=4 * k)) for k in range(12)]
    bench = check(program)
    assert bench.moving[-1] - bench.moving[3] <= 8 * 8


@pytest.mark.parametrize("dtype", [DType.BF16, DType.FP8_E4M3])
def test_pairs_of_one_element_every_eight_cycles(dtype):
    """16 columns: a load takes four cycles."""
    config = TINY.with_changes(columns=16)
    program = []
    for k in range(12):
        program += [
            load(row(16, offset=32 * k, dtype=dtype)),
            multiply(row(1, offset=64 + 16 * k, dtype=dtype),
                     word_row(1, config, offset=4 * k)),
        ]  # fmt: skip
    bench = check(program, config)
    assert (bench.moving[-1] - bench.moving[1]) / 10 <= 8


@pytest.mark.parametrize(("dtype", "cycles"), [(DType.BF16, 4), (DType.FP8_E5M2, 4),
                                               (DType.INT8, 4), (DType.FP32, 8)])  # fmt: skip
def test_four_columns_load_each_cycle(dtype, cycles):
    config = TINY.with_changes(columns=16)
    bench = Bench(config, memory(config))
    columns = []

    async def testbench(ctx):
        await bench.play(ctx, [load(row(16, offset=64, dtype=dtype))])

    original = bench.step

    async def step(ctx):
        if ctx.get(bench.dut.stationary.data_valid):
            columns.append(bench.cycle)
        await original(ctx)

    bench.step = step
    bench.run(testbench)
    assert len(bench.done) == 1
    assert bench.done[0] - columns[0] <= cycles + 4


LAYOUTS = {
    "groups": pattern([(1, 12)], count=4, offset=64),
    "ragged": pattern([(1, 11)], count=4, offset=64),
    "one group": pattern([(1, 3)], count=4, offset=128),
    "rows of groups": pattern([(1, 4), (8, 3)], count=4, offset=192),
    "rows of odd length": pattern([(1, 3), (8, 4)], count=4, offset=192),
    "unaligned": pattern([(1, 12)], count=4, offset=68),
    "unaligned rows": pattern([(1, 4), (9, 3)], count=4, offset=64),
    "strided": pattern([(2, 8)], count=4, offset=64),
    "backwards": pattern([(-1, 8)], count=4, offset=128),
    "rows backwards": pattern([(1, 4), (-8, 3)], count=4, offset=256),
    "repeated": pattern([(0, 8)], count=4, offset=64),
}


@pytest.mark.parametrize("dtype", [DType.BF16, DType.FP8_E3M4, DType.FP32])
def test_stationary_operands_of_every_layout(dtype):
    """Behind a full matrix, from an aligned column and from another."""
    config = TINY.with_changes(columns=16)
    result = DType.INT32 if dtype is DType.UINT8 else DType.FP32
    program = []
    for number, (layout, column) in enumerate(itertools.product(LAYOUTS.values(), (0, 3))):
        dst = word_row(1, config, dtype=result, offset=4 * number)
        src = {**layout, "dtype": dtype}
        program += [load(row(16, offset=512, dtype=dtype)), load(src, column),
                    multiply(row(1, offset=64, dtype=dtype), dst)]  # fmt: skip
    check(program, config)


def test_fp32_in_four_passes_at_full_rate():
    program = [load(row(4, dtype=DType.FP32)),
               multiply(row(16, offset=64, dtype=DType.FP32), word_row(16)),
               load(row(4, offset=512, dtype=DType.FP32)),
               multiply(row(16, offset=256, dtype=DType.FP32), word_row(16),
                        accumulate=True)]  # fmt: skip
    bench = check(program)
    assert len(bench.moving) == 2 * 4 * 16
    assert bench.moving[-1] - bench.moving[0] == 2 * 4 * 16 - 1


@pytest.mark.parametrize("seed", range(3))
def test_fp32_specials_and_short_rows(seed):
    """Infinities and NaNs of both sides, with partners whose low halves are zero or not."""
    rng = random.Random(seed)
    words = [
        0,
        1 << 31,
        0x7F80_0000,
        0xFF80_0000,
        0x7FC0_0000,
        0x7F80_0001,
        0x3F80_0000,
        0x3F80_0001,
        0xBF80_1000,
        0xBFFF_FFFF,
        1,
        0x807F_FFFF,
        0x0080_0001,
        0x7F7F_FFFF,
    ]
    part = [b"".join(rng.choice(words).to_bytes(4, "little") for _ in range(128))
            for _ in range(4)]  # fmt: skip
    sbuf = [bytearray(rows + bytes(TINY.sbuf_partition_bytes - len(rows))) for rows in part]
    bench = Bench(TINY, sbuf)
    program = []
    for k in range(8):
        program += [load(row(4, offset=16 * k, dtype=DType.FP32)),
                    multiply(row(1 + k, offset=128 + 32 * k, dtype=DType.FP32),
                             word_row(1 + k, offset=32 * k), accumulate=k % 2 == 1)]  # fmt: skip
    bench.execute(program)
    compare(bench, program)


@pytest.mark.parametrize("moving", [DType.INT8, DType.UINT8])
@pytest.mark.parametrize("stationary", [DType.INT8, DType.UINT8])
def test_integers_multiply_in_pairs(stationary, moving):
    dst = word_row(20, dtype=DType.INT32)
    program = [load(row(4, dtype=stationary)), multiply(row(20, offset=64, dtype=moving), dst),
               load(row(4, offset=32, dtype=stationary)),
               multiply(row(20, offset=128, dtype=moving), dst, accumulate=True)]  # fmt: skip
    bench = check(program)
    assert bench.moving[-1] - bench.moving[0] == 39


def test_integer_sums_wrap():
    bench = Bench(TINY, [bytearray(b"\x80" * TINY.sbuf_partition_bytes) for _ in range(4)])
    dst = pattern([(0, 60)], dtype=DType.INT32, space=Space.PSUM, count=4)
    program = [load(row(4, dtype=DType.UINT8)),
               multiply(row(60, offset=64, dtype=DType.UINT8), dst, accumulate=True)]  # fmt: skip
    before = 0x7FFF_0000

    async def testbench(ctx):
        for column in bench.psum:
            column[0] = before
        await bench.play(ctx, program)

    bench.run(testbench)
    expected = before + 60 * 4 * 2 * 128 * 128 & 0xFFFF_FFFF
    assert expected >= 1 << 31, "the sum passes the largest INT32"
    assert [column[0] for column in bench.psum] == [expected] * 4


@pytest.mark.parametrize("dtype", [DType.BF16, DType.INT16, DType.UINT8, DType.FP8_E5M2])
def test_a_unit_matrix_transposes_patterns(dtype):
    """Any bits, NaN payloads included, side by side in PSUM and without a gap."""
    size, rng = FORMATS[dtype].bytes, random.Random(3)
    sbuf = [bytearray(rng.randbytes(TINY.sbuf_partition_bytes)) for _ in range(4)]
    for k, part in enumerate(sbuf):
        part[256 : 256 + 8] = bytes(4 * size)
        part[256 + k * size] = 1
    bench = Bench(TINY, sbuf)
    dst = word_row(4, dtype=dtype, offset=8)
    program = [load(row(4, dtype=dtype), transpose=True),
               multiply(row(4, offset=256, dtype=dtype), dst, transpose=True)]  # fmt: skip
    bench.execute(program)
    compare(bench, program)
    assert bench.moving[-1] - bench.moving[0] == 3
    for m in range(4):
        for n in range(4):
            bits = bench.psum[m][2 + n * size // 4] >> 8 * (n * size % 4) & (1 << 8 * size) - 1
            assert bits == int.from_bytes(sbuf[n][m * size : m * size + size], "little")


@pytest.mark.parametrize("bias", [1, 15, 63])
@pytest.mark.parametrize("dtype", [DType.FP8_E5M2, DType.FP8_E4M3, DType.FP8_E3M4])
def test_fp8_takes_any_exponent_bias(dtype, bias):
    check([load(row(4, dtype=dtype), bias=bias),
           multiply(row(9, offset=65, dtype=dtype), word_row(9), bias=64 - bias),
           multiply(row(9, offset=65, dtype=dtype), word_row(9, offset=64))])  # fmt: skip


def test_done_comes_in_order_and_when_the_result_is_readable():
    program = [load(row(4)), multiply(row(8, offset=64), word_row(8)), load(row(4, offset=32))]
    bench = check(program)
    assert bench.done == sorted(bench.done)
    last_request = bench.requests[-1][0]
    assert (
        last_request + ACCUMULATE_LATENCY <= bench.done[1] <= last_request + ACCUMULATE_LATENCY + 2
    )
    assert bench.done[0] < bench.moving[0], "a load is done before its multiply ends"


def random_program(rng: random.Random, config, length: int) -> list:
    program, kind = [], MatmulKind.FLOAT
    for _ in range(length):
        start = rng.randrange(config.partitions)
        loads = rng.random() < 0.5
        if loads:
            kind = rng.choice(list(MatmulKind))
        dtype = rng.choice(MATMUL_DTYPES[kind])
        part = {"start": start, "count": rng.randint(1, config.partitions - start),
                "dtype": dtype}  # fmt: skip
        more = {"transpose": kind is MatmulKind.PATTERN}
        if dtype in FP8_DTYPES and kind is MatmulKind.FLOAT:
            more["bias"] = rng.choice([0, 0, 1, 31, 63])
        if loads:
            column = rng.randrange(config.columns)
            count = rng.randint(1, config.columns - column)
            stride = rng.choice([1, 1, 1, -3, -1, 0, 2])
            src = pattern([(stride, count)], offset=4 * rng.randint(200, 400), **part)
            program.append(load(src, column, **more))
            continue
        inner, outer = rng.randint(1, 6), rng.randint(1, 4)
        src = pattern([(rng.randint(-4, 4), inner), (rng.randint(-20, 20), outer)],
                      offset=4 * rng.randint(200, 400), **part)  # fmt: skip
        column = rng.randrange(config.columns)
        words = config.psum_bank_words
        dst = pattern([(rng.randint(0, 2), inner), (rng.randint(0, 6), outer)],
                      dtype=rng.choice(RESULT_DTYPES[kind]), space=Space.PSUM, start=column,
                      count=rng.randint(1, config.columns - column),
                      offset=config.psum_bank_bytes * rng.randint(0, 2)
                      + 4 * rng.randint(0, words - 30))  # fmt: skip
        accumulates = kind is not MatmulKind.PATTERN and rng.random() < 0.6
        program.append(multiply(src, dst, accumulate=accumulates, **more))
    return program


@pytest.mark.parametrize(
    ("seed", "refuse", "pause"), [(1, 0.0, 0.0), (2, 0.4, 0.0), (3, 0.0, 0.9), (4, 0.3, 0.5)]
)
def test_random_programs_with_back_pressure(seed, refuse, pause):
    program = random_program(random.Random(seed), TINY, 20)
    check(program, refuse=refuse, pause=pause, seed=seed)


@pytest.mark.parametrize(
    "changes",
    [{"pe_latency": 1, "queue_depth": 1}, {"pe_latency": 3, "columns": 8},
     {"partitions": 8, "columns": 4}],
)  # fmt: skip
def test_other_configurations_give_the_same(changes):
    config = TINY.with_changes(**changes)
    check(random_program(random.Random(5), config, 10), config, refuse=0.2)


def test_reset_mid_stream_forgets_everything():
    bench = Bench(TINY, memory(TINY))
    program = [load(row(4)), multiply(row(40, offset=64), word_row(40))]

    async def testbench(ctx):
        await bench.play(ctx, program, stop=40)
        assert bench.requests, "sums were on their way"
        ctx.set(bench.reset, 1)
        await bench.step(ctx)
        ctx.set(bench.reset, 0)
        bench.clear()
        for _ in range(60):
            await bench.step(ctx)
        assert not bench.requests
        assert not ctx.get(bench.dut.port.busy)
        bench.psum = [[0] * len(words) for words in bench.psum]
        again = [multiply(row(3), word_row(3, offset=256)), *program]
        await bench.play(ctx, again)
        compare(bench, again)

    bench.run(testbench)


def test_idle_engine_is_not_busy_and_its_array_stands_still():
    bench = Bench(TINY, memory(TINY))

    async def testbench(ctx):
        for _ in range(5):
            await bench.step(ctx)
        assert not ctx.get(bench.dut.port.busy)
        await bench.play(ctx, [load(row(4))])
        for _ in range(40):
            await bench.step(ctx)
        assert not ctx.get(bench.dut.port.busy)
        # The load was finished in the shadow: a multiply much later finds all of it.
        program = [multiply(row(4, offset=64), word_row(4))]
        bench.clear()
        await bench.play(ctx, program)
        reference = Reference(TINY, bench.sbuf)
        for opcode, fields in [load(row(4)), *program]:
            reference.execute(opcode, fields)
        assert bench.psum == reference.psum

    bench.run(testbench)
