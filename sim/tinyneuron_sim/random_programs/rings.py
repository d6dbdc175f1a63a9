"""Rings of descriptors and lists of buffers."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable
from typing import Any

from tinyneuron_hw.config import INSTRUCTION_BYTES
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.codec import Field, fields_of
from tinyneuron_hw.isa.opcodes import TRANSFER_OPCODES, Opcode
from tinyneuron_hw.isa.rules_list import ENTRY_BYTES
from tinyneuron_hw.isa.rules_transfer import accumulates

__all__ = ["BAD_DESCRIPTORS", "LISTED_OPCODES", "Rings", "bad_descriptor", "can_have_list"]

LISTED_OPCODES = (Opcode.DMA_LOAD, Opcode.DMA_STORE, Opcode.DMA_COPY)
"""Opcodes with a side that may be a list of buffers."""
_SPARE = 4
"""Entries of a ring that are not meant, at most."""


class Rings:
    """Lays rings and lists in device memory, one behind the other from ``base`` on."""

    def __init__(self, rng: random.Random, base: int, size: int):
        self._rng, self.base, self._size = rng, base, size
        self.memory = bytearray(rng.randbytes(size))
        self._used = 0

    def room(self, descriptors: int) -> bool:
        """Whether there is room for a ring of so many descriptors, or with 0 for a list."""
        return self._used + INSTRUCTION_BYTES * (descriptors + _SPARE) <= self._size

    def add(self, descriptors: list[bytes]) -> dict[str, Any]:
        """Fields of the DMA_RING that runs these; entries that it does not mean hold anything."""
        rng, count = self._rng, len(descriptors)
        entries = count + rng.randint(0, _SPARE)
        first = rng.randrange(entries)
        for i, raw in enumerate(descriptors):
            at = self._used + INSTRUCTION_BYTES * ((first + i) % entries)
            self.memory[at : at + INSTRUCTION_BYTES] = raw
        address = self.base + self._used
        self._used += INSTRUCTION_BYTES * entries
        ring = {"address": address, "entries": entries, "first": first, "count": count}
        return {f"ring.{name}": value for name, value in ring.items()}

    def with_list(self, fields: dict[str, Any], path: str, low: int, high: int, *,
                  most: int = 8, spoilt: bool = False) -> dict[str, Any]:  # fmt: skip
        """The fields of a transfer whose device side ``path`` becomes a list of at most so many
        buffers in [low, high), none of which need begin or end with an element; one that is spoilt
        traps."""
        rng, other = self._rng, "dst" if path == "src" else "src"
        total = FORMATS[DType(fields[f"{path}.dtype"])].bytes
        total *= fields.get(f"{other}.num_partitions", 1)
        total *= math.prod(fields[f"{other}.dims.{k}.size"] for k in range(4))
        cuts = sorted(rng.sample(range(1, total), min(total - 1, rng.randint(0, most - 1))))
        sizes = [b - a for a, b in itertools.pairwise([0, *cuts, total])]
        buffers = [(rng.randint(low, high - size), size) for size in sizes]
        dims = {f"{path}.dims.{k}.{name}": value for k in range(4)
                for name, value in (("stride", 0), ("size", 1))}  # fmt: skip
        address = self._add_list(buffers, spoilt)
        given = {f"{path}.list": 1, f"{path}.address": address, f"{path}.dims.0.size": len(buffers)}
        return fields | dims | given

    def _add_list(self, buffers: list[tuple[int, int]], spoilt: bool) -> int:
        """Address of a list of (address, bytes); a list that is spoilt traps."""
        rng = self._rng
        entries = [list(buffer) for buffer in buffers]
        if spoilt:
            entry = rng.choice(entries)
            kind = rng.randrange(4)
            if kind == 0:
                entry[0] = rng.choice([0, self.base, (1 << 48) - entry[1], rng.getrandbits(64)])
            elif kind == 1:
                entry[1] = rng.choice([0, entry[1] | 1 << rng.randint(33, 63)])
            else:
                entry[1] += rng.choice([-1, 1, 8])
        raw = b"".join(value.to_bytes(8, "little") for entry in entries for value in entry)
        at = self._used + rng.randrange(0, 65, ENTRY_BYTES)
        self.memory[at : at + len(raw)] = raw
        self._used = -(-(at + len(raw)) // INSTRUCTION_BYTES) * INSTRUCTION_BYTES
        return self.base + at


def can_have_list(opcode: Opcode, fields: dict[str, Any]) -> bool:
    """Whether a side of such a transfer may be a list."""
    return opcode in LISTED_OPCODES and not accumulates(fields) and not fields.get("transpose")


def _put(raw: bytes, offset: int, width: int, value: int) -> bytes:
    mask = ((1 << width) - 1) << offset
    bits = int.from_bytes(raw, "little") & ~mask | value << offset
    return bits.to_bytes(INSTRUCTION_BYTES, "little")


def _fields(raw: bytes, keep: Callable[[Field], bool]) -> list[Field]:
    return [field for field in fields_of(Opcode(raw[0])) if keep(field)]


def _any(rng: random.Random, raw: bytes, keep: Callable[[Field], bool], value: int) -> bytes:
    field = rng.choice(_fields(raw, keep))
    return _put(raw, field.offset, field.width, value)


def _opcode(rng: random.Random, raw: bytes) -> bytes:
    others = [code for code in range(256) if code not in [op.value for op in TRANSFER_OPCODES]]
    return _put(raw, 0, 8, rng.choice([*others, Opcode.DMA_RING.value]))


def _reserved(rng: random.Random, raw: bytes) -> bytes:
    field = rng.choice(_fields(raw, lambda field: field.is_reserved))
    return _put(raw, field.offset + rng.randrange(field.width), 1, 1)


def _header(rng: random.Random, raw: bytes) -> bytes:
    field = rng.choice(
        _fields(raw, lambda field: field.path.startswith(("header.wait", "header.u")))
    )
    return _put(raw, field.offset + rng.randrange(field.width), 1, 1)


def _register(rng: random.Random, raw: bytes) -> bytes:
    names = ("_by_register", ".address_uses_register")
    return _any(
        rng, raw, lambda field: field.path.endswith(names) and "header" not in field.path, 1
    )


BAD_DESCRIPTORS: dict[str, Callable[[random.Random, bytes], bytes]] = {
    "opcode": _opcode,
    "reserved": _reserved,
    "header": _header,
    "register": _register,
    "queue": lambda rng, raw: _any(
        rng, raw, lambda field: field.path == "queue", rng.randint(1, 15)
    ),
    "code": lambda rng, raw: _any(
        rng, raw, lambda field: field.path == "round_mode", rng.randint(1, 3)
    ),
    "size": lambda rng, raw: _any(rng, raw, lambda field: field.path.endswith(".size"), 0),
    "count": lambda rng, raw: _any(
        rng, raw, lambda field: field.path.endswith("dims.0.size"), rng.randint(3000, 60000)
    ),
    "range": lambda rng, raw: _any(
        rng, raw, lambda field: field.path.endswith((".address", ".offset")), 0xFF_FFF0
    ),
    "partition": lambda rng, raw: _any(
        rng, raw, lambda field: field.path.endswith((".address", ".start_partition")), 255
    ),
}
"""Ways to spoil a descriptor: each makes it trap."""


def bad_descriptor(rng: random.Random, raw: bytes) -> bytes:
    """A legal descriptor, spoiled."""
    return BAD_DESCRIPTORS[rng.choice(list(BAD_DESCRIPTORS))](rng, raw)
