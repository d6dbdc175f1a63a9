"""The arithmetic of a Vector lane."""

from collections.abc import Iterable

from amaranth.hdl import C, Cat, Module, Mux, Signal, Value
from amaranth.lib import enum, wiring
from amaranth.lib.wiring import In, Out

from ..float.add import FpAdd
from ..float.compare import FpSelect
from ..float.divide import DIVIDE_WIDTH
from ..float.multiply import FpMultiply
from ..float.round import RawFp
from ..isa.opcodes import ITERATED_OPS, AluOp

__all__ = ["ALU_LATENCY", "ALU_SIGNATURE", "Alu", "op_is"]

_FLOAT_LATENCY = 2
ALU_LATENCY = _FLOAT_LATENCY + 1

ALU_SIGNATURE = wiring.Signature({
    "op": Out(AluOp), "a": Out(32), "b": Out(32), "size": Out(2),
    "quotient": Out(RawFp(DIVIDE_WIDTH)), "ending": Out(AluOp), "result": In(32),
})  # fmt: skip

_ONE = 0x3F80_0000
_MAGNITUDES = (AluOp.ABS_MAX, AluOp.ABS_MIN, AluOp.ABS, AluOp.MOD)
"""Compare operands without their signs."""
_SELECTS = (AluOp.MAX, AluOp.MIN, AluOp.ABS_MAX, AluOp.ABS_MIN, AluOp.ABS, AluOp.RELU)


class _Remainder(enum.Enum, shape=2):
    """Which unit has the result of a MOD."""

    DIVIDER = 0
    DIVIDEND = 1
    """``a`` itself: smaller than ``b``, and on its side of zero."""
    SUM = 2
    """``a + b``: smaller than ``b``, and on the other side."""


def op_is(op: Value | AluOp, ops: Iterable[AluOp]) -> Value:
    """Whether an operation is one of ``ops``."""
    return Value.cast(op).matches(*(code.value for code in ops))


class Alu(wiring.Component):
    """``a op b`` in FP32, or on raw bits; see :class:`AluOp`.

    Members
    -------
    op: in the cycle of ``a`` and ``b``.
    a, b: FP32 bits, or raw elements whose upper bits do not count. BYPASS gives the bits of ``a``
        unchanged.
    size: of raw elements: 0, 1, 2 for 1, 2, 4 bytes.
    quotient: what :class:`FpDivide` made of ``a`` and ``b``, when ``op`` is iterated.
    ending: ``op`` of ``ALU_LATENCY - 1`` cycles before: what all lanes share is kept once.
    result: FP32 bits, or a raw element.

    Latency and throughput: ``ALU_LATENCY`` cycles, a result every cycle.
    """

    def __init__(self):
        super().__init__(ALU_SIGNATURE.flip())

    def elaborate(self, platform):
        m = Module()
        op = self.op
        m.submodules.add = add = FpAdd(_FLOAT_LATENCY)
        m.submodules.multiply = multiply = FpMultiply(_FLOAT_LATENCY, other=True)
        m.submodules.select = select = FpSelect()
        signed = ~op_is(op, _MAGNITUDES)
        other = Mux(op == AluOp.ABS, self.a, Mux(op == AluOp.RELU, 0, self.b))
        unused = FpMultiply.WIDTH - DIVIDE_WIDTH
        m.d.comb += [
            add.a.eq(self.a),
            add.b.eq(Cat(self.b[:31], self.b[31] ^ (op == AluOp.SUBTRACT))),
            multiply.a.eq(self.a),
            multiply.b.eq(Mux(op == AluOp.SQUARE, self.a, self.b)),
            multiply.use_other.eq(op_is(op, ITERATED_OPS)),
            multiply.other.eq(Cat(C(0, unused), self.quotient)),
            select.a.eq(Cat(self.a[:31], self.a[31] & signed)),
            select.b.eq(Cat(other[:31], other[31] & signed)),
            select.minimum.eq(op_is(op, (AluOp.MIN, AluOp.ABS_MIN))),
        ]
        quick = Signal(32)
        self._elaborate_quick(m, select, quick)
        remainder = Signal(_Remainder)
        with m.If(select.less & self.a[:31].any()):
            same_side = self.a[31] == self.b[31]
            m.d.comb += remainder.eq(Mux(same_side, _Remainder.DIVIDEND, _Remainder.SUM))
        for stage in range(_FLOAT_LATENCY):
            delayed = Signal(32, name=f"quick{stage}", reset_less=True)
            chosen = Signal(_Remainder, name=f"remainder{stage}", reset_less=True)
            m.d.sync += [delayed.eq(quick), chosen.eq(remainder)]
            quick, remainder = delayed, chosen
        is_mod = self.ending == AluOp.MOD
        adds = op_is(self.ending, (AluOp.ADD, AluOp.SUBTRACT))
        multiplies = op_is(self.ending, (AluOp.MULTIPLY, AluOp.SQUARE, *ITERATED_OPS))
        with m.If(adds | (is_mod & (remainder == _Remainder.SUM))):
            m.d.sync += self.result.eq(add.result)
        with m.Elif(multiplies & ~(is_mod & (remainder == _Remainder.DIVIDEND))):
            m.d.sync += self.result.eq(multiply.result)
        with m.Else():
            m.d.sync += self.result.eq(quick)
        return m

    def _elaborate_quick(self, m: Module, select: FpSelect, quick: Signal) -> None:
        """Results that are known at once."""
        a, b, op = self.a, self.b, self.op
        some_a, some_b = a[:31].any(), b[:31].any()
        truth = Signal()
        for code, value in {
            AluOp.EQUAL: select.equal,
            AluOp.NOT_EQUAL: ~select.equal,
            AluOp.GREATER: select.greater,
            AluOp.GREATER_EQUAL: select.greater | select.equal,
            AluOp.LESS: select.less,
            AluOp.LESS_EQUAL: select.less | select.equal,
            AluOp.LOGICAL_AND: some_a & some_b,
            AluOp.LOGICAL_OR: some_a | some_b,
            AluOp.LOGICAL_XOR: some_a ^ some_b,
            AluOp.LOGICAL_NOT: ~some_a,
        }.items():
            with m.If(op == code):
                m.d.comb += [truth.eq(value), quick.eq(Mux(truth, _ONE, 0))]
        shifted = self._elaborate_shift(m)
        with m.Switch(op):
            with m.Case(*_SELECTS):
                m.d.comb += quick.eq(select.result)
            with m.Case(AluOp.BITWISE_AND):
                m.d.comb += quick.eq(a & b)
            with m.Case(AluOp.BITWISE_OR):
                m.d.comb += quick.eq(a | b)
            with m.Case(AluOp.BITWISE_XOR):
                m.d.comb += quick.eq(a ^ b)
            with m.Case(AluOp.BITWISE_NOT):
                m.d.comb += quick.eq(~a)
            with m.Case(AluOp.SHIFT_LEFT, AluOp.SHIFT_RIGHT, AluOp.SHIFT_RIGHT_ARITHMETIC):
                m.d.comb += quick.eq(shifted)
            with m.Case(AluOp.BYPASS, AluOp.MOD):
                m.d.comb += quick.eq(a)

    def _elaborate_shift(self, m: Module) -> Value:
        """``a`` moved by ``b``; a move to the left is one to the right of the reversed bits."""
        a, b = self.a, self.b
        byte, word = self.size == 0, self.size == 2
        left = self.op == AluOp.SHIFT_LEFT
        fill, gone = Signal(), Signal()
        m.d.comb += [
            fill.eq(
                (self.op == AluOp.SHIFT_RIGHT_ARITHMETIC) & Mux(byte, a[7], Mux(word, a[31], a[15]))
            ),
            gone.eq(b[5:8].any() | (~byte & b[8:16].any()) | (word & b[16:].any())),
        ]
        own = Cat(a[:8], Mux(byte, fill.replicate(8), a[8:16]),
                  Mux(word, a[16:], fill.replicate(16)))  # fmt: skip
        level = Signal(32, name="shift_in")
        m.d.comb += level.eq(Mux(left, a[::-1], own))
        for bit in range(5):
            step = 1 << bit
            shifted = Signal(32, name=f"shift_{step}")
            moved = Cat(level[step:], fill.replicate(step))
            m.d.comb += shifted.eq(Mux(b[bit], moved, level))
            level = shifted
        level = Mux(gone, fill.replicate(32), level)
        return Mux(left, level[::-1], level)
