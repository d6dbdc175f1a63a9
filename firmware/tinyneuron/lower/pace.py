"""How long instructions keep their engine and their sequencer busy, about."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.matmul import MATMUL_DTYPES, MatmulKind
from tinyneuron_hw.isa.opcodes import CONTROL_OPCODES, DMA_OPCODES, ITERATED_OPS, Opcode

from .assign import TRANSFER_CYCLES
from .coded import Coded
from .ir import Instr, TileRef

__all__ = [
    "FP32_PASSES",
    "REGISTER_CYCLES",
    "engine_cycles",
    "lane_cycles",
    "product_cycles",
    "sequencer_cycles",
]

FP32_PASSES = 4
"""Passes of the array for a product of FP32."""
LOOP_CYCLES = 8
REGISTER_CYCLES = 6
_MULTIPLY_CYCLES = 8
"""Cycles of a product at least."""
_SAME_MEMORY = 2
"""Cycles of an element of two operands in one memory."""
_ITERATED_CYCLES = 8
_SCAN_CYCLES = 6


def product_cycles(instr: Instr) -> int:
    """Cycles of the array for a product; none for a stationary matrix, which is loaded beside."""
    if instr.opcode is not Opcode.MULTIPLY_MOVING:
        return 0
    ref = instr.reads["src"]
    assert isinstance(ref, TileRef)
    passes = FP32_PASSES if ref.dtype in MATMUL_DTYPES[MatmulKind.FP32] else 1
    return max(_MULTIPLY_CYCLES, ref.per_partition * passes)


def lane_cycles(instr: Instr) -> int:
    """Cycles of the Vector or the Scalar engine."""
    refs = [ref for ref in instr.operands.values() if isinstance(ref, TileRef)]
    count = max((ref.per_partition for ref in refs), default=1)
    if instr.opcode in (Opcode.TENSOR_SCAN, Opcode.TENSOR_CUMULATIVE):
        return count * _SCAN_CYCLES
    if any(instr.fields.get(name) in ITERATED_OPS for name in ("op", "op0", "op1")):
        return count * _ITERATED_CYCLES
    pair = [instr.reads[path] for path in ("in0", "in1") if path in instr.reads]
    spaces = [ref.base.space for ref in pair if isinstance(ref, TileRef)]
    return count * (_SAME_MEMORY if len(spaces) == 2 and spaces[0] is spaces[1] else 1)


def engine_cycles(instr: Coded, config: CoreConfig) -> int:
    """Cycles of an engine for an instruction as it is encoded, about: an element of each partition
    in each, of a transfer a beat of the port. A stationary matrix is loaded while another one is at
    work."""
    if instr.opcode in CONTROL_OPCODES or instr.opcode is Opcode.LOAD_STATIONARY:
        return 0
    sizes = _sizes(tuple(instr.fields))
    count = max((math.prod(map(instr.fields.__getitem__, paths)) for paths in sizes), default=1)
    if instr.opcode in DMA_OPCODES:
        side = "dst" if "dst.num_partitions" in instr.fields else "src"
        row = count * FORMATS[instr.fields[f"{side}.dtype"]].bytes
        rows = instr.fields.get(f"{side}.num_partitions", 1)
        return TRANSFER_CYCLES + rows * row // config.axi_bytes
    passes = FP32_PASSES if instr.fields.get("src.dtype") is DType.FP32 else 1
    return passes * count


@functools.lru_cache(maxsize=1024)
def _sizes(names: tuple[str, ...]) -> list[list[str]]:
    """Fields with the sizes of each operand."""
    found: dict[str, list[str]] = {}
    for path in names:
        operand, _, rest = path.partition(".dims.")
        if rest.endswith(".size"):
            found.setdefault(operand, []).append(path)
    return list(found.values())


def sequencer_cycles(code: Sequence[Coded]) -> int:
    """Cycles from the first of these instructions to the one behind them, out of the fetch
    buffer (the figures of the hardware's ``Sequencer``)."""
    total = at = 0
    while at < len(code):
        instr, at = code[at], at + 1
        if instr.opcode is Opcode.LOOP:
            body = instr.fields["body"]
            total += LOOP_CYCLES + instr.fields["count"] * sequencer_cycles(code[at : at + body])
            at += body
        elif instr.opcode is Opcode.REGISTER:
            total += REGISTER_CYCLES
        else:
            total += _plain(instr)
    return total


def _plain(instr: Coded) -> int:
    operands = sum(path.endswith(".num_partitions") for path in instr.fields)
    named = sum(path.endswith(("_by_register", "_uses_register")) for path in instr.fields)
    return 2 + max(1, operands) + (named + 2 if named else 0)
