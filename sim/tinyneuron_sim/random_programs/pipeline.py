"""A producer and a consumer in loops of two streams, a few passes apart."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tinyneuron_hw.isa.codec import fields_of
from tinyneuron_hw.isa.opcodes import Opcode, RegisterOp, Stream, UpdateMode, WaitMode

from .cost import rough_cycles
from .draw import Drawer, Fields, Use
from .listing import Item, Label, header
from .patterns import NoRoomError
from .scope import Scope
from .semaphores import Semaphore

__all__ = ["pipeline"]

_MASK = (1 << 32) - 1
_TRIES = 12


@dataclass
class _Half:
    """One side: an instruction whose field ``path`` alternates between slots."""

    stream: Stream
    opcode: Opcode
    fields: Fields
    path: str
    delta: int
    uses: list[Use]
    """Of each slot."""

    def values(self) -> list[int]:
        """Of ``path``, for each slot."""
        return [self.fields[self.path] + slot * self.delta for slot in range(len(self.uses))]

    @property
    def use(self) -> Use:
        total = self.uses[0]
        for use in self.uses[1:]:
            total = total.joined(use)
        return total


def _conflict(a: Use, b: Use) -> bool:
    return any(len(np.intersect1d(mine, theirs, assume_unique=True)) for mine, theirs in (
        (a.writes, b.writes), (a.writes, b.reads), (a.reads, b.writes)))  # fmt: skip


def _half(rng: random.Random, drawer: Drawer, stream: Stream, opcodes: Sequence[Opcode],
          slots: int) -> _Half:  # fmt: skip
    for _ in range(_TRIES):
        opcode = rng.choice(opcodes)
        fields, use = drawer.draw(opcode)
        paths = [
            f.path
            for f in fields_of(opcode)
            if f.by_register_offset is not None
            and f.path in fields
            and f.path.endswith((".offset", ".start_partition"))
        ]
        if not paths:
            continue
        path = rng.choice(paths)
        delta = rng.choice([-64, -32, 16, 32, 48, 64, 4, 1, 2])
        uses: list[Use] = [use]
        for slot in range(1, slots):
            value = fields[path] + slot * delta
            varied = drawer.use(opcode, {**fields, path: value}) if 0 <= value < 256 or (
                path.endswith("offset") and value >= 0) else None  # fmt: skip
            if varied is None:
                break
            uses.append(varied)
        if len(uses) == slots:
            return _Half(stream, opcode, fields, path, delta, uses)
    raise NoRoomError(f"no instruction of {stream.name} alternates between {slots} slots")


def pipeline(scope: Scope, opcodes: dict[Stream, Sequence[Opcode]]) -> None:
    """``slots`` passes of the producer may run ahead of the consumer; semaphores count what is
    full and what is free. ``opcodes``: what each stream may run."""
    rng, pool = scope.rng, scope.world.pool
    if len(scope.streams) < 2:
        raise NoRoomError("a pipeline needs two streams")
    slots, passes = rng.choice([1, 2, 2]), rng.randint(2, 4)
    maker, user = rng.sample(scope.streams, 2)
    for _ in range(_TRIES):
        producer, consumer = (_half(rng, scope.world.drawer, stream, opcodes[stream], slots)
                              for stream in (maker, user))  # fmt: skip
        apart = slots == 1 or not any(
            _conflict(producer.uses[slot], consumer.uses[1 - slot]) for slot in range(slots)
        )
        meet = any(map(_conflict, producer.uses, consumer.uses))
        if apart and (meet or rng.random() < 0.2):
            break
    else:
        raise NoRoomError("no two instructions share their slots")
    for half in (producer, consumer):
        scope.load_for(half.stream, Item(half.opcode, half.fields))
    inner = scope.inner((maker, user))
    inner.use[maker], inner.use[user] = producer.use, consumer.use
    free, full, done = (pool.take() for _ in range(3))
    inner.taken += [free, full, done]
    free.move(*range(1, slots + 1), 0)
    full.move(*range(1, slots + 1), 0)
    done.move(1, 0)
    scope.enter(inner)
    scope.nop(user, update=(UpdateMode.ADD, free.index, slots))
    _loop(scope, inner, producer, passes, wait=free, update=full)
    _loop(scope, inner, consumer, passes, wait=full, update=free)
    takes = WaitMode.GREATER_EQUAL_SUBTRACT
    # Everything is over when every slot is free again.
    scope.nop(maker, wait=(takes, free.index, slots), update=(UpdateMode.ADD, done.index, 1))
    scope.nop(user, wait=(takes, done.index, 1))
    cycles = sum(rough_cycles(half.opcode, half.fields) + 40 for half in (producer, consumer))
    scope.overhead += 100 + passes * cycles
    scope.leave(inner, together=True)


def _loop(scope: Scope, inner: Scope, half: _Half, passes: int, *, wait: Semaphore,
          update: Semaphore) -> None:  # fmt: skip
    rng, stream = scope.rng, half.stream
    item = Item(half.opcode, half.fields)
    item.fields |= header(wait=(WaitMode.GREATER_EQUAL_SUBTRACT, wait.index, 1),
                          update=(UpdateMode.ADD, update.index, 1))  # fmt: skip
    body: list[Item] = [item]
    if len(half.uses) > 1:
        register = inner.registers[stream].reserve()
        first, second = half.values()
        setting = {"op": RegisterOp.OR, "dst": register, "a": first & _MASK}
        scope.emit(stream, Item(Opcode.REGISTER, setting), name=False)
        item.fields |= {half.path: register, f"{half.path}_by_register": 1}
        flip = {"op": RegisterOp.XOR, "dst": register, "a": register, "a_by_register": 1,
                "b": (first ^ second) & _MASK}  # fmt: skip
        body.append(Item(Opcode.REGISTER, flip))
    end = Label()
    counter: Fields = {}
    if rng.random() < 0.5:
        counter = {"counter": inner.registers[stream].reserve(), "counter_enable": 1,
                   "start": rng.getrandbits(32), "step": rng.randint(-5, 5)}  # fmt: skip
    scope.emit(stream, Item(Opcode.LOOP, {"count": passes, **counter}, end=end))
    scope.code[stream] += [*body, end]
