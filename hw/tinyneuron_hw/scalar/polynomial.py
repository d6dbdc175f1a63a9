"""The polynomial of a segment, scaled and rounded."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value, signed, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..float.round import RawFp, RoundFp32, cut
from ..formats import CANONICAL_NAN
from ..isa.table import (
    COEFFICIENT_BITS,
    FRACTION_BITS,
    P1_BITS,
    P2_BITS,
    P3_BITS,
    STEP_BITS,
    SUM_BITS,
    U_CUT,
    Segment,
    Symmetry,
)
from ..lanes.steps import delayed
from .control import Factor, FunctionControl, Outcome
from .lookup import Found

__all__ = ["POLYNOMIAL_LATENCY", "Polynomial"]

POLYNOMIAL_LATENCY = 5

_SUM_WIDTH = 62
"""The sum with its sign has one bit more."""
_TOP = _SUM_WIDTH - 1 - SUM_BITS
"""Exponent of the magnitude's top bit."""
_LIMIT = 400
"""Biased exponents beyond overflow and underflow whatever the sum is."""


class _Beside(data.Struct):
    """What goes beside the polynomial."""

    f: unsigned(FRACTION_BITS)
    u: unsigned(FRACTION_BITS + 1)
    c0: signed(29)
    by_mantissa: unsigned(1)
    exponent: signed(10)
    """Biased exponent of the sum's top bit."""
    e: signed(10)
    adds: unsigned(1)
    negative: unsigned(1)
    outcome: Outcome


class Polynomial(wiring.Component):
    """The third and fourth step of `isa/table.py`; for built-in functions a product instead.

    Members
    -------
    segment, found: from the lookup.
    control: of the element in each of the five stages and at the end.
    parameter: other factor of a product, where the control says so, in each of those stages.
    step: the table's, in the third stage.
    specials: FP32 results, at the end.
    result: FP32 bits, ``POLYNOMIAL_LATENCY`` cycles later.

    Latency and throughput: ``POLYNOMIAL_LATENCY`` cycles, a result every cycle.
    """

    segment: In(Segment)
    found: In(Found)
    control: In(data.ArrayLayout(FunctionControl, POLYNOMIAL_LATENCY + 1))
    parameter: In(data.ArrayLayout(Factor, POLYNOMIAL_LATENCY + 1))
    step: In(signed(32))
    specials: In(data.ArrayLayout(32, 4))
    result: Out(32)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        segment, found = self.segment, self.found
        u = Signal(FRACTION_BITS + 1)
        m.d.comb += u.eq(Mux(segment.flip, (1 << FRACTION_BITS) - found.t, found.t))
        beside: Any = Signal(_Beside)
        m.d.comb += [
            beside.u.eq(u),
            beside.c0.eq(segment.c0),
            beside.exponent.eq(self._exponent(m)),
        ]
        m.d.comb += [beside.by_mantissa.eq(segment.by_mantissa)]
        m.d.comb += [
            beside[name].eq(found[name]) for name in ("f", "e", "adds", "negative", "outcome")
        ]
        stages = delayed(m, beside, 4, name="beside")

        bits = COEFFICIENT_BITS
        p3 = self._inner(
            m, "p3", 28, segment.c3, bits[3], segment.c4, bits[4], u, U_CUT[3], P3_BITS
        )
        c2 = delayed(m, segment.c2, 1, name="c2")[-1]
        c1 = delayed(m, segment.c1, 2, name="c1_")[-1]
        p2 = self._inner(m, "p2", 30, c2, bits[2], p3, P3_BITS, stages[1].u, U_CUT[2], P2_BITS)
        p1 = Signal(signed(32), reset_less=True)
        self._inner_into(m, p1, c1, bits[1], p2, P2_BITS, stages[2].u, U_CUT[1], P1_BITS)
        self._product_instead(m, p1, stages[2])
        added = Signal(signed(42), reset_less=True)
        m.d.sync += added.eq(Mux(stages[2].adds, stages[2].e, 0) * self.step)
        self._sum(m, stages[3], stages[4], p1, added)
        return m

    def _exponent(self, m: Module) -> Signal:
        """Biased exponent of the sum's top bit."""
        segment, found, control = self.segment, self.found, self.control[0]
        wide, exponent = Signal(signed(14)), Signal(signed(10))
        factor = self._factor(m, 0, found.negative)
        own = segment.exponent + Mux(segment.by_mantissa, found.e, 0) + found.scale
        m.d.comb += [
            wide.eq(
                Mux(
                    control.builtin,
                    found.e + Mux(control.square, found.e, factor.exponent),
                    own,
                )
                + (127 + _TOP)
            ),
            exponent.eq(Mux(wide > _LIMIT, _LIMIT, Mux(wide < -_LIMIT, -_LIMIT, wide))),
        ]
        return exponent

    def _factor(self, m: Module, stage: int, negative: Value) -> Any:
        """The other factor of a built-in function that is no square."""
        factor: Any = Signal(Factor, name=f"factor{stage}")
        m.d.comb += factor.significand.eq(1 << 23)
        with m.If(self.control[stage].by_parameter & negative):
            m.d.comb += factor.eq(self.parameter[stage])
        return factor

    def _inner(self, m: Module, name: str, width: int, *terms: Any) -> Signal:
        result = Signal(signed(width), name=name, reset_less=True)
        self._inner_into(m, result, *terms)
        return result

    def _inner_into(self, m: Module, result: Signal, c: Any, c_bits: int, p: Any, p_bits: int,
                    u: Value, u_cut: int, result_bits: int) -> None:  # fmt: skip
        """``c + p * u``, each with its fraction bits, the product rounded down."""
        down = p_bits + FRACTION_BITS - u_cut - result_bits
        product = (p * u[u_cut:]) >> down
        m.d.sync += result.eq((c << (result_bits - c_bits)) + product)

    def _product_instead(self, m: Module, p1: Signal, beside: Any) -> None:
        control = self.control[2]
        factor = self._factor(m, 2, beside.negative)
        with m.If(control.builtin):
            with m.If(control.square):
                m.d.sync += p1.eq(Cat(beside.f, 1) << (P1_BITS - FRACTION_BITS))
            with m.Else():
                m.d.sync += p1.eq(factor.significand << (P1_BITS - 23))

    def _sum(self, m: Module, beside: Any, last: Any, p1: Signal, added: Signal) -> None:
        control = self.control[3]
        w = Mux(beside.by_mantissa | control.builtin, Cat(beside.f, 1), beside.u)
        total = Signal(signed(_SUM_WIDTH + 1), reset_less=True)
        own = (beside.c0 << (SUM_BITS - COEFFICIENT_BITS[0])) + (added << (SUM_BITS - STEP_BITS))
        product = (p1 * w) >> (P1_BITS + FRACTION_BITS - SUM_BITS)
        m.d.sync += total.eq(product + Mux(control.builtin, 0, own))

        end = self.control[4]
        factor = self._factor(m, 4, last.negative)
        is_odd = end.symmetry == Symmetry.ODD
        negate = (is_odd & last.negative) ^ (end.builtin & factor.sign)
        m.submodules.round = rounder = RoundFp32(_SUM_WIDTH, underflow=True, registered=True)
        raw: Any = Signal(RawFp(_SUM_WIDTH))
        m.d.comb += [
            raw.significand.eq(Mux(total[-1], -total, total)),
            raw.exponent.eq(last.exponent),
            raw.sign.eq(total[-1] ^ negate),
            raw.is_inf.eq(last.outcome == Outcome.INFINITE),
            rounder.raw.eq(raw),
            self.result.eq(rounder.result),
        ]
        outcome = cut(m, last.outcome, registered=True, name="outcome")
        code = Value.cast(outcome)
        with m.If(code[2]):
            with m.Switch(code[:2]):
                for number in range(4):
                    with m.Case(number):
                        m.d.comb += self.result.eq(self.specials[number])
        with m.Elif(code == Outcome.NAN.value):
            m.d.comb += self.result.eq(CANONICAL_NAN)
