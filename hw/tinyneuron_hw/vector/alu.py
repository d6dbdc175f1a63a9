"""The arithmetic of a Vector lane."""

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..float.add import FpAdd
from ..float.compare import FpSelect
from ..float.multiply import FpMultiply
from ..isa.opcodes import AluOp

__all__ = ["ALU_LATENCY", "ALU_SIGNATURE", "Alu"]

_FLOAT_LATENCY = 2
ALU_LATENCY = _FLOAT_LATENCY + 1

ALU_SIGNATURE = wiring.Signature({
    "op": Out(AluOp), "a": Out(32), "b": Out(32), "ending": Out(AluOp), "result": In(32),
})  # fmt: skip


class Alu(wiring.Component):
    """``a op b`` in FP32; see :class:`AluOp`.

    Members
    -------
    op: in the cycle of ``a`` and ``b``.
    a, b: FP32 bits. BYPASS gives the bits of ``a`` unchanged.
    ending: ``op`` of ``ALU_LATENCY - 1`` cycles before: what all lanes share is kept once.
    result: FP32 bits.

    Latency and throughput: ``ALU_LATENCY`` cycles, a result every cycle.
    """

    def __init__(self):
        super().__init__(ALU_SIGNATURE.flip())

    def elaborate(self, platform):
        m = Module()
        m.submodules.add = add = FpAdd(_FLOAT_LATENCY)
        m.submodules.multiply = multiply = FpMultiply(_FLOAT_LATENCY)
        m.submodules.select = select = FpSelect()
        m.d.comb += [
            add.a.eq(self.a),
            add.b.eq(Cat(self.b[:31], self.b[31] ^ (self.op == AluOp.SUBTRACT))),
            multiply.a.eq(self.a),
            multiply.b.eq(self.b),
            select.a.eq(self.a),
            select.b.eq(self.b),
            select.minimum.eq(self.op == AluOp.MIN),
        ]
        delayed: Value = Mux(self.op == AluOp.BYPASS, self.a, select.result)
        for stage in range(_FLOAT_LATENCY):
            register = Signal(32, name=f"selected{stage}", reset_less=True)
            m.d.sync += register.eq(delayed)
            delayed = register
        with m.Switch(self.ending):
            with m.Case(AluOp.ADD, AluOp.SUBTRACT):
                m.d.sync += self.result.eq(add.result)
            with m.Case(AluOp.MULTIPLY):
                m.d.sync += self.result.eq(multiply.result)
            with m.Default():
                m.d.sync += self.result.eq(delayed)
        return m
