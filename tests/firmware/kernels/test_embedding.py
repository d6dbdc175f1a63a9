"""Rows of a table by index against NumPy, on golden: every byte."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

import tinyneuron as tn
from tinyneuron import nki
from tinyneuron.kernels.embedding import embedding

KINDS = {"bf16": ml_dtypes.bfloat16, "fp32": np.float32, "int8": np.int8}


@pytest.fixture
def run(run_golden):
    def execute(table, tokens, config="tiny", **how):
        inputs = {"table": table, "tokens": tokens}
        specs = {name: nki.TensorArg(x.shape, x.dtype) for name, x in inputs.items()}
        return run_golden(nki.compile(embedding, config, specs | how), inputs)["out"]

    return execute


def table_of(rows: int, columns: int, dtype: str) -> np.ndarray:
    rng = np.random.default_rng([42, rows, columns])
    return (20 * rng.standard_normal((rows, columns))).astype(KINDS[dtype])


@pytest.mark.parametrize("dtype", KINDS)
@pytest.mark.parametrize(
    ("rows", "columns", "shape"),
    [(50, 24, (37,)), (9, 5, (2, 3, 7)), (1, 1, (1,)), (7, 3000, (6,)), (300, 130, (4, 8))],
    ids=str,
)
def test_rows(run, rows, columns, shape, dtype):
    table = table_of(rows, columns, dtype)
    tokens = np.random.default_rng(43).integers(0, rows, shape).astype(np.int32)
    found = run(table, tokens)
    assert found.shape == (*shape, columns)
    assert found.tobytes() == table[tokens].tobytes()


def test_the_same_row_many_times(run):
    table = table_of(3, 8, "fp32")
    tokens = np.full(21, 2, np.uint32)
    assert run(table, tokens, "default").tobytes() == table[tokens].tobytes()


OUTSIDE = [-1, 20, 2**31 - 1, -(2**31)]


@pytest.mark.parametrize("columns", [6, 2500])
def test_a_token_outside_gives_zeros_when_that_is_asked(run, columns):
    table = table_of(20, columns, "bf16")
    tokens = np.random.default_rng(44).integers(0, 20, 23).astype(np.int32)
    tokens[[0, 5, 11, 22]] = OUTSIDE
    expected = table[np.clip(tokens, 0, 19)]
    expected[[0, 5, 11, 22]] = 0
    assert run(table, tokens, outside="zero").tobytes() == expected.tobytes()


@pytest.mark.parametrize("token", OUTSIDE)
def test_a_token_outside_traps(token):
    specs = {"table": nki.TensorArg((20, 6), "fp32"), "tokens": nki.TensorArg((9,), "int32")}
    program = nki.compile(embedding, "tiny", specs)
    tokens = np.zeros(9, np.int32)
    tokens[7] = token
    with tn.open_device("golden", "tiny") as device:
        model = device.load(program)
        with pytest.raises(tn.TrapError, match="OUT_OF_RANGE"):
            model.run({"table": table_of(20, 6, "fp32"), "tokens": tokens})


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"table": nki.TensorArg((2, 3, 4), "fp32")}, r"table must be \[V, D\]"),
        ({"tokens": nki.TensorArg((5,), "fp32")}, "tokens int32 or uint32"),
        ({"outside": "clip"}, "outside must be one of error, zero, not 'clip'"),
    ],
)
def test_broken_rules_name_the_value(how, message):
    specs = {"table": nki.TensorArg((20, 6), "fp32"), "tokens": nki.TensorArg((9,), "int32")}
    with pytest.raises(nki.KernelError, match=message):
        nki.compile(embedding, "tiny", specs | how)
