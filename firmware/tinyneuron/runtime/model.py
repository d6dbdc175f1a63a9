"""A program on a device: its tensors, its runs, its errors."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from tinyneuron_hw.config import HOST_BASE, INSTRUCTION_BYTES, NUM_SEMAPHORES
from tinyneuron_hw.isa.csr import (
    COUNTERS,
    INCREMENT_BITS,
    Csr,
    Trap,
    counter_address,
    position_address,
    semaphore_address,
)
from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_hw.isa.trace import RECORD_BYTES
from tinyneuron_hw.isa.waits import WAITS
from tinyneuron_sim.backend import Backend, TraceEvent
from tinyneuron_sim.loader import CONTROL_START, MemoryWindow, csr_values
from tinyneuron_sim.notifications import read_notifications
from tinyneuron_sim.trace.ring import TraceRing

from ..program.disassembler import instruction_text
from ..program.program import Bounds, Program
from .arena import Arena
from .arguments import check_inputs, checked_input, spec_of
from .deadlock import Waiting, explain, places, waiting
from .dtypes import numpy_dtype
from .errors import InputError, RunTimeoutError, TinyneuronError, TrapError
from .tenancy import Tenancy
from .transfers import BackDoor, DeviceMemory

__all__ = ["DEFAULT_WATCHDOG", "Model", "RunResult"]

DEFAULT_WATCHDOG = 100_000
"""Cycles without progress after which a core traps."""

_PAGE = 4096
_TENSOR_ALIGNMENT = 64
_SLICE = 1_000_000_000
_NOTIFIED_EVERY = 4096
"""Cycles from one look for notifications, or for trace events in device memory, to the next."""
_INTERRUPTS = 0b11
_RING_EVENTS = 1 << 13
"""Trace events in device memory: twice what comes from one look for them to the next, at most."""
_PC_MASK = 0xFF_FFFF


@dataclass
class RunResult:
    """What one run gave.

    Attributes
    ----------
    outputs:
        Name -> array, for every output tensor.
    cycles:
        Core cycles from START to the end; None on targets without time (golden).
    counters:
        The core's counters by name (``isa.csr.COUNTERS``); those of waiting if they were asked
        for.
    wall_s:
        Seconds the target took.
    trace:
        Start and end of every instruction and transfer.
    trace_lost:
        How many of them found no room on their way.
    notifications:
        What each stream told by NOTIFY, in order.
    notifications_lost:
        How many found no room in the core (``isa.csr.NOTIFICATIONS``).
    """

    outputs: dict[str, np.ndarray]
    cycles: int | None
    counters: dict[str, int]
    wall_s: float
    trace: list[TraceEvent] = field(repr=False, default_factory=list)
    trace_lost: int = 0
    notifications: dict[Stream, list[int]] = field(default_factory=dict)
    notifications_lost: int = 0

    @property
    def sim_khz(self) -> float | None:
        """Simulated kilocycles per second."""
        return self.cycles / self.wall_s / 1e3 if self.cycles and self.wall_s else None


def _round_up(value: int, unit: int) -> int:
    return -(-value // unit) * unit


class Model:
    """A loaded program. Made by :meth:`Device.load`."""

    def __init__(self, backend: Backend, memory: DeviceMemory, arena: Arena, program: Program,
                 tenancy: Tenancy, owner: Hashable, code_address: int | None):  # fmt: skip
        self.program = program
        self.owner = owner
        self._tenancy = tenancy
        self._backend = backend
        self._memory = memory
        self._arena = arena
        self._ranges: list[tuple[int, int]] = []
        try:
            self._place(code_address)
            self._write()
        except BaseException:
            self.unload()
            raise

    def _place(self, code_address: int | None) -> None:
        specs = self.program.tensors
        readable = [spec for spec in specs if spec.kind in ("input", "constant")]
        writable = [spec for spec in specs if spec.kind in ("output", "scratch")]
        rings = {i.tensor for i in self.program.relocations if i.path == "ring.address"}
        self._addresses: dict[str, int] = {}
        self._windows: list[MemoryWindow] = []
        code_bytes = {
            stream: _round_up(len(items) * INSTRUCTION_BYTES, _PAGE)
            for stream, items in self.program.streams.items()
        }
        size = sum(code_bytes.values())
        if code_address is None:
            base = self._take(size, "the program's code")
        else:
            base = self._in_host_memory(code_address, size)
        self._windows.append(MemoryWindow(base, size, False, False, True))
        self._entries: dict[Stream, int] = {}
        for stream, size in code_bytes.items():
            self._entries[stream] = base
            base += size
        for group, is_written in ((readable, False), (writable, True)):
            if not group:
                continue
            offsets, size = {}, 0
            for spec in group:
                is_ring = spec.name in rings
                size = _round_up(size, INSTRUCTION_BYTES if is_ring else _TENSOR_ALIGNMENT)
                offsets[spec.name] = size
                size += _round_up(spec.nbytes, _TENSOR_ALIGNMENT)
            base = self._take(_round_up(size, _PAGE), "the program's tensors")
            self._windows.append(MemoryWindow(base, size, True, is_written, False))
            self._addresses |= {name: base + offset for name, offset in offsets.items()}

    def _write(self) -> None:
        code = self.program.relocated(self._addresses)
        for stream, address in self._entries.items():
            self._memory.write(address, code[stream])
        for name, data in self.program.constants.items():
            self._memory.write(self._addresses[name], data)

    def _in_host_memory(self, address: int, size: int) -> int:
        end = HOST_BASE + self._backend.config.host_memory_bytes
        if not isinstance(self._memory, BackDoor):
            raise TinyneuronError("code_address: transfers by DMA need all of the host's memory")
        if address % _PAGE or not HOST_BASE <= address <= end - size:
            raise TinyneuronError(
                f"code_address {address:#x}: {size} bytes of code must lie in host memory, "
                f"{HOST_BASE:#x} up to {end:#x}, at a multiple of {_PAGE}"
            )
        return address

    def _take(self, size: int, what: str) -> int:
        start = self._arena.take(size, what)
        self._ranges.append((start, size))
        self._tenancy.take(self.owner, start, size)
        return start

    def unload(self) -> None:
        """Frees the device memory; harmless twice. The model cannot run afterwards."""
        for start, size in self._ranges:
            self._arena.give(start, size)
        self._ranges = []

    def write(self, name: str, array: np.ndarray) -> None:
        """Sets an input tensor.

        Raises
        ------
        InputError
            No such input, or shape or dtype differ; names tensor, expected and given.
        """
        array = checked_input(self.program, name, array)
        raw = np.ascontiguousarray(array).tobytes()
        self._memory.write(self._addresses[name], raw)

    def address(self, name: str) -> int:
        """Where a tensor begins in device memory, in bytes.

        Raises
        ------
        InputError
            No such tensor.
        """
        if name not in self._addresses:
            raise InputError(f"no tensor {name!r}; there are: {', '.join(self._addresses)}")
        return self._addresses[name]

    def entry(self, stream: Stream) -> int:
        """Where a stream's first instruction is in device memory, in bytes."""
        return self._entries[stream]

    def read(self, name: str) -> np.ndarray:
        """An output tensor as an array."""
        spec = spec_of(self.program, name, "output")
        raw = self._memory.read(self._addresses[name], spec.nbytes)
        return np.frombuffer(raw, dtype=numpy_dtype(spec.dtype)).reshape(spec.shape).copy()

    def run(
        self,
        inputs: Mapping[str, np.ndarray] | None = None,
        *,
        max_cycles: int | None = None,
        watchdog: int = DEFAULT_WATCHDOG,
        progress: Callable[[int], None] | None = None,
        trace: bool | Literal["memory"] = False,
        registers: Mapping[int, int] | None = None,
        waits: bool = False,
        notified: Callable[[Stream, int], None] | None = None,
    ) -> RunResult:
        """Sets the inputs, runs the program to its end and reads the outputs.

        Parameters
        ----------
        inputs:
            Name -> array, every input tensor exactly once.
        max_cycles:
            Cycles after which to give up; None: no limit.
        watchdog:
            Cycles without progress before the core traps; 0 turns it off.
        progress:
            Called now and then with the cycles run.
        trace:
            Whether to collect the trace events: from the trace port, or, as on silicon, from a
            ring in device memory.
        registers:
            Address -> value of control registers (``isa.csr``) to write before the start, in this
            order; for instance ``Csr.INJECT``.
        waits:
            Whether to read the counters of waiting (``isa.waits``) as well.
        notified:
            Called with stream and value of each notification while the program runs; those of one
            stream come in order.

        Raises
        ------
        InputError
            Inputs missing, unknown, or of the wrong shape or dtype; nothing has run then.
        TrapError, RunTimeoutError
            The core stopped, or did not.
        """
        with self._trace_ring(trace) as ring:
            self._start(inputs, watchdog, registers, ring)
            told: dict[Stream, list[int]] = {}
            begin = time.perf_counter()
            event, lost = self._until_end(max_cycles, progress, told, notified, ring)
            wall = time.perf_counter() - begin
            if event != "done":
                error = self.trap(told) if event == "trap" else self._timeout(max_cycles)
                self._backend.reset()
                raise error
            # Before the outputs: reading them may run transfers of their own.
            counters = self._counters(waits=waits)
            if ring is not None:
                ring.stop()
            events = self._events(trace, ring)
        return RunResult(
            outputs={spec.name: self.read(spec.name) for spec in self.program.of_kind("output")},
            cycles=None if self._backend.target == "golden" else counters["cycles"],
            counters=counters,
            wall_s=wall,
            trace=events,
            trace_lost=counters["trace_dropped"] + (0 if ring is None else ring.lost),
            notifications=told,
            notifications_lost=lost,
        )

    @contextlib.contextmanager
    def _trace_ring(self, trace: bool | str) -> Iterator[TraceRing | None]:
        """A ring in device memory while a program runs, if the trace is to go there."""
        if trace != "memory":
            yield None
            return
        if self._backend.target == "golden":
            raise TinyneuronError("golden has no clock: it writes no trace events to memory")
        size = _RING_EVENTS * RECORD_BYTES
        start = self._arena.take(size, "the ring of trace events")
        try:
            self._tenancy.take(self.owner, start, size)
            yield TraceRing(self._backend, start, _RING_EVENTS)
        finally:
            self._arena.give(start, size)

    def _events(self, trace: bool | str, ring: TraceRing | None) -> list[TraceEvent]:
        if ring is None:
            return self._backend.trace_events() if trace else []
        return sorted(ring.events, key=lambda event: event.cycle)

    def _until_end(
        self, max_cycles: int | None, progress: Callable[[int], None] | None,
        told: dict[Stream, list[int]], notified: Callable[[Stream, int], None] | None,
        ring: TraceRing | None,
    ) -> tuple[str, int]:  # fmt: skip
        """How the run ends, and how many notifications were lost; the others go to ``told``."""
        piece = _SLICE if notified is None and ring is None else _NOTIFIED_EVERY
        ran, event, lost = 0, "timeout", 0
        while event == "timeout" and (max_cycles is None or ran < max_cycles):
            size = piece if max_cycles is None else min(piece, max_cycles - ran)
            before = ran
            shown = None if progress is None else lambda n, by=before: progress(by + n)
            result = self._backend.run(size, shown)
            event, ran = result.event, ran + size
            if ring is not None and event == "timeout" and ring.is_half_full:
                ring.drain()
            values, lost = read_notifications(self._backend)
            for stream, those in values.items():
                told.setdefault(stream, []).extend(those)
                if notified is not None:
                    for value in those:
                        notified(stream, value)
        return event, lost

    def start(
        self,
        inputs: Mapping[str, np.ndarray] | None = None,
        *,
        watchdog: int = DEFAULT_WATCHDOG,
        registers: Mapping[int, int] | None = None,
    ) -> None:
        """Sets the inputs and starts the program, which then is for the caller to run; arguments
        and :class:`InputError` as :meth:`run`."""
        self._start(inputs, watchdog, registers, None)

    def _start(
        self, inputs: Mapping[str, np.ndarray] | None, watchdog: int,
        others: Mapping[int, int] | None, ring: TraceRing | None,
    ) -> None:  # fmt: skip
        if not self._ranges:
            raise TinyneuronError("the model was unloaded")
        arrays = check_inputs(self.program, inputs or {})
        for name, array in arrays.items():
            self.write(name, array)
        backend = self._backend
        self._tenancy.enter(self.owner)
        registers = csr_values(self.program.streams, self._entries, self._windows, watchdog)
        for address, value in [*registers.items(), *(others or {}).items()]:
            backend.csr_write(address, value)
        if ring is not None:
            ring.start()
        # The interrupt line tells a target when the core stops, without polling.
        backend.csr_write(Csr.INTERRUPT_STATUS, _INTERRUPTS)
        backend.csr_write(Csr.INTERRUPT_ENABLE, _INTERRUPTS)
        backend.csr_write(Csr.CONTROL, CONTROL_START)

    def _counters(self, *, waits: bool) -> dict[str, int]:
        names = [name for name in COUNTERS if waits or name not in WAITS]
        counters = {name: self._backend.csr_read(counter_address(name)) for name in names}
        cycles = counters["cycles"] | self._backend.csr_read(counter_address("cycles") + 4) << 32
        if cycles >> 32 - INCREMENT_BITS:
            for name in names:
                counters[name] |= self._backend.csr_read(counter_address(name) + 4) << 32
        return counters

    def trap(self, told: dict[Stream, list[int]] | None = None) -> TrapError:
        """The trap that the core has stopped with, in words; ``told`` are the notifications that
        came before it."""
        backend = self._backend
        cause = Trap(backend.csr_read(Csr.TRAP_CAUSE))
        stream = Stream(backend.csr_read(Csr.TRAP_STREAM))
        pc = backend.csr_read(Csr.TRAP_PC)
        address = backend.csr_read(Csr.TRAP_ADDRESS_LO) | (
            backend.csr_read(Csr.TRAP_ADDRESS_HI) << 32
        )
        instructions = self.program.streams.get(stream, [])
        text = instruction_text(instructions[pc]) if pc < len(instructions) else "past the end"
        stuck = self._waiting() if cause is Trap.WATCHDOG else []
        why = f"; {explain(self.program, stuck)}" if stuck else ""
        bounds = self.program.bounds_of(stream, pc)
        if bounds is not None and cause is Trap.BAD_OPERAND:
            why = f"; {self._broken(bounds)}"
        return TrapError(
            f"trap {cause.name} in stream {stream.name.lower()} at instruction {pc} "
            f"({text[:200]}), address 0x{address:x}{self._source(stream, pc)}{why}",
            cause=cause, stream=stream, pc=pc, address=address, waiting=stuck,
            notifications=told,
        )  # fmt: skip

    def _broken(self, bounds: Bounds) -> str:
        """Which bounds were broken, and by what if that was an input."""
        rule, spec = f"must be from {bounds.low} to {bounds.high}", bounds.source
        if spec is None:
            return f"a number in a register {rule}"
        width = spec.nbytes // spec.elements
        raw = self._memory.read(self._addresses[spec.name] + width * bounds.element, width)
        value = int.from_bytes(raw, "little", signed=True)
        return f"{spec.name}[{bounds.element}] {rule}, not {value}"

    def _timeout(self, max_cycles: int | None) -> RunTimeoutError:
        stuck = self._waiting()
        return RunTimeoutError(
            f"the program was still running after {max_cycles} cycles: "
            f"{places(self.program, stuck)}", waiting=stuck,
        )  # fmt: skip

    def _waiting(self) -> list[Waiting]:
        read = self._backend.csr_read
        words = {stream: read(position_address(stream.value)) for stream in Stream}
        positions = {stream: word & _PC_MASK for stream, word in words.items() if word}
        semaphores = [read(semaphore_address(index)) for index in range(NUM_SEMAPHORES)]
        return waiting(self.program, positions, semaphores)

    def _source(self, stream: Stream, pc: int) -> str:
        line = self.program.source_line(stream, pc)
        file = self.program.source_file(stream, pc) or "kernel"
        return "" if line is None else f", from {file}:{line}"
