"""Errors that were put into SBUF and PSUM."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinyneuron_hw.config import LINE_BYTES, CoreConfig
from tinyneuron_hw.isa.csr import Trap

from .access import byte_offsets
from .errors import GoldenError, TrapSignal
from .memory import Footprint

__all__ = ["CodeErrors", "code_errors"]


@dataclass
class CodeErrors:
    """Which codewords of a memory hold one or two inverted bits, by address.

    Only the number of bits matters: one is corrected, two are a trap. A word that an instruction
    writes as a whole is whole again.

    Parameters
    ----------
    memory: its name.
    partition_bytes: bytes per partition.
    word_bytes: bytes of a codeword's data.
    access_bytes: what an engine reads at a time, aligned.
    trap: cause when a word is lost.
    """

    memory: str
    partition_bytes: int
    word_bytes: int
    access_bytes: int
    trap: Trap
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
            raise GoldenError(
                f"{bits} bits of one word of {self.memory} inverted; golden takes at most 2"
            )
        word = partition * self.partition_bytes + offset // self.word_bytes * self.word_bytes
        self._armed = (word, bits)

    def disarm(self) -> None:
        """Nothing will be inverted."""
        self._armed = None

    def read(self, footprint: Footprint, unit: int | None = None) -> None:
        """Aligned units of ``unit`` bytes (an engine's) around the bytes of the footprint are read.

        Raises
        ------
        TrapSignal
            Of the first word that is lost.
        """
        if not self._broken:
            return
        unit = unit or self.access_bytes
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
            Of a lost word of which only a part is written.
        """
        if not self._broken and self._armed is None:
            return
        width = self.word_bytes
        words, counts = np.unique(np.unique(_addresses(footprint)) // width, return_counts=True)
        for word, count in zip((words * width).tolist(), counts.tolist(), strict=True):
            bits = self._broken.pop(word, 0)
            if count < width and bits == 2:
                self._broken[word] = bits
                self._trap(word)
            self.corrected += count < width and bits == 1
            if self._armed is not None and self._armed[0] == word:
                if self._armed[1]:
                    self._broken[word] = self._armed[1]
                self._armed = None

    def _trap(self, word: int) -> None:
        partition, offset = divmod(word, self.partition_bytes)
        raise TrapSignal(
            self.trap,
            partition << 24 | offset,
            f"two bits wrong in {self.memory} partition {partition} offset 0x{offset:x}",
        )


def code_errors(config: CoreConfig) -> dict[str, CodeErrors]:
    """Those of each memory that has codes, by its name; nothing is broken."""
    if not config.ecc:
        return {}
    memories = (
        CodeErrors("SBUF", config.sbuf_partition_bytes, 8, LINE_BYTES, Trap.SBUF_ECC_ERROR),
        CodeErrors("PSUM", config.psum_partition_bytes, 1, 4, Trap.PSUM_ECC_ERROR),
    )
    return {errors.memory: errors for errors in memories}


def _addresses(footprint: Footprint) -> np.ndarray:
    return np.concatenate([
        byte_offsets(piece.dims) + piece.offset + piece.page * footprint.memory.page_bytes
        for piece in footprint.pieces
    ])  # fmt: skip
