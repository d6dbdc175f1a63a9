"""How the element counts of an instruction's operands belong together: one function an opcode.

This is the place to add an instruction. An opcode without an entry has operands of equal
counts in equal numbers of partitions, which most have.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tinyneuron_hw.config import NUM_REGISTERS
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.matmul import element_bytes
from tinyneuron_hw.isa.opcodes import REGISTER_MOVES, Opcode, Space
from tinyneuron_hw.isa.roles import DEVICE, PATTERNS
from tinyneuron_hw.isa.rules_eight import SEARCHED_OPCODES, eight_paths
from tinyneuron_hw.isa.rules_registers import MAX_MOVED, move_path
from tinyneuron_hw.isa.rules_reshape import pack_mask
from tinyneuron_hw.isa.rules_scalar import most_rows
from tinyneuron_hw.isa.table import HEADER_ROWS, ROW_WORDS, SLOTS

from .arena import Arena
from .patterns import NoRoomError, factorise

__all__ = ["SHAPES", "SINGLE", "Shape", "ShapeRequest", "shape_of"]


@dataclass
class Shape:
    """Sizes of one instruction's operands.

    Parameters
    ----------
    partitions:
        Of each on-chip pattern.
    sizes:
        The four sizes of each pattern, device patterns included, innermost first.
    fields:
        Values of the instruction's own fields that belong to the sizes.
    spans:
        Byte interval [low, high) that a pattern must stay in where it is not the whole arena.
    """

    partitions: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, list[int]] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class ShapeRequest:
    """What is settled before the sizes: the variant (types and flags) and the memories of the
    operands."""

    rng: random.Random
    arena: Arena
    opcode: Opcode
    variant: dict[str, Any]
    spaces: dict[str, Space]

    def element(self, path: str) -> int:
        """Bytes of an element."""
        return element_bytes(self.opcode, self.variant, path)

    def room(self, path: str) -> int:
        """Elements of an on-chip operand that the arena holds in a partition."""
        return self.arena.extent(self.spaces[path]).size // self.element(path) - 1

    def partition_limit(self, path: str) -> int:
        """Partitions an operand may have."""
        available = self.arena.partitions(self.spaces[path])
        role = next(role for role in PATTERNS[self.opcode] if role.path == path)
        return min(available, self.arena.config.partitions) if role.lanes == "lane" else available

    def some_partitions(self, *paths: str) -> int:
        limit = min(map(self.partition_limit, paths))
        return self.rng.choice([limit, limit, self.rng.randint(1, limit)])

    def some_count(self, limit: int) -> int:
        """Mostly short, sometimes long."""
        rng = self.rng
        top = rng.choice([4, 24, 24, 48, 48, limit])
        return rng.randint(1, max(1, min(top, limit)))


def _equal(request: ShapeRequest) -> Shape:
    paths = [role.path for role in PATTERNS[request.opcode]]
    count = request.some_count(min(map(request.room, paths)))
    partitions = request.some_partitions(*paths)
    return Shape(dict.fromkeys(paths, partitions),
                 {path: factorise(request.rng, count) for path in paths})  # fmt: skip


def _serial(request: ShapeRequest) -> Shape:
    """Few elements: each waits for the one before."""
    paths = [role.path for role in PATTERNS[request.opcode]]
    count = request.some_count(min(12, *map(request.room, paths)))
    partitions = request.some_partitions(*paths)
    return Shape(dict.fromkeys(paths, partitions),
                 {path: factorise(request.rng, count) for path in paths})  # fmt: skip


def _reduce(request: ShapeRequest) -> Shape:
    count = request.some_count(request.room("in0"))
    sizes = factorise(request.rng, count)
    depth = request.rng.randint(1, len(sizes))
    partitions = request.some_partitions("in0", "dst")
    return Shape(
        {"in0": partitions, "dst": partitions},
        {"in0": sizes, "dst": factorise(request.rng, math.prod(sizes[depth:]))},
        {"reduce_dims": depth},
    )


def _read_out(request: ShapeRequest) -> Shape:
    return Shape({"dst": request.some_partitions("dst")}, {"dst": [1, 1, 1, 1]})


def _stationary(request: ShapeRequest) -> Shape:
    columns = request.arena.config.columns
    count = request.rng.choice([columns, request.rng.randint(1, columns)])
    count = min(count, request.room("src"))
    first = request.rng.choice([0, columns - count, request.rng.randint(0, columns - count)])
    return Shape({"src": request.some_partitions("src")},
                 {"src": factorise(request.rng, count)}, {"column_start": first})  # fmt: skip


def _matmul(request: ShapeRequest) -> Shape:
    config, psum = request.arena.config, request.arena.psum
    banks = range(psum.offset // config.psum_bank_bytes,
                  (psum.end - 1) // config.psum_bank_bytes + 1)  # fmt: skip
    bank = request.rng.choice(banks) * config.psum_bank_bytes
    low, high = max(bank, psum.offset), min(bank + config.psum_bank_bytes, psum.end)
    count = request.some_count(min((high - low) // request.element("dst"), request.room("src")))
    return Shape(
        {path: request.some_partitions(path) for path in ("src", "dst")},
        {path: factorise(request.rng, count) for path in ("src", "dst")},
        spans={"dst": (low, high)},
    )


def _transfer(request: ShapeRequest) -> Shape:
    """DMA counts the elements of all partitions."""
    if request.variant["transpose"]:
        return _turn(request)
    rng, near = request.rng, [role.path for role in PATTERNS.get(request.opcode, ())]
    total = rng.choice([1, rng.randint(1, 16), rng.randint(8, 64), rng.randint(32, 160)])
    shape = Shape()
    for path in near:
        limit = request.partition_limit(path)
        fitting = [p for p in range(1, limit + 1)
                   if total % p == 0 and total // p <= request.room(path)]  # fmt: skip
        if not fitting:
            raise NoRoomError(f"{total} elements in at most {limit} partitions")
        partitions = rng.choice([fitting[-1], rng.choice(fitting)])
        shape.partitions[path] = partitions
        shape.sizes[path] = factorise(rng, total // partitions)
    for path in DEVICE.get(request.opcode, ()):
        shape.sizes[path] = factorise(rng, total)
    return shape


def _indexed(request: ShapeRequest) -> Shape:
    """Rows in every partition. The indices are whatever SBUF holds: without ``skip`` all must be
    valid, with it some are. Most are at the same place."""
    rng, variant = request.rng, request.variant
    near = PATTERNS[request.opcode][0].path
    (far,) = DEVICE[request.opcode]
    if not variant["skip"] and variant["index.dtype"] is not DType.UINT32:
        raise NoRoomError("a negative index")
    stride, last = 0, (1 << 32) - 1
    if variant["skip"]:
        choices = [(0, last), (0, (1 << 31) - 1), (0, 0), (rng.randint(-60, 60), rng.randint(0, 4))]
        stride, last = rng.choice(choices)
    rows, row = rng.randint(1, 4), rng.choice([1, rng.randint(1, 12)])
    if rows * row > request.room(near) or rows > request.room("index"):
        raise NoRoomError(f"{rows} rows of {row} elements")
    partitions = request.some_partitions(near, "index")
    first, *inner = factorise(rng, row)
    return Shape(
        dict.fromkeys((near, "index"), partitions),
        {near: [first * inner[2], inner[0], inner[1], rows], "index": factorise(rng, rows),
         far: factorise(rng, row)},
        {"index_stride": stride, "index_last": last},
    )  # fmt: skip


def _turn(request: ShapeRequest) -> Shape:
    """Matrices of a DMA transpose: on chip the rows are partitions. Often more than a tile."""
    rng, near = request.rng, [role.path for role in PATTERNS.get(request.opcode, ())]
    limits = {path: request.partition_limit(path) if path in near else 24
              for path in ("src", "dst")}  # fmt: skip
    rows, columns = (rng.randint(1, limits[path]) for path in ("src", "dst"))
    batches = rng.choice([1, 1, 2, 4])
    shape = Shape()
    for path, sides in (("src", (rows, columns)), ("dst", (columns, rows))):
        if path not in near:
            shape.sizes[path] = [sides[1], sides[0], batches, 1]
            continue
        if sides[1] * batches > request.room(path):
            raise NoRoomError(f"{batches} x {sides[1]} elements in a partition")
        shape.partitions[path] = sides[0]
        shape.sizes[path] = [sides[1], batches, 1, 1]
    return shape


def _eight(request: ShapeRequest) -> Shape:
    """Operands of 8 elements, beside ``in0`` and what has as many as it."""
    paths = [role.path for role in PATTERNS[request.opcode]]
    short = eight_paths(request.opcode)
    searched = request.opcode in SEARCHED_OPCODES
    rooms = [request.room(path) for path in paths if path not in short]
    if min(map(request.room, short)) < 8 or (searched and min(rooms) < 8):
        raise NoRoomError("8 elements")
    count = max(request.some_count(min(rooms)), 8 if searched else 1)
    counts = {path: 8 if path in short else count for path in paths}
    return Shape(dict.fromkeys(paths, request.some_partitions(*paths)),
                 {path: factorise(request.rng, n) for path, n in counts.items()})  # fmt: skip


def _transpose(request: ShapeRequest) -> Shape:
    """Blocks as many as fit, or a part of one."""
    rng, quadrant = request.rng, request.arena.config.quadrant
    read, written = (request.partition_limit(path) for path in ("in0", "dst"))
    room = min(map(request.room, ("in0", "dst")))
    strips, blocks = min(read, written) // quadrant, room // quadrant
    if strips and blocks and rng.random() < 0.7:
        rows = quadrant * rng.choice([strips, rng.randint(1, strips)])
        count = quadrant * rng.randint(1, min(blocks, max(2, 32 // quadrant)))
        partitions, counts = {"in0": rows, "dst": rows}, {"in0": count, "dst": count}
    else:
        rows = rng.randint(1, min(read, quadrant, room))
        columns = rng.randint(1, min(written, quadrant, room))
        partitions, counts = {"in0": rows, "dst": columns}, {"in0": columns, "dst": rows}
    return Shape(partitions, {path: factorise(rng, n) for path, n in counts.items()})


def _shuffle(request: ShapeRequest) -> Shape:
    """Any partitions of both operands; any source or none for each partition of a quarter."""
    rng, quadrant, paths = request.rng, request.arena.config.quadrant, ("in0", "dst")
    count = request.some_count(min(map(request.room, paths)))
    sources: list[int | None] = [rng.randrange(quadrant) for _ in range(quadrant)]
    if rng.random() < 0.4:
        sources = [None if rng.random() < 0.4 else source for source in sources]
    return Shape({path: request.some_partitions(path) for path in paths},
                 {path: factorise(rng, count) for path in paths},
                 {"mask": pack_mask(sources)})  # fmt: skip


def _table(request: ShapeRequest) -> Shape:
    """An image for a slot: mostly a few segments."""
    rng = request.rng
    slot = request.variant.get("slot", rng.randrange(SLOTS))
    most = min(most_rows(slot), request.room("in0"))
    if most <= HEADER_ROWS or request.partition_limit("in0") < ROW_WORDS:
        raise NoRoomError("a table")
    rows = rng.choice([HEADER_ROWS + 1, rng.randint(HEADER_ROWS + 1, HEADER_ROWS + 12), most])
    return Shape({"in0": ROW_WORDS}, {"in0": factorise(rng, min(rows, most))}, {"slot": slot})


def _one(request: ShapeRequest) -> Shape:
    """One element in each partition."""
    (role,) = PATTERNS[request.opcode]
    partitions = request.some_partitions(role.path)
    return Shape({role.path: partitions}, {role.path: factorise(request.rng, 1)})


def _register_move(request: ShapeRequest) -> Shape:
    """A few words; which registers, the scope decides."""
    path = move_path(request.opcode)
    count = request.rng.randint(1, MAX_MOVED)
    sizes = {path: [count, 1, 1, 1]}
    return Shape({path: 1}, sizes, {"first": request.rng.randint(0, NUM_REGISTERS - count)})


SHAPES: dict[Opcode, Callable[[ShapeRequest], Shape]] = {
    **dict.fromkeys(REGISTER_MOVES, _register_move),
    Opcode.SET_SEED: _one,
    Opcode.DMA_LOAD: _transfer,
    Opcode.DMA_STORE: _transfer,
    Opcode.DMA_COPY: _transfer,
    Opcode.DMA_LOCAL: _transfer,
    Opcode.DMA_GATHER: _indexed,
    Opcode.DMA_SCATTER: _indexed,
    Opcode.LOAD_STATIONARY: _stationary,
    Opcode.MULTIPLY_MOVING: _matmul,
    Opcode.TENSOR_REDUCE: _reduce,
    Opcode.TENSOR_SCAN: _serial,
    Opcode.TENSOR_CUMULATIVE: _serial,
    Opcode.READ_ACCUMULATOR: _read_out,
    Opcode.MAX8: _eight,
    Opcode.FIND_INDEX8: _eight,
    Opcode.MATCH_REPLACE8: _eight,
    Opcode.TRANSPOSE: _transpose,
    Opcode.SHUFFLE: _shuffle,
    Opcode.LOAD_TABLE: _table,
    Opcode.ACTIVATE_READ: _one,
    Opcode.ACTIVATE_SEED: _one,
}

SINGLE = (
    Opcode.READ_ACCUMULATOR,
    Opcode.SET_SEED,
    Opcode.ACTIVATE_READ,
    Opcode.ACTIVATE_SEED,
)
"""Opcodes whose operands have one element in each partition."""


def shape_of(request: ShapeRequest) -> Shape:
    """Random sizes for the operands of an instruction; ``NoRoomError`` when these do not fit."""
    return SHAPES.get(request.opcode, _equal)(request)
