"""Division, remainder and roots, a few bits a cycle."""

from typing import Any

from amaranth.hdl import C, Cat, Module, Mux, Signal, Value, signed, unsigned
from amaranth.lib import data, enum, wiring
from amaranth.lib.wiring import In, Out

from ..isa.opcodes import AluOp
from .round import RawFp
from .unpack import UnpackFp32

__all__ = ["DIVIDE_SIGNATURE", "DIVIDE_WIDTH", "FpDivide"]

DIVIDE_WIDTH = 26
"""24 significand bits, guard, sticky."""
_DIGITS = 24
"""Bits of a quotient or root after the first, which is always 1: 23 and guard."""
_STEPS = 4
"""Bits found in one cycle."""
_LONG = 2 * (_DIGITS + 1)
"""Bits of the quotient whose square root is a reciprocal square root."""

DIVIDE_SIGNATURE = wiring.Signature({
    "op": Out(AluOp), "a": Out(32), "b": Out(32), "start": Out(1),
    "done": In(1), "result": In(RawFp(DIVIDE_WIDTH)),
})  # fmt: skip


class _Phase(enum.Enum, shape=2):
    BEGIN = 0
    """The operands stand in the work registers as they came."""
    LONG = 1
    """Reciprocal square root: the quotient 1 / a."""
    TURN = 2
    """The quotient becomes the radicand."""
    RUN = 3


class _Work(data.Struct):
    """What a step changes."""

    remainder: unsigned(26)
    root: unsigned(_DIGITS + 1)
    """Quotient or root so far."""
    digits: unsigned(_LONG)
    """Radicand bits still to come, from the top; quotient bits enter at the bottom."""


class _Outcome(data.Struct):
    """The result but for its significand."""

    is_zero: unsigned(1)
    is_nan: unsigned(1)
    is_inf: unsigned(1)
    sign: unsigned(1)
    exponent: signed(10)


class FpDivide(wiring.Component):
    """DIVIDE, MOD, SQRT, RSQRT and RECIPROCAL of FP32 values, one at a time, by restoring steps.

    The result still is to be rounded (:class:`RoundFp32` with ``underflow``): then all are
    correctly rounded. A reciprocal square root is the root of the long quotient ``1 / a``, whose
    floor has the same floor of the root. MOD assumes that ``a`` is 0 or ``|a| >= |b|``.

    Members
    -------
    op: one of the five operations, stable from ``start`` to the end.
    a, b: FP32 bits, taken with ``start``; SQRT, RSQRT and RECIPROCAL use ``a``.
    start: take operands; overrides what runs.
    done: ``result`` is complete; stays until the next start.
    result: the exact result, lowest bit sticky.

    Latency: ``done`` 7 cycles after ``start``; 21 for RSQRT; for MOD 2 and one more for every 4
    bits that the exponents differ.
    """

    def __init__(self):
        super().__init__(DIVIDE_SIGNATURE.flip())

    def elaborate(self, platform):
        m = Module()
        phase = Signal(_Phase)
        work: Any = Signal(_Work)
        divisor, left = Signal(25), Signal(9)
        outcome: Any = Signal(_Outcome)
        turns = Signal()
        is_mod = self.op == AluOp.MOD
        m.submodules.a = a = UnpackFp32()
        m.submodules.b = b = UnpackFp32()
        m.d.comb += [a.value.eq(work.digits[:32]), b.value.eq(Cat(work.root, work.remainder)[:32])]

        extracts = (phase == _Phase.RUN) & (
            (self.op == AluOp.SQRT) | (self.op == AluOp.RSQRT)
        )  # fmt: skip
        last = self._steps(m, work, divisor, left, extracts, phase == _Phase.LONG)
        m.d.sync += [work.eq(last), left.eq(Mux(left > _STEPS, left - _STEPS, 0))]
        with m.Switch(phase):
            with m.Case(_Phase.BEGIN):
                self._begin(m, a.parts, b.parts, work, divisor, left, outcome)
                m.d.sync += turns.eq(a.parts.sign ^ b.parts.sign)
                m.d.sync += phase.eq(Mux(self.op == AluOp.RSQRT, _Phase.LONG, _Phase.RUN))
            with m.Case(_Phase.LONG):
                with m.If(left <= _STEPS):
                    m.d.sync += phase.eq(_Phase.TURN)
            with m.Case(_Phase.TURN):
                self._first_of_root(m, work.digits, work)
                m.d.sync += [left.eq(_DIGITS), phase.eq(_Phase.RUN)]
        with m.If(self.start):
            reverse = self.op == AluOp.RECIPROCAL
            m.d.sync += [
                phase.eq(_Phase.BEGIN),
                work.digits.eq(Mux(reverse, 0x3F80_0000, self.a)),
                Cat(work.root, work.remainder).eq(Mux(reverse, self.a, self.b)),
            ]

        # MOD turns the remainder to the other side of zero, in a cycle of its own.
        turned = turns & work.remainder.any()
        rest = Mux(turned, divisor - work.remainder, work.remainder)[:24]
        sticky = (self.op == AluOp.RSQRT) | last.remainder.any()
        found = Mux(is_mod, Cat(C(0, 2), rest), Cat(sticky, last.root))
        m.d.comb += [
            self.done.eq((phase == _Phase.RUN) & (left <= Mux(is_mod, 0, _STEPS))),
            self.result.significand.eq(Mux(outcome.is_zero, 0, found)),
            self.result.exponent.eq(outcome.exponent),
            self.result.sign.eq(outcome.sign),
            self.result.is_nan.eq(outcome.is_nan),
            self.result.is_inf.eq(outcome.is_inf),
        ]
        return m

    def _steps(self, m: Module, work, divisor, left, extracts: Value, feed: Value) -> data.View:
        """The work after the steps of one cycle, of which there are at most ``left``. ``feed`` is
        the next bit of a dividend."""
        for number in range(_STEPS):
            following: Any = Signal(_Work, name=f"step{number}")
            difference = Signal(signed(29), name=f"difference{number}")
            shifted = Mux(extracts, Cat(work.digits[-2:], work.remainder),
                          Cat(feed, work.remainder))  # fmt: skip
            fits = ~difference[-1]
            m.d.comb += [
                difference.eq(shifted - Mux(extracts, Cat(C(1, 2), work.root), divisor)),
                following.eq(work),
            ]
            with m.If(left > number):
                m.d.comb += [
                    following.remainder.eq(Mux(fits, difference[:28], shifted)),
                    following.root.eq(Cat(fits, work.root)),
                    following.digits.eq(
                        Mux(extracts, Cat(C(0, 2), work.digits), Cat(fits, work.digits))
                    ),
                ]
            work = following
        return work

    def _begin(self, m: Module, a, b, work, divisor, left, outcome) -> None:
        """What the operands are, and the first bit of the result."""
        top_a, exponent_a = _normalise(m, a, "a")
        top_b, exponent_b = _normalise(m, b, "b")
        a_zero, b_zero = ~top_a.any(), ~top_b.any()
        below = Signal()
        apart = Signal(signed(10))
        m.d.comb += [below.eq(top_a < top_b), apart.eq(exponent_a - exponent_b)]
        middle = Signal(signed(10))
        radicand = Signal(25)
        m.d.comb += [
            middle.eq((exponent_a + 127) >> 1),
            radicand.eq(Mux(exponent_a[0], top_a, top_a << 1)),
        ]
        m.d.sync += [divisor.eq(top_b), work.root.eq(1), left.eq(_DIGITS)]
        bad_root = a.is_nan | (a.sign & ~a_zero)
        with m.Switch(self.op):
            with m.Case(AluOp.SQRT):
                self._first_of_root(m, radicand << (_LONG - 25), work)
                m.d.sync += [
                    outcome.is_zero.eq(a_zero),
                    outcome.is_nan.eq(bad_root),
                    outcome.is_inf.eq(a.is_inf),
                    outcome.sign.eq(a.sign),
                    outcome.exponent.eq(middle),
                ]
            with m.Case(AluOp.RSQRT):
                # A dividend of ones: one below a power of two gives the same root but for the
                # powers of four, whose root then rounds up to the right one.
                m.d.sync += [divisor.eq(radicand), work.remainder.eq((1 << 23) - 1)]
                m.d.sync += left.eq(_LONG)
                m.d.sync += [
                    outcome.is_zero.eq(a.is_inf),
                    outcome.is_nan.eq(bad_root),
                    outcome.is_inf.eq(a_zero),
                    outcome.sign.eq(a.sign),
                    outcome.exponent.eq(253 - middle),
                ]
            with m.Case(AluOp.MOD):
                m.d.sync += work.remainder.eq(Mux(below, top_a, top_a - top_b))
                m.d.sync += left.eq(Mux(apart > 0, apart, 0))
                m.d.sync += [
                    outcome.is_zero.eq(a_zero),
                    outcome.is_nan.eq(a.is_nan | b.is_nan | a.is_inf | b_zero),
                    outcome.is_inf.eq(0),
                    outcome.sign.eq(b.sign),
                    outcome.exponent.eq(exponent_b),
                ]
            with m.Default():
                m.d.sync += work.remainder.eq(Mux(below, top_a << 1, top_a) - top_b)
                nan = a.is_nan | b.is_nan | (a.is_inf & b.is_inf) | (a_zero & b_zero)
                m.d.sync += [
                    outcome.is_zero.eq(a_zero | b.is_inf),
                    outcome.is_nan.eq(nan),
                    outcome.is_inf.eq(a.is_inf | b_zero),
                    outcome.sign.eq(a.sign ^ b.sign),
                    outcome.exponent.eq(apart + 127 - below),
                ]

    def _first_of_root(self, m: Module, radicand: Value, work) -> None:
        """The first bit of a root: 1, whatever the radicand's first two bits (not 0)."""
        radicand = Value.cast(radicand)
        m.d.sync += [
            work.root.eq(1),
            work.remainder.eq(radicand[_LONG - 2 : _LONG] - 1),
            work.digits.eq(Cat(C(0, 2), radicand[: _LONG - 2])),
        ]


def _normalise(m: Module, parts, name: str) -> tuple[Signal, Signal]:
    """Significand with its top bit set, unless it is 0, and the exponent that belongs to it."""
    significand, exponent = parts.significand, parts.exponent
    for step in (16, 8, 4, 2, 1):
        following = Signal(24, name=f"significand_{name}{step}")
        lower = Signal(signed(10), name=f"exponent_{name}{step}")
        empty = ~significand[-step:].any()
        m.d.comb += [
            following.eq(Mux(empty, significand << step, significand)),
            lower.eq(Mux(empty, exponent - step, exponent)),
        ]
        significand, exponent = following, lower
    return significand, exponent
