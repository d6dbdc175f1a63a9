"""``nki.language.ndarray``: uninitialised tensors."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.opcodes import Space

from ..lower.ir import Extent
from .dtypes import as_dtype
from .memories import MemoryRegion, is_on_chip, is_sbuf
from .registers import VirtualRegister, size_of
from .tensor import Tensor
from .trace import KernelError, current

__all__ = ["ndarray"]


def ndarray(
    shape: Sequence[int | VirtualRegister], dtype: Any, buffer: MemoryRegion = MemoryRegion.sbuf,
    name: str = "", address: tuple[int, int] | None = None,
) -> Tensor:  # fmt: skip
    """An uninitialised tensor.

    On chip, ``shape[0]`` counts partitions, memory is assigned by liveness, and a size may be a
    register: there is room for the largest one. In device memory a tensor that the kernel returns
    is an output, any other is scratch; every program of a grid has the same ``shared_hbm`` tensors.
    ``address``, (partition, byte of each partition), says where on chip a tensor lies. Memory is
    assigned by liveness all the same, but for the partition: tensors that are told one place have
    places of their own, so one that is read before it has been written is an error.

    Raises
    ------
    KernelError
        Too many partitions or bytes, fewer than two axes on chip, an extent below 1.
    """
    try:
        extents = tuple(map(size_of, shape))
    except TypeError:
        raise KernelError(f"shape must be a sequence of integers, not {shape!r}") from None
    if any(extent < 1 for extent in extents):
        raise KernelError(f"every extent must be at least 1, not {extents}")
    trace, kind = current(), as_dtype(dtype)
    if not isinstance(buffer, MemoryRegion):
        raise KernelError(f"buffer must be nl.sbuf, nl.psum or one of nl.*hbm, not {buffer!r}")
    if is_on_chip(buffer):
        space = Space.SBUF if is_sbuf(buffer) else Space.PSUM
        room = tuple(map(int, extents))
        if address is not None:
            return _placed(extents, kind, space, name, address)
        return replace(Tensor.whole(trace.new_tile(room, kind, space, name)), shape=extents)
    if address is not None:
        raise KernelError(f"address is for tensors on chip, not {address!r} for {buffer}")
    if any(isinstance(extent, Extent) for extent in extents):
        raise KernelError(f"a tensor in device memory has sizes that are known, not {extents}")
    shared = buffer is MemoryRegion.shared_hbm
    return Tensor.whole(trace.new_scratch(extents, kind, name, shared=shared))


def _placed(
    shape: Sequence[int], kind: DType, space: Space, name: str, address: Sequence[int]
) -> Tensor:
    """A tensor that begins at a partition, as the kernel wants it."""
    trace = current()
    try:
        partition, byte = map(operator.index, address)
    except (TypeError, ValueError):
        raise KernelError(f"address must be (partition, byte), not {address!r}") from None
    if partition < 0 or byte < 0 or byte % FORMATS[kind].bytes:
        raise KernelError(f"address must be a partition and a byte that fits {FORMATS[kind].name}, "
                          f"not {address!r}")  # fmt: skip
    tile = trace.new_tile((partition + shape[0], *map(int, shape[1:])), kind, space, name)
    config = trace.config
    room = config.psum_partition_bytes if space is Space.PSUM else config.sbuf_partition_bytes
    if byte + tile.bytes_per_partition > room:
        raise KernelError(f"address {address!r}: {tile.bytes_per_partition} bytes from there on "
                          f"exceed the {room} of {space.name}")  # fmt: skip
    trace.unwritten.add(tile)
    return Tensor.whole(tile)[partition:]
