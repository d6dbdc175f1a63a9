"""Python model of device memory with a fixed latency, cycle for cycle the one in memory_device.h.

Both models can write a transaction log, one line per event:
``<cycle> R <unit>``, ``<cycle> W <unit> <data> <mask>`` and ``<cycle> D <data>`` (data returned),
bytes in hexadecimal from the lowest address, cycles counted from the first.
"""

from __future__ import annotations

from collections import deque

from tinyneuron_hw.config import CoreConfig

__all__ = ["FixedDevice", "SparseMemory"]

_PAGE_BYTES = 1 << 16


class SparseMemory:
    """Bytes by address, in pages that exist once written; everything else reads as 0."""

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}

    def read(self, address: int, size: int) -> bytes:
        """``size`` bytes from ``address``."""
        parts = []
        while size > 0:
            index, offset = divmod(address, _PAGE_BYTES)
            count = min(size, _PAGE_BYTES - offset)
            page = self._pages.get(index)
            parts.append(bytes(page[offset : offset + count]) if page else bytes(count))
            address, size = address + count, size - count
        return b"".join(parts)

    def write(self, address: int, data: bytes) -> None:
        """Writes ``data`` from ``address`` on."""
        while data:
            index, offset = divmod(address, _PAGE_BYTES)
            part = data[: _PAGE_BYTES - offset]
            page = self._pages.setdefault(index, bytearray(_PAGE_BYTES))
            page[offset : offset + len(part)] = part
            address, data = address + len(part), data[len(part) :]


class FixedDevice:
    """The device's side of a ``FixedPort``.

    Parameters
    ----------
    config:
        Gives the width (``memory_bytes``) and ``memory_latency``.

    Attributes
    ----------
    memory:
        The back door.
    log:
        Transaction log, or ``None`` (the default) to keep none; set it to ``[]`` to start.
    """

    def __init__(self, config: CoreConfig):
        self.memory = SparseMemory()
        self.log: list[str] | None = None
        self._bytes = config.memory_bytes
        self._latency = config.memory_latency
        self._coming: deque[tuple[int, bytes]] = deque()
        """Cycle it comes back in, and read data."""
        self._cycle = 0

    def due(self) -> bytes | None:
        """Start of a cycle: the read data that comes back in it."""
        if self.cycles_to_data() != 0:
            return None
        _, data = self._coming.popleft()
        self._write_log(f"D {data.hex()}")
        return data

    def cycles_to_data(self) -> int | None:
        """Cycles from this one to the one the next read data comes back in, or None."""
        return self._coming[0][0] - self._cycle if self._coming else None

    def read(self, unit: int) -> None:
        """A read command in this cycle; ``unit`` counts units of ``memory_bytes``."""
        data = self.memory.read(unit * self._bytes, self._bytes)
        self._coming.append((self._cycle + self._latency, data))
        self._write_log(f"R {unit}")

    def write(self, unit: int, data: bytes, mask: int) -> None:
        """A write command in this cycle; bit i of ``mask`` writes byte i."""
        old = self.memory.read(unit * self._bytes, self._bytes)
        new = bytes(data[i] if mask >> i & 1 else old[i] for i in range(self._bytes))
        self.memory.write(unit * self._bytes, new)
        self._write_log(
            f"W {unit} {data.hex()} {mask.to_bytes((self._bytes + 7) // 8, 'little').hex()}"
        )

    def next_cycle(self, count: int = 1) -> None:
        """End of a cycle, or of ``count`` cycles in which no data comes back."""
        self._cycle += count

    def _write_log(self, text: str) -> None:
        if self.log is not None:
            self.log.append(f"{self._cycle} {text}")
