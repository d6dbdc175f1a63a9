"""The Vector engine's accumulators: one in each lane, kept from instruction to instruction.

``tensor_scalar_reduce``, ``select_reduce``, ``range_select`` and ``tensor_scalar_cumulative`` use
the same ones.
"""

from __future__ import annotations

import enum
from typing import Any

from tinyneuron_hw.isa.opcodes import Opcode, ReduceCommand, Stream
from tinyneuron_hw.isa.rules_accumulate import RUNNING_OPS

from .checks import lane_operand
from .operands import op_code
from .ops import Op
from .tensor import Tensor
from .trace import KernelError, emit

__all__ = ["accumulate_fields", "read_accumulator", "reduce_cmd"]


class reduce_cmd(enum.Enum):  # noqa: N801 - the public name
    """What an instruction does to the accumulators."""

    idle = ReduceCommand.IDLE
    reset = ReduceCommand.RESET
    reduce = ReduceCommand.REDUCE
    reset_reduce = ReduceCommand.RESET_REDUCE
    load_reduce = ReduceCommand.LOAD_REDUCE


def accumulate_fields(call: str, command: reduce_cmd, op: Op | None) -> dict[str, Any]:
    """``reduce_cmd`` and ``reduce_op`` of an instruction."""
    if not isinstance(command, reduce_cmd):
        raise KernelError(f"{call}: reduce_cmd must be one of nisa.reduce_cmd, not {command!r}")
    if command is reduce_cmd.idle:
        return {}
    code = op_code(call, "reduce_op", op, "alu")
    if code not in RUNNING_OPS:
        names = ", ".join(item.name.lower() for item in RUNNING_OPS)
        raise KernelError(f"{call}: reduce_op must be one of {names}, not {op!r}")
    return {"reduce_cmd": command.value, "reduce_op": code}


def read_accumulator(call: str, dst: Tensor, op: Op, negate: bool = False) -> None:
    """Puts what has been accumulated into ``dst``, ``[P, 1]``."""
    to = lane_operand(call, "reduce_res", dst)
    if to.per_partition != 1:
        raise KernelError(f"{call}: reduce_res must have one element per partition, not "
                          f"{to.per_partition}: {dst!r}")  # fmt: skip
    fields = {"reduce_op": op_code(call, "reduce_op", op, "alu"), "negate": int(negate)}
    emit(Opcode.READ_ACCUMULATOR, {}, {"dst": to}, fields, Stream.VECTOR)
