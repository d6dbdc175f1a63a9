"""What instructions access, without what they compute: the checks of order alone, for less."""

from __future__ import annotations

from tinyneuron_hw.isa.opcodes import (
    INDEXED_OPCODES,
    TRANSFER_OPCODES,
    UNARY_OPS,
    Accumulate,
    Opcode,
    OperandKind,
    ReduceCommand,
)
from tinyneuron_hw.isa.roles import DEVICE, PATTERNS, SCALARS
from tinyneuron_hw.isa.rules_accumulate import LOADS

from .indexed import far_reach
from .lists import buffers_of, has_list
from .machine import Machine
from .memory import Accesses
from .prepared import Prepared
from .region import scalar_region
from .vector_reshape import written_rows

__all__ = ["accesses", "is_from_memory", "rehearse"]


def accesses(machine: Machine, prepared: Prepared) -> Accesses:
    """The accesses of an instruction that may execute; TrapSignal for device memory that is not
    there."""
    opcode, fields = prepared.opcode, prepared.fields
    assert opcode is not None
    reads, writes = [], []
    for role in PATTERNS.get(opcode, ()):
        region = prepared.regions[role.path]
        if opcode is Opcode.SHUFFLE and role.is_write:
            rows = written_rows(machine.config, prepared)
            writes += [machine.footprint(row) for _, row in rows]
            continue
        (writes if role.is_write else reads).append(machine.footprint(region))
    for path in DEVICE.get(opcode, ()):
        region = prepared.devices[path]
        if fields[f"{path}.list"]:
            reads.append(machine.device_footprint(region))
            buffers = [machine.device_footprint(one) for one in buffers_of(machine, prepared)]
            (writes if path == "dst" else reads).extend(buffers)
            continue
        if opcode in INDEXED_OPCODES:
            region = far_reach(machine.config, prepared)
        if region is None:
            continue
        footprint = machine.device_footprint(region)
        (writes if path == "dst" else reads).append(footprint)
    for number, path in enumerate(SCALARS.get(opcode, ())):
        is_used = fields.get(f"op{number}") not in UNARY_OPS
        if opcode in LOADS and number == 1:
            loads = fields["reduce_cmd"] is ReduceCommand.LOAD_REDUCE
            is_used = loads or (is_used and opcode is not Opcode.TENSOR_CUMULATIVE)
        if is_used and fields[f"{path}.kind"] is OperandKind.PER_PARTITION:
            partitions = prepared.regions["in0"].partitions
            reads.append(machine.footprint(scalar_region(fields, path, partitions)))
    accumulates = fields.get("accumulate") not in (None, 0, Accumulate.NONE)
    if accumulates:
        reads += writes
    return Accesses(tuple(reads), tuple(writes))


def is_from_memory(prepared: Prepared) -> bool:
    """Whether what it accesses stands in memory, and may be something else the next time."""
    return prepared.opcode in TRANSFER_OPCODES and has_list(prepared)


def rehearse(machine: Machine, done: Accesses) -> None:
    """The checks of these accesses; what is written counts as written, and keeps its bytes."""
    for footprint in done.reads:
        machine.check_read(footprint)
    for footprint in done.writes:
        machine.check_write(footprint)
        footprint.memory.mark_written(footprint)
