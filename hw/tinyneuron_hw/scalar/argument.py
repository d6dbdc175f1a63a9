"""From x to the y that a table is looked up with."""

from typing import Any

from amaranth.hdl import C, Cat, Const, Module, Mux, Signal, signed, unsigned
from amaranth.lib import data, memory, wiring
from amaranth.lib.wiring import In, Out

from ..float.compare import is_nan
from ..float.unpack import Fp32, UnpackFp32
from ..isa.table import (
    FIXED_BITS,
    FIXED_LIMIT,
    FIXED_LOWEST,
    FRACTION_BITS,
    GUARD_BITS,
    PERIOD_LOWEST,
    Reduction,
    reduction_factor,
)
from .control import FunctionControl, Outcome

__all__ = ["ARGUMENT_LATENCY", "Argument", "ReducedArgument"]

ARGUMENT_LATENCY = 3

_FIXED = range(FIXED_LOWEST + 1, FIXED_LIMIT)
_PERIOD = range(PERIOD_LOWEST, 128)
_PERIOD_AT = 0
_FRACTION_AT = len(_PERIOD)
_SHIFT_AT = _FRACTION_AT + len(_FIXED)
_NONE_AT = _SHIFT_AT + len(_FIXED)
_DIRECT_AT = _NONE_AT + 1
_FACTORS = [
    *(reduction_factor(Reduction.PERIOD, e) for e in _PERIOD),
    *(reduction_factor(Reduction.FRACTION, e) for e in _FIXED),
    *(reduction_factor(Reduction.SHIFT, e) for e in _FIXED),
    0,
    1 << 40 + GUARD_BITS,
]
"""What the significand is multiplied by; with the last one its top bit is the product's."""
_BIAS = 127


class ReducedArgument(data.Struct):
    """``y = (-1)**negative * 2**e * (1 + f)``; ``n`` as in :class:`Reduction`."""

    f: unsigned(FRACTION_BITS)
    e: signed(10)
    n: signed(10)
    negative: unsigned(1)
    outcome: Outcome


class _Product(data.Struct):
    """First to second stage."""

    product: unsigned(64)
    base: signed(9)
    """Exponent of the magnitude's top bit."""
    sign: unsigned(1)
    is_nan: unsigned(1)
    is_inf: unsigned(1)
    far: unsigned(1)


class _Folded(data.Struct):
    """Second to third stage."""

    magnitude: unsigned(64)
    base: signed(9)
    n: signed(10)
    negative: unsigned(1)
    sign: unsigned(1)
    is_nan: unsigned(1)
    is_inf: unsigned(1)
    far: unsigned(1)


class Argument(wiring.Component):
    """The first step of `isa/table.py`, and which results do not come from the polynomial.

    Members
    -------
    x: FP32 bits.
    control: of the element in each of the three stages.
    shift: the table's, in the second stage.
    factor_nan, factor_inf, factor_zero: what the parameter is, in the third stage.
    y: ``ARGUMENT_LATENCY`` cycles later.

    Latency and throughput: ``ARGUMENT_LATENCY`` cycles, a result every cycle.
    """

    x: In(32)
    control: In(data.ArrayLayout(FunctionControl, 3))
    shift: In(64)
    factor_nan: In(1)
    factor_inf: In(1)
    factor_zero: In(1)
    y: Out(ReducedArgument)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        product = self._multiply(m, self.control[0])
        folded = self._fold(m, self.control[1], product)
        self._normalise(m, self.control[2], folded)
        return m

    def _multiply(self, m: Module, control: Any) -> Any:
        m.submodules.unpack = unpack = UnpackFp32()
        # A memory that nothing writes, for the sake of simulators.
        m.submodules.factors = factors = memory.Memory(
            shape=64 + GUARD_BITS, depth=256, init=_FACTORS + [0] * (256 - len(_FACTORS))
        )
        read = factors.read_port(domain="comb")
        significand, exponent = unpack.parts.significand, unpack.parts.exponent
        lowest = _BIAS + PERIOD_LOWEST
        below = exponent < lowest
        fixed_at = exponent - (_BIAS + _FIXED.start)
        in_range = (exponent >= _BIAS + _FIXED.start) & (exponent < _BIAS + FIXED_LIMIT)
        product: Any = Signal(_Product, reset_less=True)
        m.d.comb += [unpack.value.eq(self.x), read.addr.eq(_NONE_AT)]
        base, far = Signal(signed(9)), Signal()
        with m.Switch(control.reduction):
            with m.Case(Reduction.DIRECT):
                m.d.comb += [read.addr.eq(_DIRECT_AT), base.eq(exponent - _BIAS)]
            with m.Case(Reduction.PERIOD):
                with m.If(~(below & control.is_shifted)):
                    m.d.comb += read.addr.eq(Mux(below, 0, exponent - lowest))
                m.d.comb += base.eq(Mux(below & ~control.is_shifted, exponent - lowest, 0) + 1)
            with m.Case(Reduction.FRACTION, Reduction.SHIFT):
                first = Mux(control.reduction == Reduction.SHIFT, _SHIFT_AT, _FRACTION_AT)
                with m.If(in_range):
                    m.d.comb += read.addr.eq(first + fixed_at)
                m.d.comb += [
                    base.eq(Mux(control.reduction == Reduction.SHIFT, 63 - FIXED_BITS, 0)),
                    far.eq(exponent >= _BIAS + FIXED_LIMIT),
                ]
        m.d.sync += [
            # As the product of all bits, but in operations of at most 64.
            product.product.eq(
                (significand * read.data[GUARD_BITS:])[:64]
                + ((significand * read.data[:GUARD_BITS]) >> GUARD_BITS)
            ),
            product.base.eq(base),
            product.sign.eq(unpack.parts.sign),
            product.is_nan.eq(is_nan(Fp32(self.x))),
            product.is_inf.eq(unpack.parts.is_inf),
            product.far.eq(far),
        ]
        return product

    def _fold(self, m: Module, control: Any, product: Any) -> Any:
        fixed, quarter, rest = Signal(64), Signal(2), Signal(62)
        value = product.product
        m.d.comb += [
            fixed.eq(Mux(product.sign, -value, value) + self.shift),
            Cat(rest, quarter).eq(fixed),
        ]
        folded: Any = Signal(_Folded, reset_less=True)
        magnitude, negative, n = Signal(64), Signal(), Signal(signed(10))
        with m.Switch(control.reduction):
            with m.Case(Reduction.DIRECT):
                m.d.comb += [magnitude.eq(value), negative.eq(product.sign)]
            with m.Case(Reduction.SHIFT):
                m.d.comb += [
                    magnitude.eq(Mux(fixed[63], -fixed, fixed)),
                    negative.eq(fixed[63]),
                ]
            with m.Case(Reduction.FRACTION):
                m.d.comb += [
                    magnitude.eq(Cat(C(0, 63 - FIXED_BITS), fixed[:FIXED_BITS], C(1, 1))),
                    n.eq(fixed[FIXED_BITS:]),
                ]
            with m.Case(Reduction.PERIOD):
                m.d.comb += [
                    magnitude.eq(Mux(quarter[0], Const(1 << 62, 63) - rest, rest)),
                    negative.eq(quarter[1]),
                ]
        m.d.sync += [
            folded.magnitude.eq(magnitude),
            folded.negative.eq(negative),
            folded.n.eq(n),
        ]
        m.d.sync += [
            folded[name].eq(product[name]) for name in ("base", "sign", "is_nan", "is_inf", "far")
        ]
        return folded

    def _normalise(self, m: Module, control: Any, folded: Any) -> None:
        magnitude, exponent = folded.magnitude, folded.base
        for bit in reversed(range(6)):
            step = 1 << bit
            shift = Signal(name=f"shift_{step}")
            next_magnitude = Signal(64, name=f"magnitude_{step}")
            next_exponent = Signal(signed(10), name=f"exponent_{step}")
            m.d.comb += [
                shift.eq(~magnitude[-step:].any()),
                next_magnitude.eq(Mux(shift, magnitude << step, magnitude)),
                next_exponent.eq(Mux(shift, exponent - step, exponent)),
            ]
            magnitude, exponent = next_magnitude, next_exponent
        m.d.sync += [
            self.y.f.eq(magnitude[63 - FRACTION_BITS : 63]),
            self.y.e.eq(exponent),
            self.y.n.eq(folded.n),
            self.y.negative.eq(folded.negative),
            self.y.outcome.eq(self._outcome(m, control, folded)),
        ]

    def _outcome(self, m: Module, control: Any, folded: Any) -> Any:
        """Tables give infinities and zeros from their specials; built-in functions are products,
        with the rules of IEEE 754, but where they are forced."""
        outcome = Signal(Outcome)
        is_zero, sign = ~folded.magnitude.any(), folded.sign
        by_parameter = control.by_parameter & sign
        with m.If(folded.is_nan):
            m.d.comb += outcome.eq(Outcome.NAN)
        with m.Elif(~control.builtin & (folded.is_inf | folded.far)):
            m.d.comb += outcome.eq(Mux(sign, Outcome.SPECIAL1, Outcome.SPECIAL0))
        with m.Elif(is_zero & control.force.zero):
            m.d.comb += outcome.eq(Mux(sign, Outcome.SPECIAL3, Outcome.SPECIAL2))
        with m.Elif(~is_zero & Mux(sign, control.force.negative, control.force.positive)):
            m.d.comb += outcome.eq(Mux(sign, Outcome.SPECIAL1, Outcome.SPECIAL0))
        with m.Elif(control.builtin):
            with m.If(
                by_parameter
                & (
                    self.factor_nan
                    | (self.factor_inf & is_zero)
                    | (self.factor_zero & folded.is_inf)
                )
            ):
                m.d.comb += outcome.eq(Outcome.NAN)
            with m.Elif(folded.is_inf | (by_parameter & self.factor_inf)):
                m.d.comb += outcome.eq(Outcome.INFINITE)
        return outcome
