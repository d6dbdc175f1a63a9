"""Between compiled programs and the cases that ``tinyneuron_sim.compare`` runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tinyneuron_hw.config import INSTRUCTION_BYTES, NUM_SEMAPHORES
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import DecodeError, decode, encode
from tinyneuron_hw.isa.opcodes import Opcode, Stream, UpdateMode, WaitMode
from tinyneuron_hw.isa.rules import DEVICE
from tinyneuron_sim.compare import Case
from tinyneuron_sim.compare.case import whole_memory
from tinyneuron_sim.compare.service import SEMAPHORE, load_memories
from tinyneuron_sim.loader import PAGE, MemoryWindow

from ..program.program import Program, ProgramError, Relocation, TensorSpec
from ..runtime.errors import TinyneuronError
from ..runtime.model import check_inputs

__all__ = ["PlacedProgram", "case_of", "program_of"]

_ALIGNMENT = 64
_ADDRESS_BITS = 48


@dataclass(frozen=True)
class PlacedProgram:
    """A program as a case, and where its tensors are."""

    program: Program
    case: Case
    addresses: dict[str, int]

    def tensor_at(self, address: int) -> tuple[TensorSpec, int] | None:
        """The tensor that holds a device address, and the byte in it."""
        for spec in self.program.tensors:
            offset = address - self.addresses[spec.name]
            if 0 <= offset < spec.nbytes:
                return spec, offset
        return None


def _up(value: int, unit: int) -> int:
    return -(-value // unit) * unit


def case_of(program: Program, inputs: Mapping[str, np.ndarray], *, watchdog: int = 0
            ) -> PlacedProgram:  # fmt: skip
    """A program and its inputs as a case: SBUF, PSUM and what is not an input start as zeros, and
    all of SBUF, PSUM and the tensors is compared.

    Raises
    ------
    InputError
        As :meth:`Model.run`.
    TinyneuronError
        The program does not fit device memory.
    """
    arrays, config = check_inputs(program, inputs), program.config
    addresses: dict[str, int] = {}
    windows: list[MemoryWindow] = []
    base = PAGE
    for kinds, is_written in ((("input", "constant"), False), (("output", "scratch"), True)):
        start = base
        for spec in program.tensors:
            if spec.kind in kinds:
                addresses[spec.name] = base
                base += _up(spec.nbytes, _ALIGNMENT)
        if base > start:
            windows.append(MemoryWindow(start, base - start, True, is_written, False))
        base = _up(base, PAGE)
    size = sum(_up(len(code) * INSTRUCTION_BYTES, PAGE) for code in program.streams.values())
    if base + size > config.device_memory_bytes:
        raise TinyneuronError(f"the program needs {base + size} bytes of device memory, the core "
                              f"has {config.device_memory_bytes}")  # fmt: skip
    memory = {addresses[spec.name]: _bytes_of(program, spec, arrays) for spec in program.tensors}
    code = program.relocated(addresses)
    sbuf, psum = whole_memory(config)
    case = Case(
        config=config,
        streams={s: _cut(code[s]) for s in Stream if s in code},
        code_base=base,
        windows=(MemoryWindow(base, size, False, False, True), *windows),
        memory=memory,
        watched=tuple((addresses[spec.name], spec.nbytes) for spec in program.tensors),
        sbuf=sbuf,
        psum=psum,
        sbuf_image=bytes(config.partitions * sbuf.size),
        psum_image=bytes(config.columns * psum.size),
        watchdog=watchdog,
    )
    return PlacedProgram(program, case, addresses)


def _bytes_of(program: Program, spec: TensorSpec, arrays: Mapping[str, np.ndarray]) -> bytes:
    if spec.kind == "input":
        return np.ascontiguousarray(arrays[spec.name]).tobytes()
    return program.constants.get(spec.name, bytes(spec.nbytes))


def _cut(code: bytes) -> tuple[bytes, ...]:
    starts = range(0, len(code), INSTRUCTION_BYTES)
    return tuple(code[at : at + INSTRUCTION_BYTES] for at in starts)


def program_of(case: Case) -> Program:
    """A program that brings the case's start state with it, in its constants and in instructions
    before the case's own.

    Raises
    ------
    ProgramError
        No program has this start state: windows, lengths or instructions that only a driver of
        its own can set up, or no semaphore to start the streams with.
    """
    config = case.config
    if case.lengths or [w.execute for w in case.windows].count(True) != 1:
        raise ProgramError("the case has a code window or a stream's length of its own")
    data = [w for w in case.windows if not w.execute]
    if [(w.read, w.write) for w in data] != [(True, False), (True, True)]:
        raise ProgramError("the case has data windows of its own")
    readable, writable = data
    images = [("sbuf_image", case.sbuf_image), ("psum_image", case.psum_image)]
    constants = {"data": _initial(case, readable.base, readable.size), **dict(images)}
    tensors = [TensorSpec(name, (len(content),), DType.UINT8, "constant")
               for name, content in constants.items()]  # fmt: skip
    tensors.append(TensorSpec("out", (writable.size,), DType.UINT8, "output"))
    spans = {"data": readable, "out": writable}
    prologue = load_memories(config, case.sbuf, case.psum, 0, 1 << (_ADDRESS_BITS - 2))
    streams: dict[Stream, list[bytes]] = {}
    relocations: list[Relocation] = []
    first = _prologues(case, [*prologue[Stream.VECTOR][:-1]])
    for stream, before in first.items():
        streams[stream] = list(before)
        for raw in case.streams.get(stream, (encode(Opcode.HALT),)):
            streams[stream].append(_shifted(raw, len(before)))
        for index, raw in enumerate(streams[stream]):
            moved, found = _relocate(raw, spans, is_prologue=index < len(before))
            streams[stream][index] = moved
            relocations += [Relocation(stream, index, path, name) for path, name in found.items()]
    return Program(config, streams, tensors, constants, relocations).validate()


def _initial(case: Case, base: int, size: int) -> bytes:
    """Bytes of a device interval before the start."""
    content = bytearray(size)
    for address, data in case.memory.items():
        low, high = max(address, base), min(address + len(data), base + size)
        if low < high:
            content[low - base : high - base] = data[low - address : high - address]
    return bytes(content)


def _header(clause: str, mode: WaitMode | UpdateMode, semaphore: int, value: int) -> dict:
    return {clause: {"mode": mode, "semaphore": semaphore, "value": value}}


def _prologues(case: Case, load: list[bytes]) -> dict[Stream, list[bytes]]:
    """What each stream runs first: VECTOR loads the memories, sets the semaphores and lets the
    others go."""
    used = set(case.semaphores) | {SEMAPHORE} | _named_semaphores(case)
    free = [index for index in range(NUM_SEMAPHORES) if index not in used]
    if not free:
        raise ProgramError("the case uses every semaphore: none is left to start the streams with")
    gate = free[0]
    others = [stream for stream in case.streams if stream is not Stream.VECTOR]
    for index, value in sorted(case.semaphores.items()):
        load.append(encode(Opcode.NOP, header=_header("update", UpdateMode.SET, index, value)))
    load.append(encode(Opcode.NOP, header=_header("update", UpdateMode.ADD, gate, len(others))))
    wait = _header("wait", WaitMode.GREATER_EQUAL_SUBTRACT, gate, 1)
    held = {stream: [encode(Opcode.NOP, header=wait)] for stream in others}
    return {stream: load if stream is Stream.VECTOR else held[stream]
            for stream in Stream if stream in held or stream is Stream.VECTOR}  # fmt: skip


def _named_semaphores(case: Case) -> set[int]:
    found = set()
    for code in case.streams.values():
        for raw in code:
            try:
                fields = decode(raw).fields
            except DecodeError:
                continue
            found |= {fields["header.wait.semaphore"], fields["header.update.semaphore"]}
    return found


def _shifted(raw: bytes, by: int) -> bytes:
    """The instruction ``by`` places later in its stream."""
    if raw[0] != Opcode.BRANCH.value:
        return raw
    try:
        fields = decode(raw).fields
    except DecodeError:
        return raw
    return encode(Opcode.BRANCH, {**fields, "target": fields["target"] + by})


def _relocate(raw: bytes, spans: Mapping[str, MemoryWindow], *, is_prologue: bool
              ) -> tuple[bytes, dict[str, str]]:  # fmt: skip
    """The instruction with addresses relative to a tensor, and the tensor of each."""
    try:
        decoded = decode(raw)
    except DecodeError:
        return raw, {}
    fields, found = dict(decoded.fields), {}
    for path in (f"{operand}.address" for operand in DEVICE.get(decoded.opcode, ())):
        address = fields[path]
        if is_prologue:
            half = 1 << (_ADDRESS_BITS - 2)
            name = "psum_image" if address >= half else "sbuf_image"
            found[path], fields[path] = name, address % half
            continue
        name = min(spans, key=lambda name: abs(address - spans[name].base))
        offset = address - spans[name].base
        found[path], fields[path] = name, offset % (1 << _ADDRESS_BITS)
    return (encode(decoded.opcode, fields), found) if found else (raw, {})
