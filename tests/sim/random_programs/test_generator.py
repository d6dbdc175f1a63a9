"""Random programs: the same for a seed, right by golden's rules, and together they have it all."""

from __future__ import annotations

import pytest

from tinyneuron_hw.config import CoreConfig, get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_sim.compare import first_difference, run_reference
from tinyneuron_sim.random_programs import Coverage, generate
from tinyneuron_sim.random_programs.coverage import GROUPS
from tinyneuron_sim.random_programs.feature import (
    TURNS,
    all_features,
    all_settings,
    features_of,
    settings_of,
)
from tinyneuron_sim.random_programs.generator import turn_of
from tinyneuron_sim.random_programs.spoil import all_rules
from tinyneuron_sim.random_programs.traps import TRAPS

TINY = get_config("tiny")
SEED = 21_410
"""Of the first of the programs that run on the RTL, too."""
COUNT = 400
NEVER_BROKEN = "_ is not implemented"
"""Every operation that has a code is implemented today."""
NEARLY = {"stride": 5, "type": 5, "rule": 3}
"""Groups of which so many programs may miss a few items, and how many."""


def test_a_seed_always_gives_the_same_program():
    first, again, other = (generate(TINY, seed).case for seed in (3, 3, 4))
    assert first == again
    assert first.streams != other.streams


@pytest.mark.parametrize("first", range(0, 120, 40))
def test_programs_are_right_under_every_schedule(first: int):
    for seed in range(first, first + 40):
        case = generate(TINY, seed, traps=False).case
        one, other = (run_reference(case, seed=schedule) for schedule in (0, 1))
        assert one.outcome.event == "done", seed
        difference = first_difference(case, one.outcome, other.outcome, one.certain)
        assert difference is None, f"seed {seed}: {difference}"


@pytest.mark.slow
def test_the_programs_of_the_rtl_tests_have_everything_there_is():
    coverage = Coverage(TINY)
    for seed in range(SEED, SEED + COUNT):
        program = generate(TINY, seed)
        coverage.add(run_reference(program.case, seed=seed), program.trap)
    missing = {group: coverage.missing(group) for group in GROUPS}
    for group, items in missing.items():
        assert len(items) <= NEARLY.get(group, 0), f"{group}: {items}"
    types = {item.split()[-1] for item in coverage.counts["type"]}
    assert types == set(DType.__members__)


@pytest.mark.parametrize("kind", [kind for kind in TRAPS if NEVER_BROKEN not in kind])
def test_a_trap_is_of_its_kind(kind: str):
    found = Coverage(TINY)
    for seed in range(3):
        program = generate(TINY, seed, trap=kind)
        reference = run_reference(program.case, seed=seed)
        assert reference.outcome.event in ("trap", "done")  # a branch may go around it
        found.add(reference, kind)
    assert sum(found.counts["trap"].values()) >= 2
    rule = kind.removeprefix("rule: ")
    if rule in all_rules():
        assert found.counts["rule"][rule] >= 1


def test_every_field_and_setting_gets_its_turn():
    turns = [turn_of(seed) for seed in range(SEED, SEED + COUNT)]
    assert sum(turn is not None for turn in turns) >= TURNS
    assert {feature for turn in turns for feature in features_of(turn)} == set(all_features())
    settings = {setting for turn in turns for setting in settings_of(TINY, turn)}
    assert settings == set(all_settings(TINY))


@pytest.mark.parametrize(
    "config",
    [
        get_config("default"),
        pytest.param(get_config("inferentia1"), marks=pytest.mark.slow),
        CoreConfig(name="narrow", partitions=4, columns=16, sbuf_partition_bytes=128,
                   psum_bank_bytes=64, dma_engines=1, device_memory_bytes=1 << 23),
        CoreConfig(name="wide", partitions=16, columns=4, sbuf_partition_bytes=3 * 4096,
                   psum_bank_bytes=2048, dma_engines=16, device_memory_bytes=1 << 48,
                   has_gpsimd=False),
    ],
    ids=lambda config: config.name,
)  # fmt: skip
def test_any_configuration_has_programs(config: CoreConfig):
    for seed in range(6):
        program = generate(config, seed)
        reference = run_reference(program.case, seed=seed)
        assert reference.outcome.event == "done" or program.trap is not None
        assert config.has_gpsimd or Stream.GPSIMD not in program.case.streams
