"""What an instruction has to do: operations, bytes, and the cycles its engine takes at least."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tinyneuron_hw.formats import FORMATS
from tinyneuron_hw.isa.matmul import MatmulKind, matmul_kind
from tinyneuron_hw.isa.opcodes import (
    INDEXED_OPCODES,
    ITERATED_OPS,
    REGISTER_MOVES,
    TRANSFER_OPCODES,
    Opcode,
)
from tinyneuron_hw.isa.roles import DEVICE, PATTERNS
from tinyneuron_hw.isa.rules_transfer import accumulates

__all__ = ["NOTHING", "Work", "total", "work"]

_PASSES = 4
"""Ways of an FP32 operand through the array."""
_LOADED = 4
"""Columns of a stationary matrix that are loaded in a cycle."""
_ITERATED_CYCLES = 8
"""Cycles of an element of a division or root."""
_SCAN_CYCLES = 6
"""Cycles of an element of a scan: the latency of its two operations."""


@dataclass(frozen=True)
class Work:
    """``cycles``: of its engine, at least; 0 of transfers. ``macs``: multiply-accumulates.
    ``elements``: what the lanes of Vector or Scalar work on, over all partitions. ``read``,
    ``written``: bytes of device memory."""

    cycles: int = 0
    macs: int = 0
    elements: int = 0
    read: int = 0
    written: int = 0


NOTHING = Work()


def total(items: Iterable[Work]) -> Work:
    """The sum."""
    rows = [(item.cycles, item.macs, item.elements, item.read, item.written) for item in items]
    return Work(*map(sum, zip(*rows, strict=True))) if rows else NOTHING


def work(opcode: Opcode, fields: Mapping[str, Any]) -> Work:
    """Of one instruction, or of a descriptor of a ring; registers are resolved."""
    if opcode in TRANSFER_OPCODES:
        return _transfer(opcode, fields)
    if opcode is Opcode.LOAD_STATIONARY:
        return Work(cycles=-(-_count(fields, "src") // _LOADED))
    if opcode is Opcode.MULTIPLY_MOVING:
        return _multiply(fields)
    lanes = opcode in PATTERNS and opcode not in REGISTER_MOVES
    return _lanes(opcode, fields) if lanes else NOTHING


def _count(fields: Mapping[str, Any], path: str) -> int:
    """Elements of an operand, on chip in one partition."""
    return math.prod(fields[f"{path}.dims.{k}.size"] for k in range(4))


def _multiply(fields: Mapping[str, Any]) -> Work:
    kind, moving = matmul_kind(fields), _count(fields, "src")
    macs = fields["src.num_partitions"] * fields["dst.num_partitions"] * moving
    return Work(
        cycles=moving * (_PASSES if kind is MatmulKind.FP32 else 1),
        macs={MatmulKind.INTEGER: 2 * macs, MatmulKind.PATTERN: 0}.get(kind, macs),
    )


def _lanes(opcode: Opcode, fields: Mapping[str, Any]) -> Work:
    """One input a cycle, two in two when they are in one memory."""
    roles = PATTERNS[opcode]
    count = max(_count(fields, role.path) for role in roles)
    reads = [fields[f"{role.path}.space"] for role in roles if not role.is_write]
    rate = 2 if len(reads) == 2 and reads[0] is reads[1] else 1
    if any(fields.get(name) in ITERATED_OPS for name in ("op", "op0", "op1")):
        rate = _ITERATED_CYCLES
    if opcode in (Opcode.TENSOR_SCAN, Opcode.TENSOR_CUMULATIVE):
        rate = _SCAN_CYCLES
    partitions = max(fields[f"{role.path}.num_partitions"] for role in roles)
    return Work(cycles=count * rate, elements=count * partitions)


def _transfer(opcode: Opcode, fields: Mapping[str, Any]) -> Work:
    """Every index of an indexed transfer counts; what is accumulated in is read too. The entries
    of a list of buffers do not count."""
    moved = {"src": 0, "dst": 0}
    for path in DEVICE.get(opcode, ()):
        moved[path] = _device_elements(opcode, fields, path)
        moved[path] *= FORMATS[fields[f"{path}.dtype"]].bytes
    again = moved["dst"] if accumulates(fields) else 0
    return Work(read=moved["src"] + again, written=moved["dst"])


def _device_elements(opcode: Opcode, fields: Mapping[str, Any], path: str) -> int:
    if opcode in INDEXED_OPCODES:
        rows = _count(fields, "index") * fields["index.num_partitions"]
        return rows * _count(fields, path)
    if not fields[f"{path}.list"]:
        return _count(fields, path)
    other = "dst" if path == "src" else "src"
    return _count(fields, other) * fields.get(f"{other}.num_partitions", 1)
