"""Every test here compares the bytes of both memories with the reference at every ``done``."""

import itertools

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import (
    ITERATED_OPS,
    STREAM_OPCODES,
    AluOp,
    Opcode,
    ReduceCommand,
    RoundMode,
    Space,
    Stream,
)
from tinyneuron_hw.vector.accumulator import ACCUMULATOR_GAP
from tinyneuron_hw.vector.alu import ALU_LATENCY
from tinyneuron_hw.vector.engine import VectorEngine

from ...few import few_of
from ..lanes.bench import EngineBench
from ..lanes.programs import RandomProgram, immediate, pattern

CONFIG = get_config("tiny").with_changes(sbuf_partition_bytes=1024, psum_bank_bytes=64)
WIDE_PSUM = CONFIG.with_changes(columns=8)
OPCODES = [code for code in STREAM_OPCODES[Stream.VECTOR] if code.value >= 0x60]


def run(program, *, seed=0, config=CONFIG, watchdog=4_000, reset_at=None, **rates):
    bench = EngineBench(VectorEngine, config, seed=seed, **rates)
    timing = bench.run(program, watchdog=watchdog, reset_at=reset_at)
    assert len(timing.done) == len(program)
    return timing


def cycles(program) -> int:
    """From the issue of a single instruction to its end."""
    timing = run(program)
    return timing.done[0] - timing.issued[0]


@pytest.mark.parametrize("part", few_of(range(4), 1))
def test_random_instructions_match_the_rules(part):
    """Several of one opcode, then of the next: elaboration takes longer than they do."""
    draw = RandomProgram(CONFIG, seed=part)
    run([draw.instruction(opcode) for opcode in OPCODES[part::4] for _ in range(8)], seed=1)


def test_random_mix_with_back_pressure():
    draw = RandomProgram(WIDE_PSUM, seed=5, max_elements=12)
    program = [draw.instruction(opcode) for opcode in OPCODES]
    run(program, seed=2, config=WIDE_PSUM, stall=0.4, pause=0.5)


@pytest.mark.parametrize("space", [Space.SBUF, Space.PSUM], ids=["sbuf", "psum"])
def test_one_input_runs_at_one_element_per_cycle(space):
    source = pattern(space=space, dims=[(1, 96)])
    copy = encode(Opcode.TENSOR_COPY, in0=source,
                  dst=pattern(DType.BF16, offset=512, dims=[(1, 96)]))  # fmt: skip
    assert cycles([copy]) <= 96 + 30


@pytest.mark.parametrize(
    ("spaces", "limit"),
    [((Space.SBUF, Space.SBUF), 2), ((Space.PSUM, Space.PSUM), 2), ((Space.SBUF, Space.PSUM), 1)],
    ids=["sbuf", "psum", "one-of-each"],
)
def test_two_inputs_share_a_memory_port(spaces, limit):
    in0, in1 = (pattern(space=space, dims=[(1, 64)]) for space in spaces)
    in1["offset"] = 256
    add = encode(Opcode.TENSOR_TENSOR, in0=in0, in1=in1, op=AluOp.ADD,
                 dst=pattern(DType.BF16, offset=512, dims=[(1, 64)]))  # fmt: skip
    assert cycles([add]) <= 64 * limit + 30


def test_memset_runs_at_one_element_per_cycle():
    fill = encode(Opcode.MEMSET, dst=pattern(DType.BF16, dims=[(1, 96)]), value=0x1234_3F80)
    assert cycles([fill]) <= 96 + 30


@pytest.mark.parametrize(("groups", "size"), [(1, 96), (4, 24), (10, 9), (20, 3)])
def test_a_group_costs_its_elements_and_at_least_eight_cycles(groups, size):
    total = encode(Opcode.TENSOR_REDUCE, in0=pattern(dims=[(1, size), (size, groups)]),
                   dst=pattern(offset=512, dims=[(1, groups)]), op=AluOp.ADD,
                   reduce_dims=1)  # fmt: skip
    assert cycles([total]) <= groups * max(size, 8) + groups + 36


def test_reduction_of_every_short_length():
    program = [
        encode(Opcode.TENSOR_REDUCE, in0=pattern(offset=4 * size, dims=[(1, size), (size, 2)]),
               dst=pattern(offset=512, dims=[(1, 2)]), op=op, reduce_dims=1)
        for op, size in zip([AluOp.ADD, AluOp.MAX, AluOp.MIN] * 4, range(1, 11), strict=False)
    ]  # fmt: skip
    run(program, seed=6)


def test_next_instruction_reads_what_the_one_before_wrote():
    first, second = pattern(dims=[(1, 9)]), pattern(offset=512, dims=[(1, 9)])
    step = {"op": AluOp.ADD, "in1": pattern(offset=256, dims=[(1, 9)])}
    program = [
        encode(Opcode.TENSOR_TENSOR, in0=first, dst=second, **step),
        encode(Opcode.TENSOR_TENSOR, in0=second, dst=first, **step),
    ] * 2
    timing = run(program, seed=7)
    # The queue takes all of them before the first is done.
    assert timing.issued[-1] < timing.done[0]


def test_survives_reset_in_the_middle_of_a_reduction():
    program = [
        encode(Opcode.TENSOR_REDUCE, in0=pattern(dims=[(1, 13), (13, 3)]),
               dst=pattern(offset=512, dims=[(1, 3)]), op=AluOp.ADD, reduce_dims=1)
    ]  # fmt: skip
    run(program * 2, seed=8, reset_at=38)


def test_elements_follow_those_of_the_instruction_before():
    """Short instructions of all kinds with other operations, scalars and types than the last."""
    program = []
    for number in range(6):
        source = pattern(offset=64 * number, dims=[(1, 8)])
        target = pattern([DType.BF16, DType.FP32][number % 2], offset=512 + 64 * number,
                         dims=[(1, 8)])  # fmt: skip
        program.append(
            encode(Opcode.TENSOR_SCALAR, in0=source, dst=target, op0=list(AluOp)[1 + number % 5],
                   op1=list(AluOp)[5 - number % 5], operand0=immediate(0.5 + number),
                   operand1=immediate(-2.0 * number))
        )  # fmt: skip
        program.append(encode(Opcode.MEMSET, dst=pattern(offset=960, dims=[(1, 8)]), value=number))
    timing = run(program, seed=9)
    steps = [after - before for before, after in itertools.pairwise(timing.done)]
    # Ten beats, or eight.
    assert sum(steps) <= 6 * 10 + 5 * 8


@pytest.mark.parametrize(
    ("place", "op", "interval"),
    [("op", AluOp.DIVIDE, 8), ("op1", AluOp.SQRT, 8),
     pytest.param("op0", AluOp.RSQRT, 22, marks=pytest.mark.slow)],
    ids=["divide", "sqrt", "rsqrt"],
)  # fmt: skip
def test_the_divider_takes_a_fixed_time_for_an_element(place, op, interval):
    line = {"in0": pattern(dims=[(1, 24)]), "dst": pattern(DType.BF16, offset=512, dims=[(1, 24)])}
    if place == "op":
        in1 = pattern(DType.BF16, offset=256, dims=[(1, 24)])
        program = encode(Opcode.TENSOR_TENSOR, **line, in1=in1, op=op)
    else:
        ops = {"op0": AluOp.MULTIPLY, "op1": AluOp.SUBTRACT} | {place: op}
        operands = {f"operand{k}": immediate(1.5 + k) for k in (0, 1)}
        program = encode(Opcode.TENSOR_SCALAR, **line, **ops, **operands)
    assert cycles([program]) <= interval * 24 + 40


def test_divisions_of_both_operations_follow_each_other():
    """An element of the second instruction meets one of the first at the divider."""
    line = {"in0": pattern(dims=[(1, 5)]), "operand0": immediate(3.0), "operand1": immediate(0.7)}
    program = []
    for place, ops in enumerate([(AluOp.ADD, AluOp.DIVIDE), (AluOp.MOD, AluOp.ADD)] * 3):
        dst = pattern(offset=512 + 32 * place, dims=[(1, 5)])
        program.append(encode(Opcode.TENSOR_SCALAR, **line, dst=dst, op0=ops[0], op1=ops[1]))
    run(program, seed=9, stall=0.3)


def test_the_divider_waits_for_the_writer():
    in0, in1 = pattern(dims=[(1, 6)]), pattern(DType.FP16, offset=256, dims=[(1, 6)])
    dst = pattern(offset=512, dims=[(1, 6)])
    program = [encode(Opcode.TENSOR_TENSOR, in0=in0, in1=in1, dst=dst, op=op)
               for op in ITERATED_OPS]  # fmt: skip
    run(program, seed=3, stall=0.6)


def test_accumulators_over_many_instructions_of_one_element_and_more():
    """Partial results are used again while they are still on their way."""
    draw = RandomProgram(CONFIG, seed=12, max_elements=3)
    program = []
    for _ in range(7):
        some = [Opcode.TENSOR_SCALAR, Opcode.SELECT, Opcode.TENSOR_CUMULATIVE, Opcode.MEMSET]
        program += [draw.instruction(draw.random.choice(some)) for _ in range(3)]
        program += [draw.instruction(Opcode.READ_ACCUMULATOR)]
        program += [draw.instruction(Opcode.TENSOR_REDUCE)] * draw.random.randrange(2)
    run(program, seed=10)


@pytest.mark.parametrize("stall", [0.0, 0.4])
def test_elements_that_are_kept_stay_in_every_lane(stall):
    # The predicate: bytes of FP32 numbers, of which some are 0.
    fields = {"in1": pattern(DType.UINT8, dims=[(1, 40)]), "keep": 1}
    program = [
        encode(Opcode.SELECT, in0=pattern(dtype, offset=100, dims=[(1, 40)]), **fields,
               dst=pattern(dtype, offset=512 + 8 * number, dims=[(stride, 40)]),
               reverse_pred=number & 1)
        for number, (dtype, stride) in enumerate([(DType.BF16, 1), (DType.INT8, 3),
                                                  (DType.FP32, 0), (DType.FP16, 1)])
    ]  # fmt: skip
    run(program, seed=11, stall=stall)


def test_scans_take_the_latency_of_their_operations_for_each_element():
    line = {"in0": pattern(dims=[(1, 30)]), "dst": pattern(offset=512, dims=[(1, 30)])}
    scan = encode(Opcode.TENSOR_SCAN, in1=pattern(offset=256, dims=[(1, 30)]), op0=AluOp.MULTIPLY,
                  op1=AluOp.ADD, operand0=immediate(0.5), **line)  # fmt: skip
    total = encode(Opcode.TENSOR_CUMULATIVE, op1=AluOp.ADD,
                   reduce_cmd=ReduceCommand.RESET_REDUCE, **line)  # fmt: skip
    timing = run([scan, total])
    assert timing.done[0] - timing.issued[0] <= 30 * 2 * ALU_LATENCY + 30
    assert timing.done[1] - timing.done[0] <= 30 * ACCUMULATOR_GAP + 8


def test_accumulating_and_indices_cost_no_cycles():
    line = {"in0": pattern(dims=[(1, 96)]), "dst": pattern(DType.BF16, offset=512, dims=[(1, 96)])}
    index = {"channel_multiplier": 3, "strides": [1, 0, 0, 0]}
    reduce = {"reduce_cmd": ReduceCommand.RESET_REDUCE, "reduce_op": AluOp.MAX}
    timing = run([
        encode(Opcode.TENSOR_SCALAR, op0=AluOp.ADD, **line, **reduce),
        encode(Opcode.INDEX_SELECT, index=index, **line, **reduce),
        encode(Opcode.IOTA, index=index, dst=line["dst"]),
    ])  # fmt: skip
    assert timing.done[0] - timing.issued[0] <= 96 + 30
    # Two scalar operands, and the numbers of the lanes.
    for before, after in itertools.pairwise(timing.done):
        assert after - before <= 96 + 6


def test_random_bits_are_taken_in_the_order_of_the_elements():
    """Casts behind reductions, RNG, DROPOUT and seeds with nothing between them."""
    line, stochastic = [(1, 7)], {"round_mode": RoundMode.STOCHASTIC}
    program = []
    for number in range(3):
        source, offset = pattern(offset=32 * number, dims=[(1, 14)]), 512 + 160 * number
        seeds = pattern(DType.UINT32, offset=4 * number, partitions=2 + number % 3)
        program += [
            encode(Opcode.TENSOR_REDUCE, in0={**source, "dims": [{"stride": 1, "size": 2},
                                                                 {"stride": 2, "size": 7}]},
                   dst=pattern(DType.BF16, offset=offset, dims=line), op=AluOp.ADD, reduce_dims=1,
                   **stochastic),
            encode(Opcode.DROPOUT, in0=pattern(dims=line), operand0=immediate(0.25 * (1 + number)),
                   dst=pattern(DType.FP16, offset=offset + 32, dims=line)),
            encode(Opcode.TENSOR_COPY, in0=pattern(dims=line), **stochastic,
                   dst=pattern(DType.INT8, offset=offset + 64, dims=line)),
            encode(Opcode.SET_SEED, in0=seeds),
            encode(Opcode.RNG, dst=pattern(DType.UINT16, offset=offset + 96, dims=line)),
        ]  # fmt: skip
    run(program, seed=11)
    run(program, seed=12, stall=0.3, pause=0.3)


@pytest.mark.parametrize("opcode", [Opcode.SET_SEED, Opcode.RNG, Opcode.DROPOUT])
def test_results_of_the_instruction_before_are_not_taken_for_ones_own(opcode):
    """FIND_INDEX8 and TRANSPOSE give results when the next instruction is there already."""
    last = {
        Opcode.SET_SEED: {"in0": pattern(DType.UINT32)},
        Opcode.RNG: {"dst": pattern(DType.UINT8, offset=640, dims=[(1, 5)])},
        Opcode.DROPOUT: {"in0": pattern(dims=[(1, 5)]), "operand0": immediate(0.5),
                         "dst": pattern(DType.UINT8, offset=640, dims=[(1, 5)])},
    }[opcode]  # fmt: skip
    program = [
        encode(Opcode.FIND_INDEX8, in0=pattern(dims=[(1, 9)]), in1=pattern(dims=[(1, 8)]),
               dst=pattern(DType.UINT16, offset=512, dims=[(1, 8)])),
        encode(opcode, last),
        encode(Opcode.TRANSPOSE, in0=pattern(dims=[(1, 3)]),
               dst=pattern(offset=768, dims=[(1, 3)])),
        encode(opcode, last),
        encode(Opcode.RNG, dst=pattern(DType.UINT32, offset=576, dims=[(1, 3)])),
    ]  # fmt: skip
    run(program, seed=13)
