"""Softmax of a matrix whose rows, and their length, are counted when the program runs."""

from __future__ import annotations

from typing import Any

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.program.program import Program
from tinyneuron_hw.config import CoreConfig

from .dynamic import in_groups, length_of
from .rows import exponentials, matrix

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

    lanes = nl.tile_size.pmax

    def group(first: nisa.VirtualRegister, heights: list[Any]) -> None:
        tiles = []
        for number, height in enumerate(heights):
            here = (nl.ds(first + number * lanes, height), nl.ds(0, used))
            data = nl.ndarray((height, used), source.dtype, name="rows")
            nisa.dma_copy(data, source[here])
            tiles.append((here, data))
        powers = [nl.ndarray(data.shape, nl.float32, name="powers") for _, data in tiles]
        totals = [exponentials(to, data) for to, (_, data) in zip(powers, tiles, strict=True)]
        for (here, _), numerators, total in zip(tiles, powers, totals, strict=True):
            nisa.reciprocal(total, total)
            result = nl.ndarray(numerators.shape, out.dtype, name="result")
            nisa.tensor_scalar(result, numerators, nl.multiply, total)
            nisa.dma_copy(out[here], result)

    in_groups(count, lanes, group)
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
