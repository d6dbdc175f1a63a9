"""Operands of attention, from device memory to tiles that the array takes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

from .attention_plan import KeyBlock, QueryTile

__all__ = ["Heads", "KeyValues", "load_queries"]


@dataclass(frozen=True)
class Heads:
    """An operand: ``tensor`` is ``[heads, D, S]``, or ``[heads, S, D]`` when ``turned``."""

    tensor: nl.Tensor
    turned: bool
    leading: tuple[int, ...]
    """The axes that were in front."""

    @classmethod
    def of(cls, name: str, rows: nl.Tensor | None, columns: nl.Tensor | None) -> Heads:
        """What the caller gave as ``[..., S, D]`` or as ``[..., D, S]``.

        Raises
        ------
        KernelError
            There is none or are two, or there are less than three axes.
        """
        given = [item for item in (rows, columns) if item is not None]
        if len(given) != 1:
            raise nki.KernelError(f"attention: takes one of {name} and {name}T, not {len(given)}")
        if given[0].ndim < 3:
            raise nki.KernelError(f"attention: {name} must have at least 3 axes, the first of them "
                                  f"heads: {given[0]!r}")  # fmt: skip
        *leading, first, second = given[0].shape
        count = 1
        for extent in leading:
            count *= extent
        flat = given[0].reshape((count, first, second))
        return cls(flat, rows is not None, tuple(leading))

    @property
    def count(self) -> int:
        return self.tensor.shape[0]

    @property
    def positions(self) -> int:
        return self.tensor.shape[1 if self.turned else 2]

    @property
    def size(self) -> int:
        """D."""
        return self.tensor.shape[2 if self.turned else 1]

    def columns(self, head: int, first: int, count: int) -> list[nl.Tensor]:
        """Positions ``first`` ... of a head, ``[P, count]`` for each tile of D."""
        lanes, name = nl.tile_size.pmax, f"{self.tensor.base.name}_tile"
        full, rest = divmod(self.size, lanes)
        here = nl.ds(first, count)
        tiles = []
        if full:
            tile = nl.ndarray((lanes, full, count), self.tensor.dtype, name=name)
            if self.turned:
                for at in range(full):
                    source = self.tensor[head, here, nl.ds(at * lanes, lanes)]
                    nisa.dma_transpose(tile[:, at], source)
            else:
                pitch, step = self.tensor.strides[1:]
                pattern = [[pitch, lanes], [lanes * pitch, full], [step, count]]
                offset = head * self.tensor.strides[0] + first * step
                nisa.dma_copy(tile, self.tensor.ap(pattern, offset))
            tiles += [tile[:, at] for at in range(full)]
        if rest:
            tiles.append(nl.ndarray((rest, count), self.tensor.dtype, name=name))
            depth = nl.ds(full * lanes, rest)
            if self.turned:
                nisa.dma_transpose(tiles[-1], self.tensor[head, here, depth])
            else:
                nisa.dma_copy(tiles[-1], self.tensor[head, depth, here])
        return tiles

    def rows(self, head: int, first: int, count: int, height: int) -> nl.Tensor:
        """Positions ``first`` ... of a head, ``[height, tiles, D]``: position ``first + t * height
        + p`` is in partition p of tile t."""
        full, rest = divmod(count, height)
        shape = (min(height, count), full + bool(rest), self.size)
        tile = nl.ndarray(shape, self.tensor.dtype, name=f"{self.tensor.base.name}_tile")
        if full:
            pitch, step = self.tensor.strides[1:]
            pattern = [[pitch, height], [height * pitch, full], [step, self.size]]
            offset = head * self.tensor.strides[0] + first * pitch
            nisa.dma_copy(tile[:, :full], self.tensor.ap(pattern, offset))
        if rest:
            here = nl.ds(first + full * height, rest)
            nisa.dma_copy(tile[:rest, full], self.tensor[head, here])
        return tile


class KeyValues:
    """A block of keys, and its values, which are loaded when they are first asked for.

    Parameters
    ----------
    head:
        Of keys and values.
    height:
        Positions of a tile of values.
    """

    def __init__(self, keys: Heads, values: Heads, head: int, block: KeyBlock, height: int):
        self.block, self.height, self.dtype = block, height, values.tensor.dtype
        self.keys = keys.columns(head, block.first, block.size)
        """``[P, size]`` for each tile of D."""
        self._source, self._head = values, head
        self._values: nl.Tensor | None = None

    @property
    def values(self) -> nl.Tensor:
        """``[height, tiles, E]``."""
        if self._values is None:
            block = self.block
            self._values = self._source.rows(self._head, block.first, block.size, self.height)
        return self._values


def load_queries(source: Heads, tiles: Sequence[QueryTile]) -> Iterator[list[nl.Tensor]]:
    """``[P, rows]`` for each tile of D, for one tile of queries after the other, as it is asked
    for. Those of a head are loaded together, but for the first, so that work starts early."""
    for head, group in itertools.groupby(tiles, lambda tile: tile.head):
        same = list(group)
        for part in (same[:1], same[1:]):
            if not part:
                continue
            first = part[0].first
            count = part[-1].first + part[-1].rows - first
            loaded = source.columns(head, first, count)
            for tile in part:
                here = nl.ds(tile.first - first, tile.rows)
                yield [depth[:, here] for depth in loaded]
