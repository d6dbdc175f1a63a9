"""Batch norm: every channel normalised over images and pixels."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

from .rows import statistic

__all__ = ["batch_norm"]

_BLOCK = 512
"""Pixels of one ``bn_stats``."""


@nki.jit
def batch_norm(
    x: nl.Tensor, gamma: nl.Tensor, beta: nl.Tensor, mean: nl.Tensor | None = None,
    variance: nl.Tensor | None = None, eps: float = 1e-5,
) -> nl.Tensor:  # fmt: skip
    """``out[n, c, ...] = (x[n, c, ...] - mean[c]) / sqrt(variance[c] + eps) * gamma[c] + beta[c]``.

    Without ``mean`` and ``variance`` (both or none) they are those of ``x`` over all but the
    channel axis. The vectors are FP32 ``[C]``; channels are on partitions. The engines take turns
    with the blocks of the second pass.

    Raises
    ------
    KernelError
        ``x`` has fewer than 2 axes, or a vector has another shape or type.
    """
    vectors: dict[str, nl.Tensor | None] = {
        "gamma": gamma, "beta": beta, "mean": mean, "variance": variance
    }  # fmt: skip
    _check(x, vectors)
    images, channels = x.shape[:2]
    pixels = math.prod(x.shape[2:])
    out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    source, target = (t.reshape((images, channels, pixels)) for t in (x, out))
    turn = 0
    for first in range(0, channels, nl.tile_size.pmax):
        lanes = nl.ds(first, min(nl.tile_size.pmax, channels - first))
        loaded = {
            name: _column(vector, lanes) for name, vector in vectors.items() if vector is not None
        }
        if mean is None:
            loaded["mean"], loaded["variance"] = _moments(source, lanes)
        scale, shift = _line(loaded, eps)
        for image, part in _blocks(images, pixels):
            tile = _load(source, image, lanes, part)
            result = nl.ndarray(tile.shape, x.dtype, name="result")
            if turn % 2:
                nisa.activation(result, nl.copy, tile, bias=shift, scale=scale)
            else:
                nisa.tensor_scalar(result, tile, nl.multiply, scale, op1=nl.add, operand1=shift)
            nisa.dma_copy(target[image, lanes, part], result)
            turn += 1
    return out


def _check(x: nl.Tensor, vectors: dict[str, nl.Tensor | None]) -> None:
    if x.ndim < 2:
        raise nki.KernelError(f"batch_norm: x must be [N, C, ...], not {x!r}")
    if (vectors["mean"] is None) != (vectors["variance"] is None):
        raise nki.KernelError("batch_norm: mean and variance come together")
    for name, vector in vectors.items():
        if vector is not None and (vector.shape, vector.dtype) != ((x.shape[1],), nl.float32):
            raise nki.KernelError(f"batch_norm: {name} must be [{x.shape[1]}] of fp32, not "
                                  f"{vector!r}")  # fmt: skip


def _column(vector: nl.Tensor, lanes: slice) -> nl.Tensor:
    part = vector[lanes]
    tile = nl.ndarray((part.shape[0], 1), nl.float32, name="column")
    nisa.dma_copy(tile, part.reshape((part.shape[0], 1)))
    return tile


def _blocks(images: int, pixels: int) -> Iterator[tuple[int, slice]]:
    for image in range(images):
        for first in range(0, pixels, _BLOCK):
            yield image, nl.ds(first, min(_BLOCK, pixels - first))


def _load(source: nl.Tensor, image: int, lanes: slice, part: slice) -> nl.Tensor:
    view = source[image, lanes, part]
    tile = nl.ndarray(view.shape, view.dtype, name="block")
    nisa.dma_copy(tile, view)
    return tile


def _moments(source: nl.Tensor, lanes: slice) -> tuple[nl.Tensor, nl.Tensor]:
    """Mean and variance of each channel."""
    images, _, pixels = source.shape
    blocks = list(_blocks(images, pixels))
    rows = lanes.stop - lanes.start
    parts = nl.ndarray((rows, 6 * len(blocks)), nl.float32, name="moments")
    for number, (image, part) in enumerate(blocks):
        nisa.bn_stats(parts[:, nl.ds(6 * number, 6)], _load(source, image, lanes, part))
    both = nl.ndarray((rows, 2), nl.float32, name="moments")
    nisa.bn_aggr(both, parts)
    return both[:, 0:1], both[:, 1:2]


def _line(vectors: dict[str, nl.Tensor], eps: float) -> tuple[nl.Tensor, nl.Tensor]:
    """``scale`` and ``shift`` with ``out = x * scale + shift``."""
    rows = vectors["mean"].shape[0]
    scale, shift = statistic(rows), statistic(rows)
    nisa.tensor_scalar(scale, vectors["variance"], nl.add, eps)
    nisa.tensor_scalar(scale, scale, nl.rsqrt, 0.0)
    nisa.tensor_tensor(scale, scale, vectors["gamma"], nl.multiply)
    nisa.tensor_tensor(shift, vectors["mean"], scale, nl.multiply)
    nisa.tensor_tensor(shift, vectors["beta"], shift, nl.subtract)
    return scale, shift
