"""Between compiled programs and the cases that ``tinyneuron_sim.compare`` runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from tinyneuron_hw.config import INSTRUCTION_BYTES, NUM_SEMAPHORES
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import DecodeError, decode, encode
from tinyneuron_hw.isa.opcodes import Opcode, Stream, UpdateMode, WaitMode
from tinyneuron_hw.isa.roles import DEVICE
from tinyneuron_sim.compare import Case
from tinyneuron_sim.compare.case import whole_memory
from tinyneuron_sim.compare.service import SEMAPHORE, load_memories
from tinyneuron_sim.loader import PAGE, MemoryWindow

from ..program.program import Program, ProgramError, Relocation, TensorSpec
from ..runtime.arguments import check_inputs
from ..runtime.errors import TinyneuronError

__all__ = ["PlacedProgram", "case_of", "program_of"]

_ALIGNMENT = 64
_ADDRESS_BITS = 48
_LARGEST = 1 << 20
"""Device memory of a case that a program can bring along, in bytes."""


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
    # Far from address 0: an offset may lie before its tensor.
    base = _up(config.device_memory_bytes // 2, PAGE)
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
    """A program that brings the case's start state with it, in constants and in instructions
    before the case's own. Tensor ``memory`` is the device memory of the case's data windows.

    Raises
    ------
    ProgramError
        No program has this start state: windows, lengths or instructions that only a driver of
        its own can set up, rings or lists, whose addresses would not move with the program's
        memory, or no semaphore to start the streams with.
    """
    if case.lengths or [w.execute for w in case.windows].count(True) != 1:
        raise ProgramError("the case has a code window or a stream's length of its own")
    data = [window for window in case.windows if not window.execute]
    low, high = min(w.base for w in data), max(w.base + w.size for w in data)
    if high - low > _LARGEST:
        raise ProgramError(f"the case's data windows span {high - low} bytes")
    if any(_has_addresses_in_memory(raw) for code in case.streams.values() for raw in code):
        raise ProgramError("the case has a ring or a list: addresses in memory are not relocated")
    constants = {"initial": _initial(case, low, high - low), "sbuf_image": case.sbuf_image,
                 "psum_image": case.psum_image}  # fmt: skip
    tensors = [TensorSpec(name, (len(content),), DType.UINT8, "constant")
               for name, content in constants.items()]  # fmt: skip
    tensors.append(TensorSpec("memory", (high - low,), DType.UINT8, "output"))
    streams: dict[Stream, list[bytes]] = {}
    relocations: list[Relocation] = []
    for stream, before in _prologues(case, _load(case, high - low)).items():
        own = case.streams.get(stream, (encode(Opcode.HALT),))
        code = [*before, *(_shifted(raw, len(before)) for raw in own)]
        streams[stream] = code
        for index, raw in enumerate(code):
            in_prologue = index < len(before)
            code[index], found = _from_images(raw) if in_prologue else _from_memory(raw, low)
            relocations += [Relocation(stream, index, path, name) for path, name in found.items()]
    return Program(case.config, streams, tensors, constants, relocations).validate()


_IMAGES = ("sbuf_image", "psum_image", "initial", "memory")
_IMAGE_BITS = _ADDRESS_BITS - 4
"""In the prologue the bits above number the tensor."""


def _load(case: Case, size: int) -> list[bytes]:
    """Instructions that fill SBUF, PSUM and the data."""
    sbuf, psum, initial, memory = (number << _IMAGE_BITS for number in range(len(_IMAGES)))
    load = load_memories(case.config, case.sbuf, case.psum, sbuf, psum)[Stream.VECTOR]
    flat = [{"stride": 1, "size": size}]
    copy = encode(
        Opcode.DMA_COPY,
        src={"dtype": DType.UINT8, "address": initial, "dims": flat},
        dst={"dtype": DType.UINT8, "address": memory, "dims": flat},
        header=_header("update", UpdateMode.ADD, SEMAPHORE, 1),
    )
    wait = _header("wait", WaitMode.GREATER_EQUAL_SUBTRACT, SEMAPHORE, 1)
    return [*load[:-1], copy, encode(Opcode.NOP, header=wait)]


def _from_images(raw: bytes) -> tuple[bytes, dict[str, str]]:
    """A prologue's instruction with addresses relative to its tensors, and these."""
    return _relocated(raw, lambda address: (
        _IMAGES[address >> _IMAGE_BITS], address & ((1 << _IMAGE_BITS) - 1)))  # fmt: skip


def _has_addresses_in_memory(raw: bytes) -> bool:
    """Whether an instruction takes addresses from device memory."""
    try:
        fields = decode(raw).fields
    except DecodeError:
        return False
    is_ring = raw[0] == Opcode.DMA_RING.value
    return is_ring or any(value and path.endswith(".list") for path, value in fields.items())


def _from_memory(raw: bytes, base: int) -> tuple[bytes, dict[str, str]]:
    """An instruction of the case with addresses relative to ``memory``."""
    return _relocated(raw, lambda address: ("memory", (address - base) % (1 << _ADDRESS_BITS)))


def _relocated(raw: bytes, place: Callable[[int], tuple[str, int]]) -> tuple[bytes, dict[str, str]]:
    try:
        decoded = decode(raw)
    except DecodeError:
        return raw, {}
    fields, found = dict(decoded.fields), {}
    for operand in DEVICE.get(decoded.opcode, ()):
        path = f"{operand}.address"
        found[path], fields[path] = place(fields[path])
    return (encode(decoded.opcode, fields), found) if found else (raw, {})


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
