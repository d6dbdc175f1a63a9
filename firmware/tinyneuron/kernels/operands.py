"""The operands of a matmul: where the tiles of a block come from."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

from .row_tiles import Columns, is_integer, multiplied_together, pair_of, row_tiles
from .turned_loads import can_turn, turned_loads
from .turned_tiles import turned_tiles

__all__ = ["Operand", "check_float_matrices"]


def check_float_matrices(kernel: str, lhsT: nl.Tensor, rhs: nl.Tensor) -> None:  # noqa: N803
    """``lhsT`` and ``rhs`` must be float matrices ``[K, M]`` and ``[K, N]``.

    Raises
    ------
    KernelError
        They are not; names the kernel, the rule and both.
    """
    given = f"not {lhsT!r} and {rhs!r}"
    if lhsT.ndim != 2 or rhs.ndim != 2 or lhsT.shape[0] != rhs.shape[0]:
        raise nki.KernelError(f"{kernel}: lhsT and rhs must be [K, M] and [K, N], {given}")
    if is_integer(rhs.dtype) or not multiplied_together(lhsT.dtype, rhs.dtype):
        raise nki.KernelError(
            f"{kernel}: lhsT and rhs must be floats that are multiplied together, {given}"
        )


class Operand:
    """One side of a matmul.

    Tiles that other blocks need again stay in SBUF when there is room. Otherwise they are loaded
    again; those that the Tensor engine had to turn are put into device memory the first time and
    come from there.

    Parameters
    ----------
    source:
        ``[B, K, X]``, or ``[B, X, K]`` when ``turned``.
    keeps:
        Whether tiles stay in SBUF.
    uses:
        How often each is asked for.
    """

    def __init__(self, source: nl.Tensor, turned: bool, keeps: bool, uses: int):
        self.source, self.turned, self.keeps = source, turned, keeps
        self.pair = pair_of(source.dtype)
        self.loads_turned = turned and can_turn(source)
        self.kept: dict[Columns, list[nl.Tensor]] = {}
        self.spilled: set[Columns] = set()
        self.scratch: nl.Tensor | None = None
        """``[1, K, B * X]`` for tiles turned in the array, the elements of a pair side by side."""
        if turned and not self.loads_turned and uses > 1 and not keeps:
            batches, width, depth = source.shape
            shape = (1, -(-depth // self.pair), batches * width * self.pair)
            self.scratch = nl.ndarray(shape, source.dtype, buffer=nl.private_hbm)

    def matrices(self, first: Any, count: int) -> Operand:
        """``count`` of the matrices from ``first`` on, which may be a loop's number; tiles of these
        are not kept."""
        part = copy.copy(self)
        part.source, part.keeps = self.source[nl.ds(first, count)], False
        return part

    def tiles(self, columns: Columns, products: int) -> Iterator[nl.Tensor]:
        """``[P, products, X]`` (integers: ``[P, products, X, 2]``) for each tile of the
        contraction, as it is asked for."""
        if columns in self.kept:
            return iter(self.kept[columns])
        ending = (products, columns.total // products, *([self.pair] if self.pair > 1 else []))
        made = (tile.reshape((tile.shape[0], *ending)) for tile in self._made(columns))
        return self._remembered(made, columns) if self.keeps else made

    def _made(self, columns: Columns) -> Iterator[nl.Tensor]:
        if not self.turned:
            return row_tiles(self.source, columns, self.pair > 1)
        batches, width, depth = self.source.shape
        first = columns.batch * width + columns.first
        if columns in self.spilled:
            assert self.scratch is not None
            here = Columns(0, 1, first * self.pair, columns.total * self.pair)
            return row_tiles(self.scratch, here, False)
        # With several matrices all their columns are asked for, so they are one run of rows.
        flat = self.source.reshape((batches * width, depth))
        if self.loads_turned:
            return turned_loads(flat, first, columns.total)
        turned = turned_tiles(flat, first, columns.total)
        return turned if self.scratch is None else self._spilled(turned, columns, first)

    def _remembered(self, made: Iterator[nl.Tensor], columns: Columns) -> Iterator[nl.Tensor]:
        tiles = []
        for tile in made:
            tiles.append(tile)
            yield tile
        self.kept[columns] = tiles

    def _spilled(
        self, made: Iterator[nl.Tensor], columns: Columns, first: int
    ) -> Iterator[nl.Tensor]:
        assert self.scratch is not None
        here, row = nl.ds(first * self.pair, columns.total * self.pair), 0
        for tile in made:
            rows = tile.shape[0]
            nisa.dma_copy(self.scratch[0, nl.ds(row, rows), here], tile)
            row += rows
            yield tile
        self.spilled.add(columns)
