"""Random DMA instructions, many in a program: every kind, every pair of types, any shape.

They follow each other on one queue, so they need no semaphores. Every partition of SBUF begins with
index tensors that nothing writes: ``_SMALL`` holds indices that are valid everywhere, ``_MIXED``
others too.
"""

from __future__ import annotations

import random
from typing import Any

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import INDEXED_OPCODES, TRANSFER_OPCODES, Opcode, Space, Stream
from tinyneuron_hw.isa.roles import DEVICE
from tinyneuron_hw.isa.rules import DMA_CAST_DTYPES
from tinyneuron_hw.isa.rules_indexed import INDEX_TENSOR_DTYPES

from ..compare.case import Case, Extent
from ..loader import MemoryWindow
from .patterns import Dims, NoRoomError, factorise, place
from .rings import LISTED_OPCODES, Rings, bad_descriptor

__all__ = ["transfer_case"]

_SMALL, _MIXED, _INDEX_END = 0, 128, 256
"""Bytes of a partition where each kind of index tensor begins, and where they end."""
_LEAST_LAST = 3
_HALF = 2048
"""Device memory is two windows of this many bytes; what is read may be in both."""
_WINDOWS = (0x1000, 0x3000)
_CODE = 0x1_0000
_RINGS, _RING_BYTES = 0x8000, 0x4000
"""Where the rings are, in a window that may only be read."""


def transfer_case(config: CoreConfig, seed: int, count: int, *, traps: bool = False) -> Case:
    """A program of ``count`` transfers, some of them descriptors of rings; with ``traps`` one more
    whose indices mostly trap, or a descriptor that does."""
    rng = random.Random(seed)
    rings = Rings(rng, _RINGS, _RING_BYTES)
    draw = _Draw(config, rng, rings)
    code = _code(rng, draw, count)
    if traps:
        code.append(rng.choice([_trapping_rows, _trapping_list, _trapping_ring])(rng, draw))
    windows = [MemoryWindow(_CODE, 1 << 14, False, False, True),
               MemoryWindow(_RINGS, _RING_BYTES, True, False, False)]  # fmt: skip
    windows += [MemoryWindow(base, _HALF, True, True, False) for base in _WINDOWS]
    around = 64
    watched = tuple((base - around, _HALF + 2 * around) for base in _WINDOWS)
    sbuf = Extent(0, config.sbuf_partition_bytes)
    return Case(
        config, {Stream.SYNC: (*code, encode(Opcode.HALT))}, _CODE, tuple(windows),
        {base: _numbers(rng, size) for base, size in watched} | {_RINGS: bytes(rings.memory)},
        watched, sbuf, Extent(0, 16),
        b"".join(_indices(rng) + _numbers(rng, sbuf.size - _INDEX_END)
                 for _ in range(config.partitions)),
        bytes(16 * config.columns),
    )  # fmt: skip


def _code(rng: random.Random, draw: _Draw, count: int) -> list[bytes]:
    code: list[bytes] = []
    while count:
        size = min(count, rng.randint(1, 8))
        if rng.random() < 0.1 and draw.rings.room(size + 16):
            descriptors = [draw.instruction(queue=0) for _ in range(size)]
            code.append(draw.ring(descriptors))
            count -= size
            continue
        code.append(draw.instruction())
        count -= 1
    return code


def _trapping_rows(rng: random.Random, draw: _Draw) -> bytes:
    return draw.instruction(rng.choice(INDEXED_OPCODES), trapping=True)


def _trapping_list(rng: random.Random, draw: _Draw) -> bytes:
    return draw.listed(rng.choice(LISTED_OPCODES), trapping=True)


def _trapping_ring(rng: random.Random, draw: _Draw) -> bytes:
    """One of its descriptors traps, or has indices that mostly do."""
    descriptors = [draw.instruction(queue=0) for _ in range(rng.randint(1, 4))]
    number = rng.randrange(len(descriptors))
    kind = rng.random()
    if kind < 0.2:
        opcode = rng.choice(INDEXED_OPCODES)
        descriptors[number] = draw.instruction(opcode, trapping=True, queue=0)
    elif kind < 0.4:
        descriptors[number] = draw.listed(rng.choice(LISTED_OPCODES), trapping=True, queue=0)
    else:
        descriptors[number] = bad_descriptor(rng, descriptors[number])
    return draw.ring(descriptors)


def _numbers(rng: random.Random, size: int) -> bytes:
    """Any bytes, among them exact and special numbers of every type."""
    words = [0, 0x8000_0000, 0x7F80_0000, 0x7FC0_0001, 0x3F80_0000, 0x477F_F000, 0x0000_0001]
    found = [rng.choice(words) if rng.random() < 0.2 else rng.getrandbits(32)
             for _ in range(size // 4)]  # fmt: skip
    return b"".join(word.to_bytes(4, "little") for word in found)


def _indices(rng: random.Random) -> bytes:
    small = [rng.randint(0, _LEAST_LAST) for _ in range((_MIXED - _SMALL) // 4)]
    near, count = rng.randint(0, 12), (_INDEX_END - _MIXED) // 4
    mixed = [rng.choice([near, rng.randint(0, 12), (1 << 32) - 1, rng.getrandbits(32)])
             for _ in range(count)]  # fmt: skip
    return b"".join(word.to_bytes(4, "little") for word in small + mixed)


class _Draw:
    def __init__(self, config: CoreConfig, rng: random.Random, rings: Rings):
        self._config, self._rng, self.rings = config, rng, rings
        self.queue = rng.randrange(config.dma_engines)

    def instruction(self, opcode: Opcode | None = None, *, trapping: bool = False,
                    queue: int | None = None) -> bytes:  # fmt: skip
        """One transfer; of the indexed ones ``trapping`` decides which indices they have. Its
        ``queue`` is that of the program if none is given."""
        if opcode is None and self._rng.random() < 0.1 and self.rings.room(9):
            return self.listed(self._rng.choice(LISTED_OPCODES), queue=queue)
        kind = opcode or self._rng.choice(TRANSFER_OPCODES)
        while True:
            fields = {"queue": self.queue if queue is None else queue} | self._types(kind)
            try:
                if kind in INDEXED_OPCODES:
                    return encode(kind, fields | self._indexed(kind, fields, trapping))
                return encode(kind, fields | self._plain(kind, fields))
            except NoRoomError:
                continue

    def ring(self, descriptors: list[bytes]) -> bytes:
        """The instruction that runs these."""
        return encode(Opcode.DMA_RING, self.rings.add(descriptors) | {"queue": self.queue})

    def listed(self, opcode: Opcode, *, trapping: bool = False, queue: int | None = None) -> bytes:
        """A transfer from or to a list of buffers."""
        listed = self._rng.choice(DEVICE[opcode])
        while True:
            fields = {"queue": self.queue if queue is None else queue} | self._types(opcode)
            try:
                fields |= self._plain(opcode, fields)
            except NoRoomError:
                continue
            break
        window = next(w for w in _WINDOWS if w <= fields[f"{listed}.address"] < w + _HALF)
        return encode(opcode, self.rings.with_list(fields, listed, window, window + _HALF,
                                                   spoilt=trapping))  # fmt: skip

    def _types(self, opcode: Opcode) -> dict[str, Any]:
        rng = self._rng
        if rng.random() < 0.5:
            types = [rng.choice(DMA_CAST_DTYPES) for _ in range(2)]
        else:
            types = [rng.choice(list(DType))] * 2
        return dict(zip(("src.dtype", "dst.dtype"), types, strict=True))

    def _count(self) -> int:
        rng = self._rng
        return rng.choice([1, rng.randint(1, 16), rng.randint(1, 64), rng.randint(32, 200)])

    def _plain(self, opcode: Opcode, types: dict[str, Any]) -> dict[str, Any]:
        rng, total = self._rng, self._count()
        fields: dict[str, Any] = {}
        upper = rng.random() < 0.5  # source and destination in different halves
        for path, is_upper in (("src", upper), ("dst", not upper)):
            element = FORMATS[types[f"{path}.dtype"]].bytes
            if path in DEVICE.get(opcode, ()):
                fields |= self._far(path, element, factorise(rng, total), is_upper)
                continue
            partitions = rng.choice([
                p for p in range(1, self._config.partitions + 1) if total % p == 0
            ])  # fmt: skip
            sizes = factorise(rng, total // partitions)
            fields |= self._near(path, element, sizes, partitions, is_upper)
        return fields

    def _indexed(self, opcode: Opcode, types: dict[str, Any], trapping: bool) -> dict[str, Any]:
        rng = self._rng
        near, far = ("dst", "src") if opcode is Opcode.DMA_GATHER else ("src", "dst")
        partitions, rows = rng.randint(1, self._config.partitions), rng.randint(1, 12)
        row = rng.choice([1, rng.randint(1, 8), rng.randint(1, 40)])
        first, *inner = factorise(rng, row)
        sizes = [first * inner[2], inner[0], inner[1], rows]
        upper = rng.random() < 0.5
        elements = {path: FORMATS[types[f"{path}.dtype"]].bytes for path in (near, far)}
        fields = self._near(near, elements[near], sizes, partitions, upper)
        last = rng.randint(_LEAST_LAST, 9)
        reach = rng.randint(0, _HALF - 200) * rng.choice([0, 1, 1, 1]) // last
        stride = reach * rng.choice([1, -1])
        fields |= self._far(far, elements[far], factorise(rng, row), upper, last * stride)
        skip = not trapping and rng.random() < 0.6
        start = _MIXED if skip or trapping else _SMALL
        dtype = rng.choice(INDEX_TENSOR_DTYPES)
        offset, dims = place(rng, factorise(rng, rows), element=4, step=4, low=start,
                             high=start + _MIXED, alignment=4, repeats=True, bits=16)  # fmt: skip
        first = rng.randrange(self._config.partitions - partitions + 1)
        fields |= {"index.dtype": dtype, "index.space": Space.SBUF, "index.offset": offset,
                   "index.num_partitions": partitions, "index.start_partition": first,
                   "index_stride": stride, "index_last": last, "skip": int(skip)}  # fmt: skip
        return fields | _dims("index", dims)

    def _near(self, path: str, element: int, sizes: list[int], partitions: int, upper: bool
              ) -> dict[str, Any]:  # fmt: skip
        rng, config = self._rng, self._config
        middle = (_INDEX_END + config.sbuf_partition_bytes) // 2
        low, high = (middle, config.sbuf_partition_bytes) if upper else (_INDEX_END, middle)
        if rng.random() < 0.7:
            high = min(high, low + 400)
        offset, dims = place(rng, sizes, element=element, step=element, low=low, high=high,
                             alignment=1, repeats=path == "src" or rng.random() < 0.3,
                             bits=16)  # fmt: skip
        first = rng.randrange(config.partitions - partitions + 1)
        return {f"{path}.space": Space.SBUF, f"{path}.start_partition": first,
                f"{path}.num_partitions": partitions, f"{path}.offset": offset
                } | _dims(path, dims)  # fmt: skip

    def _far(self, path: str, element: int, sizes: list[int], upper: bool, reach: int = 0
             ) -> dict[str, Any]:  # fmt: skip
        """In a window, with room for a row that begins ``reach`` bytes further on."""
        base = _WINDOWS[upper]
        low, high = base - min(reach, 0), base + _HALF - max(reach, 0)
        rng = self._rng
        start, dims = place(rng, sizes, element=element, step=1, low=low, high=high, alignment=1,
                            repeats=path == "src" or rng.random() < 0.3, bits=32)  # fmt: skip
        return {f"{path}.address": start} | _dims(path, dims)


def _dims(path: str, dims: Dims) -> dict[str, Any]:
    return {f"{path}.dims.{k}.{name}": value for k, dim in enumerate(dims)
            for name, value in zip(("stride", "size"), dim, strict=True)}  # fmt: skip
