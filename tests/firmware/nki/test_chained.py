"""Chained operations, running results and selections in the kernel language, on golden against
NumPy."""

import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

from .tiles import load, save

RNG = np.random.default_rng(9)
X, Y = (RNG.standard_normal((4, 30)).astype(np.float32) for _ in range(2))
COLUMN = np.array([[0.5], [-2.0], [3.0], [0.0]], np.float32)
MASK = (RNG.random((4, 30)) < 0.4).astype(np.uint8)


def like(tile, dtype=None):
    return nl.ndarray(tile.shape, dtype or tile.dtype)


def test_two_operations_with_a_number_and_a_tile(run):
    def kernel(x, y, c):
        data, other = load(x), load(y)
        result = like(data)
        nisa.scalar_tensor_tensor(result, data, nl.subtract, load(c), nl.multiply, other,
                                  reverse0=True)  # fmt: skip
        return save(result)

    np.testing.assert_array_equal(run(kernel, x=X, y=Y, c=COLUMN), (COLUMN - X) * Y)


def test_reductions_go_on_from_instruction_to_instruction(run):
    def kernel(x):
        data, result = load(x), None
        result, sums = like(data), nl.ndarray((4, 1), nl.float32)
        nisa.tensor_scalar_reduce(result[:, 0:16], data[:, 0:16], nl.multiply, 2.0, nl.maximum)
        nisa.tensor_scalar_reduce(result[:, 16:30], data[:, 16:30], nl.multiply, 2.0, nl.maximum,
                                  sums, reduce_cmd=nisa.reduce_cmd.reduce)  # fmt: skip
        return save(result), save(sums)

    result, sums = run(kernel, x=X)
    np.testing.assert_array_equal(result, 2 * X)
    np.testing.assert_array_equal(sums[:, 0], (2 * X).max(axis=1))


def test_a_reduction_starts_from_a_value(run):
    def kernel(x, c):
        data, total = load(x), nl.ndarray((4, 1), nl.float32)
        nisa.tensor_scalar_reduce(like(data), data, nl.add, 0.0, nl.add, total,
                                  reduce_cmd=nisa.reduce_cmd.load_reduce, reduce_init=load(c),
                                  reduce_res_negate=True)  # fmt: skip
        return save(total)

    expected = -(X.astype(np.float64).sum(axis=1, keepdims=True) + COLUMN)
    np.testing.assert_allclose(run(kernel, x=X, c=COLUMN), expected, atol=1e-5)


def test_scan_is_a_linear_recurrence(run):
    def kernel(a, x, c):
        decay, data = load(a), load(x)
        result = like(data)
        nisa.tensor_tensor_scan(result, decay, data, load(c), nl.multiply, nl.add)
        return save(result)

    decay, state = np.abs(Y) / 3, COLUMN[:, 0].copy()
    expected = np.empty_like(X)
    for i in range(X.shape[1]):
        state = decay[:, i] * state + X[:, i]
        expected[:, i] = state
    np.testing.assert_array_equal(run(kernel, a=decay, x=X, c=COLUMN), expected)


def test_cumulative_product_goes_on_in_the_next_instruction(run):
    def kernel(x):
        data, result = load(x), nl.ndarray(x.shape, nl.float32)
        for first, command in ((0, "reset_reduce"), (15, "reduce")):
            part = nl.ds(first, 15)
            nisa.tensor_scalar_cumulative(result[:, part], data[:, part], nl.add, nl.multiply, 1.0,
                                          reduce_cmd=nisa.reduce_cmd[command])  # fmt: skip
        return save(result)

    np.testing.assert_array_equal(run(kernel, x=X), np.cumprod(X + np.float32(1), axis=1))


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("source", ["tile", "number"])
def test_predicated_copy_leaves_the_rest(run, source, reverse):
    def kernel(x, y, m):
        result, other, mask = load(x), load(y), load(m)
        nisa.tensor_copy_predicated(result, other if source == "tile" else 7.5, mask, reverse)
        return save(result)

    chosen = (MASK == 0) if reverse else (MASK != 0)
    expected = np.where(chosen, Y if source == "tile" else np.float32(7.5), X)
    np.testing.assert_array_equal(run(kernel, x=X, y=Y, m=MASK), expected)


def test_select_and_its_maximum(run):
    def kernel(x, m, c):
        data, mask, highest = load(x), load(m), nl.ndarray((4, 1), nl.float32)
        result = like(data)
        nisa.select_reduce(result, mask, data, load(c), highest,
                           reduce_cmd=nisa.reduce_cmd.reset_reduce)  # fmt: skip
        return save(result), save(highest)

    result, highest = run(kernel, x=X, m=MASK, c=COLUMN)
    expected = np.where(MASK != 0, X, COLUMN)
    np.testing.assert_array_equal(result, expected)
    np.testing.assert_array_equal(highest[:, 0], expected.max(axis=1))


def test_range_select_keeps_what_lies_between_its_bounds(run):
    first, last = np.array([[0], [3], [29], [40]]), np.array([[30], [7], [30], [50]])

    def kernel(x, a, b):
        data, highest = load(x), nl.ndarray((4, 1), nl.float32)
        result = like(data)
        nisa.range_select(result, data, nl.greater_equal, nl.less, load(a), load(b),
                          reduce_res=highest, range_start=1)  # fmt: skip
        return save(result), save(highest)

    bounds = {"a": first.astype(np.float32), "b": last.astype(np.float32)}
    result, highest = run(kernel, x=X, **bounds)
    index = np.arange(30) + 1
    expected = np.where((index >= first) & (index < last), X, np.finfo(np.float32).min)
    np.testing.assert_array_equal(result, expected)
    np.testing.assert_array_equal(highest[:, 0], expected.max(axis=1))


def test_affine_select_is_a_causal_mask(run):
    x = RNG.standard_normal((4, 12)).astype(np.float32)

    def kernel(x):
        data = load(x)
        result = like(data, nl.bfloat16)
        nisa.affine_select(result, [[-1, 12]], 3, data, -np.inf, nl.greater_equal, offset=2)
        return save(result)

    place = 2 + 3 * np.arange(4)[:, None] - np.arange(12)
    expected = np.where(place >= 0, x, -np.inf).astype(run(kernel, x=x).dtype)
    np.testing.assert_array_equal(run(kernel, x=x), expected)


@pytest.mark.parametrize("columns", [1, 12])
def test_affine_select_writes_over_what_it_reads(run, columns):
    x = RNG.standard_normal((4, columns)).astype(np.float32)

    def kernel(x):
        data = load(x)
        nisa.affine_select(data, [[-1, columns]], 1, data, 7.0, nl.greater)
        return save(data)

    seen = np.arange(4)[:, None] > np.arange(columns)
    np.testing.assert_array_equal(run(kernel, x=x), np.where(seen, x, np.float32(7)))


@pytest.mark.parametrize("dtype", ["int32", "uint8", "bf16"])
def test_iota_counts_over_four_axes(run, dtype):
    def kernel():
        tile = nl.ndarray((4, 2, 3, 2, 2), dtype)
        nisa.iota(tile, [[20, 2], [5, 3], [-2, 2], [1, 2]], offset=7, channel_multiplier=40)
        return save(tile)

    p, w, z, y, x = np.indices((4, 2, 3, 2, 2))
    expected = 7 + 40 * p + 20 * w + 5 * z - 2 * y + x
    result = run(kernel)
    np.testing.assert_array_equal(result, expected.astype(result.dtype))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda a, b: nisa.tensor_scalar_reduce(a, b, nl.add, 0.0, nl.subtract),
         "reduce_op must be one of add, multiply, max, min, not nl.subtract"),
        (lambda a, b: nisa.tensor_scalar_reduce(a, b, nl.add, 0.0, nl.add, reduce_init=1.0),
         "reduce_init comes with reduce_cmd.load_reduce and only then"),
        (lambda a, b: nisa.tensor_scalar_reduce(a, b, nl.add, 0.0, nl.add, b),
         r"reduce_res must have one element per partition, not 30"),
        (lambda a, b: nisa.tensor_scalar_cumulative(a, b, nl.add, nl.copy, 0.0),
         "must be an operation of the Vector engine"),
        (lambda a, b: nisa.iota(a, [[1, 29]]), "counts 29 elements, dst has 30"),
        (lambda a, b: nisa.iota(a, [[1, 30]], offset=1 << 31), "offset must fit 32 bits"),
        (lambda a, b: nisa.affine_select(a, [[1, 30]], 0, b, 0.0, nl.add),
         "cmp_op must be a comparison, not nl.add"),
        (lambda a, b: nisa.range_select(a, b, nl.less, nl.less, a, 0.0),
         r"bound0 must be \[4, 1\]"),
        (lambda a, b: nisa.bn_stats(a, b), "dst must have 6 elements per partition, not 30"),
        (lambda a, b: nisa.bn_aggr(a[:, 0:2], b[:, 0:4]), "a multiple of 3, not 2 and 4"),
    ],
)  # fmt: skip
def test_broken_rules_name_the_value(call, message):
    def kernel(x):
        call(nl.ndarray(x.shape, x.dtype), load(x))

    with pytest.raises(nki.KernelError, match=message):
        nki.compile(kernel, "tiny", {"x": nki.TensorArg(X.shape, X.dtype)})
