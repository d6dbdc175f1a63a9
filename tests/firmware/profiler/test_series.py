"""Rates over time."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyneuron.profiler.data import Gap
from tinyneuron.profiler.series import Job, paced, rate_series, waiting, waiting_series
from tinyneuron_hw.isa.opcodes import Stream


def area(values):
    return sum(value * (end - start) for (start, value), (end, _) in pairwise(values))


def test_a_job_alone_goes_evenly():
    assert paced([Job(10, 20, 40)], 32) == [[(10, 20, 4)]]


def test_what_ends_first_goes_first_where_both_do_not_fit():
    first, second = paced([Job(0, 10, 60), Job(0, 20, 80)], 8)
    assert first == [(0, 10, 6)]
    assert second == [(0, 10, 2), (10, 20, 6)]


def test_more_than_fits_goes_above_the_capacity():
    assert paced([Job(0, 10, 100)], 8) == [[(0, 10, 10)]]


jobs = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 20), st.integers(0, 100)).map(
        lambda item: Job(item[0], item[0] + item[1], item[2])
    ),
    max_size=8,
)


@given(jobs, st.integers(1, 40))
def test_every_job_is_done_between_its_start_and_end(items, capacity):
    for job, stretches in zip(items, paced(items, capacity), strict=True):
        assert sum(rate * (end - start) for start, end, rate in stretches) == job.amount
        assert all(job.start <= start < end <= job.end for start, end, _ in stretches)
        assert all(rate >= Fraction(0) for _, _, rate in stretches)


def test_counters_add_up_to_what_the_core_counted(profile):
    found = {name: area(values) for name, (_, values) in rate_series(profile).items()}
    assert found == pytest.approx({
        "memory read": profile.counters["dma_read_bytes"],
        "memory written": profile.counters["dma_write_bytes"],
        "Tensor MACs": 12 * 16 * 20,
    })  # fmt: skip


def test_every_series_comes_back_to_zero(profile):
    for _, values in (rate_series(profile) | waiting_series(profile)).values():
        assert values[-1][1] == 0
        assert [cycle for cycle, _ in values] == sorted({cycle for cycle, _ in values})


def test_streams_that_wait_are_counted():
    gaps = [Gap(Stream(i), 0, cause, start, end, "", None, None)
            for i, (cause, start, end) in enumerate([
                ("queue", 0, 10), ("queue", 5, 8), ("order", 0, 99)])]  # fmt: skip
    assert waiting(gaps, "queue") == [(0, 1), (5, 2), (8, 1), (10, 0)]
