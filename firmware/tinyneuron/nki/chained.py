"""``nki.isa``: two operations in one pass, and running results along the free axes."""

from __future__ import annotations

from typing import Any

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.opcodes import Opcode, Stream

from ..lower.ir import Operand
from .accumulate import accumulate_fields, read_accumulator, reduce_cmd
from .checks import lane_operand, not_both_psum, same_free_size
from .handle import instruction
from .operands import op_code, scalar_operand
from .ops import OPS, Op
from .tensor import Tensor
from .trace import KernelError, emit

__all__ = ["scalar_tensor_tensor", "tensor_scalar_cumulative", "tensor_scalar_reduce",
           "tensor_tensor_scan"]  # fmt: skip


@instruction
def scalar_tensor_tensor(
    dst: Tensor, data: Tensor, op0: Op, operand0: float | Tensor, op1: Op, operand1: Tensor,
    reverse0: bool = False, reverse1: bool = False, name: str | None = None,
) -> None:  # fmt: skip
    """``dst = (data op0 operand0) op1 operand1``: ``operand0`` a number or ``[P, 1]``,
    ``operand1`` a tile like ``data``; at most one of the two tiles in PSUM."""
    call = "scalar_tensor_tensor"
    to, source = lane_operand(call, "dst", dst), lane_operand(call, "data", data)
    other = lane_operand(call, "operand1", operand1)
    same_free_size(call, to, data=source, operand1=other)
    not_both_psum(call, data=source, operand1=other)
    fields = {"op0": op_code(call, "op0", op0, "alu"), "reverse0": int(reverse0),
              "op1": op_code(call, "op1", op1, "alu"), "reverse1": int(reverse1)}  # fmt: skip
    reads: dict[str, Operand] = {"in0": source, "in1": other}
    scalar_operand(call, "operand0", operand0, source, reads, fields)
    emit(Opcode.SCALAR_TENSOR_TENSOR, reads, {"dst": to}, fields, Stream.VECTOR)


@instruction
def tensor_scalar_reduce(
    dst: Tensor, data: Tensor, op0: Op, operand0: float | Tensor, reduce_op: Op,
    reduce_res: Tensor | None = None, reverse0: bool = False,
    reduce_cmd: reduce_cmd = reduce_cmd.reset_reduce,
    reduce_init: float | Tensor | None = None, reduce_res_negate: bool = False,
    name: str | None = None,
) -> None:  # fmt: skip
    """``dst = data op0 operand0``, and the results (in FP32, before their cast) reduced into the
    accumulators over all free axes; ``reduce_res`` ``[P, 1]`` takes those out.

    ``reduce_init`` is what ``load_reduce`` starts with."""
    call = "tensor_scalar_reduce"
    to, source = lane_operand(call, "dst", dst), lane_operand(call, "data", data)
    same_free_size(call, to, data=source)
    fields: dict[str, Any] = {"op0": op_code(call, "op0", op0, "alu"), "reverse0": int(reverse0)}
    reads: dict[str, Operand] = {"in0": source}
    scalar_operand(call, "operand0", operand0, source, reads, fields)
    _initial(call, "reduce_init", reduce_cmd, reduce_init, source, reads, fields)
    fields |= accumulate_fields(call, reduce_cmd, reduce_op)
    emit(Opcode.TENSOR_SCALAR, reads, {"dst": to}, fields, Stream.VECTOR)
    if reduce_res is not None:
        read_accumulator(call, reduce_res, reduce_op, reduce_res_negate)


@instruction
def tensor_tensor_scan(
    dst: Tensor, data0: Tensor, data1: Tensor, initial: float | Tensor, op0: Op, op1: Op,
    reverse0: bool = False, reverse1: bool = False, name: str | None = None,
) -> None:  # fmt: skip
    """``dst[i] = (data0[i] op0 dst[i - 1]) op1 data1[i]`` along the free axes in FP32, from
    ``initial`` (a number or ``[P, 1]``) on; at most one of the two tiles in PSUM."""
    call = "tensor_tensor_scan"
    to = lane_operand(call, "dst", dst)
    left, right = lane_operand(call, "data0", data0), lane_operand(call, "data1", data1)
    same_free_size(call, to, data0=left, data1=right)
    not_both_psum(call, data0=left, data1=right)
    fields = {"op0": op_code(call, "op0", op0, "alu"), "reverse0": int(reverse0),
              "op1": op_code(call, "op1", op1, "alu"), "reverse1": int(reverse1)}  # fmt: skip
    reads: dict[str, Operand] = {"in0": left, "in1": right}
    scalar_operand(call, "operand0", initial, left, reads, fields, "initial")
    emit(Opcode.TENSOR_SCAN, reads, {"dst": to}, fields, Stream.VECTOR)


@instruction
def tensor_scalar_cumulative(
    dst: Tensor, src: Tensor, op0: Op, op1: Op, imm0: float | Tensor,
    imm1: float | Tensor | None = None, reduce_cmd: reduce_cmd = reduce_cmd.reset_reduce,
    name: str | None = None,
) -> None:  # fmt: skip
    """``r = (src[i] op0 imm0) op1 r; dst[i] = r`` along the free axes; ``r`` is the lane's running
    value, which starts as the identity of ``op1`` (``reset_reduce``), as ``imm1``
    (``load_reduce``) or as the last such instruction left it (``reduce``)."""
    call = "tensor_scalar_cumulative"
    to, source = lane_operand(call, "dst", dst), lane_operand(call, "src", src)
    same_free_size(call, to, src=source)
    for role, ref in (("dst", to), ("src", source)):
        if ref.dtype in (DType.INT32, DType.UINT32):
            raise KernelError(f"{call}: {role} must not be of 32-bit integers, which FP32 does not "
                              f"hold: {FORMATS[ref.dtype].name}")  # fmt: skip
    reads: dict[str, Operand] = {"in0": source}
    fields: dict[str, Any] = {"op0": op_code(call, "op0", op0, "alu"),
                              "op1": op_code(call, "op1", op1, "alu")}  # fmt: skip
    if op1 not in [OPS[name] for name in ("add", "subtract", "multiply", "maximum", "minimum")]:
        raise KernelError(f"{call}: op1 must be add, subtract, multiply, maximum or minimum, not "
                          f"{op1!r}")  # fmt: skip
    scalar_operand(call, "operand0", imm0, source, reads, fields, "imm0")
    _initial(call, "imm1", reduce_cmd, imm1, source, reads, fields)
    fields["reduce_cmd"] = reduce_cmd.value
    emit(Opcode.TENSOR_CUMULATIVE, reads, {"dst": to}, fields, Stream.VECTOR)


def _initial(
    call: str, role: str, command: reduce_cmd, value: Any, source: Any, reads: dict[str, Operand],
    fields: dict[str, Any],
) -> None:  # fmt: skip
    """What ``load_reduce`` starts with; it and only it takes a value."""
    loads = command is reduce_cmd.load_reduce
    if loads != (value is not None):
        raise KernelError(f"{call}: {role} comes with reduce_cmd.load_reduce and only then, not "
                          f"{value!r} with {command!r}")  # fmt: skip
    if loads:
        scalar_operand(call, "operand1", value, source, reads, fields, role)
