"""MAX8, FIND_INDEX8, MATCH_REPLACE8, TRANSPOSE and SHUFFLE in the engine; every test compares the
bytes of both memories with the reference at every ``done``."""

from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import AluOp, Opcode, Space
from tinyneuron_hw.isa.rules_reshape import pack_mask
from tinyneuron_hw.vector.engine import VectorEngine

from ..lanes.bench import EngineBench
from ..lanes.programs import RandomProgram, fp32_bits, pattern

SMALL = get_config("tiny").with_changes(sbuf_partition_bytes=1024, psum_bank_bytes=64)
PAIRS = SMALL.with_changes(partitions=8, columns=8)
"""Quadrants of two partitions."""
OPCODES = [Opcode.MAX8, Opcode.FIND_INDEX8, Opcode.MATCH_REPLACE8, Opcode.TRANSPOSE,
           Opcode.SHUFFLE]  # fmt: skip


def run(program, *, seed=0, config=SMALL, watchdog=4_000, reset_at=None, **rates):
    bench = EngineBench(VectorEngine, config, seed=seed, **rates)
    timing = bench.run(program, watchdog=watchdog, reset_at=reset_at)
    assert len(timing.done) == len(program)
    return timing


def test_random_instructions_match_the_rules():
    draw = RandomProgram(SMALL, seed=1)
    run([draw.instruction(opcode) for opcode in OPCODES * 6], seed=1)


def test_random_mix_with_back_pressure():
    """Every new instruction before and behind every other kind of one."""
    draw = RandomProgram(SMALL, seed=5, max_elements=12)
    others = [Opcode.TENSOR_REDUCE, Opcode.TENSOR_SCALAR, Opcode.MEMSET, Opcode.TENSOR_TENSOR]
    order = [*OPCODES, *OPCODES[::-1]]
    order += [code for pair in zip(OPCODES, [*others, others[0]], strict=True) for code in pair]
    run([draw.instruction(opcode) for opcode in order], seed=3, stall=0.3, pause=0.2)


def _line(count, *, offset=0, dtype=DType.FP32, **more):
    return pattern(dtype, offset=offset, dims=[(1, count)], **more)


TIMED = {
    "max8": (Opcode.MAX8, {"dst": _line(8, offset=960)}, 96 + 16),
    "find_index8": (
        Opcode.FIND_INDEX8,
        {"in1": _line(8, offset=512), "dst": _line(8, offset=960, dtype=DType.UINT16)}, 96 + 16,
    ),
    "match_replace8": (
        Opcode.MATCH_REPLACE8,
        {"in1": _line(8), "dst": _line(96, offset=512), "value": fp32_bits(-1.0)}, 96 + 8,
    ),
    "transpose": (Opcode.TRANSPOSE, {"dst": _line(96, offset=512)}, 96),
    "shuffle": (Opcode.SHUFFLE, {"dst": _line(96, offset=512), "mask": 0}, 96),
}  # fmt: skip


def test_one_element_per_cycle():
    program = [encode(code, in0=_line(96), **fields) for code, fields, _ in TIMED.values()]
    timing = run(program)
    for number, (name, (_, _, work)) in enumerate(TIMED.items()):
        begin = max([timing.issued[number], *timing.done[:number]])
        assert timing.done[number] - begin <= work + 30, name


def test_moves_between_quadrants_and_memories():
    draw, whole = RandomProgram(PAIRS, seed=2), {"partitions": 8}
    program = [draw.instruction(opcode) for opcode in OPCODES[3:] * 4]
    program += [
        encode(Opcode.SHUFFLE, in0=_line(12, start=4), mask=pack_mask([1, None]),
               dst=_line(12, space=Space.PSUM)),
        encode(Opcode.SHUFFLE, in0=_line(12, **whole), mask=pack_mask([None, 0]),
               dst=_line(12, offset=480, **whole)),
        encode(Opcode.SHUFFLE, in0=_line(12, partitions=1), mask=pack_mask([0, 0]),
               dst=_line(12, offset=544, start=6, partitions=2)),
        encode(Opcode.MEMSET, dst=_line(12, offset=608, **whole), value=7),
    ]  # fmt: skip
    total = encode(Opcode.TENSOR_REDUCE, in0=_line(9), dst=_line(1, offset=960), op=AluOp.ADD,
                   reduce_dims=1)  # fmt: skip
    turn = encode(Opcode.TRANSPOSE, in0=_line(8, **whole), dst=_line(8, offset=512, **whole))
    top = encode(Opcode.MAX8, in0=_line(8), dst=_line(8, offset=704))
    run([*program, total, turn, total, top, total, turn, top, turn, total], seed=6, config=PAIRS)


def test_survives_reset_while_results_are_given():
    top = encode(Opcode.MAX8, in0=_line(20), dst=_line(8, offset=512))
    run([top] * 2, seed=8, reset_at=34)
