"""Normalisation of rows: layer norm and RMS norm.

Statistics are FP32 sums in two passes, so large means do not cost the variance its digits.
"""

from __future__ import annotations

import itertools
from typing import Any, TypeAlias

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

from .rows import RowTile, matrix, pipelined, replicated, row_tiles_of, statistic

__all__ = ["layer_norm", "rms_norm"]

_Sums: TypeAlias = tuple[RowTile, nl.Tensor, nl.Tensor]


@nki.jit
def layer_norm(
    x: nl.Tensor, gamma: nl.Tensor | None = None, beta: nl.Tensor | None = None,
    eps: float = 1e-5, out_dtype: Any = None,
) -> nl.Tensor:  # fmt: skip
    """``out[..., n] = (x[..., n] - mean) / sqrt(var + eps) * gamma[n] + beta[n]``, mean and
    variance over the last axis; ``gamma`` and ``beta`` are optional.

    Rows of any number and length that fits SBUF, floats of any type, all in FP32 between the
    casts. Both engines sum, the Scalar engine normalises; gamma and beta are the Vector engine's,
    which reads its other operand from PSUM where that is large enough.

    Raises
    ------
    KernelError
        ``x`` holds integers, or gamma or beta has another length.
    """
    out = nl.ndarray(x.shape, out_dtype or x.dtype, buffer=nl.shared_hbm)
    source, target = matrix("layer_norm", "x", x), matrix("layer_norm", "out", out)
    columns = source.shape[1]
    vectors = _vectors("layer_norm", columns, gamma=gamma, beta=beta)
    turns = itertools.cycle((False, True))

    def sums(tile: RowTile) -> _Sums:
        mean, spread = statistic(tile.rows), statistic(tile.rows)
        scratch = nl.ndarray(tile.data.shape, nl.bfloat16, name="scratch")
        # The means take turns on the engines, which then have as much to do.
        if next(turns) and vectors:
            nisa.tensor_reduce(mean, nl.add, tile.data, axis=1, keepdims=True)
            nisa.tensor_scalar(mean, mean, nl.multiply, -1.0 / columns)
        else:
            nisa.activation(scratch, nl.copy, tile.data, scale=-1.0 / columns, reduce_op=nl.add,
                            reduce_res=mean, reduce_cmd=nisa.reduce_cmd.reset_reduce)  # fmt: skip
        nisa.activation(scratch, nl.square, tile.data, bias=mean, reduce_op=nl.add,
                        reduce_res=spread, reduce_cmd=nisa.reduce_cmd.reset_reduce)  # fmt: skip
        return tile, mean, spread

    def normal(state: _Sums) -> tuple[RowTile, nl.Tensor]:
        tile, mean, spread = state
        factor = _inverse_root(spread, columns, eps)
        nisa.tensor_tensor(mean, mean, factor, nl.multiply)
        shape = tile.data.shape
        dst = (nl.ndarray(shape, nl.float32, buffer=_between(shape), name="normal") if vectors
               else nl.ndarray(shape, target.dtype, name="result"))  # fmt: skip
        nisa.activation(dst, nl.copy, tile.data, bias=mean, scale=factor)
        return tile, dst

    def finish(state: tuple[RowTile, nl.Tensor]) -> None:
        _finish(state[0], state[1], target, vectors)

    pipelined(row_tiles_of(source), sums, normal, finish)
    return out


@nki.jit
def rms_norm(
    x: nl.Tensor, gamma: nl.Tensor | None = None, eps: float = 1e-6, out_dtype: Any = None
) -> nl.Tensor:
    """``out[..., n] = x[..., n] / sqrt(mean(x**2) + eps) * gamma[n]``, the mean over the last axis;
    ``gamma`` is optional. As :func:`layer_norm`.

    Raises
    ------
    KernelError
        ``x`` holds integers, or gamma has another length.
    """
    out = nl.ndarray(x.shape, out_dtype or x.dtype, buffer=nl.shared_hbm)
    source, target = matrix("rms_norm", "x", x), matrix("rms_norm", "out", out)
    columns = source.shape[1]
    vectors = _vectors("rms_norm", columns, gamma=gamma)
    for tile in row_tiles_of(source):
        total = statistic(tile.rows)
        scratch = nl.ndarray(tile.data.shape, nl.bfloat16, name="scratch")
        nisa.activation(scratch, nl.square, tile.data, reduce_op=nl.add, reduce_res=total,
                        reduce_cmd=nisa.reduce_cmd.reset_reduce)  # fmt: skip
        factor = _inverse_root(total, columns, eps)
        if gamma is None:
            result = nl.ndarray(tile.data.shape, target.dtype, name="result")
            nisa.tensor_scalar(result, tile.data, nl.multiply, factor)
        else:
            result = nl.ndarray(tile.data.shape, target.dtype, name="result")
            nisa.scalar_tensor_tensor(result, tile.data, nl.multiply, factor, nl.multiply,
                                      vectors["gamma"][0 : tile.rows])  # fmt: skip
        tile.store(target, result)
    return out


def _vectors(call: str, columns: int, **vectors: nl.Tensor | None) -> dict[str, nl.Tensor]:
    """Those vectors that are there, in every partition."""
    for name, vector in vectors.items():
        if vector is not None and vector.shape != (columns,):
            raise nki.KernelError(f"{call}: {name} must be [{columns}], not {vector!r}")
    return {name: replicated(vector) for name, vector in vectors.items() if vector is not None}


def _inverse_root(total: nl.Tensor, count: int, eps: float) -> nl.Tensor:
    """``1 / sqrt(total / count + eps)`` of each row."""
    result = statistic(total.shape[0])
    nisa.tensor_scalar(result, total, nl.multiply, 1.0 / count, op1=nl.add, operand1=eps)
    nisa.tensor_scalar(result, result, nl.rsqrt, 0.0)
    return result


def _finish(
    tile: RowTile, normal: nl.Tensor, target: nl.Tensor, vectors: dict[str, nl.Tensor]
) -> None:
    """Normalised rows times gamma plus beta, on their way to device memory."""
    operations = {"gamma": nl.multiply, "beta": nl.add}
    for number, (name, vector) in enumerate(vectors.items(), 1):
        following = nl.ndarray(normal.shape, target.dtype, name="result")
        if number < len(vectors):
            space = _between(normal.shape)
            following = nl.ndarray(normal.shape, nl.float32, buffer=space, name="scaled")
        nisa.tensor_tensor(following, normal, vector[0 : tile.rows], operations[name])
        normal = following
    tile.store(target, normal)


def _between(shape: tuple[int, ...]) -> nl.Buffer:
    """PSUM while four tiles fit there: then both inputs of an instruction have a port each."""
    banks = -(-shape[1] // nl.tile_size.psum_fmax)
    return nl.psum if 4 * banks <= 8 else nl.sbuf
