"""FP32 addition."""

from typing import Any

from amaranth.hdl import C, Cat, Module, Mux, Signal, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from .round import RawFp, RoundFp32, cut
from .shift import shift_right_sticky
from .unpack import UnpackFp32

__all__ = ["FpAdd"]

_WIDTH = 28
"""Carry, 24 significand bits, guard, round, sticky."""


class _Aligned(data.Struct):
    large: unsigned(_WIDTH - 1)
    small: unsigned(_WIDTH - 1)
    exponent: unsigned(8)
    sign: unsigned(1)
    subtract: unsigned(1)
    is_nan: unsigned(1)
    is_inf: unsigned(1)


class FpAdd(wiring.Component):
    """``a + b`` in FP32: round to nearest even, subnormals kept, canonical NaN.

    ``x + -x`` is +0.

    Parameters
    ----------
    latency:
        Registers on the path, 1 ... 3: after the sum; also after normalisation; also after
        alignment.

    Members
    -------
    a, b: FP32 bits.
    result: FP32 bits of the sum, ``latency`` cycles later.

    Latency and throughput: ``latency`` cycles, a result every cycle.
    """

    a: In(32)
    b: In(32)
    result: Out(32)

    def __init__(self, latency: int = 2):
        if latency not in (1, 2, 3):
            raise ValueError(f"latency must be 1, 2 or 3, not {latency!r}")
        self.latency = latency
        super().__init__()

    def elaborate(self, platform):
        m = Module()
        aligned = cut(m, self._align(m), registered=self.latency >= 3, name="aligned")
        raw = Signal(RawFp(_WIDTH))
        m.d.comb += [
            raw.significand.eq(
                Mux(aligned.subtract, aligned.large - aligned.small, aligned.large + aligned.small)
            ),
            raw.exponent.eq(aligned.exponent + 1),
            raw.sign.eq(aligned.sign),
            raw.is_nan.eq(aligned.is_nan),
            raw.is_inf.eq(aligned.is_inf),
        ]
        with m.If(aligned.subtract & (aligned.large == aligned.small)):
            m.d.comb += raw.sign.eq(0)
        m.submodules.round = rounder = RoundFp32(_WIDTH, registered=self.latency >= 2)
        m.d.comb += [
            rounder.raw.eq(cut(m, raw, registered=True, name="total")),
            self.result.eq(rounder.result),
        ]
        return m

    def _align(self, m: Module) -> data.View:
        """The operand of larger magnitude, and the other shifted to its exponent."""
        m.submodules.large = large = UnpackFp32()
        m.submodules.small = small = UnpackFp32()
        swap = Signal()
        distance = Signal(8)
        m.d.comb += [
            swap.eq(self.b[:31] > self.a[:31]),
            large.value.eq(Mux(swap, self.b, self.a)),
            small.value.eq(Mux(swap, self.a, self.b)),
            distance.eq(large.parts.exponent - small.parts.exponent),
        ]
        # Five levels reach past the last bit; a longer distance leaves the same sticky bit.
        amount = Signal(5)
        m.d.comb += amount.eq(Mux(distance[5:].any(), 31, distance[:5]))
        shifted = shift_right_sticky(
            m, Cat(C(0, 3), small.parts.significand), amount, name="aligner"
        )
        subtract = large.parts.sign ^ small.parts.sign
        aligned: Any = Signal(_Aligned)
        m.d.comb += [
            aligned.large.eq(large.parts.significand << 3),
            aligned.small.eq(shifted),
            aligned.exponent.eq(large.parts.exponent),
            aligned.sign.eq(large.parts.sign),
            aligned.subtract.eq(subtract),
            # A NaN has the larger magnitude of the two.
            aligned.is_nan.eq(large.parts.is_nan | (small.parts.is_inf & subtract)),
            aligned.is_inf.eq(large.parts.is_inf),
        ]
        return aligned
