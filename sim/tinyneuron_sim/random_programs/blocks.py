"""What a program is made of: single instructions, loops, branches, pipelines between streams.

``BLOCKS`` lists them with how often each is tried.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tinyneuron_hw.config import INSTRUCTION_BYTES, LOOP_DEPTH, NUM_REGISTERS
from tinyneuron_hw.isa.codec import fields_of
from tinyneuron_hw.isa.opcodes import (
    CONTROL_OPCODES,
    DMA_OPCODES,
    REGISTER_MOVES,
    STREAM_OPCODES,
    Condition,
    Opcode,
    RegisterOp,
    Stream,
    UpdateMode,
    WaitMode,
)

from ..golden.sequencer import register_result
from .draw import Fields, Use
from .legal import DRAWN_OPCODES
from .listing import Item, Label
from .patterns import NoRoomError
from .pipeline import pipeline
from .registers import Registers
from .ring_block import ring
from .scope import Scope
from .world import Counter

__all__ = ["BLOCKS", "add_block", "fill"]

_MAX_PASSES = 4
_MASK = (1 << 32) - 1


def data_opcodes(stream: Stream) -> tuple[Opcode, ...]:
    """What a stream can run that moves or computes data."""
    drawn = set(DRAWN_OPCODES) - set(CONTROL_OPCODES)
    return tuple(op for op in STREAM_OPCODES[stream] if op in drawn)


def instruction(scope: Scope) -> None:
    """A data instruction, perhaps with a field that follows a loop's counter."""
    rng = scope.rng
    # An engine with many operations gets more instructions.
    stream = rng.choices(scope.streams, [len(data_opcodes(s)) for s in scope.streams])[0]
    moves = DMA_OPCODES + REGISTER_MOVES
    engine = [op for op in data_opcodes(stream) if op not in moves]
    transfers = [op for op in data_opcodes(stream) if op in moves]
    opcode = rng.choice(engine if engine and rng.random() < 0.8 else transfers)
    fields, use = scope.draw(opcode)
    item = Item(opcode, fields)
    counters = scope.counters[stream]
    if counters and rng.random() < 0.6:
        use = _follow(scope, stream, item, rng.choice(counters), use)
    scope.spend(item, stream)
    scope.emit(stream, item, use)


def _follow(scope: Scope, stream: Stream, item: Item, counter: Counter, use: Use) -> Use:
    """Lets a field grow from pass to pass; what all passes together use."""
    rng, fields = scope.rng, item.fields
    paths = [field.path for field in fields_of(item.opcode)
             if field.by_register_offset is not None and field.path in fields]  # fmt: skip
    paths += [f"{path}.address" for path in ("src", "dst") if f"{path}.address" in fields] * 4
    step = 1 if counter.step is None else counter.step
    for _ in range(6 if step else 0):
        path = rng.choice(paths)
        delta = step * rng.choice([1, 2, 4, 8, 16, -1, -2, -4, rng.randint(1, 64)])
        total = use
        for i in range(1, counter.count):
            varied = {**fields, path: fields[path] + i * delta}
            more = (
                scope.world.drawer.use(item.opcode, varied) if _fits(item, varied, path) else None
            )
            if more is None:
                break
            total = total.joined(more)
        else:
            counter.settle(*rng.choice([(fields[path], delta), (0, 1), (rng.randrange(99), delta)]))
            if path.endswith(".address"):
                _put_address(scope, stream, item, counter, path, delta)
            else:
                register = _linear(scope, stream, counter, fields[path], delta)
                fields |= {path: register, f"{path}_by_register": 1}
            return total
    return use


def _fits(item: Item, fields: Fields, path: str) -> bool:
    field = next(field for field in fields_of(item.opcode) if field.path == path)
    low, high = field.bounds
    return low <= fields[path] <= high


def _put_address(scope: Scope, stream: Stream, item: Item, counter: Counter, path: str,
                 delta: int) -> None:  # fmt: skip
    """A device address becomes its value + pass * delta."""
    fields, operand = item.fields, path.rpartition(".")[0]
    values = counter.values()
    scale = delta // values.step
    base = fields[path] - values.start * scale
    small = all(-(1 << 31) <= value < 1 << 31 for value in values)
    if small and base >= 0 and abs(scale) < 1 << 31:
        register = counter.register
    else:
        register, base, scale = _linear(scope, stream, counter, 0, 1), fields[path], delta
    fields |= {path: base, f"{operand}.address_uses_register": 1,
               f"{operand}.register": register, f"{operand}.scale": scale}  # fmt: skip


def _linear(scope: Scope, stream: Stream, counter: Counter, first: int, delta: int) -> int:
    """A register that holds ``first + pass * delta``, for a delta that is a multiple of the
    counter's step."""
    values = counter.values()
    if (values.start, values.step) == (first, delta):
        return counter.register
    register = scope.registers[stream].reserve()
    factor = delta // values.step
    bias = first - values.start * factor
    for fields in (
        {"op": RegisterOp.MULTIPLY, "a": counter.register, "a_by_register": 1, "b": factor & _MASK},
        {"op": RegisterOp.ADD, "a": register, "a_by_register": 1, "b": bias & _MASK},
    ):
        scope.emit(stream, Item(Opcode.REGISTER, {"dst": register, **fields}), name=False)
    return register


def register_code(scope: Scope) -> None:
    """REGISTER with any operands; where they are known, so is the result."""
    rng = scope.rng
    stream = rng.choice(scope.streams)
    registers = scope.registers[stream]
    op = rng.choice(list(RegisterOp))
    a, b = (rng.choice([0, 1, 31, 32, _MASK, 1 << 31, rng.getrandbits(32)]) for _ in range(2))
    item = Item(Opcode.REGISTER, {"op": op, "a": a, "b": b})
    result: int | None = register_result(op, a, b)
    if rng.random() < 0.3:  # of a register whose value nobody knows here
        name = rng.choice("ab")
        item.fields |= {name: rng.randrange(NUM_REGISTERS), f"{name}_by_register": 1}
        result = None
    # Operands first: naming them may write registers.
    scope.name_fields(stream, item)
    item.fields["dst"] = target = rng.choice(registers.free)
    scope.emit(stream, item, name=False)
    registers.set(target, result)


def nop(scope: Scope) -> None:
    """A NOP, which waits for what is before it."""
    scope.emit(scope.rng.choice(scope.streams), Item(Opcode.NOP))


def pause(scope: Scope) -> None:
    """A DELAY or a NOTIFY."""
    rng = scope.rng
    item = rng.choice([
        Item(Opcode.DELAY, {"cycles": rng.choice([0, 1, rng.randrange(60)])}),
        Item(Opcode.NOTIFY, {"value": rng.choice([0, _MASK, rng.getrandbits(32)])}),
    ])  # fmt: skip
    scope.emit(rng.choice(scope.streams), item)


def fill(scope: Scope, blocks: int, depth: int) -> None:
    """Adds blocks; loops nest at most ``depth`` deep."""
    for _ in range(blocks):
        add_block(scope, depth)


def loop(scope: Scope, depth: int) -> None:
    """A loop of one stream or, in step, of several."""
    rng = scope.rng
    several = len(scope.streams) > 1 and rng.random() < 0.35
    count = rng.randint(2, min(3, len(scope.streams))) if several else 1
    streams = tuple(rng.sample(scope.streams, count))
    inner = scope.inner(streams)
    passes = rng.choice([1, 2, 2, 3, _MAX_PASSES]) if several or rng.random() < 0.9 else 0
    for stream in streams:
        register = inner.registers[stream].reserve()
        if passes:
            counter = Counter(register, passes)
            inner.counters[stream] = [*inner.counters[stream], counter]
            if scope.rng.random() < 0.2:
                counter.settle(0, 1)
    ends = {stream: Label() for stream in streams}
    fill(inner, rng.randint(1, 3), depth - 1)
    if not several and rng.random() < 0.3:
        _break(inner, streams[0], ends[streams[0]], passes)
        fill(inner, 1, 0)
    for stream in streams:
        inner.drain(stream)
    if several:
        _barrier(inner)
    _wrap(scope, inner, ends, passes)


def _wrap(scope: Scope, inner: Scope, ends: dict[Stream, Label], passes: int) -> None:
    """Puts a body into loops."""
    rng = scope.rng
    scope.enter(inner)
    for stream in inner.streams:
        own = inner.counters[stream][len(scope.counters[stream]) :]
        if not inner.code[stream]:
            inner.nop(stream)
        if own and rng.random() < 0.2:
            _branch_back(scope, inner, stream, own[0])
            scope.overhead += 130 * passes  # fetched anew
            scope.code[stream].append(ends[stream])
            continue
        fields: Fields = {"count": passes}
        if own and (own[0].start is not None or rng.random() < 0.5):
            own[0].settle(rng.getrandbits(32), rng.choice([1, -1, rng.randint(-9, 9) or 5]))
            fields |= _counter_fields(own[0])
        item = Item(Opcode.LOOP, fields, end=ends[stream])
        scope.emit(stream, item)
        scope.code[stream] += [*inner.code[stream], ends[stream]]
    scope.overhead += inner.cost * max(1, 0.7 * passes)
    scope.leave(inner, together=len(inner.streams) > 1)


def _counter_fields(counter: Counter) -> Fields:
    values = counter.values()
    return {"counter": counter.register, "counter_enable": 1, "start": values.start & _MASK,
            "step": values.step}  # fmt: skip


def _branch_back(scope: Scope, inner: Scope, stream: Stream, counter: Counter) -> None:
    """A loop made of a backward branch."""
    rng = scope.rng
    counter.settle(rng.randrange(100), rng.choice([1, -1, 3]))
    values = counter.values()
    start: Fields = {"op": RegisterOp.ADD, "dst": counter.register, "a": values.start & _MASK}
    scope.emit(stream, Item(Opcode.REGISTER, start))
    top = Label()
    step: Fields = {"op": RegisterOp.ADD, "dst": counter.register, "a": counter.register,
                    "a_by_register": 1, "b": values.step & _MASK}  # fmt: skip
    back: Fields = {"condition": Condition.NOT_EQUAL, "a": counter.register, "a_by_register": 1,
                    "b": values.stop & _MASK}  # fmt: skip
    scope.code[stream] += [top, *inner.code[stream], Item(Opcode.REGISTER, step),
                           Item(Opcode.BRANCH, back, end=top)]  # fmt: skip


def _break(inner: Scope, stream: Stream, end: Label, passes: int) -> None:
    """Leaves the loop in some pass."""
    inner.drain(stream)
    counter = inner.counters[stream][-1] if passes else None
    fields = _condition(inner.rng, inner.registers[stream], counter)
    inner.emit(stream, Item(Opcode.BRANCH, fields, end=end))


def _condition(rng: random.Random, registers: Registers, counter: Counter | None) -> Fields:
    """Condition and operands of a branch."""
    fields: Fields = {"condition": rng.choice(list(Condition))}
    fields |= {name: rng.choice([0, 1, _MASK, 1 << 31, rng.getrandbits(32)]) for name in "ab"}
    if rng.random() < 0.2:
        fields["b"] = fields["a"]
    if counter is not None and rng.random() < 0.7:
        counter.settle(0, 1)
        fields |= {"a": counter.register, "a_by_register": 1,
                   "b": rng.choice(counter.values()) & _MASK}  # fmt: skip
    elif registers.known and rng.random() < 0.5:
        register = rng.choice(list(registers.known))
        fields |= {"a": register, "a_by_register": 1}
        if rng.random() < 0.5:
            fields["b"] = registers.known[register]
    return fields


def skip(scope: Scope, depth: int) -> None:
    """A forward branch over some code, taken or not."""
    rng = scope.rng
    stream = rng.choice(scope.streams)
    inner = scope.inner((stream,))
    fill(inner, rng.randint(1, 2), depth - 1)
    inner.drain(stream)
    scope.enter(inner)
    counter = scope.counters[stream][-1] if scope.counters[stream] else None
    fields = _condition(rng, scope.registers[stream], counter)
    end = Label()
    scope.emit(stream, Item(Opcode.BRANCH, fields, end=end))
    scope.code[stream] += [*inner.code[stream], end]
    scope.overhead += inner.cost + 100
    scope.leave(inner, together=False)


def nest(scope: Scope, depth: int) -> None:
    """Loops as deep as the hardware has, with one pass each but a few."""
    rng = scope.rng
    if depth < _FULL_DEPTH:
        return  # already inside another one
    stream = rng.choice(scope.streams)
    inner = scope.inner((stream,))
    passes = [1] * LOOP_DEPTH
    for _ in range(3):
        passes[rng.randrange(LOOP_DEPTH)] = 2
    code, ends = [], []
    for count in passes:
        end = Label()
        code.append(Item(Opcode.LOOP, {"count": count}, end=end))
        ends.append(end)
    register = inner.registers[stream].reserve()
    code[rng.randrange(LOOP_DEPTH)].fields |= {
        "counter": register, "counter_enable": 1, "start": rng.getrandbits(32), "step": 7,
    }  # fmt: skip
    body = [Item(Opcode.REGISTER, {"op": RegisterOp.ADD, "dst": register, "a": register,
                                   "a_by_register": 1, "b": 1})]  # fmt: skip
    scope.enter(inner)
    # The innermost end first; several loops may end at one place.
    tail: list[Any] = []
    for end in reversed(ends):
        tail.append(end)
        if rng.random() < 0.3:
            tail.append(Item(Opcode.NOP))
    scope.code[stream] += [*code, *body, *tail]
    scope.overhead += 300
    scope.leave(inner, together=False)


def detour(scope: Scope) -> None:
    """A branch over code that never runs, whatever it is."""
    rng = scope.rng
    stream = rng.choice(scope.streams)
    end = Label()
    value = rng.getrandbits(32)
    fields = rng.choice([
        {"condition": Condition.ALWAYS, "a": value},
        {"condition": Condition.EQUAL, "a": value, "b": value},
        {"condition": Condition.GREATER_EQUAL_UNSIGNED, "a": value, "b": value},
    ])  # fmt: skip
    scope.emit(stream, Item(Opcode.BRANCH, fields, end=end))
    for _ in range(rng.randint(1, 3)):
        raw = bytearray(rng.randbytes(INSTRUCTION_BYTES))
        raw[0] = rng.choice([raw[0], rng.choice(list(Opcode)).value])
        scope.code[stream].append(Item(Opcode.NOP, raw=bytes(raw)))
    scope.code[stream].append(end)


def two_streams(scope: Scope) -> None:
    """A producer and a consumer."""
    pipeline(scope, {
        stream: [op for op in data_opcodes(stream) if op not in REGISTER_MOVES]
        for stream in scope.streams
    })  # fmt: skip


def _barrier(scope: Scope) -> None:
    """All streams of a scope wait for each other."""
    pool, rng = scope.world.pool, scope.rng
    leader, *others = rng.sample(scope.streams, len(scope.streams))
    takes = WaitMode.GREATER_EQUAL_SUBTRACT
    arrived, *goes = (pool.take() for _ in scope.streams)
    scope.taken += [arrived, *goes]
    arrived.move(*range(1, len(others) + 1), 0)
    for go in goes:
        go.move(1, 0)
    for stream in others:
        scope.nop(stream, update=(UpdateMode.ADD, arrived.index, 1))
    scope.nop(leader, wait=(takes, arrived.index, len(others)))
    # One semaphore each: a fast stream must not take what another one is meant to get.
    for stream, go in zip(others, goes, strict=True):
        scope.nop(leader, update=(UpdateMode.ADD, go.index, 1))
        scope.nop(stream, wait=(takes, go.index, 1))


BLOCKS: list[tuple[float, Callable[..., None], bool]] = [
    (10.0, instruction, False),
    (0.8, register_code, False),
    (0.5, nop, False),
    (0.4, pause, False),
    (0.9, loop, True),
    (0.8, skip, True),
    (0.12, nest, True),
    (0.3, detour, False),
    (0.5, two_streams, False),
    (1.0, ring, False),
]
"""(weight, function, whether it holds other blocks)."""

_FULL_DEPTH = 3


def add_block(scope: Scope, depth: int = _FULL_DEPTH) -> None:
    """Adds one block of any kind."""
    choices = [entry for entry in BLOCKS if depth > 0 or not entry[2]]
    _, block, nests = scope.rng.choices(choices, [entry[0] for entry in choices])[0]
    try:
        block(scope, depth) if nests else block(scope)
    except NoRoomError:
        nop(scope)
