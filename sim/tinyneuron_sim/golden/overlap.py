"""The rule on overlap within one instruction: no destination element may overlap a source element
that is read later."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .access import byte_offsets, extent, overlaps_itself
from .machine import Machine
from .memory import Footprint
from .region import Region

__all__ = ["forbid_any_overlap", "forbid_lane_overlap", "forbid_meeting", "forbid_serial_overlap"]


def forbid_lane_overlap(machine: Machine, sources: Sequence[tuple[Region, int | np.ndarray]],
                        destination: Region) -> None:  # fmt: skip
    """For instructions that step through elements in all partitions at once.

    Each source comes with the number of its elements that one destination element uses up (1, or
    the size of a reduction); 0 stands for a scalar operand, in use until the end. Or it comes
    with the number, for each of its elements, of the first destination element that is written
    after it was read.
    """
    for source, per_step in sources:
        if not _lanes_meet(source, destination):
            continue
        same = (source.space, source.start, source.offset, source.sizes, source.dims) == (
            destination.space, destination.start, destination.offset, destination.sizes,
            destination.dims)  # fmt: skip
        in_step = isinstance(per_step, int) and per_step == 1
        if same and in_step and not overlaps_itself(destination.dims):
            continue
        if isinstance(per_step, np.ndarray):
            source_steps = per_step
        elif per_step == 0:
            source_steps = np.full(source.count, destination.count - 1)
        else:
            source_steps = np.arange(source.count) // per_step
        _forbid(machine, machine.footprint(source), _lane_steps(source, source_steps),
                machine.footprint(destination),
                _lane_steps(destination, np.arange(destination.count)))  # fmt: skip


def _lanes_meet(a: Region, b: Region) -> bool:
    if a.space is not b.space:
        return False
    if a.start >= b.start + b.partitions or b.start >= a.start + a.partitions:
        return False
    return _intervals_meet(a.offset, a.dims, b.offset, b.dims)


def _intervals_meet(start_a: int, a: tuple, start_b: int, b: tuple) -> bool:
    (low_a, high_a), (low_b, high_b) = extent(a), extent(b)
    return start_a + low_a < start_b + high_b and start_b + low_b < start_a + high_a


def _lane_steps(region: Region, steps: np.ndarray) -> np.ndarray:
    return np.tile(np.repeat(steps, region.element_bytes), region.partitions)


def forbid_serial_overlap(machine: Machine, source: Footprint, source_bytes: int,
                          destination: Footprint, destination_bytes: int) -> None:  # fmt: skip
    """For DMA, which steps through all elements one by one; ``*_bytes`` are element sizes."""
    if source.memory is not destination.memory:
        return
    if not _intervals_meet(source.start, source.dims, destination.start, destination.dims):
        return
    same = (source.start, source.dims) == (destination.start, destination.dims)
    if same and source_bytes == destination_bytes and not overlaps_itself(source.dims):
        return
    _forbid(machine, source, np.arange(source.size) // source_bytes,
            destination, np.arange(destination.size) // destination_bytes)  # fmt: skip


def forbid_meeting(machine: Machine, source: Footprint, destination: Footprint) -> None:
    """For a source that may be read at any time: no byte of it may be written."""
    if not _intervals_meet(source.start, source.dims, destination.start, destination.dims):
        return
    nothing = np.zeros(destination.size, np.int64)
    _forbid(machine, source, np.ones(source.size, np.int64), destination, nothing)


def forbid_any_overlap(machine: Machine, source: Footprint, destination: Footprint) -> None:
    """For a transpose, which reads and writes in an order of its own: no byte is written that is a
    source, and none twice."""
    if overlaps_itself(destination.dims):
        writes, counts = np.unique(byte_offsets(destination.dims), return_counts=True)
        place = destination.memory.place(destination.start + int(writes[counts.argmax()]))
        machine.fail(f"transposes two elements to {place}")
    if source.memory is not destination.memory:
        return
    if not _intervals_meet(source.start, source.dims, destination.start, destination.dims):
        return
    reads, writes = (np.unique(byte_offsets(side.dims)) + side.start
                     for side in (source, destination))  # fmt: skip
    shared = np.intersect1d(reads, writes)
    if len(shared):
        place = source.memory.place(int(shared[0]))
        machine.fail(f"transposes {place} to where it is a source")


def _forbid(machine: Machine, source: Footprint, source_steps: np.ndarray,
            destination: Footprint, destination_steps: np.ndarray) -> None:  # fmt: skip
    """``*_steps``: when each byte, in element order, is read or written; within one step all
    reads come first."""
    reads = byte_offsets(source.dims) + source.start
    writes = byte_offsets(destination.dims) + destination.start
    order = np.lexsort((source_steps, reads))
    reads, source_steps = reads[order], source_steps[order]
    last = np.searchsorted(reads, writes, side="right") - 1
    hit = (last >= 0) & (reads[last] == writes) & (source_steps[last] > destination_steps)
    if hit.any():
        place = source.memory.place(int(writes[int(np.argmax(hit))]))
        machine.fail(f"writes {place} before it reads it as a source")
