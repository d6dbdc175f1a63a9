"""Orders the streams: turns dependencies into semaphore waits and updates.

Every thread (engine or DMA queue) has one semaphore that only grows: each instruction someone
waits for adds 1 when it is done. A consumer waits until the count reaches that instruction, which
implies everything before it in the thread. Vector clocks drop waits that others already imply.

An instruction has one wait. Further ones move to earlier instructions of the stream, which is safe
as long as those come later in program order than what is waited for (then every edge points
backwards in program order and no cycle can arise); a NOP takes what finds no room.

Semaphores keep their values between runs, so SYNC ends by setting them to 0, when every other
stream has passed its last wait: a program can run again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tinyneuron_hw.config import NUM_SEMAPHORES, CoreConfig
from tinyneuron_hw.isa.opcodes import Opcode, Stream, UpdateMode

from .dependencies import QUEUE_THREADS, thread_of
from .ir import Instr, LoweringError, Module, Register

__all__ = ["HOIST_WINDOW", "Clock", "Entry", "Schedule", "Wait", "insert_semaphores",
           "minimal_waits", "order_streams"]  # fmt: skip

HOIST_WINDOW = 16
"""How far before an instruction a wait may move, in instructions of its stream."""

Clock = list[int]
"""Instructions of each thread that are known to be done."""


@dataclass(frozen=True)
class Wait:
    """Wait until ``semaphore`` is at least ``value``."""

    semaphore: int
    value: int
    takes: bool = False
    """Whether it subtracts the value again."""


@dataclass(eq=False)
class Entry:
    """One instruction of a stream: from the kernel, or a NOP or HALT (``instr`` None)."""

    index: int
    """Place in program order; a NOP has that of the instruction it stands before."""
    instr: Instr | None = None
    wait: Wait | None = None
    update: tuple[UpdateMode, int, int | Register] | None = None
    """Mode, semaphore, value."""
    halt: bool = False
    opcode: Opcode = Opcode.NOP
    """What it is without ``instr``, unless it is a HALT."""
    fields: dict[str, Any] = field(default_factory=dict)
    line: int = 0
    """The kernel's line, without ``instr``."""


@dataclass
class Schedule:
    """Entries of each stream, and which semaphore counts which thread."""

    streams: dict[Stream, list[Entry]]
    semaphores: dict[int, int]
    drains: dict[Stream, list[Wait]] = field(default_factory=dict)
    """What each stream must still wait for, for all its transfers to be over, where that was
    asked."""


def insert_semaphores(module: Module, dependencies: list[tuple[int, ...]]) -> Schedule:
    """Streams with their semaphores; ``dependencies`` from :func:`find_dependencies`."""
    schedule = order_streams(module.instructions, dependencies, module.config)
    streams = schedule.streams
    streams.setdefault(Stream.SYNC, [])
    _finish(streams, list(schedule.semaphores.values()))
    schedule.streams = {stream: streams[stream] for stream in Stream if stream in streams}
    return schedule


def order_streams(
    instructions: Sequence[Instr], dependencies: list[tuple[int, ...]], config: CoreConfig, *,
    drain: bool = False,
) -> Schedule:  # fmt: skip
    """Streams of instructions that follow each other, with semaphores that begin at 0, and no end.
    ``drain``: whether the end of all transfers is to be waited for."""
    waits = minimal_waits(instructions, dependencies, config)
    awaited = {at for needed in waits for at in needed}
    lasts = _last_transfers(instructions) if drain else {}
    lasts = {at: stream for at, stream in lasts.items() if at not in awaited}
    awaited = sorted(awaited | set(lasts))
    ranks: dict[int, int] = {}
    totals: dict[int, int] = {}
    for at in awaited:
        thread = thread_of(instructions[at])
        ranks[at] = totals[thread] = totals.get(thread, 0) + 1
    semaphores = {thread: number for number, thread in enumerate(sorted(totals))}
    if len(semaphores) >= NUM_SEMAPHORES:
        raise LoweringError(f"{len(semaphores)} threads need a semaphore each, besides one to end: "
                            f"{NUM_SEMAPHORES} exist")  # fmt: skip
    streams: dict[Stream, list[Entry]] = {}
    for index, instr in enumerate(instructions):
        assert instr.stream is not None
        entries = streams.setdefault(instr.stream, [])
        entry = Entry(index, instr)
        if index in ranks:
            entry.update = (UpdateMode.ADD, semaphores[thread_of(instr)], 1)
        pending = [
            (at, Wait(semaphores[thread_of(instructions[at])], ranks[at])) for at in waits[index]
        ]
        _attach(entries, entry, pending)
    drains: dict[Stream, list[Wait]] = {}
    for at, stream in lasts.items():
        wait = Wait(semaphores[thread_of(instructions[at])], ranks[at])
        drains.setdefault(stream, []).append(wait)
    return Schedule(streams, semaphores, drains)


def _last_transfers(instructions: Sequence[Instr]) -> dict[int, Stream]:
    """The last transfer of each queue, and the stream that issues it."""
    lasts: dict[int, tuple[int, Stream]] = {}
    for index, instr in enumerate(instructions):
        if instr.is_dma and instr.stream is not None:
            lasts[thread_of(instr)] = (index, instr.stream)
    return dict(lasts.values())


def minimal_waits(
    instructions: Sequence[Instr], dependencies: list[tuple[int, ...]], config: CoreConfig
) -> list[list[int]]:
    """The dependencies of each instruction that nothing else implies, latest first."""
    threads = QUEUE_THREADS + config.dma_engines
    known: dict[Stream, Clock] = {}
    queues: dict[int, Clock] = {}
    issued = [0] * threads
    position: list[int] = []
    clocks: list[Clock] = []
    result: list[list[int]] = []
    for instr, needed in zip(instructions, dependencies, strict=True):
        stream, thread = instr.stream, thread_of(instr)
        assert stream is not None
        know = known.setdefault(stream, [0] * threads)
        # A DMA instruction starts when all before it in its stream is done; an engine keeps order.
        know[stream.value] = issued[stream.value]
        done = queues.get(thread, know) if instr.is_dma else know
        waits: list[int] = []
        for at in sorted(needed, reverse=True):
            other = thread_of(instructions[at])
            if other != thread and position[at] > know[other]:
                implied = any(clocks[w][other] >= position[at] for w in waits)
                if not implied:
                    waits.append(at)
        waits = [w for w in waits if not _implied(w, waits, clocks, position, instructions)]
        for at in waits:
            know[:] = map(max, know, clocks[at])
        result.append(waits)
        issued[thread] += 1
        position.append(issued[thread])
        clock = list(map(max, know, done))
        clock[thread] = issued[thread]
        clocks.append(clock)
        if instr.is_dma:
            queues[thread] = clock
    return result


def _implied(
    at: int, waits: list[int], clocks: list[Clock], position: list[int],
    instructions: Sequence[Instr],
) -> bool:  # fmt: skip
    thread = thread_of(instructions[at])
    return any(w != at and clocks[w][thread] >= position[at] for w in waits)


def _attach(entries: list[Entry], entry: Entry, pending: list[tuple[int, Wait]]) -> None:
    """Appends an entry with its waits: the latest on itself, the others before it."""
    if pending:
        entry.wait = pending[0][1]
    extra: list[Entry] = []
    for at, wait in pending[1:]:
        for earlier in reversed(entries[-HOIST_WINDOW:]):
            if earlier.index <= at:
                extra.append(Entry(entry.index, wait=wait))
                break
            if earlier.wait is None:
                earlier.wait = wait
                break
        else:
            extra.append(Entry(entry.index, wait=wait))
    entries += [*extra, entry]


def _finish(streams: dict[Stream, list[Entry]], semaphores: list[int]) -> None:
    """Ends every stream; SYNC clears the semaphores when nobody needs them any more."""
    end = max((entry.index for entries in streams.values() for entry in entries), default=-1) + 1
    finished = len(semaphores)
    others = [stream for stream in streams if stream is not Stream.SYNC]
    for stream in others:
        streams[stream].append(Entry(end, update=(UpdateMode.ADD, finished, 1)))
    tail = [Entry(end, wait=Wait(finished, len(others)))] if others else []
    # Only what someone waits for is counted, so behind the last wait every count is final.
    tail += [Entry(end, update=(UpdateMode.SET, number, 0)) for number in semaphores]
    if others:
        tail.append(Entry(end, update=(UpdateMode.SET, finished, 0)))
    streams[Stream.SYNC] += tail
    for entries in streams.values():
        entries.append(Entry(end, halt=True))
