"""Sums over partitions and copies to all of them: lanes see their own partition only, the Tensor
engine sees every one.

Called inside a kernel, on tiles::

    total = nl.ndarray((1, n), nl.float32, buffer=nl.psum)
    sum_partitions(total, tile)
"""

from __future__ import annotations

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron_hw.formats import FORMATS

__all__ = ["broadcast_partitions", "sum_partitions"]


def sum_partitions(dst: nl.Tensor, tile: nl.Tensor, accumulate: bool | None = None) -> None:
    """``dst[0, n...] (+)= sum_p tile[p, n...]``, from partition 0 on, in FP32.

    ``tile`` is a float tile in SBUF, ``dst`` FP32 in PSUM on one partition; ``accumulate`` is that
    of ``nc_matmul``.

    Raises
    ------
    KernelError
        ``tile`` holds integers, or the shapes do not go together.
    """
    ones = _ones("sum_partitions", tile, (tile.shape[0], 1))
    nisa.nc_matmul(dst, ones, tile, accumulate=accumulate)


def broadcast_partitions(dst: nl.Tensor, row: nl.Tensor) -> None:
    """``dst[p, n...] = row[0, n...]`` on every partition p of ``dst``, the same numbers.

    ``row`` is a float tile in SBUF on one partition, ``dst`` FP32 in PSUM. A negative zero becomes
    positive, a NaN the canonical one.

    Raises
    ------
    KernelError
        ``row`` holds integers, or the shapes do not go together.
    """
    ones = _ones("broadcast_partitions", row, (1, dst.shape[0]))
    nisa.nc_matmul(dst, ones, row, accumulate=False)


def _ones(call: str, tile: nl.Tensor, shape: tuple[int, int]) -> nl.Tensor:
    """A stationary matrix of ones whose products with ``tile`` are its own elements."""
    if not FORMATS[tile.dtype].is_float:
        raise nki.KernelError(f"{call}: takes floats, not {tile!r}")
    kind = nl.float32 if tile.dtype is nl.float32 else nl.bfloat16
    ones = nl.ndarray(shape, kind, name="ones")
    nisa.memset(ones, 1.0)
    return ones
