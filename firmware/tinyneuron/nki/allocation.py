"""``nki.language.ndarray``: uninitialised tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

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
    name: str = "", address: None = None,
) -> Tensor:  # fmt: skip
    """An uninitialised tensor.

    On chip, ``shape[0]`` counts partitions, memory is assigned by liveness, and a size may be a
    register: there is room for the largest one. In device memory a tensor that the kernel returns
    is an output, any other is scratch; every program of a grid has the same ``shared_hbm`` tensors.
    ``address`` must be None.

    Raises
    ------
    KernelError
        Too many partitions or bytes, fewer than two axes on chip, an extent below 1.
    """
    if address is not None:
        raise KernelError(f"address must be None (memory is assigned by liveness), not {address!r}")
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
        return replace(Tensor.whole(trace.new_tile(room, kind, space, name)), shape=extents)
    if any(isinstance(extent, Extent) for extent in extents):
        raise KernelError(f"a tensor in device memory has sizes that are known, not {extents}")
    shared = buffer is MemoryRegion.shared_hbm
    return Tensor.whole(trace.new_scratch(extents, kind, name, shared=shared))
