"""Softmax of a matrix whose rows, and their length, are counted when the program runs."""

from __future__ import annotations

from typing import Any

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.program.program import Program
from tinyneuron_hw.config import CoreConfig

from .dynamic import blocks, length_of
from .rows import matrix, statistic

__all__ = ["build", "dynamic_softmax"]


@nki.jit
def dynamic_softmax(
    x: nl.Tensor, rows: nl.Tensor, columns: nl.Tensor | None = None, out_dtype: Any = None
) -> nl.Tensor:
    """:func:`softmax` of ``x[:rows, :columns]``; the rest of ``out`` stays as it was.

    Parameters
    ----------
    x:
        Floats ``[R, C]``, the largest there can be.
    rows, columns:
        INT32 ``[1]``, from 0 to R, and from 1 to C; no ``columns``: all of them.
    out_dtype:
        By default that of ``x``.

    Raises
    ------
    KernelError
        ``x`` is no matrix of floats, or a length is no INT32.
    """
    if x.ndim != 2:
        raise nki.KernelError(f"dynamic_softmax: x must have 2 axes, not {x!r}")
    source = matrix("dynamic_softmax", "x", x)
    out = nl.ndarray(x.shape, out_dtype or x.dtype, buffer=nl.shared_hbm)
    used: Any = x.shape[1]
    if columns is not None:
        used = length_of("dynamic_softmax", "columns", columns, 1, x.shape[1])
    count = length_of("dynamic_softmax", "rows", rows, 0, x.shape[0])
    for first, height in blocks(count, nl.tile_size.pmax):
        here = (nl.ds(first, height), nl.ds(0, used))
        tile = nl.ndarray((height, used), source.dtype, name="rows")
        powers = nl.ndarray((height, used), nl.float32, name="powers")
        result = nl.ndarray((height, used), out.dtype, name="result")
        highest, total = statistic(height), statistic(height)
        nisa.dma_copy(tile, source[here])
        nisa.tensor_reduce(highest, nl.maximum, tile, axis=1, negate=True, keepdims=True)
        nisa.activation(powers, nl.exp, tile, bias=highest, reduce_op=nl.add, reduce_res=total,
                        reduce_cmd=nisa.reduce_cmd.reset_reduce)  # fmt: skip
        nisa.reciprocal(total, total)
        nisa.tensor_scalar(result, powers, nl.multiply, total)
        nisa.dma_copy(out[here], result)
    return out


def build(config: str | CoreConfig, rows: int, columns: int, dtype: Any = "bf16", *,
          dynamic_columns: bool = False) -> Program:  # fmt: skip
    """A program for at most ``rows`` x ``columns``: inputs ``x``, ``rows`` and, if asked for,
    ``columns``; output ``out``."""
    length = nki.TensorArg((1,), "int32")
    specs = {"x": nki.TensorArg((rows, columns), dtype), "rows": length}
    if dynamic_columns:
        specs["columns"] = length
    return nki.compile(dynamic_softmax, config, specs)
