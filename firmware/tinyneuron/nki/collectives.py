"""``nki.collectives``: exchange between cores, of which there is one: what is used raises."""

from __future__ import annotations

from typing import Any

from .trace import KernelError

__all__: list[str] = []


def __getattr__(name: str) -> Any:
    """A public name, so that a file that imports it can be imported; using it raises."""
    if name.startswith("_"):
        raise AttributeError(name)

    def absent(*_: Any, **__: Any) -> Any:
        raise KernelError(f"needs several cores, of which there is one here: collectives.{name}")

    return absent
