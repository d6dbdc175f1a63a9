"""The Vector engine's accumulator: 8 partial results in each lane."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tinyneuron_hw.isa.opcodes import IDENTITIES, AluOp, ReduceCommand
from tinyneuron_hw.isa.rules_accumulate import ACCUMULATING

__all__ = ["PARTIALS", "Accumulators", "Operation", "combine", "identity", "interleave"]

PARTIALS = 8
"""Interleaved partial results of a reduction."""
Operation = Callable[[np.ndarray, np.ndarray], np.ndarray]


def identity(op: AluOp) -> np.float32:
    """What a partial result starts as."""
    return np.uint32(IDENTITIES.get(op, 0)).view(np.float32)


def interleave(partials: np.ndarray, values: np.ndarray, operation: Operation) -> None:
    """Element j of float32[..., elements] goes to partial j mod 8 of float32[..., 8], in order."""
    for first in range(0, values.shape[-1], PARTIALS):
        chunk = values[..., first : first + PARTIALS]
        width = chunk.shape[-1]
        partials[..., :width] = operation(partials[..., :width], chunk)


def combine(partials: np.ndarray, operation: Operation) -> np.ndarray:
    """float32[...] of float32[..., 8]: a balanced tree."""
    while partials.shape[-1] > 1:
        partials = operation(partials[..., 0::2], partials[..., 1::2])
    return partials[..., 0]


class Accumulators:
    """Partial results that stay from instruction to instruction.

    A partial result that is empty counts as the identity of the operation that uses it. Lanes
    that an accumulating instruction has no partition for hold nothing that may be read.
    """

    def __init__(self, lanes: int):
        self._values = np.zeros((lanes, PARTIALS), np.float32)
        self._filled = np.zeros(PARTIALS, np.bool_)
        self._lanes = lanes

    @property
    def lanes(self) -> int:
        """How many lanes, from the first, hold something."""
        return self._lanes

    def begin(self, command: ReduceCommand, lanes: int, load: np.ndarray | None = None) -> None:
        """What a command does before the first result; ``load`` [lanes or 1, 1]."""
        if command in (
            ReduceCommand.RESET, ReduceCommand.RESET_REDUCE, ReduceCommand.LOAD_REDUCE,
        ):  # fmt: skip
            self._filled[:] = False
            self._lanes = len(self._values)
        if command in ACCUMULATING:
            self._lanes = min(self._lanes, lanes)
        if load is not None:
            self._values[:lanes, :1] = load
            self._filled[0] = True

    def accumulate(self, values: np.ndarray, op: AluOp, operation: Operation) -> None:
        """Adds float32[lanes, elements] to the partial results."""
        lanes, count = values.shape
        partials = self._partials(op)[:lanes]
        interleave(partials, values, operation)
        self._values[:lanes] = partials
        self._filled[:count] = True

    def read(self, lanes: int, op: AluOp, operation: Operation) -> np.ndarray:
        """All partial results combined, float32[lanes, 1]."""
        return combine(self._partials(op)[:lanes], operation)[:, None]

    def first(self, lanes: int, op: AluOp) -> np.ndarray:
        """Partial result 0, float32[lanes]."""
        return self._partials(op)[:lanes, 0]

    def put_first(self, values: np.ndarray) -> None:
        """Sets partial result 0."""
        self._values[: len(values), 0] = values
        self._filled[0] = True

    def _partials(self, op: AluOp) -> np.ndarray:
        return np.where(self._filled, self._values, identity(op))
