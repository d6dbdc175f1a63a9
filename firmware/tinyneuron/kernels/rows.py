"""Kernels that work on one row at a time: rows on partitions, columns along the free axis.

Rows come in tiles of all partitions; the lowering overlaps the loads, the engines' work and the
stores of different tiles.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron_hw.formats import FORMATS

__all__ = ["RowTile", "exponentials", "matrix", "pipelined", "replicated", "row_tiles_of",
           "spread_to_psum", "statistic"]  # fmt: skip


_SHORTEST = 256
"""Bytes of a row that are worth a transfer of their own."""


@dataclass(frozen=True)
class RowTile:
    """Rows ``first`` ... of the operand, loaded: ``data`` is ``[P, columns]``.

    ``arriving``: columns that are loaded together; ``leaving``: columns of the result that best
    are stored together.
    """

    first: int
    data: nl.Tensor
    arriving: tuple[slice, ...]
    leaving: tuple[slice, ...]

    @property
    def rows(self) -> int:
        return self.data.shape[0]

    def store(self, out: nl.Tensor, tile: nl.Tensor, columns: Any = slice(None)) -> None:
        """Puts ``tile`` ``[P, ...]`` to these rows of ``out``, or to some columns of them."""
        nisa.dma_copy(out[nl.ds(self.first, self.rows), columns], tile)


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


def row_tiles_of(x: nl.Tensor, load_others: Callable[[], None] | None = None
                 ) -> Iterator[RowTile]:  # fmt: skip
    """Tiles of the matrix ``x[rows, columns]``, each by two transfers, so that two queues bring one
    tile, not two tiles at once. All wait for the first one and for the last one's result: those
    come and go in parts. ``load_others`` loads what else is needed, once a first part is under
    way."""
    rows, columns = x.shape
    for first in range(0, rows, nl.tile_size.pmax):
        count = min(nl.tile_size.pmax, rows - first)
        tile = nl.ndarray((count, columns), x.dtype, name="rows")
        pieces = _split(x, 2 if first else 4)
        for piece in pieces:
            nisa.dma_copy(tile[:, piece], x[nl.ds(first, count), piece])
            if load_others and not first and piece is pieces[(len(pieces) - 1) // 2]:
                load_others()
        arriving = _split(x, 1 if first else 2)
        leaving = _split(x, 1 if first + count < rows else 4)
        yield RowTile(first, tile, arriving, leaving)


def _split(x: nl.Tensor, parts: int) -> tuple[slice, ...]:
    """At most so many parts of the columns, of about the same size, none too short for a burst."""
    columns = x.shape[1]
    parts = max(1, min(parts, columns * FORMATS[x.dtype].bytes // _SHORTEST))
    edges = [columns * k // parts for k in range(parts + 1)]
    return tuple(itertools.starmap(slice, itertools.pairwise(edges)))


def replicated(vector: nl.Tensor, rows: int | None = None) -> nl.Tensor:
    """``[P, n]`` with the ``n`` elements of ``vector`` in every one of ``rows`` partitions
    (default: all), by one transfer that reads them as often."""
    rows = rows or nl.tile_size.pmax
    tile = nl.ndarray((rows, vector.shape[0]), vector.dtype, name="replicated")
    nisa.dma_copy(tile, vector.ap([[0, rows], [1, vector.shape[0]]]))
    return tile


def spread_to_psum(vector: nl.Tensor, ones: nl.Tensor) -> nl.Tensor:
    """``[P, n]`` in PSUM with the ``n`` floats of ``vector`` in every partition, as FP32: the
    Tensor engine multiplies them by ``ones`` ``[1, P]``, of the same type."""
    lanes, count = ones.shape[1], vector.shape[0]
    row = nl.ndarray((1, count), vector.dtype, name="row")
    nisa.dma_copy(row, vector.reshape((1, count)))
    spread = nl.ndarray((lanes, count), nl.float32, buffer=nl.psum, name="spread")
    for first in range(0, count, nl.tile_size.psum_fmax):
        part = nl.ds(first, min(nl.tile_size.psum_fmax, count - first))
        nisa.nc_matmul(spread[:, part], ones, row[:, part])
    return spread


def statistic(rows: Any) -> nl.Tensor:
    """One FP32 number for each of ``rows`` rows, a number or a register."""
    return nl.ndarray((rows, 1), nl.float32, name="statistic")


def exponentials(powers: nl.Tensor, data: nl.Tensor) -> nl.Tensor:
    """``powers = exp(data - max(data))`` for each row, both ``[P, n]``; returns their sums
    ``[P, 1]``."""
    highest, total = statistic(data.shape[0]), statistic(data.shape[0])
    nisa.tensor_reduce(highest, nl.maximum, data, axis=1, negate=True, keepdims=True)
    nisa.activation(powers, nl.exp, data, bias=highest, reduce_op=nl.add, reduce_res=total,
                    reduce_cmd=nisa.reduce_cmd.reset_reduce)  # fmt: skip
    return total


def pipelined(tiles: Iterable[Any], *stages: Callable[..., Any]) -> None:
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
