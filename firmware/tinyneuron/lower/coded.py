"""Instructions as they will be encoded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tinyneuron_hw.isa.opcodes import Opcode

__all__ = ["Coded"]


@dataclass(frozen=True, eq=False)
class Coded:
    """One instruction of a stream: fields by dotted path, registers as their numbers."""

    opcode: Opcode
    fields: dict[str, Any]
    line: int = 0
    """The kernel's line."""
    file: str | None = None
    """Of the line, if not the kernel's own."""
    relocations: dict[str, str] = field(default_factory=dict)
    """Address field -> the tensor from whose begin it counts."""
    bounds: dict[str, Any] | None = None
    """What a check of a register's value checks."""
