"""Random programs that are nearly all control - registers, loops, branches, register moves,
semaphores, barriers, delays, notifications on all streams: the RTL leaves what golden leaves."""

from __future__ import annotations

import pytest

from tinyneuron_hw.config import CoreConfig, get_config
from tinyneuron_sim.random_programs import generate_control
from tinyneuron_sim.random_programs.program import available_streams

from .campaigns import require_equal

SEED = 30_000
SLOW_SEED = 2_000_000
SLOW_CHUNK = 1000


def check(config: CoreConfig, seeds: range) -> None:
    report = require_equal(config, seeds, one_traps_of=30, write=generate_control)
    missing = report.coverage.missing("instruction")
    control = ("REGISTER", "BRANCH", "LOOP", "DELAY", "NOTIFY", "NOP", "HALT")
    assert not [item for item in missing if item.split()[1].startswith(control)]
    barriers = (f"{stream.name} BARRIER" for stream in available_streams(config))
    assert all(report.coverage.counts["instruction"][barrier] for barrier in barriers)


def test_three_hundred_control_programs_equal_golden():
    check(get_config("tiny"), range(SEED, SEED + 300))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(SLOW_SEED, SLOW_SEED + 20_000, SLOW_CHUNK))
def test_thousands_of_control_programs_equal_golden(first: int):
    check(get_config("tiny"), range(first, first + SLOW_CHUNK))


@pytest.mark.slow
def test_control_programs_equal_golden_at_default_size():
    check(get_config("default"), range(SLOW_SEED, SLOW_SEED + SLOW_CHUNK))
