"""DMA transfers."""

from __future__ import annotations

import numpy as np

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.opcodes import INDEXED_OPCODES, Accumulate
from tinyneuron_hw.isa.rules_transfer import matrix

from .access import byte_offsets
from .indexed import transfer_rows
from .lists import has_list, transfer_list
from .machine import Machine
from .memory import Footprint
from .numerics import RAW_TYPES, add, from_float32, maximum, to_float32
from .overlap import forbid_any_overlap, forbid_serial_overlap
from .prepared import Prepared

__all__ = ["Transferred", "transfer"]

Transferred = tuple[int, int]
"""Device bytes read and device bytes written."""


def transfer(machine: Machine, prepared: Prepared) -> Transferred:
    """Moves element n of the source to element n of the destination; equal types move bytes,
    different ones go through FP32."""
    if prepared.opcode in INDEXED_OPCODES:
        return transfer_rows(machine, prepared)
    if has_list(prepared):
        return transfer_list(machine, prepared)
    source, source_type = _operand(machine, prepared, "src")
    target, target_type = _operand(machine, prepared, "dst")
    source_size, target_size = FORMATS[source_type].bytes, FORMATS[target_type].bytes
    transposes = bool(prepared.fields["transpose"])
    if transposes:
        forbid_any_overlap(machine, source, target)
    else:
        forbid_serial_overlap(machine, source, source_size, target, target_size)
    data = machine.read_footprint(source)
    op = prepared.fields["accumulate"]
    old_bytes = 0
    if op is not Accumulate.NONE:
        old = machine.read_footprint(target)
        old_bytes = target.size
        data = _accumulate(op, target, (old, target_type), (data, source_type))
    elif transposes:
        data = _transpose(prepared, data.view(RAW_TYPES[source_size])).view(np.uint8)
    elif source_type is not target_type:
        values = to_float32(data.view(RAW_TYPES[source_size]), source_type)
        data = from_float32(values, target_type).view(np.uint8)
    machine.write_footprint(target, data)
    to_device = target.memory is machine.device
    return (
        (source.size if source.memory is machine.device else 0) + (old_bytes if to_device else 0),
        target.size if to_device else 0,
    )


def _transpose(prepared: Prepared, elements: np.ndarray) -> np.ndarray:
    """The source's elements in the order of the destination's. On chip the rows of all matrices
    come first, in device memory one matrix comes after the other."""
    rows, columns = matrix(prepared.fields, "src")
    shape = (-1, rows, columns) if "src" in prepared.devices else (rows, -1, columns)
    matrices = elements.reshape(shape)
    if "src" not in prepared.devices:
        matrices = matrices.swapaxes(0, 1)
    turned = matrices.swapaxes(1, 2)
    if "dst" not in prepared.devices:
        turned = turned.swapaxes(0, 1)
    return np.ascontiguousarray(turned).reshape(-1)


def _accumulate(op: Accumulate, target: Footprint, old: tuple[np.ndarray, DType],
                new: tuple[np.ndarray, DType]) -> np.ndarray:  # fmt: skip
    """Bytes to write, in element order: an element that comes again takes what the one before
    left. Elements that share a byte share all of them."""
    (old_bytes, dtype), (new_bytes, new_type) = old, new
    size = FORMATS[dtype].bytes
    held = old_bytes.view(RAW_TYPES[size]).copy()
    values = new_bytes.view(RAW_TYPES[FORMATS[new_type].bytes])
    addresses = byte_offsets(target.dims)[::size]
    order = np.argsort(addresses, kind="stable")
    starts = np.flatnonzero(np.diff(addresses[order], prepend=addresses[order[0]] - 1))
    lengths = np.diff(np.append(starts, len(order)))
    for turn in range(int(lengths.max())):
        lengths_left = lengths > turn
        now = order[starts[lengths_left] + turn]
        before = order[starts[lengths_left] + max(turn - 1, 0)]
        held[now] = _operate(op, held[before], dtype, values[now], new_type)
    return held.view(np.uint8)


def _operate(op: Accumulate, old: np.ndarray, dtype: DType, new: np.ndarray,
             new_type: DType) -> np.ndarray:  # fmt: skip
    if dtype is new_type is DType.INT32:
        if op is Accumulate.ADD:
            return old + new
        return np.maximum(old.view(np.int32), new.view(np.int32)).view(old.dtype)
    operation = add if op is Accumulate.ADD else maximum
    return from_float32(operation(to_float32(old, dtype), to_float32(new, new_type)), dtype)


def _operand(machine: Machine, prepared: Prepared, path: str) -> tuple[Footprint, DType]:
    if path in prepared.devices:
        device = prepared.devices[path]
        return machine.device_footprint(device), device.dtype
    region = prepared.regions[path]
    return machine.footprint(region), region.dtype
