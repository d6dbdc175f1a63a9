"""List scheduling: the order of instructions that keeps the engines busy.

Engines run their instructions in program order, so one that waits for another engine holds up what
follows it and could go on. Here the engines' time is played with estimates: whoever can start first
comes next, of equals the first in program order. Transfers have no turn of their own: a load comes
before what needs it, a store behind what made it. The new order is taken when it is clearly
better, and where memory allows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.opcodes import Space, Stream

from .allocate import allocate, rooms, size_in
from .graph import ENGINES, Unit, can_move, units_of
from .ir import LoweringError, Module, Tile
from .verify import verify_reordered

__all__ = ["GAIN", "WINDOW", "makespan", "reorder", "reordered"]

WINDOW = 512
"""Units behind the first that is left among which the next one is chosen."""
GAIN = 0.1
"""Share of the estimated time that a new order must save."""
_SPARE = {Space.SBUF: 0.25, Space.PSUM: 0.125}
"""Share of a memory that is left to what comes in program order."""


def reorder(module: Module) -> None:
    """Puts the instructions into an order that takes less time, if there is one by
    :data:`GAIN`."""
    if not can_move(module):
        return
    units = units_of(module)
    limit = (1 - GAIN) * makespan(units)
    if max(_busiest(units), _longest_chain(units)) > limit:
        return
    order = reordered(units, module.config)
    if order is None or makespan(order) > limit:
        return
    verify_reordered(units, order)
    given = module.instructions
    module.instructions = [instr for unit in order for instr in unit.instructions]
    try:
        allocate(module)
    except LoweringError:
        module.instructions = given


def makespan(order: Sequence[Unit]) -> int:
    """Cycles that the units take in this order, about: engines and the two directions of device
    memory work side by side, each in order."""
    free: dict[object, int] = {}
    ends: dict[int, tuple[Unit, int]] = {}
    for unit in order:
        engine = _engine(unit)
        needed = (ends[at] for at in unit.before)
        ready = max((end + unit.wait_for(earlier) for earlier, end in needed), default=0)
        free[engine] = max(free.get(engine, 0), ready) + unit.cycles
        ends[unit.number] = unit, free[engine]
    return max((end + unit.latency for unit, end in ends.values()), default=0)


def _busiest(units: Sequence[Unit]) -> int:
    """Cycles of work of the engine, or direction of device memory, that has most: no order takes
    less."""
    work: dict[object, int] = {}
    for unit in units:
        engine = _engine(unit)
        work[engine] = work.get(engine, 0) + unit.cycles
    return max(work.values(), default=0)


def _longest_chain(units: Sequence[Unit]) -> int:
    """Cycles of the units that need each other, along the way that takes longest: with engines
    that could do everything at once."""
    ends: list[int] = []
    longest = 0
    for unit in units:
        ready = max([ends[at] + unit.wait_for(units[at]) for at in unit.before], default=0)
        ends.append(ready + unit.cycles)
        longest = max(longest, ends[-1] + unit.latency)
    return longest


def _engine(unit: Unit) -> object:
    """What does one unit after the other."""
    return unit.is_load if unit.is_dma else unit.stream


def reordered(units: Sequence[Unit], config: CoreConfig) -> list[Unit] | None:
    """The units in the new order, or None where memory is too tight for one.

    Loads are put in the order in which they would be needed if they took no time, then all else by
    when they arrive in that order.
    """
    wanted = _Scheduler(units, config, [0] * len(units)).run()
    return wanted and _Scheduler(units, config, _arrivals(units, wanted)).run()


class _Scheduler:
    """Plays the engines, unit after unit."""

    def __init__(self, units: Sequence[Unit], config: CoreConfig, arrivals: Sequence[int]):
        self.units = units
        self.arrivals = arrivals
        """When the loads that a unit needs are over, if no engine holds them up."""
        self.order: list[Unit] = []
        self.taken = [False] * len(units)
        """Whether a unit is in the new order."""
        self.ends = [0] * len(units)
        """When the engine of a taken unit has done it."""
        self.needs = _needs(units)
        self.waiting = [len(needed) for needed in self.needs]
        """How many of the units it needs are not taken."""
        self.followers = _inverse(self.needs)
        self.transfers = _inverse([unit.before if unit.is_dma else set() for unit in units])
        """Those that need a unit."""
        self.ready: dict[Stream, dict[int, int]] = {stream: {} for stream in ENGINES}
        """What can be taken next, and when its operands are there."""
        self.free: dict[Stream, int] = dict.fromkeys(ENGINES, 0)
        """From when on an engine has nothing to do."""
        self.memory = _Memory(units, config)
        self.engines = [unit.number for unit in units if not unit.is_dma]
        self.left = self.entered = 0
        """Of ``engines``: the first that is not taken, the first behind the window."""

    def run(self) -> list[Unit] | None:
        while self.left < len(self.engines):
            self._enter()
            number = self._next()
            if number is None or not self._take(number):
                return None
            while self.left < len(self.engines) and self.taken[self.engines[self.left]]:
                self.left += 1
        for unit in self.units:
            if not self.taken[unit.number]:
                self._emit(unit.number)
        return self.order

    def _enter(self) -> None:
        """Lets units into the window."""
        last = self.engines[self.left] + WINDOW
        while self.entered < len(self.engines) and self.engines[self.entered] <= last:
            number = self.engines[self.entered]
            self.entered += 1
            if not self.waiting[number]:
                self._make_ready(number)

    def _make_ready(self, number: int) -> None:
        unit = self.units[number]
        assert unit.stream is not None
        there = (self.ends[at] + unit.wait_for(self.units[at]) for at in self.needs[number])
        self.ready[unit.stream][number] = max([self.arrivals[number], *there])

    def _next(self) -> int | None:
        """The unit that can start first and finds room."""
        oldest = self.engines[self.left]
        best: tuple[int, int] | None = None
        for stream, ready in self.ready.items():
            free = self.free[stream]
            for start, number in sorted((max(free, at), number) for number, at in ready.items()):
                if best is not None and (start, number) >= best:
                    break
                if self.memory.fits(self._brought(number), number == oldest):
                    best = start, number
                    break
        return best[1] if best else None

    def _brought(self, number: int) -> Iterator[Unit]:
        """A unit, after the transfers it needs that are not in the order yet."""
        stack, found = [number], set[int]()
        while stack:
            at = stack.pop()
            if at not in found and not self.taken[at]:
                found.add(at)
                stack += [n for n in self.units[at].before if self.units[n].is_dma]
        return (self.units[at] for at in sorted(found))

    def _take(self, number: int) -> bool:
        """Puts a unit into the order, with the transfers around it."""
        unit = self.units[number]
        stream = unit.stream
        assert stream is not None
        start = max(self.free[stream], self.ready[stream].pop(number))
        for item in list(self._brought(number)):
            self._emit(item.number)
        self.free[stream] = self.ends[number] = start + unit.cycles
        window = self.engines[self.entered - 1]
        for follower in self.followers[number]:
            self.waiting[follower] -= 1
            is_next = not self.waiting[follower] and follower <= window
            if is_next and not self.units[follower].is_dma:
                self._make_ready(follower)
        self._store(number)
        return not self.memory.is_over

    def _store(self, number: int) -> None:
        """Stores of what is there now."""
        for at in sorted(self.transfers[number]):
            unit = self.units[at]
            ready = all(self.taken[before] for before in unit.before)
            if ready and not self.taken[at] and not unit.is_load:
                self._emit(at)
                self._store(at)

    def _emit(self, number: int) -> None:
        assert not self.taken[number]
        self.taken[number] = True
        self.order.append(self.units[number])
        self.memory.touch(self.units[number])


class _Memory:
    """How full SBUF and PSUM are with tiles that have been touched and will be again."""

    def __init__(self, units: Sequence[Unit], config: CoreConfig):
        self.config, self.room = config, rooms(config)
        self.used = dict.fromkeys(Space, 0)
        self.live: set[Tile] = set()
        self.uses: dict[Tile, int] = {}
        for unit in units:
            for tile in unit.tiles:
                self.uses[tile] = self.uses.get(tile, 0) + 1

    @property
    def is_over(self) -> bool:
        return any(self.used[space] > room for space, room in self.room.items())

    def fits(self, units: Iterator[Unit], all_of_it: bool) -> bool:
        """Whether there is room for what the units touch first; for ``all_of_it``: to the last
        byte."""
        grown = dict.fromkeys(Space, 0)
        for tile in {tile for unit in units for tile in unit.tiles} - self.live:
            grown[tile.space] += size_in(self.config, tile)
        return all(
            not grown[space]
            or self.used[space] + grown[space] <= room * (1 if all_of_it else 1 - _SPARE[space])
            for space, room in self.room.items()
        )

    def touch(self, unit: Unit) -> None:
        for tile in unit.tiles:
            if tile not in self.live:
                self.live.add(tile)
                self.used[tile.space] += size_in(self.config, tile)
        for tile in unit.tiles:
            self.uses[tile] -= 1
            if not self.uses[tile]:
                self.used[tile.space] -= size_in(self.config, tile)


def _needs(units: Sequence[Unit]) -> list[set[int]]:
    """The engines' units that must come before each unit, also before the transfers it needs."""
    needs: list[set[int]] = []
    for unit in units:
        found = {at for at in unit.before if not units[at].is_dma}
        for at in unit.before - found:
            found |= needs[at]
        needs.append(found)
    return needs


def _arrivals(units: Sequence[Unit], order: Sequence[Unit]) -> list[int]:
    """When the loads that each unit needs are over, in this order and with no engine in the way."""
    there, port = dict[int, int](), 0
    for unit in order:
        if unit.is_load:
            port += unit.cycles
            there[unit.number] = port + unit.latency
    arrivals: list[int] = []
    for unit in units:
        before = (arrivals[at] for at in unit.before if units[at].is_dma)
        arrivals.append(there.get(unit.number, max(before, default=0)))
    return arrivals


def _inverse(edges: Sequence[set[int]]) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in edges]
    for number, sources in enumerate(edges):
        for at in sources:
            found[at].append(number)
    return found
