"""One stream of a program that is nearly all control, and what the streams share."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from tinyneuron_hw.config import NUM_REGISTERS, CoreConfig
from tinyneuron_hw.isa.opcodes import Opcode, RegisterOp, Space, Stream, UpdateMode, WaitMode
from tinyneuron_hw.isa.rules_registers import MAX_MOVED, WORD_DTYPES

from .arena import Arena
from .listing import Code, Item, Label, header

__all__ = ["COUNTERS", "DATA", "JOINT", "OWN_BYTES", "SBUF_BYTES", "SCRATCH", "SLOT_BYTES",
           "World", "Writer"]  # fmt: skip

_MASK = (1 << 32) - 1
DATA = range(20)
"""Registers that anything may write."""
COUNTERS = range(20, 26)
"""Of loops, by depth."""
SCRATCH = (26, 27, 28, 29)
"""Written right before they are used."""
JOINT = (30, 31)
"""Of loops that several streams run together: their counts and their counters."""
OWN_BYTES, SLOT_BYTES = 96, 32
"""Of device memory: what is a stream's own, and its slot of a board."""
SBUF_BYTES = 64
"""Of each stream in each partition: its own words, then its slot."""
_MOVE_CYCLES, _CYCLES = 120, 6


@dataclass
class Writer:
    """The code of one stream."""

    world: World
    stream: Stream
    rng: random.Random
    code: Code = field(default_factory=list)
    depth: int = 0
    passes: int = 1
    """How often what is written now runs at most."""
    work: float = 0.0

    def emit(self, opcode: Opcode, fields: dict[str, Any] | None = None, *,
             end: Label | None = None, **clauses: Any) -> Item:  # fmt: skip
        """Appends an instruction; ``clauses``: its wait and its update."""
        item = Item(opcode, {**(fields or {}), **header(**clauses)}, end=end)
        if not clauses and self.rng.random() < 0.12:
            item.fields |= self.world.noise(self)
        self.code.append(item)
        moves = "first" in item.fields
        self.work += (_MOVE_CYCLES if moves else _CYCLES) * self.passes
        return item

    # Values.

    def number(self) -> int:
        rng = self.rng
        return rng.choice([0, 1, 31, 32, _MASK, 1 << 31, rng.getrandbits(5), rng.getrandbits(32)])

    def operands(self) -> dict[str, int]:
        """``a`` and ``b``: numbers or registers."""
        fields: dict[str, int] = {}
        for name in "ab":
            if self.rng.random() < 0.65:
                fields |= {name: self.rng.randrange(NUM_REGISTERS), f"{name}_by_register": 1}
            else:
                fields[name] = self.number()
        return fields

    def masked(self, register: int, mask: int, scale: int = 1) -> int:
        """Puts ``(a data register & mask) * scale`` into a scratch register."""
        source = self.rng.choice(DATA)
        self.emit(Opcode.REGISTER, {"op": RegisterOp.AND, "dst": register, "a": source,
                                    "a_by_register": 1, "b": mask})  # fmt: skip
        if scale != 1:
            self.emit(Opcode.REGISTER, {"op": RegisterOp.MULTIPLY, "dst": register, "a": register,
                                        "a_by_register": 1, "b": scale})  # fmt: skip
        return register

    # Register moves.

    def words(self, registers: range = DATA) -> tuple[int, int]:
        """First register and number of those that move."""
        count = self.rng.randint(1, min(MAX_MOVED, len(registers)))
        return self.rng.randint(registers.start, registers.stop - count), count

    def far(self, opcode: Opcode, address: int, first: int, count: int, *, stride: int = 4,
            **clauses: Any) -> None:  # fmt: skip
        """A move from or to device memory."""
        path = "src" if opcode is Opcode.REGISTER_LOAD else "dst"
        self.emit(opcode, {
            "first": first, f"{path}.dtype": self.rng.choice(WORD_DTYPES),
            f"{path}.address": address, f"{path}.dims.0.stride": stride,
            f"{path}.dims.0.size": count,
        }, **clauses)  # fmt: skip

    def near(self, opcode: Opcode, partition: int, offset: int, first: int, count: int, *,
             stride: int = 1, **clauses: Any) -> Item:  # fmt: skip
        """A move from or to SBUF."""
        path = "src" if opcode is Opcode.REGISTER_LOAD_SBUF else "dst"
        return self.emit(opcode, {
            "first": first, f"{path}.dtype": self.rng.choice(WORD_DTYPES),
            f"{path}.space": Space.SBUF, f"{path}.start_partition": partition,
            f"{path}.num_partitions": 1, f"{path}.offset": offset,
            f"{path}.dims.0.stride": stride, f"{path}.dims.0.size": count,
        }, **clauses)  # fmt: skip

    def all_registers(self, address: int) -> None:
        """Stores every register."""
        for first in range(0, NUM_REGISTERS, MAX_MOVED):
            self.far(Opcode.REGISTER_STORE, address + 4 * first, first, MAX_MOVED)


@dataclass
class World:
    """What the streams share."""

    config: CoreConfig
    rng: random.Random
    arena: Arena
    writers: dict[Stream, Writer] = field(default_factory=dict)
    told: int = 0
    """Notifications at most."""
    semaphore: int = 0
    """The next one that is free."""
    boards: int = 0

    @property
    def has_sbuf(self) -> bool:
        """Whether a partition has room for all streams."""
        return self.arena.sbuf.size == SBUF_BYTES * len(Stream)

    def own(self, stream: Stream) -> int:
        """Device address of a stream's own bytes."""
        return self.arena.outputs[0] + OWN_BYTES * stream.value

    def registers(self, stream: Stream) -> int:
        """Device address of its registers in the end."""
        return self.arena.outputs[0] + 1024 + 4 * NUM_REGISTERS * stream.value

    def slot(self, board: int, stream: Stream) -> int:
        """Device address of its slot of a board."""
        return self.arena.outputs[0] + 2048 + SLOT_BYTES * (len(Stream) * board + stream.value)

    def near(self, stream: Stream) -> int:
        """SBUF offset of its bytes."""
        return self.arena.sbuf.offset + SBUF_BYTES * stream.value

    def noise(self, writer: Writer) -> dict[str, Any]:
        """A wait that holds at once, or an update that nobody waits for."""
        rng, index = self.rng, 59 + writer.stream.value
        if rng.random() < 0.5:
            return header(wait=(WaitMode.GREATER_EQUAL, index, 0))
        mode = rng.choice([UpdateMode.ADD, UpdateMode.SUBTRACT, UpdateMode.SET])
        fields = header(update=(mode, index, rng.randrange(NUM_REGISTERS)))
        return fields | {"header.update.value_by_register": rng.randrange(2)}
