"""Writes the instructions of a scheduled module as bytes."""

from __future__ import annotations

from typing import Any

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.matmul import element_bytes
from tinyneuron_hw.isa.opcodes import Opcode, Stream, WaitMode

from ..program.program import Program, Relocation, TensorSpec
from .ir import Dims, Instr, Module, TileRef
from .semaphores import Entry, Schedule

__all__ = ["encode_program"]

SCALAR_PATHS = ("operand0", "operand1", "bias", "scale")


def encode_program(module: Module, schedule: Schedule) -> Program:
    """The program: code, tensor table, relocations, and the kernel's line of each instruction."""
    streams: dict[Stream, list[bytes]] = {}
    relocations: list[Relocation] = []
    lines: dict[str, list[int]] = {}
    files, numbers = {module.file: 0}, {}
    for stream, entries in schedule.streams.items():
        streams[stream] = []
        for index, entry in enumerate(entries):
            streams[stream].append(_encode(entry))
            for path, ref in entry.instr.operands.items() if entry.instr else ():
                if not isinstance(ref, TileRef):
                    relocations.append(
                        Relocation(stream, index, f"{path}.address", ref.base.name)
                    )  # fmt: skip
        lines[stream.name] = [entry.instr.line if entry.instr else 0 for entry in entries]
        numbers[stream.name] = [
            files.setdefault(entry.instr.file or module.file, len(files)) if entry.instr else 0
            for entry in entries
        ]
    tensors = [TensorSpec(t.name, t.shape, t.dtype, t.kind) for t in module.tensors]
    constants = {t.name: t.data for t in module.tensors if t.data is not None}
    metadata = {"kernel": module.name, "file": module.file, "source": lines}
    if len(files) > 1:
        metadata |= {"files": list(files), "source_file": numbers}
    program = Program(module.config, streams, tensors, constants, relocations, metadata)
    return program.validate()


def _encode(entry: Entry) -> bytes:
    fields: dict[str, Any] = {}
    if entry.wait is not None:
        fields |= {"header.wait.mode": WaitMode.GREATER_EQUAL,
                   "header.wait.semaphore": entry.wait.semaphore,
                   "header.wait.value": entry.wait.value}  # fmt: skip
    if entry.update is not None:
        mode, semaphore, value = entry.update
        fields |= {"header.update.mode": mode, "header.update.semaphore": semaphore,
                   "header.update.value": value}  # fmt: skip
    instr = entry.instr
    if instr is None:
        return encode(Opcode.HALT if entry.halt else Opcode.NOP, fields)
    fields |= instr.fields
    if instr.queue is not None:
        fields["queue"] = instr.queue
    for path, ref in instr.operands.items():
        fields[f"{path}.dtype"] = ref.base.dtype
        size = FORMATS[ref.base.dtype].bytes
        if not isinstance(ref, TileRef):
            fields[f"{path}.address"] = ref.offset * size
            _dims(fields, path, ref.dims, size)
            continue
        assert ref.base.offset is not None
        offset = ref.base.offset + ref.offset * size
        fields[f"{path}.space"] = ref.base.space
        fields[f"{path}.start_partition"] = ref.start_partition
        if path in SCALAR_PATHS:
            fields[f"{path}.dtype"] = ref.base.dtype.value
            fields[f"{path}.value"] = offset
        else:
            fields[f"{path}.num_partitions"] = ref.num_partitions
            fields[f"{path}.offset"] = offset
            _pattern(fields, path, instr, ref)
    return encode(instr.opcode, fields)


def _pattern(fields: dict[str, Any], path: str, instr: Instr, ref: TileRef) -> None:
    """The dimensions of an on-chip operand, in the elements that the instruction counts in."""
    if path in instr.parts:
        fields[f"{path}.dtype"] = DType.UINT16
        fields[f"{path}.offset"] += 2 * instr.parts[path]
        _dims(fields, path, ref.dims, 2)
        return
    size = FORMATS[ref.base.dtype].bytes
    matrix = instr.opcode in (Opcode.LOAD_STATIONARY, Opcode.MULTIPLY_MOVING)
    if not matrix or element_bytes(instr.opcode, fields, path) == size:
        _dims(fields, path, ref.dims, 1)
        return
    # Pairs of integers: the innermost dimension is contiguous and holds whole pairs.
    *outer, (stride, count) = ref.dims
    assert (stride, count % 2) == (1, 0), ref
    pairs = [(step // 2, extent) for step, extent in outer]
    _dims(fields, path, (*pairs, (1, count // 2)), 1)


def _dims(fields: dict[str, Any], path: str, dims: Dims, unit: int) -> None:
    for at, (stride, size) in enumerate(reversed(dims)):
        fields[f"{path}.dims.{at}.stride"] = stride * unit
        fields[f"{path}.dims.{at}.size"] = size
