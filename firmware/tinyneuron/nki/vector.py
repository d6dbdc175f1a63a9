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
from .engines import (
    engine,
    gpsimd_engine,
    require_engine,
    scalar_engine,
    unknown_engine,
    vector_engine,
)
from .handle import instruction
from .operands import Step, chain, op_code, same_kind_of_operations, scalar_operand
from .ops import OPS, Op
from .strides import merged
from .tensor import Tensor
from .trace import KernelError, emit

__all__ = ["memset", "reciprocal", "tensor_copy", "tensor_reduce", "tensor_scalar", "tensor_tensor"]

_GPSIMD = {"rsqrt": (gpsimd_engine,)}
"""Operations of ``tensor_scalar`` that may be asked of GPSIMD."""
_STREAMS = {unknown_engine: None, vector_engine: Stream.VECTOR, gpsimd_engine: Stream.VECTOR}


@instruction
def tensor_copy(
    dst: Tensor, src: Tensor, engine: engine = unknown_engine, name: str | None = None
) -> None:
    """``dst = src`` on chip, cast through FP32. Equal types move bits on the Vector engine; on the
    Scalar engine NaNs become canonical."""
    call = "tensor_copy"
    to = lane_operand(call, "dst", dst)
    source = lane_operand(call, "src", src)
    same_free_size(call, to, src=source)
    require_engine(call, engine, vector_engine, scalar_engine, gpsimd_engine, dst=to, src=source)
    if engine is scalar_engine:
        activate(to, source, OPS["copy"], None, 1.0)
        return
    emit(Opcode.TENSOR_COPY, {"in0": source}, {"dst": to}, stream=_STREAMS[engine])


@instruction
def memset(
    dst: Tensor, value: float, engine: engine = unknown_engine, name: str | None = None
) -> None:
    """Every element of ``dst`` becomes ``value``, rounded to its type."""
    to = lane_operand("memset", "dst", dst)
    require_engine("memset", engine, vector_engine, gpsimd_engine, dst=to)
    bits = element_bits("memset", value, to.dtype)
    emit(Opcode.MEMSET, {}, {"dst": to}, {"value": bits}, Stream.VECTOR)


@instruction
def tensor_tensor(
    dst: Tensor, data1: Tensor, data2: Tensor, op: Op, engine: engine = unknown_engine,
    name: str | None = None,
) -> None:  # fmt: skip
    """``dst = data1 op data2`` in FP32, element by element; at most one input in PSUM.

    Three tiles of int32, or of uint32, in SBUF are added, subtracted, multiplied and compared
    exactly, modulo 2**32, unless ``engine`` is the Vector engine: by a sequence of instructions."""
    call = "tensor_tensor"
    to = lane_operand(call, "dst", dst)
    left, right = lane_operand(call, "data1", data1), lane_operand(call, "data2", data2)
    same_free_size(call, to, data1=left, data2=right)
    not_both_psum(call, data1=left, data2=right)
    require_engine(call, engine, vector_engine, gpsimd_engine, dst=to, data1=left, data2=right)
    from .integers import integers, is_exact  # it uses the Vector engine

    if is_exact(op, engine, dst, data1, data2):
        integers(dst, data1, data2, op)
        return
    fields = {"op": op_code(call, "op", op, "alu")}
    same_kind_of_operations(call, fields, {"data1": left, "data2": right, "dst": to})
    emit(Opcode.TENSOR_TENSOR, {"in0": left, "in1": right}, {"dst": to}, fields, Stream.VECTOR)


@instruction
def tensor_scalar(
    dst: Tensor, data: Tensor, op0: Op, operand0: float | Tensor, reverse0: bool = False,
    op1: Op | None = None, operand1: float | Tensor | None = None, reverse1: bool = False,
    engine: engine = unknown_engine, name: str | None = None,
) -> None:  # fmt: skip
    """``dst = (data op0 operand0) op1 operand1`` in FP32; an operand is a number or one element
    per partition (``[P, 1]``), or None for an operation of one operand; ``reverse`` swaps the
    sides of its operation. ``nl.bypass`` is no operation; the numbers that ``nl.power`` takes are
    -1, -0.5, 0.5, 1 and 2. On the Scalar engine: a product, a sum, or a sum of a product."""
    call = "tensor_scalar"
    to, source = lane_operand(call, "dst", dst), lane_operand(call, "data", data)
    same_free_size(call, to, data=source)
    steps = chain(call, (op0, operand0, reverse0), (op1, operand1, reverse1))
    if engine is scalar_engine:
        activate(to, source, OPS["copy"], *_scale_and_bias(call, steps))
        return
    require_engine(call, engine, vector_engine, scalar_engine, *_GPSIMD.get(op0.name, ()), dst=to)
    if not steps:
        emit(Opcode.TENSOR_COPY, {"in0": source}, {"dst": to}, stream=Stream.VECTOR)
        return
    fields: dict[str, Any] = {}
    reads: dict[str, Operand] = {"in0": source}
    for at, (op, operand, reverse) in enumerate(steps):
        fields |= {f"op{at}": op_code(call, f"op{at}", op, "alu"), f"reverse{at}": int(reverse)}
        code = fields[f"op{at}"]
        scalar_operand(call, f"operand{at}", operand, source, reads, fields, op=code)
    same_kind_of_operations(call, fields, {**reads, "dst": to})
    emit(Opcode.TENSOR_SCALAR, reads, {"dst": to}, fields, Stream.VECTOR)


def _scale_and_bias(call: str, steps: Sequence[Step]) -> tuple[float | Tensor | None, Any]:
    """Bias and scale of an activation that does these operations."""
    names = [op.name for op, _, _ in steps]
    if names == ["multiply"] or names == ["multiply", "add"]:
        return (steps[1][1] if len(steps) > 1 else None), steps[0][1]
    if names == ["add"]:
        return steps[0][1], 1.0
    raise KernelError(f"{call}: the Scalar engine has multiply, add, and multiply before add, not "
                      f"{' before '.join(names) or 'nothing'}")  # fmt: skip


@instruction
def tensor_reduce(
    dst: Tensor, op: Op, data: Tensor, axis: int | Sequence[int], negate: bool = False,
    keepdims: bool = False, name: str | None = None,
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
    kept = merged(data.strides[1 : axes[0]], data.shape[1 : axes[0]])
    # A reduced axis of size 1 is still a dimension to reduce.
    reduced = merged(data.strides[axes[0] :], data.shape[axes[0] :]) or ((1, 1),)
    shape = data.shape[: axes[0]] + (1,) * (len(axes) if keepdims else axes[0] == 1)
    if dst.shape != shape:
        raise KernelError(f"{call}: dst must have shape {shape}, not {dst.shape}")
    pattern = replace(source, dims=kept + reduced)
    fields = {"op": code, "reduce_dims": len(reduced), "negate": int(negate)}
    reads: dict[str, Operand] = {"in0": free_ref(call, "data", pattern)}
    emit(Opcode.TENSOR_REDUCE, reads, {"dst": to}, fields, Stream.VECTOR)


@instruction
def reciprocal(dst: Tensor, data: Tensor, name: str | None = None) -> None:
    """``dst = 1 / data``, correctly rounded."""
    tensor_scalar(dst, data, OPS["reciprocal"], 0.0)
