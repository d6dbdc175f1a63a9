"""What the streams of a traced run waited for, and who released them.

The trace port tells when instructions start and end, not why they did not start before. From the
order of a stream, the semaphores in its code and the updates of what ended, the rest follows: an
instruction that could not leave waited for a semaphore, for the instructions before it, for room in
a queue, or had not come from memory.
"""

from __future__ import annotations

import bisect
import heapq
import itertools
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.matmul import MatmulKind, matmul_kind
from tinyneuron_hw.isa.opcodes import (
    CONTROL_OPCODES,
    DMA_OPCODES,
    REGISTER_MOVES,
    Opcode,
    Stream,
    UpdateMode,
    WaitMode,
)
from tinyneuron_hw.isa.roles import LONG_OPCODES, PATTERNS

from ..golden.semaphores import Semaphores
from .execution import Executed

__all__ = ["Cause", "Wait", "waits"]

Cause = Literal["semaphore", "order", "queue", "fetch"]
"""As in ``isa.waits.STREAM_STATES``; ``fetch`` is preparation too."""

_SIGNS = {
    WaitMode.EQUAL: "==", WaitMode.GREATER_EQUAL: ">=", WaitMode.GREATER_EQUAL_SUBTRACT: ">=",
}  # fmt: skip


_NEAR = 3
"""Cycles within which a start follows from what happened before."""
_PASSES = 4
"""Ways of an FP32 operand through the array."""
_DMA_QUEUE_DEPTH = 4
"""Transfers that one queue of DMA holds, the running one included."""


@dataclass(frozen=True)
class Wait:
    """A stream stood from ``start`` to ``end`` before ``waiter``.

    ``condition`` is what had to hold, ``s3 >= 4``; empty but for semaphores. ``releaser`` is the
    instruction whose update made it hold.
    """

    waiter: Executed
    cause: Cause
    start: int
    end: int
    condition: str = ""
    releaser: Executed | None = None


def waits(config: CoreConfig, streams: Mapping[Stream, Sequence[Executed]]) -> list[Wait]:
    """What the streams waited for, ordered by start.

    The moment at which an instruction goes into its engine's queue is not traced. When it starts
    without anything having happened in its engine just before, it has just come; otherwise it is
    taken to have come as early as it could. So an instruction that came late and then waited is
    shown as waiting all the time. Semaphores are taken to start at 0.
    """
    replay = _Replay(config, streams)
    replay.run()
    return sorted(replay.found, key=lambda wait: (wait.start, wait.waiter.stream.value))


def _reading(item: Executed) -> int:
    """Cycles in which an engine takes in an instruction's elements, one a cycle; then the next one
    can start."""
    passes = 1
    if item.opcode is Opcode.MULTIPLY_MOVING and matmul_kind(item.fields) is MatmulKind.FP32:
        passes = _PASSES
    return passes * max(
        math.prod(item.fields[f"{role.path}.dims.{k}.size"] for k in range(4))
        for role in PATTERNS[item.opcode]
    )


def _is_control(item: Executed) -> bool:
    """Whether it goes to no engine, so that its own span begins when it leaves."""
    return item.opcode in CONTROL_OPCODES + REGISTER_MOVES + DMA_OPCODES


def _is_serial(item: Executed) -> bool:
    """Whether it starts after everything before it in its stream is done."""
    if item.opcode in (Opcode.NOP, Opcode.HALT, *LONG_OPCODES, *DMA_OPCODES):
        return True
    updates = item.fields["header.update.mode"] is not UpdateMode.NONE
    return item.opcode in CONTROL_OPCODES and updates


class _Line:
    """A stream: where it stands, and what it has under way."""

    def __init__(self, items: Sequence[Executed]):
        self.items = items
        self.at = 0
        self.ready = 0
        self.is_waiting = False
        self.drained = 0
        """The cycle at which all that left for the engine has ended."""
        self._starts: dict[bool, list[int]] = {False: [], True: []}
        """Of those that left for the engine; loads of the Tensor engine have a queue of their
        own."""
        self._events = sorted(
            cycle
            for item in items
            if item.span and not _is_control(item)
            for cycle in (item.span.start, item.span.start + _reading(item), item.span.end)
        )

    @property
    def item(self) -> Executed:
        return self.items[self.at]

    @property
    def is_over(self) -> bool:
        return self.at >= len(self.items)

    def leave(self, depth: int) -> tuple[int, int]:
        """The instruction goes to its engine: when its queue had room at the latest, and when it
        came at the earliest, as far as the trace tells (0: it does not)."""
        span = self.item.span
        if span is None:
            return 0, 0
        self.drained = max(self.drained, span.end)
        starts = self._starts[self.item.opcode is Opcode.LOAD_STATIONARY]
        starts.append(span.start)
        room = min(span.start, starts[-1 - depth]) if len(starts) > depth else 0
        near = bisect.bisect_left(self._events, span.start - _NEAR)
        others = bisect.bisect_right(self._events, span.start) - near - 1
        return room, 0 if others else span.start


class _Replay:
    """Steps through updates and streams in the order of their cycles."""

    def __init__(self, config: CoreConfig, streams: Mapping[Stream, Sequence[Executed]]):
        self._depth = config.queue_depth
        self._lines = {stream: _Line(items) for stream, items in streams.items()}
        self._semaphores = Semaphores()
        self._taken: dict[int, list[tuple[int, int]]] = defaultdict(list)
        """Queue of DMA -> when it took a transfer and when it was done with it."""
        for item in itertools.chain(*streams.values()):
            if item.opcode in DMA_OPCODES and item.span and item.done is not None:
                self._taken[item.fields["queue"]].append((item.span.start, item.done))
        self._waiting: dict[int, list[Stream]] = defaultdict(list)
        self._number = itertools.count()
        self._events: list[tuple[int, int, int, Any]] = []
        self.found: list[Wait] = []
        for items in streams.values():
            for item in items:
                if item.fields["header.update.mode"] is not UpdateMode.NONE:
                    self._push(item.done, 0, item)
        # Nothing starts before the first instruction of all has come from memory.
        starts = (item.span.start for items in streams.values() for item in items if item.span)
        first = min(starts, default=0)
        for stream, items in streams.items():
            if items:
                self._add(items[0], "fetch", 0, first)
            self._push(first, 1, stream)

    def _push(self, cycle: int | None, rank: int, what: Any) -> None:
        """Rank 0: an update; 1: a stream comes to its next instruction; 2: one that the trace says
        has started, whatever the replay thinks."""
        if cycle is not None:
            heapq.heappush(self._events, (cycle, rank, next(self._number), what))

    def run(self) -> None:
        """Until nothing happens any more."""
        while self._events:
            cycle, rank, _, what = heapq.heappop(self._events)
            if rank == 0:
                self._update(cycle, what)
            elif rank == 1:
                self._arrive(cycle, what)
            else:
                stream, at = what
                line = self._lines[stream]
                if line.at == at and line.is_waiting:
                    self._release(stream, cycle, None)

    def _arrive(self, cycle: int, stream: Stream) -> None:
        line = self._lines[stream]
        if line.is_over:
            return
        item = line.item
        if _is_serial(item) and line.drained > cycle:
            self._add(item, "order", cycle, line.drained)
            cycle = line.drained
            self._push(cycle, 1, stream)
            return
        line.ready = cycle
        wait = _condition(item)
        if self._semaphores.holds(*wait):
            self._release(stream, cycle, None)
            return
        line.is_waiting = True
        self._waiting[wait[1]].append(stream)
        if item.span is not None:
            self._push(max(cycle, item.span.start), 2, (stream, line.at))

    def _update(self, cycle: int, item: Executed) -> None:
        mode, index, value = (
            item.fields[f"header.update.{name}"] for name in ("mode", "semaphore", "value")
        )
        self._semaphores.update(mode, index, value, None)
        for stream in list(self._waiting[index]):
            if self._semaphores.holds(*_condition(self._lines[stream].item)):
                self._release(stream, cycle, item)

    def _release(self, stream: Stream, cycle: int, releaser: Executed | None) -> None:
        """The condition holds (or must have held): the instruction leaves when there is room."""
        line = self._lines[stream]
        item, wait = line.item, _condition(line.item)
        if self._semaphores.holds(*wait):
            self._semaphores.take(*wait)
        if line.is_waiting:
            self._waiting[wait[1]].remove(stream)
            line.is_waiting = False
            mode, index, value = wait
            self._add(item, "semaphore", line.ready, cycle, f"s{index} {_SIGNS[mode]} {value}",
                      releaser)  # fmt: skip
        leaves = self._leave(line, cycle)
        line.at += 1
        if item.opcode in LONG_OPCODES and item.span is not None:
            leaves = max(leaves, item.span.end)
        self._push(leaves + 1, 1, stream)

    def _leave(self, line: _Line, cycle: int) -> int:
        """When an instruction leaves that could do so from ``cycle`` on."""
        item, span = line.item, line.item.span
        if not _is_control(item):
            room, came = line.leave(self._depth)
        elif span is None:
            return cycle
        else:
            room, came = self._queue_room(item), span.start
        leaves = max(cycle, room, came)
        self._add(item, "queue", cycle, min(room, leaves))
        self._add(item, "fetch", max(cycle, room), leaves)
        return leaves

    def _queue_room(self, item: Executed) -> int:
        """When a transfer's queue had room for it."""
        if item.opcode not in DMA_OPCODES or item.span is None:
            return 0
        ends = self._taken[item.fields["queue"]]
        before = [end for start, end in ends if start < item.span.start]
        late = sorted(before)[-_DMA_QUEUE_DEPTH] if len(before) >= _DMA_QUEUE_DEPTH else 0
        return min(item.span.start, late)

    def _add(
        self, item: Executed, cause: Cause, start: int, end: int, condition: str = "",
        releaser: Executed | None = None,
    ) -> None:  # fmt: skip
        if end > start:
            self.found.append(Wait(item, cause, start, end, condition, releaser))


def _condition(item: Executed) -> tuple[WaitMode, int, int]:
    mode, index, value = (
        item.fields[f"header.wait.{name}"] for name in ("mode", "semaphore", "value")
    )
    return mode, index, value
