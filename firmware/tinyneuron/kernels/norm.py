"""Normalisation of rows: layer norm and RMS norm.

Statistics are FP32 sums in two passes, so large means do not cost the variance its digits.
"""

from __future__ import annotations

from typing import Any

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron_hw.config import PSUM_BANKS

from .rows import RowTile, matrix, pipelined, replicated, row_tiles_of, statistic

__all__ = ["layer_norm", "rms_norm"]


@nki.jit
def layer_norm(
    x: nl.Tensor, gamma: nl.Tensor | None = None, beta: nl.Tensor | None = None,
    eps: float = 1e-5, out_dtype: Any = None,
) -> nl.Tensor:  # fmt: skip
    """``out[..., n] = (x[..., n] - mean) / sqrt(var + eps) * gamma[n] + beta[n]``, mean and
    variance over the last axis; ``gamma`` and ``beta`` are optional.

    Rows of any number and length that fits SBUF, floats of any type, all in FP32 between the
    casts. The Scalar engine sums, in two passes; the Vector engine normalises, in two passes or,
    without vectors, in one.

    Raises
    ------
    KernelError
        ``x`` holds integers, or gamma or beta has another length.
    """
    out = nl.ndarray(x.shape, out_dtype or x.dtype, buffer=nl.shared_hbm)
    source, target = matrix("layer_norm", "x", x), matrix("layer_norm", "out", out)
    columns = source.shape[1]
    vectors = _vectors("layer_norm", columns, gamma=gamma, beta=beta)

    def sums(tile: RowTile) -> tuple[RowTile, nl.Tensor, nl.Tensor]:
        mean, spread = statistic(tile.rows), statistic(tile.rows)
        scratch = nl.ndarray(tile.data.shape, nl.bfloat16, name="scratch")
        nisa.activation(scratch, nl.copy, tile.data, scale=-1.0 / columns, reduce_op=nl.add,
                        reduce_res=mean, reduce_cmd=nisa.reduce_cmd.reset_reduce)  # fmt: skip
        nisa.activation(scratch, nl.square, tile.data, bias=mean, reduce_op=nl.add,
                        reduce_res=spread, reduce_cmd=nisa.reduce_cmd.reset_reduce)  # fmt: skip
        return tile, mean, spread

    def finish(state: tuple[RowTile, nl.Tensor, nl.Tensor]) -> None:
        tile, mean, spread = state
        factor = _inverse_root(spread, columns, eps)
        result = nl.ndarray(tile.data.shape, target.dtype, name="result")
        own = {name: vector[0 : tile.rows] for name, vector in vectors.items()}
        if not own:
            nisa.tensor_scalar(result, tile.data, nl.add, mean, op1=nl.multiply, operand1=factor)
            tile.store(target, result)
            return
        between = nl.ndarray(tile.data.shape, nl.float32, name="between")
        if "gamma" in own:
            nisa.scalar_tensor_tensor(between, tile.data, nl.add, mean, nl.multiply, own["gamma"])
        else:
            nisa.tensor_scalar(between, tile.data, nl.add, mean)
        if "beta" in own:
            nisa.scalar_tensor_tensor(result, between, nl.multiply, factor, nl.add, own["beta"])
        else:
            nisa.tensor_scalar(result, between, nl.multiply, factor)
        tile.store(target, result)

    pipelined(row_tiles_of(source), sums, finish)
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
    """Those vectors that are there, in every partition: in PSUM while they fit there, where each
    has a port of its own beside the rows in SBUF."""
    given = {name: vector for name, vector in vectors.items() if vector is not None}
    room = nl.tile_size.psum_fmax * PSUM_BANKS
    found = {}
    for name, vector in given.items():
        if vector.shape != (columns,):
            raise nki.KernelError(f"{call}: {name} must be [{columns}], not {vector!r}")
        found[name] = replicated(vector)
        if len(given) * columns <= room:
            near = nl.ndarray(found[name].shape, nl.float32, buffer=nl.psum, name=name)
            nisa.tensor_copy(near, found[name], engine=nisa.vector_engine)
            found[name] = near
    return found


def _inverse_root(total: nl.Tensor, count: int, eps: float) -> nl.Tensor:
    """``1 / sqrt(total / count + eps)`` of each row."""
    result = statistic(total.shape[0])
    nisa.tensor_scalar(result, total, nl.multiply, 1.0 / count, op1=nl.add, operand1=eps)
    nisa.tensor_scalar(result, result, nl.rsqrt, 0.0)
    return result
