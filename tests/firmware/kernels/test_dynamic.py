"""Kernels of a length that is known when they run, on golden against NumPy in float64: one program,
every length, several schedules, no race and no read of what was not written."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.kernels import dynamic_attention, dynamic_matmul, dynamic_softmax
from tinyneuron_hw.config import get_config

SEED = 77
KINDS = {"fp32": np.float32, "bf16": ml_dtypes.bfloat16, "fp16": np.float16}
EPS = {"fp32": 2e-6, "bf16": 1 / 64, "fp16": 1 / 512}
CONFIGS = {
    "tiny": get_config("tiny"),
    "no_gpsimd": get_config("tiny").with_changes(name="v1", has_gpsimd=False, dma_engines=4),
    "one_queue": get_config("tiny").with_changes(name="q1", dma_engines=1),
    "wide": get_config("tiny").with_changes(name="w", columns=8),
    "narrow": get_config("tiny").with_changes(name="n", partitions=8, columns=4),
}


def word(value: int) -> np.ndarray:
    return np.array([value], np.int32)


def normal(*shape: int, dtype: str = "fp32") -> np.ndarray:
    return np.random.default_rng([SEED, *shape]).standard_normal(shape).astype(KINDS[dtype])


def attention(q: np.ndarray, k: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Of ``q[D, L]``, ``k[D, L]``, ``v[L, D]``."""
    q, k, v = (item.astype(np.float64) for item in (q, k, v))
    scores = q.T @ k / np.sqrt(len(q))
    powers = np.exp(scores - scores.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True) @ v


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("length", [0, 1, 4, 7, 8, 13])
def test_matmul_of_some_rows(run_golden, config, length):
    program = dynamic_matmul.build(CONFIGS[config], 13, 9, 70, "fp16", out_dtype="fp32")
    lhs, rhs = normal(9, 13, dtype="fp16"), normal(9, 70, dtype="fp16")
    inputs = {"lhsT": lhs, "rhs": rhs, "rows": word(length)}
    found = run_golden(program, inputs, seed=length, runs=2)["out"]
    exact = lhs.astype(np.float64).T @ rhs.astype(np.float64)
    np.testing.assert_allclose(found[:length], exact[:length], atol=1e-4)
    assert not found[length:].any()


@pytest.mark.parametrize("dtype", KINDS)
def test_matmul_of_every_type(run_golden, dtype):
    lhs, rhs = normal(6, 9, dtype=dtype), normal(6, 5, dtype=dtype)
    program = dynamic_matmul.build("tiny", 9, 6, 5, dtype)
    found = run_golden(program, {"lhsT": lhs, "rhs": rhs, "rows": word(7)})["out"]
    exact = lhs.astype(np.float64).T @ rhs.astype(np.float64)
    np.testing.assert_allclose(found[:7].astype(np.float64), exact[:7], rtol=EPS[dtype], atol=0.01)


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("rows", [0, 1, 5, 9])
def test_softmax_of_some_rows_and_columns(run_golden, config, rows):
    program = dynamic_softmax.build(CONFIGS[config], 9, 40, "fp32", dynamic_columns=True)
    x = 4 * normal(9, 40)
    for columns in (1, 7, 8, 40):
        inputs = {"x": x, "rows": word(rows), "columns": word(columns)}
        found = run_golden(program, inputs, seed=columns)["out"]
        powers = np.exp(x[:rows, :columns].astype(np.float64))
        exact = np.zeros((9, 40))
        exact[:rows, :columns] = powers / powers.sum(1, keepdims=True)
        np.testing.assert_allclose(found, exact, atol=EPS["fp32"])


@pytest.mark.parametrize("dtype", KINDS)
def test_softmax_of_whole_rows(run_golden, dtype):
    x = normal(7, 12, dtype=dtype)
    program = dynamic_softmax.build("tiny", 7, 12, dtype)
    found = run_golden(program, {"x": x, "rows": word(5)})["out"][:5].astype(np.float64)
    powers = np.exp(x[:5].astype(np.float64))
    np.testing.assert_allclose(found, powers / powers.sum(1, keepdims=True), atol=EPS[dtype])


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("length", [1, 2, 4, 5, 11, 20])
def test_attention_of_a_length(run_golden, config, length):
    q, k, v = (normal(*shape, dtype="fp16") for shape in ((6, 20), (6, 20), (20, 6)))
    program = dynamic_attention.build(CONFIGS[config], 20, 6, "fp16", out_dtype="fp32")
    inputs = {"qT": q, "kT": k, "v": v, "length": word(length)}
    found = run_golden(program, inputs, seed=length, runs=2)["out"]
    exact = attention(q[:, :length], k[:, :length], v[:length])
    np.testing.assert_allclose(found[:length], exact, atol=1e-3)
    assert not found[length:].any()


@pytest.mark.parametrize("dtype", KINDS)
@pytest.mark.parametrize("depth", [1, 4, 17])
def test_attention_of_every_type(run_golden, dtype, depth):
    """Scores reach over two banks of PSUM."""
    shapes = ((depth, 90), (depth, 90), (90, depth))
    q, k, v = (normal(*shape, dtype=dtype) for shape in shapes)
    program = dynamic_attention.build("tiny", 90, depth, dtype)
    found = run_golden(program, {"qT": q, "kT": k, "v": v, "length": word(70)})["out"]
    exact = attention(q[:, :70], k[:, :70], v[:70])
    np.testing.assert_allclose(found[:70].astype(np.float64), exact, atol=2 * EPS[dtype])


def test_programs_do_not_grow_with_the_longest_length():
    builds = {
        "matmul": lambda most: dynamic_matmul.build("tiny", most, 8, 8),
        "softmax": lambda most: dynamic_softmax.build("tiny", most, 8),
        "attention": lambda most: dynamic_attention.build("tiny", most, 8),
    }
    for name, build in builds.items():
        assert build(40).instruction_count == build(120).instruction_count, name


FP16, LENGTH = "fp16", nki.TensorArg((1,), "int32")
WRONG = {
    "rows": (dynamic_matmul.dynamic_matmul, {"lhsT": (4, 4), "rhs": (4, 4)},
             nki.TensorArg((2,), "int32"), r"rows must be \[1\] of int32"),
    "type": (dynamic_softmax.dynamic_softmax, {"x": (4, 4)}, nki.TensorArg((1,), "fp32"),
             r"rows must be \[1\] of int32"),
    "depth": (dynamic_matmul.dynamic_matmul, {"lhsT": (4, 4), "rhs": (5, 4)}, LENGTH,
              r"must be \[K, M\] and \[K, N\]"),
    "axes": (dynamic_softmax.dynamic_softmax, {"x": (4, 4, 4)}, LENGTH, "x must have 2 axes"),
    "heads": (dynamic_attention.dynamic_attention, {"qT": (4, 9), "kT": (4, 9), "v": (4, 9)},
              LENGTH, r"must be \[D, S\], \[D, S\] and \[S, D\] of one type"),
    "wide": (dynamic_attention.dynamic_attention, {"qT": (65, 9), "kT": (65, 9), "v": (9, 65)},
             LENGTH, "qT must be floats with D at most 64"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_go_together(name):
    kernel, shapes, length, message = WRONG[name]
    specs = {key: nki.TensorArg(shape, FP16) for key, shape in shapes.items()}
    last = "length" if "qT" in shapes else "rows"
    with pytest.raises(nki.KernelError, match=message):
        nki.compile(kernel, "tiny", specs | {last: length})


def test_products_of_integers_are_for_the_other_kernel():
    specs = {name: nki.TensorArg((4, 4), "int8") for name in ("lhsT", "rhs")}
    with pytest.raises(nki.KernelError, match="must be floats that are multiplied together"):
        nki.compile(dynamic_matmul.dynamic_matmul, "tiny", specs | {"rows": LENGTH})
