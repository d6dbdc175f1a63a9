"""Emits instructions so that everything that conflicts is ordered."""

from __future__ import annotations

import collections
from typing import Any

import numpy as np

from tinyneuron_hw.config import INSTRUCTION_BYTES
from tinyneuron_hw.isa.codec import fields_of
from tinyneuron_hw.isa.matmul import matmul_kind
from tinyneuron_hw.isa.opcodes import (
    DMA_OPCODES,
    REGISTER_LOADS,
    Opcode,
    Stream,
    UpdateMode,
    WaitMode,
)
from tinyneuron_hw.isa.roles import ADDRESSED
from tinyneuron_hw.isa.rules_registers import MAX_MOVED

from .cost import rough_cycles
from .draw import Fields, Use
from .listing import Code, Item, header
from .order import Node, Order, chain_of, thread_count
from .registers import LATE_REGISTERS, Registers, set_register
from .semaphores import DeadEndError, Event, Semaphore
from .stationary import KIND_AT_RESET, load_variants, table_slot, table_variants
from .world import Counter, World

__all__ = ["LONGEST", "Scope"]

_MASK = (1 << 32) - 1

LONGEST = 500
"""Rough cycles of an instruction."""
_DRAWS = 12
"""Draws of an instruction until one is short enough."""
_LISTS = 0.4
"""How likely a transfer that may have a list has one."""


class Scope:
    """A stretch of code of one or more streams that runs as one piece, again and again if it is
    a loop's body (``repeats``).

    Attributes
    ----------
    code:
        Of each stream.
    use:
        What each stream touches in all.
    overhead:
        Rough cycles that everything waits for: fetches, loops.
    """

    def __init__(self, world: World, streams: tuple[Stream, ...],
                 registers: dict[Stream, Registers], *, repeats: bool,
                 counters: dict[Stream, list[Counter]] | None = None):  # fmt: skip
        self.world, self.rng, self.streams = world, world.rng, streams
        self.registers = registers
        self.repeats = repeats
        self.counters = counters or {stream: [] for stream in streams}
        self.code: dict[Stream, Code] = {stream: [] for stream in streams}
        self.use = {stream: Use.nothing() for stream in streams}
        self.order = Order(thread_count(world.arena.config), world.arena.size)
        self.taken: list[Semaphore] = []
        self.overhead = 0.0
        self._busy: collections.Counter[Stream | int] = collections.Counter()
        self._wanted: dict[Item, list[str]] = {}
        # What a loop's body finds depends on the pass.
        self.matrix = None if repeats else KIND_AT_RESET
        self.slots: set[int] = set()
        """Slots of the Scalar engine that hold a table."""

    # Single instructions.

    def emit(self, stream: Stream, item: Item, use: Use | None = None, *, name: bool = True
             ) -> Node:  # fmt: skip
        """Appends an instruction; waits, register settings and further waits come before it."""
        use = use or Use.nothing()
        loaded = self._place_load(stream, item)
        self.load_for(stream, item)
        self._wait_for(stream, self.order.uncovered(stream, self.order.needs(use)), item)
        if name:
            self._noise(stream, item)
            self.name_fields(stream, item)
        self.use[stream] = self.use[stream].joined(use)
        self._append(stream, item)
        for register in loaded:
            self.registers[stream].set(register, None)
        clock = self.order.clocks[stream]
        if item.opcode in DMA_OPCODES:
            self.order.add(stream.value, clock, Use.nothing(), None)
            return self.order.add_transfer(item.fields["queue"], stream, use, item)
        return self.order.add(stream.value, clock, use, item)

    def _place_load(self, stream: Stream, item: Item) -> range:
        """Chooses the registers of a load among those that may be written."""
        if item.opcode not in REGISTER_LOADS:
            return range(0)
        fields, size = item.fields, "src.dims.0.size"
        count = MAX_MOVED if fields.get(f"{size}_by_register") else fields[size]
        fields["first"] = self.registers[stream].successive(count)
        return range(fields["first"], fields["first"] + count)

    def load_for(self, stream: Stream, item: Item) -> None:
        """Sees to it that a MULTIPLY_MOVING finds a matrix of its kind, an ACTIVATE its table."""
        slot = table_slot(item.opcode, item.fields)
        if slot is not None and slot not in self.slots:
            fields, use = self.draw(Opcode.LOAD_TABLE, variants=table_variants(slot))
            load = Item(Opcode.LOAD_TABLE, fields)
            self.spend(load, stream)
            self.emit(stream, load, use)
        if item.opcode is Opcode.LOAD_TABLE:
            self.slots.add(item.fields["slot"])
        if item.opcode is Opcode.LOAD_STATIONARY:
            self.matrix = matmul_kind(item.fields)
        if item.opcode is Opcode.MULTIPLY_MOVING and self.matrix is not matmul_kind(item.fields):
            variants = load_variants(self.world.arena.config, kind=matmul_kind(item.fields))
            fields, use = self.world.drawer.draw(Opcode.LOAD_STATIONARY, variants=variants)
            self.emit(stream, Item(Opcode.LOAD_STATIONARY, fields), use)

    def _append(self, stream: Stream, item: Item) -> None:
        self.code[stream].append(item)
        config = self.world.arena.config
        self.overhead += (1 + len(item.before)) * (INSTRUCTION_BYTES / config.axi_bytes + 2)

    @property
    def cost(self) -> float:
        """Rough cycles: the overhead, and the work of the stream or queue that has most."""
        return self.overhead + max(self._busy.values(), default=0)

    def draw(self, opcode: Opcode, **how: Any) -> tuple[Fields, Use]:
        """A data instruction that is not too long; ``how`` as for the drawer.

        Raises
        ------
        DeadEndError
            None of a few is short enough.
        """
        for _ in range(_DRAWS):
            with_list = self.rng.random() < _LISTS
            fields, use = self.world.drawer.draw(opcode, with_list=with_list, **how)
            if rough_cycles(opcode, fields) <= LONGEST:
                return fields, use
        raise DeadEndError(f"{opcode.name} alone takes more than {LONGEST} cycles")

    def spend(self, item: Item, stream: Stream) -> int:
        """Counts what an instruction takes, and gives it. In a loop every pass waits for its
        transfers."""
        cycles = rough_cycles(item.opcode, item.fields)
        if item.opcode not in DMA_OPCODES:
            self._busy[stream] += cycles
        elif self.repeats:
            self.overhead += cycles
        else:
            self._busy[-1 - item.fields["queue"]] += cycles
        return cycles

    def nop(self, stream: Stream, **clauses: Any) -> Node:
        """Appends a NOP."""
        return self.emit(stream, Item(Opcode.NOP, header(**clauses)), name=False)

    def name_fields(self, stream: Stream, item: Item) -> None:
        """Lets registers name some of an item's fields; sets them before it."""
        fields = item.fields
        chosen = [
            f.path for f in fields_of(item.opcode)
            if f.by_register_offset is not None and self.rng.random() < self.world.by_register
            and not fields.get(f"{f.path}_by_register") and _has_effect(f.path, fields)
        ]  # fmt: skip
        self.rng.shuffle(chosen)
        wanted = self._wanted.pop(item, [])
        for path in dict.fromkeys([*wanted, *chosen[:4]]):
            if not path.endswith(".address"):
                default = 1 if path.endswith("size") and ".dims." in path else 0
                register = self._hold(stream, fields.get(path, default), fields)
                fields |= {path: register, f"{path}_by_register": 1}
        for path in ADDRESSED.get(item.opcode, ()):
            if f"{path}.address" in fields and (
                f"{path}.address" in wanted or self.rng.random() < self.world.by_register
            ):
                self._name_address(stream, fields, path)

    def name_later(self, item: Item, path: str) -> None:
        """A register will name this field of an item that is to be emitted."""
        self._wanted.setdefault(item, []).append(path)

    def _hold(self, stream: Stream, value: int, fields: Fields) -> int:
        """A register that holds a value, beside those that ``fields`` name already."""
        named = {fields[path.removesuffix("_by_register")] for path, flag in fields.items()
                 if path.endswith("_by_register") and flag}  # fmt: skip
        named |= {value for path, value in fields.items() if path.endswith(".register")}
        register, items = self.registers[stream].holding(value, named)
        for item in items:
            self._append(stream, item)
        return register

    def _name_address(self, stream: Stream, fields: Fields, path: str) -> None:
        if fields.get(f"{path}.address_uses_register"):
            return
        while True:
            value = self.rng.choice([1, self.rng.randrange(-512, 512), self.rng.randrange(1 << 12)])
            scale = self.rng.choice([1, -1, 64, self.rng.randrange(-(1 << 12), 1 << 12)])
            base = fields[f"{path}.address"] - value * scale
            if base >= 0:
                break
        fields |= {f"{path}.address": base, f"{path}.address_uses_register": 1,
                   f"{path}.register": self._hold(stream, value, fields),
                   f"{path}.scale": scale}  # fmt: skip

    def _noise(self, stream: Stream, item: Item) -> None:
        """Waits that hold at once and updates that nobody waits for, on the stream's own
        semaphore; more than one instruction of a stream in flight may update it by adding."""
        if self.rng.random() > 0.2:
            return
        world, rng = self.world, self.rng
        if stream not in world.noise:
            world.noise[stream] = world.pool.take()
        semaphore = world.noise[stream].index
        if not item.updates and item.opcode not in DMA_OPCODES and rng.random() < 0.6:
            mode = rng.choice([UpdateMode.ADD, UpdateMode.SUBTRACT, UpdateMode.SET])
            item.fields |= header(update=(mode, semaphore, rng.choice([0, 3, _MASK])))
        elif not item.waits:
            mode = rng.choice([WaitMode.GREATER_EQUAL, WaitMode.GREATER_EQUAL_SUBTRACT])
            item.fields |= header(wait=(mode, semaphore, 0))

    # Order.

    def _wait_for(self, stream: Stream, needs: dict[int, int], carrier: Item) -> None:
        """Waits, in ``stream``, for nodes of other threads; the last wait stands on ``carrier``
        if there is room."""
        pending = self._join(stream, needs) if self.rng.random() < 0.4 else None
        have = self.order.clocks[stream].copy()
        if pending is not None:
            for node in pending[0]:
                np.maximum(have, node.clock, out=have)
        for thread, index in needs.items():
            if have[thread] >= index:
                continue  # another wait brings it along
            if pending is not None:
                self._wait_item(stream, *pending)
            node, event = self._event(thread, index, stream)
            pending = [node], event
            np.maximum(have, node.clock, out=have)
            if event.single:
                node.event = None
        if pending is None:
            return
        nodes, event = pending
        if carrier.waits or event.reset is not None or self.rng.random() < 0.2:
            self._wait_item(stream, nodes, event)
            return
        mode, value = event.wait(self.rng)
        carrier.fields |= header(wait=(mode, event.semaphore.index, value))
        for node in nodes:
            self.order.acquire(stream, node)
        event.semaphore.users.append((stream.value, len(self.order.nodes(stream.value)) + 1))

    def _join(self, stream: Stream, needs: dict[int, int]) -> tuple[list[Node], Event] | None:
        """One wait for updates of several threads on one semaphore."""
        nodes = [
            node for thread, index in needs.items()
            if (node := next((n for n in self.order.nodes(thread)[index - 1 :]
                              if n.item is not None and not n.item.updates), None)) is not None
        ]  # fmt: skip
        if len(nodes) < 2 or self.repeats:
            return None
        pool = self.world.pool
        semaphore = pool.claim(lambda thread, index: all(n.covers(thread, index) for n in nodes))
        if semaphore is None:
            return None
        joined = pool.join(semaphore, len(nodes))
        if joined is None:
            return None
        amounts, event = joined
        for node, amount in zip(nodes, amounts, strict=True):
            self._attach(node, event, (UpdateMode.ADD, amount))
        return nodes, event

    def _wait_item(self, stream: Stream, nodes: list[Node], event: Event) -> None:
        """A NOP that waits."""
        mode, value = event.wait(self.rng)
        index = event.semaphore.index
        item = Item(Opcode.NOP, header(wait=(mode, index, value)))
        if event.reset is not None:
            item.fields |= header(update=(event.reset[0], index, event.reset[1]))
        self.name_fields(stream, item)
        self._append(stream, item)
        for node in nodes:
            self.order.acquire(stream, node)
        own = self.order.add(stream.value, self.order.clocks[stream], Use.nothing(), item)
        event.semaphore.users.append((stream.value, own.index))

    def _event(self, thread: int, index: int, waiter: Stream) -> tuple[Node, Event]:
        """A node that covers (thread, index), and an event that tells of it."""
        candidates = [node for node in self.order.nodes(thread)[index - 1 :]
                      if node.item is not None]  # fmt: skip
        told = [node for node in candidates if node.event is not None and node.event.holds]
        if told and self.rng.random() < 0.8:
            return self._told(self.rng.choice(told))
        silent = [node for node in candidates if node.item is not None and not node.item.updates]
        if silent and (thread >= len(Stream) or self.rng.random() < 0.7):
            node = silent[0] if self.rng.random() < 0.7 else self.rng.choice(silent)
            return node, self._tell(node)
        for other in sorted(self.streams, key=lambda s: self.rng.random()):
            if other is not waiter and self.order.clocks[other][thread] >= index:
                node = self.nop(other)
                return node, self._tell(node)
        if told:
            return self._told(self.rng.choice(told))
        raise DeadEndError(f"nothing can tell of node {index} of thread {thread}")

    @staticmethod
    def _told(node: Node) -> tuple[Node, Event]:
        assert node.event is not None
        return node, node.event

    def _tell(self, node: Node) -> Event:
        """Gives a node's instruction an update."""
        pool = self.world.pool
        if self.repeats:
            semaphore = pool.take()
            self.taken.append(semaphore)
            event = pool.balanced(semaphore)
        else:
            semaphore = pool.claim(node.covers)
            event = pool.counter_event(node.thread) if semaphore is None else pool.event(semaphore)
        self._attach(node, event, event.update)
        node.event = event
        return event

    def _attach(self, node: Node, event: Event, update: tuple[UpdateMode, int]) -> None:
        item = node.item
        assert item is not None
        item.fields |= header(update=(update[0], event.semaphore.index, update[1]))
        if self.rng.random() < self.world.by_register:
            self._name_late(item, "header.update.value")
        event.semaphore.users.append((node.thread, node.index))
        event.semaphore.event = event

    def _name_late(self, item: Item, path: str) -> None:
        """Lets a register name a field of an instruction that is already in its place."""
        used = {earlier.fields["dst"] for earlier in item.before}
        free = [register for register in LATE_REGISTERS if register not in used]
        if not free or item.fields.get(f"{path}_by_register"):
            return
        register = self.rng.choice(free)
        item.before.append(set_register(self.rng, register, item.fields[path], {}))
        item.fields |= {path: register, f"{path}_by_register": 1}

    # Parts.

    def inner(self, streams: tuple[Stream, ...]) -> Scope:
        """A scope for code inside this one that may run any number of times."""
        counters = {stream: list(self.counters[stream]) for stream in streams}
        registers = {stream: self.registers[stream].inner() for stream in streams}
        inner = Scope(self.world, streams, registers, repeats=True, counters=counters)
        inner.slots = set(self.slots)
        return inner

    def drain(self, stream: Stream) -> None:
        """Waits, in a stream, until its own transfers are over."""
        queues = range(self.world.arena.config.dma_engines)
        needs = {thread: len(self.order.nodes(thread))
                 for thread in (chain_of(queue, stream) for queue in queues)}  # fmt: skip
        carrier = Item(Opcode.NOP)
        self._wait_for(stream, self.order.uncovered(stream, needs), carrier)
        if carrier.waits:
            self.emit(stream, carrier, name=False)

    def enter(self, inner: Scope) -> None:
        """Orders what came before with all that ``inner`` touches; its code can follow."""
        for stream in inner.streams:
            carrier = Item(Opcode.NOP)
            needs = self.order.needs(inner.use[stream])
            self._wait_for(stream, self.order.uncovered(stream, needs), carrier)
            if carrier.waits:
                self.emit(stream, carrier, name=False)

    def leave(self, inner: Scope, *, together: bool) -> None:
        """The code of ``inner`` is in place. ``together``: each of its streams ended after
        everything the others did."""
        clocks = {stream: self.order.clocks[stream] for stream in inner.streams}
        nodes = []
        for stream in inner.streams:
            self.use[stream] = self.use[stream].joined(inner.use[stream])
            nodes.append(self.order.add(stream.value, clocks[stream], inner.use[stream], None))
            self.registers[stream].after(inner.registers[stream])
        if together:
            joined = np.maximum.reduce([node.clock for node in nodes])
            for node in nodes:
                node.clock[:] = joined
                clocks[Stream(node.thread)][:] = joined
        if Stream.TENSOR in inner.streams:
            self.matrix = None
        # A stream's own last wait comes after all that, and nobody else knows when.
        lasts = [self.order.add(s.value, clocks[s], Use.nothing(), None) for s in inner.streams]
        users = [(node.thread, node.index) for node in lasts]
        for semaphore in inner.taken:
            if self.repeats:
                self.taken.append(semaphore)
            else:
                semaphore.taken, semaphore.users = False, list(users)


def _has_effect(path: str, fields: Fields) -> bool:
    """Whether naming a field has an effect on what runs."""
    if path.startswith("header."):
        return path.removesuffix(".value") + ".mode" in fields
    return True
