"""Emptying PSUM: cast, bias and relu on the way to SBUF, engines taking turns."""

from __future__ import annotations

from typing import Any

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron_hw.formats import FORMATS

from .row_tiles import is_integer

__all__ = ["Drain", "check_vectors", "result_dtype"]


def result_dtype(dtype: Any) -> Any:
    """What a product gives by default: INT32 of integers, FP32 of FP32 and TF32, BF16 of FP8, else
    the operands' own type."""
    kind = nl.as_dtype(dtype)
    if is_integer(kind):
        return nl.int32
    if kind in (nl.float32, nl.tfloat32):
        return nl.float32
    return nl.bfloat16 if FORMATS[kind].bytes == 1 else kind


def check_vectors(call: str, count: int, **vectors: nl.Tensor | None) -> None:
    """Raises :class:`KernelError` unless each vector that is there has one FP32 number for each of
    ``count`` rows of the result."""
    for name, vector in vectors.items():
        if vector is not None and (vector.shape, vector.dtype) != ((count,), nl.float32):
            raise nki.KernelError(f"{call}: {name} must be [{count}] of fp32, not {vector!r}")


class Drain:
    """Drains accumulators, alternating Scalar and Vector engine so that neither holds up the
    Tensor engine. Both give the same bits; what only one of them can do goes there.

    Parameters
    ----------
    relu:
        Whether negative results become +0.
    """

    def __init__(self, relu: bool = False):
        self.relu = relu
        self.on_scalar = False

    def __call__(
        self, dst: nl.Tensor, src: nl.Tensor, bias: nl.Tensor | None = None,
        scale: nl.Tensor | None = None,
    ) -> None:  # fmt: skip
        """``dst = relu(src * scale + bias)``, cast to the type of ``dst``; ``scale`` and ``bias``
        are ``[P, 1]``. Without them and relu, equal types keep their bits."""
        if src.dtype is dst.dtype is nl.int32 and not self.relu and bias is None and scale is None:
            nisa.tensor_copy(dst, src, engine=nisa.vector_engine)
            return
        self.on_scalar = not self.on_scalar
        if self.on_scalar or (scale is not None and bias is not None and self.relu):
            function = nl.relu if self.relu else nl.copy
            nisa.activation(dst, function, src, bias=bias, scale=1.0 if scale is None else scale)
        elif scale is not None and bias is not None:
            nisa.tensor_scalar(dst, src, nl.multiply, scale, op1=nl.add, operand1=bias)
        elif scale is not None and self.relu:
            nisa.tensor_scalar(dst, src, nl.multiply, scale, op1=nl.maximum, operand1=0.0)
        elif scale is not None:
            nisa.tensor_scalar(dst, src, nl.multiply, scale)
        elif bias is not None and self.relu:
            nisa.tensor_scalar(dst, src, nl.add, bias, op1=nl.maximum, operand1=0.0)
        elif bias is not None:
            nisa.tensor_scalar(dst, src, nl.add, bias)
        elif self.relu:
            nisa.tensor_scalar(dst, src, nl.maximum, 0.0)
        else:
            nisa.tensor_copy(dst, src, engine=nisa.vector_engine)
