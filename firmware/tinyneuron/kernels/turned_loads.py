"""Operands of a matmul whose contraction runs along rows of device memory, turned by the transfer
that loads them: it transposes matrices of two- and four-byte elements at the memory's rate. A pair
of integers that are multiplied in the same cycle is such an element."""

from __future__ import annotations

from collections.abc import Iterator

from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron_hw.formats import FORMATS
from tinyneuron_hw.isa.rules_transfer import TRANSPOSE_BYTES

from .row_tiles import pair_of, transfers

__all__ = ["can_turn", "turned_loads"]


def can_turn(source: nl.Tensor) -> bool:
    """Whether transfers can transpose ``source[..., K]``: the elements that stay together have two
    or four bytes and lie side by side, whole pairs in each row."""
    pair = pair_of(source.dtype)
    size = pair * FORMATS[source.dtype].bytes
    pitches = [stride for stride, extent in zip(source.strides, source.shape, strict=True)
               if extent > 1][:-1]  # fmt: skip
    whole = not any(number % pair for number in (source.shape[-1], source.offset, *pitches))
    return size in TRANSPOSE_BYTES and source.strides[-1] == 1 and whole


def turned_loads(source: nl.Tensor, first: int, width: int) -> Iterator[nl.Tensor]:
    """Rows ``first`` ... of ``source[X, K]`` as columns: an operand ``[P, X]`` of ``nc_matmul``
    (integers: ``[P, X * 2]``, pairs side by side) for each tile of the contraction, as it is asked
    for."""
    lanes, paired = nl.tile_size.pmax, pair_of(source.dtype) > 1
    words = source.view(nl.uint16) if paired else source
    full, rest = divmod(words.shape[1], lanes)
    groups = [(at * lanes, count, lanes)
              for at, count in transfers(full, width * FORMATS[words.dtype].bytes)]  # fmt: skip
    if rest:
        groups.append((full * lanes, 1, rest))
    for start, count, height in groups:
        tile = nl.ndarray((height, count, width), words.dtype, name=f"{source.base.name}_tile")
        part = words[nl.ds(first, width), nl.ds(start, count * height)]
        nisa.dma_transpose(tile, part.reshape((width, count, height)))
        for at in range(count):
            yield tile[:, at].view(source.dtype)
