"""Matrix multiplication for any sizes: ``out[M, N] = lhsT[K, M].T @ rhs[K, N]``.

Eight accumulators (one PSUM bank each, ``columns`` rows by a bank's words) are filled together,
contraction outermost: a loaded ``rhs`` tile serves eight matmuls, and while one accumulator is
drained the other seven keep the Tensor engine busy.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.program.program import Program
from tinyneuron_hw.config import PSUM_BANKS, CoreConfig
from tinyneuron_hw.formats import FORMATS

from .drain import Drain

__all__ = ["build", "matmul"]

TRANSFER_BYTES = 512
"""Bytes per partition from which a transfer is large enough to hide its start."""
SMALL_BYTES = 64
"""Bytes per partition below which a transfer is all start."""


def _row_tiles(source: nl.Tensor, column: int, width: int) -> Iterator[nl.Tensor]:
    """Loads columns ``column`` ... of ``source[K, X]``, one view ``[rows, width]`` per K tile as it
    is asked for: row ``t * P + p`` is on partition p of tile t. Several tiles share a transfer of
    about TRANSFER_BYTES per partition; the first comes alone and the next in growing groups, so
    that work starts early and does not run dry."""
    rows, pitch = source.shape
    lanes = nl.tile_size.pmax
    per_tile = width * FORMATS[source.dtype].bytes
    limit = min(TRANSFER_BYTES, nl.tile_size.total_available_sbuf_size // 16)
    group, least = max(1, limit // per_tile), max(1, SMALL_BYTES // per_tile)
    full, start = rows // lanes, 0
    while start < full:
        count = min(group, max(least, start) if start else 1, full - start)
        tile = nl.ndarray((lanes, count, width), source.dtype, name=f"{source.base.name}_tile")
        pattern = [[pitch, lanes], [lanes * pitch, count], [1, width]]
        nisa.dma_copy(tile, source.ap(pattern, start * lanes * pitch + column))
        for at in range(count):
            yield tile[:, at]
        start += count
    if rows % lanes:
        tile = nl.ndarray((rows % lanes, width), source.dtype, name=f"{source.base.name}_tile")
        nisa.dma_copy(tile, source[full * lanes :, column : column + width])
        yield tile


@nki.jit
def matmul(
    lhsT: nl.Tensor,  # noqa: N803 - the name of the program's input
    rhs: nl.Tensor,
    bias: nl.Tensor | None = None,
    relu: bool = False,
    out_dtype: Any = None,
) -> nl.Tensor:
    """``out[M, N] = relu(lhsT.T @ rhs + bias[:, None])``; ``bias`` (FP32 ``[M]``) and ``relu`` are
    optional, ``out_dtype`` defaults to the operands' type."""
    (k, m), (k_rhs, n) = lhsT.shape, rhs.shape
    if k != k_rhs or lhsT.dtype is not rhs.dtype:
        raise nki.KernelError(f"matmul: lhsT {lhsT!r} and rhs {rhs!r} must have one K and dtype")
    out = nl.ndarray((m, n), out_dtype or rhs.dtype, buffer=nl.shared_hbm)
    size, lanes = FORMATS[rhs.dtype].bytes, nl.tile_size.pmax
    room = nl.tile_size.total_available_sbuf_size
    # A tile takes at most an eighth of SBUF, so that several are in flight on any configuration.
    most = max(1, room // 8 // size)
    columns = min(nl.tile_size.gemm_stationary_fmax, most)
    block = columns * max(1, min(PSUM_BANKS, most // columns))
    step = min(nl.tile_size.gemm_moving_fmax, most)
    drain = Drain(relu)
    for n0 in nl.affine_range(0, n, step):
        width = min(step, n - n0)
        # Keep the moving tiles for every block of rows when they leave room for the rest.
        keeps = -(-k // lanes) * width * size <= room // 2 and m > block
        kept: list[nl.Tensor] = []
        for m0 in nl.affine_range(0, m, block):
            height = min(block, m - m0)
            movings = iter(kept) if kept else _row_tiles(rhs, n0, width)
            banks = _accumulators(height, width, columns)
            stationaries = _row_tiles(lhsT, m0, height)
            for moving in movings:
                if keeps and len(kept) * lanes < k:
                    kept.append(moving)
                stationary = next(stationaries)
                for start, bank in banks:
                    nisa.nc_matmul(bank, stationary[:, nl.ds(start, bank.shape[0])], moving)
            for start, bank in banks:
                _store(out, m0 + start, n0, bank, bias, drain)
    return out


def _accumulators(height: int, width: int, columns: int) -> list[tuple[int, nl.Tensor]]:
    """(first row, PSUM tile) for each tile of ``columns`` of ``height`` rows."""
    return [
        (at, nl.ndarray((min(columns, height - at), width), nl.float32, buffer=nl.psum, name="acc"))
        for at in range(0, height, columns)
    ]


def _store(
    out: nl.Tensor, row: int, column: int, bank: nl.Tensor, bias: nl.Tensor | None, drain: Drain
) -> None:
    """Drains an accumulator, at most as many rows as there are lanes at a time, and stores it."""
    lanes, width = nl.tile_size.pmax, bank.shape[1]
    for at in range(0, bank.shape[0], lanes):
        rows = min(lanes, bank.shape[0] - at)
        here = nl.ds(row + at, rows)
        offset = None
        if bias is not None:
            offset = nl.ndarray((rows, 1), nl.float32, name="bias_tile")
            nisa.dma_copy(offset, bias[here])
        result = nl.ndarray((rows, width), out.dtype, name="out_tile")
        drain(result, bank[nl.ds(at, rows)], offset)
        nisa.dma_copy(out[here, nl.ds(column, width)], result)


def build(
    config: str | CoreConfig,
    m: int,
    k: int,
    n: int,
    dtype: Any = "bf16",
    *,
    bias: bool = False,
    relu: bool = False,
    out_dtype: Any = None,
) -> Program:
    """A program for ``out[m, n] = relu(lhsT[k, m].T @ rhs[k, n] + bias[m])``.

    Inputs ``lhsT``, ``rhs`` (``dtype``: bf16 or fp16) and, if asked for, ``bias`` (fp32); output
    ``out`` (``out_dtype``, by default ``dtype``).
    """
    specs: dict[str, Any] = {
        "lhsT": nki.TensorArg((k, m), dtype),
        "rhs": nki.TensorArg((k, n), dtype),
        "relu": relu,
        "out_dtype": out_dtype,
    }
    if bias:
        specs["bias"] = nki.TensorArg((m,), "fp32")
    return nki.compile(matmul, config, specs)
