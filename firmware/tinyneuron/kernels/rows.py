"""Kernels that work on one row at a time: rows on partitions, columns along the free axis.

Rows come in tiles of all partitions; the lowering overlaps the loads, the engines' work and the
stores of different tiles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron_hw.formats import FORMATS

__all__ = ["RowTile", "matrix", "pipelined", "replicated", "row_tiles_of", "statistic"]


@dataclass(frozen=True)
class RowTile:
    """Rows ``first`` ... of the operand, loaded: ``data`` is ``[P, columns]``."""

    first: int
    data: nl.Tensor

    @property
    def rows(self) -> int:
        return self.data.shape[0]

    def store(self, out: nl.Tensor, tile: nl.Tensor) -> None:
        """Puts ``tile`` ``[P, ...]`` to these rows of ``out``."""
        nisa.dma_copy(out[nl.ds(self.first, self.rows)], tile)


def matrix(call: str, name: str, tensor: nl.Tensor) -> nl.Tensor:
    """The tensor as a matrix of floats: all axes but the last are rows.

    Raises
    ------
    KernelError
        It has no axis, or holds integers.
    """
    if tensor.ndim < 1 or not FORMATS[tensor.dtype].is_float:
        raise nki.KernelError(f"{call}: {name} must be floats with at least one axis, not "
                              f"{tensor!r}")  # fmt: skip
    columns = tensor.shape[-1]
    rows = 1
    for extent in tensor.shape[:-1]:
        rows *= extent
    return tensor.reshape((rows, columns))


def row_tiles_of(x: nl.Tensor) -> Iterator[RowTile]:
    """Tiles of the matrix ``x[rows, columns]``."""
    rows, columns = x.shape
    for first in range(0, rows, nl.tile_size.pmax):
        count = min(nl.tile_size.pmax, rows - first)
        tile = nl.ndarray((count, columns), x.dtype, name="rows")
        nisa.dma_copy(tile, x[nl.ds(first, count)])
        yield RowTile(first, tile)


def replicated(vector: nl.Tensor, rows: int | None = None) -> nl.Tensor:
    """``[P, n]`` with the ``n`` elements of ``vector`` in every one of ``rows`` partitions
    (default: all), by one transfer that reads them as often."""
    rows = rows or nl.tile_size.pmax
    tile = nl.ndarray((rows, vector.shape[0]), vector.dtype, name="replicated")
    nisa.dma_copy(tile, vector.ap([[0, rows], [1, vector.shape[0]]]))
    return tile


def statistic(rows: int) -> nl.Tensor:
    """One FP32 number for each row."""
    return nl.ndarray((rows, 1), nl.float32, name="statistic")


def pipelined(tiles: Iterable[RowTile], *stages: Callable[..., Any]) -> None:
    """Puts every tile through the stages; each gets what the one before returned (the first one
    the tile).

    A stage of one tile comes in program order before the next stage of the tile before it. So an
    engine that waits for another has the following tile's work to do meanwhile.
    """
    states: list[Any] = [None] * len(stages)
    present = [False] * len(stages)
    source = iter(tiles)
    while True:
        tile = next(source, None)
        entering = tile is not None
        if not entering and not any(present):
            return
        following, found = [False] * len(stages), [None] * len(stages)
        for number, stage in enumerate(stages):
            comes = entering if number == 0 else present[number - 1]
            if comes:
                found[number] = stage(tile if number == 0 else states[number - 1])
                following[number] = number + 1 < len(stages)
        states, present = found, following
