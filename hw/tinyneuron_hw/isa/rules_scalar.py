"""Operand rules of the Scalar engine's instructions: a part of `rules.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..formats import FORMATS, DType
from .access import ApRange
from .opcodes import Opcode, ReduceCommand
from .operand_error import bad
from .table import HEADER_ROWS, ROW_WORDS, SLOT_ROWS, TABLE_ROWS

__all__ = ["TABLE_OPCODES", "check_activate", "check_table", "most_rows"]

TABLE_OPCODES = (Opcode.LOAD_TABLE, Opcode.ACTIVATE_READ, Opcode.ACTIVATE_SEED)
"""Those that :func:`check_table` judges."""


def most_rows(slot: int) -> int:
    """Rows of the longest image that fits behind a slot's start."""
    return HEADER_ROWS + TABLE_ROWS - slot * SLOT_ROWS


def check_activate(fields: Mapping[str, Any]) -> None:
    """Raise :class:`OperandError` unless an ACTIVATE's own fields are legal."""
    if fields["reduce_cmd"] is ReduceCommand.LOAD_REDUCE:
        raise bad("reduce_cmd: ACTIVATE has no value to load")


def check_table(opcode: Opcode, fields: Mapping[str, Any], ranges: Mapping[str, ApRange]) -> None:
    """Raise :class:`OperandError` unless one of ``TABLE_OPCODES`` is legal."""
    for path, extent in ranges.items() if opcode is not Opcode.LOAD_TABLE else ():
        if extent.count != 1:
            raise bad(f"{path} must have 1 element, not {extent.count}")
    if opcode is Opcode.ACTIVATE_READ:
        return
    if fields["in0.dtype"] is not DType.UINT32:
        raise bad(f"in0: dtype must be uint32, not {FORMATS[fields['in0.dtype']].name}")
    if opcode is Opcode.LOAD_TABLE:
        _check_image(fields, ranges)


def _check_image(fields: Mapping[str, Any], ranges: Mapping[str, ApRange]) -> None:
    """The same for the image that LOAD_TABLE takes."""
    if fields["in0.num_partitions"] != ROW_WORDS:
        raise bad(f"in0: num_partitions must be {ROW_WORDS}, not "
                          f"{fields['in0.num_partitions']}")  # fmt: skip
    rows, most = ranges["in0"].count, most_rows(fields["slot"])
    if not HEADER_ROWS < rows <= most:
        raise bad(f"in0: an image for slot {fields['slot']} has from {HEADER_ROWS + 1} to "
                          f"{most} rows, not {rows}")  # fmt: skip
