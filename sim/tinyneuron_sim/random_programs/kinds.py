"""What a random matrix instruction computes with."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.matmul import (
    FP8_DTYPES,
    MATMUL_DTYPES,
    RESULT_DTYPES,
    MatmulKind,
    matmul_kind,
)
from tinyneuron_hw.isa.opcodes import Opcode

__all__ = ["MATMULS", "draw_kind", "kind_of"]

MATMULS = (Opcode.LOAD_STATIONARY, Opcode.MULTIPLY_MOVING)


def kind_of(fields: Mapping[str, Any]) -> MatmulKind:
    """The kind of an instruction whose fields may be left out where they are 0."""
    return matmul_kind({"transpose": 0, **fields})


def draw_kind(
    rng: random.Random, opcode: Opcode, kind: MatmulKind | None
) -> tuple[tuple[DType, ...], dict[str, Any]]:
    """Types of the operands, and the fields that go with them."""
    if kind is None:
        # Most programs multiply floats, and they have the most cases.
        kind = rng.choices(list(MatmulKind), [3, 2, 2, 1])[0]
    source = rng.choice(MATMUL_DTYPES[kind])
    fields: dict[str, Any] = {"transpose": int(kind is MatmulKind.PATTERN), "exponent_bias": 0}
    if kind is MatmulKind.FLOAT and source in FP8_DTYPES:
        fields["exponent_bias"] = rng.choice([0, 0, 1, 63, rng.randrange(64)])
    if opcode is Opcode.LOAD_STATIONARY:
        return (source,), fields
    if kind is MatmulKind.PATTERN:
        fields["accumulate"] = 0
    return (source, rng.choice(RESULT_DTYPES[kind])), fields
