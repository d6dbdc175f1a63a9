"""Random kernels over the language: golden against NumPy, and the RTL against golden.

A seed gives everything. TINYNEURON_KERNEL_SEED=1234 runs that one and no other.
"""

from __future__ import annotations

import os
from contextlib import nullcontext

import pytest

from tinyneuron.runtime.device import Device, open_device
from tinyneuron_hw.config import CoreConfig, get_config

from . import lanes, moves, whole
from .drawing import random_kernel
from .steps import operations_of

TINY = get_config("tiny")
OPERATIONS = [found for module in (lanes, moves, whole) for found in operations_of(module)]
CHOSEN = os.environ.get("TINYNEURON_KERNEL_SEED")
CHUNK = 50
FIRST = [int(CHOSEN)] if CHOSEN else range(0, 200, CHUNK)
COUNT = 1 if CHOSEN else CHUNK


def check(seed: int, config: CoreConfig, golden: Device, rtl: Device | None) -> None:
    program, inputs, steps = random_kernel(seed, config, OPERATIONS)
    message = f"seed {seed}"
    expected = golden.load(program).run(inputs).outputs
    for step in steps:
        step.check(expected, message)
    if rtl is not None:
        found = rtl.load(program).run(inputs).outputs
        for step in steps:
            same = found[step.output].tobytes() == expected[step.output].tobytes()
            assert same, f"{message}: {step.name} on the RTL"


def check_all(first: int, count: int, config: CoreConfig, target: str | None) -> None:
    device = open_device(target, config) if target else nullcontext()
    with open_device("golden", config) as golden, device as rtl:
        for seed in range(first, first + count):
            check(seed, config, golden, rtl)


@pytest.mark.parametrize("first", FIRST)
def test_random_kernels_on_golden_and_verilator(first):
    check_all(first, COUNT, TINY, "verilator")


def test_random_kernels_of_another_size():
    """Quadrants of four partitions, one queue of transfers."""
    check_all(7000, 20, get_config("default").with_changes(dma_engines=1), None)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(10_000, 15_000, 250))
def test_thousands_of_random_kernels(first):
    check_all(first, 250, TINY, "verilator")


def test_every_operation_is_drawn():
    names = set()
    for seed in range(60):
        names |= {step.name for step in random_kernel(seed, TINY, OPERATIONS)[2]}
    assert len(names) > 3 * len(OPERATIONS), sorted(names)
