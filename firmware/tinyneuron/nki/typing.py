"""``nki.typing``: names for annotations of kernels."""

from __future__ import annotations

from .tensor import Tensor

__all__ = ["tensor"]

tensor = Tensor
