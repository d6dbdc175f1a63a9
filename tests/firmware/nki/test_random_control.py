"""Random kernels with loops and branches inside each other: golden computes what Python does."""

from __future__ import annotations

import random

import numpy as np
import pytest

from .random_control import MOST, random_kernel


def check(run_golden, seed: int) -> None:
    program, x, expect = random_kernel(seed)
    rng = random.Random(seed)
    for case in range(3):
        sizes = [rng.randrange(MOST + 1) for _ in range(2)]
        inputs = {"x": x, "sizes": np.array(sizes, np.int32)}
        found, expected = run_golden(program, inputs, seed=case, runs=1 + case), expect(sizes)
        message = f"seed {seed}, sizes {sizes}"
        np.testing.assert_array_equal(found["tiles"], np.stack(expected.tiles), message)
        np.testing.assert_array_equal(found["memory"], expected.memory, message)
        assert found["total"][0] == expected.total, message


@pytest.mark.parametrize("first", range(0, 40, 10))
def test_forty_kernels(run_golden, first):
    for seed in range(first, first + 10):
        check(run_golden, seed)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1000, 1400, 50))
def test_hundreds_of_kernels(run_golden, first):
    for seed in range(first, first + 50):
        check(run_golden, seed)
