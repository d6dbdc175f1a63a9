"""``nki.isa`` on the Scalar engine."""

from __future__ import annotations

from typing import Any

from tinyneuron_hw.isa.opcodes import Opcode, ReduceCommand, Stream

from ..lower.ir import Operand, TileRef
from ..tables.fit import FunctionTable
from ..tables.standard import standard_table
from .accumulate import reduce_cmd
from .checks import float_bits, lane_operand, same_free_size
from .handle import instruction
from .operands import op_code, scalar_operand
from .ops import OPS, Op
from .tensor import Tensor
from .trace import KernelError, emit

__all__ = ["activate", "activation", "activation_reduce"]


@instruction
def activation(
    dst: Tensor, op: Op | FunctionTable, data: Tensor, bias: float | Tensor | None = None,
    scale: float | Tensor = 1.0, reduce_op: Op | None = None, reduce_res: Tensor | None = None,
    reduce_cmd: reduce_cmd = reduce_cmd.idle, name: str | None = None, *, relu_param: float = 0.0,
) -> None:  # fmt: skip
    """``dst = op(data * scale + bias)`` on the Scalar engine, product and sum each rounded to FP32;
    ``bias`` and ``scale`` are numbers or ``[P, 1]``. No bias adds nothing (not even to -0).

    ``op`` is a function of the language, or a table of :func:`tinyneuron.tables.fit`; tables are
    loaded when they are needed. ``relu_param`` is the slope of ``nl.prelu`` below 0. The results,
    before they are cast, can be added over the free axes (``reduce_op`` must be ``nl.add``) to 8
    partial sums of each lane, as ``reduce_cmd`` says; ``reduce_res`` ``[P, 1]`` takes their sum.

    Raises
    ------
    KernelError
        ``op`` is none of the engine's, operands do not match, or a reduction is not an addition.
    """
    call = "activation"
    to, source = lane_operand(call, "dst", dst), lane_operand(call, "data", data)
    same_free_size(call, to, data=source)
    if not isinstance(reduce_cmd, _Command):
        raise KernelError(f"{call}: reduce_cmd must be one of nki.isa.reduce_cmd, not "
                          f"{reduce_cmd!r}")  # fmt: skip
    if reduce_cmd is _Command.load_reduce:
        raise KernelError(f"{call}: reduce_cmd must not be load_reduce: there is nothing to load")
    adds = reduce_cmd in (_Command.reduce, _Command.reset_reduce)
    if reduce_op is not OPS["add"] and (adds or reduce_op is not None):
        raise KernelError(f"{call}: reduce_op must be nl.add, not {reduce_op!r}")
    activate(to, source, op, bias, scale, reduce_cmd.value, relu_param)
    if reduce_res is not None:
        _read(call, source, reduce_res)


_Command = reduce_cmd


@instruction
def activation_reduce(
    dst: Tensor, op: Op | FunctionTable, data: Tensor, reduce_op: Op, reduce_res: Tensor | None,
    bias: float | Tensor | None = None, scale: float | Tensor = 1.0, name: str | None = None,
) -> None:  # fmt: skip
    """:func:`activation` that sums its results over the free axes, from 0, into ``reduce_res``
    (None: they stay in the engine)."""
    activation(dst, op, data, bias, scale, reduce_op, reduce_res, reduce_cmd.reset_reduce)


def activate(
    to: TileRef, source: TileRef, op: Op | FunctionTable, bias: Any, scale: Any,
    command: ReduceCommand = ReduceCommand.IDLE, parameter: float = 0.0,
) -> None:  # fmt: skip
    """``to = op(source * scale + bias)``."""
    call = "activation"
    fields: dict[str, Any] = {}
    table = _table(op)
    if table is None:
        fields["function"] = op_code(call, "op", op, "activation")
        fields["parameter"] = float_bits(call, "relu_param", parameter)
    if command is not ReduceCommand.IDLE:
        fields["reduce_cmd"] = command
    reads: dict[str, Operand] = {"in0": source}
    if bias is None:
        bias = -0.0
    scalar_operand(call, "bias", bias, source, reads, fields)
    scalar_operand(call, "scale", scale, source, reads, fields)
    emit(Opcode.ACTIVATE, reads, {"dst": to}, fields, Stream.SCALAR, table=table)


def _table(op: Op | FunctionTable) -> FunctionTable | None:
    if isinstance(op, FunctionTable):
        return op
    named = isinstance(op, Op) and op.activation is None and op.table is not None
    return standard_table(op.table) if named and op.table else None


def _read(call: str, source: TileRef, result: Tensor) -> None:
    """``result`` takes the sum of the partial sums."""
    ref = lane_operand(call, "reduce_res", result)
    if (ref.num_partitions, ref.per_partition) != (source.num_partitions, 1):
        raise KernelError(f"{call}: reduce_res must be [{source.num_partitions}, 1], not "
                          f"[{ref.num_partitions}, {ref.per_partition}]")  # fmt: skip
    emit(Opcode.ACTIVATE_READ, {}, {"dst": ref}, {}, Stream.SCALAR)
