"""Short programs that put a state into a core and take it out again, the same on every target.

They use all of device memory, one stream for transfers (VECTOR, which also reaches PSUM) and, for
registers, every stream.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinyneuron_hw.config import NUM_SEMAPHORES, CoreConfig
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import Opcode, Space, Stream, UpdateMode, WaitMode

from .case import Extent

__all__ = ["SEMAPHORE", "fetch_registers", "load_memories", "register_groups", "store_memories",
           "stored_sbuf"]  # fmt: skip

SEMAPHORE = 0
"""Orders the transfers; must be 0 before a program of :func:`load_memories` or
:func:`store_memories` starts."""
_RAW = DType.UINT8
_MAX_DIM = 1 << 15

Code = dict[Stream, tuple[bytes, ...]]


@dataclass(frozen=True)
class _Part:
    """Some bytes of some partitions, and where they are in the image in device memory."""

    start: int
    partitions: int
    offset: int
    size: int
    address: int
    pitch: int
    """Bytes from one partition to the next in the image."""


def _parts(partitions: int, lanes: int, extent: Extent, address: int, width: int
           ) -> Iterator[_Part]:  # fmt: skip
    """The extent cut so that each part has at most ``lanes`` partitions and ``width`` bytes."""
    for start in range(0, partitions, lanes):
        count = min(lanes, partitions - start)
        for low in range(0, extent.size, width):
            size = min(width, extent.size - low)
            at = address + start * extent.size + low
            yield _Part(start, count, extent.offset + low, size, at, extent.size)


def _on_chip(space: Space, start: int, count: int, offset: int, size: int) -> dict[str, Any]:
    return {"dtype": _RAW, "space": space, "start_partition": start, "num_partitions": count,
            "offset": offset, "dims": [{"stride": 1, "size": size}]}  # fmt: skip


def _device(part: _Part) -> dict[str, Any]:
    return {"dtype": _RAW, "address": part.address,
            "dims": [{"stride": 1, "size": part.size},
                     {"stride": part.pitch, "size": part.partitions}]}  # fmt: skip


def _transfer(opcode: Opcode, **sides: Any) -> list[bytes]:
    """A transfer and a wait for its end."""
    update = {"mode": UpdateMode.ADD, "semaphore": SEMAPHORE, "value": 1}
    wait = {"mode": WaitMode.GREATER_EQUAL_SUBTRACT, "semaphore": SEMAPHORE, "value": 1}
    return [encode(opcode, header={"update": update}, **sides),
            encode(Opcode.NOP, header={"wait": wait})]  # fmt: skip


def _copy(source: dict[str, Any], target: dict[str, Any]) -> bytes:
    return encode(Opcode.TENSOR_COPY, in0=source, dst=target)


def _psum_parts(config: CoreConfig, psum: Extent, stage: Extent, address: int) -> Iterator[_Part]:
    lanes = min(config.partitions, config.columns)
    return _parts(config.columns, lanes, psum, address, min(stage.size, _MAX_DIM))


@functools.lru_cache(maxsize=64)
def load_memories(config: CoreConfig, sbuf: Extent, psum: Extent, sbuf_address: int,
                  psum_address: int) -> Code:  # fmt: skip
    """Fills both extents from images in device memory; PSUM's bytes pass through ``sbuf``."""
    code: list[bytes] = []
    for part in _psum_parts(config, psum, sbuf, psum_address):
        near = _on_chip(Space.SBUF, 0, part.partitions, sbuf.offset, part.size)
        far = _on_chip(Space.PSUM, part.start, part.partitions, part.offset, part.size)
        code += _transfer(Opcode.DMA_LOAD, src=_device(part), dst=near)
        code.append(_copy(near, far))
    for part in _parts(config.partitions, config.partitions, sbuf, sbuf_address, _MAX_DIM):
        near = _on_chip(Space.SBUF, part.start, part.partitions, part.offset, part.size)
        code += _transfer(Opcode.DMA_LOAD, src=_device(part), dst=near)
    return {Stream.VECTOR: (*code, encode(Opcode.HALT))}


@functools.lru_cache(maxsize=64)
def store_memories(config: CoreConfig, sbuf: Extent, psum: Extent, sbuf_address: int,
                   psum_address: int) -> Code:  # fmt: skip
    """Writes images of both extents to device memory; ``sbuf`` loses its bytes."""
    code: list[bytes] = []
    for part in _parts(config.partitions, config.partitions, sbuf, sbuf_address, _MAX_DIM):
        near = _on_chip(Space.SBUF, part.start, part.partitions, part.offset, part.size)
        code += _transfer(Opcode.DMA_STORE, src=near, dst=_device(part))
    for part in _psum_parts(config, psum, sbuf, psum_address):
        near = _on_chip(Space.SBUF, 0, part.partitions, sbuf.offset, part.size)
        far = _on_chip(Space.PSUM, part.start, part.partitions, part.offset, part.size)
        code.append(_copy(far, near))
        code += _transfer(Opcode.DMA_STORE, src=near, dst=_device(part))
    return {Stream.VECTOR: (*code, encode(Opcode.HALT))}


def stored_sbuf(config: CoreConfig, sbuf: np.ndarray, psum: np.ndarray) -> np.ndarray:
    """What a program of :func:`store_memories` leaves in SBUF, from the bytes it stored."""
    after = sbuf.copy()
    stage, whole = Extent(0, sbuf.shape[1]), Extent(0, psum.shape[1])
    for part in _psum_parts(config, whole, stage, 0):
        rows = slice(part.start, part.start + part.partitions)
        columns = slice(part.offset, part.offset + part.size)
        after[: part.partitions, : part.size] = psum[rows, columns]
    return after


def register_groups(registers: Iterable[tuple[Stream, int]]) -> list[dict[tuple[Stream, int], int]]:
    """(stream, register) -> semaphore, in groups that one program can show."""
    ordered = list(registers)
    return [
        {register: index for index, register in enumerate(ordered[at : at + NUM_SEMAPHORES])}
        for at in range(0, len(ordered), NUM_SEMAPHORES)
    ]


def fetch_registers(group: Mapping[tuple[Stream, int], int]) -> Code:
    """Sets the semaphores of a group to its registers' values."""
    code: dict[Stream, list[bytes]] = {}
    for (stream, register), semaphore in group.items():
        update = {"mode": UpdateMode.SET, "semaphore": semaphore, "value": register,
                  "value_by_register": 1}  # fmt: skip
        code.setdefault(stream, []).append(encode(Opcode.NOP, header={"update": update}))
    return {stream: (*items, encode(Opcode.HALT)) for stream, items in code.items()}
