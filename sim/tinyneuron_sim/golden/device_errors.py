"""Errors that were put into device memory."""

from __future__ import annotations

import numpy as np

from tinyneuron_hw.isa.csr import Trap

from .access import byte_offsets
from .errors import TrapSignal
from .memory import Footprint

__all__ = ["DeviceErrors"]

_WORD_BYTES = 8


class DeviceErrors:
    """Which 64-bit words of device memory have inverted bits, their 8 check bits included.

    One bit is corrected, and written back, when a word is read; two or more are a trap. A word
    that is written as a whole is whole again.
    """

    def __init__(self) -> None:
        self._masks: dict[int, int] = {}
        self.corrected = 0

    def __bool__(self) -> bool:
        return bool(self._masks)

    def flip(self, address: int, mask: int) -> None:
        """Inverts bits of the word at ``address``; bits 64 to 71 are the check bits."""
        word = address // _WORD_BYTES
        self._masks[word] = self._masks.get(word, 0) ^ mask
        if not self._masks[word]:
            del self._masks[word]

    def forget(self, address: int, size: int) -> None:
        """The words of these bytes are written past the core."""
        for word in range(address // _WORD_BYTES, -(-(address + size) // _WORD_BYTES)):
            self._masks.pop(word, None)

    def lost(self, low: int, high: int) -> int | None:
        """Address of the first word of [low, high) that cannot be corrected; corrects the others
        before it."""
        words = range(low // _WORD_BYTES, -(-high // _WORD_BYTES))
        return self._first(sorted(word for word in self._masks if word in words))

    def read(self, footprint: Footprint) -> None:
        """A trap at the first word, in element order, that cannot be corrected."""
        touched = (byte_offsets(footprint.dims) + footprint.start) // _WORD_BYTES
        words = dict.fromkeys(touched[np.isin(touched, list(self._masks))].tolist())
        address = self._first(list(words))
        if address is not None:
            raise TrapSignal(Trap.ECC_ERROR, address, f"two errors in the word at 0x{address:x}")

    def write(self, footprint: Footprint) -> None:
        """Words of which every byte is written are whole again."""
        written = byte_offsets(footprint.dims) + footprint.start
        for word in [word for word in self._masks if word in set(written // _WORD_BYTES)]:
            low = word * _WORD_BYTES
            if len(np.unique(written[(written >= low) & (written < low + _WORD_BYTES)])) == 8:
                del self._masks[word]

    def _first(self, words: list[int]) -> int | None:
        for word in words:
            if self._masks[word].bit_count() > 1:
                return word * _WORD_BYTES
            del self._masks[word]
            self.corrected += 1
        return None
