"""Says in words why no stream of a program moves any more."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tinyneuron_hw.isa.codec import Decoded, DecodeError, decode
from tinyneuron_hw.isa.opcodes import Condition, Opcode, Stream, UpdateMode, WaitMode

from ..program.program import Program

__all__ = ["Waiting", "explain", "places", "waiting"]

_WAIT_SIGNS = {
    WaitMode.EQUAL: "==", WaitMode.GREATER_EQUAL: ">=", WaitMode.GREATER_EQUAL_SUBTRACT: ">=",
}  # fmt: skip
_SHOWN = 3
"""Instructions that a message names of one stream."""


class Waiting(NamedTuple):
    """A stream that has not ended, and where it stands."""

    stream: Stream
    pc: int
    condition: str
    """What it waits for: ``s3 >= 4 (it is 2)``, or ``a barrier with vector and scalar``; empty when
    it is neither."""
    signals: dict[Stream, list[int]]
    """The instructions of each stream that could still change that semaphore so, or come to that
    barrier."""


def waiting(
    program: Program, positions: Mapping[Stream, int], semaphores: Sequence[int]
) -> list[Waiting]:
    """What each stream waits for.

    Parameters
    ----------
    program:
        What was running.
    positions:
        The instruction that each stream which has not ended stands at.
    semaphores:
        Their values.
    """
    return [_waiting(program, stream, pc, positions, semaphores)
            for stream, pc in positions.items()]  # fmt: skip


def explain(program: Program, stuck: Sequence[Waiting]) -> str:
    """What :func:`waiting` found as text, with the circle of streams that wait for each other if
    there is one: ``vector at 3 (tensor_copy, line 12) waits for s1 >= 1 (it is 0), which tensor at
    7 would signal; ...``."""
    parts = [_sentence(program, item) for item in stuck]
    circle = _circle({item.stream: list(item.signals) for item in stuck})
    if circle:
        names = " -> ".join(stream.name.lower() for stream in [*circle, circle[0]])
        parts.insert(0, f"each waits for the next: {names}")
    return "; ".join(parts)


def places(program: Program, found: Sequence[Waiting]) -> str:
    """Where the streams are of a program that may well go on: ``vector at 3 (tensor_copy, line 12)
    with wait for s1 >= 1 (it is 0); ...``."""
    parts = []
    for item in found:
        condition = f" with wait for {item.condition}" if item.condition else ""
        parts.append(f"{_place(program, item)}{condition}")
    return "; ".join(parts) or "every stream has ended, a transfer has not"


def _waiting(
    program: Program, stream: Stream, pc: int, positions: Mapping[Stream, int],
    semaphores: Sequence[int],
) -> Waiting:  # fmt: skip
    instruction = _instruction(program, stream, pc)
    mode = instruction.fields["header.wait.mode"] if instruction else WaitMode.NONE
    if instruction and instruction.opcode is Opcode.BARRIER and _held(instruction, semaphores):
        return _at_barrier(program, stream, pc, positions)
    if instruction is None or mode is WaitMode.NONE:
        return Waiting(stream, pc, "", {})
    index = instruction.fields["header.wait.semaphore"]
    value = instruction.fields["header.wait.value"]
    wanted = f"r{value}" if instruction.fields["header.wait.value_by_register"] else str(value)
    condition = f"s{index} {_WAIT_SIGNS[mode]} {wanted} (it is {semaphores[index]})"
    useful = {UpdateMode.ADD, UpdateMode.SET}
    if mode is WaitMode.EQUAL:
        useful.add(UpdateMode.SUBTRACT)
    signals: dict[Stream, list[int]] = {}
    for other, start in positions.items():
        for at in sorted(_reachable(program, other, start)):
            fields = _fields(program, other, at)
            if fields.get("header.update.mode") in useful and (
                fields["header.update.semaphore"] == index
            ):
                signals.setdefault(other, []).append(at)
    return Waiting(stream, pc, condition, signals)


def _held(instruction: Decoded, semaphores: Sequence[int]) -> bool:
    """Whether the wait of an instruction that stands is over, as far as that shows."""
    mode, index, value = (
        instruction.fields[f"header.wait.{name}"] for name in ("mode", "semaphore", "value")
    )
    if mode is WaitMode.NONE or instruction.fields["header.wait.value_by_register"]:
        return mode is WaitMode.NONE
    return semaphores[index] == value if mode is WaitMode.EQUAL else semaphores[index] >= value


def _at_barrier(
    program: Program, stream: Stream, pc: int, positions: Mapping[Stream, int]
) -> Waiting:
    fields = _fields(program, stream, pc)
    mask = fields["streams"]
    assert isinstance(mask, int)
    if fields["streams_by_register"]:
        return Waiting(stream, pc, f"a barrier with the streams in r{mask}", {})
    others = [other for other in Stream if mask >> other.value & 1 and other is not stream]
    late = [
        other for other in others if not _is_barrier(program, other, positions.get(other), mask)
    ]
    names = " and ".join(other.name.lower() for other in others) or "itself"
    ended = [other.name.lower() for other in late if other not in positions]
    more = f" ({' and '.join(ended)} ended without it)" if ended else ""
    signals = {
        other: [at for at in sorted(_reachable(program, other, positions[other]))
                if _is_barrier(program, other, at, mask)]
        for other in late if other in positions
    }  # fmt: skip
    joins = {other: places for other, places in signals.items() if places}
    return Waiting(stream, pc, f"a barrier with {names}{more}", joins)


def _is_barrier(program: Program, stream: Stream, pc: int | None, mask: int) -> bool:
    fields = {} if pc is None else _fields(program, stream, pc)
    return fields.get("streams") == mask and not fields["streams_by_register"]


def _instruction(program: Program, stream: Stream, pc: int) -> Decoded | None:
    """None past the end, and where the bytes are no instruction."""
    code = program.streams.get(stream, [])
    if pc >= len(code):
        return None
    return _decoded(code[pc])


@functools.lru_cache(1 << 16)
def _decoded(raw: bytes) -> Decoded | None:
    try:
        return decode(raw)
    except DecodeError:
        return None


def _fields(program: Program, stream: Stream, pc: int) -> Mapping[str, object]:
    instruction = _instruction(program, stream, pc)
    return instruction.fields if instruction else {}


def _reachable(program: Program, stream: Stream, start: int) -> set[int]:
    """Instructions that may still run, ``start`` included."""
    backwards: dict[int, int] = {}  # last instruction of a loop -> the first of the outermost
    for at in range(len(program.streams.get(stream, []))):
        instruction = _instruction(program, stream, at)
        if instruction and instruction.opcode is Opcode.LOOP:
            backwards.setdefault(at + instruction.fields["body"], at + 1)
    found: set[int] = set()
    pending = [start]
    while pending:
        at = pending.pop()
        instruction = _instruction(program, stream, at)
        if at in found or instruction is None:
            continue
        found.add(at)
        if instruction.opcode is Opcode.HALT:
            continue
        jumps = instruction.opcode is Opcode.BRANCH
        if jumps:
            pending.append(instruction.fields["target"])
        if not jumps or instruction.fields["condition"] is not Condition.ALWAYS:
            pending.append(at + 1)
        if at in backwards:
            pending.append(backwards[at])
    return found


def _sentence(program: Program, item: Waiting) -> str:
    text = _place(program, item)
    if not item.condition:
        return f"{text} waits for its engine"
    signals = [
        f"{stream.name.lower()} at {', '.join(map(str, places[:_SHOWN]))}"
        + (" ..." if len(places) > _SHOWN else "")
        for stream, places in item.signals.items()
    ]
    verbs = ("come to", "comes to") if item.condition.startswith("a barrier") else (
        "signal", "signals")  # fmt: skip
    who = f"which {' or '.join(signals)} would {verbs[0]}" if signals else (
        f"which nobody {verbs[1]}")  # fmt: skip
    return f"{text} waits for {item.condition}, {who}"


def _place(program: Program, item: Waiting) -> str:
    instruction = _instruction(program, item.stream, item.pc)
    what = instruction.opcode.name.lower() if instruction else "no instruction"
    line = program.source_line(item.stream, item.pc)
    return f"{item.stream.name.lower()} at {item.pc} ({f'{what}, line {line}' if line else what})"


def _circle(edges: Mapping[Stream, Sequence[Stream]]) -> list[Stream]:
    """Streams each of which waits for the next, the last for the first."""
    for first in edges:
        path = [first]
        while edges.get(path[-1]):
            following = edges[path[-1]][0]
            if following in path:
                return path[path.index(following) :]
            path.append(following)
    return []
