"""The one state of an engine that instructions depend on: the kind of the stationary matrix."""

from __future__ import annotations

from typing import Any

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.matmul import MatmulKind, matmul_kind
from tinyneuron_hw.isa.opcodes import Opcode

from .legal import legal

__all__ = ["KIND_AT_RESET", "load_variants"]

KIND_AT_RESET = MatmulKind.FLOAT


def load_variants(config: CoreConfig, *, kind: MatmulKind) -> list[dict[str, Any]]:
    """Variants of LOAD_STATIONARY that load a matrix of a kind."""
    variants = legal(config, Opcode.LOAD_STATIONARY).variants
    return [variant for variant in variants if matmul_kind(variant) is kind]
