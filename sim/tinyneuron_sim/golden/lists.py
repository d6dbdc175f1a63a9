"""Lists of buffers in device memory: a side of a transfer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.rules_list import ENTRY_BYTES, list_path

from .errors import TrapSignal
from .machine import Machine
from .memory import Footprint
from .numerics import RAW_TYPES, from_float32, to_float32
from .overlap import forbid_meeting
from .prepared import Prepared
from .region import DeviceRegion

__all__ = ["buffers_of", "has_list", "transfer_list",
           "written_buffers"]  # fmt: skip

_MASK = (1 << 48) - 1


def has_list(prepared: Prepared) -> bool:
    """Whether a side of a transfer is a list."""
    assert prepared.opcode is not None
    return list_path(prepared.opcode, prepared.fields) is not None


def _list_of(prepared: Prepared) -> DeviceRegion:
    assert prepared.opcode is not None
    path = list_path(prepared.opcode, prepared.fields)
    assert path is not None
    return prepared.devices[path]


def _elements(prepared: Prepared) -> int:
    """Of the side that is no list."""
    for path in ("src", "dst"):
        if path in prepared.regions:
            region = prepared.regions[path]
            return region.count * region.partitions
        if not prepared.fields[f"{path}.list"]:
            return int(np.prod(prepared.devices[path].sizes, dtype=object))
    raise AssertionError("both sides are lists")


def buffers_of(machine: Machine, prepared: Prepared) -> list[DeviceRegion]:
    """The buffers, as the list in memory has them now.

    Raises
    ------
    TrapSignal
        They are not as many bytes as the other side has, or leave the program's windows.
    """
    listed = _list_of(prepared)
    raw = machine.device_footprint(listed)
    if machine.device_errors:
        machine.device_errors.read(raw)
    entries = raw.memory.read(raw).tobytes()
    left = _elements(prepared) * FORMATS[listed.dtype].bytes
    found: list[DeviceRegion] = []
    last = len(entries) - ENTRY_BYTES
    for at in range(0, len(entries), ENTRY_BYTES):
        address, size = (int.from_bytes(entries[at + i : at + i + 8], "little") for i in (0, 8))
        if not 1 <= size <= left or (at == last and size < left):
            message = f"{listed.path}: a buffer of {size} bytes where {left} are left"
            raise TrapSignal(Trap.BAD_OPERAND, listed.address + at, message)
        allows = prepared.window_allows
        assert allows is not None
        if not allows(address, address + size, listed.path == "dst"):
            message = f"{listed.path}: the buffer at 0x{address:x} leaves the program's windows"
            raise TrapSignal(Trap.OUT_OF_RANGE, address & _MASK, message)
        left -= size
        found.append(replace(listed, address=address, sizes=(size,), dims=((1, size),)))
    return found


def written_buffers(machine: Machine, prepared: Prepared) -> tuple[DeviceRegion, ...]:
    """What a transfer to a list is about to write; nothing when it traps."""
    if prepared.error is not None or not prepared.fields.get("dst.list"):
        return ()
    try:
        return tuple(buffers_of(machine, prepared))
    except TrapSignal:
        return ()


def transfer_list(machine: Machine, prepared: Prepared) -> tuple[int, int]:
    """Moves the bytes of the source in order to those of the destination, cast if the types
    differ. Device bytes read and device bytes written, without the list's."""
    listed = _list_of(prepared)
    entries = machine.device_footprint(listed)
    machine.check_read(entries)
    buffers = [machine.device_footprint(buffer) for buffer in buffers_of(machine, prepared)]
    sides = {listed.path: buffers}
    types = {listed.path: listed.dtype}
    for path, region in prepared.regions.items():
        sides[path], types[path] = [machine.footprint(region)], region.dtype
    for path, region in prepared.devices.items():
        if path != listed.path:
            sides[path], types[path] = [machine.device_footprint(region)], region.dtype
    for target in sides["dst"]:
        for source in (entries, *sides["src"]):
            if source.memory is target.memory:
                forbid_meeting(machine, source, target)
    data = np.concatenate([machine.read_footprint(part) for part in sides["src"]])
    data = _cast(data, types["src"], types["dst"])
    at = 0
    for part in sides["dst"]:
        machine.write_footprint(part, data[at : at + part.size])
        at += part.size
    read, written = (_device_bytes(machine, sides[path]) for path in ("src", "dst"))
    return read, written


def _cast(data: np.ndarray, source: DType, target: DType) -> np.ndarray:
    if source is target:
        return data
    values = to_float32(np.frombuffer(data.tobytes(), RAW_TYPES[FORMATS[source].bytes]), source)
    return from_float32(values, target).view(np.uint8)


def _device_bytes(machine: Machine, side: list[Footprint]) -> int:
    return sum(part.size for part in side if part.memory is machine.device)
