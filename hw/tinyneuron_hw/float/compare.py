"""FP32 maximum and minimum."""

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..formats import CANONICAL_NAN
from .unpack import Fp32

__all__ = ["FpSelect", "is_nan"]


def is_nan(value: Fp32):
    """Whether an FP32 view holds a NaN."""
    return value.exponent.all() & value.fraction.any()


class FpSelect(wiring.Component):
    """IEEE 754-2019 maximum or minimum of two FP32 values; combinational.

    A NaN operand gives the canonical NaN; -0 is below +0.

    Members
    -------
    a, b: FP32 bits.
    minimum: 1 for the minimum, 0 for the maximum.
    result: FP32 bits.
    """

    a: In(32)
    b: In(32)
    minimum: In(1)
    result: Out(32)

    def elaborate(self, platform):
        m = Module()
        above = Signal()
        m.d.comb += [
            above.eq(_order(self.a) > _order(self.b)),
            self.result.eq(Mux(above ^ self.minimum, self.a, self.b)),
        ]
        with m.If(is_nan(Fp32(self.a)) | is_nan(Fp32(self.b))):
            m.d.comb += self.result.eq(CANONICAL_NAN)
        return m


def _order(bits):
    """Unsigned key in the order of the values: positive above negative, negative reversed."""
    return Cat(bits[:31] ^ bits[31].replicate(31), ~bits[31])
