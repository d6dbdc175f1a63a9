"""FP32 multiplication."""

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from .round import RawFp, RoundFp32, cut
from .unpack import UnpackFp32

__all__ = ["FpMultiply"]


class FpMultiply(wiring.Component):
    """``a * b`` in FP32: round to nearest even, subnormals kept, canonical NaN.

    Parameters
    ----------
    latency:
        Registers on the path, 1 ... 3: after the product; also after normalisation; also at the
        operands.

    other:
        Whether a raw result from elsewhere can be rounded in the product's place; adds the members
        ``other`` and ``use_other``.

    Members
    -------
    a, b: FP32 bits.
    other, use_other: what to round instead, in the cycle before the register after the product.
    result: FP32 bits of the product, ``latency`` cycles later.

    Latency and throughput: ``latency`` cycles, a result every cycle.
    """

    WIDTH = 48
    """Bits of a raw result."""

    def __init__(self, latency: int = 2, *, other: bool = False):
        if latency not in (1, 2, 3):
            raise ValueError(f"latency must be 1, 2 or 3, not {latency!r}")
        self.latency = latency
        self._other = other
        members = {"a": In(32), "b": In(32), "result": Out(32)}
        if other:
            members |= {"other": In(RawFp(self.WIDTH)), "use_other": In(1)}
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        operands = cut(m, Cat(self.a, self.b), registered=self.latency >= 3, name="operands")
        m.submodules.unpack_a = unpack_a = UnpackFp32()
        m.submodules.unpack_b = unpack_b = UnpackFp32()
        a, b = unpack_a.parts, unpack_b.parts
        raw = Signal(RawFp(self.WIDTH))
        m.d.comb += [
            unpack_a.value.eq(operands[:32]),
            unpack_b.value.eq(operands[32:]),
            raw.significand.eq(a.significand * b.significand),
            # The product's top bit weighs twice the product of the operands' top bits.
            raw.exponent.eq(a.exponent + b.exponent - 126),
            raw.sign.eq(a.sign ^ b.sign),
            raw.is_nan.eq(
                a.is_nan
                | b.is_nan
                | (a.is_inf & (b.significand == 0))
                | (b.is_inf & (a.significand == 0))
            ),
            raw.is_inf.eq(a.is_inf | b.is_inf),
        ]
        if self._other:
            with m.If(self.use_other):
                m.d.comb += raw.eq(self.other)
        m.submodules.round = rounder = RoundFp32(
            self.WIDTH, underflow=True, registered=self.latency >= 2
        )
        m.d.comb += [
            rounder.raw.eq(cut(m, raw, registered=True, name="product")),
            self.result.eq(rounder.result),
        ]
        return m
