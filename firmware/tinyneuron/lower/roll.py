"""Instructions of a stream that repeat become hardware loops.

A run of instructions that comes again and again, with offsets, addresses and semaphore values that
grow by the same amount each time, is fetched once: a loop runs it, and registers hold what grows.
Loops that repeat in the same way go into a loop around them. What runs, and its order, stays as it
was; :mod:`.unroll` checks that for every stream.

A loop is written where it stays in the fetch buffer, where fetching its passes would take a
noticeable share of the engine's time, and where the sequencer needs less for them than the
engine: instructions with registers take it longer, and those that count are more of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tinyneuron_hw.config import INSTRUCTION_BYTES, NUM_REGISTERS, CoreConfig
from tinyneuron_hw.isa.opcodes import Opcode, RegisterOp, WaitMode

from .coded import Coded
from .pace import REGISTER_CYCLES, engine_cycles, sequencer_cycles
from .repeats import Again, Item, Once, Repeats
from .unroll import verify_rolled

__all__ = ["roll"]

WORTH = 50
"""Where the engine works so many times longer than the fetch, that is hardly in anyone's way."""
SLACK = 0.8
"""The share of the engine's time that the sequencer may take: what comes behind a loop has to be
fetched and prepared as well."""
_WORD = 1 << 32


def roll(code: Sequence[Coded], config: CoreConfig) -> list[Coded]:
    """A stream without loops and branches, as short as loops that pay make it."""
    roller = _Roller(code, config)
    items = roller.found.find()
    if len(items) == len(code):
        return list(code)
    rolled = [instr for item in items for instr in roller.write(item)]
    verify_rolled(rolled, code)
    return rolled


class _Roller:
    """Weighs loops by how they would be written."""

    def __init__(self, code: Sequence[Coded], config: CoreConfig):
        self.code, self.buffer = code, config.fetch_buffer
        self.found = Repeats(code, self.buffer, self.pays)
        self.beats = INSTRUCTION_BYTES // config.axi_bytes
        work = (engine_cycles(instr, config) for instr in code)
        self.busy = [0, *itertools.accumulate(work)]
        """Cycles of the engine up to each instruction."""
        self.sizes: dict[Item, int] = {}

    def write(self, item: Item) -> list[Coded]:
        return _Writer(self.code, self.found.shapes).write(item)

    def size(self, item: Item) -> int:
        if item not in self.sizes:
            self.sizes[item] = len(self.write(item))
        return self.sizes[item]

    def pays(self, loop: Item, body: list[Item], count: int) -> bool:
        """Whether a loop is shorter than what it stands for, fits, and is no slower."""
        shape = self.found.shapes[loop.shape]
        assert isinstance(shape, Again)
        busy = self.busy[loop.at + shape.length] - self.busy[loop.at]
        if WORTH * shape.length * self.beats < busy:
            return False
        inside = sum(map(self.size, body))
        moved = {(first, step) for first, step in zip(loop.numbers, shape.steps, strict=True)
                 if step}  # fmt: skip
        # Most that do not pay are seen without being written: all but one register count in it.
        if inside + len(moved) > self.buffer or (len(moved) - 1) * count * REGISTER_CYCLES > busy:
            return False
        written = self.write(loop)
        return (0 < len(written) <= min(self.buffer, count * inside - 1)
                and sequencer_cycles(written) <= SLACK * busy)  # fmt: skip


@dataclass(frozen=True)
class _Track:
    """Where a number goes: from its first value, by a step in each pass of some of the loops around
    it (depth and step, outermost first)."""

    first: int
    moves: tuple[tuple[int, int], ...] = ()

    def moved(self, depth: int, step: int) -> _Track:
        """The same in a loop inside."""
        return replace(self, moves=(*self.moves, (depth, step))) if step else self


@dataclass
class _Pass:
    """What is left to be handed out of the first pass of a body."""

    at: int
    numbers: list[_Track]
    waits: list[tuple[int, _Track] | None]

    def take(self, shape: Once | Again) -> _Pass:
        """The part of the next shape."""
        part = _Pass(self.at, self.numbers[: shape.numbers], self.waits[: shape.waits])
        self.at += shape.length
        self.numbers, self.waits = self.numbers[shape.numbers :], self.waits[shape.waits :]
        return part


class _Writer:
    """Writes an item. Every track that moves has a register; a loop's counter is one of them."""

    def __init__(self, code: Sequence[Coded], shapes: Sequence[Once | Again]):
        self.code, self.shapes = code, shapes
        self.registers: dict[_Track, int] = {}

    def write(self, item: Item) -> list[Coded]:
        """Its instructions; none where they take more registers than there are."""
        numbers = [_Track(number) for number in item.numbers]
        waits = [wait and (wait[0], _Track(wait[1])) for wait in item.waits]
        code = self._shape(item.shape, _Pass(item.at, numbers, waits), 0)
        return code if len(self.registers) <= NUM_REGISTERS else []

    def _shape(self, number: int, first: _Pass, depth: int) -> list[Coded]:
        shape = self.shapes[number]
        if isinstance(shape, Once):
            return [self._once(shape, first)]
        return self._again(shape, first, depth)

    def _once(self, shape: Once, first: _Pass) -> Coded:
        instr, (wait,) = self.code[first.at], first.waits
        fields = dict(instr.fields)
        tracks = dict(zip(shape.places, first.numbers, strict=True))
        if wait is not None:
            fields |= {"header.wait.mode": WaitMode.GREATER_EQUAL,
                       "header.wait.semaphore": wait[0]}  # fmt: skip
            tracks["header.wait.value"] = wait[1]
        for path, track in tracks.items():
            if track.moves and path.endswith(".address"):
                operand = path.removesuffix(".address")
                fields |= {path: 0, f"{path}_uses_register": 1, f"{operand}.scale": 1,
                           f"{operand}.register": self.registers[track]}  # fmt: skip
            else:
                fields |= self._value(path, track)
        return replace(instr, fields=fields)

    def _value(self, path: str, track: _Track) -> dict[str, int]:
        if not track.moves:
            return {path: track.first}
        return {path: self.registers[track], f"{path}_by_register": 1}

    def _again(self, shape: Again, first: _Pass, depth: int) -> list[Coded]:
        around = self.code[first.at]
        numbers = [track.moved(depth, step)
                   for track, step in zip(first.numbers, shape.steps, strict=True)]  # fmt: skip
        waits = [wait and (wait[0], wait[1].moved(depth, step))
                 for wait, step in zip(first.waits, shape.wait_steps, strict=True)]  # fmt: skip
        outside = [*first.numbers, *(wait[1] for wait in first.waits if wait)]
        inside = [*numbers, *(wait[1] for wait in waits if wait)]
        moved = {new: old for old, new in zip(outside, inside, strict=True) if old != new}
        for track in moved:
            self.registers.setdefault(track, len(self.registers))
        rest = _Pass(first.at, numbers, waits)
        body: list[Coded] = []
        for number in shape.body:
            body += self._shape(number, rest.take(self.shapes[number]), depth + 1)
        head, before, behind = self._counting(shape.count, moved)
        head["body"] = len(body) + len(behind)
        found = [*before, (Opcode.LOOP, head)], behind
        begin, end = ([Coded(*item, around.line, around.file) for item in part] for part in found)
        return [*begin, *body, *end]

    def _counting(
        self, count: int, moved: dict[_Track, _Track]
    ) -> tuple[dict[str, Any], list[tuple[Opcode, dict[str, Any]]],
               list[tuple[Opcode, dict[str, Any]]]]:  # fmt: skip
        """The loop's own fields, what stands before it and what at the end of its body, so that
        tracks begin where those around it are and move on with each pass."""
        head: dict[str, Any] = {"count": count}
        before, behind = [], []
        for track, outer in moved.items():
            register, step = self.registers[track], track.moves[-1][1]
            start = replace(outer, first=outer.first % _WORD) if not outer.moves else outer
            if "counter" not in head:
                head |= {"counter": register, "counter_enable": 1, "step": step}
                head |= self._value("start", start)
                continue
            before.append((Opcode.REGISTER, {"op": RegisterOp.ADD, "dst": register, "b": 0}
                           | self._value("a", start)))  # fmt: skip
            behind.append((Opcode.REGISTER, {"op": RegisterOp.ADD, "dst": register, "a": register,
                                             "a_by_register": 1, "b": step % _WORD}))  # fmt: skip
        return head, before, behind
