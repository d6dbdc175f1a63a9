"""``nki.isa`` on the Scalar engine."""

from __future__ import annotations

from typing import Any

from tinyneuron_hw.isa.opcodes import Opcode, Stream

from ..lower.ir import Operand, TileRef
from .checks import lane_operand, same_free_size
from .operands import op_code, scalar_operand
from .ops import Op
from .tensor import Tensor
from .trace import emit

__all__ = ["activate", "activation"]


def activation(
    dst: Tensor, op: Op, data: Tensor, bias: float | Tensor | None = None,
    scale: float | Tensor = 1.0,
) -> None:  # fmt: skip
    """``dst = op(data * scale + bias)`` on the Scalar engine, product and sum each rounded to FP32;
    ``bias`` and ``scale`` are numbers or ``[P, 1]``. No bias adds nothing (not even to -0)."""
    call = "activation"
    to, source = lane_operand(call, "dst", dst), lane_operand(call, "data", data)
    same_free_size(call, to, data=source)
    activate(to, source, op, bias, scale)


def activate(to: TileRef, source: TileRef, op: Op, bias: Any, scale: Any) -> None:
    """``to = op(source * scale + bias)``."""
    call = "activation"
    fields: dict[str, Any] = {"function": op_code(call, "op", op, "activation")}
    reads: dict[str, Operand] = {"in0": source}
    if bias is None:
        bias = -0.0
    scalar_operand(call, "bias", bias, source, reads, fields)
    scalar_operand(call, "scale", scale, source, reads, fields)
    emit(Opcode.ACTIVATE, reads, {"dst": to}, fields, Stream.SCALAR)
