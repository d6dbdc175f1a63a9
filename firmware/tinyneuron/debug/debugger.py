"""Runs a program from stop to stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.opcodes import Space, Stream
from tinyneuron_sim.backend import Backend, open_backend
from tinyneuron_sim.golden.errors import GoldenError
from tinyneuron_sim.inside import Ended, Place, look_inside

from ..program.program import Program
from ..runtime.arguments import check_inputs
from ..runtime.device import DEFAULT_WATCHDOG, Device
from ..runtime.dtypes import numpy_dtype
from ..verify.first import FirstDifference, find_first
from .points import Breakpoint, DebugError, Instruction, Stop, Watchpoint, arrived
from .views import described
from .writers import Writers

__all__ = ["Debugger", "Opener"]

Opener = Callable[[CoreConfig], Backend]
_FOREVER = 1 << 40
_START_CYCLES = 1000


class Debugger:
    """A program on a target, at its first instruction to begin with; a context manager.

    Parameters
    ----------
    program:
        What is debugged.
    inputs:
        Name -> array, every input tensor exactly once.
    target:
        ``golden``, ``verilator``, ``icarus`` or ``pysim``, or what opens a backend for a
        configuration.
    watchdog:
        Cycles without progress before the core traps; 0 turns it off.
    options:
        Passed to the target, for instance golden's ``schedule_seed``.

    Attributes
    ----------
    points:
        Breakpoints and watchpoints by number.
    stop:
        The last :class:`Stop`, None at the start.

    On golden a step is one instruction or transfer, executed whole. The other targets are stopped
    between two cycles, with what the chip then holds: nothing of it moves while it is looked at.

    Raises
    ------
    InputError
        As :meth:`Model.run`.
    """

    def __init__(self, program: Program, inputs: Mapping[str, np.ndarray] | None = None, *,
                 target: str | Opener = "golden", watchdog: int = DEFAULT_WATCHDOG,
                 **options: Any):  # fmt: skip
        self.program = program
        self.inputs = check_inputs(program, inputs or {})
        self.points: dict[int, Breakpoint | Watchpoint] = {}
        self.stop: Stop | None = None
        self._watchdog = watchdog
        self._numbers = 0
        if isinstance(target, str):
            name = target
            self._opener: Opener = lambda config: open_backend(name, config, **options)
        else:
            self._opener = target
        self._device = Device(self._opener(program.config))
        self.target = self._device.target
        try:
            self._model = self._device.load(program)
            self._begin()
        except BaseException:
            self._device.close()
            raise

    def _begin(self) -> None:
        self._model.start(self.inputs, watchdog=self._watchdog)
        self._inside = look_inside(self._device.backend)
        if not self._inside.positions():  # a chip takes some cycles to start
            self._inside.advance(_START_CYCLES, moves=tuple(Stream))
        self._seen: dict[Stream, int] = {}
        self._writers: Writers | None = None
        self.stop = None

    # What there is to see.

    @property
    def unit(self) -> str:
        """What :attr:`cycle` counts: ``cycle``, on golden ``step``."""
        return self._inside.unit

    @property
    def cycle(self) -> int:
        """Cycles since the start."""
        return self._inside.cycle

    @property
    def running(self) -> bool:
        """Whether the program can go on."""
        return self._inside.running

    def positions(self) -> dict[Stream, int]:
        """The instruction that each stream which has not ended stands at."""
        return self._inside.positions()

    def registers(self, stream: Stream) -> list[int]:
        """The scalar registers of a stream."""
        return self._inside.registers(stream)

    def semaphores(self) -> list[int]:
        """All semaphores."""
        return self._inside.semaphores()

    def tensor(self, name: str) -> np.ndarray:
        """A tensor of any kind as it is now."""
        spec = self.program.tensor(name)
        raw = self.read(self.place_of(name))
        return np.frombuffer(raw, numpy_dtype(spec.dtype)).reshape(spec.shape)

    def place_of(self, name: str) -> Place:
        """Where a tensor is in device memory."""
        spec = self.program.tensor(name)
        return Place(None, 0, self._model.address(name), spec.nbytes)

    def read(self, place: Place) -> bytes:
        """Bytes of device memory, SBUF or PSUM.

        Raises
        ------
        DebugError
            There are none there.
        """
        config = self.program.config
        limits = {None: (1, config.device_memory_bytes),
                  Space.SBUF: (config.partitions, config.sbuf_partition_bytes),
                  Space.PSUM: (config.columns, config.psum_partition_bytes)}  # fmt: skip
        partitions, size = limits[place.space]
        name = "device memory" if place.space is None else place.space.name
        if place.size < 1 or place.offset < 0 or place.offset + place.size > size:
            raise DebugError(f"{name} has offsets 0x0 to 0x{size - 1:x}, not {place.size} bytes at "
                             f"0x{place.offset:x}")  # fmt: skip
        if not 0 <= place.partition < partitions:
            raise DebugError(f"{name} has partitions 0 to {partitions - 1}, not {place.partition}")
        return self._inside.read(place)

    # Where to stop.

    def break_at(self, stream: Stream, pc: int) -> Breakpoint:
        """Stops where ``stream`` comes to instruction ``pc``, before it starts."""
        length = len(self.program.streams.get(stream, ()))
        name = stream.name.lower()
        if not length:
            raise DebugError(f"the program has no stream {name}")
        if not 0 <= pc < length:
            raise DebugError(f"stream {name} has instructions 0 to {length - 1}, not {pc}")
        return self._new_break(((stream, pc),), f"{name}:{pc}")

    def break_line(self, line: int, file: str = "") -> Breakpoint:
        """Stops where a stream comes to an instruction of the kernel's line ``line`` from one of
        another line; of files whose path ends with ``file`` only."""
        places = []
        known: set[int] = set()
        for stream, code in self.program.streams.items():
            before = None
            for pc in range(len(code)):
                now = self.program.source_line(stream, pc)
                if not self.program.source_file(stream, pc).endswith(file):
                    now = None
                known |= {now} if now else set()
                if now == line and before != line:
                    places.append((stream, pc))
                before = now
        where = f" of {file}" if file else ""
        if not places:
            if not known:
                raise DebugError(f"the program does not say which lines{where} it comes from")
            raise DebugError(
                f"no instruction comes from line {line}{where}; lines: {_ranges(known)}"
            )
        return self._new_break(tuple(places), f"line {line}{where}")

    def _new_break(self, places: tuple[Instruction, ...], text: str) -> Breakpoint:
        self._numbers += 1
        point = self.points[self._numbers] = Breakpoint(self._numbers, places, text)
        return point

    def watch(self, place: Place, text: str | None = None) -> Watchpoint:
        """Stops when these bytes have changed."""
        self.read(place)
        name = "" if place.space is None else f"{place.space.name} partition {place.partition} "
        self._numbers += 1
        point = Watchpoint(self._numbers, place,
                           text or f"{name}0x{place.offset:x}, {place.size} bytes")  # fmt: skip
        self.points[self._numbers] = point
        return point

    def watch_tensor(self, name: str) -> Watchpoint:
        """Stops when bytes of a tensor have changed."""
        return self.watch(self.place_of(name), name)

    def delete(self, number: int | None = None) -> None:
        """Removes a breakpoint or watchpoint, or all."""
        if number is None:
            self.points.clear()
        elif self.points.pop(number, None) is None:
            known = ", ".join(map(str, self.points)) or "none"
            raise DebugError(f"no breakpoint or watchpoint {number}; there are: {known}")

    # Going on.

    def step(self, count: int = 1, stream: Stream | None = None) -> Stop:
        """Goes on until ``count`` instructions or transfers have ended, of ``stream`` only its
        instructions, or an earlier stop."""
        left = count

        def enough(ended: Sequence[Ended]) -> bool:
            nonlocal left
            left -= sum(stream is None or (item.stream is stream and item.engine is None)
                        for item in ended)  # fmt: skip
            return left <= 0

        if stream is not None and stream not in self.positions():
            raise DebugError(f"stream {stream.name.lower()} has ended or is not used")
        return self._go(_FOREVER, enough)

    def advance(self, count: int = 1) -> Stop:
        """Goes on for ``count`` cycles (golden: steps), or until an earlier stop."""
        return self._go(count)

    def resume(self, limit: int | None = None) -> Stop:
        """Goes on until the next stop, for at most ``limit`` cycles."""
        return self._go(_FOREVER if limit is None else limit)

    def restart(self) -> None:
        """From the beginning, with the same inputs, breakpoints and watchpoints."""
        self._device.backend.clear()
        self._begin()

    def _go(self, limit: int, enough: Callable[[Sequence[Ended]], bool] | None = None) -> Stop:
        self.stop = self._next_stop(limit, enough)
        return self.stop

    def _next_stop(self, limit: int, enough: Callable[[Sequence[Ended]], bool] | None) -> Stop:
        inside = self._inside
        if not inside.running:
            return self.stop if self.stop and self.stop.is_over else self._over()
        breaks = [point for point in self.points.values() if isinstance(point, Breakpoint)]
        watches = {point: self._inside.read(point.place) for point in self.points.values()
                   if isinstance(point, Watchpoint)}  # fmt: skip
        moves = {stream for point in breaks for stream in point.streams}
        places = [point.place for point in watches]
        end = inside.cycle + limit
        ended: list[Ended] = []
        while True:
            now = inside.positions()
            self._seen, before = now, self._seen
            for point in breaks:
                found = arrived(point, before, now, ended if inside.unit == "step" else ())
                if found:
                    return self._at_break(point, found)
            for point, old in watches.items():
                new = inside.read(point.place)
                if new != old:
                    return self._at_change(point, old, new, ended)
            if enough is not None and ended and enough(ended):
                where = tuple((item.stream, item.pc) for item in ended)
                return Stop("step", described(self.program, ended), inside.cycle, where)
            if inside.cycle >= end:
                return Stop("limit", f"{limit} {inside.unit}s have passed", inside.cycle)
            try:
                ended = inside.advance(end - inside.cycle, ends=enough is not None, moves=moves,
                                       places=places)  # fmt: skip
            except GoldenError as error:
                return Stop("error", str(error), inside.cycle)
            if not inside.running:
                return self._over()

    def _at_break(self, point: Breakpoint, found: tuple[Instruction, ...]) -> Stop:
        names = ", ".join(f"{stream.name.lower()}:{pc}" for stream, pc in found)
        return Stop("break", f"breakpoint {point.number}, {names}", self.cycle, found, point.number)

    def _at_change(self, point: Watchpoint, old: bytes, new: bytes, ended: Sequence[Ended]) -> Stop:
        first = next(i for i, (was, now) in enumerate(zip(old, new, strict=True)) if was != now)
        place = point.place._replace(offset=point.place.offset + first, size=1)
        if self.unit == "step":
            writers = [(item.stream, item.pc) for item in ended]
        else:
            if self._writers is None:
                self._writers = Writers(self.program, self.inputs, self._model.address)
            writers = self._writers.of(place)
        count = sum(was != now for was, now in zip(old, new, strict=True))
        by = " or ".join(f"{stream.name.lower()}:{pc}" for stream, pc in writers)
        text = f"watchpoint {point.number}, {point.text}: byte {first} was 0x{old[first]:02x}"
        text += f", is 0x{new[first]:02x}; {count} changed"
        text += f", written by {by}" if by else ""
        detail = {"byte": first, "old": old[first], "new": new[first], "changed": count}
        return Stop("watch", text, self.cycle, tuple(writers), point.number, detail)

    def _over(self) -> Stop:
        status = self._device.backend.run(0).event
        if status == "trap":
            error = self._model.trap()
            detail = {"cause": error.cause.name, "address": error.address}
            return Stop("trap", str(error), self.cycle, ((error.stream, error.pc),), detail=detail)
        return Stop("done", "the program has ended", self.cycle)

    # Against golden.

    def find_difference(self, progress: Callable[[str], None] | None = None
                        ) -> FirstDifference | None:  # fmt: skip
        """Runs the program from its beginning on golden and, apart from this session, on another
        core of the target; the first instruction whose result differs, None if none does.

        Raises
        ------
        TinyneuronError
            The program is wrong in itself.
        """
        return find_first(self.program, self.inputs, lambda: self._opener(self.program.config),
                          watchdog=self._watchdog, progress=progress).difference  # fmt: skip

    def close(self) -> None:
        """Frees the target; harmless twice."""
        self._device.close()

    def __enter__(self) -> Debugger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _ranges(numbers: set[int]) -> str:
    """``3-5, 8``."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and number == parts[-1][-1] + 1:
            parts[-1][1:] = [number]
        else:
            parts.append([number])
    return ", ".join("-".join(map(str, part)) for part in parts)
