"""Errors that were put into SBUF."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinyneuron_hw.config import LINE_BYTES
from tinyneuron_hw.isa.csr import Trap

from .access import byte_offsets
from .errors import GoldenError, TrapSignal
from .memory import Footprint

__all__ = ["WORD_BYTES", "SbufErrors"]

WORD_BYTES = 8


@dataclass
class SbufErrors:
    """Which 64-bit words of SBUF hold one or two inverted bits, by address.

    Only the number of bits matters: one is corrected, two are a trap. A word that an instruction
    writes as a whole is whole again.

    Parameters
    ----------
    partition_bytes: SBUF bytes per partition.
    """

    partition_bytes: int
    corrected: int = 0
    """Accesses that needed a correction."""

    def __post_init__(self) -> None:
        self._broken: dict[int, int] = {}
        self._armed: tuple[int, int] | None = None

    def clear(self) -> None:
        """No word is broken, and none will be."""
        self._broken.clear()
        self.disarm()

    @property
    def armed(self) -> bool:
        """The next write of a word will leave an error in it."""
        return self._armed is not None

    def arm(self, partition: int, offset: int, flips: int) -> None:
        """The next write of the word leaves these bits of its codeword inverted.

        Raises
        ------
        GoldenError
            More than two bits, which the code does not promise to find.
        """
        bits = flips.bit_count()
        if bits > 2:
            raise GoldenError(f"{bits} bits of one word of SBUF inverted; golden takes at most 2")
        word = partition * self.partition_bytes + offset // WORD_BYTES * WORD_BYTES
        self._armed = (word, bits)

    def disarm(self) -> None:
        """Nothing will be inverted."""
        self._armed = None

    def read(self, footprint: Footprint, unit: int = LINE_BYTES) -> None:
        """Aligned units of ``unit`` bytes around the bytes of the footprint are read.

        Raises
        ------
        TrapSignal
            SBUF_ECC_ERROR of the first word that is lost.
        """
        if not self._broken:
            return
        units = np.unique(_addresses(footprint) // unit)
        hit = [word for word in self._broken if (units == word // unit).any()]
        for word in sorted(hit):
            if self._broken[word] == 2:
                self._trap(word)
        self.corrected += len({word // unit for word in hit if self._broken[word] == 1})

    def write(self, footprint: Footprint) -> None:
        """The bytes of the footprint are written.

        Raises
        ------
        TrapSignal
            SBUF_ECC_ERROR of a lost word of which only a part is written.
        """
        if not self._broken and self._armed is None:
            return
        words, counts = np.unique(np.unique(_addresses(footprint)) // WORD_BYTES,
                                  return_counts=True)  # fmt: skip
        for word, count in zip((words * WORD_BYTES).tolist(), counts.tolist(), strict=True):
            bits = self._broken.pop(word, 0)
            if count < WORD_BYTES and bits == 2:
                self._broken[word] = bits
                self._trap(word)
            self.corrected += count < WORD_BYTES and bits == 1
            if self._armed is not None and self._armed[0] == word:
                if self._armed[1]:
                    self._broken[word] = self._armed[1]
                self._armed = None

    def _trap(self, word: int) -> None:
        partition, offset = divmod(word, self.partition_bytes)
        raise TrapSignal(
            Trap.SBUF_ECC_ERROR,
            partition << 24 | offset,
            f"two bits wrong in SBUF partition {partition} offset 0x{offset:x}",
        )


def _addresses(footprint: Footprint) -> np.ndarray:
    return np.concatenate([
        byte_offsets(piece.dims) + piece.offset + piece.page * footprint.memory.page_bytes
        for piece in footprint.pieces
    ])  # fmt: skip
