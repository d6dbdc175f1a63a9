"""Rules of the DMA instructions whose rows an index tensor chooses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..formats import FORMATS, DType
from .access import ApRange
from .operand_error import bad as _bad

__all__ = ["INDEX_TENSOR_DTYPES", "check_indexed", "check_indexed_counts", "near_path"]

INDEX_TENSOR_DTYPES = (DType.INT32, DType.UINT32)
"""Types of an index tensor."""


def near_path(fields: Mapping[str, Any]) -> str:
    """The operand on chip whose rows are moved: ``dst`` of a gather, ``src`` of a scatter."""
    return "dst" if "dst.space" in fields else "src"


def check_indexed(fields: Mapping[str, Any]) -> None:
    """Raise OperandError unless the index tensor fits the operand on chip."""
    near = near_path(fields)
    if fields["index.dtype"] not in INDEX_TENSOR_DTYPES:
        raise _bad(f"index: dtype {FORMATS[fields['index.dtype']].name} is not INT32 or UINT32")
    if fields["index.num_partitions"] != fields[f"{near}.num_partitions"]:
        raise _bad(
            f"index has {fields['index.num_partitions']} partitions, "
            f"{near} {fields[f'{near}.num_partitions']}"
        )


def check_indexed_counts(
    fields: Mapping[str, Any], ranges: Mapping[str, ApRange], devices: Mapping[str, ApRange]
) -> None:
    """Raise OperandError unless there is an index for each row, and a row has as many elements on
    chip as in device memory."""
    near = near_path(fields)
    rows = fields[f"{near}.dims.3.size"]
    if ranges["index"].count != rows:
        raise _bad(f"index has {ranges['index'].count} elements a partition, {near} {rows} rows")
    (far,) = devices
    elements = ranges[near].count // rows
    if devices[far].count != elements:
        raise _bad(f"a row has {devices[far].count} elements in {far}, {elements} in {near}")
