"""What an access pattern touches."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tinyneuron_hw.isa.access import element_offsets, pattern_range

DIMS = st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 6)), min_size=0, max_size=4)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.integers(-1000, 1000), DIMS, st.sampled_from([1, 2, 4]))
def test_offsets_follow_the_loops_and_the_range_holds_them(offset, dims, unit):
    expected = [offset]
    for stride, size in dims:
        expected = [base + step * stride * unit for step in range(size) for base in expected]
    offsets = element_offsets(offset, dims, unit)
    assert offsets.tolist() == expected
    extent = pattern_range(offset, dims, unit, unit)
    assert extent.count == len(expected)
    assert (extent.low, extent.high) == (min(expected), max(expected) + unit)


def test_the_first_dimension_is_innermost():
    assert element_offsets(8, [(1, 2), (10, 3)], 4).tolist() == [8, 12, 48, 52, 88, 92]
