"""What a program takes at least: the engines' work at their rates, its bytes at full bandwidth."""

from __future__ import annotations

import math
from typing import Any

from tinyneuron_hw.formats import FORMATS
from tinyneuron_hw.isa.codec import decode
from tinyneuron_hw.isa.opcodes import (
    DMA_OPCODES,
    INDEXED_OPCODES,
    ITERATED_OPS,
    Opcode,
    Stream,
)
from tinyneuron_hw.isa.roles import DEVICE, PATTERNS
from tinyneuron_hw.isa.rules_transfer import accumulates

from ..program.program import Program

__all__ = ["floors"]

_ITERATED_CYCLES = 8
"""Cycles of an element of a division or root."""
_SCAN_CYCLES = 6
"""Cycles of an element of a scan: the latency of its two operations."""


def floors(program: Program) -> dict[str, int]:
    """Cycles, not less than which each part needs, without any start-up: ``vector`` and ``scalar``
    for elements at their rates (one input a cycle, two in two when they are in one memory),
    ``memory`` for the bytes between device memory and SBUF at ``axi_bytes`` per cycle."""
    found = {"vector": 0, "scalar": 0, "memory": 0}
    engines = {Stream.VECTOR: "vector", Stream.SCALAR: "scalar"}
    moved = 0
    for stream, code in program.streams.items():
        for raw in code:
            instruction = decode(raw)
            if instruction.opcode in DMA_OPCODES:
                moved += _bytes(instruction.opcode, instruction.fields)
            elif stream in engines and instruction.opcode in PATTERNS:
                found[engines[stream]] += _cycles(instruction.opcode, instruction.fields)
    found["memory"] = -(-moved // program.config.axi_bytes)
    return found


def _elements(fields: Any, path: str) -> int:
    return math.prod(fields[f"{path}.dims.{k}.size"] for k in range(4))


def _bytes(opcode: Opcode, fields: Any) -> int:
    """Bytes on the port of device memory; every index of an indexed transfer counts, and what is
    accumulated in is read too."""
    rows = 1
    if opcode in INDEXED_OPCODES:
        rows = _elements(fields, "index") * fields["index.num_partitions"]
    ways = {"src": 1, "dst": 2 if accumulates(fields) else 1}
    return rows * sum(
        ways[path] * _elements(fields, path) * FORMATS[fields[f"{path}.dtype"]].bytes
        for path in DEVICE.get(opcode, ())
    )


def _cycles(opcode: Opcode, fields: Any) -> int:
    paths = [role.path for role in PATTERNS[opcode]]
    count = max(_elements(fields, path) for path in paths)
    reads = [fields[f"{role.path}.space"] for role in PATTERNS[opcode] if not role.is_write]
    rate = 2 if len(reads) == 2 and reads[0] is reads[1] else 1
    if any(fields.get(name) in ITERATED_OPS for name in ("op", "op0", "op1")):
        rate = _ITERATED_CYCLES
    if opcode in (Opcode.TENSOR_SCAN, Opcode.TENSOR_CUMULATIVE):
        rate = _SCAN_CYCLES
    return count * rate
