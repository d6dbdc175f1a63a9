"""Makes a profile of a program and what its run gave."""

from __future__ import annotations

import linecache
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tinyneuron_hw.config import INSTRUCTION_BYTES, CoreConfig
from tinyneuron_hw.isa.codec import DecodeError, decode
from tinyneuron_hw.isa.matmul import MACS_PER_PE, MatmulKind, matmul_kind
from tinyneuron_hw.isa.opcodes import Opcode, Stream
from tinyneuron_sim.backend import DMA_SOURCE
from tinyneuron_sim.trace import Executed, Span, Wait, executions, rows_of, spans, waits

from ..program.disassembler import instruction_text
from ..program.program import Program
from ..runtime.errors import TinyneuronError
from ..runtime.model import RunResult
from .data import Gap, Instruction, Line, Queue, Slice
from .profile import Profile
from .summary import engines, floors, points, stalls, streams
from .work import NOTHING, Work, work

__all__ = ["collect", "covered"]

_LINES = 1000
"""Lines of the kernel that a profile keeps, those with the most cycles."""


def collect(
    program: Program,
    result: RunResult,
    *,
    target: str = "",
    config: CoreConfig | None = None,
    inputs: Mapping[str, np.ndarray] | None = None,
    seed: int | None = None,
) -> Profile:
    """The profile of a run.

    Parameters
    ----------
    program:
        What ran, from reset.
    result:
        Of ``Model.run(..., trace=True)``; with ``waits=True`` it says what waited for what.
    target, config:
        What it ran on; the configuration is the program's if none is given.
    inputs:
        What it ran on; only rings of descriptors among them matter.
    seed:
        Of the inputs, if they are random.

    Raises
    ------
    TinyneuronError
        The target has no time (golden), or the run was not traced.
    """
    if result.cycles is None:
        raise TinyneuronError("golden counts no cycles: a profile needs another target")
    if not result.trace:
        raise TinyneuronError("the run was not traced: trace=True")
    config = config or program.config
    found = spans(result.trace)
    executed = executions(config, program.streams, found)
    builder = _Builder(program, inputs or {})
    builder.add_work(executed)
    slices = builder.slices(found)
    gaps = builder.gaps(waits(config, executed))
    kinds = _kinds(executed)
    least = floors(config, slices, result.counters)
    found_engines = engines(config, result, slices, least)
    return Profile(
        name=str(program.metadata.get("kernel", "program")),
        config=config,
        target=target,
        cycles=result.cycles,
        seed=seed,
        lost=result.trace_lost,
        unknown=builder.unknown,
        counters=result.counters,
        instructions=builder.instructions,
        slices=slices,
        gaps=gaps,
        engines=found_engines,
        queues=_queues(slices),
        floors=least,
        points=points(config, slices, found_engines, result.cycles, max(kinds, default=1.0)),
        streams=streams(result),
        stalls=stalls(result),
        lines=_lines(builder.instructions, slices, gaps),
    )


@dataclass
class _Builder:
    """Numbers the instructions of a program as they are met."""

    program: Program
    inputs: Mapping[str, np.ndarray]
    instructions: list[Instruction] = field(default_factory=list)
    unknown: int = 0

    def __post_init__(self) -> None:
        self._numbers: dict[tuple[Stream, int], int] = {}
        self._work: dict[int, Work] = {}  # id of a span -> its work
        self._slices: dict[int, int] = {}  # id of a span -> index of its slice
        self._addresses = {
            (item.stream, item.index): item.tensor
            for item in self.program.relocations
            if item.path == "ring.address"
        }

    def number(self, stream: Stream, pc: int) -> int:
        """The index of an instruction."""
        if (stream, pc) not in self._numbers:
            code = self.program.streams.get(stream, [])
            text = instruction_text(code[pc]) if pc < len(code) else "past the end"
            self._numbers[stream, pc] = len(self.instructions)
            line = self.program.source_line(stream, pc)
            file = self.program.source_file(stream, pc) if line is not None else ""
            self.instructions.append(Instruction(stream, pc, text, line, file))
        return self._numbers[stream, pc]

    def add_work(self, executed: Mapping[Stream, Sequence[Executed]]) -> None:
        """Finds the work of every span. The spans are those that the slices are made of."""
        for items in executed.values():
            for item in items:
                if item.opcode is Opcode.DMA_RING:
                    parts = self._ring(item)
                    for span, part in zip(item.transfers, parts, strict=True):
                        self._work[id(span)] = part
                    continue
                for span in item.transfers or (item.span,):
                    if span is not None:
                        self._work[id(span)] = work(item.opcode, item.fields)

    def _ring(self, item: Executed) -> list[Work]:
        """Of each transfer of a ring, as far as its descriptors are known."""
        image = self._tensor(self._addresses.get((item.stream, item.pc), ""))
        start, first, entries = (
            item.fields[f"ring.{name}"] for name in ("address", "first", "entries")
        )
        found = []
        for position in range(len(item.transfers)):
            at = start + INSTRUCTION_BYTES * ((first + position) % entries)
            try:
                decoded = decode(image[at : at + INSTRUCTION_BYTES])
                found.append(work(decoded.opcode, decoded.fields))
            except (DecodeError, ValueError, IndexError):
                found.append(NOTHING)
                self.unknown += 1
        return found

    def _tensor(self, name: str) -> bytes:
        """The bytes of a constant or an input."""
        if name in self.program.constants:
            return self.program.constants[name]
        given = self.inputs.get(name)
        return b"" if given is None else np.ascontiguousarray(given).tobytes()

    def slices(self, found: Sequence[Span]) -> list[Slice]:
        """A slice for each span, in order."""
        result = []
        for span, row in zip(found, rows_of(found), strict=True):
            self._slices[id(span)] = len(result)
            done = self._work.get(id(span), NOTHING)
            number = self.number(span.stream, span.pc)
            result.append(Slice(span.source, row, number, span.start, span.end, span.closed, done))
        return result

    def gaps(self, found: Iterable[Wait]) -> list[Gap]:
        """A gap for each wait, in order."""
        return [
            Gap(
                stream=wait.waiter.stream,
                instruction=self.number(wait.waiter.stream, wait.waiter.pc),
                cause=wait.cause,
                start=wait.start,
                end=wait.end,
                condition=wait.condition,
                slice=self._slice(wait.waiter.span),
                releaser=self._slice(_last(wait.releaser)),
            )
            for wait in found
        ]

    def _slice(self, span: Span | None) -> int | None:
        return None if span is None else self._slices.get(id(span))


def _last(item: Executed | None) -> Span | None:
    """The span at whose end an instruction's update comes."""
    if item is None:
        return None
    return max(item.transfers, key=lambda span: span.end) if item.transfers else item.span


def _kinds(executed: Mapping[Stream, Sequence[Executed]]) -> set[float]:
    """MACs per PE and cycle of the arithmetic that is used."""
    kinds = {
        matmul_kind(item.fields)
        for item in executed.get(Stream.TENSOR, ())
        if item.opcode is Opcode.MULTIPLY_MOVING
    }
    return {MACS_PER_PE[kind] for kind in kinds - {MatmulKind.PATTERN}}


def covered(intervals: Iterable[tuple[int, int]]) -> int:
    """Cycles that at least one of the intervals [start, end) covers."""
    found = reach = 0
    for start, end in sorted(intervals):
        found += max(0, end - max(start, reach))
        reach = max(reach, end)
    return found


def _queues(slices: Sequence[Slice]) -> dict[int, Queue]:
    taken: dict[int, list[Slice]] = defaultdict(list)
    for item in slices:
        if item.source >= DMA_SOURCE:
            taken[item.source - DMA_SOURCE].append(item)
    return {
        queue: Queue(
            transfers=len(items),
            read=sum(item.work.read for item in items),
            written=sum(item.work.written for item in items),
            busy=covered((item.start, item.end) for item in items),
        )
        for queue, items in sorted(taken.items())
    }


def _lines(
    instructions: Sequence[Instruction], slices: Sequence[Slice], gaps: Sequence[Gap]
) -> list[Line]:
    """The lines of the kernel, those with the most cycles first."""
    cycles: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    executed, waited = Counter[tuple[str, int]](), Counter[tuple[str, int]]()
    for item in slices:
        place = _place(instructions[item.instruction])
        if place is not None:
            engine = "dma" if item.source >= DMA_SOURCE else Stream(item.source).name.lower()
            cycles[place][engine] += item.end - item.start
            executed[place] += item.source < DMA_SOURCE
    for gap in gaps:
        place = _place(instructions[gap.instruction])
        if place is not None:
            waited[place] += gap.end - gap.start
    lines = [
        Line(
            file=place[0],
            number=place[1],
            text=linecache.getline(*place).strip() if Path(place[0]).is_file() else "",
            executed=executed[place],
            cycles={engine: count for engine, count in spent.items() if count},
            waited=waited[place],
        )
        for place, spent in cycles.items()
    ]
    return sorted(lines, key=lambda line: (-line.total, line.file, line.number))[:_LINES]


def _place(instruction: Instruction) -> tuple[str, int] | None:
    return None if instruction.line is None else (instruction.file, instruction.line)
