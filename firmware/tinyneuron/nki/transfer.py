"""``nki.isa``: transfers."""

from __future__ import annotations

import enum
from dataclasses import replace
from typing import Any

from tinyneuron_hw.formats import FORMATS
from tinyneuron_hw.isa.opcodes import Opcode, Space
from tinyneuron_hw.isa.rules import DMA_CAST_DTYPES
from tinyneuron_hw.isa.rules_indexed import INDEX_TENSOR_DTYPES

from ..lower.ir import DeviceRef, DeviceTensor, Operand, Tile, TileRef
from .checks import free_ref
from .tensor import Tensor
from .trace import KernelError, emit

__all__ = ["dma_copy", "oob_mode"]


class oob_mode(enum.Enum):  # noqa: N801  (the language's name)
    """What an index outside its tensor does: end the program, or leave its row out."""

    error = 0
    skip = 1


def dma_copy(dst: Tensor, src: Tensor, oob_mode: oob_mode = oob_mode.error) -> None:
    """``dst = src`` between device memory and SBUF, in row-major order of both views, with a cast
    when the types differ (public parameters not here: ``dge_mode``, ``engine`` ...). One side may
    be a view with ``vector_offset``: rows of a device tensor gathered to, or scattered from, one
    partition each.

    Raises
    ------
    KernelError
        Element counts differ, an operand is in PSUM or needs too many dimensions, ``dst`` is an
        input, or the types differ and have no cast.
    """
    if any(isinstance(side, Tensor) and side.indirect for side in (dst, src)):
        _copy_rows(dst, src, oob_mode)
        return
    refs = {"dst": _dma_operand("dst", dst), "src": _dma_operand("src", src)}
    counts = {role: ref.elements for role, ref in refs.items()}
    if counts["dst"] != counts["src"]:
        raise KernelError(f"dma_copy: dst has {counts['dst']} elements, src {counts['src']}: "
                          f"{dst!r}, {src!r}")  # fmt: skip
    dtypes = {ref.base.dtype for ref in refs.values()}
    if len(dtypes) > 1 and not dtypes <= set(DMA_CAST_DTYPES):
        raise KernelError(f"dma_copy: no cast from {src!r} to {dst!r}")
    _require_writable(refs["dst"].base)
    chip = isinstance(refs["dst"], TileRef), isinstance(refs["src"], TileRef)
    opcode = {(True, False): Opcode.DMA_LOAD, (False, True): Opcode.DMA_STORE,
              (False, False): Opcode.DMA_COPY, (True, True): Opcode.DMA_LOCAL}[chip]  # fmt: skip
    emit(opcode, {"src": refs["src"]}, {"dst": refs["dst"]})


def _require_writable(target: Tile | DeviceTensor) -> None:
    if isinstance(target, DeviceTensor) and target.kind in ("input", "constant"):
        raise KernelError(f"dma_copy: dst {target.name!r} is read-only ({target.kind})")


def _copy_rows(dst: Tensor, src: Tensor, mode: oob_mode) -> None:
    """Rows of a device tensor that indices choose, one for each partition."""
    is_gather = src.indirect is not None
    far, near, role = (src, dst, "dst") if is_gather else (dst, src, "src")
    indirect = far.indirect
    if indirect is None or near.indirect is not None or not near.on_chip:
        raise KernelError(f"dma_copy: {role} must be in nl.sbuf beside a view with vector_offset, "
                          f"not {near!r}")  # fmt: skip
    chip = _dma_operand(role, near)
    index = _dma_operand("vector_offset", indirect.indices)
    row = Tensor(far.base, far.shape[1:], far.strides[1:], far.offset)
    ref = _dma_operand("src" if is_gather else "dst", row)
    assert isinstance(chip, TileRef)
    assert isinstance(index, TileRef)
    assert isinstance(ref, DeviceRef)
    if index.base.dtype not in INDEX_TENSOR_DTYPES:
        raise KernelError(f"dma_copy: vector_offset must be int32 or uint32: {indirect.indices!r}")
    if (chip.num_partitions, chip.per_partition) != (far.shape[0], ref.elements):
        raise KernelError(f"dma_copy: {role} must have {far.shape[0]} partitions of "
                          f"{ref.elements} elements: {near!r}")  # fmt: skip
    if len(chip.dims) > 3:
        raise KernelError(f"dma_copy: {role} needs {len(chip.dims)} dimensions, a row has 3")
    dtypes = {chip.base.dtype, ref.base.dtype}
    if len(dtypes) > 1 and not dtypes <= set(DMA_CAST_DTYPES):
        raise KernelError(f"dma_copy: no cast from {src!r} to {dst!r}")
    ref = replace(ref, rows=(indirect.stride, indirect.last + 1))
    stride = indirect.stride * FORMATS[ref.base.dtype].bytes
    if stride >= 1 << 31:
        raise KernelError(f"dma_copy: rows {stride} bytes apart do not fit a transfer")
    fields = {"index_stride": stride, "index_last": indirect.last, "skip": mode.value}
    if is_gather:
        emit(Opcode.DMA_GATHER, {"src": ref, "index": index}, {"dst": chip}, fields)
        return
    _require_writable(ref.base)
    emit(Opcode.DMA_SCATTER, {"src": chip, "index": index}, {"dst": ref}, fields)


def _dma_operand(role: str, tensor: Any) -> Operand:
    if not isinstance(tensor, Tensor):
        raise KernelError(f"dma_copy: {role} must be a tensor, not {tensor!r}")
    ref = tensor.ref()
    if isinstance(ref, TileRef):
        if ref.base.space is not Space.SBUF:
            raise KernelError(
                f"dma_copy: {role} must be in nl.sbuf or device memory, not {tensor!r}"
            )
        return free_ref("dma_copy", role, ref)
    size = FORMATS[ref.base.dtype].bytes
    if len(ref.dims) > 4:
        raise KernelError(f"dma_copy: {role} needs {len(ref.dims)} dimensions in device memory, a "
                          "transfer has 4")  # fmt: skip
    for stride, extent in ref.dims:
        if not -(1 << 31) <= stride * size < 1 << 31 or extent >= 1 << 24:
            raise KernelError(f"dma_copy: {role}: dimension of {extent} steps of {stride * size} "
                              "bytes does not fit a transfer")  # fmt: skip
    return ref
