"""The intermediate representation: instructions on virtual tiles, in program order.

Kernels produce it, passes annotate it (engine, queue, placement, dependencies), and encoding
turns it into a program. Nothing here knows addresses: a tile has no place until allocation.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.opcodes import DMA_OPCODES, REGISTER_LOADS, Opcode, Space, Stream

from ..tables.fit import FunctionTable

__all__ = [
    "OWN_NUMBER", "DeviceRef", "DeviceTensor", "Dims", "Edge", "Extent", "Instr", "LoweringError",
    "Module", "Operand", "Region", "RegionKind", "Register", "Shift", "Tile", "TileRef",
    "enclosing",
]  # fmt: skip

_REPLICATED = (Opcode.REGISTER, Opcode.BARRIER, *REGISTER_LOADS)

Dims: TypeAlias = tuple[tuple[int, int], ...]
"""(stride, size) in elements, outermost first."""


class LoweringError(ValueError):
    """A kernel cannot become a program; the message names the rule, the value and the lines."""


OWN_NUMBER = "stream"
"""As operand of an instruction on registers: the number of the stream that it is in."""


class RegionKind(enum.Enum):
    """How often a region's instructions run."""

    LOOP = "loop"
    """``count`` times, with a counter."""
    WHILE = "while"
    """As long as ``condition`` is not 0."""
    IF = "if"
    """Once, the first half or the other one (behind the ELSE edge)."""


class Edge(enum.Enum):
    """Where a region begins, changes to its other half, and ends."""

    BEGIN = "begin"
    ELSE = "else"
    END = "end"


@dataclass(eq=False)
class Register:
    """A virtual scalar register of 32 bits; every stream that needs it has a copy.

    ``low`` and ``high`` bound its signed value whenever it is read. ``region``: the innermost one
    it was made in. ``numbers``: stream -> the register there, set by a pass."""

    index: int
    line: int
    region: Region | None = None
    low: int = -(1 << 31)
    high: int = (1 << 31) - 1
    numbers: dict[Stream, int] = field(default_factory=dict)


@dataclass(eq=False)
class Region:
    """Instructions that run a number of times that is known only when the program runs. They
    stand between two instructions with this ``region``."""

    kind: RegionKind
    line: int
    parent: Region | None
    condition: Register | None = None
    """Of WHILE and IF."""
    count: Register | int = 0
    counter: Register | None = None
    start: Register | int = 0
    step: int = 1
    second_half: int = 0
    """Index of the first register that its other half makes, once that has begun."""
    streams: tuple[Stream, ...] = ()
    """Those that have instructions in it, set by a pass."""

    @property
    def reads(self) -> list[Register]:
        """Registers that decide how often it runs."""
        found = (self.condition, self.count, self.start)
        return [item for item in found if isinstance(item, Register)]

    @property
    def repeats(self) -> bool:
        return self.kind is not RegionKind.IF

    def inside(self, outer: Region | None) -> bool:
        """Whether it is ``outer`` or stands in it."""
        return outer is None or outer in enclosing(self)


def enclosing(region: Region | None) -> Iterator[Region]:
    """The region and those around it, from the inside."""
    while region is not None:
        yield region
        region = region.parent


class Extent(int):
    """A size that registers hold: as a number it is the largest one. Products keep their factors,
    so that equal sizes are equal, and a size known now never is."""

    factors: tuple[Register, ...]
    coefficient: int

    def __new__(cls, register: Register) -> Extent:
        return cls._product(register.high, (register,), 1)

    @classmethod
    def _product(cls, high: int, factors: tuple[Register, ...], coefficient: int) -> Extent:
        made = int.__new__(cls, high)
        made.factors, made.coefficient = factors, coefficient
        return made

    @property
    def register(self) -> Register:
        """What holds it; a product is never a size."""
        assert self.coefficient == 1, self
        (register,) = self.factors
        return register

    def __mul__(self, other: int) -> Extent:
        factors = self.factors + (other.factors if isinstance(other, Extent) else ())
        coefficient = other.coefficient if isinstance(other, Extent) else int(other)
        ordered = tuple(sorted(factors, key=lambda item: item.index))
        return self._product(int(self) * int(other), ordered, self.coefficient * coefficient)

    __rmul__ = __mul__

    def __floordiv__(self, other: int) -> int:
        if isinstance(other, Extent) or self.coefficient % other:
            return int(self) // int(other)
        return self._product(int(self) // other, self.factors, self.coefficient // other)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Extent) and self._key == other._key

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[int, tuple[int, ...]]:
        return self.coefficient, tuple(item.index for item in self.factors)

    def __repr__(self) -> str:
        return f"r<={int(self)}"

    __str__ = __repr__


@dataclass(frozen=True)
class Shift:
    """``register * scale`` elements further on; from ``low`` to ``high`` of them."""

    register: Register = field(compare=False)
    index: int
    scale: int
    low: int
    high: int

    def resized(self, old: int, new: int) -> Shift:
        """The same in elements of ``new`` bytes in place of ``old``, of which it is a multiple."""
        numbers = {name: getattr(self, name) * old // new for name in ("scale", "low", "high")}
        return replace(self, **numbers)


@dataclass(eq=False)
class Tile:
    """A virtual on-chip tensor: ``shape[0]`` partitions from partition 0, row-major free axes.

    ``offset`` is its byte offset in every partition, set by allocation.
    """

    index: int
    name: str
    space: Space
    shape: tuple[int, ...]
    dtype: DType
    line: int
    offset: int | None = None
    region: Region | None = None
    """The innermost one it was made in."""

    @property
    def bytes_per_partition(self) -> int:
        return math.prod(self.shape[1:]) * FORMATS[self.dtype].bytes


@dataclass(eq=False)
class DeviceTensor:
    """A row-major tensor in device memory; ``kind`` as in ``TensorSpec``."""

    index: int
    name: str
    shape: tuple[int, ...]
    dtype: DType
    kind: str
    data: bytes | None = None
    shared: bool = False
    """Whether every program of a grid has the same one."""
    updated: DeviceTensor | None = None
    """What the kernel has written to this argument."""


@dataclass(frozen=True)
class TileRef:
    """Elements of a tile: ``num_partitions`` from ``start_partition``, and in each of them the
    pattern ``dims`` from element ``offset``."""

    base: Tile
    start_partition: int
    num_partitions: int
    offset: int
    dims: Dims
    shift: Shift | None = None
    kind: DType | None = None
    """The type its bits are taken for, if not the tile's; ``offset`` and ``dims`` count its
    elements."""

    @property
    def dtype(self) -> DType:
        return self.kind or self.base.dtype

    @property
    def per_partition(self) -> int:
        """Elements in one partition."""
        return math.prod(size for _, size in self.dims)

    @property
    def elements(self) -> int:
        return self.num_partitions * self.per_partition


@dataclass(frozen=True)
class DeviceRef:
    """Elements of a device tensor: the pattern ``dims`` from element ``offset``.

    With ``rows``, (stride, count), indices choose which ``stride`` multiples below ``count`` the
    pattern is moved by; the instruction may access any of them."""

    base: DeviceTensor
    offset: int
    dims: Dims
    rows: tuple[int, int] | None = None
    shift: Shift | None = None
    kind: DType | None = None
    """As of a :class:`TileRef`."""

    @property
    def dtype(self) -> DType:
        return self.kind or self.base.dtype

    @property
    def elements(self) -> int:
        return math.prod(size for _, size in self.dims)


Operand: TypeAlias = TileRef | DeviceRef


@dataclass(eq=False)
class Instr:
    """One instruction. ``reads`` and ``writes`` map a field path of its layout (``src``, ``in0``,
    ``bias`` ...) to the operand that goes there; ``fields`` are its other fields."""

    opcode: Opcode
    reads: dict[str, Operand]
    writes: dict[str, Operand]
    line: int
    fields: dict[str, Any] = field(default_factory=dict)
    stream: Stream | None = None
    """Stream that issues it; kernels may pin it, else passes choose."""
    queue: int | None = None
    """DMA queue that carries it out."""
    parts: dict[str, int] = field(default_factory=dict)
    """Operand path -> which 16-bit part of each 4-byte element it means."""
    table: FunctionTable | None = None
    """What an ACTIVATE computes, if no built-in function; a pass gives it a slot."""
    file: str = ""
    """Where ``line`` is; empty: in the module's."""
    region: Region | None = None
    """Of a BEGIN, ELSE or END: nothing but that edge of the region."""
    edge: Edge | None = None
    offsets: dict[str, Register] = field(default_factory=dict)
    """On-chip operand path -> its byte offset, where that is not known; set by a pass."""
    guards: Register | None = None
    """What this checks: it stands wherever that register is needed."""
    bounds: tuple[int, int, Operand | None] | None = None
    """The lowest and the highest value that do not trap here, and where the value comes from."""

    @property
    def is_dma(self) -> bool:
        return self.opcode in DMA_OPCODES

    @property
    def operands(self) -> dict[str, Operand]:
        return {**self.reads, **self.writes}

    @property
    def is_replicated(self) -> bool:
        """Whether every stream that needs its result has a copy of it."""
        return self.edge is None and self.stream is None and self.opcode in _REPLICATED

    @property
    def defines(self) -> Register | None:
        """The register it sets, or checks."""
        if self.guards is not None:
            return self.guards
        if self.opcode is Opcode.REGISTER:
            return self.fields["dst"]
        return self.fields["first"] if self.opcode in REGISTER_LOADS else None

    @property
    def uses(self) -> list[Register]:
        """The registers it reads."""
        targets = ("dst",) if self.opcode is Opcode.REGISTER else ()
        targets = ("first",) if self.opcode in REGISTER_LOADS else targets
        found = [value for path, value in self.fields.items() if path not in targets]
        for path, ref in self.operands.items():
            found += [size.register for _, size in ref.dims if isinstance(size, Extent)]
            if isinstance(ref, TileRef) and isinstance(ref.num_partitions, Extent):
                found.append(ref.num_partitions.register)
            if ref.shift is not None:
                found.append(self.offsets.get(path, ref.shift.register))
        return [item for item in found if isinstance(item, Register)]


@dataclass(eq=False)
class Module:
    """A traced kernel."""

    config: CoreConfig
    name: str
    file: str = ""
    instructions: list[Instr] = field(default_factory=list)
    tiles: list[Tile] = field(default_factory=list)
    tensors: list[DeviceTensor] = field(default_factory=list)
    outputs: list[DeviceTensor] = field(default_factory=list)
    registers: int = 0
    """How many registers it has."""

    @property
    def is_dynamic(self) -> bool:
        """Whether what it executes depends on registers."""
        return any(i.edge is not None or i.is_replicated for i in self.instructions)
