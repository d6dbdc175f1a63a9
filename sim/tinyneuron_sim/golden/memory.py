"""The memories: bytes in pages, allocated when first touched."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from tinyneuron_hw.config import CoreConfig

from .access import ByteDims, Piece, byte_offsets, extent, overlaps_itself, strided

__all__ = ["DEVICE_PAGE_BYTES", "Accesses", "Footprint", "Memory", "make_memories"]

DEVICE_PAGE_BYTES = 1 << 20


@dataclass
class Footprint:
    """The bytes one operand touches: ``start`` and byte dimensions in ``memory``."""

    memory: Memory
    start: int
    dims: ByteDims
    is_write: bool = False
    pieces: list[Piece] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pieces = list(self.memory.split(self.start, self.dims))

    @property
    def size(self) -> int:
        """Bytes, counted as often as they are touched."""
        return math.prod(size for _, size in self.dims)


@dataclass(frozen=True)
class Accesses:
    """The bytes an instruction or a transfer reads before it writes."""

    reads: tuple[Footprint, ...]
    writes: tuple[Footprint, ...]


class Memory:
    """``size`` bytes.

    Parameters
    ----------
    name: what messages call it.
    page_bytes: allocation unit; at least ``size`` for memories that are one page.
    partition_bytes: bytes of one partition, 0 for device memory; messages name partition and
        offset when it is not 0.
    tracked: whether reads of bytes never written are noticed.
    """

    def __init__(self, name: str, size: int, *, page_bytes: int, partition_bytes: int = 0,
                 tracked: bool = False):  # fmt: skip
        self.name = name
        self.size = size
        self.page_bytes = page_bytes
        self.partition_bytes = partition_bytes
        self._tracked = tracked
        self._pages: dict[int, np.ndarray] = {}
        self._written: dict[int, np.ndarray] = {}

    def clear(self) -> None:
        """Every byte is 0 and was never written."""
        self._pages.clear()
        self._written.clear()

    def page(self, index: int) -> np.ndarray:
        """uint8 bytes of a page."""
        page = self._pages.get(index)
        if page is None:
            page = self._pages[index] = np.zeros(self.page_bytes, dtype=np.uint8)
            if self._tracked:
                self._written[index] = np.zeros(self.page_bytes, dtype=np.bool_)
        return page

    def split(self, start: int, dims: ByteDims) -> Iterator[Piece]:
        """The pattern cut into pieces of one page each, in element order."""
        low, high = extent(dims)
        page = (start + low) // self.page_bytes
        if (start + high - 1) // self.page_bytes == page:
            size = math.prod(size for _, size in dims)
            yield Piece(page, start - page * self.page_bytes, dims, size)
            return
        stride, count = dims[-1]
        inner = dims[:-1] or ((1, 1),)
        if count == 1:
            yield from self.split(start, inner)
            return
        half = count // 2
        for first, steps in ((0, half), (half, count - half)):
            part = inner if steps == 1 else (*dims[:-1], (stride, steps))
            yield from self.split(start + first * stride, part)

    def read(self, footprint: Footprint) -> np.ndarray:
        """uint8 bytes in element order, a copy."""
        parts = [
            strided(self.page(piece.page), piece.offset, piece.dims).reshape(-1)
            for piece in footprint.pieces
        ]
        return parts[0].copy() if len(parts) == 1 else np.concatenate(parts)

    def write(self, footprint: Footprint, values: np.ndarray) -> None:
        """Writes uint8 bytes given in element order; where bytes coincide the last one stays."""
        position = 0
        for piece in footprint.pieces:
            chunk = values[position : position + piece.size]
            position += piece.size
            page = self.page(piece.page)
            if overlaps_itself(piece.dims):
                backwards = (byte_offsets(piece.dims) + piece.offset)[::-1]
                offsets, last = np.unique(backwards, return_index=True)
                page[offsets] = chunk[::-1][last]
            else:
                view = strided(page, piece.offset, piece.dims)
                view[...] = chunk.reshape(view.shape)
        self.mark_written(footprint)

    def write_some(self, footprint: Footprint, values: np.ndarray, chosen: np.ndarray) -> None:
        """The same for the bytes where ``chosen``; the others stay as they are."""
        position = 0
        for piece in footprint.pieces:
            end = position + piece.size
            offsets = (byte_offsets(piece.dims) + piece.offset)[chosen[position:end]][::-1]
            offsets, last = np.unique(offsets, return_index=True)
            self.page(piece.page)[offsets] = values[position:end][chosen[position:end]][::-1][last]
            if self._tracked:
                self._written[piece.page][offsets] = True
            position = end

    def mark_written(self, footprint: Footprint) -> None:
        """Takes the bytes for written, whatever they are."""
        if self._tracked:
            for piece in footprint.pieces:
                self.page(piece.page)
                strided(self._written[piece.page], piece.offset, piece.dims)[...] = True

    def first_unwritten(self, footprint: Footprint) -> int | None:
        """Address of the first byte, in element order, that was never written."""
        if not self._tracked:
            return None
        for piece in footprint.pieces:
            self.page(piece.page)
            view = strided(self._written[piece.page], piece.offset, piece.dims)
            if not view.all():
                position = int(np.argmin(view.reshape(-1)))
                offset = int(byte_offsets(piece.dims)[position])
                return piece.page * self.page_bytes + piece.offset + offset
        return None

    def place(self, address: int) -> str:
        """How messages name a byte."""
        if not self.partition_bytes:
            return f"{self.name} address 0x{address:x}"
        partition, offset = divmod(address, self.partition_bytes)
        return f"{self.name} partition {partition} offset 0x{offset:x}"

    def read_bytes(self, address: int, size: int) -> bytes:
        """Bytes of an interval."""
        page, offset = divmod(address, self.page_bytes)
        if offset + size <= self.page_bytes:
            return self.page(page)[offset : offset + size].tobytes()
        return self.read(Footprint(self, address, ((1, size),))).tobytes() if size else b""

    def write_bytes(self, address: int, data: bytes) -> None:
        """Writes an interval."""
        if data:
            footprint = Footprint(self, address, ((1, len(data)),))
            self.write(footprint, np.frombuffer(data, dtype=np.uint8))


def make_memories(config: CoreConfig, *, tracked: bool = True) -> tuple[Memory, Memory, Memory]:
    """SBUF, PSUM and device memory of a core; ``tracked``: of SBUF and PSUM."""
    sbuf_bytes = config.partitions * config.sbuf_partition_bytes
    psum_bytes = config.columns * config.psum_partition_bytes
    return (
        Memory("SBUF", sbuf_bytes, page_bytes=sbuf_bytes,
               partition_bytes=config.sbuf_partition_bytes, tracked=tracked),
        Memory("PSUM", psum_bytes, page_bytes=psum_bytes,
               partition_bytes=config.psum_partition_bytes, tracked=tracked),
        Memory("device memory", config.memory_ranges[-1][1], page_bytes=DEVICE_PAGE_BYTES),
    )  # fmt: skip
