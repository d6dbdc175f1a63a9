"""Programs that are nearly all control: the same for a seed, and right by golden's rules."""

from __future__ import annotations

from collections import Counter

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_sim.compare import run_reference
from tinyneuron_sim.random_programs import generate_control

TINY = get_config("tiny")


def test_a_seed_always_gives_the_same_program():
    first, again, other = (generate_control(TINY, seed).case for seed in (3, 3, 4))
    assert first == again
    assert first.streams != other.streams


def test_every_kind_of_trap_comes_and_a_meeting_nobody_comes_to_always_ends_by_the_watchdog():
    ends: Counter[tuple[str | None, str]] = Counter()
    for seed in range(300):
        program = generate_control(TINY, seed)
        ends[program.trap, run_reference(program.case, seed=seed).outcome.event] += 1
    assert ends[None, "done"] > 200
    assert ends["alone", "done"] == ends[None, "trap"] == 0
    for kind in ("left out", "alone", "misaligned", "outside"):
        assert ends[kind, "trap"] >= 3, kind


@pytest.mark.parametrize("seed", [2_000_714])
def test_a_barrier_too_many_stands_behind_all_others(seed: int):
    """Before one that an exchange needs it made that a race."""
    program = generate_control(TINY, seed)
    assert program.trap == "alone"
    assert run_reference(program.case, seed=seed).outcome.event == "trap"
