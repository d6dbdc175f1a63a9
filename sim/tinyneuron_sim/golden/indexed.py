"""DMA transfers whose device rows an index tensor chooses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from tinyneuron_hw.config import HOST_BASE, CoreConfig
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Opcode
from tinyneuron_hw.isa.rules import on_chip_dims

from .access import byte_dims, extent
from .errors import TrapSignal
from .machine import Machine
from .memory import Footprint
from .numerics import RAW_TYPES, from_float32, to_float32
from .overlap import forbid_meeting
from .prepared import Prepared
from .region import DeviceRegion, Region

__all__ = ["far_reach", "transfer_rows"]

_WHOLE_INTERVAL = 1 << 20
"""From this many bytes on, all bytes between the first and the last row stand for the rows."""


@dataclass(frozen=True)
class _Sides:
    near: Region
    far: DeviceRegion
    index: Region
    is_gather: bool

    @classmethod
    def of(cls, prepared: Prepared) -> _Sides:
        is_gather = prepared.opcode is Opcode.DMA_GATHER
        (far,) = prepared.devices.values()
        near = prepared.regions["dst" if is_gather else "src"]
        return cls(near, far, prepared.regions["index"], is_gather)


def transfer_rows(machine: Machine, prepared: Prepared) -> tuple[int, int]:
    """Moves row by row; equal types move bytes, different ones go through FP32. Device bytes read
    and device bytes written."""
    sides = _Sides.of(prepared)
    index = machine.footprint(sides.index)
    if sides.is_gather:
        forbid_meeting(machine, index, machine.footprint(sides.near))
    moved = 0
    for near, far in _rows(machine, prepared, sides):
        source, target = (far, near) if sides.is_gather else (near, far)
        types = (sides.far.dtype, sides.near.dtype)
        source_type, target_type = types if sides.is_gather else types[::-1]
        data = machine.read_footprint(source)
        if source_type is not target_type:
            raw = data.view(RAW_TYPES[FORMATS[source_type].bytes])
            data = from_float32(to_float32(raw, source_type), target_type).view(np.uint8)
        machine.write_footprint(target, data)
        moved += far.size
    return (moved, 0) if sides.is_gather else (0, moved)


def _rows(machine: Machine, prepared: Prepared, sides: _Sides
          ) -> Iterator[tuple[Footprint, Footprint]]:  # fmt: skip
    """The two footprints of each row that is moved, in order."""
    fields, near, far = prepared.fields, sides.near, sides.far
    raw = machine.read(sides.index)
    indices = (raw.view(np.int32) if sides.index.dtype is DType.INT32 else raw).astype(np.int64)
    dims = on_chip_dims(fields, near.path)
    row_dims = byte_dims(tuple(dims[:3]), near.element_bytes, near.element_bytes)
    step = dims[3][0] * near.element_bytes
    width = machine.sbuf.partition_bytes
    low, high = extent(far.dims)
    for p, n in np.ndindex(indices.shape):
        index = int(indices[p, n])
        if not 0 <= index <= fields["index_last"]:
            if fields["skip"]:
                continue
            place = sides.index.start + p << 24 | _index_offset(sides.index, n)
            raise TrapSignal(Trap.OUT_OF_RANGE, place, f"index {index} of row {n}, partition {p}")
        address = far.address + index * fields["index_stride"]
        assert prepared.window_allows is not None
        is_inside = address + low >= 0
        if not is_inside or not prepared.window_allows(
            address + low, address + high, not sides.is_gather
        ):
            raise TrapSignal(
                Trap.OUT_OF_RANGE, address & (1 << 48) - 1,
                f"{far.path}: the row of index {index} leaves the program's windows",
            )  # fmt: skip
        start = (near.start + p) * width + near.offset + n * step
        yield (Footprint(machine.sbuf, start, row_dims),
               machine.device_footprint(replace(far, address=address)))  # fmt: skip


def _index_offset(index: Region, n: int) -> int:
    """Byte offset in its partition of element n."""
    offset = index.offset
    for size, stride in zip(index.sizes, index.strides, strict=True):
        n, step = divmod(n, size)
        offset += step * stride
    return offset


def far_reach(config: CoreConfig, prepared: Prepared) -> DeviceRegion | None:
    """The rows of all valid indices, or more, as far as there is device memory; None when there is
    none for any. For what only asks where a transfer may go."""
    fields = prepared.fields
    (far,) = prepared.devices.values()
    stride, last = fields["index_stride"], fields["index_last"]
    low, high = extent(far.dims)
    at = far.address + low
    bottom, top = config.memory_ranges[-1 if at >= HOST_BASE else 0]
    at, room = at - bottom, top - bottom - (high - low)
    if stride == 0:
        first, last = (0, 0) if 0 <= at <= room else (0, -1)
    elif stride > 0:
        first, last = max(0, -(at // stride)), min(last, (room - at) // stride)
    else:
        first, last = max(0, -((room - at) // -stride)), min(last, at // -stride)
    if last < first:
        return None
    count, start = last - first + 1, far.address + first * stride
    size = count * np.prod([size for _, size in far.dims], dtype=object)
    if size < _WHOLE_INTERVAL:
        return replace(far, address=start, dims=(*far.dims, (stride, count)))
    bottom = start + low + min(0, stride * (count - 1))
    return replace(far, address=bottom, dims=((1, high - low + abs(stride) * (count - 1)),))
