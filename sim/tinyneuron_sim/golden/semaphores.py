"""The 64 counting semaphores, with the clocks that updates hand to waits."""

from __future__ import annotations

import bisect

import numpy as np

from tinyneuron_hw.config import NUM_SEMAPHORES
from tinyneuron_hw.isa.opcodes import UpdateMode, WaitMode

__all__ = ["Semaphores"]

_MODULUS = 1 << 32


class _History:
    """What a successful wait may rely on.

    While a semaphore is only added to (and taken from by subtracting waits), a wait that needs
    ``n`` more than was taken acquires the updates up to the one that reached it, not the later
    ones: a program cannot rely on those even if they came early in this schedule. With several
    adding threads the order of updates, and so the relation, is this schedule's; running several
    schedules makes up for it. After SUBTRACT or SET a wait acquires every update so far.
    """

    def __init__(self, value: int, threads: int):
        self.base = np.zeros(threads, dtype=np.int64)
        self.totals: list[int] = [value]
        self.clocks: list[np.ndarray] = [self.base]
        self.taken = 0

    def add(self, amount: int, clock: np.ndarray) -> None:
        self.totals.append(self.totals[-1] + amount)
        self.clocks.append(np.maximum(self.clocks[-1], clock))

    def replace(self, value: int, clock: np.ndarray) -> None:
        joined = np.maximum(self.clocks[-1], clock)
        self.totals, self.clocks, self.taken = [value], [joined], 0

    def relied_on(self, value: int) -> np.ndarray:
        index = bisect.bisect_left(self.totals, value + self.taken)
        return self.clocks[min(index, len(self.clocks) - 1)]


class Semaphores:
    """Values (unsigned 32 bits) and, when ``threads`` is not 0, the clocks of their updates."""

    def __init__(self, threads: int = 0):
        self.values = [0] * NUM_SEMAPHORES
        self._threads = threads
        self._histories: dict[int, _History] = {}

    def forget_clocks(self) -> None:
        """A program starts: everything before is ordered before it."""
        self._histories.clear()

    def holds(self, mode: WaitMode, index: int, value: int) -> bool:
        """Whether a wait would succeed now."""
        if mode is WaitMode.NONE:
            return True
        if mode is WaitMode.EQUAL:
            return self.values[index] == value
        return self.values[index] >= value

    def take(self, mode: WaitMode, index: int, value: int) -> np.ndarray | None:
        """A wait succeeds: subtracts if the mode says so; the clock it acquires, if any."""
        if mode is WaitMode.NONE:
            return None
        clock = self._history(index).relied_on(value) if self._threads else None
        if mode is WaitMode.GREATER_EQUAL_SUBTRACT:
            self.values[index] -= value
            if self._threads:
                self._history(index).taken += value
        return clock

    def update(self, mode: UpdateMode, index: int, value: int, clock: np.ndarray | None) -> None:
        """Applies an update that releases ``clock``."""
        if mode is UpdateMode.NONE:
            return
        history = self._history(index) if clock is not None else None
        before = self.values[index]
        if mode is UpdateMode.SET:
            self.values[index] = value
        else:
            change = value if mode is UpdateMode.ADD else -value
            self.values[index] = (before + change) % _MODULUS
        if history is None or clock is None:
            return
        if mode is UpdateMode.ADD and before + value < _MODULUS:
            history.add(value, clock)
        else:
            history.replace(self.values[index], clock)

    def _history(self, index: int) -> _History:
        if index not in self._histories:
            self._histories[index] = _History(self.values[index], self._threads)
        return self._histories[index]
