"""Puts instruction streams into a core and starts it, through any :class:`Backend`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tinyneuron_hw.config import INSTRUCTION_BYTES, MEMORY_WINDOWS, CoreConfig
from tinyneuron_hw.isa.csr import Csr, entry_address, length_address, window_address
from tinyneuron_hw.isa.opcodes import Stream

__all__ = ["CONTROL_CLEAR", "CONTROL_RESET", "CONTROL_START", "PAGE", "MemoryWindow", "csr_values",
           "load_and_start", "place_streams"]  # fmt: skip

CONTROL_START = 1
CONTROL_RESET = 2
CONTROL_CLEAR = 4
PAGE = 4096


class _Registers(Protocol):
    """What loading needs of a backend."""

    config: CoreConfig

    def csr_write(self, address: int, value: int) -> None: ...

    def memory_write(self, address: int, data: bytes) -> None: ...


@dataclass(frozen=True)
class MemoryWindow:
    """Device-memory bytes [base, base + size) a program may use."""

    base: int
    size: int
    read: bool = True
    write: bool = True
    execute: bool = True

    @property
    def flags(self) -> int:
        """The window's flags register."""
        return int(self.read) | int(self.write) << 1 | int(self.execute) << 2


def place_streams(
    config: CoreConfig, streams: Mapping[Stream, Sequence[bytes]], base: int | None = None
) -> dict[Stream, int]:
    """Device address of each stream's first instruction: one after another from ``base`` (page
    aligned; None: as high in device memory as they fit), each on a page of its own."""
    sizes = {
        stream: -(-len(streams[stream]) * INSTRUCTION_BYTES // PAGE) * PAGE
        for stream in Stream
        if stream in streams
    }
    address = config.device_memory_bytes - sum(sizes.values()) if base is None else base
    if address % PAGE or address < 0 or address + sum(sizes.values()) > config.device_memory_bytes:
        raise ValueError(
            f"{sum(sizes.values())} bytes of instructions do not fit at 0x{address:x} (a multiple "
            f"of {PAGE}) in {config.device_memory_bytes} bytes of device memory"
        )
    places = {}
    for stream, size in sizes.items():
        places[stream] = address
        address += size
    return places


def csr_values(
    streams: Mapping[Stream, Sequence[bytes]],
    places: Mapping[Stream, int],
    windows: Sequence[MemoryWindow],
    watchdog: int = 0,
) -> dict[int, int]:
    """Register address -> value that describes the program, everything but START."""
    if len(windows) > MEMORY_WINDOWS:
        raise ValueError(f"{len(windows)} windows exceed the {MEMORY_WINDOWS} of a core")
    values = {int(Csr.STREAM_ENABLE): sum(1 << stream.value for stream in places)}
    values[Csr.WATCHDOG] = watchdog
    for stream, address in places.items():
        values[entry_address(stream.value)] = address & 0xFFFF_FFFF
        values[entry_address(stream.value) + 4] = address >> 32
        values[length_address(stream.value)] = len(streams[stream])
    closed = MemoryWindow(0, 0, False, False, False)
    for index in range(MEMORY_WINDOWS):
        window = windows[index] if index < len(windows) else closed
        words = (window.base & 0xFFFF_FFFF, window.base >> 32,
                 window.size & 0xFFFF_FFFF, window.size >> 32, window.flags)  # fmt: skip
        for word, value in enumerate(words):
            values[window_address(index) + 4 * word] = value
    return values


def load_and_start(
    backend: _Registers,
    streams: Mapping[Stream, Sequence[bytes]],
    base: int | None = None,
    windows: Sequence[MemoryWindow] | None = None,
    watchdog: int = 0,
) -> dict[Stream, int]:
    """Writes the instructions to device memory, sets ENTRY, LENGTH, STREAM_ENABLE, the windows and
    WATCHDOG, and writes START; ``backend.run`` does the rest.

    ``base``: see :func:`place_streams`. ``windows`` None opens all of device memory for
    everything. Returns each stream's entry address.
    """
    places = place_streams(backend.config, streams, base)
    if windows is None:
        # A window's size has 48 bits.
        size = min(backend.config.device_memory_bytes, (1 << 48) - PAGE)
        windows = [MemoryWindow(0, size)]
    for stream, address in places.items():
        if streams[stream]:
            backend.memory_write(address, b"".join(streams[stream]))
    for address, value in csr_values(streams, places, windows, watchdog).items():
        backend.csr_write(address, value)
    backend.csr_write(Csr.CONTROL, CONTROL_START)
    return places
