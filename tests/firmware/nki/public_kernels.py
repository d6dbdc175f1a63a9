"""Public kernels of the current NKI generation, run from checkouts of their repositories.

Their code is not part of this project: ``TINYNEURON_PUBLIC_KERNELS`` names a folder with checkouts
of ``aws-neuron-sdk`` and ``nki-library`` (both of the GitHub organisation aws-neuron). Run as a
script, this file prints the table of docs/kernels/public.md::

    TINYNEURON_PUBLIC_KERNELS=~/checkouts python tests/firmware/nki/public_kernels.py
"""

from __future__ import annotations

import importlib
import importlib.util
import math
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np

from tinyneuron import nki

VARIABLE = "TINYNEURON_PUBLIC_KERNELS"
EXAMPLES = "aws-neuron-sdk/nki/examples"
LIBRARY = "nki-library/src"
BF16, FP16, FP32 = np.dtype(ml_dtypes.bfloat16), np.dtype(np.float16), np.dtype(np.float32)
SEED = 2026


@dataclass(frozen=True)
class Case:
    """A public kernel, arguments, and what it must give.

    ``file``: in :data:`EXAMPLES`, or a module of the library. ``make(rng, config)``: positional
    arguments, keyword arguments and the expected arrays. ``bound``: the largest error, relative to
    the largest expected value. ``targets``: configuration -> targets.
    """

    name: str
    file: str
    function: str
    make: Callable[[np.random.Generator], tuple[list[Any], dict[str, Any], list[np.ndarray]]]
    bound: float
    targets: tuple[tuple[str, str], ...]
    grid: int = 0


def folder() -> Path | None:
    """Where the checkouts are, if that is said."""
    found = os.environ.get(VARIABLE)
    return Path(found).expanduser() if found else None


def kernel_of(case: Case, root: Path) -> Any:
    """The kernel, its file unmodified; ``import nki`` must be ours already."""
    if not case.file.endswith(".py"):
        path = str(root / LIBRARY)
        if path not in sys.path:
            sys.path.insert(0, path)
        for name in [name for name in sys.modules if name.startswith("nkilib_src")]:
            del sys.modules[name]
        return getattr(importlib.import_module(case.file), case.function)
    path = root / EXAMPLES / case.file
    spec = importlib.util.spec_from_file_location(path.stem.replace("-", "_"), path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, case.function)


def error_of(case: Case, root: Path, target: str, config: str) -> float:
    """Runs the kernel; the largest error, relative to the largest expected value of an output."""
    args, kwargs, expected = case.make(np.random.default_rng(SEED))
    # A module may ask for sizes when it is imported.
    with nki.use(target, config):
        with nki.install():
            kernel = kernel_of(case, root)
        found = (kernel[case.grid] if case.grid else kernel)(*args, **kwargs)
    outputs = list(found) if isinstance(found, tuple) else [found]
    assert len(outputs) == len(expected)
    worst = 0.0
    for output, exact in zip(outputs, expected, strict=True):
        assert output.shape == exact.shape, (output.shape, exact.shape)
        apart = np.abs(output.astype(np.float64) - exact.astype(np.float64)).max()
        worst = max(worst, float(apart / max(np.abs(exact.astype(np.float64)).max(), 1e-30)))
    return worst if not math.isnan(worst) else math.inf


def _normal(rng: np.random.Generator, shape: tuple[int, ...], dtype: Any = FP32) -> np.ndarray:
    return rng.standard_normal(shape).astype(np.float32).astype(dtype)


def _sum(shape: tuple[int, ...], dtype: Any = FP32):
    def make(rng):
        a, b = (_normal(rng, shape, dtype) for _ in range(2))
        return [a, b], {}, [a.astype(np.float32) + b.astype(np.float32)]

    return make


def _transpose(rng):
    a = rng.integers(-100, 100, (4, 12)).astype(np.int8)
    turned = a.reshape(4, 3, 4).transpose(0, 2, 1).reshape(4, 12)
    return [a, (3, 4)], {}, [turned]


def _pool(reduce, dtype=FP32):
    def make(rng):
        a = _normal(rng, (4, 6, 8), dtype)
        windows = a.astype(np.float32).reshape(4, 3, 2, 4, 2)
        return [a, 2], {}, [reduce(windows, axis=(2, 4))]

    return make


def _split(rng):
    a = _normal(rng, (4, 9))
    return [a], {}, [a[:, ::2], a[:, 1::2]]


def _exp(rng):
    a = _normal(rng, (128, 512))
    return [a], {}, [np.exp(a)]


def _matmul(k: int, m: int, n: int, dtype: Any = BF16, **options: int):
    def make(rng):
        lhs, rhs = _normal(rng, (k, m), dtype), _normal(rng, (k, n), dtype)
        return [lhs, rhs], options, [lhs.astype(np.float64).T @ rhs.astype(np.float64)]

    return make


def _mamba(batch: int, channels: int, states: int, length: int):
    def make(rng):
        delta = np.abs(_normal(rng, (batch, channels, length))) * np.float32(0.2)
        u = _normal(rng, (batch, channels, length))
        a = -np.abs(_normal(rng, (channels, states)))
        b, c = (_normal(rng, (batch, states, length)) for _ in range(2))
        state = np.zeros((batch, channels, states))
        result = np.zeros((batch, channels, length))
        for at in range(length):
            decay = np.exp(delta[:, :, at, None].astype(np.float64) * a)
            gain = (delta[:, :, at] * u[:, :, at])[:, :, None] * b[:, None, :, at]
            state = decay * state + gain
            result[:, :, at] = (state * c[:, None, :, at]).sum(axis=2)
        return [delta, u, a, b, c], {}, [result]

    return make


def _dynamic_sum(rng):
    a, b = (_normal(rng, (256, 512), BF16) for _ in range(2))
    total = (a.astype(np.float32) + b.astype(np.float32)).astype(BF16)
    return [a, b, np.array([[2]], np.int32)], {}, [total]


def _cumsum(shape: tuple[int, ...]):
    def make(rng):
        x = _normal(rng, shape)
        return [x], {}, [np.cumsum(x.astype(np.float64), axis=-1)]

    return make


def _rope(**options: Any):
    def make(rng):
        depth, batch, heads, length = 64, 1, 2, 16
        x = _normal(rng, (depth, batch, heads, length))
        angles = rng.uniform(0, 6, (depth // 2, batch, length)).astype(np.float32)
        cos, sin = np.cos(angles), np.sin(angles)
        interleaved = not options.get("contiguous_layout", True)
        first, second = (x[::2], x[1::2]) if interleaved else (x[:32], x[32:])
        c, s = cos[:, :, None], sin[:, :, None]
        low, high = first * c - second * s, second * c + first * s
        result = np.empty_like(x)
        if interleaved:
            result[::2], result[1::2] = low, high
        else:
            result[:32], result[32:] = low, high
        return [x, cos, sin], options, [result]

    return make


def _rope_hf(length: int, *, backward: bool, packed: bool):
    def make(rng):
        batch, heads, depth = 1, 2, 8
        q, k = _normal(rng, (batch, heads, length, depth)), _normal(rng, (batch, 1, length, depth))
        cos, sin = (_normal(rng, (length, depth)) for _ in range(2))
        half = depth // 2

        def turned(x):
            low, high = x[..., :half], x[..., half:]
            if backward:
                return x * cos + np.concatenate([high * sin[:, half:], -low * sin[:, :half]], -1)
            return x * cos + np.concatenate([-high * sin[:, :half], low * sin[:, half:]], -1)

        given = (
            {"rope_cache": np.concatenate([cos, sin], -1)} if packed else {"cos": cos, "sin": sin}
        )
        outs = [np.zeros_like(q), np.zeros_like(k)]
        return [q, k, *outs], {**given, "backward": backward}, [turned(q), turned(k)]

    return make


def _entropy(rows: int, vocabulary: int, chunk: int, batch: int):
    def make(rng):
        x = _normal(rng, (rows, vocabulary))
        labels = rng.integers(0, vocabulary, rows).astype(np.int32)
        exact = x.astype(np.float64)
        lse = np.log(np.exp(exact).sum(axis=1))
        options = {"positions_per_batch": batch, "chunk_size": chunk, "dtype": nki.language.float32}
        return [x, labels], options, [lse - exact[np.arange(rows), labels], lse]

    return make


def _entropy_gradient(rows: int, vocabulary: int, chunk: int, batch: int, *, inplace: bool):
    def make(rng):
        x = _normal(rng, (rows, vocabulary))
        labels = rng.integers(0, vocabulary, rows).astype(np.int32)
        exact = x.astype(np.float64)
        lse = np.log(np.exp(exact).sum(axis=1))
        result = np.exp(exact - lse[:, None])
        result[np.arange(rows), labels] -= 1
        options = {"positions_per_batch": batch, "chunk_size": chunk, "inplace": inplace,
                   "dtype": nki.language.float32}  # fmt: skip
        return [x, labels, lse.astype(np.float32)], options, [result / rows]

    return make


def _depthwise(width: int, size: int, *, pad: int, stride: int):
    def make(rng):
        channels, batch = 4, 1
        image = _normal(rng, (batch, channels, 1, width))
        weights = _normal(rng, (channels, 1, 1, size))
        padded = np.pad(image.astype(np.float64), ((0, 0),) * 3 + ((pad, pad),))
        count = (width + 2 * pad - size) // stride + 1
        result = np.zeros((batch, channels, 1, count))
        for at in range(count):
            window = padded[..., at * stride : at * stride + size]
            result[..., at] = (window * weights[:, 0]).sum(axis=-1)
        options = {"padding": ((0, 0), (pad, pad)), "stride": (1, stride),
                   "feature_group_count": channels}  # fmt: skip
        return [image, weights], options, [result]

    return make


def _conv1d(rng):
    x, w = _normal(rng, (1, 8, 20)), _normal(rng, (3, 8, 16))
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(x[0], ((0, 0), (1, 1))), 3, axis=1)
    exact = np.einsum("clk,kco->ol", windows.astype(np.float64), w)
    return [x, w], {"padding": (1, 1)}, [exact[None]]


def _attention(*, causal: bool):
    def make(rng):
        q, v = (_normal(rng, (1, 128, 64), BF16) for _ in range(2))
        k = _normal(rng, (1, 64, 128), BF16)
        scores = q[0].astype(np.float64) @ k[0].astype(np.float64) / 8
        if causal:
            scores = np.where(np.tril(np.ones((128, 128))) > 0, scores, -np.inf)
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        exact = powers / powers.sum(axis=1, keepdims=True) @ v[0].astype(np.float64)
        return [q, k, v], {"scale": 0.125, "causal_mask": causal}, [exact[None]]

    return make


def _attention_gradient(rng):
    depth, length = 64, 512
    given = [_normal(rng, (1, 1, depth, length), BF16) for _ in range(4)]
    q, k, v, dy = (item[0, 0].astype(np.float64).T for item in given)
    scores = np.where(np.tril(np.ones((length, length))) > 0, q @ k.T / 8, -np.inf)
    highest = scores.max(axis=1, keepdims=True)
    logs = np.log(np.exp(scores - highest).sum(axis=1, keepdims=True)) + highest
    powers = np.exp(scores - logs)
    slope = powers * (dy @ v.T - ((dy @ v.T) * powers).sum(axis=1, keepdims=True)) / 8
    out = np.ascontiguousarray((powers @ v).T[None, None].astype(BF16))
    logs = np.ascontiguousarray(logs.reshape(-1, 128).T[None, None].astype(np.float32))
    exact = [item.T[None, None] for item in (slope @ k, slope.T @ q, powers.T @ dy)]
    options = {"use_causal_mask": True, "mixed_precision": True}
    return [*given[:3], out, given[3], logs], options, exact


def _projection(rng):
    x, w = _normal(rng, (1, 128, 512), BF16), _normal(rng, (512, 384), BF16)
    return [x, w], {}, [x.astype(np.float64) @ w.astype(np.float64)]


def _output_projection(rng):
    x, w = _normal(rng, (1, 2, 64, 512), BF16), _normal(rng, (128, 512), BF16)
    heads = w.astype(np.float64).reshape(2, 64, 512)
    return [x, w], {}, [np.einsum("bnds,ndh->bsh", x.astype(np.float64), heads)]


def _cascaded(rows: int, vocabulary: int):
    def make(rng):
        x = rng.permutation(rows * vocabulary).astype(np.float32).reshape(rows, vocabulary)
        best = x.argmax(axis=1)[:, None]
        return [x], {}, [np.take_along_axis(x, best, 1), best.astype(np.uint32)]

    return make


_GOLDEN = (("inferentia2", "golden"),)
_DEFAULT = (("default", "golden"),)
_SMALL = (("tiny", "golden"), ("tiny", "verilator"))
_LARGER = "tiny,sbuf_partition_bytes=16384"
_ROOMY = ((_LARGER, "golden"), (_LARGER, "verilator"))
_MATMUL = "matrix_multiplication/matrix_multiplication_nki_kernels.py"
_MAMBA = "fused_mamba/mamba_nki_kernels.py"
_LIB = "nkilib_src.nkilib"

CASES = [
    Case("tensor addition", "tensor_addition/tensor_addition_nki_kernels.py", "nki_tensor_add",
         _sum((128, 1024)), 1e-6, _GOLDEN),
    Case("getting started (addition)", "getting_started_baremetal.py", "nki_tensor_add_kernel",
         _sum((4, 3), FP16), 1e-3, _SMALL),
    Case("transpose2d", "transpose2d/transpose2d_nki_kernels.py", "tensor_transpose2D_kernel_",
         _transpose, 0, _SMALL),
    Case("average pooling", "average_pool2d/average_pool2d_nki_kernels.py", "tensor_avgpool_kernel",
         _pool(np.mean), 1e-6, _SMALL),
    Case("max pooling", "index-case-3.py", "tensor_maxpool_kernel_", _pool(np.max), 0, _SMALL),
    Case("tensor split", "index-case-1.py", "tensor_split_kernel_", _split, 0, _SMALL),
    Case("exp", "layout-pass.py", "tensor_exp_kernel_", _exp, 1e-6, _GOLDEN),
    Case("matmul, basic", _MATMUL, "nki_matmul_basic_", _matmul(128, 64, 512), 6e-3, _GOLDEN),
    Case("matmul, tiled", _MATMUL, "nki_matmul_tiled_", _matmul(8, 8, 128), 6e-3, _SMALL),
    Case("matmul, hoisted loads", _MATMUL, "nki_matmul_hoist_load_", _matmul(8, 8, 128, FP16),
         1e-3, _SMALL),
    Case("matmul, blocked free axes", _MATMUL, "nki_matmul_block_free_dimension_",
         _matmul(8, 8, 128), 6e-3, _SMALL),
    Case("matmul, fully optimized", _MATMUL, "nki_matmul_fully_optimized_",
         _matmul(16, 16, 128, TILES_IN_BLOCK_M=2, TILES_IN_BLOCK_N=2, TILES_IN_BLOCK_K=2), 6e-3,
         _SMALL),
    Case("mamba v1", _MAMBA, "mamba_v1", _mamba(1, 128, 2, 64), 1e-5, _GOLDEN),
    Case("mamba v1, small", _MAMBA, "mamba_v1", _mamba(1, 128, 2, 16), 1e-5, _SMALL),
    Case("mamba v2", _MAMBA, "mamba_v2", _mamba(1, 128, 2, 16), 1e-5, _SMALL),
    Case("mamba v3", _MAMBA, "mamba_v3", _mamba(1, 4, 2, 512), 1e-5, _ROOMY),
    Case("rope_hf", f"{_LIB}.core.embeddings.rope_hf", "rope_hf",
         _rope_hf(8, backward=False, packed=False), 1e-6, _SMALL),
    Case("rope_hf, backward, packed", f"{_LIB}.core.embeddings.rope_hf", "rope_hf",
         _rope_hf(128, backward=True, packed=True), 1e-6, _GOLDEN),
    Case("rope_hf, grid of 2", f"{_LIB}.core.embeddings.rope_hf", "rope_hf",
         _rope_hf(16, backward=False, packed=True), 1e-6, _SMALL, grid=2),
    Case("cross-entropy forward", f"{_LIB}.experimental.loss.cross_entropy",
         "cross_entropy_forward", _entropy(4, 40, 16, 4), 1e-5, _SMALL),
    Case("cross-entropy forward, grid of 2", f"{_LIB}.experimental.loss.cross_entropy",
         "cross_entropy_forward", _entropy(32, 300, 128, 8), 1e-5, _DEFAULT,
         grid=2),
    Case("cross-entropy backward", f"{_LIB}.experimental.loss.cross_entropy",
         "cross_entropy_backward", _entropy_gradient(4, 40, 16, 4, inplace=False), 1e-5, _SMALL),
    Case("cross-entropy backward, in place", f"{_LIB}.experimental.loss.cross_entropy",
         "cross_entropy_backward", _entropy_gradient(4, 40, 16, 4, inplace=True), 1e-5, _SMALL),
    Case("depthwise conv1d", f"{_LIB}.experimental.conv.depthwise_conv1d",
         "depthwise_conv1d_implicit_gemm", _depthwise(12, 3, pad=0, stride=1), 1e-5, _SMALL),
    Case("depthwise conv1d, padded, stride 2", f"{_LIB}.experimental.conv.depthwise_conv1d",
         "depthwise_conv1d_implicit_gemm", _depthwise(12, 3, pad=1, stride=2), 1e-5, _SMALL),
    Case("dynamic addition", f"{_LIB}.experimental.dynamic_shapes.dynamic_elementwise_add",
         "dynamic_elementwise_add", _dynamic_sum, 0, _GOLDEN),
    Case("cumsum", f"{_LIB}.core.cumsum.cumsum", "cumsum", _cumsum((130, 40)), 1e-5, _GOLDEN),
    Case("RoPE", f"{_LIB}.core.embeddings.rope", "RoPE", _rope(), 1e-6, _GOLDEN),
    Case("RoPE, interleaved by DMA", f"{_LIB}.core.embeddings.rope", "RoPE",
         _rope(contiguous_layout=False), 1e-6, _GOLDEN),
    Case("RoPE, interleaved in SBUF", f"{_LIB}.core.embeddings.rope", "RoPE",
         _rope(contiguous_layout=False, relayout_in_sbuf=True), 1e-6, _GOLDEN),
    Case("conv1d", f"{_LIB}.experimental.conv.conv1d", "conv1d", _conv1d, 1e-5, _GOLDEN),
    Case("attention, forward", f"{_LIB}.core.attention.attention_cte", "attention_cte",
         _attention(causal=False), 1e-2, _GOLDEN),
    Case("attention, forward, causal", f"{_LIB}.core.attention.attention_cte", "attention_cte",
         _attention(causal=True), 1e-2, _GOLDEN),
    Case("attention, backward, causal", f"{_LIB}.core.attention.attention_bwd", "attention_bwd",
         _attention_gradient, 1e-2, _GOLDEN),
    Case("projection of queries, keys and values", f"{_LIB}.core.qkv.qkv", "qkv", _projection,
         8e-3, _GOLDEN),
    Case("output projection",
         f"{_LIB}.core.output_projection.output_projection_cte.output_projection_cte",
         "output_projection_cte", _output_projection, 8e-3, _GOLDEN),
    Case("cascaded max", f"{_LIB}.core.max.cascaded_max", "cascaded_max", _cascaded(1, 64), 0,
         _SMALL),
    Case("cascaded max, several rows", f"{_LIB}.core.max.cascaded_max", "cascaded_max",
         _cascaded(3, 1000), 0, _GOLDEN),
]  # fmt: skip


def main() -> None:
    """Prints the table of docs/kernels/public.md."""
    root = folder()
    if root is None:
        sys.exit(f"{VARIABLE} must name the folder with the checkouts")
    print("| kernel | where | configuration | targets | largest error |")
    print("| --- | --- | --- | --- | --- |")
    for case in CASES:
        for config in dict.fromkeys(name for name, _ in case.targets):
            targets = [target for name, target in case.targets if name == config]
            errors = [error_of(case, root, target, config) for target in targets]
            shown = f"{max(errors):.1e}" if max(errors) else "0"
            assert max(errors) <= case.bound, (case.name, config, targets, errors)
            where = case.file.removeprefix(f"{_LIB}.")
            print(f"| {case.name} | `{where}` | `{config}` | {', '.join(targets)} | {shown} |",
                  flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
