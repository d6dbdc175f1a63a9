"""Random programs that are nearly all control: registers, loops, branches, moves of registers,
semaphores, barriers, delays and notifications, on all streams.

Each stream has bytes of its own, and writes what others read only into its slot of a board; a
barrier or a semaphore stands between. Everything that involves several streams is written in one
order, so nobody waits in a circle. In the end every stream stores all its registers.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tinyneuron_hw.config import NUM_REGISTERS, CoreConfig
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.csr import NOTIFICATIONS
from tinyneuron_hw.isa.opcodes import (
    Condition,
    Opcode,
    RegisterOp,
    Space,
    Stream,
    UpdateMode,
    WaitMode,
)
from tinyneuron_hw.isa.rules_registers import MAX_MOVED, WORD_DTYPES

from ..compare.case import Case, Extent
from .arena import Arena, choose_arena
from .generator import RandomCase
from .listing import Code, Item, Label, assemble, header
from .program import available_streams
from .values import random_bytes

__all__ = ["generate_control"]

_MASK = (1 << 32) - 1
_DATA = range(20)
"""Registers that anything may write."""
_COUNTERS = range(20, 26)
"""Of loops, by depth."""
_SCRATCH = (26, 27, 28, 29)
"""Written right before they are used."""
_JOINT = (30, 31)
"""Of loops that several streams run together: their counts and their counters."""
_DEPTH = len(_COUNTERS)
_WORK = 900
"""Rough cycles of a stream's own code."""
_MOVE_CYCLES, _CYCLES = 120, 6
_OWN_BYTES, _SLOT_BYTES = 96, 32
_SBUF_BYTES = 64
"""Of each stream in each partition: its own words, then its slot."""
_TRAPPED = 0.12


@dataclass
class _Writer:
    """The code of one stream."""

    world: _World
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
        source = self.rng.choice(_DATA)
        self.emit(Opcode.REGISTER, {"op": RegisterOp.AND, "dst": register, "a": source,
                                    "a_by_register": 1, "b": mask})  # fmt: skip
        if scale != 1:
            self.emit(Opcode.REGISTER, {"op": RegisterOp.MULTIPLY, "dst": register, "a": register,
                                        "a_by_register": 1, "b": scale})  # fmt: skip
        return register

    # Register moves.

    def words(self, registers: range = _DATA) -> tuple[int, int]:
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
class _World:
    """What the streams share."""

    config: CoreConfig
    rng: random.Random
    arena: Arena
    writers: dict[Stream, _Writer] = field(default_factory=dict)
    told: int = 0
    """Notifications at most."""
    semaphore: int = 0
    """The next one that is free."""
    boards: int = 0

    @property
    def has_sbuf(self) -> bool:
        """Whether a partition has room for all streams."""
        return self.arena.sbuf.size == _SBUF_BYTES * len(Stream)

    def own(self, stream: Stream) -> int:
        """Device address of a stream's own bytes."""
        return self.arena.outputs[0] + _OWN_BYTES * stream.value

    def registers(self, stream: Stream) -> int:
        """Device address of its registers in the end."""
        return self.arena.outputs[0] + 1024 + 4 * NUM_REGISTERS * stream.value

    def slot(self, board: int, stream: Stream) -> int:
        """Device address of its slot of a board."""
        return self.arena.outputs[0] + 2048 + _SLOT_BYTES * (len(Stream) * board + stream.value)

    def near(self, stream: Stream) -> int:
        """SBUF offset of its bytes."""
        return self.arena.sbuf.offset + _SBUF_BYTES * stream.value

    def noise(self, writer: _Writer) -> dict[str, Any]:
        """A wait that holds at once, or an update that nobody waits for."""
        rng, index = self.rng, 59 + writer.stream.value
        if rng.random() < 0.5:
            return header(wait=(WaitMode.GREATER_EQUAL, index, 0))
        mode = rng.choice([UpdateMode.ADD, UpdateMode.SUBTRACT, UpdateMode.SET])
        fields = header(update=(mode, index, rng.randrange(NUM_REGISTERS)))
        return fields | {"header.update.value_by_register": rng.randrange(2)}


# What a stream does on its own.


def _alu(w: _Writer) -> None:
    op, dst = w.rng.choice(list(RegisterOp)), w.rng.choice(_DATA)
    w.emit(Opcode.REGISTER, {"op": op, "dst": dst, **w.operands()})


def _load_input(w: _Writer) -> None:
    """Of random bytes, from an address that a register chooses."""
    base, size = w.world.arena.inputs
    first, count = w.words()
    register, scale = _SCRATCH[0], w.rng.choice([4, 8, -12, 64])
    w.masked(register, 15)
    at = base + size // 2 + 4 * w.rng.randrange(64)
    w.far(Opcode.REGISTER_LOAD, at, first, count, stride=4 * w.rng.randint(-9, 9))
    operand = {"address_uses_register": 1, "register": register, "scale": scale}
    w.code[-1].fields |= {f"src.{key}": value for key, value in operand.items()}  # type: ignore


def _own_far(w: _Writer) -> None:
    """A load or store of the stream's own device memory."""
    stores = w.rng.random() < 0.5
    first, count = w.words(range(NUM_REGISTERS)) if stores else w.words()
    slack = _OWN_BYTES // 4 - count
    if w.rng.random() < 0.3:  # backwards
        address, stride = w.world.own(w.stream) + 4 * (count - 1 + w.rng.randint(0, slack)), -4
    else:
        address, stride = w.world.own(w.stream) + 4 * w.rng.randint(0, slack), 4
    w.far(Opcode.REGISTER_STORE if stores else Opcode.REGISTER_LOAD, address, first, count,
          stride=stride)  # fmt: skip


def _own_near(w: _Writer) -> None:
    """A load or store of the stream's own bytes of SBUF, at an offset that a register may name."""
    if not w.world.has_sbuf:
        _own_far(w)
        return
    stores = w.rng.random() < 0.5
    opcode = Opcode.REGISTER_STORE_SBUF if stores else Opcode.REGISTER_LOAD_SBUF
    path, base = ("dst" if stores else "src"), w.world.near(w.stream)
    partition = w.rng.randrange(w.world.config.partitions)
    first, count = w.words(range(NUM_REGISTERS)) if stores else w.words()
    count = min(count, 4)
    if w.rng.random() < 0.5:
        register = w.masked(_SCRATCH[1], 3, 4)
        w.emit(Opcode.REGISTER, {"op": RegisterOp.ADD, "dst": register, "a": register,
                                 "a_by_register": 1, "b": base})  # fmt: skip
        item = w.near(opcode, partition, register, first, count)
        item.fields[f"{path}.offset_by_register"] = 1
        return
    w.near(opcode, partition, base + 4 * w.rng.randint(0, 8 - count), first, count)


def _pause(w: _Writer) -> None:
    if w.rng.random() < 0.5:
        fields: dict[str, Any] = {"cycles": w.rng.choice([0, 1, w.rng.randrange(40)])}
        if w.rng.random() < 0.5:
            fields = {"cycles": w.masked(_SCRATCH[2], 31), "cycles_by_register": 1}
        w.emit(Opcode.DELAY, fields)
    elif w.world.told + w.passes <= NOTIFICATIONS:
        w.world.told += w.passes
        by_register = w.rng.random() < 0.7
        value = w.rng.randrange(NUM_REGISTERS) if by_register else w.number()
        w.emit(Opcode.NOTIFY, {"value": value, "value_by_register": int(by_register)})
    else:
        w.emit(Opcode.NOP)


def _body(w: _Writer, passes: int) -> None:
    w.depth += 1
    w.passes *= max(1, passes)
    _blocks(w, w.rng.randint(1, 3))
    w.passes //= max(1, passes)
    w.depth -= 1


def _loop(w: _Writer) -> None:
    """A hardware loop; its count may come from a register, and a branch may leave it."""
    end, counter = Label(), _COUNTERS[w.depth]
    most = w.rng.choice([1, 2, 3])
    fields: dict[str, Any] = {"count": w.rng.choice([0, most, most])}
    if w.rng.random() < 0.5:
        most = 3
        fields = {"count": w.masked(_SCRATCH[3], 3), "count_by_register": 1}
    if w.rng.random() < 0.6:
        start = w.number()
        fields |= {"counter": counter, "counter_enable": 1, "start": start,
                   "step": w.rng.choice([1, -1, w.rng.randint(-(1 << 31), (1 << 31) - 1)])}  # fmt: skip
    w.emit(Opcode.LOOP, fields, end=end)
    _body(w, most)
    if w.rng.random() < 0.25:
        condition = w.rng.choice(list(Condition))
        w.emit(Opcode.BRANCH, {"condition": condition, **w.operands()}, end=end)
        _alu(w)
    w.code.append(end)


def _back(w: _Writer) -> None:
    """A loop made of a backward branch."""
    counter, top, passes = _COUNTERS[w.depth], Label(), w.rng.randint(1, 3)
    w.emit(Opcode.REGISTER, {"op": RegisterOp.OR, "dst": counter, "a": 0, "b": 0})
    w.code.append(top)
    _body(w, passes)
    w.emit(Opcode.REGISTER, {"op": RegisterOp.ADD, "dst": counter, "a": counter,
                             "a_by_register": 1, "b": 1})  # fmt: skip
    condition = w.rng.choice([Condition.LESS_UNSIGNED, Condition.LESS_SIGNED, Condition.NOT_EQUAL])
    w.emit(Opcode.BRANCH, {"condition": condition, "a": counter, "a_by_register": 1,
                           "b": passes}, end=top)  # fmt: skip


def _skip(w: _Writer) -> None:
    """A forward branch, taken or not."""
    end = Label()
    condition = w.rng.choice(list(Condition))
    w.emit(Opcode.BRANCH, {"condition": condition, **w.operands()}, end=end)
    _body(w, 1)
    w.code.append(end)


_SIMPLE: list[tuple[float, Callable[[_Writer], None]]] = [
    (6, _alu), (1, _load_input), (0.8, _own_far), (0.8, _own_near), (0.6, _pause),
]  # fmt: skip
_NESTED: list[tuple[float, Callable[[_Writer], None]]] = [(1.2, _loop), (0.7, _back), (1.2, _skip)]


def _blocks(w: _Writer, count: int) -> None:
    for _ in range(count):
        some = _SIMPLE if w.depth >= _DEPTH or w.work > _WORK else _SIMPLE + _NESTED
        if w.work > 2 * _WORK:
            some = _SIMPLE[:1]
        weights = [weight for weight, _ in some]
        w.rng.choices([block for _, block in some], weights)[0](w)


# What streams do together.


def _barrier(world: _World, streams: list[Stream]) -> None:
    mask = sum(1 << stream.value for stream in streams)
    for stream in streams:
        w = world.writers[stream]
        fields: dict[str, Any] = {"streams": mask}
        if w.rng.random() < 0.3:
            register = w.rng.choice(_SCRATCH)
            w.emit(Opcode.REGISTER, {"op": RegisterOp.XOR, "dst": register, "a": mask, "b": 0})
            fields = {"streams": register, "streams_by_register": 1}
        w.emit(Opcode.BARRIER, fields)


def _exchange(world: _World, streams: list[Stream]) -> None:
    """Each stream writes its slot, all meet, and each reads another's."""
    board, near = world.boards, world.has_sbuf and world.rng.random() < 0.5
    world.boards += 1
    partition = world.rng.randrange(world.config.partitions)
    for stream in streams:
        w = world.writers[stream]
        first = w.rng.randint(0, NUM_REGISTERS - MAX_MOVED)
        if near:
            offset = world.near(stream) + _SLOT_BYTES
            w.near(Opcode.REGISTER_STORE_SBUF, partition, offset, first, MAX_MOVED)
        else:
            w.far(Opcode.REGISTER_STORE, world.slot(board, stream), first, MAX_MOVED)
    _barrier(world, streams)
    for stream in streams:
        w, other = world.writers[stream], world.rng.choice(streams)
        first, count = w.words()
        if near:
            offset = world.near(other) + _SLOT_BYTES
            w.near(Opcode.REGISTER_LOAD_SBUF, partition, offset, first, count)
        else:
            w.far(Opcode.REGISTER_LOAD, world.slot(board, other), first, count)
    _barrier(world, streams)  # before anyone writes its slot again


def _signal(world: _World, streams: list[Stream]) -> None:
    """One stream writes its slot and tells another by a semaphore."""
    rng, (maker, user) = world.rng, streams[:2]
    board, index = world.boards, world.semaphore
    world.boards, world.semaphore = board + 1, index + 1
    amount = rng.choice([1, rng.randint(1, 9)])
    writer, reader = world.writers[maker], world.writers[user]
    place = world.slot(board, maker)
    writer.far(Opcode.REGISTER_STORE, place, rng.randrange(24), MAX_MOVED,
               update=(rng.choice([UpdateMode.ADD, UpdateMode.SET]), index, amount))  # fmt: skip
    mode = rng.choice([mode for mode in WaitMode if mode is not WaitMode.NONE])
    first, count = reader.words()
    reader.far(Opcode.REGISTER_LOAD, place, first, count, wait=(mode, index, amount))


def _together(world: _World, streams: list[Stream]) -> None:
    """A loop that several streams run in step."""
    passes, ends = world.rng.randint(1, 3), {stream: Label() for stream in streams}
    for stream in streams:
        w = world.writers[stream]
        count, counter = _JOINT
        w.emit(Opcode.REGISTER, {"op": RegisterOp.ADD, "dst": count, "a": passes, "b": 0})
        w.emit(Opcode.LOOP, {"count": count, "count_by_register": 1, "counter": counter,
                             "counter_enable": 1, "start": 0, "step": 1}, end=ends[stream])  # fmt: skip
        w.passes *= passes
    _alone(world, streams, 1)
    world.rng.choice([_barrier, _exchange])(world, streams)
    _alone(world, streams, 1)
    for stream in streams:
        world.writers[stream].passes //= passes
        _alu(world.writers[stream])
        world.writers[stream].code.append(ends[stream])


def _alone(world: _World, streams: list[Stream], count: int) -> None:
    for stream in streams:
        _blocks(world.writers[stream], world.rng.randint(0, count))


def _spoil(world: _World) -> tuple[str, int]:
    """Puts a reason for a trap into one stream; its name, and the watchdog."""
    rng, stream = world.rng, world.rng.choice(list(world.writers))
    w = world.writers[stream]
    kind = rng.choice(["left out", "alone", "misaligned", "outside"])
    mask = 31 & ~(1 << stream.value)
    item = {
        "left out": Item(Opcode.BARRIER, {"streams": rng.randrange(32) & mask}),
        "alone": Item(Opcode.BARRIER, {"streams": rng.choice([31, 1 << stream.value | mask])}),
        "misaligned": Item(Opcode.REGISTER_LOAD, _raw_move("src", world.own(stream) + 2)),
        "outside": Item(Opcode.REGISTER_STORE, _raw_move("dst", world.arena.inputs[0])),
    }[kind]
    w.code.insert(rng.randint(0, len(w.code)), item)
    return kind, 700 if kind == "alone" else 0


def _raw_move(path: str, address: int) -> dict[str, Any]:
    return {"first": 3, f"{path}.dtype": DType.UINT32, f"{path}.address": address,
            f"{path}.dims.0.stride": 4, f"{path}.dims.0.size": 2}  # fmt: skip


def generate_control(config: CoreConfig, seed: int, *, traps: bool = True) -> RandomCase:
    """The program of a seed: legal, without races, the same every time; with ``traps`` some hold one
    reason for a trap."""
    rng = random.Random(f"control {seed}")
    arena = choose_arena(config, rng)
    size = min(_SBUF_BYTES * len(Stream), config.sbuf_partition_bytes)
    top = config.sbuf_partition_bytes - size
    sbuf = Extent(rng.choice([0, top, rng.randrange(0, top + 1, 4)]), size)
    arena = Arena(config, sbuf, Extent(0, 64), arena.inputs, arena.outputs, arena.code_base)
    world = _World(config, rng, arena)
    present = list(available_streams(config))
    for stream in present:
        world.writers[stream] = _Writer(world, stream, rng)
    _alone(world, present, 3)
    for _ in range(rng.randint(1, 4)):
        streams = rng.sample(present, rng.randint(2, len(present)))
        rng.choice([_barrier, _exchange, _signal, _together])(world, streams)
        _alone(world, present, 2)
    kind, watchdog = _spoil(world) if traps and rng.random() < _TRAPPED else (None, 0)
    for stream, writer in world.writers.items():
        writer.all_registers(world.registers(stream))
        writer.emit(Opcode.HALT)
    return RandomCase(seed, _case(world, watchdog), kind)


def _case(world: _World, watchdog: int) -> Case:
    arena, config, rng = world.arena, world.config, world.rng
    memory = {address: random_bytes(rng, size) for address, size in arena.watched}
    return Case(
        config=config,
        streams={stream: assemble(writer.code) for stream, writer in world.writers.items()},
        code_base=arena.code_base,
        windows=arena.windows,
        memory=memory,
        watched=arena.watched,
        sbuf=arena.sbuf,
        psum=arena.psum,
        sbuf_image=random_bytes(rng, config.partitions * arena.sbuf.size),
        psum_image=random_bytes(rng, config.columns * arena.psum.size),
        watchdog=watchdog,
        restart=rng.random() < 0.5,
    )
