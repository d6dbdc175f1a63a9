"""Legal operands of TRANSPOSE and SHUFFLE, but for what holds for every pattern."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..config import CoreConfig
from ..formats import FORMATS
from .access import ApRange
from .opcodes import Opcode
from .operand_error import bad

__all__ = ["MASK_ENTRIES", "MASK_ENTRY_BITS", "RESHAPE_OPCODES", "check_reshape", "mask_entries",
           "pack_mask"]  # fmt: skip

RESHAPE_OPCODES = (Opcode.TRANSPOSE, Opcode.SHUFFLE)
MASK_ENTRIES = 32
"""Entries of a SHUFFLE's mask: as many as the largest quarter of the lanes has."""
MASK_ENTRY_BITS = 6
_SOURCE_BITS = MASK_ENTRY_BITS - 1


def mask_entries(mask: int) -> list[int | None]:
    """Source partition of each of the 32 entries; None leaves the partition alone."""
    entries = [mask >> MASK_ENTRY_BITS * i & 0x3F for i in range(MASK_ENTRIES)]
    return [None if entry >> _SOURCE_BITS else entry for entry in entries]


def pack_mask(sources: list[int | None]) -> int:
    """The mask of these sources, entry 0 first; the inverse of :func:`mask_entries`."""
    entries = [1 << _SOURCE_BITS if source is None else source for source in sources]
    return sum(entry << MASK_ENTRY_BITS * i for i, entry in enumerate(entries))


def check_reshape(
    config: CoreConfig, opcode: Opcode, fields: Mapping[str, Any], ranges: Mapping[str, ApRange]
) -> None:
    """Raise ``OperandError`` unless types, element counts and the mask are legal."""
    source, target = (FORMATS[fields[f"{path}.dtype"]] for path in ("in0", "dst"))
    if source is not target:
        raise bad(f"in0 and dst must have the same type, not {source.name} and {target.name}")
    if opcode is Opcode.TRANSPOSE:
        _check_transpose(config, fields, ranges)
        return
    if ranges["in0"].count != ranges["dst"].count:
        raise bad(f"in0 has {ranges['in0'].count} elements, dst {ranges['dst'].count}")
    _check_mask(fields["mask"], config.quadrant)


def _check_mask(mask: int, quadrant: int) -> None:
    for i in range(MASK_ENTRIES):
        entry = mask >> MASK_ENTRY_BITS * i & 0x3F
        if i >= quadrant and entry:
            raise bad(f"mask: entry {i} must be 0, a quarter has {quadrant} partitions")
        if entry & 0x1F >= quadrant:
            raise bad(f"mask: entry {i} is {entry}, a quarter has {quadrant} partitions")


def _check_transpose(
    config: CoreConfig, fields: Mapping[str, Any], ranges: Mapping[str, ApRange]
) -> None:
    read, written = (fields[f"{path}.num_partitions"] for path in ("in0", "dst"))
    count, results = (ranges[path].count for path in ("in0", "dst"))
    quadrant = config.quadrant
    blocks = (read, count) == (written, results) and not (read % quadrant or count % quadrant)
    corner = (read, count) == (results, written) and max(read, written) <= quadrant
    if not (blocks or corner):
        raise bad(
            f"in0 has {count} elements in {read} partitions, dst {results} in {written}: must be "
            f"equal multiples of {quadrant}, or each other's transpose of at most {quadrant}"
        )
