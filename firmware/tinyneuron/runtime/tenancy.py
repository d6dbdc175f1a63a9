"""Whose programs a core has run."""

from __future__ import annotations

from collections.abc import Hashable

from tinyneuron_sim.backend import Backend

from .transfers import DeviceMemory

__all__ = ["Tenancy"]


class Tenancy:
    """Keeps the programs of one owner from reading what another one's left.

    Parameters
    ----------
    backend:
        The core, on which nothing has run.
    memory:
        The way to its device memory.
    """

    def __init__(self, backend: Backend, memory: DeviceMemory):
        self._backend = backend
        self._memory = memory
        self._tenants: set[Hashable] = set()
        self._last: list[Hashable] = []

    def enter(self, owner: Hashable) -> None:
        """``owner`` runs a program next: resets the core, and clears its memories if the program
        before was another owner's."""
        if self._last and self._last[0] != owner:
            self._backend.clear()
        else:
            # From reset, a program takes the same cycles every time, whatever ran before it.
            self._backend.reset()
        self._last = [owner]

    def take(self, owner: Hashable, start: int, size: int) -> None:
        """``owner`` gets these bytes of device memory: zeros, if there are other owners."""
        self._tenants.add(owner)
        if len(self._tenants) > 1:
            self._memory.write(start, bytes(size))
