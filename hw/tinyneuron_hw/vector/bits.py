"""What lanes do for operations on bits."""

from typing import Any

from amaranth.hdl import Cat, Module, Signal, Value

from ..isa.instructions import TensorReduce, TensorScalar, TensorTensor
from ..isa.opcodes import RAW_OPS, Opcode
from ..memory.beat import has_size
from .alu import op_is

__all__ = ["decode_bits"]


def decode_bits(m: Module, command: Value, control: Any) -> None:
    """Lets elements and scalar operands pass as they are when an instruction works on bits, and
    says how many those are."""
    tensor, scalar, reduce = TensorTensor(command), TensorScalar(command), TensorReduce(command)
    dtype = Value.cast(tensor.dst.dtype)
    works_on_bits, size = Signal(), Cat(has_size(dtype, 2), has_size(dtype, 4))
    with m.Switch(command[:8]):
        with m.Case(Opcode.TENSOR_TENSOR):
            m.d.comb += works_on_bits.eq(op_is(tensor.op, RAW_OPS))
        with m.Case(Opcode.TENSOR_SCALAR):
            chain = [op_is(op, RAW_OPS) for op in (scalar.op0, scalar.op1)]
            m.d.comb += works_on_bits.eq(Cat(chain).any())
        with m.Case(Opcode.TENSOR_REDUCE):
            m.d.comb += works_on_bits.eq(op_is(reduce.op, RAW_OPS))
    m.d.comb += [
        control.widen.raw.eq(works_on_bits),
        control.widen.raw_in1.eq(works_on_bits),
        control.cast.raw.eq(works_on_bits),
        control.first.size.eq(size),
        control.second.size.eq(size),
    ]
