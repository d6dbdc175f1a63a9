"""What may go to the accumulator: a part of `rules.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .access import ApRange
from .opcodes import RAW_OPS, AluOp, Opcode, ReduceCommand
from .operand_error import bad

__all__ = ["ACCUMULATING", "CUMULATIVE_OPS", "LOADS", "NUMBERS_ONLY", "RUNNING_OPS",
           "SUBJECTS", "check_accumulation"]  # fmt: skip

RUNNING_OPS = (AluOp.ADD, AluOp.MULTIPLY, AluOp.MAX, AluOp.MIN)
"""Operations of the accumulator."""
CUMULATIVE_OPS = (AluOp.ADD, AluOp.SUBTRACT, AluOp.MULTIPLY, AluOp.MAX, AluOp.MIN)
"""Operations of TENSOR_CUMULATIVE with what it has so far."""
ACCUMULATING = (ReduceCommand.REDUCE, ReduceCommand.RESET_REDUCE, ReduceCommand.LOAD_REDUCE)
"""Commands that accumulate results."""
NUMBERS_ONLY = (Opcode.SCALAR_TENSOR_TENSOR, Opcode.TENSOR_SCAN, Opcode.TENSOR_CUMULATIVE)
"""Instructions whose operations are arithmetic in any case."""
LOADS = (Opcode.TENSOR_SCALAR, Opcode.TENSOR_CUMULATIVE)
"""Instructions that have a value to load."""


SUBJECTS = (*NUMBERS_ONLY, Opcode.TENSOR_SCALAR, Opcode.TENSOR_REDUCE, Opcode.SELECT,
            Opcode.INDEX_SELECT, Opcode.READ_ACCUMULATOR)  # fmt: skip
"""Instructions that have these rules."""


def check_accumulation(
    opcode: Opcode, fields: Mapping[str, Any], ranges: Mapping[str, ApRange]
) -> None:
    """Raise :class:`OperandError` unless an instruction's accumulation is legal."""
    command = fields.get("reduce_cmd", ReduceCommand.IDLE)
    on_bits = any(fields.get(name) in RAW_OPS for name in ("op0", "op1"))
    if on_bits and (opcode in NUMBERS_ONLY or command in ACCUMULATING):
        raise bad(f"{opcode.name}: accumulates and chains numbers, not bits")
    if opcode is Opcode.TENSOR_REDUCE and fields["op"] in RAW_OPS and fields["negate"]:
        raise bad("negate must be 0: bits have no sign")
    if opcode is Opcode.TENSOR_CUMULATIVE:
        if command not in ACCUMULATING:
            raise bad(f"reduce_cmd: {command.name} accumulates nothing")
        if fields["op1"] not in CUMULATIVE_OPS:
            raise bad(f"op1: {fields['op1'].name} does not accumulate")
        return
    uses_op = opcode is Opcode.READ_ACCUMULATOR or command in ACCUMULATING
    if uses_op and fields["reduce_op"] not in RUNNING_OPS:
        raise bad(f"reduce_op: {fields['reduce_op'].name} does not accumulate")
    if opcode is Opcode.READ_ACCUMULATOR and ranges["dst"].count != 1:
        raise bad(f"dst must have 1 element, not {ranges['dst'].count}")
    if command is ReduceCommand.LOAD_REDUCE:
        if opcode not in LOADS:
            raise bad(f"reduce_cmd: {opcode.name} has no value to load")
        if fields["op1"] is not AluOp.BYPASS:
            raise bad("op1 must be BYPASS: operand1 is what LOAD_REDUCE loads")
    if command in ACCUMULATING and fields.get("keep"):
        raise bad("keep and an accumulation exclude each other")
