"""Casts between FP32 and every other element type, generated from the table of formats."""

from collections.abc import Sequence

from amaranth.hdl import C, Cat, Module, Mux, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..formats import FORMATS, DType, Format
from ..isa.rules import CAST_DTYPES
from .round import RawFp, RoundFp32
from .shift import shift_right_sticky
from .unpack import UnpackFp32

__all__ = ["FromFp32", "ToFp32"]

_TOP = 31
"""Both casts keep a significand whose top bit is bit 31: as an integer, a weight of 2**31."""


_FRACTION = 32
"""Bits of the part that is cut off, for stochastic rounding."""


def _stored_fraction(fmt: Format) -> int:
    """Fraction bits in memory; TF32 has more than it uses."""
    return fmt.storage_bits - 1 - fmt.exponent


class ToFp32(wiring.Component):
    """Casts an element to FP32; combinational.

    Floats up to FP32 convert exactly (subnormals too; the low 13 bits of a TF32 only say whether it
    is a NaN), integers round to nearest even, NaN
    becomes the canonical NaN, a BOOL is 0 or 1. Codes outside ``dtypes`` give +0.

    Parameters
    ----------
    dtypes:
        Types the component converts.

    Members
    -------
    dtype: type of the element.
    raw: the element in the low bits; the bits above it are ignored.
    result: FP32 bits.
    """

    dtype: In(DType, init=DType.FP32)
    raw: In(32)
    result: Out(32)

    def __init__(self, dtypes: Sequence[DType] = CAST_DTYPES):
        self._dtypes = tuple(dtypes)
        super().__init__()

    def elaborate(self, platform):
        m = Module()
        m.submodules.round = rounder = RoundFp32(_TOP + 1)
        with m.Switch(self.dtype):
            for dtype in self._dtypes:
                fmt = FORMATS[dtype]
                with m.Case(dtype):
                    if fmt.is_float:
                        self._unpack_float(m, fmt, rounder.raw)
                    else:
                        self._unpack_integer(m, fmt, rounder.raw)
        m.d.comb += self.result.eq(rounder.result)
        return m

    def _unpack_float(self, m: Module, fmt: Format, raw: RawFp) -> None:
        width = _stored_fraction(fmt)
        unused = width - fmt.fraction
        fraction = self.raw[:width]
        exponent = self.raw[width : fmt.storage_bits - 1]
        normal = exponent.any()
        m.d.comb += [
            raw.sign.eq(self.raw[fmt.storage_bits - 1]),
            raw.significand.eq(Cat(fraction[unused:], normal) << (_TOP - fmt.fraction)),
            raw.exponent.eq((exponent | ~normal) + (127 - fmt.bias)),
            raw.is_nan.eq(exponent.all() & fraction.any()),
            raw.is_inf.eq(exponent.all() & ~fraction.any()),
        ]

    def _unpack_integer(self, m: Module, fmt: Format, raw: RawFp) -> None:
        value = self.raw[: fmt.storage_bits]
        if fmt.kind == "bool":
            value = value.any()
        elif fmt.kind == "signed":
            m.d.comb += raw.sign.eq(value[-1])
            value = Mux(value[-1], (-value)[: fmt.storage_bits], value)
        m.d.comb += [raw.significand.eq(value), raw.exponent.eq(127 + _TOP)]


class FromFp32(wiring.Component):
    """Casts FP32 to an element type; combinational.

    Rounds to nearest even, or stochastically: up in magnitude when the part that is cut off, as a
    fraction of 32 bits (anything below its last bit sets that), and ``random`` add up to 1 or more.
    Floats: overflow to infinity, NaN to the type's canonical NaN. Integers
    saturate and NaN becomes 0. A BOOL is 1 for everything but zero. Codes outside ``dtypes`` give
    0.

    Parameters
    ----------
    dtypes:
        Types the component converts.
    stochastic:
        Whether it can round stochastically; adds the members ``stochastic`` and ``random``.

    Members
    -------
    dtype: type of the element.
    value: FP32 bits.
    stochastic: how to round.
    random: 32 random bits.
    raw: the element in the low bits, zeros above.
    """

    def __init__(self, dtypes: Sequence[DType] = CAST_DTYPES, *, stochastic: bool = False):
        self._dtypes = tuple(dtypes)
        self._stochastic = stochastic
        members = {"dtype": In(DType, init=DType.FP32), "value": In(32), "raw": Out(32)}
        if stochastic:
            members |= {"stochastic": In(1), "random": In(32)}
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        m.submodules.unpack = unpack = UnpackFp32()
        m.d.comb += unpack.value.eq(self.value)
        exponent = Signal(signed(10))
        distance = Signal(signed(10))
        with m.Switch(self.dtype):
            for dtype in self._dtypes:
                with m.Case(dtype):
                    self._distance(m, FORMATS[dtype], unpack.parts, exponent, distance)
        rounded = self._shift_and_round(m, unpack.parts.significand, distance)
        with m.Switch(self.dtype):
            for dtype in self._dtypes:
                fmt = FORMATS[dtype]
                with m.Case(dtype):
                    if fmt.is_float:
                        self._pack_float(m, fmt, unpack.parts, exponent, rounded)
                    elif fmt.kind == "bool":
                        m.d.comb += self.raw.eq(self.value[:31].any())
                    else:
                        self._pack_integer(m, fmt, unpack.parts, distance, rounded)
        return m

    def _distance(self, m: Module, fmt: Format, parts, exponent, distance) -> None:
        """How far the significand moves right so that its last kept bit is bit 0; for floats also
        the biased exponent of the target type, 1 for subnormals."""
        if not fmt.is_float:
            m.d.comb += distance.eq(127 + _TOP - parts.exponent)
            return
        rebiased = parts.exponent - (127 - fmt.bias)
        m.d.comb += [exponent.eq(rebiased), distance.eq(_TOP - fmt.fraction)]
        with m.If(rebiased < 1):
            m.d.comb += [exponent.eq(1), distance.eq(_TOP - fmt.fraction + 1 - rebiased)]

    def _shift_and_round(self, m: Module, significand: Value, distance: Value) -> Signal:
        amount = Signal(6)
        with m.If(distance > 63):
            m.d.comb += amount.eq(63)
        with m.Elif(distance > 0):
            m.d.comb += amount.eq(distance)
        # Below the significand's 24 bits: zeros down to bit 0, then the fraction that is cut off;
        # of that, rounding to nearest needs guard and sticky.
        cut = _FRACTION if self._stochastic else 2
        wide = Cat(C(0, _TOP + 1 + cut - 24), significand)
        shifted = shift_right_sticky(m, wide, amount, name="shifted")
        kept, fraction = shifted[cut:], shifted[:cut]
        up, rounded = Signal(), Signal(_TOP + 2)
        m.d.comb += [up.eq(fraction[-1] & (fraction[:-1].any() | kept[0])), rounded.eq(kept + up)]
        if self._stochastic:
            total = Signal(_FRACTION + 1)
            m.d.comb += total.eq(fraction + self.random)
            with m.If(self.stochastic):
                m.d.comb += up.eq(total[-1])
        return rounded

    def _pack_float(self, m: Module, fmt: Format, parts, exponent, rounded) -> None:
        magnitude_bits = fmt.fraction + fmt.exponent
        infinity = ((1 << fmt.exponent) - 1) << fmt.fraction
        # The hidden bit in ``rounded`` adds the last 1 to the exponent, as does a carry.
        packed = rounded + ((exponent - 1)[: fmt.exponent + 1] << fmt.fraction)
        overflow = (exponent >= (1 << fmt.exponent) - 1) | (packed >= infinity)
        magnitude = Signal(magnitude_bits, name=f"magnitude_{fmt.name}")
        padding = _stored_fraction(fmt) - fmt.fraction
        m.d.comb += magnitude.eq(Mux(parts.is_inf | overflow, infinity, packed))
        with m.If(parts.is_nan):
            m.d.comb += self.raw.eq(fmt.canonical_nan)
        with m.Else():
            m.d.comb += self.raw.eq(Cat(C(0, padding), magnitude, parts.sign))

    def _pack_integer(self, m: Module, fmt: Format, parts, distance, rounded) -> None:
        width = fmt.storage_bits
        if fmt.kind == "signed":
            largest, smallest = (1 << (width - 1)) - 1, 1 << (width - 1)
            limit = largest + parts.sign
            negative = (-rounded)[:width]
        else:
            largest, smallest = (1 << width) - 1, 0
            limit, negative = largest, 0
        with m.If(parts.is_nan):
            m.d.comb += self.raw.eq(0)
        with m.Elif((distance < 0) | (rounded > limit)):
            m.d.comb += self.raw.eq(Mux(parts.sign, smallest, largest))
        with m.Else():
            m.d.comb += self.raw.eq(Mux(parts.sign, negative, rounded)[:width])
