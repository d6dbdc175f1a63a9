"""What the streams tell the host."""

from __future__ import annotations

from collections import deque

from tinyneuron_hw.isa.csr import MAX_LOST, NOTIFICATIONS, Csr
from tinyneuron_hw.isa.opcodes import Stream

__all__ = ["Notifications"]


class Notifications:
    """Those that wait for the host, and how many found no room. ``told``: some have come since
    that was last cleared."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Stream, int]] = deque()
        self._lost = 0
        self.told = False

    def tell(self, stream: Stream, value: int) -> None:
        """A stream notifies the host."""
        self.told = True
        if len(self._waiting) < NOTIFICATIONS:
            self._waiting.append((stream, value))
        else:
            self._lost = min(self._lost + 1, MAX_LOST)

    def pop(self) -> None:
        """Drops the oldest one, if there is one."""
        if self._waiting:
            self._waiting.popleft()

    def words(self) -> dict[int, int]:
        """Address -> value of the registers that show them."""
        stream, value = self._waiting[0] if self._waiting else (Stream.TENSOR, 0)
        return {
            Csr.NOTIFY_COUNT: len(self._waiting),
            Csr.NOTIFY_STREAM: stream.value,
            Csr.NOTIFY_VALUE: value,
            Csr.NOTIFY_LOST: self._lost,
        }
