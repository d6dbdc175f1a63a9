"""Random programs that are nearly all control - registers, loops, branches, register moves,
semaphores, barriers, delays, notifications on all streams: the RTL leaves what golden leaves."""

from __future__ import annotations

import pytest

from tinyneuron.verify.report import listing
from tinyneuron_hw.config import CoreConfig, get_config
from tinyneuron_sim.backend import open_backend
from tinyneuron_sim.random_programs import generate_control, run_campaign
from tinyneuron_sim.random_programs.program import available_streams

SEED = 30_000
SLOW_SEED = 2_000_000
SLOW_CHUNK = 1000


def require_equal(config: CoreConfig, seeds: range) -> None:
    print(f"{config.name}, seeds {seeds.start} to {seeds.stop - 1}")
    report = run_campaign(
        config, lambda: open_backend("verilator", config), seeds, write=generate_control
    )
    for finding in report.findings:
        print(f"seed {finding.random.seed}: {finding.comparison.difference}")
        print(f"smallest program:\n{listing(finding.small.case)}{finding.small.difference}")
    assert report.passed, f"{report.invalid} {report.strays}"
    assert report.programs == len(seeds)
    assert report.trapped >= len(seeds) // 30
    missing = report.coverage.missing("instruction")
    control = ("REGISTER", "BRANCH", "LOOP", "DELAY", "NOTIFY", "NOP", "HALT")
    assert not [item for item in missing if item.split()[1].startswith(control)]
    barriers = (f"{stream.name} BARRIER" for stream in available_streams(config))
    assert all(report.coverage.counts["instruction"][barrier] for barrier in barriers)


def test_three_hundred_control_programs_equal_golden():
    require_equal(get_config("tiny"), range(SEED, SEED + 300))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(SLOW_SEED, SLOW_SEED + 20_000, SLOW_CHUNK))
def test_thousands_of_control_programs_equal_golden(first: int):
    require_equal(get_config("tiny"), range(first, first + SLOW_CHUNK))


@pytest.mark.slow
def test_control_programs_equal_golden_at_default_size():
    require_equal(get_config("default"), range(SLOW_SEED, SLOW_SEED + SLOW_CHUNK))
