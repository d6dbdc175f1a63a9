"""The one state of an engine that instructions depend on: the kind of the stationary matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.matmul import MatmulKind, matmul_kind
from tinyneuron_hw.isa.opcodes import Opcode

from ..golden.stationary import Stationary
from .legal import legal

__all__ = ["KIND_AT_RESET", "empty_stationary", "load_variants"]

KIND_AT_RESET = MatmulKind.FLOAT


def empty_stationary(config: CoreConfig, fields: Mapping[str, Any]) -> Stationary:
    """A matrix of zeros that a MULTIPLY_MOVING of these fields may find."""
    return Stationary.zero(config, matmul_kind(fields))


def load_variants(config: CoreConfig, *, kind: MatmulKind) -> list[dict[str, Any]]:
    """Variants of LOAD_STATIONARY that load a matrix of a kind."""
    variants = legal(config, Opcode.LOAD_STATIONARY).variants
    return [variant for variant in variants if matmul_kind(variant) is kind]
