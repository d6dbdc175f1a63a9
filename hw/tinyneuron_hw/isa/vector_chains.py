"""Layouts of the Vector instructions that chain operations, accumulate, select or count."""

from amaranth.hdl import signed, unsigned
from amaranth.lib import data

from .opcodes import AluOp, Comparison, ReduceCommand, RoundMode
from .operands import AccessPattern, Header, IndexPattern, ScalarOperand

__all__ = ["IndexSelect", "Iota", "ReadAccumulator", "ScalarTensorTensor", "Select",
           "TensorCumulative", "TensorScan"]  # fmt: skip


class ScalarTensorTensor(data.Struct):
    """``dst = (in0 op0 operand0) op1 in1``; ``reverse`` swaps that operation's operands."""

    header: Header
    in0: AccessPattern
    in1: AccessPattern
    dst: AccessPattern
    operand0: ScalarOperand
    reserved0: unsigned(64)
    op0: AluOp
    op1: AluOp
    reverse0: unsigned(1)
    reverse1: unsigned(1)
    round_mode: RoundMode
    reduce_cmd: ReduceCommand
    reduce_op: AluOp
    reserved: unsigned(167)


class TensorScan(data.Struct):
    """``r = (in0 op0 r) op1 in1; dst = r`` for one element after the other of each partition, in
    row-major order over all free dimensions. r starts as ``operand0`` and is kept in FP32;
    ``reverse`` swaps that operation's operands."""

    header: Header
    in0: AccessPattern
    in1: AccessPattern
    dst: AccessPattern
    operand0: ScalarOperand
    reserved0: unsigned(64)
    op0: AluOp
    op1: AluOp
    reverse0: unsigned(1)
    reverse1: unsigned(1)
    round_mode: RoundMode
    reserved: unsigned(176)


class TensorCumulative(data.Struct):
    """``r = (in0 op0 operand0) op1 r; dst = r`` for one element after the other of each partition.
    r is partial result 0 of the accumulator (see Accumulators): RESET_REDUCE starts it as the
    identity of ``op1`` (0 for SUBTRACT), LOAD_REDUCE as ``operand1``, REDUCE goes on with it.
    ``reverse0`` swaps the operands of ``op0``; ``op1`` is ADD, SUBTRACT, MULTIPLY, MAX or MIN."""

    header: Header
    in0: AccessPattern
    reserved0: unsigned(192)
    dst: AccessPattern
    operand0: ScalarOperand
    operand1: ScalarOperand
    op0: AluOp
    op1: AluOp
    reverse0: unsigned(1)
    reserved1: unsigned(1)
    round_mode: RoundMode
    reduce_cmd: ReduceCommand
    reserved: unsigned(173)


class Select(data.Struct):
    """``dst = in0`` where ``in1`` is not 0, else ``operand0``; with ``reverse_pred`` the other way
    round. With ``keep`` the elements of ``dst`` that would become ``operand0`` stay as they are.

    When ``in0`` and ``dst`` have one type and nothing is accumulated, the bits of ``in0`` move
    unchanged."""

    header: Header
    in0: AccessPattern
    in1: AccessPattern
    dst: AccessPattern
    operand0: ScalarOperand
    reserved0: unsigned(64)
    reverse_pred: unsigned(1)
    keep: unsigned(1)
    round_mode: RoundMode
    reduce_cmd: ReduceCommand
    reduce_op: AluOp
    reserved: unsigned(179)


class IndexSelect(data.Struct):
    """``dst = in0`` where both ``index cmp0 operand0`` and ``index cmp1 operand1``, else
    ``on_false`` (the bits of an FP32 number).

    ``index = offset + p * index.channel_multiplier + sum(index.strides[k] * i_k)`` for element
    (i3, i2, i1, i0) of ``in0`` in its partition number p, in INT32, wrapping around; it is
    compared as an FP32 number. When ``in0`` and ``dst`` have one type and nothing is accumulated,
    the bits of ``in0`` move unchanged."""

    header: Header
    in0: AccessPattern
    index: IndexPattern
    dst: AccessPattern
    operand0: ScalarOperand
    operand1: ScalarOperand
    offset: signed(32)
    offset_by_register: unsigned(1)
    on_false: unsigned(32)
    cmp0: Comparison
    cmp1: Comparison
    round_mode: RoundMode
    reduce_cmd: ReduceCommand
    reduce_op: AluOp
    reserved: unsigned(110)


class Iota(data.Struct):
    """``dst = index``, counted over the dimensions of ``dst`` as in INDEX_SELECT: an INT32, cast
    through FP32; its bits unchanged when ``dst`` is INT32 or UINT32."""

    header: Header
    reserved0: unsigned(192)
    index: IndexPattern
    dst: AccessPattern
    reserved1: unsigned(128)
    offset: signed(32)
    offset_by_register: unsigned(1)
    round_mode: RoundMode
    reserved: unsigned(157)


class ReadAccumulator(data.Struct):
    """``dst``, one element in each partition, becomes the accumulator's 8 partial results combined
    as in TENSOR_REDUCE; they stay as they are. ``negate`` flips the result's sign."""

    header: Header
    reserved0: unsigned(384)
    dst: AccessPattern
    reserved1: unsigned(128)
    reduce_op: AluOp
    negate: unsigned(1)
    round_mode: RoundMode
    reserved: unsigned(183)
