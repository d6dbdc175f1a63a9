"""What a program takes at least: the engines' work at their rates, its bytes at full bandwidth."""

from __future__ import annotations

from tinyneuron_hw.isa.codec import decode
from tinyneuron_hw.isa.opcodes import Stream

from ..profiler.work import total, work
from ..program.program import Program

__all__ = ["floors"]


def floors(program: Program) -> dict[str, int]:
    """Cycles, not less than which each part needs, without any start-up: ``vector`` and ``scalar``
    for elements at their rates (one input a cycle, two in two when they are in one memory),
    ``memory`` for the bytes between device memory and SBUF at ``axi_bytes`` per cycle. Each
    instruction counts once: the code has no loops."""
    found = {
        stream: total(
            work(instruction.opcode, instruction.fields)
            for instruction in map(decode, program.streams.get(stream, []))
        )
        for stream in Stream
    }
    moved = total(found.values())
    return {
        "vector": found[Stream.VECTOR].cycles,
        "scalar": found[Stream.SCALAR].cycles,
        "memory": -(-(moved.read + moved.written) // program.config.axi_bytes),
    }
