"""What kernels share that take a length when they run: one program for all lengths up to the
largest. Loops run over whole tiles; the last one is as long as what is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

__all__ = ["blocks", "in_groups", "length_of", "pieces"]


def length_of(call: str, name: str, tensor: nl.Tensor, low: int, high: int) -> nisa.VirtualRegister:
    """The one INT32 of ``tensor``, in device memory, which must be from ``low`` to ``high`` when
    the program runs.

    Raises
    ------
    KernelError
        It is something else.
    """
    if not isinstance(tensor, nl.Tensor) or tensor.shape != (1,) or tensor.dtype is not nl.int32:
        raise nki.KernelError(f"{call}: {name} must be [1] of int32, not {tensor!r}")
    register = nisa.register_alloc()
    nisa.register_load(register, tensor)
    return nl.bounded(register, low, high)


def blocks(
    count: nisa.VirtualRegister, size: int, begin: int | nisa.VirtualRegister = 0
) -> Iterator[tuple[nisa.VirtualRegister, nisa.VirtualRegister]]:
    """First element and length of each block of at most ``size``, from ``begin`` on; what is done
    with them is traced once."""
    for first in nl.dynamic_range(begin, count, size):
        yield first, (count - first).minimum(size)


def in_groups(
    count: nisa.VirtualRegister, size: int, act: Callable[[nisa.VirtualRegister, list[Any]], None],
    together: int = 4,
) -> None:  # fmt: skip
    """``act(first, lengths)`` for groups of blocks: ``together`` of ``size`` as long as there are
    so many, so that a pass of the loop has work that overlaps; then one at a time, the last one as
    long as what is left. Block k of a group begins at ``first + k * size``."""
    together = min(together, count.high // size)
    whole: int | nisa.VirtualRegister = 0
    if together > 1:
        step = size * together
        whole = count // step * step
        for first in nl.dynamic_range(0, whole, step):
            act(first, [size] * together)
    for first, length in blocks(count, size, whole):
        act(first, [length])


def pieces(extent: int, size: int) -> Iterator[slice]:
    """``extent`` elements in runs of at most ``size``."""
    for first in range(0, extent, size):
        yield slice(first, min(first + size, extent))
