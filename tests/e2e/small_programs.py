"""Programs that a slow simulator finishes in a few thousand cycles, with the outputs they must
have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tinyneuron import nki
from tinyneuron.bench.kernels import conv2d_reference
from tinyneuron.kernels import conv2d, matmul
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.program.program import Program
from tinyneuron.runtime.dtypes import numpy_dtype
from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import get_dtype

__all__ = ["SMALL", "SmallCase", "conv2d_case", "lanes_case", "matmul_case", "transfers_case"]


@dataclass(frozen=True)
class SmallCase:
    """A program, its inputs, and its outputs according to NumPy.

    All values are small integers, so that every sum is exact and order does not matter.
    """

    program: Program
    inputs: dict[str, np.ndarray]
    expected: dict[str, np.ndarray]


def _integers(seed: int, *shape: int, dtype: str = "bf16") -> np.ndarray:
    rng = np.random.default_rng([seed, *shape])
    return rng.integers(-4, 5, shape).astype(numpy_dtype(get_dtype(dtype)))


def matmul_case(config: CoreConfig, m: int, k: int, n: int) -> SmallCase:
    """``lhsT.T @ rhs``."""
    lhs, rhs = _integers(1, k, m), _integers(2, k, n)
    out = (lhs.astype(np.float64).T @ rhs.astype(np.float64)).astype(lhs.dtype)
    program = matmul.build(config, m=m, k=k, n=n, dtype="bf16")
    return SmallCase(program, {"lhsT": lhs, "rhs": rhs}, {"out": out})


def conv2d_case(config: CoreConfig, **shape: int) -> SmallCase:
    """A convolution of ``n, h, w, cin, cout, kernel, stride, pad, dilation, groups``."""
    image = _integers(3, shape["n"], shape["cin"], shape["h"], shape["w"])
    depth, size = shape["cin"] // shape["groups"], shape["kernel"]
    weights = _integers(4, depth, size, size, shape["cout"])
    how = {key: shape[key] for key in ("stride", "pad", "dilation", "groups")}
    out = conv2d_reference(image, weights, **how).astype(image.dtype)
    program = conv2d.build(config, **shape, dtype="bf16")
    return SmallCase(program, {"image": image, "weights": weights}, {"out": out})


def _lanes_kernel(x: nl.Tensor, y: nl.Tensor) -> tuple[nl.Tensor, ...]:
    """Both engines, SBUF and PSUM, a cast, a reduction."""
    a, b = nl.ndarray(x.shape, x.dtype), nl.ndarray(y.shape, y.dtype)
    nisa.dma_copy(a, x)
    nisa.dma_copy(b, y)
    added = nl.ndarray(x.shape, "fp32", buffer=nl.psum)
    nisa.tensor_tensor(added, a, b, nl.add)
    scaled = nl.ndarray(x.shape, "int32")
    nisa.tensor_scalar(scaled, added, nl.multiply, 3.0, False, nl.subtract, 7.0)
    largest = nl.ndarray((x.shape[0], 1), "fp32")
    nisa.tensor_reduce(largest, nl.maximum, added, 1)
    relu = nl.ndarray(x.shape, "fp16")
    nisa.activation(relu, nl.relu, added, bias=largest, scale=-1.0)
    outputs = []
    for name, tile in (("scaled", scaled), ("largest", largest), ("relu", relu)):
        out = nl.ndarray(tile.shape, tile.dtype, buffer=nl.shared_hbm, name=name)
        nisa.dma_copy(out, tile)
        outputs.append(out)
    return tuple(outputs)


def lanes_case(config: CoreConfig, rows: int, size: int) -> SmallCase:
    """Operations of Vector and Scalar on [rows, size]."""
    x, y = _integers(5, rows, size), _integers(6, rows, size, dtype="int32")
    total = x.astype(np.float32) + y.astype(np.float32)
    largest = total.max(axis=1, keepdims=True)
    expected = {
        "scaled": (3 * total - 7).astype(np.int32),
        "largest": largest,
        "relu": np.maximum(largest - total, 0).astype(np.float16),
    }
    specs = {name: nki.TensorArg(array.shape, array.dtype) for name, array in
             (("x", x), ("y", y))}  # fmt: skip
    return SmallCase(nki.compile(_lanes_kernel, config, specs), {"x": x, "y": y}, expected)


def _transfer_kernel(x: nl.Tensor, step: int) -> nl.Tensor:
    """Device to SBUF with a cast, SBUF to SBUF, SBUF to device with another, through views."""
    rows = x.shape[0] - 1
    part = x[1:, 1::step]
    tile = nl.ndarray(part.shape, "bf16")
    nisa.dma_copy(tile, part)
    moved = nl.ndarray((rows, 2 * part.shape[1]), "bf16")
    nisa.memset(moved, 0.0)
    nisa.dma_copy(moved[:, 1::2], tile)
    out = nl.ndarray(moved.shape, "int32", buffer=nl.shared_hbm, name="out")
    nisa.dma_copy(out, moved)
    return out


def transfers_case(config: CoreConfig, rows: int, size: int, step: int) -> SmallCase:
    """Transfers of an FP32 tensor [rows + 1, size], every ``step``-th column."""
    x = _integers(7, rows + 1, size, dtype="fp32")
    part = x[1:, 1::step]
    out = np.zeros((rows, 2 * part.shape[1]), np.int32)
    out[:, 1::2] = part
    specs = {"x": nki.TensorArg(x.shape, x.dtype), "step": step}
    return SmallCase(nki.compile(_transfer_kernel, config, specs), {"x": x}, {"out": out})


SMALL: dict[str, Callable[[CoreConfig], SmallCase]] = {
    "matmul": lambda config: matmul_case(config, 3, 6, 5),
    "conv2d": lambda config: conv2d_case(
        config, n=1, h=2, w=3, cin=2, cout=3, kernel=2, stride=1, pad=1, dilation=1, groups=1
    ),
    "lanes": lambda config: lanes_case(config, 3, 7),
    "transfers": lambda config: transfers_case(config, 3, 9, 2),
}
