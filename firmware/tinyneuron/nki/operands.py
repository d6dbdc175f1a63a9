"""Operands that several instructions take: operations, and numbers or one value per partition."""

from __future__ import annotations

from typing import Any

from tinyneuron_hw.isa.opcodes import OperandKind

from ..lower.ir import Operand, TileRef
from .checks import float_bits, lane_operand
from .ops import Op
from .tensor import Tensor
from .trace import KernelError

__all__ = ["op_code", "scalar_operand"]


def op_code(call: str, role: str, op: Any, kind: str) -> Any:
    """The operation's code on an engine: ``kind`` is ``alu`` (Vector) or ``activation``
    (Scalar)."""
    code = getattr(op, kind) if isinstance(op, Op) else None
    if code is None:
        unit = "Vector" if kind == "alu" else "Scalar"
        raise KernelError(f"{call}: {role} must be an operation of the {unit} engine, not {op!r}")
    return code


def scalar_operand(
    call: str, path: str, value: Any, data: TileRef, reads: dict[str, Operand],
    fields: dict[str, Any], name: str = "",
) -> None:  # fmt: skip
    """Adds a scalar operand: an immediate to ``fields``, one per partition to ``reads``. ``name``
    is the kernel's word for it, if not ``path``."""
    role = name or path
    if not isinstance(value, Tensor):
        fields |= {f"{path}.kind": OperandKind.IMMEDIATE,
                   f"{path}.value": float_bits(call, role, value)}  # fmt: skip
        return
    ref = lane_operand(call, role, value)
    if (ref.num_partitions, ref.per_partition) != (data.num_partitions, 1):
        raise KernelError(f"{call}: {role} must be [{data.num_partitions}, 1], not "
                          f"[{ref.num_partitions}, {ref.per_partition}]")  # fmt: skip
    fields[f"{path}.kind"] = OperandKind.PER_PARTITION
    reads[path] = ref
