"""Tables of any Python function."""

from __future__ import annotations

import numpy as np
import pytest

from tinyneuron import tables
from tinyneuron.tables.measure import Errors, measure
from tinyneuron_hw.isa.table import HEADER_ROWS, Symmetry, TableHeader


def elu(x):
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def test_a_function_becomes_a_table_that_says_how_far_it_is_off():
    table = tables.fit(elu, name="elu")
    errors = table.errors(count=10_000)
    assert errors.relative < 2e-7
    assert errors.bf16 < 0.51
    assert str(errors).startswith("relative ")
    assert table.image.shape == (4, len(table.rows))
    x = np.float32([-100.0, -1.0, 0.5, 7.0])
    np.testing.assert_allclose(table(x), elu(x.astype(np.float64)), rtol=2e-7)


@pytest.mark.parametrize(
    ("function", "symmetry"),
    [(np.tanh, Symmetry.ODD), (lambda x: 1 / np.cosh(np.minimum(np.abs(x), 700)), Symmetry.EVEN),
     (elu, Symmetry.NONE)],
    ids=["odd", "even", "none"],
)  # fmt: skip
def test_symmetry_is_found(function, symmetry):
    table = tables.fit(function)
    assert table.table.symmetry == symmetry.value


def test_fewer_rows_cost_accuracy_and_too_few_are_refused():
    few, many = (tables.fit(np.tanh, rows=rows) for rows in (20, 128))
    assert len(few.rows) - HEADER_ROWS <= 20
    assert many.errors(count=5_000).relative < few.errors(count=5_000).relative < 1e-6
    with pytest.raises(tables.FitError, match="segments are needed, at most 4 are allowed"):
        tables.fit(np.tanh, rows=4)


def test_a_function_that_never_settles_is_refused():
    with pytest.raises(tables.FitError, match="must be constant or proportional"):
        tables.fit(lambda x: x * x, name="square")


def test_specials_are_the_functions_or_those_given():
    given = tables.fit(np.tanh, specials=(5.0, -5.0, 1.0, 2.0))
    x = np.array([np.inf, -np.inf, 0.0, -0.0], np.float32)
    np.testing.assert_array_equal(given(x), np.float32([5.0, -5.0, 1.0, 2.0]))
    np.testing.assert_array_equal(tables.fit(np.tanh)(x), np.float32([1.0, -1.0, 0.0, -0.0]))


def test_a_crossing_elsewhere_keeps_its_precision_by_a_shift():
    zero = np.log(2.0)
    recipe = tables.Recipe(reduction=tables.Reduction.SHIFT, shift=-zero)
    table = tables.fit(lambda x: np.tanh(x - zero), recipe=recipe)
    near = np.float32(zero) + np.float32([-1e-5, 3e-6, 1e-4, 0.01])
    wanted = np.tanh(near.astype(np.float64) - zero)
    np.testing.assert_allclose(table(near), wanted, rtol=2e-7)


def test_the_header_says_what_the_recipe_says():
    header = TableHeader.from_bits(tables.standard_table("cos").rows[0])
    assert header.reduction == tables.Reduction.PERIOD
    assert header.shift == 1 << 62


def test_errors_are_infinite_where_a_result_is_missing():
    x = np.float32([1.0, 2.0, 3.0])
    missing = measure(lambda x: np.where(x > 2, np.nan, x), lambda x: x, x)
    assert missing == Errors(np.inf, np.inf, np.inf, 3.0)
