"""The simulation engine."""

from __future__ import annotations

from typing import Any

from . import statements, values
from .internals import EngineState, MemoryChange, MemoryState, PySimEngine, run_wakers
from .levels import levels
from .processes import Process, aliases, processes

__all__ = ["LevelizedEngine"]


class _Node:
    """A process with the list where it waits to be run."""

    __slots__ = ("queued", "run", "waiting")

    def __init__(self, run: Any, waiting: list[_Node]):
        self.run = run
        self.waiting = waiting
        self.queued = False

    def call(self) -> None:
        """Has the process run when its list's turn comes."""
        if not self.queued:
            self.queued = True
            self.waiting.append(self)


class _Signal:
    """The state of one place in the list of values, for all signals that share it."""

    __slots__ = ("drivers", "is_comb", "next", "place", "readers", "signal", "signals", "state",
                 "wakers")  # fmt: skip

    def __init__(self, signal: Any, place: int, state: _State):
        self.signal = signal
        self.signals = [signal]
        self.place = place
        self.state = state
        self.is_comb = False
        self.wakers: list[Any] = []
        self.readers: list[_Node] = []
        self.drivers: list[_Node] = []
        self.next = signal.init

    @property
    def curr(self) -> int:
        return self.state.values[self.place]

    def reset(self) -> None:
        self.state.values[self.place] = self.next = self.signal.init

    def add_waker(self, waker: Any) -> None:
        self.wakers.append(waker)

    def update(self, value: int, mask: int = ~0) -> None:
        """What a testbench, a process or a clock writes."""
        value = (self.next & ~mask) | (value & mask)
        if self.next != value:
            self.next = value
            self.state.pending.add(self)
            for node in self.drivers:  # a register that is overwritten takes its own value back
                node.call()

    def commit(self) -> bool:
        """Makes the next value the present one; whether that changes anything."""
        values = self.state.values
        before, after = values[self.place], self.next
        if before == after:
            return False
        if self.wakers:
            run_wakers(self.wakers, before, after)
        values[self.place] = after
        for node in self.readers:  # `call` written out: it is what simulation mostly does
            if not node.queued:
                node.queued = True
                node.waiting.append(node)
        return True


class _Memory(MemoryState):
    """A memory's state; ``write`` is what testbenches do, ``store`` what the design does."""

    __slots__ = ("drivers", "readers")

    def __init__(self, memory: Any, pending: set[Any]):
        self.readers: list[_Node] = []
        self.drivers: list[_Node] = []
        super().__init__(memory, pending)

    store = MemoryState.write

    def write(self, addr: int, value: int, mask: int | None = None) -> None:
        self.store(addr, value, mask)
        for node in self.drivers:
            node.call()

    def commit(self) -> bool:
        changed = super().commit()
        if changed:
            for node in self.readers:
                node.call()
        return changed


class _State(EngineState):
    """All signals and memories; ``values`` has what the signals are now."""

    def __init__(self, copies: Any):
        super().__init__()
        self.values: list[int] = []
        self._copies = copies
        self._places: dict[int, int] = {}
        self._known: list[Any] = []
        """Keeps the signals alive that ``_places`` knows by their identity."""

    def get_signal(self, signal: Any) -> int:
        place = self._places.get(id(signal))
        if place is None:
            place = self._places[id(signal)] = self._find(signal)
            self._known.append(signal)
        return place

    def _find(self, signal: Any) -> int:
        if signal in self._copies:
            place = self.get_signal(self._copies[signal])
            self.slots[place].signals.append(signal)
            return place
        if signal not in self.signals:
            self.signals[signal] = len(self.slots)
            self.slots.append(_Signal(signal, len(self.slots), self))
            self.values.append(signal.init)
        return self.signals[signal]

    def commit(self, changed: set[Any] | None = None) -> bool:
        converged = True
        for slot in self.pending:
            if changed is not None:
                if isinstance(slot, _Memory):
                    changed.update(MemoryChange(slot, row) for row in slot.write_queue)
                else:
                    changed.add(slot)
            if slot.commit():
                converged = False
        self.pending.clear()
        return converged

    def get_memory(self, memory: Any) -> int:
        if memory not in self.memories:
            self.memories[memory] = len(self.slots)
            self.slots.append(_Memory(memory, self.pending))
            self.values.append(0)
        return self.memories[memory]


class LevelizedEngine(PySimEngine):
    """See the package."""

    def __init__(self, design: Any):
        self._design = design
        copies = aliases(design.fragment)
        self._state = state = _State(copies)
        self._processes: set[Any] = set()
        self._testbenches: list[Any] = []
        self._delta_cycles = 0
        self._vcd_writers: list[Any] = []
        self._active_triggers: set[Any] = set()
        self._changed: set[Any] | None = None
        self._edges: list[_Edge] = []
        """Clocks that had an edge."""
        pieces = list(processes(design.fragment, state, copies))
        for copy in copies:
            state.get_signal(copy)
        self._nodes: list[_Node] = []
        self._always: list[_Node] = []
        self._levels: list[list[_Node]] = []
        self._connect(pieces, self._compile(pieces))
        self._call_all()

    def _compile(self, pieces: list[Process]) -> dict[str, Any]:
        """The functions of the processes by name."""
        slots = self._state.slots
        names: dict[str, Any] = {
            **values.HELPERS,
            **statements.HELPERS,
            "V": self._state.values,
            "change": self._change,
            "stage": self._stage,
            "load": {i: slot.read for i, slot in enumerate(slots) if isinstance(slot, _Memory)},
            "store": {i: slot.store for i, slot in enumerate(slots) if isinstance(slot, _Memory)},
        }
        exec(compile("\n".join(piece.source for piece in pieces), "<simulation>", "exec"), names)
        return names

    def _connect(self, pieces: list[Process], functions: dict[str, Any]) -> None:
        slots = self._state.slots
        logic = {i: piece for i, piece in enumerate(pieces) if piece.domain is None}
        readers: dict[int, list[int]] = {}
        for number, piece in logic.items():
            for place in piece.inputs:
                readers.setdefault(place, []).append(number)
        level_of = levels({
            number: [reader for place in piece.outputs for reader in readers.get(place, ())]
            for number, piece in logic.items()
        })  # fmt: skip
        self._levels = [[] for _ in range(1 + max(level_of.values(), default=0))]
        edges: dict[int, _Edge] = {}
        for number, piece in enumerate(pieces):
            if piece.domain is None:
                waiting = self._levels[level_of[number]]
            else:
                if id(piece.domain) not in edges:
                    edges[id(piece.domain)] = _Edge(piece.domain, self)
                waiting = edges[id(piece.domain)].waiting
            node = _Node(functions[piece.name], waiting)
            self._nodes.append(node)
            if piece.always and piece.domain is not None:
                self._always.append(node)
            for place in piece.inputs:
                slots[place].readers.append(node)
            for place in piece.outputs:
                slots[place].drivers.append(node)

    def _call_all(self) -> None:
        for node in self._nodes:
            node.call()

    def reset(self) -> None:
        super().reset()
        self._edges.clear()
        self._call_all()

    def _change(self, place: int, value: int, mask: int | None = None) -> None:
        """Gives a signal that logic drives its new value."""
        slot = self._state.slots[place]
        slot.next = value if mask is None else (slot.next & ~mask) | (value & mask)
        if slot.commit() and self._changed is not None:
            self._changed.add(slot)

    def _stage(self, place: int, value: int, mask: int | None = None) -> None:
        """Gives a register its next value."""
        slot = self._state.slots[place]
        slot.next = value if mask is None else (slot.next & ~mask) | (value & mask)
        self._state.pending.add(slot)

    def step_design(self) -> None:
        state = self._state
        while True:
            self._changed = set() if self._vcd_writers else None
            if self._active_triggers:
                for trigger in self._active_triggers:
                    trigger.run()
                self._active_triggers.clear()
            if self._edges:
                self._run_registers()
            for process in self._processes:
                if process.runnable:
                    process.runnable = False
                    process.run()
            if state.pending:
                state.commit(self._changed)
            self._settle()
            if self._changed:
                self._record()
            self._delta_cycles += 1
            if not (self._active_triggers or self._edges):
                break

    def _run_registers(self) -> None:
        due: list[_Node] = []
        for edge in self._edges:
            due += edge.waiting
            edge.waiting.clear()
        self._edges.clear()
        for node in due:
            node.queued = False
        for node in due:
            node.run()
        for node in self._always:
            node.call()

    def _settle(self) -> None:
        """Evaluates the logic below what has changed."""
        for waiting in self._levels:
            if waiting:
                for node in waiting:  # which grows while logic runs in a circle
                    node.queued = False
                    node.run()
                waiting.clear()

    def _record(self) -> None:
        for writer in self._vcd_writers:
            now = self._now_plus_deltas(writer.fs_per_delta)
            for change in self._changed or ():
                if isinstance(change, MemoryChange):
                    writer.update_memory(now, change.state.memory, change.addr)
                else:
                    for signal in change.signals:
                        writer.update_signal(now, signal)


class _Edge:
    """The active edges of a clock domain, and the registers that wait for one."""

    def __init__(self, domain: Any, engine: LevelizedEngine):
        self.waiting: list[_Node] = []
        self._active = 1 if domain.clk_edge == "pos" else 0
        self._engine = engine
        engine.state.add_signal_waker(domain.clk, self._on_clock)
        if domain.async_reset and domain.rst is not None:
            engine.state.add_signal_waker(domain.rst, self._on_reset)

    def _on_clock(self, _before: int, after: int) -> bool:
        if after == self._active:
            self._engine._edges.append(self)
        return True

    def _on_reset(self, _before: int, after: int) -> bool:
        if after:
            self._engine._edges.append(self)
        return True
