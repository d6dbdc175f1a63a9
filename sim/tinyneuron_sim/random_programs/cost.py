"""About how many cycles an instruction takes, so that a program stays short."""

from __future__ import annotations

import math

from tinyneuron_hw.isa.opcodes import DMA_OPCODES, Opcode

from .draw import Fields

__all__ = ["rough_cycles"]

_GROUP, _TREE = 8, 16
"""Least cycles of a reduction for a result; cycles after its last element."""


def rough_cycles(opcode: Opcode, fields: Fields) -> int:
    """What an instruction takes, from its start to its end."""
    read, written = (_elements(fields, path) for path in (("in0", "src"), ("dst",)))
    if opcode in DMA_OPCODES:
        return 150 + 2 * written * fields.get("dst.num_partitions", 1)
    if opcode is Opcode.TENSOR_REDUCE:
        return 24 + max(read, _GROUP * written) + _TREE
    if opcode in (Opcode.MAX8, Opcode.FIND_INDEX8, Opcode.MATCH_REPLACE8):
        return 48 + read
    return 24 + max(read, written)


def _elements(fields: Fields, paths: tuple[str, ...]) -> int:
    """Elements of a partition of the operand that has one of these names."""
    sizes = (fields.get(f"{path}.dims.{k}.size", 1) for path in paths for k in range(4))
    return math.prod(sizes)
