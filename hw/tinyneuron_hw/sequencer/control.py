"""What REGISTER computes and whether BRANCH is taken."""

from typing import Any

from amaranth.hdl import Module, Mux, Value
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
        less_signed, less_unsigned, equal = a.as_signed() < b.as_signed(), a < b, a == b
        shift = b[:5]
        results: dict[RegisterOp, Value] = {
            RegisterOp.ADD: a + b,
            RegisterOp.SUBTRACT: a - b,
            RegisterOp.AND: a & b,
            RegisterOp.OR: a | b,
            RegisterOp.XOR: a ^ b,
            RegisterOp.SHIFT_LEFT: (a << shift)[:32],
            RegisterOp.SHIFT_RIGHT: a >> shift,
            RegisterOp.SHIFT_RIGHT_ARITHMETIC: a.as_signed() >> shift,
            RegisterOp.MULTIPLY: (a * b)[:32],
            RegisterOp.MIN_SIGNED: Mux(less_signed, a, b),
            RegisterOp.MAX_SIGNED: Mux(less_signed, b, a),
            RegisterOp.LESS_SIGNED: less_signed,
            RegisterOp.LESS_UNSIGNED: less_unsigned,
            RegisterOp.EQUAL: equal,
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
