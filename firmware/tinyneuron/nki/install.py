"""``import nki`` and its submodules resolve to this package, where that is asked for."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

__all__ = ["install", "uninstall"]

_MODULES = {
    "nki": "tinyneuron.nki",
    "nki.collectives": "tinyneuron.nki.collectives",
    "nki.isa": "tinyneuron.nki.isa",
    "nki.isa.constants": "tinyneuron.nki.engines",
    "nki.language": "tinyneuron.nki.language",
    "nki.typing": "tinyneuron.nki.typing",
}
"""Public module -> ours."""


class install:  # noqa: N801 - called like a function
    """From now on ``import nki``, ``nki.language``, ``nki.isa`` and ``nki.typing`` give this
    package, so that a public kernel's file runs unmodified; in a ``with`` statement, until its end.
    Only this process is changed, and only by this call.

    Raises
    ------
    ImportError
        Another package called ``nki`` has been imported already.
    """

    def __init__(self) -> None:
        ours = {name: importlib.import_module(own) for name, own in _MODULES.items()}
        for name in list(sys.modules):
            foreign = name == "nki" or name.startswith("nki.")
            if foreign and sys.modules[name] is not ours.get(name):
                raise ImportError(f"another package has been imported as {name} already")
        self._before: dict[str, ModuleType] = {
            name: sys.modules[name] for name in ours if name in sys.modules
        }
        sys.modules.update(ours)

    def __enter__(self) -> install:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._before:
            uninstall()


def uninstall() -> None:
    """Takes back :class:`install`; harmless without it."""
    for name, own in _MODULES.items():
        if sys.modules.get(name) is sys.modules.get(own) and name in sys.modules:
            del sys.modules[name]
