"""Legal operands of transfers that accumulate or transpose, but for what holds for every one."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import Any

from ..formats import FORMATS
from .opcodes import Accumulate
from .operand_error import bad

__all__ = [
    "TRANSPOSE_BYTES",
    "accumulates",
    "check_aligned",
    "check_matrices",
    "matrix",
    "rows_dim",
]

TRANSPOSE_BYTES = (2, 4)
"""Sizes of the elements that DMA transposes."""


def rows_dim(fields: Container[str], path: str) -> str:
    """The field with the rows of an operand that is transposed: partitions, or in device memory
    the second dimension."""
    chip = f"{path}.num_partitions"
    return chip if chip in fields else f"{path}.dims.1.size"


def matrix(fields: Mapping[str, Any], path: str) -> tuple[int, int]:
    """Rows and columns of an operand that is transposed."""
    return fields[rows_dim(fields, path)], fields[f"{path}.dims.0.size"]


def accumulates(fields: Mapping[str, Any]) -> bool:
    """Whether a transfer accumulates in its destination; some opcodes cannot."""
    return fields.get("accumulate", Accumulate.NONE) is not Accumulate.NONE


def check_matrices(fields: Mapping[str, Any]) -> None:
    """Raise ``OperandError`` unless ``dst`` can be the transpose of ``src``."""
    if not fields.get("transpose"):
        return
    if accumulates(fields):
        raise bad("transpose: must be 0 in a transfer that accumulates")
    source, target = (FORMATS[fields[f"{path}.dtype"]] for path in ("src", "dst"))
    if source is not target or source.bytes not in TRANSPOSE_BYTES:
        raise bad(
            f"a transpose takes elements of one type of 2 or 4 bytes, not {source.name} and "
            f"{target.name}"
        )
    rows, columns = matrix(fields, "src")
    if matrix(fields, "dst") != (columns, rows):
        given = " x ".join(map(str, matrix(fields, "dst")))
        raise bad(f"dst is {given}, the transpose of src {columns} x {rows}")


def check_aligned(
    fields: Mapping[str, Any], device_address: Callable[[str], int] | None = None
) -> None:
    """Raise ``OperandError`` unless elements that a transfer accumulates in do not overlap each
    other in part. An address in device memory that is not known yet is not checked."""
    if not accumulates(fields):
        return
    size = FORMATS[fields["dst.dtype"]].bytes
    if "dst.offset" in fields:
        places = [fields["dst.offset"]]
    else:
        dims = ((fields[f"dst.dims.{i}.stride"], fields[f"dst.dims.{i}.size"]) for i in range(4))
        places = [stride for stride, extent in dims if extent > 1]
        places += [device_address("dst")] if device_address else []
    for place in places:
        if place % size:
            raise bad(f"dst: {place} is not a multiple of {size} bytes, of elements accumulated in")
