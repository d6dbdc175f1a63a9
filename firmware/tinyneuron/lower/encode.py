"""Writes the instructions of a scheduled module as bytes."""

from __future__ import annotations

from typing import Any

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.matmul import element_bytes
from tinyneuron_hw.isa.opcodes import Opcode, Stream, WaitMode

from ..program.program import Program, Relocation, TensorSpec
from .coded import Coded
from .counted import count_up
from .ir import DeviceRef, Dims, Extent, Instr, Module, Operand, Register, TileRef
from .roll import roll
from .semaphores import Entry, Schedule

__all__ = ["encode_program"]

_TARGETS = ("dst", "first", "counter")
"""Fields that are a register, not a value that one holds."""
SCALAR_PATHS = ("operand0", "operand1", "bias", "scale")


def encode_program(module: Module, schedule: Schedule, *, rolls: bool = False) -> Program:
    """The program: code, tensor table, relocations, and the kernel's line of each instruction.
    ``rolls``: streams have no registers, loops or branches yet, and get loops where they pay."""
    streams: dict[Stream, list[bytes]] = {}
    relocations: list[Relocation] = []
    lines: dict[str, list[int]] = {}
    files, numbers = {module.file: 0}, {}
    bounds: dict[str, dict[str, Any]] = {}
    for stream, entries in schedule.streams.items():
        code = [_coded(entry, stream) for entry in entries]
        code = roll(code, module.config) if rolls else count_up(code)
        streams[stream] = [encode(item.opcode, item.fields) for item in code]
        for index, item in enumerate(code):
            if item.bounds is not None:
                bounds.setdefault(stream.name, {})[str(index)] = item.bounds
            relocations += [Relocation(stream, index, path, tensor)
                            for path, tensor in item.relocations.items()]  # fmt: skip
        lines[stream.name] = [item.line for item in code]
        numbers[stream.name] = [
            files.setdefault(item.file or module.file, len(files)) for item in code
        ]
    tensors = [TensorSpec(t.name, t.shape, t.dtype, t.kind) for t in module.tensors]
    constants = {t.name: t.data for t in module.tensors if t.data is not None}
    metadata = {"kernel": module.name, "file": module.file, "source": lines}
    if bounds:
        metadata["bounds"] = bounds
    if len(files) > 1:
        metadata |= {"files": list(files), "source_file": numbers}
    program = Program(module.config, streams, tensors, constants, relocations, metadata)
    return program.validate()


def _coded(entry: Entry, stream: Stream) -> Coded:
    """An entry as it will be encoded."""
    opcode, fields = _fields(entry, stream)
    instr = entry.instr
    if instr is None:
        return Coded(opcode, _numbered(fields, stream), entry.line)
    relocations = {f"{path}.address": ref.base.name for path, ref in instr.operands.items()
                   if not isinstance(ref, TileRef)}  # fmt: skip
    bounds = _bounds(*instr.bounds) if instr.bounds else None
    return Coded(opcode, _numbered(fields, stream), instr.line, instr.file, relocations, bounds)


def _bounds(low: int, high: int, origin: Operand | None) -> dict[str, Any]:
    found: dict[str, Any] = {"low": low, "high": high}
    if isinstance(origin, DeviceRef) and origin.base.kind == "input" and origin.shift is None:
        found |= {"input": origin.base.name, "element": origin.offset}
    return found


def _fields(entry: Entry, stream: Stream) -> tuple[Opcode, dict[str, Any]]:
    """Opcode and fields, with registers as objects."""
    fields: dict[str, Any] = {}
    if entry.wait is not None:
        takes = entry.wait.takes
        fields |= {"header.wait.mode": WaitMode.GREATER_EQUAL_SUBTRACT if takes
                   else WaitMode.GREATER_EQUAL,
                   "header.wait.semaphore": entry.wait.semaphore,
                   "header.wait.value": entry.wait.value}  # fmt: skip
    if entry.update is not None:
        mode, semaphore, value = entry.update
        fields |= {"header.update.mode": mode, "header.update.semaphore": semaphore,
                   "header.update.value": value}  # fmt: skip
    instr = entry.instr
    if instr is None:
        fields |= entry.fields
        return Opcode.HALT if entry.halt else entry.opcode, fields
    fields |= instr.fields
    if instr.queue is not None:
        fields["queue"] = instr.queue
    for path, ref in instr.operands.items():
        fields[f"{path}.dtype"] = ref.dtype
        size = FORMATS[ref.dtype].bytes
        if not isinstance(ref, TileRef):
            fields[f"{path}.address"] = ref.offset * size
            _dims(fields, path, ref.dims, size)
            if ref.shift is not None:
                fields[f"{path}.address_uses_register"] = 1
                fields[f"{path}.register"] = ref.shift.register.numbers[stream]
                fields[f"{path}.scale"] = ref.shift.scale * size
            continue
        assert ref.base.offset is not None
        offset: Any = ref.base.offset + ref.offset * size
        fields[f"{path}.space"] = ref.base.space
        fields[f"{path}.start_partition"] = ref.start_partition
        if path in SCALAR_PATHS:
            fields[f"{path}.dtype"] = ref.dtype.value
            fields[f"{path}.value"] = offset
        else:
            fields[f"{path}.num_partitions"] = _size(ref.num_partitions)
            fields[f"{path}.offset"] = offset
            _pattern(fields, path, instr, ref)
        if path in instr.offsets:
            fields[f"{path}.{'value' if path in SCALAR_PATHS else 'offset'}"] = instr.offsets[path]
    return instr.opcode, fields


def _size(size: int) -> int | Register:
    return size.register if isinstance(size, Extent) else size


def _numbered(fields: dict[str, Any], stream: Stream) -> dict[str, Any]:
    """The fields with the stream's own registers."""
    result: dict[str, Any] = {}
    for path, value in fields.items():
        is_register = isinstance(value, Register)
        result[path] = value.numbers[stream] if is_register else value
        if is_register and path not in _TARGETS:
            result[f"{path}_by_register"] = 1
    return result


def _pattern(fields: dict[str, Any], path: str, instr: Instr, ref: TileRef) -> None:
    """The dimensions of an on-chip operand, in the elements that the instruction counts in."""
    if path in instr.parts:
        fields[f"{path}.dtype"] = DType.UINT16
        fields[f"{path}.offset"] += 2 * instr.parts[path]
        _dims(fields, path, ref.dims, 2)
        return
    size = FORMATS[ref.dtype].bytes
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
        fields[f"{path}.dims.{at}.size"] = _size(size)
