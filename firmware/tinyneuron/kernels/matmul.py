"""Matrix multiplication for any sizes: ``out[M, N] = lhsT[K, M].T @ rhs[K, N]``.

Eight accumulators (one PSUM bank each, ``columns`` rows by a bank's words) are filled together,
contraction outermost: a loaded ``rhs`` tile serves eight matmuls, and while one accumulator is
drained the other seven keep the Tensor engine busy.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.program.program import Program
from tinyneuron_hw.config import PSUM_BANKS, CoreConfig
from tinyneuron_hw.formats import FORMATS
from tinyneuron_hw.isa.matmul import MATMUL_DTYPES, MatmulKind

from .drain import Drain, result_dtype
from .row_tiles import PAIR, is_integer, row_tiles, rows_per_tile

__all__ = ["build", "matmul"]

_AHEAD = 4
"""Tiles of pairs that are put together before they are needed, and at the start of a block before
the results of the last one are drained: the Vector engine does both, in program order."""


@dataclass
class _Operands:
    """Where the tiles of the operands come from, block by block."""

    lhs: nl.Tensor
    rhs: nl.Tensor
    keeps: bool
    """The tiles of ``rhs`` stay in SBUF for the next blocks of rows."""
    kept: dict[int, list[nl.Tensor]] = field(default_factory=dict)

    def block(
        self, m0: int, height: int, n0: int, width: int
    ) -> Iterator[tuple[nl.Tensor, nl.Tensor]]:
        """Moving and stationary tiles of a block, contraction by contraction; of integers some are
        made ahead."""
        if n0 not in self.kept:
            self.kept.clear()
            made = row_tiles(self.rhs, n0, width)
            movings = self._remembered(made, n0) if self.keeps else made
        else:
            movings = iter(self.kept[n0])
        pairs = zip(movings, row_tiles(self.lhs, m0, height), strict=True)
        if not is_integer(self.lhs.dtype):
            return pairs
        return _ahead(pairs, _AHEAD)

    def _remembered(self, made: Iterator[nl.Tensor], n0: int) -> Iterator[nl.Tensor]:
        tiles = []
        for tile in made:
            tiles.append(tile)
            yield tile
        self.kept[n0] = tiles


def _ahead(items: Iterator[Any], count: int) -> Iterator[Any]:
    """The same items, of which ``count`` are taken before the first is asked for."""
    window = deque(itertools.islice(items, count))
    return (_refilled(window, items) for _ in iter(lambda: len(window), 0))


def _refilled(window: deque[Any], items: Iterator[Any]) -> Any:
    window.extend(itertools.islice(items, 1))
    return window.popleft()


@nki.jit
def matmul(
    lhsT: nl.Tensor,  # noqa: N803 - the name of the program's input
    rhs: nl.Tensor,
    bias: nl.Tensor | None = None,
    relu: bool = False,
    out_dtype: Any = None,
    scale: nl.Tensor | None = None,
) -> nl.Tensor:
    """``out[M, N] = relu((lhsT.T @ rhs) * scale[:, None] + bias[:, None])``; ``scale`` and ``bias``
    (FP32 ``[M]``) and ``relu`` are optional, ``out_dtype`` defaults to :func:`result_dtype`.

    Any types of one group of ``nc_matmul``; integers are summed in INT32 before they are scaled.
    """
    (k, m), (k_rhs, n) = lhsT.shape, rhs.shape
    if k != k_rhs or _group(lhsT.dtype) is not _group(rhs.dtype):
        raise nki.KernelError(f"matmul: lhsT {lhsT!r} and rhs {rhs!r} must have one K and types "
                              "that the Tensor engine multiplies")  # fmt: skip
    out = nl.ndarray((m, n), out_dtype or result_dtype(rhs.dtype), buffer=nl.shared_hbm)
    pair = PAIR if is_integer(rhs.dtype) else 1
    room = nl.tile_size.total_available_sbuf_size
    size = max(FORMATS[tensor.dtype].bytes for tensor in (lhsT, rhs)) * pair
    # A tile takes at most an eighth of SBUF, so that several are in flight on any configuration.
    most = max(1, room // 8 // size)
    columns = min(nl.tile_size.gemm_stationary_fmax, most)
    block = columns * max(1, min(PSUM_BANKS, most // columns))
    step = min(nl.tile_size.gemm_moving_fmax, most)
    # Keep the moving tiles for every block of rows when they leave room for the rest, the results
    # of all accumulators included: on their way out they must not hold up the next block.
    held = -(-k // rows_per_tile(rhs.dtype)) * min(step, n) * size
    results = PSUM_BANKS * min(step, n) * FORMATS[out.dtype].bytes
    keeps = held <= room // 2 and held + results <= room * 3 // 4 and m > block
    operands = _Operands(lhsT, rhs, keeps)
    acc_dtype = nl.int32 if is_integer(rhs.dtype) else nl.float32
    drain = Drain(relu)
    blocks = [
        (m0, min(block, m - m0), n0, min(step, n - n0))
        for n0 in range(0, n, step)
        for m0 in range(0, m, block)
    ]
    tiles = operands.block(*blocks[0])
    for (m0, height, n0, width), following in zip(blocks, [*blocks[1:], None], strict=True):
        banks = _accumulators(height, width, columns, acc_dtype)
        for moving, stationary in tiles:
            for start, bank in banks:
                nisa.nc_matmul(bank, stationary[:, nl.ds(start, bank.shape[0])], moving)
        if following is not None:
            tiles = operands.block(*following)
        for start, bank in banks:
            _store(out, m0 + start, n0, bank, bias, scale, drain)
    return out


def _group(dtype: Any) -> MatmulKind | None:
    kinds = (MatmulKind.FLOAT, MatmulKind.FP32, MatmulKind.INTEGER)
    return next((kind for kind in kinds if dtype in MATMUL_DTYPES[kind]), None)


def _accumulators(height: int, width: int, columns: int, dtype: Any) -> list[tuple[int, nl.Tensor]]:
    """(first row, PSUM tile) for each tile of ``columns`` of ``height`` rows."""
    return [
        (at, nl.ndarray((min(columns, height - at), width), dtype, buffer=nl.psum, name="acc"))
        for at in range(0, height, columns)
    ]


def _store(
    out: nl.Tensor, row: int, column: int, bank: nl.Tensor, bias: nl.Tensor | None,
    scale: nl.Tensor | None, drain: Drain,
) -> None:  # fmt: skip
    """Drains an accumulator, at most as many rows as there are lanes at a time, and stores it."""
    lanes, width = nl.tile_size.pmax, bank.shape[1]
    for at in range(0, bank.shape[0], lanes):
        rows = min(lanes, bank.shape[0] - at)
        here = nl.ds(row + at, rows)
        vectors: list[nl.Tensor | None] = []
        for name, source in (("bias", bias), ("scale", scale)):
            tile = None
            if source is not None:
                tile = nl.ndarray((rows, 1), nl.float32, name=f"{name}_tile")
                nisa.dma_copy(tile, source[here])
            vectors.append(tile)
        result = nl.ndarray((rows, width), out.dtype, name="out_tile")
        drain(result, bank[nl.ds(at, rows)], *vectors)
        nisa.dma_copy(out[here, nl.ds(column, width)], result)


def build(
    config: str | CoreConfig,
    m: int,
    k: int,
    n: int,
    dtype: Any = "bf16",
    *,
    bias: bool = False,
    scale: bool = False,
    relu: bool = False,
    out_dtype: Any = None,
    rhs_dtype: Any = None,
) -> Program:
    """A program for ``out[m, n] = relu((lhsT[k, m].T @ rhs[k, n]) * scale[m] + bias[m])``.

    Inputs ``lhsT`` (``dtype``), ``rhs`` (``rhs_dtype``, by default ``dtype``) and, if asked for,
    ``bias`` and ``scale`` (fp32); output ``out`` (``out_dtype``, by default
    :func:`result_dtype`).
    """
    specs: dict[str, Any] = {
        "lhsT": nki.TensorArg((k, m), dtype),
        "rhs": nki.TensorArg((k, n), rhs_dtype or dtype),
        "relu": relu,
        "out_dtype": out_dtype,
    }
    for name, wanted in (("bias", bias), ("scale", scale)):
        if wanted:
            specs[name] = nki.TensorArg((m,), "fp32")
    return nki.compile(matmul, config, specs)
