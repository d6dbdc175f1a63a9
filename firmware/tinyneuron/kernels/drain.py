"""Emptying PSUM: cast, bias and relu on the way to SBUF, engines taking turns."""

from __future__ import annotations

from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

__all__ = ["Drain"]


class Drain:
    """Drains accumulators, alternating Scalar and Vector engine so that neither holds up the
    Tensor engine. Both give the same bits.

    Parameters
    ----------
    relu:
        Whether negative results become +0.
    """

    def __init__(self, relu: bool = False):
        self.relu = relu
        self.on_scalar = False

    def __call__(self, dst: nl.Tensor, src: nl.Tensor, bias: nl.Tensor | None = None) -> None:
        """``dst = relu(src + bias)``, cast to the type of ``dst``; ``bias`` is ``[P, 1]``."""
        self.on_scalar = not self.on_scalar
        if self.on_scalar:
            nisa.activation(dst, nl.relu if self.relu else nl.copy, src, bias=bias)
        elif bias is not None and self.relu:
            nisa.tensor_scalar(dst, src, nl.add, bias, op1=nl.maximum, operand1=0.0)
        elif bias is not None:
            nisa.tensor_scalar(dst, src, nl.add, bias)
        elif self.relu:
            nisa.tensor_scalar(dst, src, nl.maximum, 0.0)
        else:
            nisa.tensor_copy(dst, src, engine=nisa.vector_engine)
