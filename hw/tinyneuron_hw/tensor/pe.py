"""One processing element: an IEEE FP32 fused multiply-add, or two products of integers."""

from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..formats import CANONICAL_NAN, FORMATS, DType
from .operand import EXPONENT_BIAS, SPECIAL_EXPONENT, PeOperand

__all__ = ["PE_PORTS", "SPECIAL_PRODUCT", "Pe"]

_FP32 = FORMATS[DType.FP32]
_FP32_INFINITY = Const(0x7F80_0000, 31)

_REBIAS = 2 * EXPONENT_BIAS - _FP32.bias
"""Exponent field of a product minus the FP32 field of the same power of two."""
SPECIAL_PRODUCT = 0x370
"""Field of an infinite or NaN product: above that of any finite one (767), and so large that an
infinite product overflows like any other large number."""
_INFINITE_ADDEND = 490
"""FP32 field that an infinite addend gets: it outweighs every finite product (field 383)."""

_LEADING_ONE = Const(sum((max(n, 1).bit_length() - 1) << 2 * n for n in range(16)), 32)
"""Position of the leading one of n, 0 ... 15, in bits 2n and 2n + 1."""

PE_PORTS = wiring.Signature(
    {
        "moving": In(PeOperand),
        "low": In(1),
        "special_product": In(10),
        "integer": In(4),
        "sum_in": In(32),
        "sum_out": Out(32),
        "swap": In(1),
        "load": In(1),
        "load_low": In(1),
        "clear": In(1),
        "stationary": In(PeOperand),
    }
)
"""Members of :class:`Pe`."""


class Pe(wiring.Component):
    """``sum_out = fma(active stationary, moving, sum_in)``: IEEE FP32, one rounding to nearest
    even, subnormals kept, every NaN ``0x7FC00000``. Of integer operands it is ``sum_in`` plus both
    products of factors, modulo 2**32.

    The window of the adder never goes below the exponent of FP32's subnormals: the addend's
    exponent field counts as at least 1 and the result is normalised only down to field 1. Smaller
    products survive as the sticky bit, which is all that rounding needs.

    Parameters
    ----------
    latency:
        Register stages from ``sum_in`` to ``sum_out``, 1 ... 3; the numbers do not depend on it.

    Members
    -------
    moving: In(PeOperand), in cycle t.
    low: In(1), in cycle t: multiplies with the low half of the stationary value.
    special_product: In(10), in cycle t: ``SPECIAL_PRODUCT``, or 0 when ``moving`` is an inert zero.
    integer: In(4), bit k in cycle t + k: the operands are integer factors.
    sum_in: In(32), FP32 or INT32, in cycle t + 1.
    sum_out: Out(32), in cycle t + 1 + ``latency``.
    swap: In(1), makes the shadow stationary active; it acts on ``moving`` of the next cycle on.
    load: In(1), writes ``stationary`` to the shadow, with ``load_low`` to its low half.
    clear: In(1), writes +0 to the halves of the shadow that are not loaded.
    stationary: In(PeOperand).

    Latency and throughput
    ----------------------
    One multiply-add every cycle.
    """

    def __init__(self, latency: int = 2):
        if latency not in (1, 2, 3):
            raise ValueError(f"latency must be 1, 2 or 3, not {latency!r}")
        self._latency = latency
        super().__init__(PE_PORTS)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        # The array clears both after reset. A reset here would hang every PE on the reset input,
        # which simulators then look at in every step.
        halves = []
        for name, load in (("high", ~self.load_low), ("low", self.load_low)):
            shadow = Signal(PeOperand, name=f"shadow_{name}", reset_less=True)
            active = Signal(PeOperand, name=f"active_{name}", reset_less=True)
            with m.If(self.load & load):
                m.d.sync += shadow.eq(self.stationary)
            with m.Elif(self.clear):
                m.d.sync += shadow.eq(PeOperand.const(None))
            with m.If(self.swap):
                m.d.sync += active.eq(shadow)
            halves.append(active)
        factor: Any = Signal(PeOperand)
        m.d.comb += factor.eq(Mux(self.low, *(Value.cast(half) for half in reversed(halves))))

        product = self._stage(m, "product", 1, self._multiply(m, factor))
        terms = self._stage(m, "terms", 3, self._align(m, **product))
        total = self._stage(m, "total", 2, self._add(m, **terms))
        rounded = self._stage(m, "rounded", 1, self._round(m, **total))
        m.d.comb += self.sum_out.eq(rounded["result"])
        return m

    def _stage(self, m: Module, stage: str, latency: int, values: dict[str, Value]) -> dict:
        """Registers a stage's results when there are at least ``latency`` stages. They are
        separate signals, because packing them would cost a simulator more than adding them, and
        without reset, because the array knows which sums count."""
        held = {}
        domain = "sync" if self._latency >= latency else "comb"
        for name, value in values.items():
            held[name] = signal = Signal(value.shape(), name=f"{stage}_{name}", reset_less=True)
            m.d[domain] += signal.eq(value)
        return held

    # Selections that depend on random data are written as masks and shifts instead of `Mux`: the
    # hardware is the same, and a simulator's branch predictor would miss half of them. Integers
    # share the registers of the stages.

    def _multiply(self, m: Module, active: PeOperand) -> dict[str, Value]:
        """``significand`` is 24 bits with the top one set, or 0; of integers the products' sum."""
        moving = self.moving
        raw = Signal(24)
        significand, exponent = Signal(24), Signal(10)
        products = Signal(signed(24))
        factors = zip(active.factors, moving.factors, strict=True)
        m.d.comb += products.eq(sum(a * b for a, b in factors))
        special = (active.exponent == SPECIAL_EXPONENT) | (moving.exponent == SPECIAL_EXPONENT)
        m.d.comb += [
            raw.eq(active.significand * moving.significand),
            significand.eq(Mux(self.integer[0], products.as_unsigned(), (raw << ~raw[23])[:24])),
            exponent.eq(
                Mux(special, self.special_product, active.exponent + moving.exponent + raw[23])
            ),
        ]
        return {
            "significand": significand,
            "exponent": exponent,
            "sign": active.sign ^ moving.sign,
        }

    def _align(
        self, m: Module, significand: Value, exponent: Value, sign: Value
    ) -> dict[str, Value]:
        """``large`` (24 bits) and ``small`` (24 bits, guard, round, sticky) at FP32 exponent field
        ``exponent``; of integers the low and the high bits of the sum."""
        field, addend_sign = self.sum_in[23:31], self.sum_in[31]
        addend = Cat(self.sum_in[:23], field != 0)
        addend_special, special = field == 0xFF, exponent[8:] == SPECIAL_PRODUCT >> 8
        addend_exponent = Signal(9)
        biased = Signal(10)
        difference, distance, shift = Signal(11), Signal(10), Signal(5)
        exchange, large, small = Signal(24), Signal(24), Signal(24)
        shifted = Signal(50)
        window = Signal(9)
        subtract, addend_larger = Signal(), Signal()
        m.d.comb += [
            addend_exponent.eq(Mux(addend_special, _INFINITE_ADDEND, field | (field == 0))),
            biased.eq(addend_exponent + _REBIAS),
            difference.eq(exponent - biased),
            # A comparison and not the difference's sign: a simulator makes a mask of a wire in one
            # step, but of a wire's bit piece by piece.
            addend_larger.eq(exponent < biased),
            distance.eq((difference ^ addend_larger.replicate(11)) + addend_larger),
            shift.eq(Mux(distance > 26, 26, distance)),
            exchange.eq((significand ^ addend) & addend_larger.replicate(24)),
            large.eq(significand ^ exchange),
            small.eq(addend ^ exchange),
            # 24 zeros below guard and round catch what is shifted out.
            shifted.eq(Cat(Const(0, 26), small) >> shift),
            window.eq(addend_exponent + (difference & ~addend_larger.replicate(11))),
            subtract.eq(sign ^ addend_sign),
        ]
        integer, total = self.integer[1], Signal(32)
        m.d.comb += total.eq(self.sum_in + significand.as_signed())
        return {
            "large": Mux(integer, total[:24], large),
            "small": Mux(integer, total[24:], Cat(shifted[:24] != 0, shifted[24:])),
            "exponent": window,
            "subtract": subtract,
            "sign": sign ^ (subtract & addend_larger),
            "is_nan": (special & (~significand[23] | (addend_special & subtract)))
            | (self.sum_in[:31] > _FP32_INFINITY),
        }

    def _add(
        self, m: Module, large: Value, small: Value, exponent: Value, subtract: Value,
        sign: Value, is_nan: Value,
    ) -> dict[str, Value]:  # fmt: skip
        """Bit 26 of ``magnitude`` (28 bits) has FP32 exponent field ``exponent``; of integers both
        together are the sum."""
        total, magnitude = Signal(28), Signal(28)
        below_zero, not_zero = Signal(), Signal()
        m.d.comb += [
            total.eq(Cat(Const(0, 3), large) + (small ^ subtract.replicate(28)) + subtract),
            # Happens only when the addend is subnormal or the exponents are equal.
            below_zero.eq(subtract & total[27]),
            magnitude.eq((total ^ below_zero.replicate(28)) + below_zero),
            not_zero.eq(total != 0),
        ]
        integer = self.integer[2] if self._latency >= 3 else self.integer[1]
        return {
            "magnitude": Mux(integer, Cat(large, small[:4]), magnitude),
            # Field 0 keeps the normaliser still, so that zero comes out as zero.
            "exponent": Mux(integer, small[4:8], exponent & not_zero.replicate(9)),
            # A difference of equals is +0; a sum of zeros has the sign of both.
            "sign": (sign ^ below_zero) & ~(subtract & ~not_zero),
            "is_nan": is_nan,
        }

    def _round(
        self, m: Module, magnitude: Value, exponent: Value, sign: Value, is_nan: Value
    ) -> dict[str, Value]:
        # Position of the leading one: the window halves in each step. A one where field 1 would
        # begin ends the search, so that a subnormal result stays where it is.
        bounded = Signal(28)
        m.d.comb += bounded.eq(magnitude | (Const(1 << 27, 28) >> exponent))
        window, steps = bounded, []
        for k in (4, 3, 2):
            occupied = Signal(name=f"occupied{1 << k}")
            upper = Signal(1 << k, name=f"window{1 << k}")
            m.d.comb += [
                occupied.eq(window[1 << k :] != 0),
                upper.eq(window >> Cat(Const(0, k), occupied)),
            ]
            window, steps = upper, [occupied, *steps]
        # Four bits are left: a table of two-bit positions.
        position = (_LEADING_ONE >> Cat(Const(0, 1), window))[:2]
        shift = Signal(5)
        normal = Signal(28)
        rounded = Signal(32)
        m.d.comb += [
            shift.eq(27 - Cat(position, *steps)),
            normal.eq(magnitude << shift),
            # To nearest even: just less than half a unit, or half when the unit is odd. The leading
            # bit and a carry out of rounding both add one to the exponent field.
            rounded.eq(
                Cat(Const(0, 23), (exponent - shift)[:9]) + (normal + 7 + normal[4])[4:]
            ),
        ]  # fmt: skip
        overflow = rounded[23:] >= 0xFF
        number = Cat(Mux(overflow, _FP32_INFINITY, rounded[:31]), sign)
        integer = self.integer[self._latency]
        return {
            "result": Mux(
                integer,
                Cat(magnitude, exponent[:4]),
                Mux(is_nan, Const(CANONICAL_NAN, 32), number),
            )
        }
