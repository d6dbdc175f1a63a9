"""Random DMA instructions of every kind: the RTL leaves in the memory windows, around them and in
SBUF what golden leaves, byte for byte, and traps where golden traps."""

from __future__ import annotations

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_sim.backend import open_backend
from tinyneuron_sim.compare.bench import Bench
from tinyneuron_sim.compare.verdict import compare
from tinyneuron_sim.random_programs.transfers import transfer_case

CONFIG = get_config("tiny")
EACH = 50
"""Transfers of a program."""


def require_equal(seeds: range) -> None:
    """Programs of ``EACH`` transfers; every fourth has one more, which mostly traps."""
    print(f"seeds {seeds.start} to {seeds.stop - 1}")
    trapped = 0
    with Bench(lambda: open_backend("verilator", CONFIG)) as bench:
        for seed in seeds:
            case = transfer_case(CONFIG, seed, EACH, traps=seed % 4 == 0)
            comparison = compare(case, bench)
            assert comparison.difference is None, f"seed {seed}: {comparison.difference}"
            trapped += comparison.expected.trap is not None
    assert len(seeds) // 10 <= trapped <= -(-len(seeds) // 4)


def test_a_thousand_random_transfers_equal_golden():
    require_equal(range(30_000, 30_020))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(40_000, 42_000, 200))
def test_a_hundred_thousand_random_transfers_equal_golden(first: int):
    require_equal(range(first, first + 200))
