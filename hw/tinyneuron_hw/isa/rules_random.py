"""Legal operands of SET_SEED, but for what holds for every pattern."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..formats import FORMATS, DType
from .access import ApRange
from .operand_error import bad

__all__ = ["SEED_DTYPE", "check_seed"]

SEED_DTYPE = DType.UINT32


def check_seed(fields: Mapping[str, Any], ranges: Mapping[str, ApRange]) -> None:
    """Raise ``OperandError`` unless there is one seed in each partition."""
    if fields["in0.dtype"] is not SEED_DTYPE:
        name = FORMATS[fields["in0.dtype"]].name
        raise bad(f"in0: seeds are {FORMATS[SEED_DTYPE].name}, not {name}")
    if ranges["in0"].count != 1:
        raise bad(f"in0 must have 1 seed in a partition, not {ranges['in0'].count}")
