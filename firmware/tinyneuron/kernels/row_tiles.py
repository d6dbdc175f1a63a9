"""Operands of a matmul, from device memory to tiles whose partitions are rows of the array."""

from __future__ import annotations

from collections.abc import Iterator

from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron_hw.formats import FORMATS
from tinyneuron_hw.isa.matmul import MATMUL_DTYPES, MatmulKind

__all__ = ["PAIR", "is_integer", "row_tiles", "rows_per_tile"]

TRANSFER_BYTES = 512
"""Bytes per partition from which a transfer is large enough to hide its start."""

SMALL_BYTES = 64
"""Bytes per partition below which a transfer is all start."""

PAIR = 2
"""Rows of integers that share a partition."""


def is_integer(dtype: object) -> bool:
    """Whether the Tensor engine takes this type in pairs of rows."""
    return dtype in MATMUL_DTYPES[MatmulKind.INTEGER]


def rows_per_tile(dtype: object) -> int:
    """Rows of a matrix that one tile holds."""
    return nl.tile_size.pmax * (PAIR if is_integer(dtype) else 1)


def row_tiles(source: nl.Tensor, column: int, width: int) -> Iterator[nl.Tensor]:
    """Loads columns ``column`` ... of ``source[K, X]``, one operand of ``nc_matmul`` for each
    ``rows_per_tile`` rows, as it is asked for. Several tiles share a transfer of about
    TRANSFER_BYTES per partition; the first comes alone and the next in growing groups, so that
    work starts early and does not run dry."""
    pair = PAIR if is_integer(source.dtype) else 1
    per_tile = pair * width * FORMATS[source.dtype].bytes
    limit = min(TRANSFER_BYTES, nl.tile_size.total_available_sbuf_size // 16)
    group, least = max(1, limit // per_tile), max(1, SMALL_BYTES // per_tile)
    load = _pairs if is_integer(source.dtype) else _rows
    full, start = source.shape[0] // rows_per_tile(source.dtype), 0
    while start < full:
        count = min(group, max(least, start) if start else 1, full - start)
        yield from load(source, start, count, column, width)
        start += count
    rest = source.shape[0] % rows_per_tile(source.dtype)
    if not rest:
        return
    tail = source[source.shape[0] - rest :, column : column + width]
    if is_integer(source.dtype):
        yield _ragged_pairs(tail)
        return
    tile = nl.ndarray((rest, width), source.dtype, name=f"{source.base.name}_tile")
    nisa.dma_copy(tile, tail)
    yield tile


def _rows(
    source: nl.Tensor, start: int, count: int, column: int, width: int
) -> Iterator[nl.Tensor]:
    """Row ``t * P + p`` is on partition p of tile t, ``[P, width]``."""
    pitch, lanes = source.shape[1], nl.tile_size.pmax
    tile = nl.ndarray((lanes, count, width), source.dtype, name=f"{source.base.name}_tile")
    pattern = [[pitch, lanes], [lanes * pitch, count], [1, width]]
    nisa.dma_copy(tile, source.ap(pattern, start * lanes * pitch + column))
    for at in range(count):
        yield tile[:, at]


def _pairs(
    source: nl.Tensor, start: int, count: int, column: int, width: int
) -> Iterator[nl.Tensor]:
    """Rows ``2 * (t * P + p)`` and the next are on partition p of tile t, ``[P, width, 2]``: loaded
    one after the other, which is quick, and put together by the Vector engine."""
    pitch, lanes = source.shape[1], nl.tile_size.pmax
    name = f"{source.base.name}_rows"
    tile = nl.ndarray((lanes, count, PAIR, width), source.dtype, name=name)
    pattern = [[PAIR * pitch, lanes], [PAIR * lanes * pitch, count], [pitch, PAIR], [1, width]]
    nisa.dma_copy(tile, source.ap(pattern, start * PAIR * lanes * pitch + column))
    for at in range(count):
        yield _interleaved(tile[:, at])


def _ragged_pairs(tail: nl.Tensor) -> nl.Tensor:
    """The last rows; a row without a partner gets one of zeros."""
    rest, width = tail.shape
    whole, odd = divmod(rest, PAIR)
    tile = nl.ndarray((whole + odd, PAIR, width), tail.dtype, name=f"{tail.base.name}_rows")
    if odd:
        nisa.memset(tile, 0)
        nisa.dma_copy(tile[whole, 0], tail[rest - 1 :])
    if whole:
        pitch = tail.base.shape[1]
        pattern = [[PAIR * pitch, whole], [pitch, PAIR], [1, width]]
        nisa.dma_copy(tile[:whole], tail.ap(pattern, tail.offset))
    return _interleaved(tile)


def _interleaved(rows: nl.Tensor) -> nl.Tensor:
    """``[P, width, 2]`` of ``[P, 2, width]``."""
    lanes, _, width = rows.shape
    tile = nl.ndarray((lanes, width, PAIR), rows.dtype, name=f"{rows.base.name}_pairs")
    nisa.tensor_copy(tile.ap([[PAIR * width, lanes], [1, PAIR], [PAIR, width]]), rows)
    return tile
