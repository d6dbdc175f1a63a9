"""``nki.isa``: one call, one instruction (``nc_matmul``: LOAD_STATIONARY and MULTIPLY_MOVING).

Names, parameters and defaults of the public module; parameters this slice does not have are left
out, so passing them is a ``TypeError``. Every rule of the hardware is checked when the kernel is
traced.
"""

from __future__ import annotations

import enum
import operator
from collections.abc import Sequence
from typing import Any

from tinyneuron_hw.formats import FORMATS
from tinyneuron_hw.isa.opcodes import Opcode, Space, Stream
from tinyneuron_hw.isa.rules import DMA_CAST_DTYPES, REDUCE_OPS

from ..lower.ir import DeviceTensor, Operand, TileRef
from .checks import (
    element_bits,
    free_ref,
    lane_operand,
    same_free_size,
    same_partitions,
)
from .matrix import nc_matmul, nc_transpose
from .operands import op_code, scalar_operand
from .ops import OPS, Op
from .tensor import Tensor, _merged
from .trace import KernelError, emit

__all__ = [
    "activation", "dma_copy", "engine", "memset", "nc_matmul", "nc_transpose", "scalar_engine",
    "tensor_copy", "tensor_reduce", "tensor_scalar", "tensor_tensor", "unknown_engine",
    "vector_engine",
]  # fmt: skip


class engine(enum.Enum):  # noqa: N801 - the public name
    """Where an instruction runs; ``unknown`` lets the compiler choose."""

    unknown = 0
    vector = 1
    scalar = 2


vector_engine, scalar_engine, unknown_engine = engine.vector, engine.scalar, engine.unknown
_STREAMS = {engine.unknown: None, engine.vector: Stream.VECTOR, engine.scalar: Stream.SCALAR}


def dma_copy(dst: Tensor, src: Tensor) -> None:
    """``dst = src`` between device memory and SBUF, in row-major order of both views, with a cast
    when the types differ (public parameters not here: ``oob_mode``, ``dge_mode``, ``engine`` ...).

    Raises
    ------
    KernelError
        Element counts differ, an operand is in PSUM or needs too many dimensions, ``dst`` is an
        input, or the types differ and have no cast.
    """
    refs = {"dst": _dma_operand("dst", dst), "src": _dma_operand("src", src)}
    counts = {role: ref.elements for role, ref in refs.items()}
    if counts["dst"] != counts["src"]:
        raise KernelError(f"dma_copy: dst has {counts['dst']} elements, src {counts['src']}: "
                          f"{dst!r}, {src!r}")  # fmt: skip
    dtypes = {ref.base.dtype for ref in refs.values()}
    if len(dtypes) > 1 and not dtypes <= set(DMA_CAST_DTYPES):
        raise KernelError(f"dma_copy: no cast from {src!r} to {dst!r}")
    target = refs["dst"].base
    if isinstance(target, DeviceTensor) and target.kind in ("input", "constant"):
        raise KernelError(f"dma_copy: dst {target.name!r} is read-only ({target.kind})")
    chip = isinstance(refs["dst"], TileRef), isinstance(refs["src"], TileRef)
    opcode = {(True, False): Opcode.DMA_LOAD, (False, True): Opcode.DMA_STORE,
              (False, False): Opcode.DMA_COPY, (True, True): Opcode.DMA_LOCAL}[chip]  # fmt: skip
    emit(opcode, {"src": refs["src"]}, {"dst": refs["dst"]})


def _dma_operand(role: str, tensor: Any) -> Operand:
    if not isinstance(tensor, Tensor):
        raise KernelError(f"dma_copy: {role} must be a tensor, not {tensor!r}")
    ref = tensor.ref()
    if isinstance(ref, TileRef):
        if ref.base.space is not Space.SBUF:
            raise KernelError(
                f"dma_copy: {role} must be in nl.sbuf or device memory, not {tensor!r}"
            )
        return free_ref("dma_copy", role, ref)
    size = FORMATS[ref.base.dtype].bytes
    if len(ref.dims) > 4:
        raise KernelError(f"dma_copy: {role} needs {len(ref.dims)} dimensions in device memory, a "
                          "transfer has 4")  # fmt: skip
    for stride, extent in ref.dims:
        if not -(1 << 31) <= stride * size < 1 << 31 or extent >= 1 << 24:
            raise KernelError(f"dma_copy: {role}: dimension of {extent} steps of {stride * size} "
                              "bytes does not fit a transfer")  # fmt: skip
    return ref


def tensor_copy(dst: Tensor, src: Tensor, engine: engine = unknown_engine) -> None:
    """``dst = src`` on chip, cast through FP32. Equal types move bits on the Vector engine; on the
    Scalar engine NaNs become canonical."""
    call = "tensor_copy"
    to = lane_operand(call, "dst", dst)
    source = lane_operand(call, "src", src)
    same_free_size(call, to, src=source)
    if engine is scalar_engine:
        _activate(to, source, OPS["copy"], None, 1.0)
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
    if left.base.space is right.base.space is Space.PSUM:
        raise KernelError(f"{call}: at most one of data1 and data2 may be in nl.psum")
    emit(Opcode.TENSOR_TENSOR, {"in0": left, "in1": right}, {"dst": to},
          {"op": op_code(call, "op", op, "alu")}, Stream.VECTOR)  # fmt: skip


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
    scalar_operand(call, "operand0", operand0, source, reads, fields)
    if op1 is not None:
        fields |= {"op1": op_code(call, "op1", op1, "alu"), "reverse1": int(reverse1)}
        scalar_operand(call, "operand1", operand1, source, reads, fields)
    emit(Opcode.TENSOR_SCALAR, reads, {"dst": to}, fields, Stream.VECTOR)


def tensor_reduce(
    dst: Tensor, op: Op, data: Tensor, axis: int | Sequence[int], negate: bool = False,
    keepdims: bool = False,
) -> None:  # fmt: skip
    """Reduces trailing free axes of ``data`` (add, maximum, minimum); ``negate`` flips the sign.
    ``dst`` has the remaining elements (``keepdims`` says that reduced axes stay as size 1)."""
    call = "tensor_reduce"
    code = op_code(call, "op", op, "alu")
    if code not in REDUCE_OPS:
        raise KernelError(f"{call}: op must be add, maximum or minimum, not {op!r}")
    to, source = lane_operand(call, "dst", dst), lane_operand(call, "data", data)
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
    pattern = TileRef(source.base, source.start_partition, source.num_partitions, source.offset,
                      kept + reduced)  # fmt: skip
    fields = {"op": code, "reduce_dims": len(reduced), "negate": int(negate)}
    reads: dict[str, Operand] = {"in0": free_ref(call, "data", pattern)}
    emit(Opcode.TENSOR_REDUCE, reads, {"dst": to}, fields, Stream.VECTOR)


def activation(
    dst: Tensor, op: Op, data: Tensor, bias: float | Tensor | None = None,
    scale: float | Tensor = 1.0,
) -> None:  # fmt: skip
    """``dst = op(data * scale + bias)`` on the Scalar engine, product and sum each rounded to FP32;
    ``bias`` and ``scale`` are numbers or ``[P, 1]``. No bias adds nothing (not even to -0)."""
    call = "activation"
    to, source = lane_operand(call, "dst", dst), lane_operand(call, "data", data)
    same_free_size(call, to, data=source)
    _activate(to, source, op, bias, scale)


def _activate(to: TileRef, source: TileRef, op: Op, bias: Any, scale: Any) -> None:
    call = "activation"
    fields: dict[str, Any] = {"function": op_code(call, "op", op, "activation")}
    reads: dict[str, Operand] = {"in0": source}
    if bias is None:
        bias = -0.0
    scalar_operand(call, "bias", bias, source, reads, fields)
    scalar_operand(call, "scale", scale, source, reads, fields)
    emit(Opcode.ACTIVATE, reads, {"dst": to}, fields, Stream.SCALAR)
