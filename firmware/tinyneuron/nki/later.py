"""The error for what only later cores have."""

from __future__ import annotations

from .trace import KernelError

__all__ = ["needs"]


def needs(version: int, what: str) -> KernelError:
    """The error for something that a later core has first."""
    return KernelError(f"needs NeuronCore-v{version}: {what}")
