"""The one state of an engine that instructions depend on: the kind of the stationary matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.matmul import MatmulKind, matmul_kind
from tinyneuron_hw.isa.opcodes import Opcode

from ..golden.stationary import Stationary
from .legal import legal

__all__ = ["KIND_AT_RESET", "empty_stationary", "load_variants"]

KIND_AT_RESET = MatmulKind.FLOAT


def empty_stationary(config: CoreConfig, fields: Mapping[str, Any]) -> Stationary:
    """A matrix of zeros that a MULTIPLY_MOVING of these fields may find."""
    kind = matmul_kind(fields)
    if kind in (MatmulKind.FLOAT, MatmulKind.FP32):
        part = np.zeros((1, 1), np.float32)
    else:
        part = np.zeros((1, 1, 2) if kind is MatmulKind.INTEGER else (1, 1), np.int64)
    return Stationary.loaded(config, kind, part, 0, 0)


def load_variants(config: CoreConfig, *, kind: MatmulKind) -> list[dict[str, Any]]:
    """Variants of LOAD_STATIONARY that load a matrix of a kind."""
    variants = legal(config, Opcode.LOAD_STATIONARY).variants
    return [variant for variant in variants if matmul_kind(variant) is kind]
