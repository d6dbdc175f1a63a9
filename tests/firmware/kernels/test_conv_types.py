"""Convolutions of one dimension and of every type on golden, with race checks: integers against
exact sums, floats against float64 within the rounding bound."""

import numpy as np
import pytest

from tinyneuron.bench.kernels import conv2d_reference, operand
from tinyneuron.kernels import conv1d, conv2d
from tinyneuron.kernels.drain import result_dtype
from tinyneuron_hw.formats import DType, get_dtype

SEED = 77
DTYPES = ("fp16", "fp32", "tf32", "fp8_e5m2", "fp8_e4m3", "fp8_e3m4", "int8", "uint8")
DEFAULTS = {"stride": 1, "pad": 0, "dilation": 1, "groups": 1}


@pytest.fixture
def check(run_golden, error_bound):
    """Compiles and runs a convolution: of two dimensions when there is a height."""

    def run(config, seed=0, dtype="bf16", weights_dtype=None, **sizes):
        kernel = conv2d if "h" in sizes else conv1d
        program = kernel.build(config, dtype=dtype, weights_dtype=weights_dtype, **sizes)
        rng = np.random.default_rng([SEED, seed])
        inputs = {
            spec.name: rng.standard_normal(spec.shape).astype(np.float32)
            if spec.name in ("bias", "scale")
            else operand(rng, spec.shape, (weights_dtype or dtype) if spec.name == "weights" else dtype)
            for spec in program.of_kind("input")
        }  # fmt: skip
        image, weights = inputs["image"].astype(np.float64), inputs["weights"].astype(np.float64)
        how = {key: sizes.get(key, value) for key, value in DEFAULTS.items()}
        exact = reference(image, weights, **how)
        size = reference(np.abs(image), np.abs(weights), **how)
        column = (-1, *[1] * (exact.ndim - 2))
        if "scale" in inputs:
            scale = inputs["scale"].astype(np.float64).reshape(column)
            exact, size = exact * scale, size * np.abs(scale)
        if "bias" in inputs:
            bias = inputs["bias"].reshape(column)
            exact, size = exact + bias, size + np.abs(bias)
        if sizes.get("relu"):
            exact = np.maximum(exact, 0)
        out = run_golden(program, inputs, seed=seed)["out"]
        assert out.shape == exact.shape
        kind, bound = get_dtype(sizes.get("out_dtype") or result_dtype(dtype)), 0
        if kind is not DType.INT32:
            passes = 4 if dtype == "fp32" else 1
            bound = error_bound(exact, size, passes * 2 * weights[..., 0].size + 2, kind)
        worst = np.max(np.abs(out.astype(np.float64) - exact) - bound)
        assert worst <= 0, f"{sizes}: {worst} beyond the bound"

    return run


def reference(image, weights, **how):
    """The convolution in float64; one of one dimension is one of a column of images, transposed."""
    if image.ndim == 4:
        return conv2d_reference(image, weights, **how)
    n, cin, _ = image.shape
    depth, width, cout = weights.shape
    padded = np.pad(image, ((0, 0), (0, 0), (how["pad"],) * 2))
    count = (padded.shape[2] - how["dilation"] * (width - 1) - 1) // how["stride"] + 1
    out = np.zeros((n, cout, count))
    for tap in range(width):
        start = tap * how["dilation"]
        seen = padded[:, :, start : start + (count - 1) * how["stride"] + 1 : how["stride"]]
        for group in range(how["groups"]):
            here = slice(group * cout // how["groups"], (group + 1) * cout // how["groups"])
            source = seen[:, group * depth : (group + 1) * depth]
            out[:, here] += np.einsum("ncl,co->nol", source, weights[:, tap, here])
    assert cin == depth * how["groups"]
    return out


SIZES = {
    "plain": {"n": 2, "h": 6, "w": 7, "cin": 3, "cout": 5, "kernel": 3, "pad": 1},
    "many_channels": {"h": 5, "w": 6, "cin": 21, "cout": 14, "kernel": 3, "pad": 1},
    "packed_taps": {"h": 7, "w": 9, "cin": 1, "cout": 3, "kernel": 3, "pad": 1},
    "pointwise": {"n": 2, "h": 6, "w": 7, "cin": 9, "cout": 6, "kernel": 1},
    "strided": {"h": 13, "w": 12, "cin": 5, "cout": 3, "kernel": 3, "stride": 2, "dilation": 2, "pad": 2},
    "depthwise": {"h": 6, "w": 5, "cin": 9, "cout": 9, "kernel": 3, "pad": 1, "groups": 9},
    "groups_of_3": {"h": 6, "w": 5, "cin": 9, "cout": 6, "kernel": 2, "groups": 3},
    "groups_of_2": {"h": 5, "w": 5, "cin": 8, "cout": 4, "kernel": 2, "groups": 4, "pad": 1},
    "line": {"length": 37, "cin": 5, "cout": 6, "kernel": 5, "pad": 2},
    "line_packed": {"n": 3, "length": 30, "cin": 1, "cout": 9, "kernel": 7, "stride": 3},
    "line_depthwise": {"length": 70, "cin": 6, "cout": 6, "kernel": 4, "groups": 6, "dilation": 3},
}  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", SIZES)
def test_every_type(check, case, dtype):
    check("tiny", dtype=dtype, **SIZES[case])
