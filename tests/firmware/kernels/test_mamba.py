"""The selective scan against NumPy in float64, on golden."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.bench.layers import scan_reference
from tinyneuron.kernels.mamba import selective_scan

KINDS = {"fp32": np.float32, "bf16": ml_dtypes.bfloat16, "fp16": np.float16}
LIMIT = {"fp32": 2e-6, "bf16": 5e-3, "fp16": 6e-4}
"""Largest error relative to the largest result; sums are FP32, so the result's rounding decides."""


def inputs_of(count: int, channels: int, states: int, length: int, dtype: str = "fp32"):
    rng = np.random.default_rng([45, channels, length])
    kind = KINDS[dtype]
    found = {name: rng.standard_normal((count, channels, length)).astype(kind)
             for name in ("u", "delta")}  # fmt: skip
    found["delta"] = np.abs(found["delta"]) * kind(0.2)
    found["a"] = -np.abs(rng.standard_normal((channels, states))).astype(np.float32)
    found |= {name: rng.standard_normal((count, states, length)).astype(kind) for name in "bc"}
    return found


@pytest.fixture
def error(run_golden):
    """Largest error relative to the largest result."""

    def execute(inputs, config="tiny", softplus=False, **how):
        specs = {name: nki.TensorArg(x.shape, x.dtype) for name, x in inputs.items()}
        program = nki.compile(selective_scan, config, specs | {"softplus": softplus, **how})
        found = run_golden(program, inputs)["out"].astype(np.float64)
        exact = scan_reference(**inputs, softplus=softplus)
        return np.abs(found - exact).max() / np.abs(exact).max()

    return execute


@pytest.mark.parametrize(
    "shape", [(1, 4, 2, 8), (2, 6, 3, 70), (1, 1, 1, 1), (1, 5, 4, 150)], ids=str
)
def test_shapes(error, shape):
    assert error(inputs_of(*shape)) < LIMIT["fp32"]


@pytest.mark.parametrize("dtype", KINDS)
def test_types(error, dtype):
    assert error(inputs_of(1, 9, 3, 40, dtype)) < LIMIT[dtype]


@pytest.mark.parametrize("softplus", [False, True])
@pytest.mark.parametrize("names", [("skip",), ("gate",), ("delta_bias",),
                                   ("skip", "gate", "delta_bias")], ids="-".join)  # fmt: skip
def test_what_is_optional(error, names, softplus):
    inputs = inputs_of(1, 6, 3, 30)
    rng = np.random.default_rng(46)
    for name in names:
        shape = inputs["u"].shape if name == "gate" else (6,)
        inputs[name] = rng.standard_normal(shape).astype(np.float32)
    assert error(inputs, softplus=softplus) < LIMIT["fp32"]


def test_a_state_is_kept_from_stretch_to_stretch(error):
    # It decays little, and only the first points put anything in: all that comes late is state.
    inputs = inputs_of(1, 4, 2, 200)
    inputs["a"] *= np.float32(0.01)
    inputs["u"][:, :, 5:] = 0
    assert np.abs(scan_reference(**inputs)[:, :, 190:]).max() > 0.01
    assert error(inputs) < LIMIT["fp32"]


def test_another_configuration(error):
    assert error(inputs_of(1, 20, 2, 33, "bf16"), "default") < LIMIT["bf16"]


def test_an_output_type(error):
    assert error(inputs_of(1, 4, 2, 20, "bf16"), out_dtype="fp32") < LIMIT["fp32"]


RULES = {
    r"u must be \[N, D, T\] and a \[D, S\]": ("u", (4, 8), "fp32"),
    r"delta must be floats \[1, 4, 8\]": ("delta", (1, 4, 7), "fp32"),
    r"a must be floats \[4, 2\]": ("a", (5, 2), "fp32"),
    r"b must be floats \[1, 2, 8\]": ("b", (1, 3, 8), "fp32"),
    r"c must be floats \[1, 2, 8\]": ("c", (1, 2, 8), "int32"),
    r"skip must be floats \[4\]": ("skip", (5,), "fp32"),
}


@pytest.mark.parametrize("rule", RULES)
def test_broken_rules_name_the_value(rule):
    specs = {name: nki.TensorArg(x.shape, x.dtype) for name, x in inputs_of(1, 4, 2, 8).items()}
    name, shape, dtype = RULES[rule]
    with pytest.raises(nki.KernelError, match=rule):
        nki.compile(selective_scan, "tiny", specs | {name: nki.TensorArg(shape, dtype)})
