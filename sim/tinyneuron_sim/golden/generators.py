"""Random bits of the lanes' generators, as `float/random.py` makes them."""

from __future__ import annotations

import functools

import numpy as np

from tinyneuron_hw.float.random import SHIFTS, WARM_UP, reset_state, seed_state

__all__ = ["Generators"]


def _step(state: np.ndarray) -> np.ndarray:
    for shift in SHIFTS:
        moved = state << np.uint32(shift) if shift > 0 else state >> np.uint32(-shift)
        state = state ^ moved
    return state


@functools.cache
def _jump(power: int) -> np.ndarray:
    """uint32[4, 256]: what the values of each byte of a state become in 2**power steps; steps are
    linear over exclusive or."""
    bytes_ = np.arange(256, dtype=np.uint32)
    states = np.stack([bytes_ << np.uint32(8 * k) for k in range(4)])
    return _step(states) if power == 0 else _advance(_advance(states, power - 1), power - 1)


def _advance(states: np.ndarray, power: int) -> np.ndarray:
    """The states 2**power steps later."""
    table = _jump(power)
    parts = (table[k][states >> np.uint32(8 * k) & np.uint32(0xFF)] for k in range(4))
    return functools.reduce(np.bitwise_xor, parts)


class Generators:
    """One generator for each lane of an engine, all stepping together."""

    def __init__(self, lanes: int, engine: int):
        self._engine = engine
        self._states = np.array([reset_state(engine, lane) for lane in range(lanes)], np.uint32)

    def draw(self, count: int) -> np.ndarray:
        """uint32[lanes, count]: the next random bits of every lane, in order."""
        bits = _step(self._states)[:, None]
        power = 0
        while bits.shape[1] < count:
            bits = np.concatenate([bits, _advance(bits, power)], axis=1)
            power += 1
        if count:
            self._states = bits[:, count - 1].copy()
        return bits[:, :count]

    def seed(self, seeds: np.ndarray) -> None:
        """Lanes 0 ... n - 1 take uint32[n] seeds."""
        states = np.array([seed_state(int(seed)) for seed in seeds], np.uint32)
        for _ in range(WARM_UP):
            states = _step(states)
        self._states[: len(states)] = states
