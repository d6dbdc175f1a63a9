"""FP32 bits to sign, exponent and significand."""

from amaranth.hdl import Module, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

__all__ = ["Fp32", "UnpackFp32", "Unpacked"]


class Fp32(data.Struct):
    """Fields of binary32."""

    fraction: unsigned(23)
    exponent: unsigned(8)
    sign: unsigned(1)


class Unpacked(data.Struct):
    """A finite value is ``(-1)**sign * significand * 2**(exponent - 150)``."""

    significand: unsigned(24)
    """Hidden bit included; 0 for zero and infinity's meaning lies in ``is_inf``."""
    exponent: unsigned(8)
    """Biased; 1 for subnormals and zero."""
    sign: unsigned(1)
    is_nan: unsigned(1)
    is_inf: unsigned(1)


class UnpackFp32(wiring.Component):
    """Splits an FP32 value; combinational.

    Members
    -------
    value: FP32 bits.
    parts: the same number, taken apart.
    """

    value: In(32)
    parts: Out(Unpacked)

    def elaborate(self, platform):
        m = Module()
        bits = Fp32(self.value)
        normal = bits.exponent.any()
        special = bits.exponent.all()
        m.d.comb += [
            self.parts.significand.eq(bits.fraction | normal << 23),
            self.parts.exponent.eq(bits.exponent | ~normal),
            self.parts.sign.eq(bits.sign),
            self.parts.is_nan.eq(special & bits.fraction.any()),
            self.parts.is_inf.eq(special & ~bits.fraction.any()),
        ]
        return m
