"""Attention against NumPy in float32, on golden."""

from __future__ import annotations

import math

import ml_dtypes
import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.bench.layers import attention_reference
from tinyneuron.kernels import attention
from tinyneuron.kernels.attention_plan import AttentionShape, make_plan
from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import DType

KINDS = {"fp32": np.float32, "bf16": ml_dtypes.bfloat16, "fp16": np.float16}
UNIT = {"fp32": 2.0**-24, "bf16": 2.0**-8, "fp16": 2.0**-11}
"""Half a unit in the last place, relative."""


def random(seed: int, *shape: int, dtype: str = "bf16") -> np.ndarray:
    return np.random.default_rng([41, seed]).standard_normal(shape).astype(KINDS[dtype])


def compiled(q, k, v, config="tiny", *, turned=False, **how):
    """The program and its inputs."""
    inputs = {"q": q, "k": k}
    if not turned:
        inputs = {f"{name}T": np.ascontiguousarray(x.swapaxes(-1, -2))
                  for name, x in inputs.items()}  # fmt: skip
    inputs["v"] = v
    specs = {name: nki.TensorArg(x.shape, x.dtype) for name, x in inputs.items()}
    return nki.compile(attention.attention, config, specs | how), inputs


@pytest.fixture
def run(run_golden):
    def execute(q, k, v, config="tiny", **how):
        program, inputs = compiled(q, k, v, config, **how)
        return run_golden(program, inputs)["out"].astype(np.float32)

    return execute


def check(found, q, k, v, *, weights=4e-6, **how):
    """Within what the exponentials' and the result's rounding make, each element for itself.
    ``weights``: relative error of an exponential in FP32, most of it of its argument."""
    kind = next(name for name, dtype in KINDS.items() if v.dtype == dtype)
    q, k, v = (x.astype(np.float32) for x in (q, k, v))
    exact = attention_reference(q, k, v, **how)
    magnitude = attention_reference(q, k, np.abs(v), **how)
    limit = UNIT[kind] * (magnitude + np.abs(exact)) + weights * magnitude + 2.0**-24
    worst = (np.abs(found - exact) / limit).max()
    assert worst <= 1, f"{worst} times the bound"


SHAPES = {
    "one_tile": ("tiny", 1, 1, 4, 4, 4, 4),
    "one_position": ("tiny", 2, 2, 1, 1, 5, 3),
    "ragged": ("tiny", 2, 2, 10, 10, 6, 6),
    "one_query_of_many_keys": ("tiny", 2, 2, 1, 75, 7, 5),
    "several_blocks_of_keys": ("tiny", 1, 1, 9, 150, 6, 7),
    "keys_too_many_to_stay": ("tiny", 1, 1, 38, 130, 16, 40),
    "heads_that_share_keys": ("tiny", 6, 2, 7, 9, 5, 8),
    "diagonal_across_blocks_of_keys": ("tiny", 1, 1, 10, 72, 5, 5),
    "head_of_a_bank": ("tiny", 1, 1, 6, 70, 64, 64),
    "queries_wider_than_a_bank": ("tiny", 1, 1, 5, 9, 90, 4),
    "wide_array": ("default,partitions=8,columns=16", 2, 2, 21, 21, 12, 10),
    "tall_array": ("default,partitions=16,columns=8", 2, 2, 21, 21, 12, 10),
    "default": ("default", 2, 1, 40, 61, 24, 20),
}
"""Name -> configuration, heads, heads of keys, S, T, D, E."""


@pytest.mark.parametrize("causal", [False, True], ids=["all", "causal"])
@pytest.mark.parametrize("name", SHAPES)
def test_shapes(run, name, causal):
    config, heads, shared, queries, keys, depth, width = SHAPES[name]
    q, k, v = (random(1, heads, queries, depth), random(2, shared, keys, depth),
               random(3, shared, keys, width))  # fmt: skip
    found = run(q, k, v, config, causal=causal)
    check(found, q, k, v, causal=causal)


@pytest.mark.parametrize("turned", [False, True], ids=["qT", "q"])
@pytest.mark.parametrize("dtype", KINDS)
def test_types_and_layouts(run, dtype, turned):
    q, k, v = (random(4 + at, 2, 9, 11, dtype=dtype) for at in range(3))
    found = run(q, k, v, turned=turned, causal=True)
    check(found, q, k, v, causal=True)


def test_images_and_heads_are_leading_axes(run):
    q, k, v = random(7, 2, 4, 5, 6), random(8, 2, 2, 5, 6), random(9, 2, 2, 5, 6)
    found = run(q, k, v)
    assert found.shape == (2, 4, 5, 6)
    for image in range(2):
        check(found[image], q[image], k[image], v[image])


def test_a_scale_and_a_type_of_the_result(run_golden):
    q, k, v = (random(10 + at, 1, 6, 8) for at in range(3))
    program, inputs = compiled(q, k, v, scale=0.25, out_dtype="fp32")
    found = run_golden(program, inputs)["out"]
    assert found.dtype == np.float32
    check(found, q, k, v, scale=0.25)


@pytest.mark.parametrize("dtype", ["bf16", "fp32"])
@pytest.mark.parametrize("size", [30.0, 1e4, 1e15])
def test_scores_as_large_as_fp32_holds_do_not_overflow(run, size, dtype):
    # exp() of them is far above the largest FP32 number. A few keys of a query share the weight.
    q, k, v = random(13, 1, 8, 4, dtype=dtype), random(14, 1, 140, 4, dtype=dtype), None
    k[:, 100:110] = k[:, 40:50]
    v = random(15, 1, 140, 5, dtype=dtype)
    q = (q.astype(np.float32) * size).astype(q.dtype)
    k = (k.astype(np.float32) * size).astype(k.dtype)
    found = run(q, k, v)
    assert np.isfinite(found).all()
    # Scores differ by far more than one, or not at all, so that their error decides nothing.
    check(found, q, k, v, weights=1e-2)


@pytest.mark.parametrize("direction", [1, -1], ids=["growing", "shrinking"])
def test_maxima_that_move_from_block_to_block(run, direction):
    # Of three blocks of keys each raises the scores by hundreds, or lowers them.
    q, v = np.ones((1, 5, 4), np.float32), random(16, 1, 190, 6, dtype="fp32")
    k = random(17, 1, 190, 4, dtype="fp32")
    k += (direction * (np.arange(190) // 64) * 300)[None, :, None].astype(np.float32)
    found = run(q, k, v)
    check(found, q, k, v, weights=1e-3)


def test_equal_scores_give_the_mean(run):
    q, k = np.zeros((1, 5, 4), np.float32), random(18, 1, 150, 4, dtype="fp32")
    v = random(19, 1, 150, 3, dtype="fp32")
    found = run(q, k, v)
    np.testing.assert_allclose(found, np.broadcast_to(v.mean(1, keepdims=True), found.shape),
                               atol=1e-6)  # fmt: skip


def test_a_causal_query_does_not_see_what_follows(run):
    q, k, v = (random(20 + at, 1, 21, 6) for at in range(3))
    whole = run(q, k, v, causal=True)
    k[:, 13:] = 100
    v[:, 13:] = -100
    np.testing.assert_array_equal(run(q, k, v, causal=True)[:, :13], whole[:, :13])


def test_every_key_is_met_once():
    shape = AttentionShape(4, 2, 37, 150, 6, 6, causal=True)
    plan = make_plan(get_config("tiny"), shape, DType.BF16)
    seen = np.zeros((4, 37, 150), int)
    for pair in range(2):
        for tiles in plan.groups(pair):
            for tile in tiles:
                for block in plan.blocks():
                    keys = slice(block.first, block.first + plan.seen(tile, block))
                    seen[tile.head, tile.first : tile.first + tile.rows, keys] += 1
    needed = np.arange(150) <= np.arange(37)[:, None] + 113
    assert (seen[:, needed] == 1).all()
    assert seen.max() == 1


RULES = {
    "takes one of q and qT, not 0": {"qT": None},
    "takes one of k and kT, not 2": {"k": nki.TensorArg((2, 8, 6), "bf16")},
    "v must have at least 3 axes": {"v": nki.TensorArg((8, 6), "bf16")},
    "must be bf16, fp16 or fp32, all of one type": {"v": nki.TensorArg((2, 8, 6), "fp32")},
    "q and k must have one D, k and v one T": {"v": nki.TensorArg((2, 9, 6), "bf16")},
    "leading axes must be the same": {"v": nki.TensorArg((1, 8, 6), "bf16")},
    "a multiple of those of k and v, not 3 of 2": {"qT": nki.TensorArg((3, 6, 8), "bf16")},
    "E must be at most 64, a PSUM bank in fp32, not 65": {"v": nki.TensorArg((2, 8, 65), "bf16")},
    "at least as many keys as queries, not 8 and 9": {
        "qT": nki.TensorArg((2, 6, 9), "bf16"), "causal": True,
    },
    "scale must be above 0, not -1.0": {"scale": -1.0},
    "scale must be above 0, not nan": {"scale": math.nan},
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_broken_rules_name_the_value(rule):
    specs = {"qT": nki.TensorArg((2, 6, 8), "bf16"), "kT": nki.TensorArg((2, 6, 8), "bf16"),
             "v": nki.TensorArg((2, 8, 6), "bf16")}  # fmt: skip
    with pytest.raises(nki.KernelError, match=rule):
        nki.compile(attention.attention, "tiny", specs | RULES[rule])
