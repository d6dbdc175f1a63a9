"""Two-dimensional convolution for any sizes, without an im2col copy in device memory.

``image[N, Cin, H, W]``, ``weights[Cin / groups, kh, kw, Cout]`` -> ``out[N, Cout, Ho, Wo]``, with
stride, padding, dilation and groups, and an optional scale, bias and ReLU on the way out. See
``conv_plan.py`` for the cut.

Non-finite inputs: groups that share the array multiply each other's inputs by +0, so an infinity
or NaN in one gives NaN in the other groups of its pack too.
"""

from __future__ import annotations

from typing import Any

from tinyneuron import nki
from tinyneuron.nki import language as nl
from tinyneuron.program.program import Program
from tinyneuron_hw.config import CoreConfig

from .conv import check_groups, conv_specs, convolution

__all__ = ["build", "conv2d"]


def _two(value: int | tuple[int, int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[1])


@nki.jit
def conv2d(
    image: nl.Tensor,
    weights: nl.Tensor,
    bias: nl.Tensor | None = None,
    stride: int | tuple[int, int] = 1,
    pad: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
    groups: int = 1,
    relu: bool = False,
    out_dtype: Any = None,
    scale: nl.Tensor | None = None,
) -> nl.Tensor:
    """``out = relu(conv(image, weights) * scale + bias)``; ``scale`` and ``bias`` are FP32
    ``[Cout]``, ``out_dtype`` defaults to :func:`result_dtype`. Pairs are (rows, columns).

    Any types of one group of ``nc_matmul``; integers are summed in INT32 before they are scaled.

    Raises
    ------
    KernelError
        Types or sizes do not go together.
    """
    how = {"stride": _two(stride), "pad": _two(pad), "dilation": _two(dilation), "groups": groups}
    return convolution(2, image, weights, (bias, scale), how, relu, out_dtype)


def build(
    config: str | CoreConfig,
    *,
    n: int = 1,
    h: int,
    w: int,
    cin: int,
    cout: int,
    kernel: int | tuple[int, int],
    stride: int | tuple[int, int] = 1,
    pad: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
    groups: int = 1,
    dtype: Any = "bf16",
    weights_dtype: Any = None,
    bias: bool = False,
    scale: bool = False,
    relu: bool = False,
    out_dtype: Any = None,
) -> Program:
    """A program for one convolution.

    Inputs ``image[n, cin, h, w]`` (``dtype``) and ``weights[cin / groups, kh, kw, cout]``
    (``weights_dtype``, by default ``dtype``) and, if asked for, ``bias[cout]`` and ``scale[cout]``
    (fp32); output ``out[n, cout, ho, wo]`` (``out_dtype``, by default :func:`result_dtype`).
    """
    check_groups("conv2d", cin, groups)
    specs = conv_specs((n, cin, h, w), (cin // groups, *_two(kernel), cout),
                       (dtype, weights_dtype or dtype), bias=bias, scale=scale)  # fmt: skip
    specs |= {"stride": stride, "pad": pad, "dilation": dilation, "groups": groups, "relu": relu,
              "out_dtype": out_dtype}  # fmt: skip
    return nki.compile(conv2d, config, specs)
