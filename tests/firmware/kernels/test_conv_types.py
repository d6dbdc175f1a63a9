"""Convolutions of one dimension and of every type on golden, with race checks: integers against
exact sums, floats against float64 within the rounding bound."""

import random

import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.bench.kernels import conv1d_reference, conv2d_reference, operand
from tinyneuron.kernels import conv1d, conv2d, conv_plan
from tinyneuron.kernels.conv_shape import Packing
from tinyneuron.kernels.drain import result_dtype
from tinyneuron.nki import KernelError
from tinyneuron_hw.config import PRESETS
from tinyneuron_hw.formats import DType, get_dtype
from tinyneuron_hw.isa.opcodes import Opcode

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
        kinds = {"image": dtype, "weights": weights_dtype or dtype}
        inputs = {
            spec.name: operand(rng, spec.shape, kinds.get(spec.name, "fp32"))
            for spec in program.of_kind("input")
        }
        image, weights = inputs["image"].astype(np.float64), inputs["weights"].astype(np.float64)
        how = {key: sizes.get(key, value) for key, value in DEFAULTS.items()}
        reference = conv2d_reference if kernel is conv2d else conv1d_reference
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


SIZES = {
    "plain": {"n": 2, "h": 6, "w": 7, "cin": 3, "cout": 5, "kernel": 3, "pad": 1},
    "many_channels": {"h": 5, "w": 6, "cin": 21, "cout": 14, "kernel": 3, "pad": 1},
    "packed_taps": {"h": 7, "w": 9, "cin": 1, "cout": 3, "kernel": 3, "pad": 1},
    "pointwise": {"n": 2, "h": 6, "w": 7, "cin": 9, "cout": 6, "kernel": 1},
    "strided": {"h": 13, "w": 12, "cin": 5, "cout": 3, "kernel": 3, "stride": 2, "dilation": 2,
                "pad": 2},
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


MIXED = [("int8", "uint8"), ("uint8", "int8"), ("bf16", "fp8_e4m3"), ("fp8_e5m2", "fp8_e3m4"),
         ("fp16", "tf32")]  # fmt: skip


@pytest.mark.parametrize(("dtype", "weights_dtype"), MIXED)
def test_types_mix(check, dtype, weights_dtype):
    check("tiny", dtype=dtype, weights_dtype=weights_dtype, **SIZES["plain"])
    check("tiny", dtype=dtype, weights_dtype=weights_dtype, **SIZES["line_packed"])


@pytest.mark.parametrize(
    ("dtype", "out_dtype"),
    [("int8", "fp32"), ("int8", "bf16"), ("uint8", "fp32"), ("fp8_e4m3", "fp16")],
)
@pytest.mark.parametrize("options", [{}, {"bias": True}, {"bias": True, "relu": True}])
def test_results_are_scaled_by_output_channel(check, dtype, options, out_dtype):
    check("tiny", dtype=dtype, out_dtype=out_dtype, scale=True, **SIZES["plain"], **options)
    check("tiny", dtype=dtype, out_dtype=out_dtype, scale=True, **SIZES["line"], **options)


def test_integer_sums_pass_a_relu(check):
    check("tiny", dtype="int8", relu=True, **SIZES["many_channels"])


@pytest.mark.parametrize("packing", Packing, ids=lambda packing: packing.value)
@pytest.mark.parametrize("case", ["packed_taps", "strided", "depthwise", "groups_of_2"])
def test_every_packing_of_integers(check, monkeypatch, packing, case):
    sizes = SIZES[case] | ({"cin": 2, "cout": 2} if case == "strided" else {})
    monkeypatch.setattr(conv_plan, "_packing", lambda *sizes: packing)
    check("tiny" if case != "groups_of_2" else "default", dtype="int8", **sizes)


@pytest.mark.parametrize("multiplier", [1, 3])
@pytest.mark.parametrize("dtype", ["bf16", "int8", "fp32", "fp8_e5m2"])
def test_many_groups_meet_their_weights_on_the_diagonal(check, monkeypatch, dtype, multiplier):
    """Depthwise without copies: the weights are loaded once, and selected by column on chip."""
    monkeypatch.setattr(conv_plan, "_packing", lambda *sizes: Packing.NONE)
    sizes = {
        "h": 5,
        "w": 6,
        "cin": 37,
        "cout": 37 * multiplier,
        "groups": 37,
        "kernel": 3,
        "pad": 1,
    }
    program = conv2d.build("default", dtype=dtype, **sizes)
    assert not program.of_kind("scratch")
    raws = [raw for code in program.streams.values() for raw in code]
    assert any(raw[0] == Opcode.INDEX_SELECT.value for raw in raws)
    check("default", dtype=dtype, **sizes)


@pytest.mark.parametrize("dtype", ["bf16", "int8", "fp32"])
def test_few_groups_with_copies_are_put_together_in_device_memory(check, dtype):
    """Depthwise with all taps side by side: a group's weights are in several places."""
    sizes = {"h": 5, "w": 6, "cin": 5, "cout": 5, "groups": 5, "kernel": 3, "pad": 1}
    program = conv2d.build("default", dtype=dtype, **sizes)
    assert len(program.of_kind("scratch")) == 1
    check("default", dtype=dtype, **sizes)


def random_case(draw):
    groups = draw.choice([1, 1, 2, 3, 5])
    size = {"length": draw.randint(1, 80)}
    if draw.random() < 0.5:
        size = {"h": draw.randint(1, 14), "w": draw.randint(1, 14)}
    return size | {
        "dtype": draw.choice(("bf16", "int8", *DTYPES)), "n": draw.randint(1, 3),
        "cin": groups * draw.randint(1, 9), "cout": groups * draw.randint(1, 7), "groups": groups,
        "kernel": draw.randint(1, 5), "stride": draw.randint(1, 3), "pad": draw.randint(0, 2),
        "dilation": draw.randint(1, 3), "bias": draw.random() < 0.3,
    }  # fmt: skip


def random_cases(count):
    draw, cases = random.Random(SEED), []
    while len(cases) < count:
        case = random_case(draw)
        smallest = min(case.get(axis, 80) for axis in ("length", "h", "w")) + 2 * case["pad"]
        if case["dilation"] * (case["kernel"] - 1) < smallest:
            cases.append(case | {"out_dtype": "fp32" if case["bias"] else None})
    return cases


@pytest.mark.parametrize("case", random_cases(40), ids=lambda c: "-".join(map(str, c.values())))
def test_random_convolutions(check, case):
    print(f"seed {SEED}, {case}")
    check("tiny", **case)


@pytest.mark.parametrize(
    "changes",
    [{"columns": 16}, {"partitions": 16}, {"has_gpsimd": False, "dma_engines": 1},
     {"sbuf_partition_bytes": 1024}],
)  # fmt: skip
@pytest.mark.parametrize("dtype", ["int8", "fp32"])
def test_other_configurations(check, changes, dtype):
    config = PRESETS["tiny"].with_changes(name="other", **changes)
    for case in ("many_channels", "depthwise", "line_packed"):
        check(config, dtype=dtype, **SIZES[case])


@pytest.mark.parametrize("seed", range(2))
def test_several_schedules(check, seed):
    check("tiny", seed=seed, dtype="int8", **SIZES["many_channels"])
    check("default", seed=seed, dtype="int8", **SIZES["depthwise"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kernel": 9}, "conv1d: a filter that reaches over 9 does not fit an image of 7 .* 0"),
        ({"stride": 0}, "conv1d: stride must be at least 1, not 0"),
        ({"pad": -1}, "conv1d: pad must be at least 0, not -1"),
        ({"groups": 2}, "conv1d: groups must divide 6 input and 5 output channels, not 2"),
        ({"dtype": "int16"}, "conv1d: .* types that the Tensor engine multiplies"),
    ],
)
def test_lines_that_do_not_go_together(changes, message):
    sizes = {"n": 1, "length": 7, "cin": 6, "cout": 5, "kernel": 3}
    with pytest.raises(KernelError, match=message):
        conv1d.build("tiny", **(sizes | changes))


def test_an_image_of_the_wrong_rank_is_named():
    specs = {"image": nki.TensorArg((1, 2, 5, 5), "bf16"),
             "weights": nki.TensorArg((2, 3, 4), "bf16")}  # fmt: skip
    with pytest.raises(KernelError, match="image and weights must have 3 axes, not 4 and 3"):
        nki.compile(conv1d.conv1d, "tiny", specs)


def test_an_image_may_be_a_part_of_a_tensor(run_golden):
    def kernel(x, w):
        return conv1d.conv1d(x[1:, 2:4], w[..., 1:])

    x = np.arange(120, dtype=np.float32).reshape(3, 5, 8) % 7
    w = np.arange(24, dtype=np.float32).reshape(2, 3, 4) % 5
    specs = {"x": nki.TensorArg(x.shape, "fp32"), "w": nki.TensorArg(w.shape, "fp32")}
    out = run_golden(nki.compile(kernel, "tiny", specs), {"x": x, "w": w})["out"]
    np.testing.assert_array_equal(out, conv1d_reference(x[1:, 2:4], w[..., 1:], **DEFAULTS))
