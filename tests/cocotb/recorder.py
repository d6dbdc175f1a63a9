"""Golden, as what it was told and what it answered: a scenario for a bench."""

from __future__ import annotations

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.csr import Csr
from tinyneuron_sim.golden.backend import GoldenBackend

__all__ = ["Recorder"]


class Recorder(GoldenBackend):
    """Keeps what a driver writes up to START, and what it reads from memory afterwards."""

    def __init__(self, config: CoreConfig) -> None:
        super().__init__(config)
        self.memory: list[tuple[int, str]] = []
        self.registers: list[tuple[int, int]] = []
        self.expected: list[tuple[int, str]] = []
        self.started = False

    def memory_write(self, address: int, data: bytes) -> None:
        super().memory_write(address, data)
        self.memory.append((address, bytes(data).hex()))

    def csr_write(self, address: int, value: int) -> None:
        super().csr_write(address, value)
        if not self.started:
            self.registers.append((int(address), value))
        self.started |= address == Csr.CONTROL

    def memory_read(self, address: int, size: int) -> bytes:
        data = super().memory_read(address, size)
        self.expected.append((address, data.hex()))
        return data
