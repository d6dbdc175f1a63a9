"""Softmax over the last axis: ``exp(x - max(x)) / sum(exp(x - max(x)))``."""

from __future__ import annotations

import itertools
from typing import Any

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

from .rows import RowTile, exponentials, matrix, pipelined, row_tiles_of

__all__ = ["softmax"]


@nki.jit
def softmax(x: nl.Tensor, out_dtype: Any = None) -> nl.Tensor:
    """``out[..., n] = exp(x[..., n] - m) / sum_n exp(x[..., n] - m)``, ``m`` the row's maximum.

    Rows of any number and length that fits SBUF, floats of any type; all in FP32 between the
    casts. The Vector engine makes the maxima, the Scalar engine the exponentials and their sums,
    both the quotients.

    Raises
    ------
    KernelError
        ``x`` holds integers.
    """
    out = nl.ndarray(x.shape, out_dtype or x.dtype, buffer=nl.shared_hbm)
    source, target = matrix("softmax", "x", x), matrix("softmax", "out", out)
    turns = itertools.cycle((False, True))

    def powers_of(tile: RowTile) -> tuple[RowTile, nl.Tensor, nl.Tensor]:
        powers = nl.ndarray(tile.data.shape, nl.float32, name="powers")
        return tile, powers, exponentials(powers, tile.data)

    def quotients(state: tuple[RowTile, nl.Tensor, nl.Tensor]) -> None:
        tile, powers, total = state
        nisa.reciprocal(total, total)
        result = nl.ndarray(tile.data.shape, target.dtype, name="result")
        # The Scalar engine has less to do: it takes every other quotient.
        if next(turns):
            nisa.activation(result, nl.copy, powers, scale=total)
        else:
            nisa.tensor_scalar(result, powers, nl.multiply, total)
        tile.store(target, result)

    pipelined(row_tiles_of(source), powers_of, quotients)
    return out
