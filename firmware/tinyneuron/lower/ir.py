"""The intermediate representation: instructions on virtual tiles, in program order.

Kernels produce it, passes annotate it (engine, queue, placement, dependencies), and encoding
turns it into a program. Nothing here knows addresses: a tile has no place until allocation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.opcodes import DMA_OPCODES, Opcode, Space, Stream

from ..tables.fit import FunctionTable

__all__ = ["DeviceRef", "DeviceTensor", "Instr", "LoweringError", "Module", "Operand", "Tile",
           "TileRef"]  # fmt: skip

Dims: TypeAlias = tuple[tuple[int, int], ...]
"""(stride, size) in elements, outermost first."""


class LoweringError(ValueError):
    """A kernel cannot become a program; the message names the rule, the value and the lines."""


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


@dataclass(frozen=True)
class TileRef:
    """Elements of a tile: ``num_partitions`` from ``start_partition``, and in each of them the
    pattern ``dims`` from element ``offset``."""

    base: Tile
    start_partition: int
    num_partitions: int
    offset: int
    dims: Dims

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

    @property
    def is_dma(self) -> bool:
        return self.opcode in DMA_OPCODES

    @property
    def operands(self) -> dict[str, Operand]:
        return {**self.reads, **self.writes}


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
