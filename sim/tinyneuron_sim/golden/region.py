"""Operands: resolved instruction fields as footprints in a memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.matmul import element_bytes
from tinyneuron_hw.isa.opcodes import Opcode, Space
from tinyneuron_hw.isa.rules import device_dims, on_chip_dims
from tinyneuron_hw.isa.rules_list import ENTRY_BYTES

from .access import ByteDims, byte_dims

__all__ = ["DeviceRegion", "Region", "device_region", "region", "scalar_region"]


@dataclass(frozen=True)
class Region:
    """On-chip operand: the same byte dimensions in ``partitions`` partitions from ``start``."""

    path: str
    dtype: DType
    element_bytes: int
    space: Space
    start: int
    partitions: int
    offset: int
    sizes: tuple[int, ...]
    """Sizes of the four free dimensions, innermost first."""
    dims: ByteDims
    strides: tuple[int, ...] = (0, 0, 0, 0)
    """Of the four free dimensions, in bytes."""

    @property
    def count(self) -> int:
        """Elements per partition."""
        product = 1
        for size in self.sizes:
            product *= size
        return product

    def __str__(self) -> str:
        shape = "x".join(map(str, reversed(self.sizes)))
        return (
            f"{self.path}={self.space.name}[{self.start}:{self.start + self.partitions}, "
            f"0x{self.offset:x}] {shape} {FORMATS[self.dtype].name}"
        )


@dataclass(frozen=True)
class DeviceRegion:
    """Device-memory operand."""

    path: str
    dtype: DType
    address: int
    sizes: tuple[int, ...]
    dims: ByteDims

    def __str__(self) -> str:
        shape = "x".join(map(str, reversed(self.sizes)))
        return f"{self.path}=device[0x{self.address:x}] {shape} {FORMATS[self.dtype].name}"


def region(opcode: Opcode, fields: Mapping[str, Any], path: str) -> Region:
    """The access pattern at ``path``."""
    dims = tuple(on_chip_dims(fields, path))
    size = element_bytes(opcode, fields, path)
    return Region(
        path, fields[f"{path}.dtype"], size, fields[f"{path}.space"],
        fields[f"{path}.start_partition"], fields[f"{path}.num_partitions"],
        fields[f"{path}.offset"],
        tuple(size for _, size in dims), byte_dims(dims, size, size),
        tuple(stride * size for stride, _ in dims),
    )  # fmt: skip


def scalar_region(fields: Mapping[str, Any], path: str, partitions: int) -> Region:
    """A scalar operand that has one element in each of ``partitions`` partitions."""
    dtype = DType(fields[f"{path}.dtype"])
    size = FORMATS[dtype].bytes
    return Region(
        path, dtype, size, fields[f"{path}.space"], fields[f"{path}.start_partition"], partitions,
        fields[f"{path}.value"], (1, 1, 1, 1), ((1, size),),
    )  # fmt: skip


def device_region(fields: Mapping[str, Any], path: str, address: int) -> DeviceRegion:
    """The device pattern at ``path``, which starts at ``address``; of a list, its entries."""
    dims = tuple(device_dims(fields, path))
    dtype = fields[f"{path}.dtype"]
    if fields[f"{path}.list"]:
        entries = dims[0][1]
        return DeviceRegion(path, dtype, address, (entries,), ((1, ENTRY_BYTES * entries),))
    return DeviceRegion(
        path, dtype, address, tuple(size for _, size in dims),
        byte_dims(dims, 1, FORMATS[dtype].bytes),
    )  # fmt: skip
