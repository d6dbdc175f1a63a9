"""Layers of language models on random data: attention, an embedding, the scan of Mamba."""

from __future__ import annotations

import math

import numpy as np

from tinyneuron_hw.config import CoreConfig

from ..kernels import attention as attention_kernel
from ..kernels.embedding import embedding as embedding_kernel
from ..kernels.mamba import selective_scan as scan_kernel
from ..nki import TensorArg, compile
from .floor import floors
from .kernels import operand
from .report import SEED, Work, compiled

__all__ = ["attention", "attention_reference", "embedding", "scan", "scan_reference"]


def attention(
    config: CoreConfig, *, heads: int, s: int, d: int, kv_heads: int | None = None,
    causal: bool = False, turned: bool = False, dtype: str = "bf16", name: str = "attention",
) -> Work:  # fmt: skip
    """``heads`` heads of ``s`` queries and keys of size ``d``, qT[heads, D, S], kT[kv_heads, D, S]
    and v[kv_heads, S, D] (``turned``: q and k as v) -> out[heads, S, D]. What a causal one leaves
    out is no useful product."""
    how = {"heads": heads, "s": s, "d": d, "kv_heads": kv_heads, "causal": causal, "turned": turned}
    program, seconds = compiled(lambda: attention_kernel.build(config, **how, dtype=dtype))
    rng = np.random.default_rng(SEED)
    inputs = {spec.name: operand(rng, spec.shape, dtype) for spec in program.of_kind("input")}

    def reference() -> np.ndarray:
        given = {key: value.astype(np.float64) for key, value in inputs.items()}
        q, k = (given[key] if turned else given[f"{key}T"].swapaxes(1, 2) for key in ("q", "k"))
        return attention_reference(q, k, given["v"], causal=causal)

    seen = s * (s + 1) // 2 if causal else s * s
    return Work(
        name=name,
        program=program,
        inputs=inputs,
        reference=reference,
        macs=heads * seen * 2 * d,
        dtype=dtype,
        parameters=how,
        compile_s=seconds,
    )


def attention_reference(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, *, causal: bool = False,
    scale: float | None = None,
) -> np.ndarray:  # fmt: skip
    """``softmax(scale * q @ k.T) @ v`` for each head, in the type of the arguments: q [heads, S,
    D], k [kv_heads, T, D], v [kv_heads, T, E] -> [heads, S, E]. Causal: query i sees keys 0 to ``i
    + T - S``."""
    heads, queries, depth = q.shape
    keys = k.shape[1]
    k, v = (np.repeat(item, heads // k.shape[0], 0) for item in (k, v))
    factor = q.dtype.type(1 / math.sqrt(depth) if scale is None else scale)
    scores = np.einsum("hid,hjd->hij", q, k) * factor
    if causal:
        seen = np.arange(keys) <= np.arange(queries)[:, None] + keys - queries
        scores = np.where(seen, scores, -np.inf)
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True) @ v


def embedding(
    config: CoreConfig, *, vocabulary: int, width: int, tokens: int, outside: str = "error",
    dtype: str = "bf16", name: str = "embedding",
) -> Work:  # fmt: skip
    """table[V, D], tokens[N] (int32), all of them rows of the table -> out[N, D]. The parameters
    say what each engine and the memory take at least (:func:`floors`)."""
    rng = np.random.default_rng(SEED)
    table = operand(rng, (vocabulary, width), dtype)
    chosen = rng.integers(0, vocabulary, tokens).astype(np.int32)
    inputs = {"table": table, "tokens": chosen}
    specs = {key: TensorArg(value.shape, value.dtype) for key, value in inputs.items()}
    program, seconds = compiled(
        lambda: compile(embedding_kernel, config, specs | {"outside": outside})
    )
    sizes = {"vocabulary": vocabulary, "width": width, "tokens": tokens, "outside": outside}
    return Work(
        name=name,
        program=program,
        inputs=inputs,
        reference=lambda: table[chosen].astype(np.float64),
        macs=0,
        dtype=dtype,
        parameters={**sizes, "floor": floors(program)},
        compile_s=seconds,
    )


def scan(
    config: CoreConfig, *, channels: int, states: int, length: int, dtype: str = "bf16",
    name: str = "selective_scan",
) -> Work:  # fmt: skip
    """The selective scan of one sequence with everything that Mamba has: u, delta, gate
    [1, D, T], a [D, S], b, c [1, S, T], skip, delta_bias [D], softplus -> out[1, D, T]. The
    parameters say what each engine and the memory take at least (:func:`floors`)."""
    rng = np.random.default_rng(SEED)
    inputs = {name: operand(rng, (1, channels, length), dtype) for name in ("u", "delta", "gate")}
    inputs |= {name: operand(rng, (1, states, length), dtype) for name in ("b", "c")}
    inputs |= {name: operand(rng, (channels,), "fp32") for name in ("skip", "delta_bias")}
    inputs["a"] = -np.abs(operand(rng, (channels, states), "fp32"))
    specs = {key: TensorArg(value.shape, value.dtype) for key, value in inputs.items()}
    program, seconds = compiled(lambda: compile(scan_kernel, config, specs | {"softplus": True}))
    return Work(
        name=name,
        program=program,
        inputs=inputs,
        reference=lambda: scan_reference(**inputs, softplus=True),
        macs=0,
        dtype=dtype,
        parameters={
            "channels": channels, "states": states, "length": length, "floor": floors(program)
        },
        compile_s=seconds,
    )  # fmt: skip


def scan_reference(
    u: np.ndarray, delta: np.ndarray, a: np.ndarray, b: np.ndarray, c: np.ndarray, *,
    skip: np.ndarray | None = None, gate: np.ndarray | None = None,
    delta_bias: np.ndarray | None = None, softplus: bool = False,
) -> np.ndarray:  # fmt: skip
    """The selective scan in float64, point by point in time: u, delta, gate [N, D, T], a [D, S], b,
    c [N, S, T], skip, delta_bias [D] -> [N, D, T]."""
    u, delta, a, b, c = (item.astype(np.float64) for item in (u, delta, a, b, c))
    steps = delta if delta_bias is None else delta + delta_bias[:, None].astype(np.float64)
    if softplus:
        steps = np.logaddexp(0.0, steps)
    state = np.zeros((u.shape[0], *a.shape))
    out = np.zeros(u.shape)
    for now in range(u.shape[2]):
        step = steps[:, :, now, None]
        state = np.exp(step * a) * state + step * u[:, :, now, None] * b[:, None, :, now]
        out[:, :, now] = (state * c[:, None, :, now]).sum(-1)
    if skip is not None:
        out += skip[:, None].astype(np.float64) * u
    if gate is not None:
        wide = gate.astype(np.float64)
        out *= wide / (1 + np.exp(-wide))
    return out
