"""Random bits: one generator for each lane of an engine."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal, Value
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

__all__ = ["SCALAR_ENGINE", "SHIFTS", "VECTOR_ENGINE", "WARM_UP", "Generators", "reset_state",
           "seed_state"]  # fmt: skip

SHIFTS = (13, -17, 5)
"""The three shifts (left, right, left) of Marsaglia's xorshift generator of 32 bits; its period is
2**32 - 1, over every state but 0."""
WARM_UP = 16
"""Steps after a seed before its first random bits: seeds that differ little have parted by then."""
VECTOR_ENGINE, SCALAR_ENGINE = 0, 1
"""Engines that have generators."""
_MASK = (1 << 32) - 1


def seed_state(seed: int) -> int:
    """The state that a seed sets: itself, but for 0, which the generator would never leave."""
    return seed or 0x9E37_79B9


def reset_state(engine: int, lane: int) -> int:
    """State of a lane's generator after reset: different for every lane of both engines, not 0."""
    value = (lane + 1 + (engine << 16)) * 0x9E37_79B9 & _MASK
    for factor in (0x85EB_CA6B, 0xC2B2_AE35):
        value = (value ^ value >> 15) * factor & _MASK
    return seed_state(value ^ value >> 16)


class Generators(wiring.Component):
    """A generator of 32 random bits for each lane; all step together.

    Parameters
    ----------
    lanes:
        How many.
    engine:
        Whose: ``VECTOR_ENGINE`` or ``SCALAR_ENGINE``.

    Members
    -------
    step: the random bits of this cycle are used.
    load, seeds, mask: the lanes of ``mask`` take a seed; not with ``step``.
    busy: the generators warm up after a seed: ``random`` must not be used.
    random: 32 bits of each lane, never 0.

    Latency and throughput: new bits every cycle; ``busy`` for ``WARM_UP`` cycles after ``load``.
    """

    def __init__(self, lanes: int, engine: int):
        self._lanes = lanes
        self._engine = engine
        words = data.ArrayLayout(32, lanes)
        super().__init__(
            {
                "step": In(1),
                "load": In(1),
                "seeds": In(words),
                "mask": In(lanes),
                "busy": Out(1),
                "random": Out(words),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        left, loaded = Signal(range(WARM_UP + 1)), Signal(self._lanes)
        m.d.comb += self.busy.eq(left.any())
        with m.If(self.load):
            m.d.sync += [left.eq(WARM_UP), loaded.eq(self.mask)]
        with m.Elif(self.busy):
            m.d.sync += left.eq(left - 1)
        for lane in range(self._lanes):
            state = Signal(32, name=f"state{lane}", init=reset_state(self._engine, lane))
            seed = self.seeds[lane]
            m.d.comb += self.random[lane].eq(self._next(m, state, f"lane{lane}"))
            with m.If(self.load & self.mask[lane]):
                m.d.sync += state.eq(Mux(seed.any(), seed, seed_state(0)))
            with m.Elif(self.step | (self.busy & loaded[lane])):
                m.d.sync += state.eq(self.random[lane])
        return m

    def _next(self, m: Module, state: Signal, name: str) -> Signal:
        value: Value = state
        following = state
        for number, shift in enumerate(SHIFTS):
            following = Signal(32, name=f"{name}_{number}")
            m.d.comb += following.eq(value ^ (value << shift if shift > 0 else value >> -shift))
            value = following
        return following
