"""Python model of device memory behind ``PhyPort``, cycle for cycle the one in memory_device.h.

For Amaranth's simulator and cocotb. Both models can write a transaction log, one line per event:
``<cycle> R <unit>``, ``<cycle> W <unit> <data> <mask>`` and ``<cycle> D <data>`` (data returned),
bytes in hexadecimal from the lowest address, cycles counted from the first.
"""

from __future__ import annotations

from typing import Any

from tinyneuron_hw.config import CoreConfig

__all__ = ["MemoryDevice", "SparseMemory"]

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


class MemoryDevice:
    """The device's side of a ``PhyPort``.

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
        self._slots: list[bytes | None] = [None] * config.memory_latency
        self._cycle = 0

    def due(self) -> bytes | None:
        """Start of a cycle: the read data that comes back in it."""
        index = self._cycle % len(self._slots)
        data, self._slots[index] = self._slots[index], None
        if data is not None:
            self._write_log(f"D {data.hex()}")
        return data

    def read(self, unit: int) -> None:
        """A read command in this cycle; ``unit`` counts units of ``memory_bytes``."""
        data = self.memory.read(unit * self._bytes, self._bytes)
        self._slots[self._cycle % len(self._slots)] = data
        self._write_log(f"R {unit}")

    def write(self, unit: int, data: bytes, mask: int) -> None:
        """A write command in this cycle; bit i of ``mask`` writes byte i."""
        old = self.memory.read(unit * self._bytes, self._bytes)
        new = bytes(data[i] if mask >> i & 1 else old[i] for i in range(self._bytes))
        self.memory.write(unit * self._bytes, new)
        self._write_log(
            f"W {unit} {data.hex()} {mask.to_bytes((self._bytes + 7) // 8, 'little').hex()}"
        )

    def next_cycle(self) -> None:
        """End of a cycle."""
        self._cycle += 1

    def _write_log(self, text: str) -> None:
        if self.log is not None:
            self.log.append(f"{self._cycle} {text}")

    async def serve(self, ctx: Any, phy: Any) -> None:
        """Answers ``phy`` (a component's ``PhyPort`` member) forever.

        For ``Simulator.add_testbench(..., background=True)``, wrapped in a function of ``ctx``.
        """
        ctx.set(phy.ready, 1)
        while True:
            data = self.due()
            ctx.set(phy.read_valid, data is not None)
            if data is not None:
                ctx.set(phy.read_data, int.from_bytes(data, "little"))
            *_, valid, write, unit, payload, mask = await ctx.tick().sample(
                phy.valid, phy.write, phy.address, phy.write_data, phy.write_mask
            )
            if valid and write:
                self.write(unit, payload.to_bytes(self._bytes, "little"), mask)
            elif valid:
                self.read(unit)
            self.next_cycle()
