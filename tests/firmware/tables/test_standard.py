"""What the standard tables reach: bars of the kernel language's functions."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from tinyneuron.tables import STANDARD, Reduction, measure, standard_table
from tinyneuron.tables.measure import all_bf16, bf16_ulps, sample, unordered
from tinyneuron.tables.standard import fit_standard, parse, write
from tinyneuron_hw.isa.table import HEADER_ROWS, TABLE_ROWS

NAN, INF = np.nan, np.inf
SPECIALS = {
    "exp": (INF, 0.0, 1.0, 1.0),
    "log": (INF, NAN, -INF, -INF),
    "sqrt": (INF, NAN, 0.0, -0.0),
    "rsqrt": (0.0, NAN, INF, -INF),
    "reciprocal": (0.0, -0.0, INF, -INF),
    "tanh": (1.0, -1.0, 0.0, -0.0),
    "sigmoid": (1.0, 0.0, 0.5, 0.5),
    "gelu": (INF, -0.0, 0.0, -0.0),
    "gelu_dx": (1.0, 0.0, 0.5, 0.5),
    "gelu_apprx_tanh": (INF, -0.0, 0.0, -0.0),
    "gelu_apprx_tanh_dx": (1.0, 0.0, 0.5, 0.5),
    "gelu_apprx_sigmoid": (INF, -0.0, 0.0, -0.0),
    "gelu_apprx_sigmoid_dx": (1.0, 0.0, 0.5, 0.5),
    "silu": (INF, -0.0, 0.0, -0.0),
    "silu_dx": (1.0, 0.0, 0.5, 0.5),
    "softplus": (INF, 0.0, float(np.float32(np.log(2))), float(np.float32(np.log(2)))),
    "mish": (INF, -0.0, 0.0, -0.0),
    "erf": (1.0, -1.0, 0.0, -0.0),
    "erf_dx": (0.0, 0.0, float(np.float32(2 / np.sqrt(np.pi))), float(np.float32(1.12837917))),
    "sin": (NAN, NAN, 0.0, -0.0),
    "cos": (NAN, NAN, 1.0, 1.0),
    "arctan": (float(np.float32(np.pi / 2)), -float(np.float32(np.pi / 2)), 0.0, -0.0),
}  # fmt: skip
"""Results of +inf, -inf, +0, -0."""


def ordered(name: str, x: np.ndarray) -> int:
    """Samples where the results turn back though the function does not."""
    table, count = standard_table(name), 0
    for low, high in STANDARD[name].monotone:
        part = x[(x >= low) & (x <= high)]
        with np.errstate(all="ignore"):
            count += unordered(table(part), table.function(part.astype(np.float64)))
    return count


@pytest.mark.parametrize("name", STANDARD)
def test_errors_are_within_the_bars_over_all_numbers(name):
    """Not only over the documented range."""
    table = standard_table(name)
    errors = table.errors(count=20_000)
    assert errors.relative <= 1e-6, errors
    assert errors.absolute <= 1e-6, errors
    assert errors.bf16 <= 1, errors
    with np.errstate(all="ignore"):
        x = all_bf16()
        x = x[np.abs(x) <= 3e38]
        wanted = table.function(x.astype(np.float64))
        some = np.abs(wanted) < 3.3e38
        assert np.nanmax(bf16_ulps(table(x[some]), wanted[some])) <= 1


@pytest.mark.parametrize("name", STANDARD)
def test_results_keep_the_functions_order(name):
    assert ordered(name, sample(-INF, INF, 20_000)) == 0


@pytest.mark.parametrize("name", STANDARD)
def test_special_arguments(name):
    got = standard_table(name)(np.array([INF, -INF, 0.0, -0.0, NAN], np.float32))
    wanted = np.array([*SPECIALS[name], NAN], np.float32)
    np.testing.assert_array_equal(np.isnan(got), np.isnan(wanted))
    there = ~np.isnan(wanted)
    if standard_table(name).table.reduction is Reduction.SHIFT:
        np.testing.assert_allclose(got[2:4], wanted[2:4], rtol=1e-7)  # 0 is no special place there
        there[2:4] = False
        assert not np.isnan(got[:4]).any()
        got[2:4] = np.nan
    assert (got[there].view(np.uint32) == wanted[there].view(np.uint32)).all(), got
    assert (got[np.isnan(got)].view(np.uint32) == 0x7FC0_0000).all()


def test_arguments_that_have_no_result_give_nan():
    negative = -np.array([1e-45, 1e-38, 1.0, 3e38], np.float32)
    for name in ("log", "sqrt", "rsqrt"):
        assert np.isnan(standard_table(name)(negative)).all()


def test_subnormals_keep_their_precision():
    x = np.array([1, 3, 1000, 0x7F_FFFF], np.uint32).view(np.float32)
    exact = x.astype(np.float64)
    np.testing.assert_allclose(standard_table("log")(x), np.log(exact), rtol=2e-7)
    np.testing.assert_allclose(standard_table("sqrt")(x), np.sqrt(exact), rtol=2e-7)
    np.testing.assert_allclose(standard_table("rsqrt")(x), 1 / np.sqrt(exact), rtol=2e-7)
    for name in ("tanh", "sin", "arctan"):
        np.testing.assert_array_equal(standard_table(name)(x), x)
    tiny = standard_table("reciprocal")(np.float32([2.0**127, -(2.0**127)]))
    np.testing.assert_array_equal(tiny, np.float32([2.0**-127, -(2.0**-127)]))
    assert standard_table("exp")(np.float32([-103.0]))[0] == np.float32(np.exp(-103.0))


def test_the_period_is_that_of_all_numbers():
    x = np.float32([1e10, 3e20, 2.0**127, -7.5e37])
    np.testing.assert_allclose(standard_table("sin")(x), np.sin(x.astype(np.float64)), rtol=4e-7)
    np.testing.assert_allclose(standard_table("cos")(x), np.cos(x.astype(np.float64)), rtol=4e-7)


def test_exact_results():
    cases = {"exp": ([0.0], [1.0]), "log": ([1.0], [0.0]), "sqrt": ([4.0, 2.25], [2.0, 1.5]),
             "rsqrt": ([0.25, 16.0], [2.0, 0.25]), "reciprocal": ([2.0, -0.125], [0.5, -8.0]),
             "gelu": ([100.0], [100.0]), "tanh": ([20.0, -20.0], [1.0, -1.0])}  # fmt: skip
    for name, (x, wanted) in cases.items():
        np.testing.assert_array_equal(standard_table(name)(np.float32(x)), np.float32(wanted))


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "sin"])
def test_the_kept_tables_are_those_that_are_fitted(name):
    """The text file is what ``make tables`` writes; the last bits may be the machine's."""
    fitted, kept = fit_standard(name), standard_table(name)
    assert len(fitted.rows) == len(kept.rows)
    x = sample(-INF, INF, 5_000)
    assert fitted.rows == kept.rows or measure(fitted, kept, x).relative < 2.0**-22


def test_the_file_has_every_table_and_nothing_else():
    kept = parse(write([standard_table(name) for name in STANDARD]))
    file = importlib.import_module("tinyneuron.tables.standard")._kept()
    assert list(file) == list(kept) == list(STANDARD)
    assert file == kept
    assert max(map(len, kept.values())) <= HEADER_ROWS + TABLE_ROWS


@pytest.mark.slow
@pytest.mark.parametrize("name", STANDARD)
def test_errors_over_a_dense_sample(name):
    x = sample(-INF, INF, 4_000_000, seed=3)
    errors = measure(standard_table(name), STANDARD[name].function, x)
    assert max(errors.relative, errors.absolute) <= 1e-6, errors
    assert errors.bf16 <= 1, errors
    assert ordered(name, x) == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", STANDARD)
def test_results_keep_the_functions_order_from_number_to_number(name):
    """Every number next to every 128th of a power of two, where segments meet, and random ones with
    their neighbours."""
    rng = np.random.default_rng(7)
    exponents = np.arange(1, 255)[:, None, None] << 23
    bounds = exponents + (np.arange(128)[None, :, None] << 16) + np.arange(-6, 6)[None, None, :]
    inside = rng.integers(0x3300_0000, 0x4300_0000, 100_000)[:, None] + np.arange(12)[None, :]
    bits = np.concatenate([bounds.reshape(-1, 12), inside])
    positive = bits[(bits >= 0).all(1)].astype(np.uint32).view(np.float32)
    table, function = standard_table(name), STANDARD[name].function
    for low, high in STANDARD[name].monotone:
        x = np.concatenate([positive, -positive[:, ::-1]])
        x = x[(x >= low).all(1) & (x <= high).all(1)]
        with np.errstate(all="ignore"):
            steps = np.diff(table(x.reshape(-1)).reshape(x.shape).astype(np.float64), axis=1)
            middle = np.median(x, axis=1).astype(np.float64)
            reach = np.maximum(np.abs(middle) * 1e-3, 1e-40)
            way = np.sign(function(middle + reach) - function(middle - reach))[:, None]
        assert int(np.sum(steps * way < 0)) == 0
