"""One set of small programs on every target: right bytes, and on the RTL the same cycles, trace
events and counters."""

from __future__ import annotations

import numpy as np
import pytest

from tinyneuron.runtime.errors import RunTimeoutError
from tinyneuron_hw.config import get_config

from .small_programs import SMALL, conv2d_case, lanes_case, matmul_case, transfers_case

CONFIG = get_config("tiny")
TARGETS = ("golden", "verilator", "icarus", "pysim")
RTL = TARGETS[1:]
REFERENCE = "verilator"
"""The target whose cycles the others must have."""

SLOW = [("pysim", name) for name in SMALL]
"""Amaranth's simulator takes a minute for a small program; `make test` runs on it in
tests/sim/rtl."""

LARGER = {
    "matmul over two banks": lambda config: matmul_case(config, 9, 17, 70),
    "matmul of one row": lambda config: matmul_case(config, 1, 40, 3),
    "conv2d in groups": lambda config: conv2d_case(
        config, n=2, h=7, w=6, cin=4, cout=6, kernel=3, stride=2, pad=1, dilation=1, groups=2
    ),
    "dilated conv2d": lambda config: conv2d_case(
        config, n=1, h=9, w=8, cin=5, cout=3, kernel=3, stride=1, pad=2, dilation=2, groups=1
    ),
    "lanes": lambda config: lanes_case(config, 4, 90),
    "transfers": lambda config: transfers_case(config, 4, 120, 3),
}


def run_case(device, target, case, **options):
    """Runs a case and checks its outputs."""
    model = device(target, "tiny").load(case.program)
    try:
        result = model.run(case.inputs, trace=True, **options)
    finally:
        model.unload()
    assert result.outputs.keys() == case.expected.keys()
    for name, expected in case.expected.items():
        np.testing.assert_array_equal(result.outputs[name], expected, strict=True)
        assert result.outputs[name].tobytes() == expected.tobytes()
    return result


def check_case(device, target, case):
    result = run_case(device, target, case, waits=True)
    if target in RTL:
        reference = run_case(device, REFERENCE, case, waits=True)
        assert result.cycles == reference.cycles
        assert result.counters == reference.counters
        assert result.trace == reference.trace
        assert len(result.trace) >= 2 * sum(map(len, case.program.streams.values()))


@pytest.mark.parametrize(
    ("target", "name"),
    [
        pytest.param(target, name, marks=[pytest.mark.slow] if (target, name) in SLOW else [])
        for target in TARGETS
        for name in SMALL
    ],
)
def test_small_programs(device, target, name):
    check_case(device, target, SMALL[name](CONFIG))


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGER)
@pytest.mark.parametrize("target", RTL)
def test_larger_programs(device, target, name):
    check_case(device, target, LARGER[name](CONFIG))


@pytest.mark.parametrize("target", [*TARGETS[:3], pytest.param("pysim", marks=pytest.mark.slow)])
def test_a_program_reset_in_the_middle_runs_again_and_in_pieces(device, target, monkeypatch):
    """It is given up after a while; then it runs to its end although it is stopped again and again,
    and takes the cycles of an undisturbed run."""
    case = SMALL["matmul"](CONFIG)
    limit = 7 if target == "golden" else 250
    with pytest.raises(RunTimeoutError, match=f"still running after {limit} cycles"):
        run_case(device, target, case, max_cycles=limit)
    calls = []
    backend = device(target, "tiny").backend
    run = backend.run
    monkeypatch.setattr(backend, "run", lambda *arguments: calls.append(0) or run(*arguments))
    monkeypatch.setattr("tinyneuron.runtime.model._SLICE", limit)
    pieces = run_case(device, target, case)
    assert len(calls) > 2
    if target in RTL:
        monkeypatch.undo()
        whole = run_case(device, REFERENCE, case)
        assert pieces.cycles == whole.cycles
        assert pieces.trace == whole.trace
