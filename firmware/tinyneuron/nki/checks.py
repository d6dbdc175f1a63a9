"""Rules every instruction of the language checks when it is traced."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.access import element_offsets, pattern_range
from tinyneuron_hw.isa.opcodes import Space
from tinyneuron_hw.isa.rules import start_granule

from ..lower.ir import Dims, TileRef
from ..runtime.dtypes import numpy_dtype
from .tensor import Tensor
from .trace import KernelError, current

__all__ = ["element_bits", "float_bits", "free_ref", "lane_operand", "not_both_psum", "on_chip",
           "same_free_size", "same_partitions"]  # fmt: skip


def on_chip(
    call: str, role: str, tensor: Any, *, spaces: tuple[Space, ...] = tuple(Space)
) -> TileRef:
    """The operand, which must be a tensor in one of ``spaces``."""
    if not isinstance(tensor, Tensor):
        raise KernelError(f"{call}: {role} must be a tensor, not {tensor!r}")
    ref = tensor.ref()
    if not isinstance(ref, TileRef) or ref.base.space not in spaces:
        allowed = " or ".join(f"nl.{space.name.lower()}" for space in spaces)
        raise KernelError(f"{call}: {role} must be in {allowed}, not in {tensor.where}: {tensor!r}")
    return free_ref(call, role, ref)


def free_ref(call: str, role: str, ref: TileRef) -> TileRef:
    """The operand, whose free axes must fit an access pattern."""
    _check_dims(call, role, ref.dims)
    return ref


def _check_dims(call: str, role: str, dims: Dims) -> None:
    if len(dims) > 4:
        raise KernelError(
            f"{call}: {role} needs {len(dims)} free dimensions, an access pattern has 4"
        )
    for stride, size in dims:
        if not -(1 << 15) <= stride < 1 << 15:
            raise KernelError(f"{call}: {role}: a stride must fit 16 bits, not {stride} elements")
        if size >= 1 << 16:
            raise KernelError(f"{call}: {role}: a dimension must be below 65536, not {size}")


def lane_operand(call: str, role: str, tensor: Any) -> TileRef:
    """An operand of the Vector or Scalar engine: lanes and start partition must fit."""
    ref = on_chip(call, role, tensor)
    config, count = current().config, ref.num_partitions
    if count > config.partitions:
        raise KernelError(f"{call}: {role} has {count} partitions, the engine {config.partitions} "
                          "lanes")  # fmt: skip
    granule = start_granule(config, count)
    if ref.start_partition % granule:
        raise KernelError(f"{call}: {role}: {count} partitions must start at a multiple of "
                          f"{granule}, not at partition {ref.start_partition}")  # fmt: skip
    return ref


def same_partitions(call: str, **operands: TileRef) -> None:
    """All operands must have as many partitions as the first."""
    counts = {role: ref.num_partitions for role, ref in operands.items()}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{role} {count}" for role, count in counts.items())
        raise KernelError(f"{call}: operands must have the same number of partitions: {listed}")


def same_free_size(call: str, dst: TileRef, **sources: TileRef) -> None:
    """Each source must have the destination's partitions and elements per partition, and must not
    hold elements that the destination overwrites before they are read."""
    same_partitions(call, dst=dst, **sources)
    for role, ref in sources.items():
        if ref.per_partition != dst.per_partition:
            raise KernelError(f"{call}: {role} has {ref.per_partition} elements per partition, dst "
                              f"{dst.per_partition}")  # fmt: skip
        _check_overlap(call, role, dst, ref)


def not_both_psum(call: str, **tiles: TileRef) -> None:
    """Of two tiles that are read together at most one may be in PSUM."""
    if all(ref.base.space is Space.PSUM for ref in tiles.values()):
        raise KernelError(f"{call}: at most one of {' and '.join(tiles)} may be in nl.psum")


def _check_overlap(call: str, role: str, dst: TileRef, src: TileRef) -> None:
    if src.base is not dst.base or abs(src.start_partition - dst.start_partition) >= max(
        src.num_partitions, dst.num_partitions
    ):
        return
    same_lanes = src.start_partition == dst.start_partition
    place = [(ref.offset, ref.dims, ref.shift, ref.dtype) for ref in (src, dst)]
    if same_lanes and place[0] == place[1]:
        return
    if src.shift != dst.shift:
        raise KernelError(f"{call}: {role} and dst in {dst.base.name} may overlap: registers that "
                          "move them must be the same")  # fmt: skip
    units = [FORMATS[ref.dtype].bytes for ref in (src, dst)]
    extents = [pattern_range(ref.offset * unit, ref.dims[::-1], unit, unit)
               for ref, unit in zip((src, dst), units, strict=True)]  # fmt: skip
    if extents[0].low >= extents[1].high or extents[1].low >= extents[0].high:
        return
    offsets = [np.add.outer(element_offsets(ref.offset, ref.dims[::-1], 1) * unit, np.arange(unit))
               for ref, unit in zip((src, dst), units, strict=True)]  # fmt: skip
    if np.intersect1d(offsets[0], offsets[1]).size:
        raise KernelError(f"{call}: {role} and dst overlap in {dst.base.name} but are not the same "
                          "elements in the same order")  # fmt: skip


def float_bits(call: str, role: str, value: Any) -> int:
    """Bits of an FP32 immediate."""
    try:
        with np.errstate(over="ignore"):
            return int(np.float32(value).view(np.uint32))
    except (TypeError, ValueError):
        raise KernelError(f"{call}: {role} must be a number or a tensor, not {value!r}") from None


def element_bits(call: str, value: Any, dtype: DType) -> int:
    """Bits of ``value`` as an element of ``dtype`` (floats round to nearest even)."""
    fmt, kind = FORMATS[dtype], numpy_dtype(dtype)
    try:
        with np.errstate(over="ignore"):
            number = np.float32(value)
            raw = number.astype(kind) if fmt.is_float else None
    except (TypeError, ValueError, OverflowError):
        raise KernelError(f"{call}: value must be a number, not {value!r}") from None
    if raw is not None:
        return int.from_bytes(raw.tobytes(), "little")
    limits = np.iinfo(np.uint8 if fmt.kind == "bool" else kind)
    if not np.isfinite(number) or value != int(value) or not limits.min <= value <= limits.max:
        raise KernelError(f"{call}: value must be an {fmt.name}, not {value!r}")
    return int(value) & ((1 << fmt.storage_bits) - 1)
