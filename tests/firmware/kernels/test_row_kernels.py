"""Kernels on rows and channels against NumPy in float64, on golden."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.kernels.batch_norm import batch_norm
from tinyneuron.kernels.elementwise import gelu
from tinyneuron.kernels.loss import cross_entropy
from tinyneuron.kernels.norm import layer_norm, rms_norm
from tinyneuron.kernels.pool import average_pool, max_pool
from tinyneuron.kernels.rope import rope
from tinyneuron.kernels.softmax import softmax
from tinyneuron.kernels.top import argmax, top_k

KINDS = {"fp32": np.float32, "bf16": ml_dtypes.bfloat16, "fp16": np.float16}
EPS = {"fp32": 2e-6, "bf16": 1 / 128, "fp16": 1 / 1024}
"""What a result of order 1 may be off by: its rounding and a little."""


@pytest.fixture
def run(run_golden):
    def execute(kernel, arrays, config="tiny", **options):
        specs = {name: nki.TensorArg(a.shape, a.dtype) for name, a in arrays.items()}
        found = run_golden(nki.compile(kernel, config, specs | options), arrays)
        values = [value.astype(np.float64) for value in found.values()]
        return values if len(values) > 1 else values[0]

    return execute


def random(seed: int, shape: tuple[int, ...], dtype: str = "fp32") -> np.ndarray:
    return np.random.default_rng([31, seed]).standard_normal(shape).astype(KINDS[dtype])


@pytest.mark.parametrize("dtype", list(KINDS))
@pytest.mark.parametrize("shape", [(4, 32), (9, 50), (2, 3, 17), (1, 1)])
def test_softmax(run, dtype, shape):
    x = (4 * random(1, shape)).astype(KINDS[dtype])
    exact = np.exp(x.astype(np.float64) - x.astype(np.float64).max(-1, keepdims=True))
    exact /= exact.sum(-1, keepdims=True)
    np.testing.assert_allclose(run(softmax, {"x": x}), exact, atol=EPS[dtype])


@pytest.mark.parametrize("vectors", [(), ("gamma",), ("gamma", "beta")], ids=len)
@pytest.mark.parametrize("columns", [24, 96])
def test_layer_norm(run, columns, vectors):
    x = random(2, (6, columns)) + np.float32(10)
    given = {name: random(3 + at, (columns,)) for at, name in enumerate(vectors)}
    exact = x - x.astype(np.float64).mean(-1, keepdims=True)
    exact /= np.sqrt((exact**2).mean(-1, keepdims=True) + 1e-5)
    exact = exact * given.get("gamma", 1.0) + given.get("beta", 0.0)
    np.testing.assert_allclose(run(layer_norm, {"x": x, **given}), exact, atol=1e-4)


@pytest.mark.parametrize("dtype", list(KINDS))
@pytest.mark.parametrize("scaled", [False, True])
def test_rms_norm(run, dtype, scaled):
    x, gamma = random(5, (5, 40), dtype), random(6, (40,), dtype)
    wide = x.astype(np.float64)
    exact = wide / np.sqrt((wide**2).mean(-1, keepdims=True) + 1e-6)
    if scaled:
        exact *= gamma.astype(np.float64)
    found = run(rms_norm, {"x": x, "gamma": gamma} if scaled else {"x": x})
    np.testing.assert_allclose(found, exact, atol=4 * EPS[dtype], rtol=EPS[dtype])


@pytest.mark.parametrize("shape", [(2, 6, 5, 7), (3, 4)], ids=["images", "rows"])
@pytest.mark.parametrize("given", [False, True], ids=["own_moments", "given_moments"])
def test_batch_norm(run, shape, given):
    x, channels = random(7, shape) * 3 + 20, shape[1]
    vectors = {name: random(8 + at, (channels,)) for at, name in enumerate(("gamma", "beta"))}
    axes = tuple(axis for axis in range(len(shape)) if axis != 1)
    wide = x.astype(np.float64)
    mean, variance = wide.mean(axes), wide.var(axes)
    if given:
        mean, variance = (random(10, (channels,)), random(11, (channels,)) ** 2 + np.float32(0.5))
        vectors |= {"mean": mean, "variance": variance}
    column = (1, -1, *([1] * (len(shape) - 2)))
    m, v, g, b = (
        np.asarray(item, np.float64).reshape(column)
        for item in (mean, variance, vectors["gamma"], vectors["beta"])
    )
    exact = (wide - m) / np.sqrt(v + 1e-5) * g + b
    found = run(batch_norm, {"x": x.astype(np.float32), **vectors})
    np.testing.assert_allclose(found, exact, atol=2e-4)


def windows(x, window, stride, pad, outside):
    (tall, wide), (down, right) = window, stride
    padded = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (pad[0],) * 2, (pad[1],) * 2),
                    constant_values=outside)  # fmt: skip
    view = np.lib.stride_tricks.sliding_window_view(padded, (tall, wide), axis=(2, 3))
    return view[:, :, ::down, ::right]


POOLS = {
    "2x2": ((2, 2), (2, 2), (0, 0)),
    "3x3_overlapping": ((3, 3), (2, 2), (1, 1)),
    "1x5": ((1, 5), (1, 3), (0, 2)),
    "5x2": ((5, 2), (3, 1), (2, 1)),
}


@pytest.mark.parametrize("name", list(POOLS))
def test_max_pool(run, name):
    window, stride, pad = POOLS[name]
    x = random(12, (2, 5, 9, 11), "bf16")
    exact = windows(x, window, stride, pad, -np.inf).max((-2, -1))
    found = run(max_pool, {"x": x}, window=window, stride=stride, pad=pad)
    np.testing.assert_array_equal(found, exact)


@pytest.mark.parametrize("count_include_pad", [True, False])
@pytest.mark.parametrize("name", list(POOLS))
def test_average_pool(run, name, count_include_pad):
    window, stride, pad = POOLS[name]
    x = random(13, (1, 5, 9, 11))
    total = windows(x, window, stride, pad, 0.0).sum((-2, -1))
    inside = windows(np.ones_like(x), window, stride, pad, 0.0).sum((-2, -1))
    exact = total / (window[0] * window[1] if count_include_pad else inside)
    how = {"window": window, "stride": stride, "pad": pad, "count_include_pad": count_include_pad}
    np.testing.assert_allclose(run(average_pool, {"x": x}, **how), exact, atol=2e-6)


def test_a_tall_image_is_pooled_in_bands(run):
    x = random(14, (1, 3, 90, 24))
    exact = windows(x, (3, 3), (1, 1), (1, 1), -np.inf).max((-2, -1))
    found = run(max_pool, {"x": x}, window=3, stride=1, pad=1)
    np.testing.assert_array_equal(found, exact)


@pytest.mark.parametrize("k", [1, 8, 11, 24])
def test_top_k(run, k):
    x = np.random.default_rng(15).permutation(6 * 24).reshape(6, 24).astype(np.float32)
    values, indices = run(top_k, {"x": x}, k=k)
    order = np.argsort(-x, axis=1)[:, :k]
    np.testing.assert_array_equal(indices, order)
    np.testing.assert_array_equal(values, np.take_along_axis(x, order, axis=1))


def test_argmax_takes_the_first_of_equal_ones(run):
    x = random(16, (7, 20))
    x[2, [4, 9]] = x[5, [0, 19]] = 50.0
    np.testing.assert_array_equal(run(argmax, {"x": x}), x.argmax(axis=1))


@pytest.mark.parametrize("shape", [(6, 8), (5, 3, 12)])
def test_rope(run, shape):
    x, half = random(17, shape), shape[-1] // 2
    angle = np.arange(shape[0])[:, None] / 100.0 ** (np.arange(half) / half)
    cos, sin = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    a, b = x[..., :half].astype(np.float64), x[..., half:].astype(np.float64)
    c, s = (cos[:, None], sin[:, None]) if len(shape) == 3 else (cos, sin)
    exact = np.concatenate([a * c - b * s, b * c + a * s], axis=-1)
    np.testing.assert_allclose(run(rope, {"x": x, "cos": cos, "sin": sin}), exact, atol=1e-6)


@pytest.mark.parametrize("dtype", list(KINDS))
def test_cross_entropy(run, dtype):
    logits = (3 * random(18, (9, 30))).astype(KINDS[dtype])
    labels = np.random.default_rng(19).integers(0, 30, 9).astype(np.int32)
    wide = logits.astype(np.float64)
    exact = np.log(np.exp(wide).sum(-1)) - wide[np.arange(9), labels]
    found = run(cross_entropy, {"logits": logits, "labels": labels})
    np.testing.assert_allclose(found, exact, atol=5e-6)


@pytest.mark.parametrize("shape", [(3, 7), (16, 130), (1, 1)])
def test_gelu_of_any_number_of_elements(run, shape):
    x = 3 * random(20, shape)
    wide = x.astype(np.float64)
    from math import erf

    exact = wide * 0.5 * (1 + np.vectorize(erf)(wide / np.sqrt(2)))
    np.testing.assert_allclose(run(gelu, {"x": x}), exact, atol=2e-6)


@pytest.mark.parametrize(
    ("kernel", "arrays", "options", "message"),
    [
        (softmax, {"x": np.zeros((2, 3), np.int32)}, {}, "softmax: x must be floats"),
        (layer_norm, {"x": np.zeros((2, 3), np.float32), "gamma": np.zeros(4, np.float32)}, {},
         r"layer_norm: gamma must be \[3\]"),
        (max_pool, {"x": np.zeros((1, 1, 4, 4), np.float32)}, {"window": 5},
         r"a window of \(5, 5\) does not fit"),
        (max_pool, {"x": np.zeros((1, 1, 4, 4), np.float32)}, {"window": 2, "pad": 2},
         "pad must be at most half the window"),
        (max_pool, {"x": np.zeros((1, 1, 4, 4), np.float32)}, {"window": 0}, "at least 1, not 0"),
        (top_k, {"x": np.zeros((2, 9), np.float32)}, {"k": 10}, "k = 10 from 1"),
        (rope, {"x": np.zeros((2, 7), np.float32), "cos": np.zeros((2, 3), np.float32),
                "sin": np.zeros((2, 3), np.float32)}, {}, "with D even"),
        (cross_entropy, {"logits": np.zeros((2, 9), np.float32), "labels": np.zeros(3, np.int32)},
         {}, r"labels must be \[2\] of integers"),
        (batch_norm, {"x": np.zeros((2, 3), np.float32), "gamma": np.zeros(3, np.float32),
                      "beta": np.zeros(3, np.float16)}, {}, r"beta must be \[3\] of fp32"),
    ],
)  # fmt: skip
def test_broken_rules_name_the_value(run, kernel, arrays, options, message):
    with pytest.raises(nki.KernelError, match=message):
        run(kernel, arrays, **options)
