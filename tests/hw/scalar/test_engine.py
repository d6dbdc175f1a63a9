"""Every test here compares the bytes of both memories with the reference at every ``done``."""

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import ActivationFunction, Opcode, Space
from tinyneuron_hw.scalar.engine import ScalarEngine

from ..lanes.bench import EngineBench
from ..lanes.programs import RandomProgram, immediate, pattern

CONFIG = get_config("tiny").with_changes(sbuf_partition_bytes=1024, psum_bank_bytes=64)
MORE_LANES_THAN_COLUMNS = CONFIG.with_changes(partitions=8)


def activate(source: dict, target: dict, scale=1.0, bias=0.0, function=0) -> bytes:
    return encode(Opcode.ACTIVATE, in0=source, dst=target, scale=immediate(scale),
                  bias=immediate(bias), function=ActivationFunction(function))  # fmt: skip


@pytest.mark.parametrize("stall", [0.0, 0.4])
def test_random_instructions_match_the_rules(stall):
    draw = RandomProgram(CONFIG, seed=int(stall * 10))
    program = [draw.instruction(Opcode.ACTIVATE) for _ in range(12)]
    bench = EngineBench(ScalarEngine(CONFIG), CONFIG, seed=2, stall=stall, pause=stall)
    timing = bench.run(program, watchdog=4_000)
    assert len(timing.done) == len(program)


def test_more_lanes_than_psum_partitions():
    config = MORE_LANES_THAN_COLUMNS
    draw = RandomProgram(config, seed=9, max_elements=8)
    program = [draw.instruction(Opcode.ACTIVATE) for _ in range(5)]
    timing = EngineBench(ScalarEngine(config), config, seed=5).run(program, watchdog=1_000)
    assert len(timing.done) == len(program)


@pytest.mark.parametrize("space", [Space.SBUF, Space.PSUM], ids=["sbuf", "psum"])
def test_runs_at_one_element_per_cycle(space):
    count = 96
    program = [
        activate(
            pattern(space=space, dims=[(1, count)]),
            pattern(offset=512, dims=[(1, count)]),
            scale=0.5, bias=3.0, function=1,
        )
    ]  # fmt: skip
    timing = EngineBench(ScalarEngine(CONFIG), CONFIG, seed=3).run(program, watchdog=400)
    assert timing.done[0] - timing.issued[0] <= count + 30


def test_survives_reset_in_the_middle_of_an_instruction():
    source, target = pattern(dims=[(1, 60)]), pattern(offset=512, dims=[(1, 60)])
    program = [activate(source, target, scale=2.0), activate(target, source, bias=-1.0)]
    bench = EngineBench(ScalarEngine(CONFIG), CONFIG, seed=4)
    timing = bench.run(program, watchdog=400, reset_at=37)
    assert len(timing.done) == 2
