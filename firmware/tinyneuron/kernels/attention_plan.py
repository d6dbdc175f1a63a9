"""How attention is cut into tiles and blocks: sizes only, no instructions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import FORMATS, DType

__all__ = ["AttentionPlan", "AttentionShape", "KeyBlock", "QueryTile", "make_plan"]

STATISTICS = 4
"""Numbers a tile of queries keeps in each lane while it waits for its next block of keys."""


@dataclass(frozen=True)
class AttentionShape:
    """``heads`` heads of ``queries`` positions, of which ``shared`` at a time have the same keys
    and values, of ``keys`` positions. ``depth`` is the size of a query, ``width`` of a value."""

    heads: int
    shared: int
    queries: int
    keys: int
    depth: int
    width: int
    causal: bool

    @property
    def earlier(self) -> int:
        """Keys that the first query sees before its own, when the last query sees all."""
        return self.keys - self.queries


@dataclass(frozen=True)
class QueryTile:
    """Queries ``first`` ... of a head: as many rows as the array turns at once, or what is left."""

    head: int
    first: int
    rows: int


@dataclass(frozen=True)
class KeyBlock:
    """Keys ``first`` ... whose scores fit a PSUM bank."""

    first: int
    size: int


@dataclass(frozen=True)
class AttentionPlan:
    """The cut of one attention on one configuration."""

    shape: AttentionShape
    height: int
    """Queries of a tile, and keys that are turned together."""
    step: int
    """Keys of a block."""
    together: int
    """Tiles of queries that a loaded block of keys serves before the next one comes."""
    keeps: bool
    """Whether all keys and values of a head stay in SBUF."""

    def groups(self, pair: int) -> Iterator[list[QueryTile]]:
        """Tiles of the heads that share keys and values number ``pair``, so many together."""
        shape = self.shape
        tiles = [
            QueryTile(head, first, min(self.height, shape.queries - first))
            for head in range(pair * shape.shared, (pair + 1) * shape.shared)
            for first in range(0, shape.queries, self.height)
        ]
        for at in range(0, len(tiles), self.together):
            yield tiles[at : at + self.together]

    def blocks(self) -> list[KeyBlock]:
        """All keys of a head."""
        keys = self.shape.keys
        return [KeyBlock(at, min(self.step, keys - at)) for at in range(0, keys, self.step)]

    def seen(self, tile: QueryTile, block: KeyBlock) -> int:
        """How many keys of the block, from its first on, the last query of the tile sees."""
        if not self.shape.causal:
            return block.size
        end = tile.first + tile.rows + self.shape.earlier
        return max(0, min(block.size, end - block.first))

    def hidden(self, tile: QueryTile, block: KeyBlock) -> int:
        """How many keys of the block the first query of the tile sees, if it is long enough; below
        0 when it does not see those before either."""
        if not self.shape.causal:
            return block.size
        return tile.first + 1 + self.shape.earlier - block.first


def make_plan(config: CoreConfig, shape: AttentionShape, dtype: DType) -> AttentionPlan:
    """Blocks of keys as long as a PSUM bank and an eighth of SBUF allow; all keys of two heads stay
    in half of SBUF when they fit; the queries that are under way take an eighth."""
    size, room = FORMATS[dtype].bytes, config.sbuf_partition_bytes
    height = min(config.columns, config.partitions)
    depths = -(-shape.depth // config.partitions)

    def loaded(keys: int) -> int:
        return (depths * keys + -(-keys // height) * shape.width) * size

    step = config.psum_bank_words
    while step > height and loaded(step) > room // 8:
        step -= height
    state = (depths * height * size) + 4 * (shape.width + STATISTICS * config.axi_bytes // 4)
    return AttentionPlan(
        shape=shape,
        height=height,
        step=step,
        together=max(1, room // 8 // state),
        keeps=loaded(shape.keys) <= room // 4,
    )
