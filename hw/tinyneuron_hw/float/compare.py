"""FP32 maximum, minimum and comparison."""

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..formats import CANONICAL_NAN
from ..isa.opcodes import Comparison
from .unpack import Fp32

__all__ = ["FpCompare", "FpSelect", "is_nan"]


def is_nan(value: Fp32):
    """Whether an FP32 view holds a NaN."""
    return value.exponent.all() & value.fraction.any()


class FpSelect(wiring.Component):
    """IEEE 754-2019 maximum or minimum of two FP32 values, and how they compare; combinational.

    A NaN operand gives the canonical NaN; -0 is below +0.

    Members
    -------
    a, b: FP32 bits.
    minimum: 1 for the minimum, 0 for the maximum.
    result: FP32 bits.
    equal, greater, less: IEEE comparisons of ``a`` with ``b``: zeros are equal, and none holds with
        a NaN.
    """

    a: In(32)
    b: In(32)
    minimum: In(1)
    result: Out(32)
    equal: Out(1)
    greater: Out(1)
    less: Out(1)

    def elaborate(self, platform):
        m = Module()
        above, same, unordered = Signal(), Signal(), Signal()
        m.d.comb += [
            above.eq(_order(self.a) > _order(self.b)),
            same.eq((self.a == self.b) | ~(self.a[:31].any() | self.b[:31].any())),
            unordered.eq(is_nan(Fp32(self.a)) | is_nan(Fp32(self.b))),
            self.equal.eq(same & ~unordered),
            self.greater.eq(above & ~same & ~unordered),
            self.less.eq(~above & ~same & ~unordered),
            self.result.eq(Mux(above ^ self.minimum, self.a, self.b)),
        ]
        with m.If(unordered):
            m.d.comb += self.result.eq(CANONICAL_NAN)
        return m


class FpCompare(wiring.Component):
    """Compares two FP32 values as asked; combinational.

    Members
    -------
    comparison: see :class:`Comparison`.
    a, b: FP32 bits.
    holds: whether ``a comparison b``.
    """

    comparison: In(Comparison)
    a: In(32)
    b: In(32)
    holds: Out(1)

    def elaborate(self, platform):
        m = Module()
        m.submodules.order = order = FpSelect()
        m.d.comb += [order.a.eq(self.a), order.b.eq(self.b)]
        with m.Switch(self.comparison):
            for comparison, holds in {
                Comparison.EQUAL: order.equal,
                Comparison.NOT_EQUAL: ~order.equal,
                Comparison.GREATER: order.greater,
                Comparison.GREATER_EQUAL: order.greater | order.equal,
                Comparison.LESS: order.less,
                Comparison.LESS_EQUAL: order.less | order.equal,
            }.items():
                with m.Case(comparison):
                    m.d.comb += self.holds.eq(holds)
        return m


def _order(bits):
    """Unsigned key in the order of the values: positive above negative, negative reversed."""
    return Cat(bits[:31] ^ bits[31].replicate(31), ~bits[31])
