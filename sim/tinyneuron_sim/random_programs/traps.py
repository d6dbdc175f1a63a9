"""Puts one reason for a trap into a program: one small function a kind.

``TRAPS`` lists them. A kind gets a :class:`Target` and changes its program.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tinyneuron_hw.config import INSTRUCTION_BYTES, LOOP_DEPTH, NUM_SEMAPHORES
from tinyneuron_hw.formats import FORMATS
from tinyneuron_hw.isa.codec import Field, encode, fields_of
from tinyneuron_hw.isa.matmul import MatmulKind, matmul_kind
from tinyneuron_hw.isa.opcodes import (
    CONTROL_OPCODES,
    DMA_OPCODES,
    INDEXED_OPCODES,
    STREAM_OPCODES,
    TRANSFER_OPCODES,
    Condition,
    Opcode,
    Stream,
    WaitMode,
)
from tinyneuron_hw.isa.roles import DEVICE
from tinyneuron_hw.isa.rules import check_stationary

from ..loader import MemoryWindow
from .arena import CODE_BYTES
from .draw import Drawer, Fields
from .legal import DRAWN_OPCODES, legal
from .listing import Code, Item, Label, header
from .patterns import NoRoomError
from .program import Program, available_streams
from .registers import LATE_REGISTERS, set_register
from .rings import LISTED_OPCODES, bad_descriptor, can_have_list
from .spoil import all_rules, rules_of, spoil
from .stationary import KIND_AT_RESET, load_variants

__all__ = ["TRAPS", "add_trap"]
_ALL = 1 << 48
"""Device memory that leaves no address without memory."""


@dataclass
class Target:
    """A program, a stream of it and a place there."""

    program: Program
    rng: random.Random
    stream: Stream

    @property
    def code(self) -> Code:
        return self.program.code[self.stream]

    @property
    def drawer(self) -> Drawer:
        return self.program.drawer

    @property
    def opcodes(self) -> tuple[Opcode, ...]:
        return tuple(op for op in STREAM_OPCODES[self.stream] if op in DRAWN_OPCODES)

    def insert(self, *elements: Item | Label) -> None:
        """Puts code anywhere in the stream, in a later pass of a loop if there is one."""
        rng, code = self.rng, self.code
        loops = [
            index
            for index, item in enumerate(code)
            if isinstance(item, Item)
            and item.opcode is Opcode.LOOP
            and item.fields.get("counter_enable")
            and item.fields["count"] > 1
            and not any(item.fields.get(f"{path}_by_register") for path in ("start", "count"))
        ]
        if loops and rng.random() < 0.5:
            at = rng.choice(loops)
            fields = code[at].fields  # type: ignore[union-attr]
            passed = rng.randrange(fields["count"])
            value = fields.get("start", 0) + passed * fields.get("step", 0) & 0xFFFF_FFFF
            after = Label()
            branch = Item(Opcode.BRANCH, {"condition": Condition.NOT_EQUAL,
                                          "a": fields["counter"], "a_by_register": 1, "b": value},
                          end=after)  # fmt: skip
            code[at + 1 : at + 1] = [branch, *elements, after]
            return
        halt = max(i for i, item in enumerate(code) if isinstance(item, Item))
        at = rng.randint(0, halt)
        code[at:at] = elements

    def legal(self) -> tuple[Opcode, Fields]:
        """Any legal instruction of the stream."""
        opcode = self.rng.choice(self.opcodes)
        if opcode in CONTROL_OPCODES:
            return opcode, {"body": 1, "count": 1} if opcode is Opcode.LOOP else {}
        try:
            return opcode, self.drawer.draw(opcode)[0]
        except NoRoomError:
            return Opcode.NOP, {}

    def raw(self, value: int) -> Item:
        """An instruction of these bits."""
        return Item(Opcode.NOP, raw=value.to_bytes(INSTRUCTION_BYTES, "little"))


def _bits(opcode: Opcode, fields: Fields) -> int:
    return int.from_bytes(encode(opcode, fields), "little")


def _put(bits: int, field: Field, value: int) -> int:
    mask = (1 << field.width) - 1
    return bits & ~(mask << field.offset) | (value & mask) << field.offset


def unknown_opcode(target: Target) -> None:
    known = {op.value for op in Opcode}
    opcode, fields = target.legal()
    byte = target.rng.choice([b for b in range(256) if b not in known])
    target.insert(target.raw(_bits(opcode, fields) & ~0xFF | byte))


def foreign_opcode(target: Target) -> None:
    opcode = target.rng.choice([op for op in DRAWN_OPCODES if op not in target.opcodes])
    target.insert(target.raw(_bits(opcode, target.drawer.draw(opcode)[0])))


def reserved_bit(target: Target) -> None:
    opcode, fields = target.legal()
    field = target.rng.choice([f for f in fields_of(opcode) if f.is_reserved])
    bit = 1 << target.rng.randrange(field.width)
    target.insert(target.raw(_put(_bits(opcode, fields), field, bit)))


def enumeration(target: Target) -> None:
    """A code that a field's enumeration does not have."""
    while True:
        opcode, fields = target.legal()
        coded = [f for f in fields_of(opcode) if f.enum and len(f.enum) < 1 << f.width]
        if coded:
            break
    field = target.rng.choice(coded)
    assert field.enum is not None
    members = {member.value for member in field.enum}
    code = target.rng.choice([c for c in range(1 << field.width) if c not in members])
    target.insert(target.raw(_put(_bits(opcode, fields), field, code)))


def _named(opcode: Opcode, keep: Callable[[Field], bool]) -> list[Field]:
    return [f for f in fields_of(opcode) if f.by_register_offset is not None and keep(f)]


def register_number(target: Target) -> None:
    """A field named by a register that does not exist."""
    opcode, fields = target.legal()
    field = target.rng.choice(_named(opcode, lambda f: f.width > 5))
    number = target.rng.randrange(32, 1 << field.width)
    bits = _put(_bits(opcode, fields), field, number) | 1 << (field.by_register_offset or 0)
    target.insert(target.raw(bits))


def register_value(target: Target) -> None:
    """A register holds what its field cannot."""
    while True:
        opcode, fields = target.legal()
        narrow = _named(opcode, lambda f: f.width < 32)
        if narrow:
            break
    rng, field = target.rng, target.rng.choice(narrow)
    low, high = field.bounds
    value = rng.choice([high + 1, low - 1, rng.randint(high + 1, (1 << 31) - 1), 1 << 31])
    register = rng.choice(LATE_REGISTERS)
    fields |= {field.path: register, f"{field.path}_by_register": 1}
    target.insert(Item(opcode, fields, before=[set_register(rng, register, value, {})]))


def broken_rule(target: Target, rule: str) -> None:
    """A rule of ``isa.rules``; a register names one of the fields now and then."""
    rng, config = target.rng, target.program.arena.config
    opcodes = [op for op in DRAWN_OPCODES if op not in CONTROL_OPCODES]
    opcode, fields = spoil(rng, target.drawer, opcodes, rule)
    fitting = [s for s in available_streams(config) if opcode in STREAM_OPCODES[s]]
    target.stream = rng.choice([s for s in fitting if s in target.program.code] or fitting)
    target.program.code.setdefault(target.stream, [Item(Opcode.HALT)])
    item = Item(opcode, fields)
    named = _named(opcode, lambda f: f.path in fields and not f.path.startswith("header"))
    if rng.random() < 0.4 and named:
        field, register = rng.choice(named), rng.choice(LATE_REGISTERS)
        item.before.append(set_register(rng, register, fields[field.path], {}))
        fields |= {field.path: register, f"{field.path}_by_register": 1}
    target.insert(item)


def foreign_matrix(target: Target) -> None:
    """A MULTIPLY_MOVING finds a matrix of another kind: that of reset, or one that is loaded from
    bytes nobody writes."""
    rng, program = target.rng, target.program
    config, kind = program.arena.config, rng.choice(list(MatmulKind))
    target.stream = Stream.TENSOR
    target.program.code.setdefault(target.stream, [Item(Opcode.HALT)])
    for _ in range(20):
        load, use = target.drawer.draw(Opcode.LOAD_STATIONARY,
                                       variants=load_variants(config, kind=kind))  # fmt: skip
        if not np.intersect1d(use.reads, program.written).size:
            first = [Item(Opcode.LOAD_STATIONARY, load)]
            break
    else:
        kind, first = KIND_AT_RESET, []
    others = [v for v in legal(config, Opcode.MULTIPLY_MOVING).variants if matmul_kind(v) != kind]
    multiply, _ = target.drawer.draw(Opcode.MULTIPLY_MOVING, variants=others)
    trap = Item(Opcode.MULTIPLY_MOVING, multiply)
    if first:
        target.insert(*first, trap)
    else:
        target.code.insert(0, trap)


def ninth_loop(target: Target) -> None:
    end = Label()
    loops = [Item(Opcode.LOOP, {"count": target.rng.randint(1, 3)}, end=end)
             for _ in range(LOOP_DEPTH + 1)]  # fmt: skip
    target.insert(*loops, Item(Opcode.NOP), end)


def empty_loop(target: Target) -> None:
    count = target.rng.randrange(3)
    target.insert(Item(Opcode.LOOP, {"count": count, "body": 0}))


def no_halt(target: Target) -> None:
    """The stream runs past its end, at once or out of a loop."""
    code = target.code
    at = max(i for i, item in enumerate(code) if isinstance(item, Item))
    code[at:] = [element for element in code[at:] if isinstance(element, Label)]
    if target.rng.random() < 0.3:
        code.append(Item(Opcode.LOOP, {"count": target.rng.choice([0, 2]), "body": 7}))


def far_branch(target: Target) -> None:
    """A branch past the end."""
    rng = target.rng
    length = 4 * len(target.code) + 60  # more than the instructions set before others make it
    beyond = rng.choice([length, (1 << 24) - 1, rng.randint(length, 1 << 20)])
    target.insert(Item(Opcode.BRANCH, {"target": beyond}))


def no_window(target: Target) -> None:
    """The window for code ends, or two meet, inside the last stream."""
    program, rng = target.program, target.rng
    last = max(program.code, key=lambda stream: stream.value)
    length = len(program.assembled()[last])
    place = program.places()[last]
    cut = place + INSTRUCTION_BYTES * rng.randrange(length) + rng.choice([0, 0, 64, 1, 127])
    base = program.code_base
    windows = [MemoryWindow(base, cut - base, False, False, True), *program.windows[1:]]
    if rng.random() < 0.5:
        if cut % INSTRUCTION_BYTES == 0:
            cut += 32
            windows[0] = MemoryWindow(base, cut - base, False, False, True)
        rest = MemoryWindow(cut, base + CODE_BYTES - cut, False, False, True)
        windows.insert(rng.randrange(len(windows) + 1), rest)
    program.windows = tuple(windows)


def no_memory_for_code(target: Target) -> None:
    """A branch to where there is no memory, though window and length allow it."""
    program = target.program
    config = program.arena.config
    if config.device_memory_bytes == _ALL:
        no_halt(target)
        return
    last = max(program.code, key=lambda stream: stream.value)
    target.stream = last
    branch = Item(Opcode.BRANCH)
    target.insert(branch)
    branch.fields["target"] = 0
    pages = program.code_pages()
    program.code_base = config.device_memory_bytes - sum(pages.values())
    beyond = pages[last] // INSTRUCTION_BYTES
    branch.fields["target"] = beyond + target.rng.choice([0, 0, 1, 40])
    program.lengths[last] = (1 << 24) - 1
    window = MemoryWindow(program.code_base, 1 << 20, False, False, True)
    program.windows = (window, *program.windows[1:])


def no_memory_for_data(target: Target) -> None:
    """A transfer to or from where there is no memory, though a window allows it."""
    program, rng = target.program, target.rng
    size = program.arena.config.device_memory_bytes
    queues = _own_queues(program, target.stream)
    opcode = rng.choice([Opcode.DMA_LOAD, Opcode.DMA_STORE, Opcode.DMA_COPY])
    if not queues or size == _ALL:
        no_halt(target)
        return
    fields, _ = target.drawer.draw(opcode, queue=rng.choice(queues))
    path = rng.choice([p for p in ("src", "dst") if f"{p}.address" in fields])
    # The first element is beyond the end, or the end is inside it.
    inside = [1 - FORMATS[fields[f"{path}.dtype"]].bytes]
    fields[f"{path}.address"] = size + rng.choice([0, 64, rng.randrange(5000), *inside])
    program.windows = (*program.windows, MemoryWindow(size - (1 << 16), 1 << 20))
    target.insert(Item(opcode, fields))


def index_outside(target: Target) -> None:
    """A row whose index is not valid, or which leaves the windows; nobody writes the indices."""
    program, rng = target.program, target.rng
    queues = _own_queues(program, target.stream)
    for _ in range(20 if queues else 0):
        opcode = rng.choice(INDEXED_OPCODES)
        fields, use = target.drawer.draw(opcode, queue=rng.choice(queues))
        if not np.intersect1d(use.reads, program.written).size:
            break
    else:
        no_halt(target)
        return
    (far,) = DEVICE[opcode]
    fields |= {"skip": 0, "index_last": 0, f"{far}.address": (1 << 46) + rng.randrange(1 << 40)}
    target.insert(Item(opcode, fields))


def bad_list(target: Target) -> None:
    """A list whose buffer is not the bytes there are, or leaves the windows."""
    drawer, queues = target.drawer, _own_queues(target.program, target.stream)
    for _ in range(20 if queues and drawer.rings.room(0) else 0):
        opcode = target.rng.choice(LISTED_OPCODES)
        fields, _ = drawer.draw(opcode, queue=target.rng.choice(queues))
        if not can_have_list(opcode, fields):
            continue
        fields = drawer.list_buffers(opcode, fields, most=1, spoilt=True)
        if drawer.use(opcode, fields) is None:
            target.insert(Item(opcode, fields))
            return
    no_halt(target)


def bad_ring(target: Target) -> None:
    """A ring whose first descriptor traps."""
    rng, drawer = target.rng, target.drawer
    queues = _own_queues(target.program, target.stream)
    count = rng.randint(1, 3)
    if not queues or not drawer.rings.room(count):
        no_halt(target)
        return
    opcodes = [rng.choice(TRANSFER_OPCODES) for _ in range(count)]
    first, *others = (encode(opcode, drawer.draw(opcode, queue=0)[0]) for opcode in opcodes)
    fields = drawer.rings.add([bad_descriptor(rng, first), *others]) | {"queue": rng.choice(queues)}
    target.insert(Item(Opcode.DMA_RING, fields))


def _own_queues(program: Program, stream: Stream) -> list[int]:
    """Queues that no other stream uses: their order is certain."""
    used = {
        item.fields["queue"] for other, code in program.code.items() if other is not stream
        for item in code if isinstance(item, Item) and item.opcode in DMA_OPCODES
    }  # fmt: skip
    return [q for q in range(program.arena.config.dma_engines) if q not in used]


def deadlock(target: Target) -> None:
    """A wait that nobody ends; the watchdog does."""
    program, rng = target.program, target.rng
    used = set(program.semaphores) | {
        item.fields[f"header.{clause}.semaphore"]
        for code in program.code.values() for element in code if isinstance(element, Item)
        for item in (element, *element.before) for clause in ("wait", "update")
        if f"header.{clause}.semaphore" in item.fields
    }  # fmt: skip
    free = [index for index in range(NUM_SEMAPHORES) if index not in used]
    opcode, fields = target.legal()
    mode = rng.choice([mode for mode in WaitMode if mode is not WaitMode.NONE])
    if not free:
        no_halt(target)
        return
    wait = header(wait=(mode, rng.choice(free), rng.choice([1, rng.getrandbits(32) | 1])))
    target.insert(Item(opcode, fields | wait))
    # Longer than anything takes that goes on.
    program.watchdog = 100 + 4 * program.arena.config.memory_latency


TRAPS: dict[str, Callable[[Target], None]] = {
    "unknown opcode": unknown_opcode,
    "opcode of another stream": foreign_opcode,
    "reserved bit": reserved_bit,
    "code outside its enumeration": enumeration,
    "register number": register_number,
    "register value": register_value,
    "ninth loop": ninth_loop,
    "loop without body": empty_loop,
    "no halt": no_halt,
    "branch past the end": far_branch,
    "no window for code": no_window,
    "no memory for code": no_memory_for_code,
    "no memory for data": no_memory_for_data,
    "index outside": index_outside,
    "bad list": bad_list,
    "bad descriptor": bad_ring,
    "deadlock": deadlock,
} | {
    f"rule: {rule}": functools.partial(broken_rule, rule=rule) for rule in all_rules()
} | {
    f"rule: {rule}": foreign_matrix for rule in rules_of(check_stationary)
}  # fmt: skip
"""Kind -> what puts it into a program."""


def add_trap(program: Program, rng: random.Random, kind: str) -> None:
    """Puts one reason for a trap, of a kind in ``TRAPS``, into the program."""
    TRAPS[kind](Target(program, rng, rng.choice(list(program.code))))
    program.restart = rng.random() < 0.5
