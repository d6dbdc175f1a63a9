"""Random kernels with loops and branches inside each other: golden computes what Python does."""

from __future__ import annotations

import random

import numpy as np
import pytest

from tinyneuron_hw.config import CoreConfig, get_config

from .random_control import CONTROL, LOOPS, MOST, random_kernel

TINY = get_config("tiny")
CONFIGS = {
    "tiny": TINY,
    "no_gpsimd": TINY.with_changes(name="v1", has_gpsimd=False, dma_engines=4),
    "one_queue": TINY.with_changes(name="q1", dma_engines=1),
}


def check(
    run_golden, seed: int, config: CoreConfig = TINY, nested: tuple[str, ...] = CONTROL
) -> None:
    program, x, expect = random_kernel(seed, config, nested)
    rng = random.Random(seed)
    for case in range(3):
        sizes = [rng.randrange(MOST + 1) for _ in range(2)]
        inputs = {"x": x, "sizes": np.array(sizes, np.int32)}
        found, expected = run_golden(program, inputs, seed=case, runs=1 + case), expect(sizes)
        message = f"seed {seed}, sizes {sizes}"
        np.testing.assert_array_equal(found["tiles"], np.stack(expected.tiles), message)
        np.testing.assert_array_equal(found["memory"], expected.memory, message)
        assert found["total"][0] == expected.total, message


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("first", [0, 20])
def test_forty_kernels(run_golden, first, config):
    for seed in range(first, first + 20):
        check(run_golden, seed, CONFIGS[config])


@pytest.mark.parametrize("config", CONFIGS)
def test_twenty_kernels_whose_passes_overlap(run_golden, config):
    # In the last one a store tells only the loop around its own that it is over.
    for seed in (*range(2000, 2020), 2279):
        check(run_golden, seed, CONFIGS[config], LOOPS)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(2100, 2500, 50))
def test_hundreds_of_kernels_whose_passes_overlap(run_golden, first):
    for seed in range(first, first + 50):
        check(run_golden, seed, nested=LOOPS)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1000, 1400, 50))
def test_hundreds_of_kernels(run_golden, first):
    for seed in range(first, first + 50):
        check(run_golden, seed)
