"""Bytes on chip that no program may touch, watched over many programs."""

from __future__ import annotations

import numpy as np

from tinyneuron_hw.config import CoreConfig

from ..compare.bench import Bench, Outcome
from ..compare.case import Case, Extent, whole_memory
from ..compare.service import stored_sbuf

__all__ = ["Audit"]


class Audit:
    """What SBUF and PSUM of a target must hold, byte for byte: zeros where no program since
    :meth:`begin` was given room, elsewhere what was read out after the last one."""

    def __init__(self, config: CoreConfig, bench: Bench):
        self._config, self._bench = config, bench
        self._images: list[np.ndarray] | None = None

    def begin(self) -> None:
        """Fills both memories with zeros."""
        config = self._config
        extents = whole_memory(config)
        self._images = [
            np.zeros((partitions, extent.size), np.uint8)
            for partitions, extent in zip((config.partitions, config.columns), extents, strict=True)
        ]
        self._bench.settle()
        self._bench.write_memories(config, *extents, *(i.tobytes() for i in self._images))

    def note(self, case: Case, outcome: Outcome) -> None:
        """A program has run and its memories were read."""
        if self._images is None:
            return
        sbuf = stored_sbuf(self._config, outcome.sbuf, outcome.psum)
        for image, extent, part in zip(self._images, (case.sbuf, case.psum),
                                       (sbuf, outcome.psum), strict=True):  # fmt: skip
            image[:, _columns(extent)] = part

    def check(self) -> str | None:
        """The first byte that is not what it must be, in words; begins anew."""
        expected = self._images
        self._bench.settle()
        sbuf, psum = self._bench.read_memories(self._config, *whole_memory(self._config))
        self._images = [stored_sbuf(self._config, sbuf, psum), psum.copy()]
        if expected is None:
            return None
        for name, mine, theirs in zip(("SBUF", "PSUM"), expected, (sbuf, psum), strict=True):
            differs = np.argwhere(mine != theirs)
            if len(differs):
                partition, offset = map(int, differs[0])
                return (f"{name} partition {partition} offset 0x{offset:x}: expected "
                        f"0x{mine[partition, offset]:02x}, got 0x{theirs[partition, offset]:02x}, "
                        "and no program was given that byte")  # fmt: skip
        return None


def _columns(extent: Extent) -> slice:
    return slice(extent.offset, extent.end)
