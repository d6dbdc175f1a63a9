"""DMA transfers."""

from __future__ import annotations

import numpy as np

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.opcodes import INDEXED_OPCODES

from .indexed import transfer_rows
from .machine import Machine
from .memory import Footprint
from .numerics import RAW_TYPES, from_float32, to_float32
from .overlap import forbid_serial_overlap
from .prepared import Prepared

__all__ = ["Transferred", "transfer"]

Transferred = tuple[int, int]
"""Device bytes read and device bytes written."""


def transfer(machine: Machine, prepared: Prepared) -> Transferred:
    """Moves element n of the source to element n of the destination; equal types move bytes,
    different ones go through FP32."""
    if prepared.opcode in INDEXED_OPCODES:
        return transfer_rows(machine, prepared)
    source, source_type = _operand(machine, prepared, "src")
    target, target_type = _operand(machine, prepared, "dst")
    source_size, target_size = FORMATS[source_type].bytes, FORMATS[target_type].bytes
    forbid_serial_overlap(machine, source, source_size, target, target_size)
    data = machine.read_footprint(source)
    if source_type is not target_type:
        values = to_float32(data.view(RAW_TYPES[source_size]), source_type)
        data = from_float32(values, target_type).view(np.uint8)
    machine.write_footprint(target, data)
    return (
        source.size if source.memory is machine.device else 0,
        target.size if target.memory is machine.device else 0,
    )


def _operand(machine: Machine, prepared: Prepared, path: str) -> tuple[Footprint, DType]:
    if path in prepared.devices:
        device = prepared.devices[path]
        return machine.device_footprint(device), device.dtype
    region = prepared.regions[path]
    return machine.footprint(region), region.dtype
