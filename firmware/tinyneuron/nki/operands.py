"""Operands that several instructions take: operations, and numbers or one value per partition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tinyneuron_hw.formats import FORMATS
from tinyneuron_hw.isa.opcodes import RAW_OPS, AluOp, OperandKind
from tinyneuron_hw.isa.rules_operations import RAW_DTYPES

from ..lower.ir import Operand, TileRef
from .checks import element_bits, float_bits, lane_operand
from .ops import OPS, Op
from .tensor import Tensor
from .trace import KernelError

__all__ = ["Step", "chain", "op_code", "same_kind_of_operations", "scalar_operand"]

Step = tuple[Op, Any, bool]
"""An operation, its scalar operand, and whether its sides are swapped."""
_POWERS = {-1: "reciprocal", -0.5: "rsqrt", 0.5: "sqrt", 1: "", 2: "square"}


def op_code(call: str, role: str, op: Any, kind: str) -> Any:
    """The operation's code on an engine: ``kind`` is ``alu`` (Vector) or ``activation``
    (Scalar)."""
    code = getattr(op, kind) if isinstance(op, Op) else None
    if code is None:
        unit = "Vector" if kind == "alu" else "Scalar"
        raise KernelError(f"{call}: {role} must be an operation of the {unit} engine, not {op!r}")
    return code


def chain(call: str, *given: tuple[Any, Any, bool]) -> list[Step]:
    """The operations that are one: without ``nl.bypass``, ``nl.power`` as the operation that it is
    for its number, and 0 as the operand of an operation that has none."""
    steps: list[Step] = []
    for at, (op, operand, reverse) in enumerate(given):
        if op is None and at and operand is None:
            continue
        if op is OPS["bypass"]:
            continue
        if op is OPS["power"]:
            op, operand = _power(call, operand, reverse)
            if op is None:
                continue
        if operand is None and isinstance(op, Op) and op.unary:
            operand = 0.0
        if op is None or operand is None:
            raise KernelError(f"{call}: op{at} and operand{at} come together: {op!r}, {operand!r}")
        steps.append((op, operand, reverse))
    return steps


def _power(call: str, exponent: Any, reverse: bool) -> tuple[Op | None, float]:
    if reverse or isinstance(exponent, Tensor) or exponent not in _POWERS:
        listed = ", ".join(map(str, _POWERS))
        raise KernelError(f"{call}: nl.power takes an exponent of {listed}, which operations of "
                          f"the Vector engine give exactly enough, not {exponent!r}")  # fmt: skip
    name = _POWERS[exponent]
    return (OPS[name] if name else None), 0.0


def scalar_operand(
    call: str, path: str, value: Any, data: TileRef, reads: dict[str, Operand],
    fields: dict[str, Any], name: str = "", op: AluOp | None = None,
) -> None:  # fmt: skip
    """Adds a scalar operand: an immediate to ``fields``, one per partition to ``reads``. ``name``
    is the kernel's word for it, if not ``path``; with an ``op`` on bits an immediate is an integer
    of the data's type."""
    role = name or path
    if not isinstance(value, Tensor):
        bits = (element_bits(call, value, data.dtype) if op in RAW_OPS
                else float_bits(call, role, value))  # fmt: skip
        fields |= {f"{path}.kind": OperandKind.IMMEDIATE, f"{path}.value": bits}
        return
    ref = lane_operand(call, role, value)
    if (ref.num_partitions, ref.per_partition) != (data.num_partitions, 1):
        raise KernelError(f"{call}: {role} must be [{data.num_partitions}, 1], not "
                          f"[{ref.num_partitions}, {ref.per_partition}]")  # fmt: skip
    fields[f"{path}.kind"] = OperandKind.PER_PARTITION
    reads[path] = ref


def same_kind_of_operations(
    call: str, fields: Mapping[str, Any], operands: Mapping[str, Operand]
) -> None:
    """Operations on bits go with each other only, and their operands are integers of one type."""
    ops = [fields[name] for name in ("op", "op0", "op1") if name in fields]
    if not any(op in RAW_OPS for op in ops):
        return
    if not all(op in RAW_OPS for op in ops):
        names = " and ".join(op.name.lower() for op in ops)
        raise KernelError(f"{call}: both operations must work on bits or neither, not {names}")
    dtypes = {role: ref.dtype for role, ref in operands.items()}
    if len(set(dtypes.values())) > 1 or not set(dtypes.values()) <= set(RAW_DTYPES):
        listed = ", ".join(f"{role} {FORMATS[dtype].name}" for role, dtype in dtypes.items())
        raise KernelError(f"{call}: operations on bits take integers of one type, not {listed}")
