"""Every test here compares the bytes of both memories with the reference at every ``done``."""

import functools

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import ActivationFunction, Opcode, ReduceCommand, Space
from tinyneuron_hw.isa.table import HEADER_ROWS
from tinyneuron_hw.scalar.engine import ScalarEngine

from ..lanes.bench import EngineBench
from ..lanes.programs import immediate, pattern
from .programs import ScalarProgram
from .reference import ScalarReference

CONFIG = get_config("tiny").with_changes(sbuf_partition_bytes=1024, psum_bank_bytes=64)
MORE_LANES_THAN_COLUMNS = CONFIG.with_changes(partitions=8)
Bench = functools.partial(EngineBench, reference=ScalarReference)
TABLE = ActivationFunction.TABLE0


def activate(source: dict, target: dict, scale=1.0, bias=0.0, **fields) -> bytes:
    return encode(Opcode.ACTIVATE, in0=source, dst=target, scale=immediate(scale),
                  bias=immediate(bias), **fields)  # fmt: skip


def load_table(offset: int, segments: int, slot: int = 0) -> bytes:
    image = pattern(DType.UINT32, offset=offset, dims=[(1, HEADER_ROWS + segments)])
    return encode(Opcode.LOAD_TABLE, in0=image, slot=slot)


def activate_read(target: dict) -> bytes:
    return encode(Opcode.ACTIVATE_READ, dst=target)


@pytest.mark.parametrize("stall", [0.0, 0.4])
def test_random_instructions_match_the_rules(stall):
    draw = ScalarProgram(CONFIG, seed=int(stall * 10))
    kinds = [Opcode.LOAD_TABLE, *[Opcode.ACTIVATE] * 3, Opcode.ACTIVATE_READ, Opcode.ACTIVATE_SEED]
    program = [draw.instruction(opcode) for opcode in kinds * 4]
    bench = Bench(ScalarEngine, CONFIG, seed=2, stall=stall, pause=stall)
    timing = bench.run(program, watchdog=6_000)
    assert len(timing.done) == len(program)


def test_more_lanes_than_psum_partitions():
    config = MORE_LANES_THAN_COLUMNS
    draw = ScalarProgram(config, seed=9, max_elements=8)
    program = [draw.instruction(Opcode.ACTIVATE) for _ in range(5)]
    timing = Bench(ScalarEngine, config, seed=5).run(program, watchdog=1_000)
    assert len(timing.done) == len(program)


@pytest.mark.parametrize("space", [Space.SBUF, Space.PSUM], ids=["sbuf", "psum"])
@pytest.mark.parametrize("function", [ActivationFunction.RELU, TABLE], ids=["relu", "table"])
def test_runs_at_one_element_per_cycle(space, function):
    count = 96
    source = pattern(space=space, dims=[(1, count)])
    target = pattern(offset=512, dims=[(1, count)])
    program = [load_table(64, 20), activate(source, target, 0.5, 3.0, function=function)]
    timing = Bench(ScalarEngine, CONFIG, seed=3).run(program, watchdog=400)
    assert timing.done[1] - timing.done[0] <= count + 40


def test_survives_reset_in_the_middle_of_an_instruction():
    source, target = pattern(dims=[(1, 60)]), pattern(offset=512, dims=[(1, 60)])
    program = [
        activate(source, target, scale=2.0, reduce_cmd=ReduceCommand.REDUCE),
        load_table(0, 2),
        activate(target, source, bias=-1.0, function=TABLE),
        activate_read(pattern(offset=512)),
    ]
    bench = Bench(ScalarEngine, CONFIG, seed=4)
    timing = bench.run(program, watchdog=600, reset_at=45)
    assert len(timing.done) == 4


@pytest.mark.parametrize("count", [1, 2, 7, 8, 20])
def test_a_read_out_right_behind_the_last_element_has_it(count):
    source, target = pattern(dims=[(1, count)]), pattern(offset=512, dims=[(1, count)])
    program = [
        activate(source, target, 0.5, reduce_cmd=ReduceCommand.RESET_REDUCE),
        activate_read(pattern(offset=768)),
        activate(source, target, 3.0, 1.0, reduce_cmd=ReduceCommand.REDUCE),
        activate_read(pattern(offset=772)),
    ]
    timing = Bench(ScalarEngine, CONFIG, seed=6).run(program, watchdog=400)
    assert timing.done[3] - timing.issued[0] <= 2 * count + 120
