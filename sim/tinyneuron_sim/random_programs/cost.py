"""About how many cycles an instruction takes, so that a program stays short."""

from __future__ import annotations

import math

from tinyneuron_hw.isa.opcodes import DMA_OPCODES, ITERATED_OPS, REGISTER_MOVES, AluOp, Opcode
from tinyneuron_hw.isa.rules_operations import OPERATIONS
from tinyneuron_hw.isa.rules_transfer import accumulates

from .draw import Fields

__all__ = ["rough_cycles"]

_DIVIDER = dict.fromkeys(ITERATED_OPS, 8) | {AluOp.RSQRT: 22, AluOp.MOD: 40}
"""Cycles of an element; MOD mostly takes less."""
_SCALAR = {Opcode.ACTIVATE: 36, Opcode.ACTIVATE_READ: 48, Opcode.LOAD_TABLE: 40}
"""Cycles beside the elements, of opcodes of the Scalar engine."""
_TURN = 240
"""An element of device memory that is accumulated in again: a read and a write, one by one."""
_GROUP, _TREE = 8, 16
"""Least cycles of a reduction for a result; cycles after its last element."""
_STEPS = {Opcode.TENSOR_SCAN: 6, Opcode.TENSOR_CUMULATIVE: 4}
"""Cycles an element, where each one waits for the one before."""


def rough_cycles(opcode: Opcode, fields: Fields) -> int:
    """What an instruction takes, from its start to its end."""
    if opcode in REGISTER_MOVES:
        return 150
    if opcode is Opcode.DMA_RING:
        return 150 + 30 * fields["ring.count"]  # its transfers are rated alone
    read, written = (_elements(fields, path) for path in (("in0", "src"), ("dst",)))
    if opcode in DMA_OPCODES:
        # The other side of a list, or of a row that comes again for each partition.
        path = "src" if opcode is Opcode.DMA_SCATTER or fields.get("dst.list") else "dst"
        count = _elements(fields, (path,)) * fields.get(f"{path}.num_partitions", 1)
        if not accumulates(fields):
            listed = fields.get("src.list") or fields.get("dst.list")
            return (300 if fields.get("transpose") or listed else 150) + 2 * count
        comes_again = any(
            fields[f"dst.dims.{k}.size"] > 1 and not fields[f"dst.dims.{k}.stride"]
            for k in range(4)
        )
        return 300 + (_TURN if comes_again else 8) * count
    if opcode is Opcode.TENSOR_REDUCE:
        return 24 + max(read, _GROUP * written) + _TREE
    if opcode in (Opcode.MAX8, Opcode.FIND_INDEX8, Opcode.MATCH_REPLACE8):
        return 48 + read
    ops = [fields[name] for name in OPERATIONS if name in fields]
    steps = _STEPS.get(opcode, 0) + next((_DIVIDER[op] for op in ops if op in ITERATED_OPS), 0)
    return _SCALAR.get(opcode, 24) + max(1, steps) * max(read, written)


def _elements(fields: Fields, paths: tuple[str, ...]) -> int:
    """Elements of a partition of the operand that has one of these names."""
    sizes = (fields.get(f"{path}.dims.{k}.size", 1) for path in paths for k in range(4))
    return math.prod(sizes)
