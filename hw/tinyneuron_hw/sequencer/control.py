"""What REGISTER computes and whether BRANCH is taken."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal, Value
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..isa.instructions import INSTRUCTION_BITS, Branch, Register
from ..isa.opcodes import Condition, RegisterOp

__all__ = ["ControlUnit"]


class ControlUnit(wiring.Component):
    """Combinational: both operations of a control instruction's operands ``a`` and ``b``.

    Members
    -------
    raw: resolved instruction.
    result: ``a op b`` of a REGISTER instruction.
    taken: the condition of a BRANCH instruction holds.
    """

    raw: In(INSTRUCTION_BITS)
    result: Out(32)
    taken: Out(1)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        register, branch = data.View(Register, self.raw), data.View(Branch, self.raw)
        a, b = register.a, register.b
        less_signed, less_unsigned, equal = Signal(), Signal(), Signal()
        m.d.comb += [
            less_signed.eq(a.as_signed() < b.as_signed()),
            less_unsigned.eq(a < b),
            equal.eq(a == b),
        ]
        shift = b[:5]
        product, high = Signal(64), Signal(32)
        m.d.comb += [
            product.eq(a * b),
            # What the signs of both take from the unsigned product.
            high.eq(product[32:] - Mux(a[31], b, 0) - Mux(b[31], a, 0)),
        ]
        results: dict[RegisterOp, Value] = {
            RegisterOp.ADD: a + b,
            RegisterOp.SUBTRACT: a - b,
            RegisterOp.AND: a & b,
            RegisterOp.OR: a | b,
            RegisterOp.XOR: a ^ b,
            RegisterOp.SHIFT_LEFT: (a << shift)[:32],
            RegisterOp.SHIFT_RIGHT: a >> shift,
            RegisterOp.SHIFT_RIGHT_ARITHMETIC: a.as_signed() >> shift,
            RegisterOp.MULTIPLY: product[:32],
            RegisterOp.MIN_SIGNED: Mux(less_signed, a, b),
            RegisterOp.MAX_SIGNED: Mux(less_signed, b, a),
            RegisterOp.LESS_SIGNED: less_signed,
            RegisterOp.LESS_UNSIGNED: less_unsigned,
            RegisterOp.EQUAL: equal,
            RegisterOp.MIN_UNSIGNED: Mux(less_unsigned, a, b),
            RegisterOp.MAX_UNSIGNED: Mux(less_unsigned, b, a),
            RegisterOp.NOT_EQUAL: ~equal,
            RegisterOp.GREATER_EQUAL_SIGNED: ~less_signed,
            RegisterOp.GREATER_EQUAL_UNSIGNED: ~less_unsigned,
            RegisterOp.AND_NOT: a & ~b,
            RegisterOp.MULTIPLY_HIGH_SIGNED: high,
            RegisterOp.MULTIPLY_HIGH_UNSIGNED: product[32:],
        }
        conditions: dict[Condition, Value | int] = {
            Condition.ALWAYS: 1,
            Condition.EQUAL: equal,
            Condition.NOT_EQUAL: ~equal,
            Condition.LESS_SIGNED: less_signed,
            Condition.GREATER_EQUAL_SIGNED: ~less_signed,
            Condition.LESS_UNSIGNED: less_unsigned,
            Condition.GREATER_EQUAL_UNSIGNED: ~less_unsigned,
        }
        with m.Switch(register.op):
            for op, result in results.items():
                with m.Case(op):
                    m.d.comb += self.result.eq(result)
        with m.Switch(branch.condition):
            for condition, holds in conditions.items():
                with m.Case(condition):
                    m.d.comb += self.taken.eq(holds)
        return m
