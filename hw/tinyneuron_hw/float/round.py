"""The one place an FP32 result is normalised and rounded."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal, Value, ValueLike, signed, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..formats import CANONICAL_NAN
from .shift import shift_right_sticky

__all__ = ["RawFp", "RoundFp32", "cut"]

_KEPT = 26
"""24 significand bits, guard, sticky."""


class RawFp(data.StructLayout):
    """An exact result before rounding.

    ``(-1)**sign * significand * 2**(exponent - 127 - (width - 1))``: ``exponent`` is the biased
    exponent of the top bit, which need not be set. The lowest bit may stand for any nonzero tail
    as long as it lies below the guard bit after normalisation.
    """

    def __init__(self, width: int):
        super().__init__(
            {
                "significand": unsigned(width),
                "exponent": signed(10),
                "sign": unsigned(1),
                "is_nan": unsigned(1),
                "is_inf": unsigned(1),
            }
        )


def cut(m: Module, value: ValueLike, *, registered: bool, name: str) -> Any:
    """``value`` behind a register, or as it is: one possible pipeline stage."""
    stage = Signal(value.shape(), name=name, reset_less=True)
    if registered:
        m.d.sync += stage.eq(value)
    else:
        m.d.comb += stage.eq(value)
    return stage


class RoundFp32(wiring.Component):
    """Normalises a raw result, rounds it to nearest even and packs it.

    Parameters
    ----------
    width:
        Bits of the raw significand, 26 ... 64.
    underflow:
        Whether ``raw.exponent`` can be below 1, which needs one more shifter.
    registered:
        Whether a register stands between normalisation and rounding.

    Members
    -------
    raw: the exact result.
    result: FP32 bits.

    Latency: 0 cycles, 1 when ``registered``; a result every cycle.
    """

    def __init__(self, width: int, *, underflow: bool = False, registered: bool = False):
        if not 26 <= width <= 64:
            raise ValueError(f"width must be from 26 to 64, not {width!r}")
        self._width = width
        self._underflow = underflow
        self._registered = registered
        super().__init__({"raw": In(RawFp(width)), "result": Out(32)})

    def elaborate(self, platform):
        m = Module()
        kept: Any = Signal(RawFp(_KEPT))
        significand, exponent = self._normalise(m)
        tail = self._width - (_KEPT - 1)
        m.d.comb += [
            kept.eq(Value.cast(self.raw)[self._width :] << _KEPT),
            kept.exponent.eq(exponent),
            kept.significand.eq(significand[tail:] << 1 | significand[:tail].any()),
        ]
        m.d.comb += self.result.eq(
            self._round(m, cut(m, kept, registered=self._registered, name="normal"))
        )
        return m

    def _normalise(self, m: Module) -> tuple[Signal, Signal]:
        """Shift left by the leading zeros, but never below exponent 1: what is left there is
        subnormal."""
        significand, exponent = self.raw.significand, self.raw.exponent
        for bit in reversed(range((self._width - 1).bit_length())):
            step = 1 << bit
            shift = Signal(name=f"shift_{step}")
            next_significand = Signal(self._width, name=f"significand_{step}")
            next_exponent = Signal(signed(10), name=f"exponent_{step}")
            m.d.comb += [
                shift.eq(~significand[-step:].any() & (exponent > step)),
                next_significand.eq(Mux(shift, significand << step, significand)),
                next_exponent.eq(Mux(shift, exponent - step, exponent)),
            ]
            significand, exponent = next_significand, next_exponent
        return significand, exponent

    def _round(self, m: Module, raw: data.View) -> Signal:
        significand = raw.significand
        if self._underflow:
            below = Signal(signed(11))
            amount = Signal(5)
            m.d.comb += below.eq(1 - raw.exponent)
            with m.If(below > 0):
                m.d.comb += amount.eq(Mux(below > 31, 31, below))
            significand = shift_right_sticky(m, significand, amount, name="denormal")
        magnitude = Signal(31)
        round_up = Signal()
        m.d.comb += [
            round_up.eq(significand[1] & (significand[0] | significand[2])),
            # Rounding up may carry into the exponent: to the next power of two, from subnormal to
            # normal, or to infinity.
            magnitude.eq(
                (significand[2:25] | Mux(significand[25], raw.exponent[:8], 0) << 23) + round_up
            ),
        ]
        result = Signal(32)
        overflow = (raw.exponent >= 255) & significand[25]
        with m.If(raw.is_nan):
            m.d.comb += result.eq(CANONICAL_NAN)
        with m.Elif(raw.is_inf | overflow):
            m.d.comb += result.eq(raw.sign << 31 | 0xFF << 23)
        with m.Else():
            m.d.comb += result.eq(raw.sign << 31 | magnitude)
        return result
