"""A core on one execution target, and the programs loaded on it.

::

    with tn.open_device("verilator", "default") as device:
        model = device.load(program)
        result = model.run({"lhs": lhs, "rhs": rhs})
        result.outputs["out"], result.cycles
"""

from __future__ import annotations

import bisect
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tinyneuron_hw.config import INSTRUCTION_BYTES, CoreConfig
from tinyneuron_hw.isa.csr import COUNTERS, Csr, Trap, counter_address
from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_sim.backend import Backend, TraceEvent, open_backend
from tinyneuron_sim.loader import CONTROL_START, MemoryWindow, csr_values

from ..program.disassembler import instruction_text
from ..program.program import Program, TensorSpec
from .dtypes import numpy_dtype
from .errors import DeviceMemoryError, InputError, RunTimeoutError, TinyneuronError, TrapError

__all__ = ["DEFAULT_WATCHDOG", "Device", "Model", "RunResult", "open_device"]

DEFAULT_WATCHDOG = 100_000
"""Cycles without progress after which a core traps."""

_PAGE = 4096
_TENSOR_ALIGNMENT = 64
_SLICE = 1_000_000_000
_INTERRUPTS = 0b11


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
        The core's counters by name (``isa.csr.COUNTERS``).
    wall_s:
        Seconds the target took.
    trace:
        Start and end of every instruction and transfer.
    """

    outputs: dict[str, np.ndarray]
    cycles: int | None
    counters: dict[str, int]
    wall_s: float
    trace: list[TraceEvent] = field(repr=False, default_factory=list)

    @property
    def sim_khz(self) -> float | None:
        """Simulated kilocycles per second."""
        return self.cycles / self.wall_s / 1e3 if self.cycles and self.wall_s else None


class _Arena:
    """Free ranges of device memory, first fit."""

    def __init__(self, size: int):
        self._free = [(0, size)]

    def take(self, size: int, what: str) -> int:
        for index, (start, length) in enumerate(self._free):
            if length >= size:
                self._free[index : index + 1] = (
                    [(start + size, length - size)] if length > size else []
                )
                return start
        largest = max((length for _, length in self._free), default=0)
        raise DeviceMemoryError(
            f"{what} needs {size} bytes of device memory; the largest free range has {largest}"
        )

    def give(self, start: int, size: int) -> None:
        bisect.insort(self._free, (start, size))
        merged: list[tuple[int, int]] = []
        for begin, length in self._free:
            if merged and merged[-1][0] + merged[-1][1] == begin:
                merged[-1] = (merged[-1][0], merged[-1][1] + length)
            else:
                merged.append((begin, length))
        self._free = merged


def _round_up(value: int, unit: int) -> int:
    return -(-value // unit) * unit


class Device:
    """One core. Several models can be loaded; one runs at a time.

    Parameters
    ----------
    target:
        ``golden``, ``verilator``, ...
    config:
        A preset's name or a configuration.
    options:
        Passed to the target (see :func:`tinyneuron_sim.backend.open_backend`).
    """

    def __init__(self, target: str, config: str | CoreConfig = "default", **options: Any):
        self.backend: Backend = open_backend(target, config, **options)
        self.config = self.backend.config
        self.target = target
        self._arena = _Arena(self.config.device_memory_bytes)

    def load(self, program: Program) -> Model:
        """Places a program's code and tensors in device memory.

        Raises
        ------
        TinyneuronError
            The program was compiled for another configuration.
        DeviceMemoryError
            It does not fit.
        """
        program.validate()
        if _hardware(program.config) != _hardware(self.config):
            raise TinyneuronError(
                f"program was compiled for config {program.config.name!r}, "
                f"the device is {self.config.name!r}"
            )
        return Model(self, program)

    def close(self) -> None:
        """Frees the target; harmless twice."""
        self.backend.close()

    def __enter__(self) -> Device:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _hardware(config: CoreConfig) -> CoreConfig:
    """The parts of a configuration that a program depends on."""
    return config.with_changes(
        name="any", memory_latency=1, pe_latency=1, fetch_buffer=16, queue_depth=4,
        dma_buffer_beats=128,
    )  # fmt: skip


def open_device(
    target: str = "verilator", config: str | CoreConfig = "default", **options: Any
) -> Device:
    """A :class:`Device`; use it in a ``with`` statement."""
    return Device(target, config, **options)


class Model:
    """A loaded program. Made by :meth:`Device.load`."""

    def __init__(self, device: Device, program: Program):
        self.device = device
        self.program = program
        self._ranges: list[tuple[int, int]] = []
        try:
            self._place()
        except DeviceMemoryError:
            self.unload()
            raise
        code = program.relocated(self._addresses)
        backend = device.backend
        for stream, address in self._entries.items():
            backend.memory_write(address, code[stream])
        for name, data in program.constants.items():
            backend.memory_write(self._addresses[name], data)

    def _place(self) -> None:
        specs = self.program.tensors
        readable = [spec for spec in specs if spec.kind in ("input", "constant")]
        writable = [spec for spec in specs if spec.kind in ("output", "scratch")]
        self._addresses: dict[str, int] = {}
        self._windows: list[MemoryWindow] = []
        code_bytes = {
            stream: _round_up(len(items) * INSTRUCTION_BYTES, _PAGE)
            for stream, items in self.program.streams.items()
        }
        base = self._take(sum(code_bytes.values()), "the program's code")
        self._windows.append(MemoryWindow(base, sum(code_bytes.values()), False, False, True))
        self._entries: dict[Stream, int] = {}
        for stream, size in code_bytes.items():
            self._entries[stream] = base
            base += size
        for group, is_written in ((readable, False), (writable, True)):
            sizes = [_round_up(spec.nbytes, _TENSOR_ALIGNMENT) for spec in group]
            if not group:
                continue
            base = self._take(_round_up(sum(sizes), _PAGE), "the program's tensors")
            self._windows.append(MemoryWindow(base, sum(sizes), True, is_written, False))
            for spec, size in zip(group, sizes, strict=True):
                self._addresses[spec.name] = base
                base += size

    def _take(self, size: int, what: str) -> int:
        start = self.device._arena.take(size, what)
        self._ranges.append((start, size))
        return start

    def unload(self) -> None:
        """Frees the device memory; harmless twice. The model cannot run afterwards."""
        for start, size in self._ranges:
            self.device._arena.give(start, size)
        self._ranges = []

    def write(self, name: str, array: np.ndarray) -> None:
        """Sets an input tensor.

        Raises
        ------
        InputError
            No such input, or shape or dtype differ; names tensor, expected and given.
        """
        spec = self._spec(name, "input")
        array = np.asarray(array)
        expected = numpy_dtype(spec.dtype)
        if array.dtype != expected:
            raise InputError(f"input {name!r} must be {expected}, not {array.dtype}")
        if array.shape != spec.shape:
            raise InputError(f"input {name!r} must have shape {spec.shape}, not {array.shape}")
        raw = np.ascontiguousarray(array).tobytes()
        self.device.backend.memory_write(self._addresses[name], raw)

    def read(self, name: str) -> np.ndarray:
        """An output tensor as an array."""
        spec = self._spec(name, "output")
        raw = self.device.backend.memory_read(self._addresses[name], spec.nbytes)
        return np.frombuffer(raw, dtype=numpy_dtype(spec.dtype)).reshape(spec.shape).copy()

    def _spec(self, name: str, kind: str) -> TensorSpec:
        specs = {spec.name: spec for spec in self.program.of_kind(kind)}
        if name not in specs:
            raise InputError(
                f"program has no {kind} {name!r}; it has: {', '.join(specs) or 'none'}"
            )
        return specs[name]

    def run(
        self,
        inputs: Mapping[str, np.ndarray] | None = None,
        *,
        max_cycles: int | None = None,
        watchdog: int = DEFAULT_WATCHDOG,
        progress: Callable[[int], None] | None = None,
        trace: bool = False,
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
            Whether to collect the trace events.

        Raises
        ------
        InputError
            Inputs missing, unknown, or of the wrong shape or dtype; nothing has run then.
        TrapError, RunTimeoutError
            The core stopped, or did not.
        """
        if not self._ranges:
            raise TinyneuronError("the model was unloaded")
        inputs = dict(inputs or {})
        missing = [spec.name for spec in self.program.of_kind("input") if spec.name not in inputs]
        if missing:
            raise InputError(f"missing input: {', '.join(missing)}")
        for name in inputs:
            self._spec(name, "input")
        for name, array in inputs.items():
            self.write(name, array)
        backend = self.device.backend
        # From reset, a program takes the same cycles every time, whatever ran before it.
        backend.reset()
        registers = csr_values(self.program.streams, self._entries, self._windows, watchdog)
        for address, value in registers.items():
            backend.csr_write(address, value)
        # The interrupt line tells a target when the core stops, without polling.
        backend.csr_write(Csr.INTERRUPT_STATUS, _INTERRUPTS)
        backend.csr_write(Csr.INTERRUPT_ENABLE, _INTERRUPTS)
        backend.csr_write(Csr.CONTROL, CONTROL_START)
        begin = time.perf_counter()
        event = backend.run(max_cycles or _SLICE, progress).event
        while event == "timeout" and max_cycles is None:
            event = backend.run(_SLICE, progress).event
        wall = time.perf_counter() - begin
        if event == "trap":
            raise self._trap()
        if event == "timeout":
            backend.reset()
            raise RunTimeoutError(f"the program was still running after {max_cycles} cycles")
        counters = {name: self._counter(name) for name in COUNTERS}
        return RunResult(
            outputs={spec.name: self.read(spec.name) for spec in self.program.of_kind("output")},
            cycles=None if self.device.target == "golden" else counters["cycles"],
            counters=counters,
            wall_s=wall,
            trace=backend.trace_events() if trace else [],
        )

    def _counter(self, name: str) -> int:
        address = counter_address(name)
        backend = self.device.backend
        return backend.csr_read(address) | backend.csr_read(address + 4) << 32

    def _trap(self) -> TrapError:
        backend = self.device.backend
        cause = Trap(backend.csr_read(Csr.TRAP_CAUSE))
        stream = Stream(backend.csr_read(Csr.TRAP_STREAM))
        pc = backend.csr_read(Csr.TRAP_PC)
        address = backend.csr_read(Csr.TRAP_ADDRESS_LO) | (
            backend.csr_read(Csr.TRAP_ADDRESS_HI) << 32
        )
        instructions = self.program.streams.get(stream, [])
        text = instruction_text(instructions[pc]) if pc < len(instructions) else "past the end"
        backend.reset()
        return TrapError(
            f"trap {cause.name} in stream {stream.name.lower()} at instruction {pc} "
            f"({text[:200]}), address 0x{address:x}{self._source(stream, pc)}",
            cause=cause, stream=stream, pc=pc, address=address,
        )  # fmt: skip

    def _source(self, stream: Stream, pc: int) -> str:
        lines = self.program.metadata.get("source", {}).get(stream.name, [])
        if pc >= len(lines) or not lines[pc]:
            return ""
        return f", from {self.program.metadata.get('file', 'kernel')}:{lines[pc]}"
