"""Accesses of one direction that wait for their row and their turn."""

from collections.abc import Iterator
from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from .address import AddressMap
from .timing import BANKS

__all__ = ["TAG_BITS", "Access", "AccessQueue", "RowEvent", "groups", "same_place"]

_GROUP = 4

TAG_BITS = 5
"""Bits of the number of a read slot or of a write buffer."""


def Access(config: CoreConfig) -> data.StructLayout:  # noqa: N802 (a layout, used like a class)
    """One access. ``banks`` has the bank's bit set. ``internal``: a read whose words complete the
    write buffer ``tag``; otherwise ``tag`` is a read slot. ``scrub``: it repeats a read that was
    counted. Of its bank: ``hit``, the row is open; ``closed``, none is; ``missed``, the row was
    opened for this access."""
    places = AddressMap(config)
    return data.StructLayout(
        {
            "banks": BANKS,
            "row": places.row_bits,
            "column": places.column_bits,
            "tag": TAG_BITS,
            "internal": 1,
            "scrub": 1,
            "hit": 1,
            "closed": 1,
            "missed": 1,
        }
    )


def RowEvent(config: CoreConfig) -> data.StructLayout:  # noqa: N802 (a layout)
    """What happens to rows in a cycle: ``activate`` is the bit of the bank that opens ``row``,
    ``precharge`` has the bits of those that close."""
    return data.StructLayout(
        {"activate": BANKS, "precharge": BANKS, "row": AddressMap(config).row_bits}
    )


def groups(m: Module, valid: Any) -> Iterator[range]:
    """Entries of a queue some at a time, under the condition that one of them is ``valid``: a
    simulator skips the others."""
    for first in range(0, len(valid), _GROUP):
        with m.If(valid[first]):
            yield range(first, first + _GROUP)


class AccessQueue(wiring.Component):
    """Keeps accesses by age and knows which of them find their row open.

    Members
    -------
    push: In(1), access: In(Access)
        Adds an access, which needs ``level < depth``; its flags are those of its bank before this
        cycle.
    pop: In(depth)
        One bit at most: leaves in this cycle.
    opens: In(depth)
        One bit at most: the entry this cycle's row opens for.
    row_event: In(RowEvent)
    entries: Out(Access).array(depth), valid: Out(depth)
        Oldest first, without gaps.
    level: Out

    Latency and throughput: one push and one pop a cycle; in the queue after one cycle.
    """

    def __init__(self, config: CoreConfig, depth: int):
        self.config = config
        self.depth = depth
        super().__init__(
            {
                "push": In(1),
                "access": In(Access(config)),
                "pop": In(depth),
                "opens": In(depth),
                "row_event": In(RowEvent(config)),
                "entries": Out(Access(config)).array(depth),
                "valid": Out(depth),
                "level": Out(range(depth + 1)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        depth, event = self.depth, self.row_event
        layout = Access(self.config)

        # What a simulator need not compute in a cycle stands under a condition.
        happens, moving = Signal(), Signal()
        m.d.comb += [
            happens.eq(event.activate.any() | event.precharge.any()),
            moving.eq(happens | self.pop.any()),
        ]

        def after(name: str, entry: Any, opens: Any, counts: Any) -> Any:
            """An access as it is after this cycle's row event, where that ``counts``."""
            flags = Signal(3, name=name)
            opened = (entry.banks & event.activate).any()
            shut = (entry.banks & event.precharge).any()
            m.d.comb += flags.eq(Cat(entry.hit, entry.closed, entry.missed))
            with m.If(happens & counts):
                m.d.comb += flags.eq(Cat(
                    (entry.hit & ~shut) | (opened & (entry.row == event.row)),
                    (entry.closed & ~opened) | shut,
                    entry.missed | opens,
                ))  # fmt: skip
            return Cat(entry.as_value()[: layout.size - 3], flags)

        kept = [
            after(f"kept{i}", self.entries[i], self.opens[i], self.valid[i]) for i in range(depth)
        ]
        added = after("added", self.access, 0, self.push)
        popped = Signal()
        m.d.comb += popped.eq(self.pop.any())
        m.d.sync += self.level.eq(self.level + self.push - popped)
        with m.If(self.push & ~popped):
            m.d.sync += self.valid.eq(Cat(1, self.valid))
        with m.Elif(popped & ~self.push):
            m.d.sync += self.valid.eq(self.valid[1:])
        place = Signal(range(depth + 1))
        m.d.comb += place.eq(self.level - popped)
        for i in range(depth):
            # Entries from the one that leaves on move down.
            moves = self.pop[: i + 1].any()
            following = kept[i + 1] if i + 1 < depth else kept[i]
            with m.If(self.push & (place == i)):
                m.d.sync += self.entries[i].as_value().eq(added)
            with m.Elif(self.valid[i] & moving):
                m.d.sync += self.entries[i].as_value().eq(Mux(moves, following, kept[i]))
        return m


def same_place(m: Module, name: str, asked: Any, access: Any, queue: AccessQueue) -> Signal:
    """Entries of a queue at the place of an access; where it is not ``asked``, none."""
    same = Signal(queue.depth, name=name)
    with m.If(asked):
        for group in groups(m, queue.valid):
            for i in group:
                entry = queue.entries[i]
                m.d.comb += same[i].eq(
                    queue.valid[i] & (entry.column == access.column)
                    & (entry.banks & access.banks).any() & (entry.row == access.row)
                )  # fmt: skip
    return same
