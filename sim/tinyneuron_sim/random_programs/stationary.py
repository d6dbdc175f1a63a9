"""State of an engine that instructions depend on: the kind of the stationary matrix, and which
slots of the Scalar engine hold a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.matmul import MatmulKind, matmul_kind
from tinyneuron_hw.isa.opcodes import ActivationFunction, Opcode

from .legal import legal

__all__ = ["KIND_AT_RESET", "load_variants", "table_slot", "table_variants"]

KIND_AT_RESET = MatmulKind.FLOAT


def load_variants(config: CoreConfig, *, kind: MatmulKind) -> list[dict[str, Any]]:
    """Variants of LOAD_STATIONARY that load a matrix of a kind."""
    variants = legal(config, Opcode.LOAD_STATIONARY).variants
    return [variant for variant in variants if matmul_kind(variant) is kind]


def table_slot(opcode: Opcode, fields: Mapping[str, Any]) -> int | None:
    """The slot whose table an instruction uses."""
    if opcode is not Opcode.ACTIVATE:
        return None
    slot = fields["function"].value - ActivationFunction.TABLE0.value
    return slot if slot >= 0 else None


def table_variants(slot: int) -> list[dict[str, Any]]:
    """Variants of LOAD_TABLE that load this slot."""
    return [{"in0.dtype": DType.UINT32, "slot": slot}]
