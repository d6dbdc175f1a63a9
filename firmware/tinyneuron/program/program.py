"""A compiled program: what the compiler hands to the runtime, and the container stores."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tinyneuron_hw.config import INSTRUCTION_BYTES, CoreConfig
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.codec import Field, fields_of
from tinyneuron_hw.isa.opcodes import STREAM_OPCODES, Opcode, Stream

__all__ = ["TENSOR_KINDS", "Bounds", "Program", "ProgramError", "Relocation", "TensorSpec"]

TENSOR_KINDS = ("input", "output", "constant", "scratch")
ADDRESS_BITS = 48
MAX_STREAM_LENGTH = (1 << 24) - 1
MAX_DIMENSIONS = 32
METADATA_DEPTH = 32
"""Lists and objects of the metadata inside each other."""
METADATA_INTEGER_BITS = 64
_ENDS = ("low", "high")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")


class ProgramError(ValueError):
    """A program is not well formed; the message names the part and the value."""


@dataclass(frozen=True)
class TensorSpec:
    """A tensor in device memory: row-major, dense, any alignment.

    Parameters
    ----------
    name:
        Unique in the program; letters, digits, ``_`` and ``.`` of ASCII, no digit or ``.`` first.
    shape:
        At most 32 extents, each at least 1; ``()`` is one element. At most 2**48 bytes in all.
    dtype:
        Element type.
    kind:
        ``input`` (the caller fills it), ``output`` (the caller reads it), ``constant`` (bytes in
        ``Program.constants``) or ``scratch`` (room the program uses between its instructions).
    """

    name: str
    shape: tuple[int, ...]
    dtype: DType
    kind: str

    @property
    def elements(self) -> int:
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes in device memory."""
        return self.elements * FORMATS[self.dtype].bytes


@dataclass(frozen=True)
class Relocation:
    """Add the device base address of ``tensor`` to the address field ``path`` (``src.address`` or
    ``dst.address``) of instruction ``index`` of ``stream``.

    The field is an offset of 48 bits in two's complement: before the tensor where a register times
    its scale leads back into it.
    """

    stream: Stream
    index: int
    path: str
    tensor: str

    @property
    def place(self) -> tuple[int, int, str]:
        """The address field, as a key to sort by."""
        return self.stream.value, self.index, self.path


@dataclass(frozen=True)
class Bounds:
    """A number must be from ``low`` to ``high``: element ``element`` of the input ``source``, or
    something that the program computes."""

    low: int
    high: int
    source: TensorSpec | None = None
    element: int = 0


@dataclass
class Program:
    """Instructions, tensors and where the addresses of one go into the other.

    Parameters
    ----------
    config:
        The core the program was made for; it runs on no other.
    streams:
        128-byte instructions of each used stream; each ends with HALT (or a branch).
    tensors:
        Tensor table, in the order the runtime places them.
    constants:
        Bytes of every tensor of kind ``constant``.
    relocations:
        Device addresses in instructions are offsets into a tensor until these are applied. Kept in
        the order of their places.
    metadata:
        What JSON can hold, at most 32 levels deep; numbers are finite, integers have 64 bits.
        ``kernel``: name; ``source``: stream name -> one line number (0: none) per instruction;
        ``file``: the file those lines are in; when they are in several, ``files``: all of them, and
        ``source_file``: stream name -> one index into ``files`` per instruction. ``bounds``: stream
        name -> index of an instruction that traps unless a number is from ``low`` to ``high``, with
        the ``input`` and its ``element`` that it comes from, if it is one.
    """

    config: CoreConfig
    streams: dict[Stream, list[bytes]]
    tensors: list[TensorSpec]
    constants: dict[str, bytes] = field(default_factory=dict)
    relocations: list[Relocation] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.relocations = sorted(self.relocations, key=lambda item: item.place)

    def tensor(self, name: str) -> TensorSpec:
        """The tensor of this name."""
        for spec in self.tensors:
            if spec.name == name:
                return spec
        known = ", ".join(spec.name for spec in self.tensors)
        raise ProgramError(f"program has no tensor {name!r}; known: {known}")

    def of_kind(self, kind: str) -> list[TensorSpec]:
        """The tensors of a kind, in table order."""
        if kind not in TENSOR_KINDS:
            raise ProgramError(
                f"tensor kind must be one of {', '.join(TENSOR_KINDS)}, not {kind!r}"
            )
        return [spec for spec in self.tensors if spec.kind == kind]

    def source_line(self, stream: Stream, index: int) -> int | None:
        """The kernel's line that an instruction comes from, if the metadata say."""
        lines = self.metadata.get("source")
        lines = lines.get(stream.name) if isinstance(lines, dict) else None
        if not isinstance(lines, list) or not 0 <= index < len(lines):
            return None
        return lines[index] if isinstance(lines[index], int) and lines[index] > 0 else None

    def source_file(self, stream: Stream, index: int) -> str:
        """The file that :meth:`source_line` means; empty if the metadata do not say."""
        numbers, files = self.metadata.get("source_file"), self.metadata.get("files")
        numbers = numbers.get(stream.name) if isinstance(numbers, dict) else None
        found = self.metadata.get("file")
        if isinstance(numbers, list) and isinstance(files, list) and 0 <= index < len(numbers):
            number = numbers[index]
            is_one = isinstance(number, int) and 0 <= number < len(files)
            found = files[number] if is_one else found
        return found if isinstance(found, str) else ""

    def bounds_of(self, stream: Stream, index: int) -> Bounds | None:
        """The bounds that an instruction checks, if the metadata say."""
        found = self.metadata.get("bounds")
        found = found.get(stream.name) if isinstance(found, dict) else None
        found = found.get(str(index)) if isinstance(found, dict) else None
        if not isinstance(found, dict) or not all(type(found.get(n)) is int for n in _ENDS):
            return None
        known = {spec.name: spec for spec in self.of_kind("input")}
        spec, element = known.get(str(found.get("input"))), found.get("element")
        if spec is None or not isinstance(element, int) or not 0 <= element < spec.elements:
            return Bounds(found["low"], found["high"])
        return Bounds(found["low"], found["high"], spec, element)

    def all_bounds(self) -> Iterator[Bounds]:
        """The bounds that the program's instructions check."""
        for stream, instructions in self.streams.items():
            found = (self.bounds_of(stream, index) for index in range(len(instructions)))
            yield from (item for item in found if item is not None)

    @property
    def instruction_count(self) -> int:
        """Instructions of all streams."""
        return sum(len(stream) for stream in self.streams.values())

    def validate(self) -> Program:
        """This program, after checking what can be checked without decoding operands.

        Raises
        ------
        ProgramError
            Naming the first part that breaks a rule, and its value.
        """
        _check_tensors(self.tensors, self.constants)
        for stream, instructions in self.streams.items():
            _check_stream(stream, instructions)
        names = {spec.name for spec in self.tensors}
        for item in self.relocations:
            _check_relocation(item, self.streams, names)
        places = {item.place for item in self.relocations}
        if len(places) != len(self.relocations):
            raise ProgramError("relocations: the same address field is relocated twice")
        _check_metadata(self.metadata)
        return self

    def relocated(self, addresses: Mapping[str, int]) -> dict[Stream, bytes]:
        """The code of each stream with the tensors at these device addresses.

        Raises
        ------
        ProgramError
            A tensor has no address, or an address does not fit 48 bits.
        """
        code = {stream: bytearray().join(parts) for stream, parts in self.streams.items()}
        for item in self.relocations:
            if item.tensor not in addresses:
                raise ProgramError(f"tensor {item.tensor!r} has no device address")
            start = item.index * INSTRUCTION_BYTES
            raw = code[item.stream][start : start + INSTRUCTION_BYTES]
            target = _address_field(Opcode(raw[0]), item.path)
            assert target is not None
            bits = int.from_bytes(raw, "little")
            field = target.extract(bits)
            offset = field - (field >> (ADDRESS_BITS - 1) << ADDRESS_BITS)
            address = offset + addresses[item.tensor]
            if not 0 <= address < 1 << ADDRESS_BITS:
                raise ProgramError(
                    f"tensor {item.tensor!r}: address {address:#x} is not of 48 bits"
                )
            bits += (address - field) << target.offset
            code[item.stream][start : start + INSTRUCTION_BYTES] = bits.to_bytes(
                INSTRUCTION_BYTES, "little"
            )
        return {stream: bytes(raw) for stream, raw in code.items()}


def _check_tensors(tensors: list[TensorSpec], constants: Mapping[str, bytes]) -> None:
    seen: dict[str, str] = {}
    for spec in tensors:
        if not isinstance(spec.name, str) or not _NAME.fullmatch(spec.name):
            raise ProgramError(f"tensor names must be of letters, digits, '_' and '.' and begin "
                               f"with a letter or '_', not {spec.name!r}")  # fmt: skip
        if spec.name in seen:
            raise ProgramError(f"tensor names must be unique, not {spec.name!r} twice")
        seen[spec.name] = spec.kind
        if spec.kind not in TENSOR_KINDS:
            raise ProgramError(f"tensor {spec.name!r}: kind must be one of "
                               f"{', '.join(TENSOR_KINDS)}, not {spec.kind!r}")  # fmt: skip
        if not isinstance(spec.dtype, DType):
            raise ProgramError(f"tensor {spec.name!r}: dtype must be a DType, not {spec.dtype!r}")
        _check_shape(spec)
        if spec.kind == "constant" and len(constants.get(spec.name, b"")) != spec.nbytes:
            raise ProgramError(f"constant {spec.name!r}: needs {spec.nbytes} bytes, has "
                               f"{len(constants.get(spec.name, b''))}")  # fmt: skip
    for name in constants:
        if seen.get(name) != "constant":
            raise ProgramError(f"constants: {name!r} is not a tensor of kind 'constant'")


def _check_shape(spec: TensorSpec) -> None:
    where = f"tensor {spec.name!r}"
    if len(spec.shape) > MAX_DIMENSIONS:
        raise ProgramError(
            f"{where}: at most {MAX_DIMENSIONS} dimensions exist, not {len(spec.shape)}"
        )
    limit = 1 << ADDRESS_BITS
    if not all(type(extent) is int and 1 <= extent <= limit for extent in spec.shape):
        raise ProgramError(f"{where}: every extent must be an integer of at least 1 and at most "
                           f"2**{ADDRESS_BITS}, not {spec.shape}")  # fmt: skip
    if spec.nbytes > limit:
        raise ProgramError(f"{where}: {spec.nbytes} bytes exceed 2**{ADDRESS_BITS}")


def _check_metadata(metadata: Any) -> None:
    """Only what comes back from JSON as it was."""
    if not isinstance(metadata, dict):
        raise ProgramError(f"metadata: must be a dict, not {type(metadata).__name__}")
    pending: list[tuple[Any, int]] = [(metadata, 1)]
    while pending:
        value, depth = pending.pop()
        if isinstance(value, (dict, list)):
            if depth > METADATA_DEPTH:
                raise ProgramError(f"metadata: at most {METADATA_DEPTH} levels nest")
            if isinstance(value, dict) and not all(type(key) is str for key in value):
                raise ProgramError("metadata: every key must be a string")
            items = value.values() if isinstance(value, dict) else value
            pending += [(item, depth + 1) for item in items]
        elif type(value) is float:
            if not math.isfinite(value):
                raise ProgramError(f"metadata: numbers must be finite, not {value}")
        elif type(value) is int:
            if value.bit_length() > METADATA_INTEGER_BITS:
                raise ProgramError(f"metadata: integers have at most {METADATA_INTEGER_BITS} bits, "
                                   f"not {value.bit_length()}")  # fmt: skip
        elif value is not None and type(value) not in (str, bool):
            raise ProgramError(f"metadata: JSON has no {type(value).__name__}")


def _check_stream(stream: Stream, instructions: list[bytes]) -> None:
    if not isinstance(stream, Stream):
        raise ProgramError(f"streams: {stream!r} is not a Stream")
    if not 1 <= len(instructions) <= MAX_STREAM_LENGTH:
        raise ProgramError(f"stream {stream.name}: length must be from 1 to {MAX_STREAM_LENGTH}, "
                           f"not {len(instructions)}")  # fmt: skip
    allowed = {opcode.value for opcode in STREAM_OPCODES[stream]}
    for index, raw in enumerate(instructions):
        if len(raw) != INSTRUCTION_BYTES:
            raise ProgramError(f"stream {stream.name}, instruction {index}: must be "
                               f"{INSTRUCTION_BYTES} bytes, not {len(raw)}")  # fmt: skip
        if raw[0] not in allowed:
            raise ProgramError(f"stream {stream.name}, instruction {index}: opcode "
                               f"0x{raw[0]:02x} does not run on this stream")  # fmt: skip


@functools.cache
def _address_field(opcode: Opcode, path: str) -> Field | None:
    if not path.endswith(".address"):
        return None
    return next((item for item in fields_of(opcode) if item.path == path), None)


def _check_relocation(
    item: Relocation, streams: Mapping[Stream, list[bytes]], names: set[str]
) -> None:
    where = f"relocation of {item.stream.name}[{item.index}].{item.path}"
    if type(item.index) is not int:
        raise ProgramError(f"{where}: the index must be an integer")
    instructions = streams.get(item.stream, [])
    if not 0 <= item.index < len(instructions):
        raise ProgramError(f"{where}: the stream has {len(instructions)} instructions")
    if item.tensor not in names:
        raise ProgramError(f"{where}: no tensor {item.tensor!r}")
    opcode = Opcode(instructions[item.index][0])
    if _address_field(opcode, item.path) is None:
        raise ProgramError(f"{where}: {opcode.name} has no such address field")
