"""The first few cases of a test in ``make test``, all of them in ``make test-all``."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

__all__ = ["few_of"]


def few_of(cases: Iterable, few: int) -> list:
    """The cases as pytest's parameters; those after the first ``few`` are slow."""
    listed = list(cases)
    return [*listed[:few], *(pytest.param(case, marks=pytest.mark.slow) for case in listed[few:])]
