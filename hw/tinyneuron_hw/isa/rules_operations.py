"""Which operations of a Vector instruction go together, and with which types: a part of
`rules.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..formats import FORMATS, DType
from .opcodes import ITERATED_OPS, RAW_OPS, AluOp, OperandKind
from .operand_error import bad

__all__ = ["OPERATIONS", "RAW_DTYPES", "check_operations"]

OPERATIONS = ("op", "op0", "op1")
"""Fields that hold the operations of a chain."""
RAW_DTYPES = tuple(d for d, fmt in FORMATS.items() if fmt.kind in ("signed", "unsigned"))
"""Types whose bits operations work on."""


def check_operations(
    fields: Mapping[str, Any], paths: Sequence[str], scalars: Sequence[str]
) -> None:
    """Raise :class:`OperandError` unless the operations of a lane instruction go together.

    ``paths`` are its patterns, ``scalars`` its scalar operands.
    """
    ops = {name: fields[name] for name in OPERATIONS if name in fields}
    if sum(op in ITERATED_OPS for op in ops.values()) > 1:
        raise bad(f"{_listed(ops)}: only one of them may use the divider")
    works = {name: op for name, op in ops.items() if op is not AluOp.BYPASS}
    if not any(op in RAW_OPS for op in works.values()):
        return
    if not all(op in RAW_OPS for op in works.values()):
        raise bad(f"{_listed(ops)}: arithmetic and operations on bits do not mix")
    dtype = fields[f"{paths[0]}.dtype"]
    if dtype not in RAW_DTYPES:
        raise bad(f"{paths[0]}: operations on bits take integers, not {_name(dtype)}")
    others = {path: fields[f"{path}.dtype"] for path in paths[1:]}
    others |= {
        path: fields[f"{path}.dtype"]
        for path in scalars
        if fields[f"{path}.kind"] == OperandKind.PER_PARTITION
    }
    for path, other in others.items():
        if other not in (dtype, dtype.value):
            raise bad(
                f"{path}: operations on bits take one type, not {_name(DType(other))} beside "
                f"{_name(dtype)}"
            )


def _name(dtype: DType) -> str:
    return FORMATS[dtype].name


def _listed(ops: Mapping[str, AluOp]) -> str:
    return ", ".join(f"{name} {op.name}" for name, op in ops.items())
