"""The largest elements of each row and where they are."""

from __future__ import annotations

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

from .rows import matrix, row_tiles_of

__all__ = ["argmax", "top_k"]

_EIGHT = 8


@nki.jit
def top_k(x: nl.Tensor, k: int) -> tuple[nl.Tensor, nl.Tensor]:
    """``(values[..., k], indices[..., k])`` of the ``k`` largest elements of each row, largest
    first; of equal ones the first ones, indices UINT32.

    Rows of at least 8 floats. Eight at a time: found, located, and taken out of the row.

    Raises
    ------
    KernelError
        ``x`` holds integers, a row has fewer than 8 elements or fewer than ``k``.
    """
    source = matrix("top_k", "x", x)
    rows, columns = source.shape
    if not 1 <= k <= columns or columns < _EIGHT:
        raise nki.KernelError(f"top_k: rows of {columns} elements must have at least 8, and k = "
                              f"{k} from 1 to that many")  # fmt: skip
    shape = (*x.shape[:-1], k)
    values = nl.ndarray(shape, x.dtype, buffer=nl.shared_hbm, name="values")
    indices = nl.ndarray(shape, nl.uint32, buffer=nl.shared_hbm, name="indices")
    found_in = [tensor.reshape((rows, k)) for tensor in (values, indices)]
    rounds = -(-k // _EIGHT)
    for tile in row_tiles_of(source):
        best = nl.ndarray((tile.rows, rounds * _EIGHT), nl.float32, name="best")
        where = nl.ndarray((tile.rows, rounds * _EIGHT), nl.uint32, name="where")
        left = tile.data
        for number in range(rounds):
            part = nl.ds(number * _EIGHT, _EIGHT)
            nisa.max8(best[:, part], left)
            nisa.nc_find_index8(where[:, part], left, best[:, part])
            if number + 1 < rounds:
                following = nl.ndarray(tile.data.shape, x.dtype, name="left")
                nisa.nc_match_replace8(following, left, best[:, part], -float("inf"))
                left = following
        kept = nl.ndarray((tile.rows, k), x.dtype, name="kept")
        nisa.tensor_copy(kept, best[:, 0:k])
        tile.store(found_in[0], kept)
        tile.store(found_in[1], where[:, 0:k])
    return values, indices


@nki.jit
def argmax(x: nl.Tensor) -> nl.Tensor:
    """``out[...]``: index (UINT32) of the largest element of each row, the first of equal ones.

    Raises
    ------
    KernelError
        As :func:`top_k`.
    """
    source = matrix("argmax", "x", x)
    if source.shape[1] < _EIGHT:
        raise nki.KernelError(f"argmax: rows must have at least 8 elements, not {source.shape[1]}")
    out = nl.ndarray(x.shape[:-1] or (1,), nl.uint32, buffer=nl.shared_hbm)
    target = out.reshape((source.shape[0], 1))
    for tile in row_tiles_of(source):
        best = nl.ndarray((tile.rows, _EIGHT), nl.float32, name="best")
        where = nl.ndarray((tile.rows, _EIGHT), nl.uint32, name="where")
        nisa.max8(best, tile.data)
        nisa.nc_find_index8(where, tile.data, best)
        tile.store(target, where[:, 0:1])
    return out
