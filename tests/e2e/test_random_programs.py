"""Random programs over the whole instruction set: the RTL leaves what golden leaves, byte for byte,
and traps where golden traps."""

from __future__ import annotations

import pytest

from tinyneuron_hw.config import CoreConfig, get_config

from .campaigns import require_equal

SEED = 21_410
"""What tests/sim/random_programs/test_generator.py says about coverage is about these."""
CHUNK = 40
SLOW_SEED = 1_000_000
SLOW_CHUNK = 250

ODD = (
    CoreConfig(name="odd", partitions=4, columns=8, sbuf_partition_bytes=128, psum_bank_bytes=128,
               pe_latency=3, dma_engines=5, queue_depth=16, fetch_buffer=64, memory_latency=17,
               dma_buffer_beats=64, has_gpsimd=False),
    CoreConfig(name="lean", partitions=8, columns=4, sbuf_partition_bytes=1024, psum_bank_bytes=64,
               pe_latency=1, dma_engines=1, queue_depth=1, fetch_buffer=4, memory_latency=1,
               dma_buffer_beats=16, device_memory_bytes=1 << 26),
)  # fmt: skip
"""Every parameter far from its usual value."""


def check(config: CoreConfig, seeds: range) -> None:
    report = require_equal(config, seeds, one_traps_of=6)
    assert report.most_cycles <= 2000


@pytest.mark.parametrize("first", range(SEED, SEED + 400, CHUNK))
def test_random_programs_equal_golden(first: int):
    check(get_config("tiny"), range(first, first + CHUNK))


def test_random_programs_equal_golden_at_default_size():
    check(get_config("default"), range(SEED, SEED + 12))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(SLOW_SEED, SLOW_SEED + 6000, SLOW_CHUNK))
def test_thousands_of_random_programs_equal_golden(first: int):
    check(get_config("tiny"), range(first, first + SLOW_CHUNK))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(SLOW_SEED, SLOW_SEED + 2500, SLOW_CHUNK))
def test_thousands_of_random_programs_equal_golden_at_default_size(first: int):
    check(get_config("default"), range(first, first + SLOW_CHUNK))


@pytest.mark.slow
@pytest.mark.parametrize("config", ODD, ids=lambda config: config.name)
@pytest.mark.parametrize("first", range(SLOW_SEED, SLOW_SEED + 750, SLOW_CHUNK))
def test_random_programs_equal_golden_on_odd_configurations(config: CoreConfig, first: int):
    check(config, range(first, first + SLOW_CHUNK))
