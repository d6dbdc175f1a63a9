"""What the Scalar engine keeps from instruction to instruction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tinyneuron_hw.float.random import SCALAR_ENGINE
from tinyneuron_hw.isa.table import HEADER_ROWS, SLOT_ROWS, SLOTS, TABLE_ROWS

from .generators import Generators
from .table import Table

__all__ = ["PARTIAL_SUMS", "ScalarState"]

PARTIAL_SUMS = 8
"""Interleaved sums of a lane."""


class ScalarState:
    """Partial sums float32[lanes, PARTIAL_SUMS], and the tables."""

    def __init__(self, lanes: int):
        self.sums = np.zeros((lanes, PARTIAL_SUMS), np.float32)
        self.generators = Generators(lanes, SCALAR_ENGINE)
        self._heads: list[tuple[int, ...]] = [()] * SLOTS
        self._lengths = [0] * SLOTS
        self._segments = [0] * TABLE_ROWS
        self._tables: dict[int, Table] = {}

    def load(self, slot: int, rows: Sequence[int]) -> None:
        """Puts an image into a slot."""
        segments = rows[HEADER_ROWS:]
        self._heads[slot] = tuple(rows[:HEADER_ROWS])
        self._lengths[slot] = len(segments)
        self._segments[slot * SLOT_ROWS : slot * SLOT_ROWS + len(segments)] = segments
        self._tables.clear()

    def table(self, slot: int) -> Table | None:
        """The table in a slot; its segments may be those of another one by now."""
        if not self._lengths[slot]:
            return None
        if slot not in self._tables:
            first = slot * SLOT_ROWS
            segments = self._segments[first : first + self._lengths[slot]]
            self._tables[slot] = Table.from_rows([*self._heads[slot], *segments])
        return self._tables[slot]
