"""The convolution kernel on golden, with race checks, against float64 within the rounding bound."""

import math
import random

import ml_dtypes
import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.kernels import conv2d, conv_plan
from tinyneuron.kernels.conv_plan import make_plan
from tinyneuron.kernels.conv_shape import ConvShape, Packing
from tinyneuron.nki import KernelError
from tinyneuron_hw.config import PRESETS, get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import decode
from tinyneuron_hw.isa.opcodes import Opcode, Stream

BF16 = np.dtype(ml_dtypes.bfloat16)


def reference(image, weights, stride, pad, dilation, groups):
    """The convolution in float64."""
    image, weights = image.astype(np.float64), weights.astype(np.float64)
    padded = np.pad(image, ((0, 0), (0, 0), (pad[0], pad[0]), (pad[1], pad[1])))
    depth, kh, kw, cout = weights.shape
    spans = [
        (padded.shape[2 + a] - dilation[a] * ((kh, kw)[a] - 1) - 1) // stride[a] * stride[a] + 1
        for a in (0, 1)
    ]
    parts = []
    for group in range(groups):
        source = padded[:, group * depth : (group + 1) * depth]
        kernel = weights[..., group * cout // groups : (group + 1) * cout // groups]
        parts.append(
            sum(
                np.einsum(
                    "nchw,co->nohw",
                    source[:, :, i * dilation[0] : i * dilation[0] + spans[0] : stride[0],
                           j * dilation[1] : j * dilation[1] + spans[1] : stride[1]],
                    kernel[:, i, j],
                )
                for i in range(kh) for j in range(kw)
            )
        )  # fmt: skip
    return np.concatenate(parts, axis=1)


def pair(value):
    return (value, value) if isinstance(value, int) else value


@pytest.fixture
def check(run_golden, error_bound):
    def run(config, seed=0, runs=1, **sizes):
        program = conv2d.build(config, **sizes)
        rng = np.random.default_rng(seed)
        (kh, kw), groups = pair(sizes["kernel"]), sizes.get("groups", 1)
        shape = (sizes.get("n", 1), sizes["cin"], sizes["h"], sizes["w"])
        image = rng.standard_normal(shape).astype(BF16)
        weights = rng.standard_normal((sizes["cin"] // groups, kh, kw, sizes["cout"])).astype(BF16)
        inputs = {"image": image, "weights": weights}
        how = [pair(sizes.get(name, default)) for name, default in
               (("stride", 1), ("pad", 0), ("dilation", 1))]  # fmt: skip
        exact = reference(image, weights, *how, groups)
        size = reference(np.abs(image), np.abs(weights), *how, groups)
        if sizes.get("bias"):
            inputs["bias"] = rng.standard_normal(sizes["cout"]).astype(np.float32)
            exact = exact + inputs["bias"][:, None, None]
            size = size + np.abs(inputs["bias"])[:, None, None]
        if sizes.get("relu"):
            exact = np.maximum(exact, 0)
        out = run_golden(program, inputs, seed=seed, runs=runs)["out"].astype(np.float64)
        assert out.shape == exact.shape
        # Every tap of every channel is one rounding at most, and each matmul adds once to PSUM.
        roundings = 2 * weights[..., 0].size + 2
        dtype = DType.FP32 if sizes.get("out_dtype") == "fp32" else DType.BF16
        worst = np.max(np.abs(out - exact) - error_bound(exact, size, roundings, dtype))
        assert worst <= 0, f"{sizes}: {worst} beyond the bound"

    return run


CASES = {
    "one_pixel": {"h": 1, "w": 1, "cin": 1, "cout": 1, "kernel": 1},
    "packed_taps": {"h": 7, "w": 9, "cin": 1, "cout": 3, "kernel": 3, "pad": 1},
    "packed_taps_in_two_slabs": {
        "n": 2,
        "h": 6,
        "w": 5,
        "cin": 2,
        "cout": 5,
        "kernel": 3,
        "pad": 1,
    },
    "packed_taps_strided": {
        "n": 3,
        "h": 9,
        "w": 8,
        "cin": 1,
        "cout": 2,
        "kernel": 3,
        "pad": 2,
        "stride": 2,
    },
    "plain": {"n": 2, "h": 6, "w": 7, "cin": 3, "cout": 5, "kernel": 3, "pad": 1},
    "many_channels": {"h": 5, "w": 6, "cin": 11, "cout": 14, "kernel": 3, "pad": 1},
    "pointwise": {"n": 2, "h": 6, "w": 7, "cin": 9, "cout": 6, "kernel": 1},
    "pointwise_with_padding": {"h": 4, "w": 5, "cin": 5, "cout": 3, "kernel": 1, "pad": 1},
    "stride_and_dilation": {
        "h": 13,
        "w": 12,
        "cin": 5,
        "cout": 3,
        "kernel": 3,
        "stride": 2,
        "dilation": 2,
        "pad": 2,
    },
    "rectangles": {
        "h": 8,
        "w": 11,
        "cin": 3,
        "cout": 2,
        "kernel": (1, 4),
        "stride": (2, 1),
        "pad": (0, 3),
        "dilation": (1, 2),
    },
    "depthwise": {"h": 6, "w": 5, "cin": 6, "cout": 6, "kernel": 3, "pad": 1, "groups": 6},
    "channel_multiplier": {"h": 6, "w": 5, "cin": 3, "cout": 6, "kernel": 3, "groups": 3},
    "large_groups": {"h": 4, "w": 5, "cin": 10, "cout": 12, "kernel": 2, "groups": 2},
    "dense": {"n": 5, "h": 4, "w": 4, "cin": 6, "cout": 10, "kernel": 4},
    "padding_beyond_the_image": {
        "h": 2,
        "w": 2,
        "cin": 3,
        "cout": 2,
        "kernel": 3,
        "pad": 4,
        "stride": 3,
    },
    "wide": {"h": 2, "w": 150, "cin": 3, "cout": 2, "kernel": 3, "pad": 1},
    "wide_packed": {"h": 3, "w": 150, "cin": 1, "cout": 2, "kernel": 3, "pad": 1},
    "large_filter": {"h": 9, "w": 9, "cin": 3, "cout": 3, "kernel": 7, "pad": 3},
}


@pytest.mark.parametrize("case", CASES)
def test_case_on_tiny(check, case):
    check("tiny", **CASES[case])


STACKED = {
    "square": {"n": 2, "h": 7, "w": 9, "cin": 2, "cout": 5, "kernel": 3, "pad": 1},
    "strides": {
        "h": 12, "w": 13, "cin": 1, "cout": 3, "kernel": (5, 2), "stride": (3, 2), "pad": (2, 0),
        "bias": True,
    },
    "dilation": {"h": 11, "w": 9, "cin": 1, "cout": 6, "kernel": 3, "dilation": (2, 3), "pad": 4},
    "one_row": {"h": 9, "w": 12, "cin": 1, "cout": 2, "kernel": (1, 3), "stride": (4, 1)},
    "one_column": {"h": 12, "w": 5, "cin": 2, "cout": 2, "kernel": (3, 1), "stride": (2, 1)},
    "groups": {"h": 8, "w": 7, "cin": 4, "cout": 4, "groups": 4, "kernel": 3, "stride": 2},
    "pairs": {"h": 8, "w": 7, "cin": 2, "cout": 6, "groups": 2, "kernel": 3, "stride": 2, "pad": 3},
}  # fmt: skip


@pytest.mark.parametrize("packing", Packing, ids=lambda packing: packing.value)
@pytest.mark.parametrize("case", STACKED)
def test_every_packing(check, monkeypatch, packing, case):
    monkeypatch.setattr(conv_plan, "_packing", lambda *sizes: packing)
    check("tiny", **STACKED[case])


@pytest.mark.parametrize(
    ("sizes", "packing"),
    [
        # (channels, kernel, size, stride): one matmul for all taps of a picture ...
        ((1, 3, 400, 1), Packing.TAPS),
        # ... but copies for 49 taps would take longer to load than the matmuls they save.
        ((3, 7, 112, 2), Packing.ROWS),
        ((64, 3, 56, 1), Packing.NONE),
        ((3, 1, 56, 1), Packing.NONE),
    ],
)
def test_the_packing_follows_from_matmuls_and_loads(sizes, packing):
    channels, kernel, size, stride = sizes
    shape = ConvShape(1, channels, 16, (size, size), pair(kernel), pair(stride), pair(kernel // 2),
                      (1, 1), 1)  # fmt: skip
    assert make_plan(get_config("default"), shape).packing is packing


@pytest.mark.parametrize(
    ("kernel", "stride", "copies"), [(1, 2, 1), (7, 2, 7), ((1, 3), (3, 1), 3)]
)
def test_rows_that_no_pixel_needs_are_not_loaded(kernel, stride, copies):
    sizes = {"h": 24, "w": 20, "cin": 3, "cout": 4, "kernel": kernel, "stride": stride}
    program = conv2d.build("default", **sizes)
    loads = [decode(program.streams[item.stream][item.index])
             for item in program.relocations if item.tensor == "image"]  # fmt: skip
    loaded = sum(math.prod(load[f"src.dims.{i}.size"] for i in range(4)) for load in loads)
    # Rows of a tile are as many as the output's, not stride times as many.
    assert loaded <= copies * 3 * program.tensor("out").shape[2] * 20


def test_random_convolutions(check):
    draw = random.Random(11)
    done = 0
    while done < 12:
        groups = draw.choice([1, 1, 2, 3])
        sizes = {
            "n": draw.randint(1, 3), "h": draw.randint(1, 14), "w": draw.randint(1, 14),
            "cin": groups * draw.randint(1, 7), "cout": groups * draw.randint(1, 7),
            "groups": groups,
            "kernel": draw.randint(1, 4), "stride": draw.randint(1, 3), "pad": draw.randint(0, 2),
            "dilation": draw.randint(1, 2),
        }  # fmt: skip
        if (
            sizes["dilation"] * (sizes["kernel"] - 1)
            >= min(sizes["h"], sizes["w"]) + 2 * sizes["pad"]
        ):
            continue
        check(draw.choice(["tiny", "default"]), seed=done, **sizes)
        done += 1


@pytest.mark.parametrize(
    "options", [{"bias": True}, {"relu": True}, {"bias": True, "relu": True, "out_dtype": "fp32"}]
)
def test_bias_and_relu(check, options):
    check("tiny", **CASES["plain"], **options)
    check("tiny", **CASES["packed_taps"], **options)


@pytest.mark.parametrize(
    "changes",
    [
        {"columns": 16},
        {"partitions": 16},
        {"dma_engines": 1},
        {"has_gpsimd": False},
        {"sbuf_partition_bytes": 1024},
    ],
)
def test_other_configurations(check, changes):
    config = PRESETS["tiny"].with_changes(name="other", **changes)
    check(config, **CASES["many_channels"], bias=True)
    check(config, **CASES["depthwise"])
    check(config, **CASES["packed_taps"], runs=2)


@pytest.mark.parametrize("seed", range(3))
def test_several_schedules(check, seed):
    check("tiny", seed=seed, **CASES["plain"], bias=True)


def test_kernel_calls_kernel(run_golden):
    """Layers chain in one program through scratch tensors."""

    @nki.jit
    def network(image, first, second):
        hidden = conv2d.conv2d(image, first, pad=1, relu=True)
        return conv2d.conv2d(hidden, second)

    specs = {
        "image": nki.TensorArg((1, 2, 5, 5), "bf16"),
        "first": nki.TensorArg((2, 3, 3, 4), "bf16"),
        "second": nki.Constant(np.ones((4, 1, 1, 1), dtype=BF16)),
    }
    program = nki.compile(network, "tiny", specs)
    assert [spec.kind for spec in program.tensors] == [
        "input", "input", "constant", "output", "scratch",
    ]  # fmt: skip
    image = np.ones((1, 2, 5, 5), dtype=BF16)
    first = np.ones((2, 3, 3, 4), dtype=BF16)
    out = run_golden(program, {"image": image, "first": first})["out"]
    assert out[0, 0, 2, 2] == 4 * 18
    assert out[0, 0, 0, 0] == 4 * 8


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kernel": 9}, "does not fit an image"),
        ({"stride": 0}, "stride must be at least 1"),
        ({"pad": -1}, "pad must be at least 0"),
        ({"groups": 2}, "groups must divide 6 input and 5 output channels, not 2"),
        ({"dtype": "int32"}, "must have types that the Tensor engine multiplies"),
        ({"weights_dtype": "int8"}, "must have types that the Tensor engine multiplies"),
    ],
)
def test_sizes_that_do_not_go_together(changes, message):
    sizes = {"n": 1, "h": 6, "w": 7, "cin": 6, "cout": 5, "kernel": 3}
    with pytest.raises(KernelError, match=message):
        conv2d.build("tiny", **(sizes | changes))


@pytest.mark.parametrize("config", ["tiny", "default", "small"])
@pytest.mark.parametrize("case", CASES)
def test_plan_covers_every_pixel_once(config, case):
    sizes = {"n": 1, "stride": 1, "pad": 0, "dilation": 1, "groups": 1} | CASES[case]
    shape = ConvShape(
        sizes["n"], sizes["cin"], sizes["cout"], (sizes["h"], sizes["w"]), pair(sizes["kernel"]),
        pair(sizes["stride"]), pair(sizes["pad"]), pair(sizes["dilation"]), sizes["groups"],
    )  # fmt: skip
    config = get_config(config)
    plan = make_plan(config, shape)
    seen = np.zeros((shape.images, *shape.out), dtype=int)
    for block in plan.load_blocks():
        for part in [block] if plan.flat else plan.accumulators(block):
            assert plan.flat or part.pixels <= config.psum_bank_words
            spans = (part.images, part.rows, part.columns)
            seen[tuple(slice(start, start + count) for start, count in spans)] += 1
    assert (seen == 1).all()
    slabs = plan.slabs(plan.pack * shape.group_cin, config.partitions)
    assert all(slab.rows <= config.partitions for slab in slabs)


def test_photograph_filter_uses_one_matmul_per_bank_of_pixels():
    """Nine taps of a one-channel 3x3 filter share the array's rows."""
    program = conv2d.build("default", h=64, w=640, cin=1, cout=5, kernel=3, pad=1)
    opcodes = [Opcode(raw[0]) for raw in program.streams[Stream.TENSOR]]
    assert opcodes.count(Opcode.MULTIPLY_MOVING) == 64 * 640 / 512
    assert opcodes.count(Opcode.LOAD_STATIONARY) == 1
