"""The operand format of a PE and the conversion into it at the edge of the array."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..formats import FORMATS, DType

__all__ = ["EXPONENT_BIAS", "FRACTION_BITS", "SPECIAL_EXPONENT", "TO_PE_OPERAND_PORTS",
           "PeOperand", "ToPeOperand"]  # fmt: skip

FRACTION_BITS = 11
EXPONENT_BIAS = 256
"""Exponent field of 1.0. Every finite value of a supported type has a field from 107 (2**-149) to
383 (2**127)."""
SPECIAL_EXPONENT = 511
"""Exponent field of infinity and NaN."""


class PeOperand(data.Struct):
    """1 sign, 9 exponent and 11 fraction bits, always normalised; ``leading`` is the hidden one,
    made explicit so that a PE needs no test for zero.

    ========  ========  =======  ========  ==================================================
    value     exponent  leading  fraction  note
    ========  ========  =======  ========  ==================================================
    finite    107..383  1        any       ``(-1)**sign * 1.fraction * 2**(exponent - 256)``
    zero      0         0        0         all zeros is +0
    infinity  511       1        0
    NaN       511       0        0         a special product with significand 0 is a NaN:
                                           NaN x anything and infinity x zero alike
    ========  ========  =======  ========  ==================================================
    """

    fraction: unsigned(FRACTION_BITS)
    leading: unsigned(1)
    exponent: unsigned(9)
    sign: unsigned(1)

    @property
    def significand(self) -> Value:
        """12 bits: the leading bit and the fraction."""
        return Value.cast(self)[: FRACTION_BITS + 1]


TO_PE_OPERAND_PORTS = wiring.Signature(
    {
        "dtype": In(DType, init=DType.BF16),
        "raw": In(32),
        "result": Out(PeOperand),
    }
)
"""Members of :class:`ToPeOperand`."""


class ToPeOperand(wiring.Component):
    """Converts one raw element to the operand of a PE, exactly.

    To add a type whose significand has at most 12 bits, name it in ``dtypes``.

    Parameters
    ----------
    dtypes:
        Types the converter knows; floats of at most 11 fraction bits.

    Members
    -------
    dtype: In(DType), the element's type, one of ``dtypes`` (else the result is not defined).
    raw: In(32), the element in the low bits.
    result: Out(PeOperand).

    Latency and throughput
    ----------------------
    Combinational.
    """

    def __init__(self, dtypes: tuple[DType, ...] = (DType.BF16, DType.FP16)):
        for dtype in dtypes:
            fmt = FORMATS[dtype]
            if not fmt.is_float or fmt.fraction > FRACTION_BITS:
                raise ValueError(
                    f"dtype must be a float of at most {FRACTION_BITS} fraction bits, "
                    f"not {fmt.name}"
                )
        self._dtypes = dtypes
        super().__init__(TO_PE_OPERAND_PORTS)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        # One path for all types: the fields are aligned first, so there is one normaliser.
        fraction = Signal(FRACTION_BITS)
        exponent = Signal(8)
        offset = Signal(9)
        special = Signal()
        with m.Switch(self.dtype):
            for dtype in self._dtypes:
                fmt = FORMATS[dtype]
                top = fmt.fraction + fmt.exponent
                with m.Case(dtype):
                    m.d.comb += [
                        self.result.sign.eq(self.raw[fmt.storage_bits - 1]),
                        fraction[FRACTION_BITS - fmt.fraction :].eq(self.raw[: fmt.fraction]),
                        exponent.eq(self.raw[fmt.fraction : top]),
                        special.eq(self.raw[fmt.fraction : top].all()),
                        offset.eq(EXPONENT_BIAS - fmt.bias),
                    ]

        # A subnormal's fraction moves up until its leading one has left it.
        shifted, steps = fraction, []
        for step in (8, 4, 2, 1):
            shifts = ~shifted[FRACTION_BITS - step :].any()
            stage = Signal(FRACTION_BITS, name=f"shifted{step}")
            m.d.comb += stage.eq(Mux(shifts, shifted << step, shifted))
            shifted, steps = stage, [shifts, *steps]
        distance = Signal(4)
        m.d.comb += distance.eq(Cat(*steps))

        with m.If(special):
            m.d.comb += [
                self.result.exponent.eq(SPECIAL_EXPONENT),
                self.result.leading.eq(~fraction.any()),
            ]
        with m.Elif(exponent.any()):
            m.d.comb += [
                self.result.exponent.eq(exponent + offset),
                self.result.leading.eq(1),
                self.result.fraction.eq(fraction),
            ]
        with m.Elif(fraction.any()):
            m.d.comb += [
                self.result.exponent.eq(offset - distance),
                self.result.leading.eq(1),
                self.result.fraction.eq(shifted << 1),
            ]
        return m
