"""Where an instruction runs."""

from __future__ import annotations

import enum

__all__ = ["engine", "scalar_engine", "tensor_engine", "unknown_engine", "vector_engine"]


class engine(enum.Enum):  # noqa: N801 - the public name
    """Where an instruction runs; ``unknown`` lets the compiler choose."""

    unknown = 0
    vector = 1
    scalar = 2
    tensor = 3


vector_engine, scalar_engine, unknown_engine = engine.vector, engine.scalar, engine.unknown
tensor_engine = engine.tensor
