"""How long instructions keep their engine and their sequencer busy, about."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.opcodes import CONTROL_OPCODES, DMA_OPCODES, Opcode

from .assign import TRANSFER_CYCLES
from .coded import Coded

__all__ = ["REGISTER_CYCLES", "engine_cycles", "sequencer_cycles"]

FP32_PASSES = 4
LOOP_CYCLES = 8
REGISTER_CYCLES = 6


def engine_cycles(instr: Coded, config: CoreConfig) -> int:
    """Cycles of an engine, about: an element of each partition in each, of a transfer a beat of the
    port. A stationary matrix is loaded while another one is at work."""
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
