"""A matrix product as hardware loops: a program whose size does not grow with the matrices."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.nki.trace import current
from tinyneuron.program.program import Program
from tinyneuron_hw.config import PSUM_BANKS, CoreConfig
from tinyneuron_hw.formats import FORMATS

from .drain import Drain, result_dtype
from .operands import check_float_matrices
from .row_tiles import TRANSFER_BYTES

__all__ = ["build", "looped_matmul"]

SETS = 2
"""Groups of accumulators that take turns: one is drained while the other is filled."""
STEPS = 2
"""Loads of each operand in a pass of the innermost loop, so that some run while others are
multiplied."""


@dataclass(frozen=True)
class _Run:
    """``count`` pieces of ``size`` elements, from ``first`` on."""

    first: int
    count: int
    size: int

    def starts(self) -> Iterator[Any]:
        """Where each piece begins: a loop, unless there is only one."""
        if self.count == 1:
            return iter((self.first,))
        return nl.dynamic_range(self.first, self.first + self.count * self.size, self.size)


def _runs(extent: int, size: int) -> list[_Run]:
    """An extent in pieces of a size, as many as there are; what is left is a piece of its own."""
    count, rest = divmod(extent, size)
    runs = [_Run(0, count, size), _Run(count * size, 1, rest)]
    return [run for run in runs if run.count and run.size]


@nki.jit
def looped_matmul(
    lhsT: nl.Tensor,  # noqa: N803 - the name of the program's input
    rhs: nl.Tensor, relu: bool = False, out_dtype: Any = None,
) -> nl.Tensor:  # fmt: skip
    """``out[M, N] = relu(lhsT.T @ rhs)`` for floats ``lhsT[K, M]`` and ``rhs[K, N]``, any sizes;
    ``out_dtype`` defaults to :func:`result_dtype`. The same results as :func:`matmul`, bit for bit.

    Loops over columns, rows and contraction; edges that are no whole tiles have loops of their own.

    Raises
    ------
    KernelError
        Shapes or types do not go together.
    """
    check_float_matrices("looped_matmul", lhsT, rhs)
    (_, m), n = lhsT.shape, rhs.shape[1]
    out = nl.ndarray((m, n), out_dtype or result_dtype(rhs.dtype), buffer=nl.shared_hbm)
    height = min(nl.tile_size.gemm_stationary_fmax, nl.tile_size.pmax)
    width, share = _cut(lhsT, rhs, out)
    product = _Product(lhsT, rhs, out, height, share, Drain(relu))
    parts = list(itertools.product(_runs(n, width), _runs(m, SETS * product.together * height)))
    # Loops that follow each other overlap only inside a loop: one around all, of one pass.
    is_loop = len(parts) == 1 and any(run.count > 1 for run in parts[0])
    for _ in (0,) if is_loop else nl.dynamic_range(1):
        for columns, rows in parts:
            for column in columns.starts():
                for row in rows.starts():
                    product(row, rows.size, column, columns.size)
    return out


def _cut(lhs: nl.Tensor, rhs: nl.Tensor, out: nl.Tensor) -> tuple[int, int]:
    """Columns of an accumulator, and rows of the contraction that are loaded together: what is
    under way must be in SBUF together."""
    config = current().config
    left, right, result = (FORMATS[item.dtype].bytes for item in (lhs, rhs, out))
    room = config.sbuf_partition_bytes * 3 // 4
    width = min(config.psum_bank_words, rhs.shape[1])
    tiles = max(1, min(TRANSFER_BYTES, config.sbuf_partition_bytes // 16) // (width * right))
    # With few tiles the first ones come alone, so that work starts early.
    tiles = min(tiles, -(-rhs.shape[0] // (2 * STEPS * config.partitions)))

    def needs() -> int:
        rows = PSUM_BANKS * config.columns
        loads = STEPS * tiles * (SETS * width * right + rows * left)
        return loads + PSUM_BANKS * width * result

    while tiles > 1 and needs() > room:
        tiles -= 1
    while width > 1 and needs() > room:
        width //= 2
    return width, tiles * config.partitions


@dataclass
class _Product:
    """Blocks of one product."""

    lhs: nl.Tensor
    rhs: nl.Tensor
    out: nl.Tensor
    height: int
    """Rows of an accumulator."""
    share: int
    """Rows of the contraction that are loaded together."""
    drain: Drain

    @property
    def together(self) -> int:
        """Accumulators of a set."""
        return PSUM_BANKS // SETS

    def __call__(self, row: Any, rows: int, column: Any, width: int) -> None:
        """Rows and columns of one pass, the rows in as many sets as they fill."""
        share = self.together * self.height
        for at in range(0, rows, share):
            self._set(row + at, min(share, rows - at), column, width)

    def _set(self, row: Any, rows: int, column: Any, width: int) -> None:
        """One set of accumulators."""
        banks = [
            (at, nl.ndarray((min(self.height, rows - at), width), nl.float32, buffer=nl.psum,
                            name="acc"))
            for at in range(0, rows, self.height)
        ]  # fmt: skip
        depth = self.lhs.shape[0]
        for run in _runs(depth, STEPS * self.share):
            for first in run.starts():
                for at in range(0, run.size, self.share):
                    here = nl.ds(first + at, min(self.share, run.size - at))
                    left = _tiles(self.lhs[here, nl.ds(row, rows)])
                    right = _tiles(self.rhs[here, nl.ds(column, width)])
                    for number, (stationary, moving) in enumerate(zip(left, right, strict=True)):
                        adds = first > 0 if run.first + at + number == 0 else True
                        for place, bank in banks:
                            part = stationary[:, nl.ds(place, bank.shape[0])]
                            nisa.nc_matmul(bank, part, moving, accumulate=adds)
        for at, bank in banks:
            result = nl.ndarray(bank.shape, self.out.dtype, name="out_tile")
            self.drain(result, bank)
            place = self.out[nl.ds(row + at, bank.shape[0]), nl.ds(column, width)]
            nisa.dma_copy(place, result)


def _tiles(source: nl.Tensor) -> Iterator[nl.Tensor]:
    """Rows of a matrix, as many tiles of the contraction as they fill: one transfer for all whole
    ones."""
    lanes, (rows, width) = nl.tile_size.pmax, source.shape
    count = rows // lanes
    if count:
        tile = nl.ndarray((lanes, count, width), source.dtype, name=f"{source.base.name}_tile")
        pitch, step = source.strides
        shape, strides = (lanes, count, width), (pitch, pitch * lanes, step)
        nisa.dma_copy(tile, replace(source[: count * lanes], shape=shape, steps=strides))
        for at in range(count):
            yield tile[:, at]
    if rows % lanes:
        rest = nl.ndarray((rows % lanes, width), source.dtype, name=f"{source.base.name}_tile")
        nisa.dma_copy(rest, source[count * lanes :])
        yield rest


def build(
    config: str | CoreConfig, m: int, k: int, n: int, dtype: Any = "bf16", *, relu: bool = False,
    out_dtype: Any = None,
) -> Program:  # fmt: skip
    """A program with inputs ``lhsT[k, m]`` and ``rhs[k, n]``, output ``out[m, n]``."""
    specs = {
        "lhsT": nki.TensorArg((k, m), dtype),
        "rhs": nki.TensorArg((k, n), dtype),
        "relu": relu,
        "out_dtype": out_dtype,
    }
    return nki.compile(looped_matmul, config, specs)
