"""Operands of a matmul, from device memory to tiles whose partitions are rows of the array."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron_hw.formats import FORMATS
from tinyneuron_hw.isa.matmul import MATMUL_DTYPES, MatmulKind

__all__ = [
    "PAIR",
    "Columns",
    "interleaved",
    "is_integer",
    "multiplied_together",
    "pair_of",
    "row_tiles",
    "rows_per_tile",
    "transfers",
]

TRANSFER_BYTES = 512
"""Bytes per partition from which a transfer is large enough to hide its start."""

SMALL_BYTES = 64
"""Bytes per partition below which a transfer is all start."""

PAIR = 2
"""Rows of integers that share a partition."""


@dataclass(frozen=True)
class Columns:
    """Columns ``first`` ... of each of ``batches`` matrices from ``batch`` on."""

    batch: int
    batches: int
    first: int
    width: int

    @property
    def total(self) -> int:
        return self.batches * self.width


def is_integer(dtype: object) -> bool:
    """Whether the Tensor engine takes this type in pairs of rows."""
    return dtype in MATMUL_DTYPES[MatmulKind.INTEGER]


def multiplied_together(*dtypes: object) -> bool:
    """Whether the Tensor engine takes these types as operands of one product."""
    kinds = (MatmulKind.FLOAT, MatmulKind.FP32, MatmulKind.INTEGER)
    return any(set(dtypes) <= set(MATMUL_DTYPES[kind]) for kind in kinds)


def pair_of(dtype: object) -> int:
    """Rows of a matrix on one partition."""
    return PAIR if is_integer(dtype) else 1


def rows_per_tile(dtype: object) -> int:
    """Rows of a matrix that one tile holds."""
    return nl.tile_size.pmax * pair_of(dtype)


def transfers(tiles: int, tile_bytes: int) -> Iterator[tuple[int, int]]:
    """First tile and number of tiles of each transfer of about TRANSFER_BYTES per partition
    (``tile_bytes`` for a tile); the first tile comes alone and the next in growing groups, so that
    work starts early and does not run dry."""
    limit = min(TRANSFER_BYTES, nl.tile_size.total_available_sbuf_size // 16)
    group, least = max(1, limit // tile_bytes), max(1, SMALL_BYTES // tile_bytes)
    start = 0
    while start < tiles:
        count = min(group, max(least, start) if start else 1, tiles - start)
        yield start, count
        start += count


def row_tiles(source: nl.Tensor, columns: Columns, paired: bool) -> Iterator[nl.Tensor]:
    """Loads ``columns`` of ``source[B, K, X]``, one operand ``[P, B, X]`` of ``nc_matmul`` for each
    tile of rows, as it is asked for; ``paired``: rows are put together to pairs, ``[P, B, X, 2]``.

    Several tiles share a transfer: see :func:`transfers`.
    """
    depth = source.shape[1]
    per_tile = nl.tile_size.pmax * (PAIR if paired else 1)
    tile_bytes = (PAIR if paired else 1) * columns.total * FORMATS[source.dtype].bytes
    load = _pairs if paired else _rows
    for start, count in transfers(depth // per_tile, tile_bytes):
        yield from load(source, start, count, columns)
    rest = depth % per_tile
    if rest:
        yield _ragged_pairs(source, rest, columns) if paired else _ragged(source, rest, columns)


def _pattern(source: nl.Tensor, columns: Columns, row: int) -> tuple[list[list[int]], int, int]:
    """Batches and columns as dimensions of an access pattern, the pitch of rows, and the offset of
    the first column in ``row``."""
    apart, pitch, step = source.strides
    inner = [[apart, columns.batches], [step, columns.width]]
    start = columns.batch * apart + row * pitch + columns.first * step
    return inner, pitch, start


def _rows(source: nl.Tensor, start: int, count: int, columns: Columns) -> Iterator[nl.Tensor]:
    """Row ``t * P + p`` is on partition p of tile t, ``[P, B, X]``."""
    lanes = nl.tile_size.pmax
    shape = (lanes, count, columns.batches, columns.width)
    tile = nl.ndarray(shape, source.dtype, name=f"{source.base.name}_tile")
    inner, pitch, offset = _pattern(source, columns, start * lanes)
    nisa.dma_copy(tile, source.ap([[pitch, lanes], [lanes * pitch, count], *inner], offset))
    for at in range(count):
        yield tile[:, at]


def _ragged(source: nl.Tensor, rest: int, columns: Columns) -> nl.Tensor:
    """The last rows."""
    inner, pitch, offset = _pattern(source, columns, source.shape[1] - rest)
    shape = (rest, columns.batches, columns.width)
    tile = nl.ndarray(shape, source.dtype, name=f"{source.base.name}_tile")
    nisa.dma_copy(tile, source.ap([[pitch, rest], *inner], offset))
    return tile


def _pairs(source: nl.Tensor, start: int, count: int, columns: Columns) -> Iterator[nl.Tensor]:
    """Rows ``2 * (t * P + p)`` and the next are on partition p of tile t, ``[P, B, X, 2]``: loaded
    one after the other, which is quick, and put together by the Vector engine."""
    lanes = nl.tile_size.pmax
    shape = (lanes, count, columns.batches, PAIR, columns.width)
    tile = nl.ndarray(shape, source.dtype, name=f"{source.base.name}_rows")
    (batches, row), pitch, offset = _pattern(source, columns, start * PAIR * lanes)
    pattern = [[PAIR * pitch, lanes], [PAIR * lanes * pitch, count], batches, [pitch, PAIR], row]
    nisa.dma_copy(tile, source.ap(pattern, offset))
    for at in range(count):
        yield interleaved(tile[:, at])


def _ragged_pairs(source: nl.Tensor, rest: int, columns: Columns) -> nl.Tensor:
    """The last rows; a row without a partner gets one of zeros."""
    whole, odd = divmod(rest, PAIR)
    shape = (whole + odd, columns.batches, PAIR, columns.width)
    tile = nl.ndarray(shape, source.dtype, name=f"{source.base.name}_rows")
    depth = source.shape[1]
    if odd:
        nisa.memset(tile, 0)
        inner, pitch, offset = _pattern(source, columns, depth - 1)
        nisa.dma_copy(tile[whole, :, 0], source.ap([[pitch, 1], *inner], offset))
    if whole:
        (batches, row), pitch, offset = _pattern(source, columns, depth - rest)
        pattern = [[PAIR * pitch, whole], batches, [pitch, PAIR], row]
        nisa.dma_copy(tile[:whole], source.ap(pattern, offset))
    return interleaved(tile)


def interleaved(rows: nl.Tensor) -> nl.Tensor:
    """``[P, B, X, 2]`` of ``[P, B, 2, X]``."""
    lanes, batches, _, width = rows.shape
    pairs = PAIR * width
    shape = (lanes, batches, width, PAIR)
    tile = nl.ndarray(shape, rows.dtype, name=f"{rows.base.name}_pairs")
    pattern = [[batches * pairs, lanes], [pairs, batches], [1, PAIR], [PAIR, width]]
    nisa.tensor_copy(tile.ap(pattern), rows)
    return tile
