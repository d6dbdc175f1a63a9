"""The core: streams and DMA queues as threads that a seeded schedule steps."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tinyneuron_hw.config import INSTRUCTION_BYTES, CoreConfig
from tinyneuron_hw.isa.codec import DecodeError
from tinyneuron_hw.isa.csr import COUNTERS, Trap
from tinyneuron_hw.isa.opcodes import (
    DMA_OPCODES,
    REGISTER_MOVES,
    Opcode,
    Stream,
    UpdateMode,
    WaitMode,
)
from tinyneuron_hw.isa.rules import OperandError

from ..backend import DMA_SOURCE
from . import tensor
from .dma import transfer
from .errors import GoldenError, TrapSignal
from .executors import EXECUTORS
from .lists import written_buffers
from .machine import Machine
from .meetings import absent, arrive, meeting
from .notifications import Notifications
from .numerics import quiet
from .prepared import Prepared, Preparer
from .program import ADDRESS_MASK, Program, fetch, fetch_trap
from .races import RaceDetector, Where
from .region import DeviceRegion
from .register_moves import stored
from .rehearsal import accesses, is_from_memory, rehearse
from .rings import descriptor_address, is_last, next_descriptor, ring_bytes
from .semaphores import Semaphores
from .sequencer import Sequencer

__all__ = ["Core", "Observer", "Schedule", "Step", "TrapInfo"]

Schedule = Callable[[Sequence[Stream | int]], Stream | int]
"""Chooses which of the threads that can run (streams, and DMA queues by number) steps next."""


@dataclass(frozen=True)
class Step:
    """An instruction or a transfer that starts, the one that traps included.

    ``prepared`` has its registers resolved; ``queue`` is None for an instruction, the DMA queue
    for a transfer. ``error`` is what an instruction traps with instead of being executed. ``clock``
    says how many steps of each thread are ordered before it, itself
    included; it is empty when races are not checked.
    """

    stream: Stream
    pc: int
    prepared: Prepared
    queue: int | None
    thread: int
    clock: tuple[int, ...]
    error: DecodeError | OperandError | None = None
    buffers: tuple[DeviceRegion, ...] = ()
    """What a transfer to a list writes."""
    registers: tuple[int, ...] = ()
    """What a register move stores."""


Observer = Callable[[Step], None]
"""Called at the start of every step, in execution order."""


@dataclass(frozen=True)
class TrapInfo:
    """The first trap; ``message`` is golden's own explanation."""

    cause: Trap
    stream: Stream
    pc: int
    address: int
    message: str


@dataclass
class _Transfer:
    prepared: Prepared
    where: Where
    issued: np.ndarray | None
    position: int = 0
    """In a ring: how many of its descriptors are done."""


class Core:
    """Executes programs. One step is one instruction of a stream or one DMA transfer.

    With ``rehearses`` it only checks what instructions access and moves no data.
    """

    def __init__(self, config: CoreConfig, *, schedule_seed: int, check_races: bool,
                 instruction_limit: int, observer: Observer | None = None,
                 schedule: Schedule | None = None, rehearses: bool = False,
                 check_unwritten: bool = True):  # fmt: skip
        self.config = config
        self._observer = observer
        self._schedule = schedule
        self._rehearses = rehearses
        self._seed = schedule_seed
        self._limit = instruction_limit
        self._races = RaceDetector(config) if check_races else None
        self.machine = Machine(config, self._races, check_unwritten=check_unwritten)
        self._program = Program({})
        self._preparer = Preparer(config, lambda *access: self._program.allows(*access))
        self.reset()

    def reset(self) -> None:
        """Everything but the memories returns to its reset state."""
        self.machine.reset()
        self.sequencers = {stream: Sequencer(stream) for stream in Stream}
        self.semaphores = Semaphores(self._races.threads if self._races else 0)
        self.notifications = Notifications()
        self.counters = dict.fromkeys(COUNTERS, 0)
        self.events: list[tuple[int, int, Stream, str, int]] = []
        self.running = self.done = False
        self.trap: TrapInfo | None = None
        self._queues: dict[int, deque[_Transfer]] = {}

    def reschedule(self, seed: int) -> None:
        """The next program runs under another schedule, from reset, on memories that hold
        nothing."""
        self.reset()
        self._seed = seed
        self.machine.clear()
        self.machine.device.clear()

    def counter(self, name: str) -> int:
        """A counter of ``isa.csr.COUNTERS``."""
        memory, _, event = name.partition("_")
        if name == "memory_corrected":
            return self.machine.device_errors.corrected
        if event == "corrected" and memory.upper() in self.machine.errors:
            return self.machine.errors[memory.upper()].corrected
        return self.counters[name]

    def close(self) -> None:
        """Stops, and frees what races were found with."""
        self.running = False
        if self._races:
            self._races.restart()

    def start(self, program: Program) -> None:
        """START: clears counters, trap and trace and starts every enabled stream."""
        if program.windows != self._program.windows:
            self._preparer.forget()
        self._program = program
        self.counters = dict.fromkeys(COUNTERS, 0)
        for errors in self.machine.errors.values():
            errors.corrected = 0
        self.machine.device_errors.corrected = 0
        self.events = []
        self.notifications = Notifications()
        self.running, self.done, self.trap = True, False, None
        self._queues = {queue: deque() for queue in range(self.config.dma_engines)}
        for stream, sequencer in self.sequencers.items():
            sequencer.start(*program.entries.get(stream, (0, 0)))
            sequencer.halted = stream not in program.entries
        if self._races:
            self._races.restart()
        self.semaphores.forget_clocks()
        self._random = random.Random(self._seed)
        # Unequal chances make some threads run far ahead in some schedules.
        self._chances = {
            thread: 10 ** self._random.uniform(-1.0, 1.0)
            for thread in [*Stream, *range(self.config.dma_engines)]
        }

    def run(self, max_steps: int, progress: Callable[[int], None] | None) -> int:
        """Steps until done, trapped or ``max_steps``; the steps taken.

        Raises GoldenError; the core then is no longer running.
        """
        steps = 0
        try:
            with quiet():
                while self.running and steps < max_steps:
                    self._step()
                    steps += 1
                    if progress is not None and steps % 256 == 0:
                        progress(steps)
        except GoldenError:
            self.running = False
            raise
        return steps

    def _step(self) -> None:
        threads: list[Stream | int] = [
            stream for stream, sequencer in self.sequencers.items()
            if not sequencer.halted and sequencer.meeting is None and self._is_runnable(sequencer)
        ]  # fmt: skip
        threads += [queue for queue, waiting in self._queues.items() if waiting]
        if threads:
            self._run_thread(self._choose(threads))
        elif all(sequencer.halted for sequencer in self.sequencers.values()):
            self.running, self.done = False, True
        else:
            self._deadlock()

    def _choose(self, threads: list[Stream | int]) -> Stream | int:
        if self._schedule is not None:
            return self._schedule(threads)
        if len(threads) == 1:
            return threads[0]
        chances = [self._chances[thread] for thread in threads]
        return self._random.choices(threads, chances)[0]

    def _run_thread(self, thread: Stream | int) -> None:
        if self.counters["cycles"] >= self._limit:
            raise GoldenError(
                f"{self._limit} instructions and transfers executed without an end "
                f"({self._positions()}); raise instruction_limit if that is right"
            )
        self.counters["cycles"] += 1
        if isinstance(thread, Stream):
            sequencer = self.sequencers[thread]
            try:
                self._run_instruction(sequencer)
            except TrapSignal as signal:
                self._stop(signal, thread, sequencer.pc, sequencer.address)
        else:
            moved = self._queues[thread].popleft()
            try:
                self._run_transfer(thread, moved)
            except TrapSignal as signal:
                self._stop(signal, moved.where.stream, moved.where.pc, 0)

    def _is_runnable(self, sequencer: Sequencer) -> bool:
        if sequencer.prepared is None:
            machine = self.machine
            raw = fetch(sequencer, self._program, self.config, machine.device,
                        machine.device_errors)  # fmt: skip
            if raw is None:
                return True
            sequencer.prepared = self._preparer.prepare(raw, sequencer.stream, sequencer.registers)
        return self.semaphores.holds(*sequencer.prepared.wait)

    def _run_instruction(self, sequencer: Sequencer) -> None:
        prepared = sequencer.prepared
        if prepared is None:
            raise fetch_trap(sequencer, self._program, self.config, self.machine.device_errors)
        stream, pc = sequencer.stream, sequencer.pc
        machine, thread = self.machine, stream.value
        acquired = self.semaphores.take(*prepared.wait)
        machine.thread, machine.registers = thread, sequencer.registers
        machine.where = where = Where(stream, pc, prepared)
        if self._races:
            self._races.begin(thread, where, acquired)
            self._races.wait(thread, *prepared.wait)
        error = tensor.stationary_error(machine, prepared) or prepared.error
        self._observe(where, prepared, thread, error)
        self.counters["fetch_bytes"] += INSTRUCTION_BYTES
        if error is not None:
            address = None if isinstance(error, DecodeError) else error.address
            raise TrapSignal(error.cause, address, str(error))
        self._execute(prepared, where)
        if prepared.opcode is Opcode.BARRIER:
            arrive(sequencer, prepared)
            for together in meeting(self.sequencers, sequencer, self._races):
                self._finish(together)
        else:
            self._finish(sequencer)

    def _finish(self, sequencer: Sequencer) -> None:
        """An instruction is over for its stream."""
        prepared, stream, pc = sequencer.prepared, sequencer.stream, sequencer.pc
        assert prepared is not None
        sequencer.advance(prepared)
        if prepared.opcode not in DMA_OPCODES:
            self._update(prepared, stream.value)
        self.counters[f"{stream.name.lower()}_instructions"] += 1
        self._record(stream.value, stream, pc)

    def _execute(self, prepared: Prepared, where: Where) -> None:
        opcode = prepared.opcode
        if opcode in DMA_OPCODES:
            self._issue(prepared, where)
        elif opcode is Opcode.NOTIFY:
            self.notifications.tell(where.stream, prepared.fields["value"])
        elif self._rehearses and opcode not in REGISTER_MOVES:
            self._rehearse(prepared)
        elif opcode in EXECUTORS:
            EXECUTORS[opcode](self.machine, prepared)
            if opcode is Opcode.MULTIPLY_MOVING:
                self.counters["tensor_moving"] += tensor.moving_elements(prepared)

    def _rehearse(self, prepared: Prepared) -> None:
        found = prepared.accesses or accesses(self.machine, prepared)
        if not is_from_memory(prepared):
            prepared.accesses = found
        rehearse(self.machine, found)
        if prepared.opcode is Opcode.LOAD_STATIONARY:
            tensor.rehearse_load(self.machine, prepared)

    def _issue(self, prepared: Prepared, where: Where) -> None:
        queue = prepared.fields["queue"]
        issued = self._races.clock(where.stream.value) if self._races else None
        named = Where(where.stream, where.pc, prepared, queue)
        self._queues[queue].append(_Transfer(prepared, named, issued))

    def _run_transfer(self, queue: int, moved: _Transfer) -> None:
        self.machine.where = moved.where
        if self._races and moved.issued is not None:
            thread = self._races.begin_transfer(queue, moved.where, moved.issued)
            self.machine.thread = thread
        prepared = moved.prepared
        self.machine.descriptors = ()
        if prepared.opcode is Opcode.DMA_RING:
            prepared = self._next_of_ring(queue, moved)
            self.machine.descriptors = ring_bytes(moved.prepared)
            self.machine.where = replace(moved.where, text=prepared)
        else:
            self._observe(moved.where, prepared, self.machine.thread)
        if self._rehearses:
            self._rehearse(prepared)
        else:
            read, written = transfer(self.machine, prepared)
            self.counters["dma_read_bytes"] += read
            self.counters["dma_write_bytes"] += written
        self._update(prepared, self.machine.thread)
        self._record(DMA_SOURCE + queue, moved.where.stream, moved.where.pc)

    def _next_of_ring(self, queue: int, ring: _Transfer) -> Prepared:
        """The transfer of a ring's next descriptor; those behind it stay in the queue."""
        position, where = ring.position, ring.where
        found = next_descriptor(self.machine, self._preparer, ring.prepared, position)
        self._observe(where, found, self.machine.thread, found.error)
        if found.error is not None:
            own = descriptor_address(ring.prepared, position)
            given = found.error.address if isinstance(found.error, OperandError) else None
            address = own if given is None else given
            raise TrapSignal(found.error.cause, address, f"descriptor {position}: {found.error}")
        if not is_last(ring.prepared, position):
            rest = _Transfer(ring.prepared, where, ring.issued, position + 1)
            self._queues[queue].appendleft(rest)
        return found

    def _observe(self, where: Where, prepared: Prepared, thread: int,
                 error: DecodeError | OperandError | None = None) -> None:  # fmt: skip
        if self._observer is not None:
            clock = tuple(map(int, self._races.clock(thread))) if self._races else ()
            moves = where.queue is not None
            buffers = written_buffers(self.machine, prepared) if moves else ()
            registers = stored(self.machine, prepared) if error is None else ()
            step = Step(where.stream, where.pc, prepared, where.queue, thread, clock, error,
                        buffers, registers)  # fmt: skip
            self._observer(step)

    def _update(self, prepared: Prepared, thread: int) -> None:
        fields = prepared.fields
        mode: UpdateMode = fields["header.update.mode"]
        if mode is UpdateMode.NONE:
            return
        index, clock = fields["header.update.semaphore"], None
        if self._races:
            self._races.update(thread, mode, index)
            clock = self._races.clock(thread)
        self.semaphores.update(mode, index, fields["header.update.value"], clock)

    def _record(self, source: int, stream: Stream, pc: int) -> None:
        cycle = self.counters["cycles"]
        self.events.append((cycle - 1, source, stream, "start", pc))
        self.events.append((cycle, source, stream, "end", pc))

    def _stop(self, signal: TrapSignal, stream: Stream, pc: int, own_address: int) -> None:
        address = own_address if signal.address is None else signal.address
        self.trap = TrapInfo(signal.cause, stream, pc, address & ADDRESS_MASK, str(signal))
        self.running = False

    def _deadlock(self) -> None:
        if self._program.watchdog:
            stuck = next(s for s in self.sequencers.values() if not s.halted)
            signal = TrapSignal(Trap.WATCHDOG, 0, f"deadlock: {self._positions()}")
            self._stop(signal, stuck.stream, stuck.pc, 0)
            return
        raise GoldenError(f"deadlock: {self._positions()}")

    def _positions(self) -> str:
        """Where each running stream stands and what it waits for."""
        parts = []
        for sequencer in self.sequencers.values():
            prepared = sequencer.prepared
            if sequencer.halted or prepared is None:
                continue
            text = f"{sequencer.stream.name} pc {sequencer.pc} `{prepared}`"
            mode, index, _ = prepared.wait
            if sequencer.meeting is not None:
                text += f" without {' and '.join(absent(self.sequencers, sequencer))}"
            elif mode is not WaitMode.NONE:
                text += f" while semaphore {index} is {self.semaphores.values[index]}"
            parts.append(text)
        return "; ".join(parts)
