"""Makes a case smaller while it still shows a difference and golden finds nothing wrong with it."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tinyneuron_hw.config import INSTRUCTION_BYTES
from tinyneuron_hw.isa.codec import DecodeError, decode, encode
from tinyneuron_hw.isa.opcodes import Opcode, Stream, UpdateMode, WaitMode

from ..golden.core import Step
from .case import Case
from .reference import InvalidProgram
from .verdict import Comparison

__all__ = ["shrink"]

Compare = Callable[[Case], Comparison]
Place = tuple[Stream, int]
Lines = dict[Place, bytes]
"""Stream and index in the original program -> instruction, of those that are left."""


@dataclass
class _Shrinker:
    case: Case
    compare: Compare
    kinds: frozenset[str]
    deadline: float
    attempts: int
    best: Comparison
    progress: Callable[[int], None] | None = None
    targets: dict[Place, int] = field(default_factory=dict)
    """Index in the original program of a branch's target, and of the end of a loop's body."""

    def __post_init__(self) -> None:
        self.lines: Lines = {
            (stream, index): raw for stream, code in self.case.streams.items()
            for index, raw in enumerate(code)
        }  # fmt: skip
        for (stream, index), raw in self.lines.items():
            if raw[0] in (Opcode.BRANCH.value, Opcode.LOOP.value):
                fields = _fields(raw)
                if fields is not None and "body" in fields:
                    self.targets[stream, index] = index + 1 + fields["body"]
                elif fields is not None:
                    self.targets[stream, index] = fields["target"]

    @property
    def is_over(self) -> bool:
        return self.attempts <= 0 or time.monotonic() > self.deadline

    def tried(self, lines: Lines, **changes: Any) -> bool:
        """Whether these lines still differ; then they are the new best."""
        if self.is_over:
            return False
        streams = self._assemble(lines)
        case = dataclasses.replace(self.case, streams=streams, **changes)
        if not streams or (streams == self.case.streams and not changes):
            return False
        self.attempts -= 1
        if self.progress is not None:
            self.progress(case.instruction_count)
        try:
            comparison = self.compare(case)
        except InvalidProgram:
            return False
        if comparison.difference is None or comparison.difference.kind not in self.kinds:
            return False
        if comparison.reference.outcome.event == "timeout":
            return False
        self.lines, self.case, self.best = lines, case, comparison
        return True

    def _assemble(self, lines: Lines) -> dict[Stream, tuple[bytes, ...]]:
        """Instructions with their jumps set right; loops without a body go."""
        streams: dict[Stream, tuple[bytes, ...]] = {}
        for stream in Stream:
            kept = sorted(index for of, index in lines if of is stream)
            while True:
                empty = [i for i in kept if (stream, i) in self.targets
                         and lines[stream, i][0] == Opcode.LOOP.value
                         and self._distance(kept, i, self.targets[stream, i]) == 0]  # fmt: skip
                if not empty:
                    break
                kept.remove(empty[-1])
            code = tuple(self._placed(lines, stream, kept, index) for index in kept)
            if code and any(raw[0] != Opcode.HALT.value for raw in code):
                streams[stream] = code
        return streams

    @staticmethod
    def _distance(kept: list[int], index: int, end: int) -> int:
        return sum(index < other < end for other in kept)

    def _placed(self, lines: Lines, stream: Stream, kept: list[int], index: int) -> bytes:
        raw = lines[stream, index]
        end = self.targets.get((stream, index))
        if end is None or raw[0] not in (Opcode.BRANCH.value, Opcode.LOOP.value):
            return raw
        last = max(kept)
        fields = _fields(raw)
        assert fields is not None
        if raw[0] == Opcode.LOOP.value:
            return encode(Opcode.LOOP, {**fields, "body": self._distance(kept, index, end)})
        position = sum(other < end for other in kept)
        beyond = max(0, end - last - 1)
        return encode(Opcode.BRANCH, {**fields, "target": position + beyond})

    # Passes: each says whether it made something smaller.

    def remove_streams(self) -> bool:
        changed = False
        for stream in list(self.case.streams):
            rest = {place: raw for place, raw in self.lines.items() if place[0] is not stream}
            changed |= self.tried(rest)
        return changed

    def remove_lines(self) -> bool:
        """Ever smaller runs of instructions, as delta debugging does."""
        changed, size = False, max(1, len(self.lines) // 2)
        while size and not self.is_over:
            places = sorted(self.lines, key=lambda place: (place[0].value, place[1]))
            for at in range(0, len(places), size):
                run = [p for p in places[at : at + size] if self._may_go(p)]
                if run and all(p in self.lines for p in run):
                    rest = {p: raw for p, raw in self.lines.items() if p not in run}
                    changed |= self.tried(rest)
            size //= 2
        return changed

    def _may_go(self, place: Place) -> bool:
        return self.lines.get(place, b"\0")[0] != Opcode.HALT.value

    def empty_lines(self) -> bool:
        """Instructions become NOPs that wait and update as they did."""
        changed = False
        for place, raw in list(self.lines.items()):
            fields = _fields(raw)
            if fields is None or raw[0] in (Opcode.NOP.value, Opcode.HALT.value):
                continue
            header = {path: value for path, value in fields.items() if path.startswith("header.")}
            changed |= self.tried({**self.lines, place: encode(Opcode.NOP, header)})
        return changed

    def remove_semaphores(self) -> bool:
        """All waits and updates of a semaphore, then single ones."""
        used = set().union(*map(_semaphores, self.lines.values()))
        initial = {index: v for index, v in self.case.semaphores.items() if index in used}
        changed = initial != self.case.semaphores and self.tried(self.lines, semaphores=initial)
        for index in sorted(used):
            lines = {place: _without(raw, index) for place, raw in self.lines.items()}
            left = {k: v for k, v in self.case.semaphores.items() if k != index}
            changed |= lines != self.lines and self.tried(lines, semaphores=left)
        return changed

    def simplify_lines(self) -> bool:
        """Smaller operands, immediates for registers, fewer passes."""
        changed = False
        for place in list(self.lines):
            for candidate in self._simpler(place):
                if candidate != self.lines[place]:
                    changed |= self.tried({**self.lines, place: candidate})
        return changed

    def _simpler(self, place: Place) -> Iterator[bytes]:
        """Simpler forms of an instruction, each of the form that is the best by then."""
        if _fields(self.lines[place]) is None:
            return
        yield from self._of_ring(place)
        opcode = Opcode(self.lines[place][0])
        yield from self._with_immediates(place, opcode)
        fields = decode(self.lines[place]).fields
        sizes = [path for path in fields if path.endswith(".size") and fields[path] > 1]
        if opcode is Opcode.LOOP:
            for count in (1, 2):
                if fields["count"] > count:
                    yield encode(opcode, {**fields, "count": count})
        idle = [path for path in fields if path.endswith(".stride") and fields[path]
                and fields[path.replace(".stride", ".size")] == 1]  # fmt: skip
        fields = {**fields, **dict.fromkeys(idle, 0)}
        yield encode(opcode, fields)
        yield encode(opcode, {**fields, **dict.fromkeys(sizes, 1)})
        partitions = [path for path in fields if path.endswith(".num_partitions")]
        yield encode(opcode, {**fields, **dict.fromkeys(partitions, 1)})
        yield encode(opcode, {**fields, **dict.fromkeys([*sizes, *partitions], 1)})
        for level in range(4):
            ours = [path for path in sizes if f".dims.{level}." in path]
            yield encode(opcode, {**fields, **{path: fields[path] // 2 for path in ours}})

    def _of_ring(self, place: Place) -> Iterator[bytes]:
        """Each transfer of a ring, in place of it."""
        if self.lines[place][0] != Opcode.DMA_RING.value:
            return
        ring = self._values(place) or decode(self.lines[place]).fields
        kept = {path: value for path, value in ring.items() if path.startswith("header.")}
        kept |= {path: 0 for path in kept if path.endswith("_by_register")}
        kept["queue"] = ring["queue"]
        for position in range(ring["ring.count"]):
            number = (ring["ring.first"] + position) % ring["ring.entries"]
            raw = self._memory(ring["ring.address"] + INSTRUCTION_BYTES * number)
            fields = None if raw is None else _fields(raw)
            if raw is not None and fields is not None:
                yield encode(Opcode(raw[0]), {**fields, **kept})

    def _memory(self, address: int) -> bytes | None:
        """The bytes of an instruction in device memory, if the case says them."""
        for base, data in self.case.memory.items():
            if base <= address and address + INSTRUCTION_BYTES <= base + len(data):
                return data[address - base : address - base + INSTRUCTION_BYTES]
        return None

    def _with_immediates(self, place: Place, opcode: Opcode) -> Iterator[bytes]:
        """A register that a field or an address names gives way to what it held, one at a time."""
        seen = self._values(place)
        for path in decode(self.lines[place]).fields:
            fields = decode(self.lines[place]).fields
            operand, _, name = path.rpartition(".")
            target = path.removesuffix("_by_register")
            if target != path and fields[path] and target in seen:
                yield encode(opcode, {**fields, target: seen[target], path: 0})
            elif name == "address_uses_register" and fields[path] and seen:
                unused = {path: 0, f"{operand}.register": 0, f"{operand}.scale": 0}
                address = seen[f"{operand}.address"]
                yield encode(opcode, {**fields, **unused, f"{operand}.address": address})

    def _values(self, place: Place) -> Mapping[str, Any]:
        """What the instruction's fields were when it first ran."""
        streams = self.case.streams
        kept = sorted(index for stream, index in self.lines if stream is place[0])
        if place[0] not in streams or len(kept) != len(streams[place[0]]):
            return {}
        pc = kept.index(place[1])
        step: Step | None = next(
            (s for s in self.best.reference.steps if (s.stream, s.pc) == (place[0], pc)), None
        )
        return {} if step is None else step.prepared.fields


def _fields(raw: bytes) -> dict[str, Any] | None:
    try:
        return decode(raw).fields
    except DecodeError:
        return None


def _semaphores(raw: bytes) -> set[int]:
    fields = _fields(raw)
    if fields is None:
        return set()
    found = set()
    for clause, none in (("wait", WaitMode.NONE), ("update", UpdateMode.NONE)):
        if fields[f"header.{clause}.mode"] is not none:
            found.add(fields[f"header.{clause}.semaphore"])
    return found


def _without(raw: bytes, semaphore: int) -> bytes:
    fields = _fields(raw)
    if fields is None or semaphore not in _semaphores(raw):
        return raw
    for clause in ("wait", "update"):
        if fields[f"header.{clause}.semaphore"] == semaphore:
            cleared = [path for path in fields if path.startswith(f"header.{clause}.")]
            fields |= dict.fromkeys(cleared, 0)
    return encode(Opcode(raw[0]), fields)


def shrink(comparison: Comparison, compare: Compare, *, attempts: int = 600, seconds: float = 120,
           progress: Callable[[int], None] | None = None) -> Comparison:  # fmt: skip
    """The smallest case found that differs in the same way (in how it ends, or in its results).

    Parameters
    ----------
    compare:
        Runs a case; an ``InvalidProgram`` it raises rejects the case.
    attempts, seconds:
        When to stop.
    progress:
        Called with the number of instructions of each case that is tried.
    """
    difference = comparison.difference
    assert difference is not None, "the targets agree"
    endings = frozenset({"trap", "end"})
    results = frozenset({"semaphore", "register", "device", "SBUF", "PSUM"})
    kinds = endings if difference.kind in endings else results
    deadline = time.monotonic() + seconds
    state = _Shrinker(comparison.case, compare, kinds, deadline, attempts, comparison, progress)
    passes = (state.remove_streams, state.remove_lines, state.empty_lines,
              state.remove_semaphores, state.remove_lines, state.simplify_lines)  # fmt: skip
    changed = True
    while changed and not state.is_over:
        changed = False
        for step in passes:
            changed |= step()
    return state.best
