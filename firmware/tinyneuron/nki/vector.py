"""``nki.isa`` on the Vector engine: copies, arithmetic, reductions."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tinyneuron_hw.isa.opcodes import Opcode, Stream
from tinyneuron_hw.isa.rules import REDUCE_OPS

from ..lower.ir import Operand
from .activation import activate
from .checks import (
    element_bits,
    free_ref,
    lane_operand,
    not_both_psum,
    same_free_size,
    same_partitions,
)
from .engines import engine, scalar_engine, unknown_engine, vector_engine
from .operands import op_code, same_kind_of_operations, scalar_operand
from .ops import OPS, Op
from .tensor import Tensor, _merged
from .trace import KernelError, emit

__all__ = ["memset", "reciprocal", "tensor_copy", "tensor_reduce", "tensor_scalar", "tensor_tensor"]

_STREAMS = {unknown_engine: None, vector_engine: Stream.VECTOR, scalar_engine: Stream.SCALAR}


def tensor_copy(dst: Tensor, src: Tensor, engine: engine = unknown_engine) -> None:
    """``dst = src`` on chip, cast through FP32. Equal types move bits on the Vector engine; on the
    Scalar engine NaNs become canonical."""
    call = "tensor_copy"
    to = lane_operand(call, "dst", dst)
    source = lane_operand(call, "src", src)
    same_free_size(call, to, src=source)
    if engine is scalar_engine:
        activate(to, source, OPS["copy"], None, 1.0)
        return
    if engine not in _STREAMS:
        raise KernelError(f"{call}: engine must be unknown, vector or scalar, not {engine!r}")
    emit(Opcode.TENSOR_COPY, {"in0": source}, {"dst": to}, stream=_STREAMS[engine])


def memset(dst: Tensor, value: float) -> None:
    """Every element of ``dst`` becomes ``value``, rounded to its type."""
    to = lane_operand("memset", "dst", dst)
    bits = element_bits("memset", value, to.base.dtype)
    emit(Opcode.MEMSET, {}, {"dst": to}, {"value": bits}, Stream.VECTOR)


def tensor_tensor(dst: Tensor, data1: Tensor, data2: Tensor, op: Op) -> None:
    """``dst = data1 op data2`` in FP32, element by element; at most one input in PSUM."""
    call = "tensor_tensor"
    to = lane_operand(call, "dst", dst)
    left, right = lane_operand(call, "data1", data1), lane_operand(call, "data2", data2)
    same_free_size(call, to, data1=left, data2=right)
    not_both_psum(call, data1=left, data2=right)
    fields = {"op": op_code(call, "op", op, "alu")}
    same_kind_of_operations(call, fields, {"data1": left, "data2": right, "dst": to})
    emit(Opcode.TENSOR_TENSOR, {"in0": left, "in1": right}, {"dst": to}, fields, Stream.VECTOR)


def tensor_scalar(
    dst: Tensor, data: Tensor, op0: Op, operand0: float | Tensor, reverse0: bool = False,
    op1: Op | None = None, operand1: float | Tensor | None = None, reverse1: bool = False,
) -> None:  # fmt: skip
    """``dst = (data op0 operand0) op1 operand1`` in FP32; an operand is a number or one element
    per partition (``[P, 1]``); ``reverse`` swaps the sides of its operation."""
    call = "tensor_scalar"
    to, source = lane_operand(call, "dst", dst), lane_operand(call, "data", data)
    same_free_size(call, to, data=source)
    if (op1 is None) != (operand1 is None):
        raise KernelError(f"{call}: op1 and operand1 come together: {op1!r}, {operand1!r}")
    fields: dict[str, Any] = {"op0": op_code(call, "op0", op0, "alu"), "reverse0": int(reverse0)}
    reads: dict[str, Operand] = {"in0": source}
    scalar_operand(call, "operand0", operand0, source, reads, fields, op=fields["op0"])
    if op1 is not None:
        fields |= {"op1": op_code(call, "op1", op1, "alu"), "reverse1": int(reverse1)}
        scalar_operand(call, "operand1", operand1, source, reads, fields, op=fields["op1"])
    same_kind_of_operations(call, fields, {**reads, "dst": to})
    emit(Opcode.TENSOR_SCALAR, reads, {"dst": to}, fields, Stream.VECTOR)


def tensor_reduce(
    dst: Tensor, op: Op, data: Tensor, axis: int | Sequence[int], negate: bool = False,
    keepdims: bool = False,
) -> None:  # fmt: skip
    """Reduces trailing free axes of ``data``; ``negate`` flips the sign of a number.
    ``dst`` has the remaining elements (``keepdims`` says that reduced axes stay as size 1)."""
    call = "tensor_reduce"
    code = op_code(call, "op", op, "alu")
    if code not in REDUCE_OPS:
        known = ", ".join(item.name.lower() for item in REDUCE_OPS)
        raise KernelError(f"{call}: op must be one of {known}, not {op!r}")
    to, source = lane_operand(call, "dst", dst), lane_operand(call, "data", data)
    same_kind_of_operations(call, {"op": code}, {"dst": to, "data": source})
    same_partitions(call, dst=to, data=source)
    axes = sorted({operator.index(a) % data.ndim for a in
                   (axis if isinstance(axis, Sequence) else [axis])})  # fmt: skip
    if not axes or axes != list(range(axes[0], data.ndim)) or axes[0] == 0:
        raise KernelError(f"{call}: axis must be the last free axes of {data!r}, not {axis!r}")
    kept = _merged(data.strides[1 : axes[0]], data.shape[1 : axes[0]])
    # A reduced axis of size 1 is still a dimension to reduce.
    reduced = _merged(data.strides[axes[0] :], data.shape[axes[0] :]) or ((1, 1),)
    shape = data.shape[: axes[0]] + (1,) * (len(axes) if keepdims else axes[0] == 1)
    if dst.shape != shape:
        raise KernelError(f"{call}: dst must have shape {shape}, not {dst.shape}")
    pattern = replace(source, dims=kept + reduced)
    fields = {"op": code, "reduce_dims": len(reduced), "negate": int(negate)}
    reads: dict[str, Operand] = {"in0": free_ref(call, "data", pattern)}
    emit(Opcode.TENSOR_REDUCE, reads, {"dst": to}, fields, Stream.VECTOR)


def reciprocal(dst: Tensor, data: Tensor) -> None:
    """``dst = 1 / data``, correctly rounded."""
    tensor_scalar(dst, data, OPS["reciprocal"], 0.0)
