"""Which instructions must be over before another starts: RAW, WAR and WAW on boxes of tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .ir import DeviceTensor, Instr, Tile
from .regions import Box, box_of

__all__ = ["MAX_RECORDS", "QUEUE_THREADS", "find_dependencies", "thread_of"]

QUEUE_THREADS = 8
"""Threads below are engines by stream number, from here DMA queues."""
MAX_RECORDS = 32
"""Accesses of one tile that are told apart; beyond, those of one thread merge."""
MAX_DEVICE_RECORDS = 512
"""The same for a device tensor, where false conflicts between stores would cost more."""


def thread_of(instr: Instr) -> int:
    """What completes in order with this instruction: its engine or its DMA queue."""
    if instr.is_dma:
        assert instr.queue is not None
        return QUEUE_THREADS + instr.queue
    assert instr.stream is not None
    return instr.stream.value


@dataclass(slots=True)
class _Record:
    index: int
    thread: int
    box: Box


@dataclass(slots=True)
class _History:
    """Accesses of one tile or device tensor that later ones may conflict with."""

    limit: int
    writes: list[_Record] = field(default_factory=list)
    reads: list[_Record] = field(default_factory=list)
    last: dict[int, int] = field(default_factory=dict)
    """Thread -> its last access."""
    inherited: dict[int, int] = field(default_factory=dict)
    """Last accesses of the tiles that had these bytes before."""


def find_dependencies(
    instructions: Sequence[Instr], before: dict[Tile, list[Tile]]
) -> list[tuple[int, ...]]:
    """For each of the instructions, which follow each other, the earlier ones of other threads it
    must come after (by index).

    Order within a thread is the hardware's. ``before``: what :func:`allocate` returns.
    """
    histories: dict[Tile | DeviceTensor, _History] = {}

    def history(base: Tile | DeviceTensor) -> _History:
        found = histories.get(base)
        if found is None:
            on_chip = isinstance(base, Tile)
            found = _History(MAX_RECORDS if on_chip else MAX_DEVICE_RECORDS)
            histories[base] = found
            earlier = before.get(base, ()) if isinstance(base, Tile) else ()
            for tile in (tile for tile in earlier if tile in histories):
                for thread, index in histories[tile].last.items():
                    found.inherited[thread] = max(index, found.inherited.get(thread, -1))
        return found

    result: list[tuple[int, ...]] = []
    for index, instr in enumerate(instructions):
        thread = thread_of(instr)
        needed: dict[int, int] = {}

        def need(other: int, at: int, needed: dict[int, int] = needed) -> None:
            # Threads complete in order, so the latest of each is enough.
            if at > needed.get(other, -1):
                needed[other] = at

        reads = [(history(ref.base), box_of(ref)) for ref in instr.reads.values()]
        writes = [(history(ref.base), box_of(ref)) for ref in instr.writes.values()]
        for past, box in reads:
            _conflicts(past.writes, box, need)
        for past, box in writes:
            _conflicts(past.writes, box, need)
            _conflicts(past.reads, box, need)
            for other, at in past.inherited.items():
                need(other, at)
        for (past, box), ref in zip(reads, instr.reads.values(), strict=True):
            if isinstance(ref.base, DeviceTensor) and ref.base.kind in ("input", "constant"):
                continue
            _add(past.reads, _Record(index, thread, box), past.limit)
            past.last[thread] = index
        for past, box in writes:
            if box.dense:
                past.writes = [r for r in past.writes if not box.contains(r.box)]
                past.reads = [r for r in past.reads if r.index == index or not box.contains(r.box)]
            _add(past.writes, _Record(index, thread, box), past.limit)
            past.last[thread] = index
        needed.pop(thread, None)
        result.append(tuple(sorted(needed.values())))
    return result


def _conflicts(records: list[_Record], box: Box, need) -> None:
    for record in records:
        if record.box.overlaps(box):
            need(record.thread, record.index)


def _add(records: list[_Record], new: _Record, limit: int) -> None:
    """Adds a record, dropping what it makes redundant and merging when there are too many."""
    records[:] = [
        r for r in records if not (r.thread == new.thread and new.box.contains(r.box))
    ]  # fmt: skip
    records.append(new)
    if len(records) <= limit:
        return
    for at, old in enumerate(records):
        for later in records[at + 1 :]:
            if later.thread == old.thread:
                later.box = later.box.joined(old.box)
                later.index = max(later.index, old.index)
                del records[at]
                return
