"""A program with everything its run depends on."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.opcodes import Opcode, Stream

from ..loader import MemoryWindow, place_streams

__all__ = ["Case", "Extent", "whole_memory"]


@dataclass(frozen=True)
class Extent:
    """Bytes [offset, offset + size) of every partition of an on-chip memory."""

    offset: int
    size: int

    @property
    def end(self) -> int:
        return self.offset + self.size


def whole_memory(config: CoreConfig) -> tuple[Extent, Extent]:
    """All of SBUF and all of PSUM."""
    return Extent(0, config.sbuf_partition_bytes), Extent(0, config.psum_partition_bytes)


@dataclass(frozen=True)
class Case:
    """A program, its initial state and what is looked at afterwards.

    Parameters
    ----------
    config:
        The core.
    streams:
        Instructions of each enabled stream, device addresses final.
    code_base:
        Device address the streams are placed from (a multiple of 4096).
    windows:
        Device memory the program may use.
    memory:
        Device address -> bytes before the start.
    watched:
        (address, size) of the device memory that is compared.
    sbuf, psum:
        On-chip bytes that are set before the start and compared afterwards.
    sbuf_image, psum_image:
        Their bytes before the start, partition by partition.
    semaphores:
        Values other than 0 before the start.
    watchdog:
        CSR WATCHDOG.
    lengths:
        CSR LENGTH of streams where it is not the number of instructions.
    restart:
        After a trap the memories are read by a program that is started without a RESET.
    """

    config: CoreConfig
    streams: Mapping[Stream, tuple[bytes, ...]]
    code_base: int
    windows: tuple[MemoryWindow, ...]
    memory: Mapping[int, bytes]
    watched: tuple[tuple[int, int], ...]
    sbuf: Extent
    psum: Extent
    sbuf_image: bytes
    psum_image: bytes
    semaphores: Mapping[int, int] = field(default_factory=dict)
    watchdog: int = 0
    lengths: Mapping[Stream, int] = field(default_factory=dict)
    restart: bool = False

    @property
    def places(self) -> dict[Stream, int]:
        """Device address of each stream."""
        return place_streams(self.config, self.streams, self.code_base)

    @property
    def instruction_count(self) -> int:
        """Instructions of all streams, HALT left out."""
        return sum(raw[0] != Opcode.HALT.value for code in self.streams.values() for raw in code)

    def with_streams(self, streams: Mapping[Stream, tuple[bytes, ...]]) -> Case:
        """The same with other instructions."""
        return dataclasses.replace(self, streams=streams)
