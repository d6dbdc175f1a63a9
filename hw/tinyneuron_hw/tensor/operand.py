"""The operand format of a PE and the conversion into it at the edge of the array."""

from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..formats import FORMATS, DType
from ..isa.matmul import FP8_DTYPES, MATMUL_DTYPES, MatmulKind

__all__ = ["EXPONENT_BIAS", "FRACTION_BITS", "INTEGER_BITS", "SPECIAL_EXPONENT", "MovingOperand",
           "OperandControl", "PeOperand", "ToMoving", "ToStationary", "to_moving_ports",
           "to_stationary_ports"]  # fmt: skip

FRACTION_BITS = 11
EXPONENT_BIAS = 256
"""Exponent field of 1.0. Every finite value of a supported type has a field from 107 (2**-149) to
383 (2**127)."""
SPECIAL_EXPONENT = 511
"""Exponent field of infinity and NaN."""
INTEGER_BITS = 9
"""Bits of one factor of an integer product, signed."""

_FP32 = FORMATS[DType.FP32]
_LOW_BITS = _FP32.fraction - FRACTION_BITS
"""Bits of an FP32 significand's low half."""
_SPLIT = (DType.FP32, DType.TF32)
"""Types whose low fraction bits do not fit: TF32 has none, of FP32 they are the low half."""


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

    For integers and patterns the low 18 bits are two signed factors.
    """

    fraction: unsigned(FRACTION_BITS)
    leading: unsigned(1)
    exponent: unsigned(9)
    sign: unsigned(1)

    @property
    def significand(self) -> Value:
        """12 bits: the leading bit and the fraction."""
        return Value.cast(self)[: FRACTION_BITS + 1]

    @property
    def factors(self) -> tuple[Value, Value]:
        """The two factors of an integer operand."""
        bits = Value.cast(self)
        return (
            bits[:INTEGER_BITS].as_signed(),
            bits[INTEGER_BITS : 2 * INTEGER_BITS].as_signed(),
        )


class OperandControl(data.Struct):
    """How the elements of one side become operands."""

    dtype: DType
    exponent_bias: unsigned(6)
    """Of an FP8 type; 0 for the type's own."""
    transpose: unsigned(1)
    low: unsigned(1)
    """FP32: the low half of the significand. Infinities and NaNs are then 0."""
    low_stationary: unsigned(1)
    """FP32, moving side: meets the low half of the stationary matrix, so that infinities and NaNs
    are left to the passes with the high half."""


class MovingOperand(data.Struct):
    """What travels to the PEs of a row."""

    operand: PeOperand
    integer: unsigned(1)
    """Multiplies as two integer factors."""
    low_stationary: unsigned(1)
    """Meets the low half of the stationary matrix."""
    inert: unsigned(1)
    """A zero that gives 0 even with an infinity: the low half of a value that has none."""


def _converter_ports(result: Any) -> wiring.Signature:
    return wiring.Signature({"control": In(OperandControl), "raw": In(32), "result": Out(result)})


def to_stationary_ports() -> wiring.Signature:
    """Members of :class:`ToStationary`."""
    return _converter_ports(PeOperand)


def to_moving_ports() -> wiring.Signature:
    """Members of :class:`ToMoving`."""
    return _converter_ports(MovingOperand)


def _is_integer(control: data.View) -> Value:
    integers = MATMUL_DTYPES[MatmulKind.INTEGER]
    return Value.cast(control.dtype).matches(*integers) | control.transpose


class _ToFloat(wiring.Component):
    """One raw float to the operand of a PE, exactly; combinational. For other types the result
    is not defined."""

    control: In(OperandControl)
    raw: In(32)
    result: Out(PeOperand)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        # One path for all types: the fields are aligned first, so there is one normaliser.
        width = FRACTION_BITS + 1
        fraction = Signal(width)
        exponent = Signal(8)
        offset = Signal(9)
        special, is_nan = Signal(), Signal()
        floats = (*MATMUL_DTYPES[MatmulKind.FLOAT], *MATMUL_DTYPES[MatmulKind.FP32])
        with m.Switch(self.control.dtype):
            for dtype in floats:
                fmt = FORMATS[dtype]
                stored = _FP32.fraction if dtype in _SPLIT else fmt.fraction
                kept = min(fmt.fraction, FRACTION_BITS)
                top = stored + fmt.exponent
                own = self.control.exponent_bias
                bias = Mux(own == 0, fmt.bias, own) if dtype in FP8_DTYPES else fmt.bias
                with m.Case(dtype):
                    m.d.comb += [
                        self.result.sign.eq(self.raw[fmt.storage_bits - 1]),
                        fraction[width - kept :].eq(self.raw[stored - kept : stored]),
                        exponent.eq(self.raw[stored:top]),
                        special.eq(self.raw[stored:top].all()),
                        is_nan.eq(self.raw[:stored].any()),
                        offset.eq(EXPONENT_BIAS - bias),
                    ]
        low = self.control.low
        with m.If(low):
            m.d.comb += fraction.eq(self.raw[:_LOW_BITS])

        # What has no leading one moves up until it has: subnormals and low halves.
        shifted, steps = fraction, []
        for step in (8, 4, 2, 1):
            shifts = ~shifted[width - step :].any()
            stage = Signal(width, name=f"shifted{step}")
            m.d.comb += stage.eq(Mux(shifts, shifted << step, shifted))
            shifted, steps = stage, [shifts, *steps]
        distance, base = Signal(4), Signal(9)
        below = EXPONENT_BIAS - _FP32.bias - width
        m.d.comb += [
            distance.eq(Cat(*steps)),
            base.eq(Mux(low, exponent + (exponent == 0) + below, offset)),
        ]

        with m.If(special):
            # Of the passes of FP32 only that of both high halves sees it on the moving side.
            with m.If(~low & ~self.control.low_stationary):
                m.d.comb += [
                    self.result.exponent.eq(SPECIAL_EXPONENT),
                    self.result.leading.eq(~is_nan),
                ]
        with m.Elif(exponent.any() & ~low):
            m.d.comb += [
                self.result.exponent.eq(exponent + offset),
                self.result.leading.eq(1),
                self.result.fraction.eq(fraction >> 1),
            ]
        with m.Elif(fraction.any()):
            m.d.comb += [
                self.result.exponent.eq(base - distance),
                self.result.leading.eq(1),
                self.result.fraction.eq(shifted),
            ]
        return m


class ToStationary(wiring.Component):
    """One raw element of the stationary side to the operand of a PE, exactly.

    Members
    -------
    control: In(OperandControl).
    raw: In(32), the element in the low bits, zeros above it; an integer element is a pair.
    result: Out(PeOperand). Of a pattern the factors are its low byte and minus its high byte.

    Latency and throughput
    ----------------------
    Combinational.
    """

    def __init__(self) -> None:
        super().__init__(to_stationary_ports())

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.to_float = to_float = _ToFloat()
        factors = _pair(self.control, self.raw)
        pattern = Cat(self.raw[:8], 0, (0 - self.raw[8:16])[:INTEGER_BITS])
        m.d.comb += [
            to_float.control.eq(self.control),
            to_float.raw.eq(self.raw),
            Value.cast(self.result).eq(
                Mux(_is_integer(self.control), Mux(self.control.transpose, pattern, factors),
                    Value.cast(to_float.result))
            ),
        ]  # fmt: skip
        return m


class ToMoving(wiring.Component):
    """One raw element of the moving side to what the PEs of a row get, exactly.

    Members
    -------
    control: In(OperandControl).
    raw: In(32), as for :class:`ToStationary`.
    result: Out(MovingOperand). In a transpose an element with any bit set has the factors 1 and
        -256, which put a pattern together again; others 0 and 0.

    Latency and throughput
    ----------------------
    Combinational.
    """

    def __init__(self) -> None:
        super().__init__(to_moving_ports())

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.to_float = to_float = _ToFloat()
        factors = _pair(self.control, self.raw)
        selects = self.raw.any()
        selector = Cat(selects, Const(0, 2 * INTEGER_BITS - 2), selects)
        m.d.comb += [
            to_float.control.eq(self.control),
            to_float.raw.eq(self.raw),
            self.result.integer.eq(_is_integer(self.control)),
            self.result.low_stationary.eq(self.control.low_stationary),
            self.result.inert.eq(self.control.low & ~to_float.result.leading),
            Value.cast(self.result.operand).eq(
                Mux(self.result.integer, Mux(self.control.transpose, selector, factors),
                    Value.cast(to_float.result))
            ),
        ]  # fmt: skip
        return m


def _pair(control: data.View, raw: Value) -> Value:
    """The two factors of an INT8 or UINT8 element."""
    is_signed = Value.cast(control.dtype) == DType.INT8.value
    return Cat(raw[:8], raw[7] & is_signed, raw[8:16], raw[15] & is_signed)
