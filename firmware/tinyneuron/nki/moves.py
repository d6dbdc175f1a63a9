"""``nki.isa`` on the Vector engine, without arithmetic: the 8 largest values, searches, moves
across partitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tinyneuron_hw.formats import FORMATS
from tinyneuron_hw.isa.opcodes import Opcode, Stream
from tinyneuron_hw.isa.rules_eight import INDEX_DTYPES, SEARCH_ELEMENTS
from tinyneuron_hw.isa.rules_reshape import pack_mask

from ..lower.ir import TileRef
from .checks import float_bits, lane_operand, same_free_size, same_partitions
from .handle import instruction
from .tensor import Tensor
from .trace import KernelError, current, emit

__all__ = ["max8", "nc_find_index8", "nc_match_replace8", "nc_stream_shuffle", "vector_transpose"]

_LEAVE = 255
"""Entry of a shuffle mask that leaves its partition as it is."""


@instruction
def max8(dst: Tensor, src: Tensor, name: str | None = None) -> None:
    """``dst[P, 8]`` becomes the 8 largest elements of each partition of ``src``, in descending
    order; a NaN is above all numbers, -0 below +0. ``src`` has 8 to 16384 elements."""
    call = "max8"
    to, source = lane_operand(call, "dst", dst), lane_operand(call, "src", src)
    same_partitions(call, dst=to, src=source)
    _searched(call, "src", source)
    _eight(call, "dst", to)
    emit(Opcode.MAX8, {"in0": source}, {"dst": to}, stream=Stream.VECTOR)


@instruction
def nc_find_index8(dst: Tensor, data: Tensor, vals: Tensor, name: str | None = None) -> None:
    """``dst[P, 8]`` (uint16 or uint32) becomes the positions in ``data`` of the 8 ``vals`` of the
    same partition: the first one's, for equal ``vals`` successive ones; all ones where there is
    none. ``data`` has 8 to 16384 elements. As numbers -0 is 0, and a NaN is found."""
    call = "nc_find_index8"
    to, source, wanted = _search(call, dst, data, vals)
    _searched(call, "data", source)
    _index(call, "dst", to)
    emit(Opcode.FIND_INDEX8, {"in0": source, "in1": wanted}, {"dst": to}, stream=Stream.VECTOR)


@instruction
def nc_match_replace8(
    dst: Tensor, data: Tensor, vals: Tensor, imm: float, dst_idx: Tensor | None = None,
    name: str | None = None,
) -> None:  # fmt: skip
    """``dst = data``, cast, but ``imm`` where the 8 ``vals`` of the partition are found: the first
    occurrence of each, for equal ``vals`` the first ones. ``dst_idx`` gets the positions (see
    :func:`nc_find_index8`), of equal ``vals`` the last one the first occurrence."""
    call = "nc_match_replace8"
    to, source, wanted = _search(call, dst, data, vals)
    same_free_size(call, to, data=source)
    if dst_idx is not None:
        index = lane_operand(call, "dst_idx", dst_idx)
        same_partitions(call, dst=to, dst_idx=index)
        _searched(call, "data", source)
        _index(call, "dst_idx", index)
        for role, ref in (("data", source), ("vals", wanted)):
            if ref.base is index.base:
                raise KernelError(f"{call}: {role} and dst_idx must be different tensors")
        # The last of equal values takes the first occurrence when both are walked backwards.
        emit(Opcode.FIND_INDEX8, {"in0": source, "in1": _backwards(wanted)},
             {"dst": _backwards(index)}, stream=Stream.VECTOR)  # fmt: skip
    fields = {"value": float_bits(call, "imm", imm)}
    emit(Opcode.MATCH_REPLACE8, {"in0": source, "in1": wanted}, {"dst": to}, fields,
         Stream.VECTOR)  # fmt: skip


@instruction
def nc_stream_shuffle(
    dst: Tensor, src: Tensor, shuffle_mask: Sequence[int], name: str | None = None
) -> None:
    """Partition i of each quadrant of ``dst`` takes partition ``shuffle_mask[i]`` of the same
    quadrant of ``src``, or stays as it is where the mask has 255. A quadrant is a quarter of the
    partitions, and the mask has an entry for each of its partitions. Types are equal."""
    call = "nc_stream_shuffle"
    to, source = lane_operand(call, "dst", dst), lane_operand(call, "src", src)
    _same_type(call, to, source, "src")
    if to.per_partition != source.per_partition:
        raise KernelError(f"{call}: src has {source.per_partition} elements per partition, dst "
                          f"{to.per_partition}")  # fmt: skip
    quadrant = current().config.quadrant
    entries = list(shuffle_mask)
    if len(entries) != quadrant:
        raise KernelError(f"{call}: shuffle_mask must have {quadrant} entries, not {len(entries)}")
    for entry in entries:
        if entry != _LEAVE and not 0 <= entry < quadrant:
            raise KernelError(f"{call}: shuffle_mask must hold numbers below {quadrant} or 255, "
                              f"not {entry!r}")  # fmt: skip
    if to.base is source.base and to != replace(source, num_partitions=to.num_partitions):
        raise KernelError(f"{call}: src and dst must be the same elements or different tensors")
    mask = pack_mask([None if entry == _LEAVE else int(entry) for entry in entries])
    emit(Opcode.SHUFFLE, {"in0": source}, {"dst": to}, {"mask": mask}, Stream.VECTOR)


def vector_transpose(dst: Tensor, data: Tensor) -> None:
    """``dst[F, P] = data[P, F].T`` of at most quadrant x quadrant elements, in any memory."""
    call = "nc_transpose"
    to, source = lane_operand(call, "dst", dst), lane_operand(call, "data", data)
    _same_type(call, to, source, "data")
    quadrant = current().config.quadrant
    rows, columns = source.num_partitions, source.per_partition
    if max(rows, columns) > quadrant:
        raise KernelError(f"{call}: the Vector engine transposes at most {quadrant} x {quadrant}, "
                          f"not {rows} x {columns}")  # fmt: skip
    if (to.num_partitions, to.per_partition) != (columns, rows):
        raise KernelError(f"{call}: dst must be [{columns}, {rows}], not [{to.num_partitions}, "
                          f"{to.per_partition}]")  # fmt: skip
    emit(Opcode.TRANSPOSE, {"in0": source}, {"dst": to}, stream=Stream.VECTOR)


def _search(call: str, dst: Any, data: Any, vals: Any) -> tuple[TileRef, TileRef, TileRef]:
    refs = {
        role: lane_operand(call, role, tensor)
        for role, tensor in (("dst", dst), ("data", data), ("vals", vals))
    }
    same_partitions(call, **refs)
    _eight(call, "vals", refs["vals"])
    return refs["dst"], refs["data"], refs["vals"]


def _eight(call: str, role: str, ref: TileRef) -> None:
    if ref.per_partition != 8:
        raise KernelError(f"{call}: {role} must have 8 elements per partition, not "
                          f"{ref.per_partition}")  # fmt: skip


def _searched(call: str, role: str, ref: TileRef) -> None:
    low, high = SEARCH_ELEMENTS
    if not low <= ref.per_partition <= high:
        raise KernelError(f"{call}: {role} must have from {low} to {high} elements per partition, "
                          f"not {ref.per_partition}")  # fmt: skip


def _index(call: str, role: str, ref: TileRef) -> None:
    _eight(call, role, ref)
    if ref.dtype not in INDEX_DTYPES:
        raise KernelError(f"{call}: {role} must be uint16 or uint32, not "
                          f"{FORMATS[ref.dtype].name}")  # fmt: skip


def _same_type(call: str, dst: TileRef, src: TileRef, role: str) -> None:
    if dst.dtype is not src.dtype:
        names = FORMATS[dst.dtype].name, FORMATS[src.dtype].name
        raise KernelError(f"{call}: dst must be of {role}'s type: {names[0]} and {names[1]}")


def _backwards(ref: TileRef) -> TileRef:
    """The same elements in the opposite order."""
    last = ref.offset + sum(stride * (size - 1) for stride, size in ref.dims)
    dims = tuple((-stride, size) for stride, size in ref.dims)
    return replace(ref, offset=last, dims=dims)
