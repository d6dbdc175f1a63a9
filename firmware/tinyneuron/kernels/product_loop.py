"""Many products as a hardware loop, where their operands and results keep the memory busy: its code
is fetched once for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tinyneuron.lower.pace import FP32_PASSES
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron_hw.config import PSUM_BANKS, CoreConfig
from tinyneuron_hw.formats import FORMATS, DType

from .drain import Drain
from .matmul_plan import MatmulShape
from .operands import Operand
from .row_tiles import Columns, pair_of

__all__ = ["looped_products", "products_together"]

SETS = 2
"""Groups of products that take turns in a pass: one is loaded while the other is multiplied."""
_GROUP_BYTES = 256
"""Bytes of an operand's group on a partition: with more the first result comes late, with less
transfers are short."""
_PASSES = 8
"""Passes that pay: those of straight code begin with more loads under way."""
_CONTROL = 12
"""Instructions of a group on the Tensor engine beside loads and multiplies of its weights."""


def products_together(
    config: CoreConfig, shape: MatmulShape, dtypes: tuple[DType, DType, DType]
) -> int:  # fmt: skip
    """Products of a group, or 0 where straight code is better or sizes do not go together.

    ``dtypes`` are those of lhs, rhs and out. The code must stay in the fetch buffer, and the
    transfers must take longer than the Tensor engine, which a loop would hold up.
    """
    lhs, rhs, result = (FORMATS[dtype].bytes for dtype in dtypes)
    operand, pair = max(lhs, rhs), pair_of(dtypes[1])
    lanes, words = config.partitions, config.psum_bank_words
    strips, rest = divmod(shape.m, config.columns)
    steps = -(-shape.k // (lanes * pair))
    fits = shape.both_batched and rest == 0 and config.columns <= lanes and words % shape.n == 0
    if not fits or SETS * (_CONTROL + 2 * steps) > config.fetch_buffer:
        return 0
    moved = shape.k * (shape.m + shape.n) * operand + shape.m * shape.n * result
    passes = FP32_PASSES if dtypes[1] is DType.FP32 else 1
    if moved // config.axi_bytes <= passes * strips * steps * shape.n:
        return 0
    count = max(1, _GROUP_BYTES // (shape.n * operand * pair))
    while count > 1 and shape.batches % (SETS * count):
        count //= 2
    accumulators = SETS * strips * count * shape.n
    room = steps * (shape.m + shape.n) * operand * pair + strips * shape.n * result
    fits = accumulators <= PSUM_BANKS * words
    fits &= SETS * count * room <= config.sbuf_partition_bytes * 3 // 4
    fits &= shape.batches % (SETS * count) == 0 and shape.batches >= _PASSES * SETS * count
    return count if fits else 0


def looped_products(
    out: nl.Tensor, shape: MatmulShape, together: int, operands: tuple[Operand, Operand],
    vectors: Sequence[nl.Tensor | None], drain: Drain,
) -> None:  # fmt: skip
    """Fills ``out[B, M, N]``, ``together`` products at a time; ``operands`` are rhs and lhs,
    ``vectors`` bias and scale, ``[M]``."""
    columns = [None if item is None else _strips(item, shape) for item in vectors]
    pass_of = SETS * together
    for first in nl.dynamic_range(0, shape.batches, pass_of):
        for at in range(0, pass_of, together):
            _group(out, shape, first + at, together, operands, columns, drain)


def _strips(vector: nl.Tensor, shape: MatmulShape) -> nl.Tensor:
    """``[rows of a strip, strips]``, for strips as high as the array is wide."""
    height = nl.tile_size.gemm_stationary_fmax
    tile = nl.ndarray((height, shape.m // height), nl.float32, name=f"{vector.base.name}_tile")
    nisa.dma_copy(tile, vector.ap([[1, height], [height, shape.m // height]]))
    return tile


def _group(
    out: nl.Tensor, shape: MatmulShape, first: Any, count: int, operands: tuple[Operand, Operand],
    vectors: Sequence[nl.Tensor | None], drain: Drain,
) -> None:  # fmt: skip
    rhs, lhs = (operand.matrices(first, count) for operand in operands)
    # What is loaded into the array comes first.
    steps = list(zip(lhs.tiles(Columns(0, count, 0, shape.m), count),
                     rhs.tiles(Columns(0, count, 0, shape.n), count), strict=True))  # fmt: skip
    height = nl.tile_size.gemm_stationary_fmax
    strips = shape.m // height
    kind = nl.int32 if rhs.pair > 1 else nl.float32
    bank = nl.ndarray((height, strips, count, shape.n), kind, buffer=nl.psum, name="acc")
    for strip in nl.dynamic_range(strips):
        for product in nl.dynamic_range(count) if count > 1 else (0,):
            for step, (stationary, moving) in enumerate(steps):
                rows = stationary[:, product, nl.ds(strip * height, height)]
                nisa.nc_matmul(bank[:, strip, product], rows, moving[:, product],
                               accumulate=step > 0)  # fmt: skip
    for strip in range(strips):
        result = nl.ndarray((height, count, shape.n), out.dtype, name="out_tile")
        columns = [None if item is None else item[:, nl.ds(strip, 1)] for item in vectors]
        drain(result, bank[:, strip], *columns)
        part = out[nl.ds(first, count), nl.ds(strip * height, height)]
        plane, pitch, step = part.steps
        turned = replace(part, shape=result.shape, steps=(pitch, plane, step))
        nisa.dma_copy(turned, result)
