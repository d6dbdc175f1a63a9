"""What kernels share that take a length when they run: one program for all lengths up to the
largest. Loops run over whole tiles; the last one is as long as what is left."""

from __future__ import annotations

from collections.abc import Iterator

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

__all__ = ["blocks", "length_of"]


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
    count: nisa.VirtualRegister, size: int
) -> Iterator[tuple[nisa.VirtualRegister, nisa.VirtualRegister]]:
    """First element and length of each block of at most ``size``; what is done with them is traced
    once."""
    for first in nl.dynamic_range(0, count, size):
        yield first, (count - first).minimum(size)
