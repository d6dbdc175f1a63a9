"""What the RTL targets have below them: a chip and its device memory, driven from outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from .probes import Probe

__all__ = ["ChipDriver", "Event"]


class Event(NamedTuple):
    """A trace event as numbers; see ``sequencer.ports.TraceEvent``."""

    cycle: int
    source: int
    stream: int
    kind: int
    pc: int


class ChipDriver(Protocol):
    """A chip in a simulator, its clock, device memory, control port and trace port.

    Every driver takes the same cycles for the same calls. A change of an input reaches the chip in
    the cycle after the one it is made in; harness.cpp and host.py hold the exact behaviour. Calls
    in which time passes raise ``TimingError`` when the chip breaks a rule of the memory.
    """

    slice_cycles: int
    """Cycles one call of :meth:`run` may take while a person waits for progress or Ctrl-C."""

    @property
    def cycles(self) -> int:
        """Cycles since the driver was made."""
        ...

    @property
    def interrupt(self) -> bool:
        """The interrupt line in this cycle."""
        ...

    def csr_read(self, address: int) -> tuple[int | None, int]:
        """RRESP (None: no answer) and the value of a control register."""
        ...

    def csr_write(self, address: int, value: int) -> int | None:
        """BRESP of a write to a control register (None: no answer)."""
        ...

    def run(self, limit: int) -> bool:
        """Runs ``limit`` cycles, or until the interrupt line rises; whether it has risen."""
        ...

    def drain_events(self, quiet: int) -> None:
        """Runs until no trace event has come for ``quiet`` cycles."""
        ...

    def events(self) -> list[Event]:
        """Trace events in the order they came."""
        ...

    def clear_events(self) -> None:
        """Forgets the trace events."""
        ...

    def memory_read(self, address: int, size: int) -> bytes:
        """Bytes of device memory, from ``HOST_BASE`` on of the host's."""
        ...

    def memory_write(self, address: int, data: bytes) -> None:
        """Writes bytes of device memory, or of the host's."""
        ...

    def memory_flip(self, address: int, mask: int) -> None:
        """Inverts bits of the 64-bit word at ``address``: 64 of data, then 8 check bits."""
        ...

    def start_log(self) -> None:
        """Begins a log of the memory port; see memory_channels.py and memory_device.py."""
        ...

    def log(self) -> list[str]:
        """Lines of the log so far."""
        ...

    def peek(self, probe: Probe, rows: int = 1) -> list[int]:
        """The bits of a probe and of the rows behind it; no cycle passes.

        Raises ``BackendError`` where the chip has none of that name.
        """
        ...

    def peek_memory(self, address: int, size: int) -> bytes:
        """As :meth:`memory_read`, but without the writes that the memory controller still holds;
        no cycle passes."""
        ...

    def run_until(self, limit: int, pulses: Sequence[Probe], rows: Sequence[Probe],
                  memory: Sequence[tuple[int, int]]) -> bool:  # fmt: skip
        """Runs ``limit`` cycles at most, until the interrupt line rises, or until after a cycle
        in which one of ``pulses`` (of one bit) is not 0, or one of ``rows``, or of ``memory``'s
        (address, size), is no longer what it was; whether any of that has happened."""
        ...

    def close(self) -> None:
        """Frees the simulator; harmless twice."""
        ...
