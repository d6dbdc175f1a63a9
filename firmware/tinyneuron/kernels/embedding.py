"""Rows of a table, chosen by indices: the first layer of a language model."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.nki.trace import current
from tinyneuron_hw.formats import FORMATS

__all__ = ["embedding"]

_OUTSIDE = ("error", "zero")


@nki.jit
def embedding(table: nl.Tensor, tokens: nl.Tensor, outside: str = "error") -> nl.Tensor:
    """``out[..., d] = table[tokens[...], d]``, the same bits.

    Parameters
    ----------
    table:
        ``[V, D]`` of any type, in device memory.
    tokens:
        INT32 or UINT32 of any shape.
    outside:
        What a token below 0 or from V on does: ``"error"``, the run traps and gives nothing;
        ``"zero"``, its row is zeros.

    DMA reads the tokens from SBUF and gathers their rows, several for each partition; a row takes
    the cycles of its bytes.

    Raises
    ------
    KernelError
        ``table`` is no matrix, ``tokens`` are none, or ``outside`` is neither.
    """
    if table.ndim != 2 or tokens.dtype not in (nl.int32, nl.uint32):
        raise nki.KernelError(f"embedding: table must be [V, D] and tokens int32 or uint32, not "
                              f"{table!r} and {tokens!r}")  # fmt: skip
    if outside not in _OUTSIDE:
        raise nki.KernelError(f"embedding: outside must be one of {', '.join(_OUTSIDE)}, not "
                              f"{outside!r}")  # fmt: skip
    width, count = table.shape[1], math.prod(tokens.shape)
    out = nl.ndarray((*tokens.shape, width), table.dtype, buffer=nl.shared_hbm, name="out")
    chosen, target = tokens.reshape((count,)), out.reshape((count, width))
    mode = nisa.oob_mode.skip if outside == "zero" else nisa.oob_mode.error
    columns = _columns(table)
    for first, lanes, rows in _groups(count, min(columns, width), table):
        here = nl.ds(first, lanes * rows)
        index = nl.ndarray((lanes, rows), tokens.dtype, name="index")
        nisa.dma_copy(index, chosen[here].reshape((lanes, rows)))
        for column in range(0, width, columns):
            size = min(columns, width - column)
            found = nl.ndarray((lanes, rows, size), table.dtype, name="rows")
            if mode is nisa.oob_mode.skip:
                nisa.memset(found, 0)
            # The first axis counts indices: row by row of what is on chip.
            pattern = [[table.strides[0], lanes * rows], [table.strides[1], size]]
            source = table.ap(pattern, column * table.strides[1], vector_offset=index,
                              indirect_dim=0)  # fmt: skip
            nisa.dma_copy(found, source, oob_mode=mode)
            place = target[here, nl.ds(column, size)].reshape((lanes, rows, size))
            nisa.dma_copy(place, found)
    return out


def _room() -> int:
    """Bytes per partition of a group of rows: several are under way."""
    return current().config.sbuf_partition_bytes // 8


def _columns(table: nl.Tensor) -> int:
    """Columns that are gathered together: a row may be longer than a partition."""
    return max(1, _room() // FORMATS[table.dtype].bytes)


def _groups(count: int, columns: int, table: nl.Tensor) -> Iterator[tuple[int, int, int]]:
    """(first, partitions, rows in each) of the tokens that are looked up together."""
    lanes = nl.tile_size.pmax
    most = max(1, _room() // (columns * FORMATS[table.dtype].bytes))
    first = 0
    while first < count:
        rows = min(most, (count - first) // lanes)
        height, rows = (lanes, rows) if rows else (count - first, 1)
        yield first, height, rows
        first += height * rows
