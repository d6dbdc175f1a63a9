"""Normalisation of rows: layer norm and RMS norm.

Statistics are FP32 sums in two passes, so large means do not cost the variance its digits.
"""

from __future__ import annotations

from typing import Any

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron_hw.config import PSUM_BANKS
from tinyneuron_hw.formats import FORMATS

from .rows import RowTile, matrix, replicated, row_tiles_of, spread_to_psum, statistic

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
    vectors: dict[str, nl.Tensor] = {}

    def load_vectors() -> None:
        vectors.update(_vectors("layer_norm", columns, gamma=gamma, beta=beta))

    for tile in row_tiles_of(source, load_vectors):
        own = {name: vector[0 : tile.rows] for name, vector in vectors.items()}
        mean = _sum(tile, tile.arriving, nl.copy, scale=-1.0 / columns)
        spread = _sum(tile, (slice(0, columns),), nl.square, bias=mean)
        centred = nl.ndarray(tile.data.shape, nl.float32, name="centred")
        if "gamma" in own:
            nisa.scalar_tensor_tensor(centred, tile.data, nl.add, mean, nl.multiply, own["gamma"])
        elif own:
            nisa.tensor_scalar(centred, tile.data, nl.add, mean)
        factor = _inverse_root(spread, columns, eps)
        # What is done of a tile is on its way while the rest is worked on.
        for part in tile.leaving:
            result = nl.ndarray((tile.rows, part.stop - part.start), target.dtype, name="result")
            if "beta" in own:
                nisa.scalar_tensor_tensor(result, centred[:, part], nl.multiply, factor, nl.add,
                                          own["beta"][:, part])  # fmt: skip
            elif own:
                nisa.tensor_scalar(result, centred[:, part], nl.multiply, factor)
            else:
                nisa.tensor_scalar(result, tile.data[:, part], nl.add, mean, op1=nl.multiply,
                                   operand1=factor)  # fmt: skip
            tile.store(target, result, part)
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
    vectors: dict[str, nl.Tensor] = {}

    def load_vectors() -> None:
        vectors.update(_vectors("rms_norm", columns, gamma=gamma))

    for tile in row_tiles_of(source, load_vectors):
        total = _sum(tile, tile.arriving, nl.square)
        factor = _inverse_root(total, columns, eps)
        for part in tile.leaving:
            result = nl.ndarray((tile.rows, part.stop - part.start), target.dtype, name="result")
            if gamma is None:
                nisa.tensor_scalar(result, tile.data[:, part], nl.multiply, factor)
            else:
                scale = vectors["gamma"][0 : tile.rows, part]
                nisa.scalar_tensor_tensor(result, tile.data[:, part], nl.multiply, factor,
                                          nl.multiply, scale)  # fmt: skip
            tile.store(target, result, part)
    return out


def _vectors(call: str, columns: int, **vectors: nl.Tensor | None) -> dict[str, nl.Tensor]:
    """Those vectors that are there, in every partition: in PSUM while they fit there, where each
    has a port of its own beside the rows in SBUF."""
    given = {name: vector for name, vector in vectors.items() if vector is not None}
    for name, vector in given.items():
        if vector.shape != (columns,):
            raise nki.KernelError(f"{call}: {name} must be [{columns}], not {vector!r}")
    banks = len(given) * -(-columns // nl.tile_size.psum_fmax)
    dtypes = {vector.dtype for vector in given.values()}
    floats = len(dtypes) == 1 and all(FORMATS[dtype].is_float for dtype in dtypes)
    lanes = nl.tile_size.pmax
    if banks > PSUM_BANKS or not floats or nl.tile_size.gemm_stationary_fmax < lanes:
        return {name: replicated(vector) for name, vector in given.items()}
    ones = nl.ndarray((1, lanes), dtypes.pop(), name="ones")
    nisa.memset(ones, 1.0)
    return {name: spread_to_psum(vector, ones) for name, vector in given.items()}


def _sum(tile: RowTile, parts: tuple[slice, ...], op: Any, **options: Any) -> nl.Tensor:
    """``sum(op(data * scale + bias))`` of each row, part after part."""
    total = statistic(tile.rows)
    scratch = nl.ndarray(tile.data.shape, nl.bfloat16, name="scratch")
    commands = nisa.reduce_cmd.reset_reduce, nisa.reduce_cmd.reduce
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        nisa.activation(scratch[:, part], op, tile.data[:, part], reduce_op=nl.add,
                        reduce_res=total if last else None,
                        reduce_cmd=commands[number > 0], **options)  # fmt: skip
    return total


def _inverse_root(total: nl.Tensor, count: int, eps: float) -> nl.Tensor:
    """``1 / sqrt(total / count + eps)`` of each row."""
    result = statistic(total.shape[0])
    nisa.tensor_scalar(result, total, nl.multiply, 1.0 / count, op1=nl.add, operand1=eps)
    nisa.tensor_scalar(result, result, nl.rsqrt, 0.0)
    return result
