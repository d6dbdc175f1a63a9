"""One-dimensional convolution: ``image[N, Cin, L]``, ``weights[Cin / groups, k, Cout]`` ->
``out[N, Cout, Lo]``. A two-dimensional one with a single row; see ``conv2d.py``."""

from __future__ import annotations

from typing import Any

from tinyneuron import nki
from tinyneuron.nki import language as nl
from tinyneuron.program.program import Program
from tinyneuron_hw.config import CoreConfig

from .conv import check_groups, conv_specs, convolution

__all__ = ["build", "conv1d"]


@nki.jit
def conv1d(
    image: nl.Tensor,
    weights: nl.Tensor,
    bias: nl.Tensor | None = None,
    stride: int = 1,
    pad: int = 0,
    dilation: int = 1,
    groups: int = 1,
    relu: bool = False,
    out_dtype: Any = None,
    scale: nl.Tensor | None = None,
) -> nl.Tensor:
    """``out = relu(conv(image, weights) * scale + bias)``, with what :func:`conv2d` has and
    raises."""
    how = {"stride": (1, stride), "pad": (0, pad), "dilation": (1, dilation), "groups": groups}
    return convolution(1, image, weights, (bias, scale), how, relu, out_dtype)


def build(
    config: str | CoreConfig,
    *,
    n: int = 1,
    length: int,
    cin: int,
    cout: int,
    kernel: int,
    stride: int = 1,
    pad: int = 0,
    dilation: int = 1,
    groups: int = 1,
    dtype: Any = "bf16",
    weights_dtype: Any = None,
    bias: bool = False,
    scale: bool = False,
    relu: bool = False,
    out_dtype: Any = None,
) -> Program:
    """A program for one convolution.

    Inputs ``image[n, cin, length]`` (``dtype``) and ``weights[cin / groups, kernel, cout]``
    (``weights_dtype``, by default ``dtype``) and, if asked for, ``bias[cout]`` and ``scale[cout]``
    (fp32); output ``out[n, cout, lo]`` (``out_dtype``, by default :func:`result_dtype`).
    """
    check_groups("conv1d", cin, groups)
    specs = conv_specs((n, cin, length), (cin // groups, kernel, cout),
                       (dtype, weights_dtype or dtype), bias=bias, scale=scale)  # fmt: skip
    specs |= {"stride": stride, "pad": pad, "dilation": dilation, "groups": groups, "relu": relu,
              "out_dtype": out_dtype}  # fmt: skip
    return nki.compile(conv1d, config, specs)
