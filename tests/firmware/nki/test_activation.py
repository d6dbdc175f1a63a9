"""``activation`` and ``activation_reduce``: functions, sums, and the rules they check."""

from __future__ import annotations

import numpy as np
import pytest

from tinyneuron import nki, tables
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

from .tiles import load, save

X = np.random.default_rng(9).standard_normal((4, 19)).astype(np.float32)


@pytest.mark.parametrize("name", tables.STANDARD)
def test_every_function_of_the_language(run, name):
    def kernel(x):
        tile = load(x)
        nisa.activation(tile, getattr(nl, name), tile, scale=0.5, bias=0.75)
        return save(tile)

    argument = X * np.float32(0.5) + np.float32(0.75)
    wanted = tables.standard_table(name)(argument)
    np.testing.assert_array_equal(run(kernel, x=X), wanted)


def test_built_in_functions_and_the_slope_of_prelu(run):
    def kernel(x):
        tile, results = load(x), []
        for op in (nl.abs, nl.square, nl.sign, nl.prelu):
            results.append(nl.ndarray(x.shape, nl.float32))
            nisa.activation(results[-1], op, tile, relu_param=0.25)
        return tuple(map(save, results))

    wanted = [np.abs(X), X * X, np.sign(X), np.where(X < 0, X * np.float32(0.25), X)]
    for found, result in zip(run(kernel, x=X), wanted, strict=True):
        np.testing.assert_array_equal(found, result)


def test_a_table_of_ones_own_is_an_operation(run):
    clip = tables.fit(lambda x: np.clip(x, -1, 1), name="clip", rows=32)

    def kernel(x):
        tile = load(x)
        nisa.activation(tile, clip, tile)
        return save(tile)

    np.testing.assert_array_equal(run(kernel, x=X), np.clip(X, -1, 1))


def test_sums_over_the_free_axis(run):
    def kernel(x):
        tile = load(x)
        result, total, half = (nl.ndarray((4, n), nl.float32) for n in (19, 1, 1))
        nisa.activation_reduce(result, nl.exp, tile, nl.add, total)
        cmd = nisa.reduce_cmd
        nisa.activation(result[:, :10], nl.copy, tile[:, :10], reduce_op=nl.add,
                        reduce_cmd=cmd.reset_reduce)  # fmt: skip
        nisa.activation(result[:, 10:], nl.copy, tile[:, 10:], reduce_op=nl.add,
                        reduce_cmd=cmd.reduce, reduce_res=half)  # fmt: skip
        return save(total), save(half)

    outputs = run(kernel, x=X)
    exact = np.exp(X.astype(np.float64)).sum(1, keepdims=True)
    np.testing.assert_allclose(outputs[0], exact, rtol=1e-6)
    np.testing.assert_allclose(outputs[1], X.sum(1, keepdims=True), atol=4e-6)


CALLS = {
    "op must be an operation of the Scalar engine, not nl.add": {"op": nl.add},
    "reduce_op must be nl.add, not nl.maximum": {"reduce_op": nl.maximum},
    "reduce_op must be nl.add, not None": {"reduce_cmd": nisa.reduce_cmd.reduce},
    "reduce_cmd must not be load_reduce": {
        "reduce_op": nl.add, "reduce_cmd": nisa.reduce_cmd.load_reduce,
    },
    "reduce_cmd must be one of nki.isa.reduce_cmd, not 3": {"reduce_cmd": 3},
    "relu_param must be a number": {"op": nl.prelu, "relu_param": "steep"},
}  # fmt: skip


@pytest.mark.parametrize("message", CALLS)
def test_rules(run, message):
    def kernel(x):
        tile = load(x)
        nisa.activation(tile, **{"op": nl.exp, "data": tile, **CALLS[message]})
        return save(tile)

    with pytest.raises(nki.KernelError, match=rf"test_activation.py:\d+: .*{message}"):
        run(kernel, x=X)


def test_the_sum_has_one_element_in_each_partition(run):
    def kernel(x):
        tile = load(x)
        nisa.activation_reduce(tile, nl.exp, tile, nl.add, nl.ndarray((4, 2), nl.float32))
        return save(tile)

    with pytest.raises(nki.KernelError, match=r"reduce_res must be \[4, 1\], not \[4, 2\]"):
        run(kernel, x=X)
