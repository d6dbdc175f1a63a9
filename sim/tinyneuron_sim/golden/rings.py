"""Rings of descriptors in device memory."""

from __future__ import annotations

from tinyneuron_hw.config import INSTRUCTION_BYTES
from tinyneuron_hw.formats import DType

from .machine import Machine
from .prepared import Prepared, Preparer
from .region import DeviceRegion

__all__ = ["descriptor_address", "is_last", "next_descriptor", "ring_bytes"]


def descriptor_address(ring: Prepared, position: int) -> int:
    """Where descriptor ``position`` of those that are meant is, from 0 on."""
    fields = ring.fields
    number = (fields["ring.first"] + position) % fields["ring.entries"]
    return fields["ring.address"] + INSTRUCTION_BYTES * number


def is_last(ring: Prepared, position: int) -> bool:
    """Whether it is the last one."""
    return position == ring.fields["ring.count"] - 1


def ring_bytes(ring: Prepared) -> tuple[tuple[int, int], ...]:
    """Intervals [low, high) of the descriptors that are meant: they may be fetched long before
    their turn, so no transfer of the ring may write there."""
    fields = ring.fields
    first, count, base = fields["ring.first"], fields["ring.count"], fields["ring.address"]
    straight = min(count, fields["ring.entries"] - first)
    parts = ((first, straight), (0, count - straight))
    return tuple(
        (base + INSTRUCTION_BYTES * start, base + INSTRUCTION_BYTES * (start + number))
        for start, number in parts
    )


def next_descriptor(
    machine: Machine, preparer: Preparer, ring: Prepared, position: int
) -> Prepared:
    """The transfer of a descriptor; its error, if there is one, stands in it.

    Raises
    ------
    TrapSignal
        There is no memory.
    GoldenError
        It was never written, or is in a race.
    """
    size, address = INSTRUCTION_BYTES, descriptor_address(ring, position)
    region = DeviceRegion("ring", DType.UINT8, address, (size,), ((1, size),))
    raw = machine.read_footprint(machine.device_footprint(region)).tobytes()
    return preparer.descriptor(raw, ring, is_last=is_last(ring, position))
