"""Operands of a matmul whose contraction runs along rows of device memory: the same tiles as
``row_tiles``, turned on the way by the Tensor engine.

A transfer of single elements from row to row takes a beat of the memory port for each. Loading
rows as they lie and transposing them in the array takes a sixteenth of that on 16 columns.
"""

from __future__ import annotations

from collections.abc import Iterator

from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron_hw.formats import FORMATS

from .row_tiles import SMALL_BYTES, pair_of, rows_per_tile

__all__ = ["turned_tiles"]


def turned_tiles(source: nl.Tensor, first: int, width: int) -> Iterator[nl.Tensor]:
    """Rows ``first`` ... of ``source[X, K]`` as columns: an operand ``[P, X]`` of ``nc_matmul``
    (integers: ``[P, X, 2]``) for each tile of the contraction, as it is asked for."""
    lanes, depth, per_tile = nl.tile_size.pmax, source.shape[1], rows_per_tile(source.dtype)
    tile_bytes = -(-width // lanes) * per_tile * FORMATS[source.dtype].bytes
    most = max(1, nl.tile_size.total_available_sbuf_size // 8 // tile_bytes)
    least = max(1, SMALL_BYTES // (per_tile * FORMATS[source.dtype].bytes))
    start = 0
    while start < depth:
        # The first are few, then come growing groups: work starts early and does not run dry.
        count = min(most, max(least, start // per_tile)) * per_tile
        rows = _load(source, first, width, start, min(count, depth - start))
        yield from _turned(rows, width, source.base.name)
        start += count


def _load(source: nl.Tensor, first: int, width: int, start: int, depth: int) -> nl.Tensor:
    """``tile[p, g, k]``: element ``start + k`` of row ``first + g * P + p``; integers get a zero
    where the last one has no partner."""
    lanes, pair, (pitch, step) = nl.tile_size.pmax, pair_of(source.dtype), source.strides
    whole, rest = divmod(width, lanes)
    shape = (min(lanes, width), whole + bool(rest), -(-depth // pair) * pair)
    tile = nl.ndarray(shape, source.dtype, name=f"{source.base.name}_rows")
    if shape[2] > depth:
        nisa.memset(tile[:, :, depth:], 0)
    at = first * pitch + start * step
    if whole:
        pattern = [[pitch, lanes], [lanes * pitch, whole], [step, depth]]
        nisa.dma_copy(tile[:, :whole, :depth], source.ap(pattern, at))
    if rest:
        pattern = [[pitch, rest], [step, depth]]
        nisa.dma_copy(tile[:rest, whole, :depth], source.ap(pattern, at + whole * lanes * pitch))
    return tile


def _turned(rows: nl.Tensor, width: int, name: str) -> Iterator[nl.Tensor]:
    """The tiles of some rows; as many as a PSUM bank holds leave it together."""
    lanes, pair = nl.tile_size.pmax, pair_of(rows.dtype)
    bank = nl.tile_size.psum_fmax * FORMATS[nl.float32].bytes // FORMATS[rows.dtype].bytes
    full, rest = divmod(rows.shape[2] // pair, lanes)
    most = max(1, bank // (pair * width))
    for start in range(0, full, most):
        yield from _through_psum(rows, start * lanes, lanes, min(most, full - start), width, name)
    if rest:
        yield from _through_psum(rows, full * lanes, rest, 1, width, name)


def _through_psum(
    rows: nl.Tensor, start: int, height: int, count: int, width: int, name: str
) -> Iterator[nl.Tensor]:
    """``count`` tiles of ``height`` partitions, of what begins at pair (or element) ``start``."""
    pair = pair_of(rows.dtype)
    turned = nl.ndarray((height, count, pair, width), rows.dtype, buffer=nl.psum, name="turned")
    for tile in range(count):
        low = (start + tile * height) * pair
        for half in range(pair):
            for group, at in enumerate(range(0, width, nl.tile_size.pmax)):
                here = min(nl.tile_size.pmax, width - at)
                data = rows[:here, group, low + half : low + height * pair : pair]
                nisa.nc_transpose(turned[:, tile, half, nl.ds(at, here)], data)
    result = nl.ndarray((height, count, width, pair), rows.dtype, name=f"{name}_tile")
    size = width * pair
    pattern = [[count * size, height], [size, count], [1, pair], [pair, width]]
    nisa.tensor_copy(result.ap(pattern), turned, engine=nisa.vector_engine)
    for tile in range(count):
        yield result[:, tile] if pair > 1 else result[:, tile, :, 0]
