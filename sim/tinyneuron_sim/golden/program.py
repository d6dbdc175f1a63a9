"""What START finds in the CSRs, and instruction fetch by it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tinyneuron_hw.config import INSTRUCTION_BYTES, CoreConfig
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Stream

from ..backend import is_memory
from .device_errors import DeviceErrors
from .errors import TrapSignal
from .memory import Memory
from .sequencer import Sequencer

__all__ = ["ADDRESS_MASK", "Program", "Window", "fetch", "fetch_trap"]

ADDRESS_MASK = (1 << 48) - 1


@dataclass(frozen=True)
class Window:
    """Device-memory bytes [base, base + size) the program may use."""

    base: int = 0
    size: int = 0
    read: bool = False
    write: bool = False
    execute: bool = False

    def holds(self, low: int, high: int) -> bool:
        """Whether [low, high) lies inside."""
        return self.base <= low and high <= min(self.base + self.size, ADDRESS_MASK + 1)


@dataclass
class Program:
    """``entries``: entry address and length of each enabled stream."""

    entries: dict[Stream, tuple[int, int]]
    windows: list[Window] = field(default_factory=list)
    watchdog: int = 0

    def allows(self, low: int, high: int, is_write: bool) -> bool:
        """Whether one window lets a transfer access [low, high)."""
        return any(
            (window.write if is_write else window.read) and window.holds(low, high)
            for window in self.windows
        )

    def executes(self, low: int, high: int) -> bool:
        """Whether one window lets instructions be fetched from [low, high)."""
        return any(window.execute and window.holds(low, high) for window in self.windows)


def fetch(
    sequencer: Sequencer, program: Program, config: CoreConfig, device: Memory,
    errors: DeviceErrors,
) -> bytes | None:  # fmt: skip
    """The current instruction's bytes; None when its fetch traps."""
    low, high = sequencer.address, sequencer.address + INSTRUCTION_BYTES
    if sequencer.pc >= sequencer.length or not program.executes(low, high):
        return None
    if not is_memory(config, low, INSTRUCTION_BYTES):
        return None
    if errors and errors.lost(low, high) is not None:
        return None
    return device.read_bytes(low, INSTRUCTION_BYTES)


def fetch_trap(sequencer: Sequencer, program: Program, config: CoreConfig,
               errors: DeviceErrors) -> TrapSignal:  # fmt: skip
    """Why :func:`fetch` gave None."""
    low, high = sequencer.address, sequencer.address + INSTRUCTION_BYTES
    if sequencer.pc >= sequencer.length:
        message = f"no instruction {sequencer.pc} in a stream of {sequencer.length}"
    elif not program.executes(low, high):
        message = f"instruction at 0x{low:x} is outside the program's windows"
    elif (lost := errors.lost(low, high)) is not None:
        return TrapSignal(Trap.ECC_ERROR, lost, f"two errors in the word at 0x{lost:x}")
    else:
        address = low // config.axi_bytes * config.axi_bytes
        return TrapSignal(Trap.BUS_ERROR, address, f"no device memory at 0x{low:x}")
    return TrapSignal(Trap.OUT_OF_RANGE, low & ADDRESS_MASK, message)
