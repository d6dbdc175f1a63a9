"""What the lanes do with a beat of an instruction that chains, accumulates, selects or counts."""

from typing import Any

from amaranth.hdl import Module, Mux, Value

from ..formats import DType
from ..isa.opcodes import Opcode, ReduceCommand
from ..isa.vector_chains import (
    IndexSelect,
    Iota,
    ReadAccumulator,
    ScalarTensorTensor,
    Select,
    TensorCumulative,
    TensorScan,
)
from ..lanes.front import BeatKind
from .lane import Operand
from .reduce import AccumulateMode

__all__ = ["accumulates", "decode_chain", "decode_command", "decode_load"]


def accumulates(command: Any) -> Value:
    """Whether a :class:`ReduceCommand` accumulates results."""
    codes = (ReduceCommand.REDUCE, ReduceCommand.RESET_REDUCE, ReduceCommand.LOAD_REDUCE)
    return Value.cast(command).matches(*(code.value for code in codes))


def decode_command(m: Module, accumulate: Any, command: Any, op: Any) -> None:
    """``reduce_cmd`` and ``reduce_op`` of an instruction's elements."""
    resets = (ReduceCommand.RESET, ReduceCommand.RESET_REDUCE)
    m.d.comb += [
        accumulate.clear.eq(Value.cast(command).matches(*(code.value for code in resets))),
        accumulate.op.eq(op),
    ]
    with m.If(accumulates(command)):
        m.d.comb += accumulate.mode.eq(AccumulateMode.RUN)


def decode_load(m: Module, raw: Value, beat: Any, accumulate: Any, command: Any) -> None:
    """The scalar operand that LOAD_REDUCE puts in the accumulator."""
    with m.If((beat.kind == BeatKind.SCALAR1) & (command == ReduceCommand.LOAD_REDUCE)):
        with m.If(raw[:8].matches(Opcode.TENSOR_SCALAR.value, Opcode.TENSOR_CUMULATIVE.value)):
            m.d.comb += accumulate.mode.eq(AccumulateMode.LOAD)


def decode_chain(m: Module, raw: Value, control: Any, accumulate: Any, is_first: Value) -> None:
    """Adds the cases of an element's opcode, inside a Switch over it."""
    first, second, choice, cast = control.first, control.second, control.choice, control.cast
    with m.Case(Opcode.SCALAR_TENSOR_TENSOR):
        chain = ScalarTensorTensor(raw)
        _operations(m, control, chain)
        m.d.comb += second.operand.eq(Operand.TENSOR)
        decode_command(m, accumulate, chain.reduce_cmd, chain.reduce_op)
    with m.Case(Opcode.TENSOR_SCAN):
        _operations(m, control, TensorScan(raw))
        m.d.comb += [
            first.operand.eq(Mux(is_first, Operand.SCALAR, Operand.FEEDBACK)),
            second.operand.eq(Operand.TENSOR),
            control.capture.eq(1),
        ]
    with m.Case(Opcode.TENSOR_CUMULATIVE):
        running = TensorCumulative(raw)
        m.d.comb += [
            first.op.eq(running.op0),
            first.reverse.eq(running.reverse0),
            accumulate.mode.eq(AccumulateMode.SERIAL),
            accumulate.clear.eq(running.reduce_cmd == ReduceCommand.RESET_REDUCE),
            accumulate.op.eq(running.op1),
        ]
    with m.Case(Opcode.SELECT):
        select = Select(raw)
        _raw_move(m, control, select)
        m.d.comb += [
            choice.by_predicate.eq(1),
            choice.reverse.eq(select.reverse_pred),
            cast.keep.eq(select.keep),
        ]
        decode_command(m, accumulate, select.reduce_cmd, select.reduce_op)
    with m.Case(Opcode.INDEX_SELECT):
        select = IndexSelect(raw)
        _raw_move(m, control, select)
        m.d.comb += [
            control.widen.in1_type.eq(DType.INT32),
            control.constant.eq(select.on_false),
            choice.by_index.eq(1),
            choice.compare[0].eq(select.cmp0),
            choice.compare[1].eq(select.cmp1),
        ]
        decode_command(m, accumulate, select.reduce_cmd, select.reduce_op)
    with m.Case(Opcode.IOTA):
        dtype = Iota(raw).dst.dtype
        is_word = (dtype == DType.INT32) | (dtype == DType.UINT32)
        m.d.comb += [
            control.widen.in0_type.eq(DType.INT32),
            control.widen.raw.eq(is_word),
            cast.raw.eq(is_word),
        ]
    with m.Case(Opcode.READ_ACCUMULATOR):
        read = ReadAccumulator(raw)
        m.d.comb += [
            accumulate.mode.eq(AccumulateMode.READ),
            accumulate.op.eq(read.reduce_op),
            cast.negate.eq(read.negate),
        ]


def _operations(m: Module, control: Any, chain: Any) -> None:
    m.d.comb += [
        control.first.op.eq(chain.op0),
        control.first.reverse.eq(chain.reverse0),
        control.second.op.eq(chain.op1),
        control.second.reverse.eq(chain.reverse1),
    ]


def _raw_move(m: Module, control: Any, select: Any) -> None:
    """Equal types, and nothing is accumulated: the bits of a chosen element pass."""
    raw = (select.in0.dtype == select.dst.dtype) & ~accumulates(select.reduce_cmd)
    m.d.comb += [control.widen.raw.eq(raw), control.cast.raw.eq(raw)]
