"""The base class of what kernels keep their settings in."""

from __future__ import annotations

from typing import Any

__all__ = ["NKIObject"]


class NKIObject:
    """Base of a kernel's own classes; keyword arguments become attributes."""

    def __init__(self, **kwargs: Any):
        for name, value in kwargs.items():
            setattr(self, name, value)
