"""What a debugger shows, as text."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_sim.inside import Ended

from ..program.disassembler import instruction_text
from ..program.program import Program
from ..runtime.deadlock import waiting

__all__ = ["Standing", "described", "instruction_line", "listed", "numbers", "standing"]

_AROUND = 3
_WIDTH = 72


class Standing(NamedTuple):
    """Where a stream is. ``waits`` is the semaphore condition that does not hold, or empty."""

    stream: Stream
    pc: int
    instruction: str
    line: int | None
    waits: str

    @property
    def text(self) -> str:
        line = f", line {self.line}" if self.line else ""
        waits = f"; waits for {self.waits}" if self.waits else ""
        return f"{self.stream.name.lower()}:{self.pc}{line}  {_cut(self.instruction)}{waits}"


def standing(program: Program, positions: Mapping[Stream, int], semaphores: Sequence[int]
             ) -> list[Standing]:  # fmt: skip
    """Where each stream is that has not ended."""
    found = []
    for item in waiting(program, positions, semaphores):
        holds = not item.condition or _holds(item.condition)
        found.append(Standing(item.stream, item.pc, _text(program, item.stream, item.pc),
                              program.source_line(item.stream, item.pc),
                              "" if holds else item.condition))  # fmt: skip
    return found


def _holds(condition: str) -> bool:
    """Of ``s3 >= 4 (it is 2)``; a condition on a register counts as one that does not hold."""
    _, sign, wanted, _, _, value = condition.split()
    if wanted.startswith("r"):
        return False
    is_now, needed = int(value.rstrip(")")), int(wanted)
    return is_now == needed if sign == "==" else is_now >= needed


def described(program: Program, ended: Sequence[Ended]) -> str:
    """What has ended: one line each."""
    lines = []
    for item in ended:
        name = item.stream.name.lower()
        who = "" if item.engine is None else f"transfer of dma{item.engine}, "
        line = program.source_line(item.stream, item.pc)
        where = f", line {line}" if line else ""
        lines.append(f"{who}{name}:{item.pc}{where}  {_cut(_text(program, item.stream, item.pc))}")
    return "\n".join(lines)


def listed(program: Program, stream: Stream, pc: int) -> list[str]:
    """The instructions around one, with the kernel's lines where they are at hand."""
    lines, before = [], None
    for at in range(max(0, pc - _AROUND), min(len(program.streams[stream]), pc + _AROUND + 1)):
        file, line = program.source_file(stream, at), program.source_line(stream, at)
        if line and (file, line) != before:
            source = _lines(file) if file else []
            text = source[line - 1].strip() if 0 < line <= len(source) else ""
            lines.append(f"         # {Path(file).name} line {line}: {text}".rstrip(": "))
        before = file, line
        lines.append(f"{'=>' if at == pc else '  '} {at:5} {instruction_line(program, stream, at)}")
    return lines


@functools.lru_cache(8)
def _lines(file: str) -> list[str]:
    try:
        return Path(file).read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return []


def instruction_line(program: Program, stream: Stream, pc: int) -> str:
    """An instruction as text that fits a line."""
    return _cut(_text(program, stream, pc))


def _text(program: Program, stream: Stream, pc: int) -> str:
    code = program.streams.get(stream, [])
    if not 0 <= pc < len(code):
        return "past the end"
    names = {item.path: item.tensor for item in program.relocations
             if (item.stream, item.index) == (stream, pc)}  # fmt: skip
    return instruction_text(code[pc], names)


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else text[: _WIDTH - 4] + " ..."


def numbers(letter: str, values: Sequence[int], before: Sequence[int] = ()) -> str:
    """Those that are not 0, ``r3 = 7 (0x7)``; a ``*`` where a value is not what it was before."""
    lines = []
    for index, value in enumerate(values):
        changed = bool(before) and before[index] != value
        if value or changed:
            signed = value - (1 << 32) if value >> 31 else value
            lines.append(f"{'*' if changed else ' '} {letter}{index} = {signed} (0x{value:x})")
    return "\n".join(lines) or f"  all {letter} are 0"
