"""Random programs that are nearly all control: registers, loops, branches, moves of registers,
semaphores, barriers, delays and notifications, on all streams.

Each stream has bytes of its own, and writes what others read only into its slot of a board; a
barrier or a semaphore stands between. Everything that involves several streams is written in one
order, so nobody waits in a circle. In the end every stream stores all its registers.
"""

from __future__ import annotations

import random
from typing import Any

from tinyneuron_hw.config import NUM_REGISTERS, CoreConfig
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.opcodes import Opcode, RegisterOp, Stream, UpdateMode, WaitMode
from tinyneuron_hw.isa.rules_registers import MAX_MOVED

from ..compare.case import Case, Extent
from .arena import Arena, choose_arena
from .control_alone import alu, blocks
from .control_writer import JOINT, SBUF_BYTES, SCRATCH, SLOT_BYTES, World, Writer
from .generator import RandomCase
from .listing import Code, Item, Label, assemble
from .program import available_streams

__all__ = ["generate_control"]

_TRAPPED = 0.12
"""Share of the programs that trap."""


def _barrier(world: World, streams: list[Stream]) -> None:
    mask = sum(1 << stream.value for stream in streams)
    for stream in streams:
        w = world.writers[stream]
        fields: dict[str, Any] = {"streams": mask}
        if w.rng.random() < 0.3:
            register = w.rng.choice(SCRATCH)
            w.emit(Opcode.REGISTER, {"op": RegisterOp.XOR, "dst": register, "a": mask, "b": 0})
            fields = {"streams": register, "streams_by_register": 1}
        w.emit(Opcode.BARRIER, fields)


def _exchange(world: World, streams: list[Stream]) -> None:
    """Each stream writes its slot, all meet, and each reads another's."""
    board, near = world.boards, world.has_sbuf and world.rng.random() < 0.5
    world.boards += 1
    partition = world.rng.randrange(world.config.partitions)
    for stream in streams:
        w = world.writers[stream]
        first = w.rng.randint(0, NUM_REGISTERS - MAX_MOVED)
        if near:
            offset = world.near(stream) + SLOT_BYTES
            w.near(Opcode.REGISTER_STORE_SBUF, partition, offset, first, MAX_MOVED)
        else:
            w.far(Opcode.REGISTER_STORE, world.slot(board, stream), first, MAX_MOVED)
    _barrier(world, streams)
    for stream in streams:
        w, other = world.writers[stream], world.rng.choice(streams)
        first, count = w.words()
        if near:
            offset = world.near(other) + SLOT_BYTES
            w.near(Opcode.REGISTER_LOAD_SBUF, partition, offset, first, count)
        else:
            w.far(Opcode.REGISTER_LOAD, world.slot(board, other), first, count)
    _barrier(world, streams)  # before anyone writes its slot again


def _signal(world: World, streams: list[Stream]) -> None:
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


def _together(world: World, streams: list[Stream]) -> None:
    """A loop that several streams run in step."""
    passes, ends = world.rng.randint(1, 3), {stream: Label() for stream in streams}
    for stream in streams:
        w = world.writers[stream]
        count, counter = JOINT
        w.emit(Opcode.REGISTER, {"op": RegisterOp.ADD, "dst": count, "a": passes, "b": 0})
        fields = {"count": count, "count_by_register": 1, "counter": counter,
                  "counter_enable": 1, "start": 0, "step": 1}  # fmt: skip
        w.emit(Opcode.LOOP, fields, end=ends[stream])
        w.passes *= passes
    _alone(world, streams, 1)
    world.rng.choice([_barrier, _exchange])(world, streams)
    _alone(world, streams, 1)
    for stream in streams:
        world.writers[stream].passes //= passes
        alu(world.writers[stream])
        world.writers[stream].code.append(ends[stream])


def _alone(world: World, streams: list[Stream], count: int) -> None:
    for stream in streams:
        blocks(world.writers[stream], world.rng.randint(0, count))


def _spoil(world: World) -> tuple[str, int]:
    """Puts a reason for a trap into one stream; its name, and the watchdog."""
    rng, stream = world.rng, world.rng.choice(list(world.writers))
    w = world.writers[stream]
    kind = rng.choice(["left out", "alone", "misaligned", "outside"])
    mask = 31 & ~(1 << stream.value)
    item = {
        "left out": Item(Opcode.BARRIER, {"streams": rng.randrange(32) & mask}),
        "alone": Item(Opcode.BARRIER, {"streams": 31}),
        "misaligned": Item(Opcode.REGISTER_LOAD, _raw_move("src", world.own(stream) + 2)),
        "outside": Item(Opcode.REGISTER_STORE, _raw_move("dst", world.arena.inputs[0])),
    }[kind]
    # One barrier more would meet the others at their next: behind the last, nobody comes.
    first = _behind_barriers(w.code) if kind == "alone" else 0
    w.code.insert(rng.randint(first, len(w.code)), item)
    return kind, 700 if kind == "alone" else 0


def _behind_barriers(code: Code) -> int:
    """The first place behind all barriers, and the loops they may be in."""
    places = [place for place, item in enumerate(code)
              if isinstance(item, Label) or item.opcode is Opcode.BARRIER]  # fmt: skip
    return places[-1] + 1 if places else 0


def _raw_move(path: str, address: int) -> dict[str, Any]:
    return {"first": 3, f"{path}.dtype": DType.UINT32, f"{path}.address": address,
            f"{path}.dims.0.stride": 4, f"{path}.dims.0.size": 2}  # fmt: skip


def generate_control(config: CoreConfig, seed: int, *, traps: bool = True) -> RandomCase:
    """The program of a seed: legal, without races, the same every time; with ``traps`` some hold
    one reason for a trap."""
    rng = random.Random(f"control {seed}")
    arena = choose_arena(config, rng)
    size = min(SBUF_BYTES * len(Stream), config.sbuf_partition_bytes)
    top = config.sbuf_partition_bytes - size
    sbuf = Extent(rng.choice([0, top, rng.randrange(0, top + 1, 4)]), size)
    arena = Arena(config, sbuf, Extent(0, 64), arena.inputs, arena.outputs, arena.code_base)
    world = World(config, rng, arena)
    present = list(available_streams(config))
    for stream in present:
        world.writers[stream] = Writer(world, stream, rng)
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


def _case(world: World, watchdog: int) -> Case:
    arena = world.arena
    return Case(
        **arena.start_state(world.rng),
        streams={stream: assemble(writer.code) for stream, writer in world.writers.items()},
        code_base=arena.code_base,
        windows=arena.windows,
        watchdog=watchdog,
        restart=world.rng.random() < 0.5,
    )
