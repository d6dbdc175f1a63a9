"""Which command a channel gives in a cycle."""

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from .access_queue import Access, RowEvent, groups
from .direction import Direction
from .one_hot import lowest
from .ports import RowCommand
from .refresh import OWED_BITS, refresh_of
from .timing import BANKS, BURST, timing_of

__all__ = ["PASSED_LIMIT", "QUEUE_DEPTH", "Scheduler"]

QUEUE_DEPTH = 16
"""Accesses of each direction that wait in a channel."""

PASSED_LIMIT = 32
"""Accesses that can overtake the oldest one of a direction."""


class Scheduler(wiring.Component):
    """Picks one row command and one column command a cycle.

    Reads and writes take turns (``direction.py``). Within a direction the oldest access whose row
    is open goes first; rows open and close for the oldest access that needs it, but no row closes
    that a waiting access of the direction still finds open. When the oldest access was overtaken
    ``PASSED_LIMIT`` times by others of its direction, they stop until it is served. What the row
    bus has time for it does for the direction that waits. A row that nobody wants closes after a
    while.

    Refreshes come in between as ``refresh.py`` says.

    Members
    -------
    entries: In(Access).array(QUEUE_DEPTH).array(2), valid: In(QUEUE_DEPTH).array(2)
        Of reads and of writes.
    ready: In(QUEUE_DEPTH).array(2)
        Entries that need nothing but their row.
    wants_read, wants_write: In(1)
        A new access waits until an older one of that direction has gone.
    open, can_activate, can_access, can_precharge, idle, faw: In
        From :class:`Banks`.
    owed: In(OWED_BITS), refresh: Out(BANKS)
        Refreshes that are due; banks whose REFRESH is given in this cycle.
    row_event: Out(RowEvent), column: Out(BANKS), write: Out(1)
        Commands chosen in this cycle.
    chosen: Out(Access)
        The access of ``column``.
    pop, opens: Out(QUEUE_DEPTH).array(2)
        Entry that is served, and entry whose row opens.
    row_valid, row_command: Out
        The row bus; ``row_event`` tells bank and row.
    quiet: Out(1)
        No refresh is being done.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        bits = {name: In(BANKS) for name in ("open", "can_activate", "can_access",
                                             "can_precharge", "idle")}  # fmt: skip
        super().__init__(
            {
                "entries": In(Access(config)).array(2, QUEUE_DEPTH),
                "valid": In(QUEUE_DEPTH).array(2),
                "ready": In(QUEUE_DEPTH).array(2),
                "wants_read": In(1),
                "wants_write": In(1),
                **bits,
                "faw": In(1),
                "owed": In(OWED_BITS),
                "refresh": Out(BANKS),
                "row_event": Out(RowEvent(config)),
                "column": Out(BANKS),
                "write": Out(1),
                "chosen": Out(Access(config)),
                "pop": Out(QUEUE_DEPTH).array(2),
                "opens": Out(QUEUE_DEPTH).array(2),
                "row_valid": Out(1),
                "row_command": Out(RowCommand),
                "quiet": Out(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.refresh_choice = refresh = refresh_of(self.config)
        urgent, usable = Signal(), Signal(BANKS)
        m.d.comb += usable.eq(~(refresh.reserved | refresh.stop.replicate(BANKS)))
        self._columns(m, usable, urgent)
        self._rows(m, usable, urgent, refresh)
        self._refresh(m, refresh)
        return m

    def _columns(self, m: Module, usable: Signal, urgent: Signal) -> None:
        timing = timing_of(self.config)
        turn = BURST + timing.turnaround
        since = Signal(range(turn + 1), init=turn)
        last = Signal()
        allowed = Signal()
        m.d.comb += allowed.eq(Mux(last == self.write, since >= BURST, since == turn))
        with m.If(since != turn):
            m.d.sync += since.eq(since + 1)
        m.submodules.direction = direction = Direction()
        taken = Signal()
        passed = [Signal(range(PASSED_LIMIT + 1), name=f"passed{d}") for d in range(2)]
        heads = [(passed[d] == PASSED_LIMIT) & self.ready[d][0] for d in range(2)]
        accessible = Signal(BANKS)
        m.d.comb += urgent.eq(Mux(self.write, heads[1], heads[0]))
        m.d.comb += accessible.eq(self.can_access & usable)
        for d in range(2):
            hits = Signal(QUEUE_DEPTH, name=f"hits{d}")
            for group in groups(m, self.valid[d]):
                for i in group:
                    entry = self.entries[d][i]
                    m.d.comb += hits[i].eq(
                        entry.hit & self.ready[d][i] & (~urgent if i else 1)
                        & (entry.banks & accessible).any()
                    )  # fmt: skip
            mine = allowed & (self.write == d)
            m.d.comb += direction.hits[d].eq(hits.any())
            m.d.comb += direction.waits[d].eq(self.ready[d].any())
            m.d.comb += self.pop[d].eq(lowest(hits) & mine.replicate(QUEUE_DEPTH))
        m.d.comb += [
            self.chosen.eq(self._select(m, "chosen", self.pop)),
            taken.eq(self.pop[0].any() | self.pop[1].any()),
            self.column.eq(self.chosen.banks),
            direction.wants.eq(Cat(self.wants_read, self.wants_write)),
            direction.column.eq(taken),
            self.write.eq(direction.write),
        ]
        with m.If(taken):
            m.d.sync += [since.eq(1), last.eq(self.write)]
        for d in range(2):
            with m.If(self.pop[d][0] | ~self.valid[d][0]):
                m.d.sync += passed[d].eq(0)
            with m.Elif(self.pop[d].any() & (passed[d] != PASSED_LIMIT)):
                m.d.sync += passed[d].eq(passed[d] + 1)

    def _rows(self, m: Module, usable: Signal, urgent: Signal, refresh: Any) -> None:
        wanted = [self._banks(m, f"wanted{d}", d, lambda entry: entry.hit) for d in range(2)]
        openable, closable, unused = (Signal(BANKS) for _ in range(3))
        now_closable, wanted_now = Signal(BANKS), Signal(BANKS)
        m.d.comb += [
            wanted_now.eq(Mux(self.write, wanted[1], wanted[0])),
            openable.eq(Mux(self.faw & refresh.may_activate, self.can_activate & usable, 0)),
            closable.eq(self.can_precharge & usable),
            now_closable.eq(closable & ~wanted_now),
            unused.eq(closable & ~wanted[0] & ~wanted[1]),
        ]
        opening, closing = [], []
        for d in range(2):
            opens, closes = (Signal(QUEUE_DEPTH, name=f"{kind}{d}") for kind in ("open", "close"))
            turn = self.write == d
            for group in groups(m, self.valid[d]):
                for i in group:
                    entry, valid = self.entries[d][i], self.valid[d][i]
                    mine = now_closable if i else Mux(urgent, closable, now_closable)
                    m.d.comb += [
                        opens[i].eq(valid & entry.closed & (entry.banks & openable).any()),
                        closes[i].eq(valid & ~entry.closed & ~entry.hit
                                     & (entry.banks & Mux(turn, mine, unused)).any()),
                    ]  # fmt: skip
            opening.append(opens)
            closing.append(closes)

        # First the direction whose turn it is; then rows that open for the other one.
        now = [self.write == d for d in range(2)]
        busy = Signal()
        m.d.comb += busy.eq(reduce(or_, (
            turn & (opens | closes).any()
            for turn, opens, closes in zip(now, opening, closing, strict=True)
        )))  # fmt: skip
        shut, work = [], ~refresh.precharge.any()
        for d in range(2):
            asks = Mux(now[d] | ~busy, opening[d] | closing[d], 0)
            first = Signal(QUEUE_DEPTH, name=f"first{d}")
            m.d.comb += [
                first.eq(lowest(asks[:QUEUE_DEPTH]) & work.replicate(QUEUE_DEPTH)),
                self.opens[d].eq(first & opening[d]),
            ]
            shut.append(first & closing[d])
        opened = Signal(Access(self.config))
        closed = Signal(Access(self.config))
        m.d.comb += [
            opened.eq(self._select(m, "opened", self.opens)),
            closed.eq(self._select(m, "closed", shut)),
            self.row_event.row.eq(opened.row),
            self.row_event.activate.eq(opened.banks),
            self.row_event.precharge.eq(closed.banks | refresh.precharge),
        ]
        idle = self.idle & self.open & unused
        with m.If(work & ~opened.banks.any() & ~closed.banks.any()):
            m.d.comb += self.row_event.precharge.eq(lowest(idle)[:BANKS])

    def _refresh(self, m: Module, refresh: Any) -> None:
        event = self.row_event
        needed = [self._banks(m, f"needed{d}", d, lambda entry: 1) for d in range(2)]
        m.d.comb += [
            refresh.owed.eq(self.owed),
            refresh.waiting.eq(self.valid[0][0] | self.valid[1][0]),
            refresh.open.eq(self.open),
            refresh.ready.eq(self.can_activate),
            refresh.can_precharge.eq(self.can_precharge),
            refresh.wanted.eq(needed[0] | needed[1]),
            refresh.free.eq(~event.activate.any() & ~event.precharge.any()),
            self.refresh.eq(refresh.refresh),
            self.quiet.eq(refresh.quiet),
            self.row_valid.eq(~refresh.free | self.refresh.any()),
        ]  # fmt: skip
        with m.If(event.activate.any()):
            m.d.comb += self.row_command.eq(RowCommand.ACTIVATE)
        with m.Elif(self.refresh.any()):
            m.d.comb += self.row_command.eq(RowCommand.REFRESH)
        with m.Elif(refresh.stop):
            m.d.comb += self.row_command.eq(RowCommand.PRECHARGE_ALL)
        with m.Else():
            m.d.comb += self.row_command.eq(RowCommand.PRECHARGE)

    def _banks(self, m: Module, name: str, direction: int, counts: Callable[[Any], Any]) -> Value:
        """Banks of the entries of a direction that count."""
        parts = []
        for n, group in enumerate(groups(m, self.valid[direction])):
            part = Signal(BANKS, name=f"{name}_{n}")
            m.d.comb += part.eq(reduce(or_, (
                Mux(counts(self.entries[direction][i]) & self.valid[direction][i],
                    self.entries[direction][i].banks, 0)
                for i in group
            )))  # fmt: skip
            parts.append(part)
        banks = Signal(BANKS, name=name)
        m.d.comb += banks.eq(reduce(or_, parts))
        return banks

    def _select(self, m: Module, name: str, one_hot: Any) -> Value:
        """The entry, of both directions, whose bit is set; 0 when none is."""
        parts = []
        for d in range(2):
            part = Signal(Access(self.config), name=f"{name}{d}")
            with m.If(one_hot[d].any()):
                m.d.comb += part.eq(reduce(or_, (
                    Mux(one_hot[d][i], self.entries[d][i].as_value(), 0)
                    for i in range(QUEUE_DEPTH)
                )))  # fmt: skip
            parts.append(part.as_value())
        return parts[0] | parts[1]
