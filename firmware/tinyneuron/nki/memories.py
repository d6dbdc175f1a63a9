"""The memories that tensors are in."""

from __future__ import annotations

import enum
from typing import Any

__all__ = ["MemoryRegion", "is_hbm", "is_on_chip", "is_psum", "is_sbuf"]


class MemoryRegion(enum.Enum):
    """A memory that ``ndarray`` allocates in."""

    sbuf = "sbuf"
    psum = "psum"
    private_hbm = "private_hbm"
    shared_hbm = "shared_hbm"


def is_hbm(buffer: Any) -> bool:
    """Whether it is device memory."""
    return buffer in (MemoryRegion.private_hbm, MemoryRegion.shared_hbm)


def is_on_chip(buffer: Any) -> bool:
    """Whether it is SBUF or PSUM."""
    return buffer in (MemoryRegion.sbuf, MemoryRegion.psum)


def is_psum(buffer: Any) -> bool:
    """Whether it is PSUM."""
    return buffer is MemoryRegion.psum


def is_sbuf(buffer: Any) -> bool:
    """Whether it is SBUF."""
    return buffer is MemoryRegion.sbuf
