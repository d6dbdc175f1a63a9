"""Random bits, seeds, dropout and stochastic rounding in the kernel language, on golden."""

import ml_dtypes
import numpy as np
import pytest

from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

from .tiles import load, save

SEEDS = np.array([[7], [8], [0], [7]], np.uint32)
COUNT = 500


def numbers(rows=4, dtype=nl.uint32):
    tile = nl.ndarray((rows, COUNT), dtype)
    nisa.rng(tile)
    return tile


def test_seeds_repeat_the_numbers_of_each_lane(run):
    def kernel(seeds):
        nisa.set_rng_seed(load(seeds))
        first, second = numbers(), numbers(dtype=nl.uint8)
        nisa.set_rng_seed(load(seeds))
        return save(first), save(second), save(numbers()), save(numbers())

    first, low, again, after = run(kernel, seeds=SEEDS)
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(first[0], first[3])
    np.testing.assert_array_equal(low, (after & 0xFF).astype(np.uint8))
    assert len(np.unique(first[:3])) > 3 * COUNT - 10
    assert abs(np.mean(first[0] / 2.0**32) - 0.5) < 4 / np.sqrt(12 * COUNT)


@pytest.mark.parametrize("config", ["tiny", "default"])
def test_one_seed_is_another_one_in_each_lane(run, config):
    def kernel(seed):
        lanes = nl.tile_size.pmax
        nisa.set_rng_seed(load(seed))
        first = numbers(lanes)
        nisa.set_rng_seed(load(seed))
        return save(first), save(numbers(lanes))

    first, again = run(kernel, config, seed=np.array([[123]], np.uint32))
    np.testing.assert_array_equal(first, again)
    assert len(np.unique(first, axis=0)) == len(first)
    other, _ = run(kernel, config, seed=np.array([[124]], np.uint32))
    assert not (first == other).all(axis=1).any()


def test_dropout_leaves_out_the_share_it_is_told(run):
    shares = np.array([[0.0], [1.0], [0.25], [0.5]], np.float32)
    x = np.random.default_rng(4).uniform(1, 2, (4, COUNT)).astype(np.float32)

    def kernel(x, shares):
        data, each, all_ = load(x), nl.ndarray(x.shape, nl.bfloat16), nl.ndarray(x.shape, x.dtype)
        nisa.dropout(each, data, load(shares))
        nisa.dropout(all_, data, 0.125)
        return save(each), save(all_)

    each, all_ = run(kernel, x=x, shares=shares)
    kept = x.astype(ml_dtypes.bfloat16)
    np.testing.assert_array_equal(each, np.where(each == 0, kept.dtype.type(0), kept))
    np.testing.assert_array_equal(all_, np.where(all_ == 0, np.float32(0), x))
    sigma = 1 / np.sqrt(COUNT)
    assert (each == 0).mean(axis=1)[:2].tolist() == [0, 1]
    np.testing.assert_allclose((each == 0).mean(axis=1)[2:], shares[2:, 0], atol=2 * sigma)
    assert abs((all_ == 0).mean() - 0.125) < sigma


def test_stochastic_rounding_drifts_where_nearest_even_stands_still(run):
    """1024 and 2048 times 0.5 in FP16, whose numbers from 1024 on are whole."""

    def kernel(x):
        tile = load(x)
        for _ in range(2048):
            nisa.tensor_scalar(tile, tile, nl.add, 0.5)
        return save(tile)

    start = np.full((4, 1), 1024, np.float16)
    assert (run(kernel, x=start) == 1024).all()
    drifted = run(kernel, options={"stochastic_rounding": True}, x=start)
    # Each sum goes up by 1 or 0, with equal chances: variance 2048 / 4.
    np.testing.assert_allclose(drifted.astype(float), 2048, atol=4 * np.sqrt(2048 / 4))
    assert len(set(drifted[:, 0].tolist())) > 1


def test_stochastic_rounding_is_of_both_engines_and_leaves_bits_alone(run):
    x = np.random.default_rng(6).standard_normal((4, COUNT)).astype(np.float32)

    def kernel(x):
        data, results = load(x), []
        for engine in (nisa.vector_engine, nisa.scalar_engine):
            results.append(nl.ndarray(x.shape, nl.bfloat16))
            nisa.tensor_copy(results[-1], data, engine=engine)
        same = nl.ndarray(x.shape, nl.float32)
        nisa.tensor_copy(same, data, engine=nisa.vector_engine)
        return *map(save, results), save(same)

    *rounded, same = run(kernel, options={"stochastic_rounding": True}, x=x)
    np.testing.assert_array_equal(same, x)
    for result in rounded:
        error = result.astype(np.float64) - x
        unit = 2.0 ** (np.floor(np.log2(np.abs(x))) - 7)
        assert np.abs(error).max() < unit.max()
        assert (np.abs(error) > 0.5 * unit).any()
        # A part f of a unit is an error of f (1 - f) units squared: 1/6 on the average.
        assert abs((error / unit).mean()) < 4 / np.sqrt(6 * x.size)


def _tile(shape=(4, 8), dtype=nl.float32):
    return nl.ndarray(shape, dtype)


RULES = {
    "rng engine": (lambda: nisa.rng(_tile(), nisa.scalar_engine), "unknown or vector"),
    "seed type": (lambda: nisa.set_rng_seed(_tile((1, 1))),
                  "must be integers of 32 bits, not fp32"),
    "seed shape": (lambda: nisa.set_rng_seed(_tile((4, 2), nl.uint32)),
                   r"src_seeds must be \[1, 1\] or \[P, 1\]"),
    "probability": (lambda: nisa.dropout(_tile(), _tile(), 1.5), "from 0 to 1, not 1.5"),
    "probabilities": (lambda: nisa.dropout(_tile(), _tile(), _tile((4, 2))),
                      r"prob must be \[4, 1\]"),
    "dropout size": (lambda: nisa.dropout(_tile(), _tile((4, 7)), 0.5), "data has 7 elements"),
    "dropout type": (lambda: nisa.dropout(_tile(), _tile(dtype=nl.int8), 0.5),
                     "dst must be int8, as data is, not fp32"),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_rule_names_the_value(require_error, rule):
    require_error(*RULES[rule])
