"""Takes what the streams have told out of a core, through any :class:`Backend`."""

from __future__ import annotations

from typing import Protocol

from tinyneuron_hw.isa.csr import Csr
from tinyneuron_hw.isa.opcodes import Stream

__all__ = ["read_notifications"]


class _Registers(Protocol):
    """What that needs of a backend."""

    def csr_read(self, address: int) -> int: ...

    def csr_write(self, address: int, value: int) -> None: ...


def read_notifications(backend: _Registers) -> tuple[dict[Stream, tuple[int, ...]], int]:
    """The values that wait, by stream and in its order, and how many were lost since START."""
    found: dict[Stream, tuple[int, ...]] = {}
    for _ in range(backend.csr_read(Csr.NOTIFY_COUNT)):
        stream = Stream(backend.csr_read(Csr.NOTIFY_STREAM))
        found[stream] = (*found.get(stream, ()), backend.csr_read(Csr.NOTIFY_VALUE))
        backend.csr_write(Csr.NOTIFY_POP, 1)
    return dict(sorted(found.items(), key=lambda item: item[0].value)), backend.csr_read(
        Csr.NOTIFY_LOST
    )
