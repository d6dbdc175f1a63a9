"""Attention over a sequence whose length is known when the program runs."""

from __future__ import annotations

import math
from typing import Any

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.program.program import Program
from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import FORMATS

from .dynamic import blocks, in_groups, length_of, pieces
from .rows import exponentials

__all__ = ["build", "dynamic_attention"]


@nki.jit
def dynamic_attention(
    qT: nl.Tensor,  # noqa: N803 - the names of the program's inputs
    kT: nl.Tensor,  # noqa: N803
    v: nl.Tensor, length: nl.Tensor, scale: float | None = None, out_dtype: Any = None,
) -> nl.Tensor:  # fmt: skip
    """``out[:L] = softmax(scale * qT[:, :L].T @ kT[:, :L]) @ v[:L]``, ``L`` being ``length``; the
    other rows of ``out`` stay as they were.

    Parameters
    ----------
    qT, kT, v:
        Floats of one type, ``[D, S]``, ``[D, S]`` and ``[S, D]``, of the longest sequence. D is at
        most what a PSUM bank holds in FP32, and kT, v and a block of scores stay in SBUF.
    length:
        INT32 ``[1]``, from 1 to S.
    scale:
        By default ``1 / sqrt(D)``.
    out_dtype:
        By default that of ``v``.

    Raises
    ------
    KernelError
        Shapes or types do not go together, or ``length`` is no INT32.
    """
    width, longest = _shape(qT, kT, v)
    out = nl.ndarray((longest, width), out_dtype or v.dtype, buffer=nl.shared_hbm)
    count = length_of("dynamic_attention", "length", length, 1, longest)
    height = min(nl.tile_size.gemm_stationary_fmax, nl.tile_size.pmax)
    factor = 1 / math.sqrt(width) if scale is None else scale
    keys, values = _load_keys(kT, count), _load_values(v, count, height)
    for first, rows in blocks(count, height):
        here = nl.ds(first, rows)
        queries = []
        for depth in pieces(width, nl.tile_size.pmax):
            shape = (depth.stop - depth.start, rows)
            queries.append(nl.ndarray(shape, qT.dtype, name="queries"))
            nisa.dma_copy(queries[-1], qT[depth, here])
        scores = nl.ndarray((rows, longest), nl.float32, name="scores")
        for column, run in blocks(count, nl.tile_size.psum_fmax):
            acc = nl.ndarray((rows, run), nl.float32, buffer=nl.psum, name="products")
            for left, right in zip(queries, keys, strict=True):
                nisa.nc_matmul(acc, left, right[:, nl.ds(column, run)])
            nisa.activation(scores[:, nl.ds(column, run)], nl.copy, acc, scale=factor)
        powers = nl.ndarray((rows, longest), v.dtype, name="powers")
        total = exponentials(powers[:, :count], scores[:, :count])
        nisa.reciprocal(total, total)
        mixed = nl.ndarray((rows, width), nl.float32, buffer=nl.psum, name="mixed")
        _mix(mixed, powers, values, count, height)
        result = nl.ndarray((rows, width), out.dtype, name="result")
        nisa.tensor_scalar(result, mixed, nl.multiply, total)
        nisa.dma_copy(out[here], result)
    return out


def _shape(q: nl.Tensor, k: nl.Tensor, v: nl.Tensor) -> tuple[int, int]:
    """D and S."""
    kinds = {q.dtype, k.dtype, v.dtype}
    if q.ndim != 2 or (k.shape, v.shape) != (q.shape, q.shape[::-1]) or len(kinds) > 1:
        raise nki.KernelError(f"dynamic_attention: qT, kT and v must be [D, S], [D, S] and [S, D] "
                              f"of one type, not {q!r}, {k!r} and {v!r}")  # fmt: skip
    if not FORMATS[q.dtype].is_float or q.shape[0] > nl.tile_size.psum_fmax:
        raise nki.KernelError(f"dynamic_attention: qT must be floats with D at most "
                              f"{nl.tile_size.psum_fmax}, not {q!r}")  # fmt: skip
    return q.shape[0], q.shape[1]


def _load_keys(k: nl.Tensor, count: nisa.VirtualRegister) -> list[nl.Tensor]:
    """``[P, S]`` for each tile of D."""
    tiles = []
    for depth in pieces(k.shape[0], nl.tile_size.pmax):
        tiles.append(nl.ndarray((depth.stop - depth.start, k.shape[1]), k.dtype, name="keys"))
        nisa.dma_copy(tiles[-1][:, :count], k[depth, :count])
    return tiles


def _load_values(v: nl.Tensor, count: nisa.VirtualRegister, height: int) -> nl.Tensor:
    """``[height, blocks, D]``: row p of block b is row ``b * height + p`` of ``v``."""
    longest, width = v.shape
    tile = nl.ndarray((height, -(-longest // height), width), v.dtype, name="values")

    def load(first: nisa.VirtualRegister, sizes: list[Any]) -> None:
        for number, rows in enumerate(sizes):
            here = first + number * height
            nisa.dma_copy(tile[:rows, here // height], v[nl.ds(here, rows)])

    in_groups(count, height, load)
    return tile


def _mix(mixed: nl.Tensor, powers: nl.Tensor, values: nl.Tensor, count: nisa.VirtualRegister,
         height: int) -> None:  # fmt: skip
    """``mixed = powers[:, :count] @ values``, block by block of keys, with the weights turned."""
    rows = mixed.shape[0]

    def group(first: nisa.VirtualRegister, sizes: list[Any]) -> None:
        columns = [first + number * height for number in range(len(sizes))]
        weights = []
        for column, run in zip(columns, sizes, strict=True):
            turned = nl.ndarray((run, rows), powers.dtype, buffer=nl.psum, name="turned")
            weights.append(nl.ndarray((run, rows), powers.dtype, name="weights"))
            nisa.nc_transpose(turned, powers[:, nl.ds(column, run)])
            nisa.tensor_copy(weights[-1], turned)
        for column, run, left in zip(columns, sizes, weights, strict=True):
            right = values[:run, column // height]
            nisa.nc_matmul(mixed, left, right, accumulate=column > 0)

    in_groups(count, height, group)


def build(
    config: str | CoreConfig, s: int, d: int, dtype: Any = "bf16", *, out_dtype: Any = None
) -> Program:
    """A program for sequences of at most ``s``: inputs ``qT[d, s]``, ``kT[d, s]``, ``v[s, d]`` and
    ``length``; output ``out[s, d]``."""
    specs = {
        "qT": nki.TensorArg((d, s), dtype),
        "kT": nki.TensorArg((d, s), dtype),
        "v": nki.TensorArg((s, d), dtype),
        "length": nki.TensorArg((1,), "int32"),
        "out_dtype": out_dtype,
    }
    return nki.compile(dynamic_attention, config, specs)
