"""The convolution kernel on the RTL: golden's bytes, and golden within the rounding bound."""

from __future__ import annotations

import random

import numpy as np
import pytest

from tinyneuron.bench.kernels import conv2d_reference
from tinyneuron.kernels import conv1d, conv2d
from tinyneuron.runtime.dtypes import numpy_dtype
from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import FORMATS, get_dtype

from .bits import any_bits, require_goldens_bytes
from .bounds import matmul_bound

SEED = 56
RANDOM_CONVS = 25
PHOTO_LIKE = {
    "n": 1, "h": 30, "w": 70, "cin": 1, "cout": 5, "kernel": 3, "stride": 1, "pad": 1,
    "dilation": 1, "groups": 1,
}  # fmt: skip


def random_convs() -> list[dict[str, int]]:
    rng = random.Random(SEED)
    shapes = []
    while len(shapes) < RANDOM_CONVS:
        groups = rng.choice([1, 1, 1, 2, 3, 4])
        shape = {
            "n": rng.randint(1, 3), "h": rng.randint(1, 24), "w": rng.randint(1, 24),
            "cin": groups * rng.randint(1, 20), "cout": groups * rng.randint(1, 20),
            "kernel": rng.choice([1, 1, 2, 3, 3, 5, 7]), "stride": rng.choice([1, 1, 2, 3]),
            "pad": rng.randint(0, 3), "dilation": rng.choice([1, 1, 2, 3]), "groups": groups,
        }  # fmt: skip
        reach = shape["dilation"] * (shape["kernel"] - 1) + 1
        if min(shape["h"], shape["w"]) + 2 * shape["pad"] >= reach:
            shapes.append(shape)
    return shapes


def name(shape: dict[str, int]) -> str:
    return "-".join(f"{key[0]}{value}" for key, value in shape.items())


@pytest.mark.parametrize("config", ["tiny", "default"])
@pytest.mark.parametrize("shape", [*random_convs(), PHOTO_LIKE], ids=name)
def test_rtl_equals_golden_and_golden_is_within_the_bound(device, config, shape):
    print(f"seed {SEED}, {shape}")
    rng = np.random.default_rng([SEED, *shape.values()])
    kind = numpy_dtype(get_dtype("bf16"))
    image = rng.standard_normal((shape["n"], shape["cin"], shape["h"], shape["w"])).astype(kind)
    depth = shape["cin"] // shape["groups"]
    weights = rng.standard_normal((depth, shape["kernel"], shape["kernel"], shape["cout"]))
    weights = weights.astype(kind)
    program = conv2d.build(get_config(config), **shape, dtype="bf16")
    outputs = {}
    for target in ("golden", "verilator"):
        model = device(target, config).load(program)
        outputs[target] = model.run({"image": image, "weights": weights}).outputs["out"]
        model.unload()
    assert outputs["verilator"].tobytes() == outputs["golden"].tobytes()
    how = {key: shape[key] for key in ("stride", "pad", "dilation", "groups")}
    exact = conv2d_reference(image, weights, **how)
    magnitudes = conv2d_reference(np.abs(image), np.abs(weights), **how)
    terms = depth * shape["kernel"] ** 2
    bound = matmul_bound(exact, magnitudes, 2 * terms, "bf16")
    assert (np.abs(outputs["golden"].astype(np.float64) - exact) <= bound).all()


OTHERS = [
    (conv2d, {"n": 2, "h": 9, "w": 11, "cin": 21, "cout": 18, "kernel": 3, "pad": 1}),
    (conv2d, {"h": 12, "w": 13, "cin": 19, "cout": 19, "groups": 19, "kernel": 3, "stride": 2}),
    (conv1d, {"n": 2, "length": 90, "cin": 3, "cout": 20, "kernel": 9, "pad": 4, "stride": 2}),
    (conv1d, {"length": 50, "cin": 24, "cout": 8, "groups": 4, "kernel": 3, "dilation": 2}),
]
TYPES = [("int8", "uint8"), ("uint8", "int8"), ("fp8_e4m3", "bf16"), ("fp32", "fp32")]


@pytest.mark.parametrize(
    ("config", "types"),
    [("tiny", types) for types in TYPES[:3]] + [("default", types) for types in TYPES[::3]],
    ids=str,
)
@pytest.mark.parametrize("case", OTHERS, ids=lambda case: name(case[1]))
def test_other_types_and_lines_equal_golden(device, config, types, case):
    """Any bits of the operands; results of integers are scaled by output channel."""
    kernel, sizes = case
    is_integer = not FORMATS[get_dtype(types[0])].is_float
    program = kernel.build(get_config(config), **sizes, dtype=types[0], weights_dtype=types[1],
                           scale=is_integer, bias=is_integer,
                           out_dtype="bf16" if is_integer else None)  # fmt: skip
    rng = np.random.default_rng([SEED, *sizes.values()])
    require_goldens_bytes(device, config, program, any_bits(program, rng))
