"""Attention: ``softmax(scale * q @ k.T) @ v`` of many heads, any sizes, causal or not.

Scores never leave the chip: a block of keys at a time, with a running maximum and sum of each query
(as in FlashAttention). Scores of a tile of queries are one PSUM bank, the Vector engine finds their
maxima, the Scalar engine makes the exponentials and their sums, and the Tensor engine turns them to
multiply them by the values. Its work is what takes longest; that of one tile stands between the
steps of the next ones, so that it does not wait for the others.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.nki.trace import current
from tinyneuron.program.program import Program
from tinyneuron_hw.config import CoreConfig

from .attention_load import Heads, KeyValues, load_queries
from .attention_plan import AttentionPlan, AttentionShape, KeyBlock, QueryTile, make_plan
from .rows import pipelined, statistic

__all__ = ["attention", "build"]


@nki.jit
def attention(
    qT: nl.Tensor | None = None,  # noqa: N803 - the names of the program's inputs
    kT: nl.Tensor | None = None,  # noqa: N803
    v: nl.Tensor | None = None,
    causal: bool = False,
    scale: float | None = None,
    out_dtype: Any = None,
    *,
    q: nl.Tensor | None = None,
    k: nl.Tensor | None = None,
) -> nl.Tensor:
    """``out[h, i] = sum_j p[h, i, j] v[h, j]``, ``p[h, i] = softmax_j(scale * q[h, i] . k[h, j])``.

    Parameters
    ----------
    qT, kT, v:
        BF16, FP16 or FP32, all of one type: ``[..., D, S]``, ``[..., D, T]`` and ``[..., T, E]``;
        the leading axes are heads, or images and heads. E is at most what a PSUM bank holds in
        FP32. ``kT`` and ``v`` may have fewer heads, of which each serves as many that follow each
        other.
    q, k:
        In place of ``qT`` or ``kT``, ``[..., S, D]`` and ``[..., T, D]``: DMA turns them.
    causal:
        Whether query i sees keys 0 to ``i + T - S`` only: the last query sees all of them.
    scale:
        Above 0, by default ``1 / sqrt(D)``.
    out_dtype:
        Of ``out[..., S, E]``; by default that of ``v``.

    Scores, maxima and sums are FP32, the exponentials are rounded to the type of ``v`` before they
    are multiplied by it. Scores may be as large as FP32 holds: their maximum is taken off first.

    Raises
    ------
    KernelError
        An operand is missing or there twice, or shapes, types or ``scale`` break a rule.
    """
    queries, keys = Heads.of("q", q, qT), Heads.of("k", k, kT)
    values = Heads.of("v", v, None)
    shape = _shape(queries, keys, values, causal)
    factor = 1 / math.sqrt(shape.depth) if scale is None else scale
    if not factor > 0:
        raise nki.KernelError(f"attention: scale must be above 0, not {scale!r}")
    ending = (shape.queries, shape.width)
    kind = out_dtype or values.tensor.dtype
    out = nl.ndarray((*queries.leading, *ending), kind, buffer=nl.shared_hbm, name="out")
    target = out.reshape((shape.heads, *ending))
    plan = make_plan(current().config, shape, values.tensor.dtype)
    pipelined(
        _steps(plan, queries, keys, values),
        lambda step: _exponentials(plan, step, factor),
        _turned,
        lambda weighted: _mixed(weighted, target),
    )
    return out


def _shape(queries: Heads, keys: Heads, values: Heads, causal: bool) -> AttentionShape:
    given = f"not {queries.tensor!r}, {keys.tensor!r} and {values.tensor!r}"
    kinds = {item.tensor.dtype for item in (queries, keys, values)}
    if len(kinds) > 1 or not kinds <= {nl.bfloat16, nl.float16, nl.float32}:
        raise nki.KernelError(f"attention: q, k and v must be bf16, fp16 or fp32, all of one type, "
                              f"{given}")  # fmt: skip
    if queries.size != keys.size or keys.positions != values.positions:
        raise nki.KernelError(f"attention: q and k must have one D, k and v one T, {given}")
    if keys.leading != values.leading or queries.leading[:-1] != keys.leading[:-1]:
        raise nki.KernelError(f"attention: leading axes must be the same but for the heads of q, "
                              f"{given}")  # fmt: skip
    if queries.count % keys.count:
        raise nki.KernelError(f"attention: heads of q must be a multiple of those of k and v, not "
                              f"{queries.count} of {keys.count}")  # fmt: skip
    if values.size > nl.tile_size.psum_fmax:
        raise nki.KernelError(f"attention: E must be at most {nl.tile_size.psum_fmax}, a PSUM bank "
                              f"in fp32, not {values.size}")  # fmt: skip
    if causal and keys.positions < queries.positions:
        raise nki.KernelError(f"attention: causal needs at least as many keys as queries, not "
                              f"{keys.positions} and {queries.positions}")  # fmt: skip
    return AttentionShape(queries.count, queries.count // keys.count, queries.positions,
                          keys.positions, queries.size, values.size, causal)  # fmt: skip


@dataclass
class _Rows:
    """A tile of queries, and what is known of it after some blocks of keys."""

    tile: QueryTile
    queries: list[nl.Tensor]
    """``[P, rows]`` for each tile of D."""
    bias: nl.Tensor | None = None
    """``[rows, 1]``: minus the largest score so far, scaled."""
    total: nl.Tensor | None = None
    """``[rows, 1]``: the sum of exponentials."""
    mixed: nl.Tensor | None = None
    """``[rows, E]``: the sum of values times exponentials."""


@dataclass
class _Step:
    """A tile of queries meets the first ``seen`` keys of a block."""

    rows: _Rows
    loaded: KeyValues
    seen: int
    is_last: bool


@dataclass
class _Weighted:
    """What a step made of its scores."""

    step: _Step
    powers: nl.Tensor
    """``[rows, seen]``: the exponentials; then, turned, ``[height, tiles, rows]``."""
    total: nl.Tensor
    """``[rows, 1]``: their sum, and that of the steps before."""
    shrink: nl.Tensor | None
    """``[rows, 1]``: the factor of what was summed before, now that the maximum is larger."""


def _steps(plan: AttentionPlan, queries: Heads, keys: Heads, values: Heads) -> Iterator[_Step]:
    """All steps in order; what a step needs is loaded when it is asked for."""
    shape = plan.shape
    everything = KeyBlock(0, shape.keys)
    for pair in range(shape.heads // shape.shared):
        kept: dict[KeyBlock, KeyValues] = {}
        for tiles in plan.groups(pair):
            loads, found = load_queries(queries, tiles), dict[QueryTile, _Rows]()
            for block, tile in itertools.product(plan.blocks(), tiles):
                seen = plan.seen(tile, block)
                if not seen:
                    continue
                if block not in kept:
                    kept[block] = KeyValues(keys, values, pair, block, plan.height)
                if tile not in found:
                    found[tile] = _Rows(tile, next(loads))
                is_last = block.first + seen == plan.seen(tile, everything)
                yield _Step(found[tile], kept[block], seen, is_last)
            if not plan.keeps:
                kept.clear()


def _exponentials(plan: AttentionPlan, step: _Step, scale: float) -> _Weighted:
    """Scores, their maximum and the exponentials of what is left without it."""
    rows, size = step.rows, step.rows.tile.rows
    scores = nl.ndarray((size, step.seen), nl.float32, buffer=nl.psum, name="scores")
    for left, right in zip(rows.queries, step.loaded.keys, strict=True):
        nisa.nc_matmul(scores, left, right[:, : step.seen])
    hidden = plan.hidden(rows.tile, step.loaded.block)
    if hidden < step.seen:
        _hide(scores, hidden)
    lowest = statistic(size)
    nisa.tensor_reduce(lowest, nl.maximum, scores, axis=1, negate=True, keepdims=True)
    bias, before = statistic(size), rows.bias
    if before is None:
        nisa.tensor_scalar(bias, lowest, nl.multiply, scale)
    else:
        nisa.scalar_tensor_tensor(bias, lowest, nl.multiply, scale, nl.minimum, before)
    powers = nl.ndarray((size, step.seen), step.loaded.dtype, name="powers")
    total = statistic(size)
    nisa.activation(powers, nl.exp, scores, bias=bias, scale=scale, reduce_op=nl.add,
                    reduce_res=total, reduce_cmd=nisa.reduce_cmd.reset_reduce)  # fmt: skip
    shrink = None
    if before is not None:
        assert rows.total is not None
        shrink, both = statistic(size), statistic(size)
        nisa.activation(shrink, nl.exp, before, bias=bias, scale=-1.0)
        nisa.scalar_tensor_tensor(both, rows.total, nl.multiply, shrink, nl.add, total)
        total = both
    rows.bias, rows.total = bias, total
    return _Weighted(step, powers, total, shrink)


def _hide(scores: nl.Tensor, first: int) -> None:
    """Query i sees ``first + i`` keys of the block; the scores of the others become -inf."""
    start = max(0, first)
    part = scores[:, start:]
    pattern = [[-1, part.shape[1]]]
    nisa.affine_select(part, pattern, channel_multiplier=1, on_true_tile=part,
                       on_false_value=-math.inf, cmp_op=nl.greater,
                       offset=first - start)  # fmt: skip


def _turned(weighted: _Weighted) -> _Weighted:
    """The exponentials with keys on partitions, where the array sums them up."""
    rows, seen = weighted.powers.shape
    height = weighted.step.loaded.height
    full, rest = divmod(seen, height)
    shape = (min(height, seen), full + bool(rest), rows)
    turned = nl.ndarray(shape, weighted.powers.dtype, buffer=nl.psum, name="turned")
    result = nl.ndarray(shape, weighted.powers.dtype, name="weights")
    for at in range(shape[1]):
        count = min(height, seen - at * height)
        data = weighted.powers[:, nl.ds(at * height, count)]
        nisa.nc_transpose(turned[:count, at], data)
    if full:
        nisa.tensor_copy(result[:, :full], turned[:, :full], engine=nisa.vector_engine)
    if rest:
        nisa.tensor_copy(result[:rest, full], turned[:rest, full], engine=nisa.vector_engine)
    weighted.powers = result
    return weighted


def _mixed(weighted: _Weighted, out: nl.Tensor) -> None:
    """Values times exponentials, added to those of the steps before; after the last one the
    quotient goes to ``out``."""
    step, rows = weighted.step, weighted.step.rows
    values, tile = step.loaded.values, rows.tile
    shape = (tile.rows, values.shape[2])
    mixed = nl.ndarray(shape, nl.float32, buffer=nl.psum, name="mixed")
    height = step.loaded.height
    for at in range(weighted.powers.shape[1]):
        count = min(height, step.seen - at * height)
        nisa.nc_matmul(mixed, weighted.powers[:count, at], values[:count, at])
    sums = mixed
    if weighted.shrink is not None:
        assert rows.mixed is not None
        sums = nl.ndarray(shape, nl.float32, name="sums")
        nisa.scalar_tensor_tensor(sums, rows.mixed, nl.multiply, weighted.shrink, nl.add, mixed)
    elif not step.is_last:
        sums = nl.ndarray(shape, nl.float32, name="sums")
        nisa.tensor_copy(sums, mixed, engine=nisa.vector_engine)
    if not step.is_last:
        rows.mixed = sums
        return
    nisa.reciprocal(weighted.total, weighted.total)
    result = nl.ndarray(shape, out.dtype, name="result")
    nisa.tensor_scalar(result, sums, nl.multiply, weighted.total)
    nisa.dma_copy(out[tile.head, nl.ds(tile.first, tile.rows)], result)


def build(
    config: str | CoreConfig, *, heads: int, s: int, d: int, dtype: Any = "bf16",
    kv_heads: int | None = None, t: int | None = None, e: int | None = None, causal: bool = False,
    scale: float | None = None, turned: bool = False, out_dtype: Any = None,
) -> Program:  # fmt: skip
    """A program for ``heads`` heads of ``s`` queries of size ``d``; ``kv_heads`` heads (default:
    as many) of ``t`` (default: ``s``) keys, and values of size ``e`` (default: ``d``).

    Inputs ``qT[heads, d, s]``, ``kT[kv_heads, d, t]`` (``turned``: ``q[heads, s, d]`` and
    ``k[kv_heads, t, d]``) and ``v[kv_heads, t, e]``; output ``out[heads, s, e]``.
    """
    pairs, keys, ending = kv_heads or heads, t or s, "" if turned else "T"
    sizes = {"q": (heads, s, d), "k": (pairs, keys, d), "v": (pairs, keys, e or d)}
    specs: dict[str, Any] = {"causal": causal, "scale": scale, "out_dtype": out_dtype}
    for name, (count, positions, size) in sizes.items():
        if name == "v" or turned:
            specs[name] = nki.TensorArg((count, positions, size), dtype)
        else:
            specs[name + ending] = nki.TensorArg((count, size, positions), dtype)
    return nki.compile(attention, config, specs)
