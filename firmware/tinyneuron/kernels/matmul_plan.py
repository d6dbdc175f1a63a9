"""How a matmul is cut into blocks: sizes only, no instructions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tinyneuron_hw.config import PSUM_BANKS, CoreConfig
from tinyneuron_hw.formats import FORMATS, DType

from .row_tiles import Columns, pair_of

__all__ = ["Block", "MatmulPlan", "MatmulShape", "make_plan"]

TURNING_BANKS = 2
"""PSUM banks that are left to transposes, so that one is filled while the other is emptied."""

AHEAD = 4
"""Tiles that are put together or transposed before they are needed, at most: the Vector engine does
it between the drains, in program order."""


@dataclass(frozen=True)
class MatmulShape:
    """``batches`` products of ``m x k`` and ``k x n``; an operand that is not batched is the same
    in all of them."""

    batches: int
    m: int
    k: int
    n: int
    lhs_batched: bool
    rhs_batched: bool

    @property
    def both_batched(self) -> bool:
        return self.lhs_batched and self.rhs_batched


@dataclass(frozen=True)
class Block:
    """Results that are summed together: of ``batches`` products from ``batch`` on, rows ``row`` ...
    and columns ``column`` ... of each; several products only with all rows or all columns that
    their own operand has."""

    batch: int
    batches: int
    row: int
    height: int
    column: int
    width: int


@dataclass(frozen=True)
class MatmulPlan:
    """The cut of one matmul on one configuration."""

    shape: MatmulShape
    batches: int
    """Products in a block."""
    columns: int
    """Rows of an accumulator."""
    height: int
    """Rows of a block."""
    step: int
    """Columns of a block."""
    keeps_lhs: bool
    keeps_rhs: bool
    """Whether an operand's tiles stay in SBUF for other blocks that need them."""
    lhs_uses: int
    rhs_uses: int
    """Blocks that need the same tile."""
    ahead: int
    """Contraction steps whose tiles are made before they are needed, where that takes an engine."""

    def blocks(self) -> Iterator[Block]:
        """All results, ordered so that blocks that share tiles of ``rhs`` follow each other."""
        shape = self.shape
        groups = [
            (at, min(self.batches, shape.batches - at))
            for at in range(0, shape.batches, self.batches)
        ]
        outer, inner = (groups, [(0, 0)]) if shape.rhs_batched else ([(0, 0)], groups)
        for of_rhs in outer:
            for column in range(0, shape.n, self.step):
                for of_lhs in inner:
                    for row in range(0, shape.m, self.height):
                        yield Block(
                            *(of_rhs if shape.rhs_batched else of_lhs),
                            row,
                            min(self.height, shape.m - row),
                            column,
                            min(self.step, shape.n - column),
                        )

    def lhs_columns(self, block: Block) -> Columns:
        """What a block takes of ``lhs``."""
        return _columns(block, self.shape.lhs_batched, block.row, block.height)

    def rhs_columns(self, block: Block) -> Columns:
        """What a block takes of ``rhs``."""
        return _columns(block, self.shape.rhs_batched, block.column, block.width)

    def products(self, block: Block) -> int:
        """Products of a block that have both operands for themselves; otherwise what is not shared
        lies side by side, as one wide matrix."""
        return block.batches if self.shape.both_batched else 1


def _columns(block: Block, batched: bool, first: int, width: int) -> Columns:
    return (
        Columns(block.batch, block.batches, first, width)
        if batched
        else Columns(0, 1, first, width)
    )


def make_plan(
    config: CoreConfig, shape: MatmulShape, dtypes: tuple[DType, DType, DType], turns: bool,
    made: bool,
) -> MatmulPlan:  # fmt: skip
    """The cut for operands and result of these types (lhs, rhs, out); ``turns``: an operand passes
    through PSUM to be transposed; ``made``: an engine makes the tiles of one."""
    room = config.sbuf_partition_bytes
    size = max(FORMATS[dtype].bytes for dtype in dtypes[:2]) * pair_of(dtypes[1])
    # A tile takes at most an eighth of SBUF, so that several are in flight on any configuration.
    most = max(1, room // 8 // size)
    columns = min(config.columns, most)
    banks = PSUM_BANKS - (TURNING_BANKS if turns else 0)
    height = columns * max(1, min(banks, most // columns))
    step = min(config.psum_bank_words, most)
    batches = _batches(shape, height, step, most)
    groups = -(-shape.batches // batches)
    lhs_uses = -(-shape.n // step) * (1 if shape.lhs_batched else groups)
    rhs_uses = -(-shape.m // height) * (1 if shape.rhs_batched else groups)
    depth = -(-shape.k // (config.partitions * pair_of(dtypes[1])))
    width = min(step, shape.n) * (batches if shape.rhs_batched else 1)
    # Tiles are kept when they leave room for the rest, the results of all accumulators included:
    # on their way out they must not hold up the next block.
    free = room * 3 // 4 - PSUM_BANKS * width * FORMATS[dtypes[2]].bytes
    rhs_bytes = depth * width * size
    keeps_rhs = rhs_uses > 1 and rhs_bytes <= min(free, room // 2)
    lhs_bytes = depth * shape.m * (shape.batches if shape.lhs_batched else 1) * size
    keeps_lhs = lhs_uses > 1 and lhs_bytes <= min(free - keeps_rhs * rhs_bytes, room // 8)
    ahead = 0
    if made:
        ahead = max(1, min(AHEAD, room // 8 // (width * size)))
    return MatmulPlan(
        shape, batches, columns, height, step, keeps_lhs, keeps_rhs, lhs_uses, rhs_uses, ahead
    )


def _batches(shape: MatmulShape, height: int, step: int, most: int) -> int:
    """Products in a block: as many as fill the accumulators."""
    if not shape.rhs_batched:
        count = height // shape.m
    elif not shape.lhs_batched:
        count = step // shape.n
    else:
        count = min(step // shape.n, most // shape.m) if shape.m <= height else 1
    return max(1, min(shape.batches, count))
