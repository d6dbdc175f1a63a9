"""What each instruction does that reads or writes memory, transfers left out."""

from __future__ import annotations

from collections.abc import Callable

from tinyneuron_hw.isa.opcodes import Opcode

from . import (
    register_moves,
    scalar,
    tensor,
    vector,
    vector_eight,
    vector_random,
    vector_reshape,
)
from .machine import Machine
from .prepared import Prepared

__all__ = ["EXECUTORS"]

EXECUTORS: dict[Opcode, Callable[[Machine, Prepared], None]] = {
    **register_moves.EXECUTORS, **tensor.EXECUTORS, **scalar.EXECUTORS,
    **vector_random.EXECUTORS, **vector_reshape.EXECUTORS,
    **{opcode: vector_random.rounding(execute)
       for opcode, execute in (*vector.EXECUTORS.items(), *vector_eight.EXECUTORS.items())},
}  # fmt: skip
