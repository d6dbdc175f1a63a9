"""The front end's small sequential multiplier."""

from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["SequentialMultiplier"]


class SequentialMultiplier(wiring.Component):
    """``product = a * b``, 16 bits of ``b`` a cycle.

    Members
    -------
    a: In(signed(33)), b: In(signed(32))
        Stable from the cycle of ``start`` to ``done``.
    start: In(1)
        Pulse; not while one is running.
    done: Out(1)
        Pulse two cycles after ``start``.
    product: Out(signed(64))
        Valid with ``done`` and until the next start.
    """

    a: In(signed(33))
    b: In(signed(32))
    start: In(1)
    done: Out(1)
    product: Out(signed(64))

    latency = 2

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        upper = Signal()
        digit, partial = Signal(signed(17)), Signal(signed(50))
        m.d.comb += [
            digit.eq(Mux(upper, self.b[16:].as_signed(), Cat(self.b[:16], Const(0, 1)))),
            partial.eq(self.a * digit),
        ]
        m.d.sync += [upper.eq(self.start), self.done.eq(upper)]
        with m.If(upper):
            m.d.sync += self.product.eq(self.product + (partial << 16))
        with m.Elif(self.start):
            m.d.sync += self.product.eq(partial)
        return m
