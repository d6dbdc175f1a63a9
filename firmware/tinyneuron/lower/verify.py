"""Checks after each pass: what a correct pass can never produce.

A failure here is a bug of the compiler, not of a kernel, and raises :class:`VerifyError`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import FORMATS
from tinyneuron_hw.isa.opcodes import STREAM_OPCODES, Space, Stream, UpdateMode

from .dependencies import QUEUE_THREADS, thread_of
from .graph import Unit
from .ir import Instr, Module, Tile, TileRef
from .regions import in_base_elements
from .semaphores import Entry, Schedule

__all__ = [
    "VerifyError",
    "verify_assigned",
    "verify_module",
    "verify_order",
    "verify_placed",
    "verify_reordered",
    "verify_schedule",
]


class VerifyError(AssertionError):
    """A pass broke an invariant of the intermediate representation."""


def _require(ok: bool, instr: Instr | None, message: str) -> None:
    if not ok:
        where = f"line {instr.line}, {instr.opcode.name}: " if instr else ""
        raise VerifyError(f"{where}{message}")


def verify_module(module: Module) -> None:
    """Every operand lies inside its tensor, and every tensor belongs to the module."""
    tiles, tensors = set(module.tiles), set(module.tensors)
    for instr in module.instructions:
        for path, given in instr.operands.items():
            ref = in_base_elements(given)
            _require(ref.base in tiles or ref.base in tensors, instr, f"{path}: foreign tensor")
            shape = ref.base.shape
            if isinstance(ref, TileRef):
                stop = ref.start_partition + ref.num_partitions
                _require(0 <= ref.start_partition < stop <= shape[0], instr, f"{path}: partitions")
                shape = shape[1:]
            moves = (ref.shift.low, ref.shift.high) if ref.shift else (0, 0)
            low = ref.offset + sum(min(0, stride * (size - 1)) for stride, size in ref.dims)
            high = ref.offset + sum(max(0, stride * (size - 1)) for stride, size in ref.dims)
            low, high = low + moves[0], high + moves[1]
            _require(0 <= low <= high < math.prod(shape), instr, f"{path}: outside its tensor")


def verify_reordered(units: Sequence[Unit], order: Sequence[Unit]) -> None:
    """Every unit is there once, behind all that must come before it."""
    place = {unit.number: at for at, unit in enumerate(order)}
    _require(len(order) == len(units) == len(place), None, "units were lost or doubled")
    for unit in units:
        for at in unit.before:
            ok = place[at] < place[unit.number]
            _require(ok, unit.instructions[0], f"stands before unit {at}, which it needs")


def verify_assigned(module: Module) -> None:
    """Every instruction has a stream that can run it, a transfer has a queue, and no queue is
    fed by two streams."""
    issuers: dict[int, Stream] = {}
    for instr in module.instructions:
        if instr.edge is not None or instr.is_replicated:
            continue
        _require(instr.stream is not None, instr, "no stream")
        assert instr.stream is not None
        _require(instr.opcode in STREAM_OPCODES[instr.stream], instr, f"not on {instr.stream.name}")
        slotted = instr.table is None or "function" in instr.fields
        _require(slotted, instr, "its table has no slot")
        _require(instr.is_dma == (instr.queue is not None), instr, f"queue {instr.queue}")
        if instr.queue is not None:
            _require(0 <= instr.queue < module.config.dma_engines, instr, f"queue {instr.queue}")
            issuer = issuers.setdefault(instr.queue, instr.stream)
            _require(issuer is instr.stream, instr, f"queue {instr.queue} has two issuers")


def verify_placed(module: Module) -> None:
    """Tiles lie inside their memory, and tiles that live at the same time share no byte."""
    live: dict[Space, dict[Tile, int]] = {Space.SBUF: {}, Space.PSUM: {}}
    last: dict[Tile, int] = {}
    for index, instr in enumerate(module.instructions):
        for ref in instr.operands.values():
            if isinstance(ref.base, Tile):
                last[ref.base] = index
    config = module.config
    rooms = {Space.SBUF: config.sbuf_partition_bytes, Space.PSUM: config.psum_partition_bytes}
    for index, instr in enumerate(module.instructions):
        for ref in instr.operands.values():
            tile = ref.base
            if not isinstance(tile, Tile) or tile in live[tile.space]:
                continue
            offset = tile.offset
            _require(offset is not None, instr, f"{tile.name} has no place")
            assert offset is not None
            end = offset + tile.bytes_per_partition
            _require(0 <= offset < end <= rooms[tile.space], instr, f"{tile.name} lies outside")
            _require(offset % FORMATS[tile.dtype].bytes == 0, instr, f"{tile.name} misaligned")
            others = live[tile.space]
            for other in [item for item in others if last[item] < index]:
                del others[other]
            for other in others:
                assert other.offset is not None
                apart = end <= other.offset or other.offset + other.bytes_per_partition <= offset
                _require(apart, instr, f"{tile.name} overlaps {other.name}")
            others[tile] = index


def verify_schedule(
    module: Module, dependencies: list[tuple[int, ...]], schedule: Schedule
) -> None:
    """Plays the streams with their semaphores: all end, every dependency is kept by what the
    semaphores imply, and every semaphore is 0 afterwards."""
    values = verify_order(module.instructions, dependencies, schedule, module.config)
    for stream, entries in schedule.streams.items():
        _require(entries[-1].halt, None, f"{stream.name} has no HALT")
    _require(not any(values), None, f"semaphores end at {values}")


def verify_order(
    instructions: Sequence[Instr], dependencies: list[tuple[int, ...]], schedule: Schedule,
    config: CoreConfig,
) -> list[int]:  # fmt: skip
    """Plays streams whose semaphores begin at 0: all end, and every dependency is kept by what the
    semaphores imply. Returns what the semaphores end at."""
    threads = QUEUE_THREADS + config.dma_engines
    count = len(schedule.semaphores) + 1
    values = [0] * count
    history = [[[0] * threads] for _ in range(count)]
    clocks: dict[int, list[int]] = {}
    position: dict[int, int] = {}
    known = {stream: [0] * threads for stream in schedule.streams}
    queues: dict[int, list[int]] = {}
    done = [0] * threads

    def play(stream: Stream, entry: Entry) -> None:
        know = known[stream]
        if entry.wait is not None:
            # One thread counts a semaphore (or, at the end, all of them: then the value is final).
            know[:] = map(max, know, history[entry.wait.semaphore][entry.wait.value])
            values[entry.wait.semaphore] -= entry.wait.value if entry.wait.takes else 0
        after = know
        instr = entry.instr
        if instr is not None:
            thread = thread_of(instr)
            for at in dependencies[entry.index]:
                other = thread_of(instructions[at])
                kept = at in position and (other == thread or know[other] >= position[at])
                _require(kept, instr, f"may start before instruction {at} is done")
            done[thread] += 1
            position[entry.index] = done[thread]
            after = list(map(max, know, queues.get(thread, know))) if instr.is_dma else know
            after[thread] = done[thread]
            clocks[entry.index] = after
            if instr.is_dma:
                queues[thread] = after
        if entry.update is not None:
            mode, semaphore, value = entry.update
            assert isinstance(value, int)
            if mode is UpdateMode.SET:
                values[semaphore] = value
            else:
                values[semaphore] += value
                history[semaphore].append(list(map(max, history[semaphore][-1], after)))

    cursors = dict.fromkeys(schedule.streams, 0)
    moved = True
    while moved:
        moved = False
        for stream, entries in schedule.streams.items():
            while cursors[stream] < len(entries):
                entry = entries[cursors[stream]]
                if entry.wait is not None and values[entry.wait.semaphore] < entry.wait.value:
                    break
                play(stream, entry)
                cursors[stream] += 1
                moved = True
    for stream, entries in schedule.streams.items():
        _require(cursors[stream] == len(entries), None, f"{stream.name} never ends")
    _require(len(position) == len(instructions), None, "instructions were lost")
    return values
