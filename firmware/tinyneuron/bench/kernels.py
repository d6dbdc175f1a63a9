"""The kernels on random data: normal operands, fixed seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import FORMATS, get_dtype

from ..kernels import conv1d as conv1d_kernel
from ..kernels import conv2d as conv2d_kernel
from ..kernels import looped_matmul as looped_kernel
from ..kernels import matmul as matmul_kernel
from ..program.program import Program
from ..runtime.dtypes import numpy_dtype
from ..runtime.errors import TinyneuronError
from .report import SEED, Work, compiled

__all__ = ["conv1d", "conv1d_reference", "conv2d", "conv2d_reference", "matmul", "operand"]


def matmul(
    config: CoreConfig, *, m: int, k: int, n: int, dtype: str = "bf16", layout: str = "tn",
    batch: int = 1, loops: bool = False, name: str = "matmul",
) -> Work:  # fmt: skip
    """``batch`` products lhs[M, K] @ rhs[K, N] -> out[M, N], operands of :func:`operand` in one of
    the kernel's layouts. One product has no leading axes. With ``loops``, the kernel of hardware
    loops: one product of floats in layout ``tn``.

    Raises
    ------
    TinyneuronError
        ``loops`` with another layout or several products.
    """
    stacked = batch if batch > 1 else None
    if loops and (batch > 1 or layout != "tn"):
        raise TinyneuronError(f"loops: one product in layout tn, not {batch} in {layout}")

    def build() -> Program:
        if loops:
            return looped_kernel.build(config, m=m, k=k, n=n, dtype=dtype)
        return matmul_kernel.build(config, m=m, k=k, n=n, dtype=dtype, layout=layout,
                                   lhs_batch=stacked, rhs_batch=stacked)  # fmt: skip

    program, seconds = compiled(build)
    rng = np.random.default_rng(SEED)
    inputs = {spec.name: operand(rng, spec.shape, dtype) for spec in program.of_kind("input")}
    return Work(
        name=name,
        program=program,
        inputs=inputs,
        reference=lambda: _plain(inputs, "lhs") @ _plain(inputs, "rhs"),
        macs=batch * m * k * n,
        dtype=dtype,
        parameters={"m": m, "k": k, "n": n, "layout": layout, "batch": batch, "loops": loops},
        compile_s=seconds,
    )


def _plain(inputs: dict[str, np.ndarray], name: str) -> np.ndarray:
    """An operand in float64, as it is multiplied."""
    if name in inputs:
        return inputs[name].astype(np.float64)
    return inputs[f"{name}T"].astype(np.float64).swapaxes(-1, -2)


def operand(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Normal random numbers of a float type, or any of an integer type."""
    fmt, kind = FORMATS[get_dtype(dtype)], numpy_dtype(get_dtype(dtype))
    if not fmt.is_float:
        limits = np.iinfo(kind)
        return rng.integers(limits.min, limits.max, shape, kind, endpoint=True)
    values = rng.standard_normal(shape).astype(np.float32)
    if dtype == "tf32":
        values = (values.view(np.uint32) & np.uint32(0xFFFF_E000)).view(np.float32)
    return values.astype(kind)


def conv2d(
    config: CoreConfig, *, n: int = 1, h: int, w: int, cin: int, cout: int, kernel: int,
    stride: int = 1, pad: int = 0, dilation: int = 1, groups: int = 1, dtype: str = "bf16",
    name: str = "conv2d",
) -> Work:  # fmt: skip
    """input[N, C, H, W], weights[Cin / groups, kh, kw, Cout] -> [N, Cout, Ho, Wo]."""
    how = {"stride": stride, "pad": pad, "dilation": dilation, "groups": groups}
    shape: dict[str, Any] = {"n": n, "h": h, "w": w, "cin": cin, "cout": cout, "kernel": kernel}
    shape |= how
    program, seconds = compiled(lambda: conv2d_kernel.build(config, **shape, dtype=dtype))
    rng = np.random.default_rng(SEED)
    image = operand(rng, (n, cin, h, w), dtype)
    weights = operand(rng, (cin // groups, kernel, kernel, cout), dtype)
    _, _, out_h, out_w = program.tensor("out").shape
    return Work(
        name=name,
        program=program,
        inputs={"image": image, "weights": weights},
        reference=lambda: conv2d_reference(image, weights, **how),
        macs=n * out_h * out_w * cout * (cin // groups) * kernel * kernel,
        dtype=dtype,
        parameters=shape,
        compile_s=seconds,
    )


def conv1d(
    config: CoreConfig, *, n: int = 1, length: int, cin: int, cout: int, kernel: int,
    stride: int = 1, pad: int = 0, dilation: int = 1, groups: int = 1, dtype: str = "bf16",
    name: str = "conv1d",
) -> Work:  # fmt: skip
    """input[N, C, L], weights[Cin / groups, k, Cout] -> [N, Cout, Lo]."""
    how = {"stride": stride, "pad": pad, "dilation": dilation, "groups": groups}
    shape: dict[str, Any] = {"n": n, "length": length, "cin": cin, "cout": cout, "kernel": kernel}
    shape |= how
    program, seconds = compiled(lambda: conv1d_kernel.build(config, **shape, dtype=dtype))
    rng = np.random.default_rng(SEED)
    image = operand(rng, (n, cin, length), dtype)
    weights = operand(rng, (cin // groups, kernel, cout), dtype)
    return Work(
        name=name,
        program=program,
        inputs={"image": image, "weights": weights},
        reference=lambda: conv1d_reference(image, weights, **how),
        macs=n * program.tensor("out").shape[2] * cout * (cin // groups) * kernel,
        dtype=dtype,
        parameters=shape,
        compile_s=seconds,
    )


def conv1d_reference(
    image: np.ndarray, weights: np.ndarray, *, stride: int, pad: int, dilation: int, groups: int
) -> np.ndarray:
    """The convolution in float64: image [N, C, L], weights [C / groups, k, Cout]."""
    n, _, length = image.shape
    depth, width, cout = weights.shape
    count = (length + 2 * pad - dilation * (width - 1) - 1) // stride + 1
    padded = np.pad(image.astype(np.float64), ((0, 0), (0, 0), (pad, pad)))
    out = np.zeros((n, groups, cout // groups, count))
    taps = weights.astype(np.float64).reshape(depth, width, groups, cout // groups)
    for tap in range(width):
        seen = padded[:, :, tap * dilation :][:, :, : (count - 1) * stride + 1 : stride]
        source = seen.reshape(n, groups, depth, count)
        out += np.einsum("ngcl,cgo->ngol", source, taps[:, tap])
    return out.reshape(n, cout, count)


def conv2d_reference(
    image: np.ndarray, weights: np.ndarray, *, stride: int, pad: int, dilation: int, groups: int
) -> np.ndarray:
    """The convolution in float64: image [N, C, H, W], weights [C / groups, kh, kw, Cout]."""
    n, _, h, w = image.shape
    depth, kh, kw, cout = weights.shape
    out_h = (h + 2 * pad - dilation * (kh - 1) - 1) // stride + 1
    out_w = (w + 2 * pad - dilation * (kw - 1) - 1) // stride + 1
    padded = np.pad(image.astype(np.float64), ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((n, cout, out_h, out_w))
    per_group = cout // groups
    for group in range(groups):
        source = padded[:, group * depth : (group + 1) * depth]
        kernels = weights[..., group * per_group : (group + 1) * per_group].astype(np.float64)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i * dilation, i * dilation + (out_h - 1) * stride + 1, stride)
                cols = slice(j * dilation, j * dilation + (out_w - 1) * stride + 1, stride)
                out[:, group * per_group : (group + 1) * per_group] += np.einsum(
                    "nchw,co->nohw", source[:, :, rows, cols], kernels[:, i, j]
                )
    return out
