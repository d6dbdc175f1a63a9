"""Takes trace events out of a ring in device memory, as a driver does on silicon."""

from __future__ import annotations

from tinyneuron_hw.isa.csr import Csr
from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_hw.isa.trace import CYCLE_BITS, RECORD_BYTES, RECORD_FIELDS

from ..backend import Backend, BackendError, TraceEvent

__all__ = ["RING_ALIGNMENT", "TraceRing", "decode_records"]

RING_ALIGNMENT = 256
"""Of a ring's first byte, and of its size in bytes."""
_PATIENCE = 10_000
"""Times to ask whether events are still on their way: each takes some cycles."""
_COUNT = (1 << 32) - 1


def decode_records(raw: bytes, cycle: int = 0) -> list[TraceEvent]:
    """The events of whole records, in their order; ``cycle`` is that of the one before, from which
    the upper bits follow that a record does not have.

    Two events of a ring that follow each other must be less than 2**30 cycles apart.
    """
    events = []
    for start in range(0, len(raw), RECORD_BYTES):
        word = int.from_bytes(raw[start : start + RECORD_BYTES], "little")
        fields = {name: word >> field.offset & (1 << field.width) - 1
                  for name, field in RECORD_FIELDS.items()}  # fmt: skip
        # The nearest number that ends in the record's bits: events come a little out of order.
        step = (fields["cycle"] - cycle + (1 << CYCLE_BITS - 1)) % (1 << CYCLE_BITS)
        cycle += step - (1 << CYCLE_BITS - 1)
        events.append(TraceEvent(
            cycle, fields["source"], Stream(fields["stream"]),
            "end" if fields["kind"] else "start", fields["pc"],
        ))  # fmt: skip
    return events


class TraceRing:
    """A ring of ``size`` events at ``address`` of device memory.

    :meth:`start` it on a core that is not running, and has been reset. :meth:`drain` takes what has
    been written so far and frees its place; the core loses events, and counts them, when it finds
    none. :meth:`stop` takes the rest.

    Attributes
    ----------
    events:
        What was taken, in the order of the ring: that of each source, not of cycles.
    lost:
        How many were not written; known after :meth:`stop`.

    Raises
    ------
    BackendError
        The ring's place or size is not a multiple of 256 bytes, or it has no event.
    """

    def __init__(self, backend: Backend, address: int, size: int):
        if address % RING_ALIGNMENT or size <= 0 or size * RECORD_BYTES % RING_ALIGNMENT:
            raise BackendError(
                f"a ring of trace events must have an address and a size of a multiple of "
                f"{RING_ALIGNMENT} bytes, not {size} events of {RECORD_BYTES} at {address:#x}"
            )
        self.events: list[TraceEvent] = []
        self.lost = 0
        self._backend = backend
        self._address, self._size = address, size
        self._read = 0

    def start(self) -> None:
        """Tells the core where the ring is."""
        backend = self._backend
        # Without a ring the core's counts go back to 0.
        backend.csr_write(Csr.TRACE_SIZE, 0)
        self._wait()
        backend.csr_write(Csr.TRACE_BASE_LO, self._address & _COUNT)
        backend.csr_write(Csr.TRACE_BASE_HI, self._address >> 32)
        backend.csr_write(Csr.TRACE_READ, 0)
        backend.csr_write(Csr.TRACE_SIZE, self._size)

    @property
    def is_half_full(self) -> bool:
        """Whether it is time to drain."""
        return 2 * self._waiting() >= self._size

    def drain(self) -> None:
        """Takes the events that are in memory."""
        count, raw = self._waiting(), b""
        first = self._read % self._size
        for start, end in (
            (first, min(first + count, self._size)),
            (0, first + count - self._size),
        ):
            if end > start:
                address = self._address + start * RECORD_BYTES
                raw += self._backend.memory_read(address, (end - start) * RECORD_BYTES)
        last = self.events[-1].cycle if self.events else 0
        self.events += decode_records(raw, last)
        self._read += count
        self._backend.csr_write(Csr.TRACE_READ, self._read & _COUNT)

    def stop(self) -> None:
        """Takes the rest, of a core that has stopped, and removes the ring.

        Raises
        ------
        BackendError
            Events are on their way without end.
        """
        self._wait()
        self.drain()
        self.lost = self._backend.csr_read(Csr.TRACE_LOST)
        self._backend.csr_write(Csr.TRACE_SIZE, 0)

    def _waiting(self) -> int:
        return (self._backend.csr_read(Csr.TRACE_WRITTEN) - self._read) & _COUNT

    def _wait(self) -> None:
        for _ in range(_PATIENCE):
            if not self._backend.csr_read(Csr.TRACE_STATE) & 1:
                return
        raise BackendError("trace events are still on their way to device memory")
