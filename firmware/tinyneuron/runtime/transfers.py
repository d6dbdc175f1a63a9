"""How bytes get from the host to device memory and back."""

from __future__ import annotations

from typing import Protocol

from tinyneuron_hw.config import HOST_BASE
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.csr import Csr, Trap
from tinyneuron_hw.isa.opcodes import Opcode, Stream
from tinyneuron_sim.backend import Backend
from tinyneuron_sim.loader import CONTROL_START, PAGE, MemoryWindow, csr_values

from .errors import TinyneuronError

__all__ = ["TRANSFERS", "BackDoor", "DeviceMemory", "HostDma", "device_memory"]

_WATCHDOG = 100_000
_SLICE = 1_000_000_000
_INTERRUPTS = 0b11


class DeviceMemory(Protocol):
    """The host's way to device memory."""

    def read(self, address: int, size: int) -> bytes:
        """``size`` bytes from ``address`` on."""
        ...

    def write(self, address: int, data: bytes) -> None:
        """Writes bytes from ``address`` on."""
        ...


class BackDoor:
    """Past the core, in no time: the simulator's own access."""

    def __init__(self, backend: Backend):
        self.read = backend.memory_read
        self.write = backend.memory_write


class HostDma:
    """By the core's DMA, between device memory and a buffer in the host's memory.

    Each transfer is a program of its own, one DMA_COPY on the SYNC stream that the core fetches
    from the host's memory; windows let it reach the buffer and the bytes in question and nothing
    else, and the interrupt says when it is over. The core must not be running. It overwrites
    counters and trace of the program before.

    Parameters
    ----------
    backend:
        A core with host memory, at least two pages.

    Attributes
    ----------
    cycles:
        That all transfers took so far.
    """

    def __init__(self, backend: Backend):
        pages = backend.config.host_memory_bytes // PAGE
        if pages < 2:
            raise TinyneuronError(
                f"transfers by DMA need host_memory_bytes of at least {2 * PAGE}, "
                f"not {backend.config.host_memory_bytes}"
            )
        self.cycles = 0
        self._backend = backend
        self._code, self._buffer = HOST_BASE, HOST_BASE + PAGE
        self._size = (pages - 1) * PAGE

    def read(self, address: int, size: int) -> bytes:
        """See :class:`DeviceMemory`."""
        parts = []
        for start in range(0, size, self._size):
            count = min(self._size, size - start)
            self._copy(address + start, self._buffer, count)
            parts.append(self._backend.memory_read(self._buffer, count))
        return b"".join(parts)

    def write(self, address: int, data: bytes) -> None:
        """See :class:`DeviceMemory`."""
        for start in range(0, len(data), self._size):
            part = data[start : start + self._size]
            self._backend.memory_write(self._buffer, part)
            self._copy(self._buffer, address + start, len(part))

    def _copy(self, source: int, target: int, size: int) -> None:
        backend = self._backend
        sides = {
            path: {"dtype": DType.UINT8, "address": address, "dims": [{"stride": 1, "size": size}]}
            for path, address in (("src", source), ("dst", target))
        }
        streams = {Stream.SYNC: [encode(Opcode.DMA_COPY, **sides), encode(Opcode.HALT)]}
        places = {Stream.SYNC: self._code}
        backend.memory_write(self._code, b"".join(streams[Stream.SYNC]))
        windows = [
            MemoryWindow(self._code, PAGE, False, False, True),
            MemoryWindow(source, size, True, False, False),
            MemoryWindow(target, size, False, True, False),
        ]
        for address, value in csr_values(streams, places, windows, _WATCHDOG).items():
            backend.csr_write(address, value)
        backend.csr_write(Csr.INTERRUPT_STATUS, _INTERRUPTS)
        backend.csr_write(Csr.INTERRUPT_ENABLE, _INTERRUPTS)
        backend.csr_write(Csr.CONTROL, CONTROL_START)
        result = backend.run(_SLICE)
        self.cycles += result.cycles
        if result.event != "done":
            cause = Trap(backend.csr_read(Csr.TRAP_CAUSE))
            backend.reset()
            raise TinyneuronError(
                f"transfer of {size} bytes from 0x{source:x} to 0x{target:x}: {result.event} "
                f"{cause.name}"
            )


TRANSFERS = {"backdoor": BackDoor, "dma": HostDma}
"""Ways by name."""


def device_memory(backend: Backend, transfers: str) -> DeviceMemory:
    """The way of this name; ``TinyneuronError`` if there is none, or the core has no host memory
    for it."""
    if transfers not in TRANSFERS:
        raise TinyneuronError(f"transfers must be one of {', '.join(TRANSFERS)}, not {transfers!r}")
    return TRANSFERS[transfers](backend)
