"""Legal operands of MAX8, FIND_INDEX8 and MATCH_REPLACE8, but for what holds for every lane
instruction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..formats import FORMATS, DType
from .access import ApRange
from .opcodes import Opcode
from .operand_error import bad

__all__ = ["EIGHT_OPCODES", "INDEX_DTYPES", "SEARCHED_OPCODES", "SEARCH_ELEMENTS", "check_eight",
           "eight_paths"]  # fmt: skip

EIGHT_OPCODES = (Opcode.MAX8, Opcode.FIND_INDEX8, Opcode.MATCH_REPLACE8)
SEARCHED_OPCODES = (Opcode.MAX8, Opcode.FIND_INDEX8)
"""Opcodes with a bound on the elements that they search."""
SEARCH_ELEMENTS = (8, 16384)
"""Fewest and most elements that they search in a partition."""
INDEX_DTYPES = (DType.UINT16, DType.UINT32)
"""Types of FIND_INDEX8's results."""


def check_eight(opcode: Opcode, fields: Mapping[str, Any], ranges: Mapping[str, ApRange]) -> None:
    """Raise ``OperandError`` unless the element counts and the type of indices are legal."""
    low, high = SEARCH_ELEMENTS
    count = ranges["in0"].count
    if opcode in SEARCHED_OPCODES and not low <= count <= high:
        raise bad(f"in0: must have from {low} to {high} elements, not {count}")
    for path in eight_paths(opcode):
        if ranges[path].count != 8:
            raise bad(f"{path}: must have 8 elements, not {ranges[path].count}")
    if opcode is Opcode.MATCH_REPLACE8 and count != ranges["dst"].count:
        raise bad(f"element counts differ: in0 {count}, dst {ranges['dst'].count}")
    if opcode is Opcode.FIND_INDEX8 and fields["dst.dtype"] not in INDEX_DTYPES:
        raise bad(f"dst: indices are uint16 or uint32, not {FORMATS[fields['dst.dtype']].name}")


def eight_paths(opcode: Opcode) -> tuple[str, ...]:
    """The operands that have 8 elements."""
    return {
        Opcode.MAX8: ("dst",), Opcode.FIND_INDEX8: ("in1", "dst"), Opcode.MATCH_REPLACE8: ("in1",),
    }[opcode]  # fmt: skip
