"""What one stream of a program that is nearly all control does on its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tinyneuron_hw.config import NUM_REGISTERS
from tinyneuron_hw.isa.csr import NOTIFICATIONS
from tinyneuron_hw.isa.opcodes import Condition, Opcode, RegisterOp

from .control_writer import COUNTERS, DATA, OWN_BYTES, SCRATCH, Writer
from .listing import Label

__all__ = ["alu", "blocks"]

_DEPTH = len(COUNTERS)
_WORK = 900
"""Rough cycles of a stream's own code."""


def alu(w: Writer) -> None:
    """REGISTER with any operation and operands."""
    op, dst = w.rng.choice(list(RegisterOp)), w.rng.choice(DATA)
    w.emit(Opcode.REGISTER, {"op": op, "dst": dst, **w.operands()})


def _load_input(w: Writer) -> None:
    """Of random bytes, from an address that a register chooses."""
    base, size = w.world.arena.inputs
    first, count = w.words()
    register, scale = SCRATCH[0], w.rng.choice([4, 8, -12, 64])
    w.masked(register, 15)
    at = base + size // 2 + 4 * w.rng.randrange(64)
    w.far(Opcode.REGISTER_LOAD, at, first, count, stride=4 * w.rng.randint(-9, 9))
    operand = {"address_uses_register": 1, "register": register, "scale": scale}
    w.code[-1].fields |= {f"src.{key}": value for key, value in operand.items()}  # type: ignore


def _own_far(w: Writer) -> None:
    """A load or store of the stream's own device memory."""
    stores = w.rng.random() < 0.5
    first, count = w.words(range(NUM_REGISTERS)) if stores else w.words()
    slack = OWN_BYTES // 4 - count
    if w.rng.random() < 0.3:  # backwards
        address, stride = w.world.own(w.stream) + 4 * (count - 1 + w.rng.randint(0, slack)), -4
    else:
        address, stride = w.world.own(w.stream) + 4 * w.rng.randint(0, slack), 4
    w.far(Opcode.REGISTER_STORE if stores else Opcode.REGISTER_LOAD, address, first, count,
          stride=stride)  # fmt: skip


def _own_near(w: Writer) -> None:
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
        register = w.masked(SCRATCH[1], 3, 4)
        w.emit(Opcode.REGISTER, {"op": RegisterOp.ADD, "dst": register, "a": register,
                                 "a_by_register": 1, "b": base})  # fmt: skip
        item = w.near(opcode, partition, register, first, count)
        item.fields[f"{path}.offset_by_register"] = 1
        return
    w.near(opcode, partition, base + 4 * w.rng.randint(0, 8 - count), first, count)


def _nop(w: Writer) -> None:
    w.emit(Opcode.NOP)


def _pause(w: Writer) -> None:
    if w.rng.random() < 0.5:
        fields: dict[str, Any] = {"cycles": w.rng.choice([0, 1, w.rng.randrange(40)])}
        if w.rng.random() < 0.5:
            fields = {"cycles": w.masked(SCRATCH[2], 31), "cycles_by_register": 1}
        w.emit(Opcode.DELAY, fields)
    elif w.world.told + w.passes <= NOTIFICATIONS:
        w.world.told += w.passes
        by_register = w.rng.random() < 0.7
        value = w.rng.randrange(NUM_REGISTERS) if by_register else w.number()
        w.emit(Opcode.NOTIFY, {"value": value, "value_by_register": int(by_register)})
    else:
        w.emit(Opcode.NOP)


def _body(w: Writer, passes: int) -> None:
    w.depth += 1
    w.passes *= max(1, passes)
    blocks(w, w.rng.randint(1, 3))
    w.passes //= max(1, passes)
    w.depth -= 1


def _loop(w: Writer) -> None:
    """A hardware loop; its count may come from a register, and a branch may leave it."""
    end, counter = Label(), COUNTERS[w.depth]
    most = w.rng.choice([1, 2, 3])
    fields: dict[str, Any] = {"count": w.rng.choice([0, most, most])}
    if w.rng.random() < 0.5:
        most = 3
        fields = {"count": w.masked(SCRATCH[3], 3), "count_by_register": 1}
    if w.rng.random() < 0.6:
        start = w.number()
        step = w.rng.choice([1, -1, w.rng.randint(-(1 << 31), (1 << 31) - 1)])
        fields |= {"counter": counter, "counter_enable": 1, "start": start, "step": step}
    w.emit(Opcode.LOOP, fields, end=end)
    _body(w, most)
    if w.rng.random() < 0.25:
        condition = w.rng.choice(list(Condition))
        w.emit(Opcode.BRANCH, {"condition": condition, **w.operands()}, end=end)
        alu(w)
    w.code.append(end)


def _back(w: Writer) -> None:
    """A loop made of a backward branch."""
    counter, top, passes = COUNTERS[w.depth], Label(), w.rng.randint(1, 3)
    w.emit(Opcode.REGISTER, {"op": RegisterOp.OR, "dst": counter, "a": 0, "b": 0})
    w.code.append(top)
    _body(w, passes)
    w.emit(Opcode.REGISTER, {"op": RegisterOp.ADD, "dst": counter, "a": counter,
                             "a_by_register": 1, "b": 1})  # fmt: skip
    condition = w.rng.choice([Condition.LESS_UNSIGNED, Condition.LESS_SIGNED, Condition.NOT_EQUAL])
    w.emit(Opcode.BRANCH, {"condition": condition, "a": counter, "a_by_register": 1,
                           "b": passes}, end=top)  # fmt: skip


def _skip(w: Writer) -> None:
    """A forward branch, taken or not."""
    end = Label()
    condition = w.rng.choice(list(Condition))
    w.emit(Opcode.BRANCH, {"condition": condition, **w.operands()}, end=end)
    _body(w, 1)
    w.code.append(end)


_SIMPLE: list[tuple[float, Callable[[Writer], None]]] = [
    (6, alu), (1, _load_input), (0.8, _own_far), (0.8, _own_near), (0.6, _pause), (0.2, _nop),
]  # fmt: skip
_NESTED: list[tuple[float, Callable[[Writer], None]]] = [(1.2, _loop), (0.7, _back), (1.2, _skip)]


def blocks(w: Writer, count: int) -> None:
    """Appends some of them."""
    for _ in range(count):
        some = _SIMPLE if w.depth >= _DEPTH or w.work > _WORK else _SIMPLE + _NESTED
        if w.work > 2 * _WORK:
            some = _SIMPLE[:1]
        weights = [weight for weight, _ in some]
        w.rng.choices([block for _, block in some], weights)[0](w)
