"""A function of each element."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

from .rows import matrix

__all__ = ["activate", "gelu"]

_BLOCK = 1024
"""Columns of a tile: long enough for transfers, short enough for the first to come soon."""


@nki.jit
def activate(
    x: nl.Tensor, op: nl.Op, bias: float = 0.0, scale: float = 1.0, out_dtype: Any = None
) -> nl.Tensor:
    """``out = op(x * scale + bias)`` for a function of the Scalar engine, floats of any type.

    Raises
    ------
    KernelError
        ``x`` holds integers, or ``op`` is no function of the Scalar engine.
    """
    out = nl.ndarray(x.shape, out_dtype or x.dtype, buffer=nl.shared_hbm)
    matrix("activate", "x", x)
    for source, target in zip(_blocks(x), _blocks(out), strict=True):
        tile = nl.ndarray(source.shape, x.dtype, name="block")
        nisa.dma_copy(tile, source)
        result = nl.ndarray(source.shape, out.dtype, name="result")
        nisa.activation(result, op, tile, bias=bias or None, scale=scale)
        nisa.dma_copy(target, result)
    return out


def _blocks(x: nl.Tensor) -> Iterator[nl.Tensor]:
    """All elements as matrices of at most all lanes and ``_BLOCK`` columns."""
    lanes, count = nl.tile_size.pmax, math.prod(x.shape)
    flat, columns = x.reshape((count,)), count // lanes
    rows = flat[0 : lanes * columns].reshape((lanes, columns)) if columns else flat
    for first in range(0, columns, _BLOCK):
        yield rows[:, nl.ds(first, min(_BLOCK, columns - first))]
    if count % lanes:
        yield flat[lanes * columns :].reshape((count % lanes, 1))


@nki.jit
def gelu(x: nl.Tensor, out_dtype: Any = None) -> nl.Tensor:
    """``out = x * Phi(x)``, Phi the normal distribution function; as :func:`activate`."""
    return activate(x, nl.gelu, out_dtype=out_dtype)
