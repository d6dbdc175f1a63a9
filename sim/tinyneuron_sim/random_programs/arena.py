"""The memory a random program may touch, with a number for every byte."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.opcodes import Space

from ..compare.case import Extent
from ..golden.access import byte_offsets
from ..golden.memory import Footprint
from ..loader import MemoryWindow
from .values import random_bytes

__all__ = ["CODE_BYTES", "GUARD_BYTES", "Arena", "choose_arena"]

_PAGE = 4096
_ON_CHIP_BYTES = (160, 256, 512, 1024)
"""Bytes of a partition that a program uses: the fewer, the more its instructions meet."""
_DEVICE_BYTES = 2 * _PAGE
_DESCRIBED_BYTES = 2 * _PAGE
GUARD_BYTES = 256
"""Device memory around the program's own that must not change."""
_RESERVED = 1 << 20
"""Device memory at the top for code and images."""
CODE_BYTES = 1 << 17
"""Room for a program's instructions."""


@dataclass(frozen=True)
class Arena:
    """``inputs`` may only be read, ``outputs`` also written; both are device intervals. Rings and
    lists stand at the end of ``inputs``, in ``described``.

    A byte's number counts through SBUF, PSUM, ``inputs`` and ``outputs``.
    """

    config: CoreConfig
    sbuf: Extent
    psum: Extent
    inputs: tuple[int, int]
    outputs: tuple[int, int]
    code_base: int

    @property
    def described(self) -> tuple[int, int]:
        """The interval of rings and lists."""
        return sum(self.inputs) - _DESCRIBED_BYTES, _DESCRIBED_BYTES

    @property
    def size(self) -> int:
        """Bytes in all."""
        return self._device_start + self.inputs[1] + self.outputs[1]

    @property
    def _psum_start(self) -> int:
        return self.config.partitions * self.sbuf.size

    @property
    def _device_start(self) -> int:
        return self._psum_start + self.config.columns * self.psum.size

    @property
    def windows(self) -> tuple[MemoryWindow, ...]:
        """Code, inputs and outputs."""
        return (MemoryWindow(self.code_base, CODE_BYTES, False, False, True),
                MemoryWindow(*self.inputs, True, False, False),
                MemoryWindow(*self.outputs, True, True, False))  # fmt: skip

    @property
    def watched(self) -> tuple[tuple[int, int], ...]:
        """The device memory around and in both intervals."""
        return tuple((base - GUARD_BYTES, size + 2 * GUARD_BYTES)
                     for base, size in (self.inputs, self.outputs))  # fmt: skip

    def start_state(self, rng: random.Random, descriptions: bytes = b"") -> dict[str, Any]:
        """Fields of a :class:`Case`: its memories with random bytes and these rings and lists, and
        what is watched."""
        memory = {address: random_bytes(rng, size) for address, size in self.watched}
        base = self.watched[0][0]
        at = self.described[0] - base
        image = memory[base]
        memory[base] = image[:at] + descriptions + image[at + len(descriptions) :]
        return {
            "config": self.config,
            "memory": memory,
            "watched": self.watched,
            "sbuf": self.sbuf,
            "psum": self.psum,
            "sbuf_image": random_bytes(rng, self.config.partitions * self.sbuf.size),
            "psum_image": random_bytes(rng, self.config.columns * self.psum.size),
        }

    def extent(self, space: Space) -> Extent:
        """The arena's part of an on-chip memory."""
        return self.psum if space is Space.PSUM else self.sbuf

    def partitions(self, space: Space) -> int:
        """Partitions of an on-chip memory."""
        return self.config.columns if space is Space.PSUM else self.config.partitions

    def numbers(self, footprint: Footprint) -> np.ndarray:
        """The bytes of a footprint, which must lie in the arena."""
        addresses = byte_offsets(footprint.dims) + footprint.start
        width = footprint.memory.partition_bytes
        if width:
            in_psum = footprint.memory.name == "PSUM"
            extent, first = (self.psum, self._psum_start) if in_psum else (self.sbuf, 0)
            partition, offset = np.divmod(addresses, width)
            return np.unique(first + partition * extent.size + offset - extent.offset)
        base, size = self.inputs
        low = int(addresses.min())
        if base <= low < base + size:
            return np.unique(self._device_start + addresses - base)
        return np.unique(self._device_start + size + addresses - self.outputs[0])


def choose_arena(config: CoreConfig, rng: random.Random) -> Arena:
    """A random place in each memory: often at an end, and across a bank's border in PSUM."""
    sbuf_size = min(rng.choice(_ON_CHIP_BYTES), config.sbuf_partition_bytes)
    top = config.sbuf_partition_bytes - sbuf_size
    sbuf = Extent(rng.choice([0, top, rng.randrange(0, top + 1, 4)]), sbuf_size)
    psum_size = min(rng.choice(_ON_CHIP_BYTES), config.psum_partition_bytes)
    top = config.psum_partition_bytes - psum_size
    border = rng.randrange(0, top + 1, config.psum_bank_bytes) - psum_size // 2
    psum = Extent(rng.choice([0, top, min(max(border, 0), top)]), psum_size)
    code = config.device_memory_bytes - _RESERVED - CODE_BYTES
    pages = (code - 2 * GUARD_BYTES) // _PAGE
    input_bytes = _DEVICE_BYTES + _DESCRIBED_BYTES
    device_pages, input_pages = _DEVICE_BYTES // _PAGE, input_bytes // _PAGE
    first = rng.randrange(1, pages - input_pages - 3 * device_pages)
    second = first + input_pages + rng.randrange(1, 2 * device_pages)
    return Arena(config, sbuf, psum, (first * _PAGE, input_bytes),
                 (second * _PAGE, _DEVICE_BYTES), code)  # fmt: skip
