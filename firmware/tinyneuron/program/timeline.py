"""A program's run as a timeline."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_sim.backend import TraceEvent
from tinyneuron_sim.trace import write_timeline as write_events

from .disassembler import instruction_text
from .program import Program

__all__ = ["write_timeline"]


def write_timeline(path: Path, program: Program, events: Sequence[TraceEvent]) -> None:
    """Writes the events of a run as Chrome trace JSON, which Perfetto opens; slices are named by
    the program's instructions."""

    def name(stream: Stream, pc: int) -> str:
        instructions = program.streams.get(stream, [])
        return instruction_text(instructions[pc]) if pc < len(instructions) else "past the end"

    title = f"{program.metadata.get('kernel', 'program')} on {program.config.name}"
    write_events(path, events, name, title=title)
