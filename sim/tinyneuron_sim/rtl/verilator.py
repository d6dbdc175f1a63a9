"""The RTL compiled by Verilator, as an execution target."""

from __future__ import annotations

import contextlib
import ctypes
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.csr import Csr
from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_hw.verilog import VerilogDesign

from ..backend import BackendError, Progress, RunResult, TraceEvent
from .build import build_chip
from .source import verilog_of

__all__ = ["VerilatorBackend"]

_SLICE = 8192
"""Cycles between two looks at Python: progress, Ctrl-C."""
_POLL_SLICE = 1024
"""The same when the interrupt line cannot tell and STATUS is read instead."""
_RESET_CYCLES = 4
_RESET_LIMIT = 1_000_000
_QUIET_CYCLES = 64
"""Cycles without a trace event after which none is left in the chip."""

_RUNNING, _TRAPPED, _RESETTING = 1, 4, 8
_BOTH_INTERRUPTS = 3
_START, _RESET = 1, 2
_KINDS = ("start", "end")


class _Event(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("cycle", "source", "stream", "kind", "pc")]


class VerilatorBackend:
    """A chip in Verilator, with its device memory, behind the ``Backend`` interface.

    Parameters
    ----------
    config:
        The core's configuration.
    waveform:
        File to write an FST waveform of the whole session to (a separate, slower build).
    design:
        Verilog of a top with the ports of ``Chip``; by default the configuration's ``chip``.

    Attributes
    ----------
    simulated_cycles, simulated_seconds:
        Cycles and wall time spent in :meth:`run`.

    Raises
    ------
    MissingToolError, BuildError
        The model cannot be built.
    """

    def __init__(self, config: CoreConfig, *, waveform: str | Path | None = None,
                 design: VerilogDesign | None = None):  # fmt: skip
        self.config = config
        self.target = "verilator"
        self.simulated_cycles = 0
        self.simulated_seconds = 0.0
        library = build_chip(design or verilog_of(config, "chip"), config,
                             waveform=waveform is not None)  # fmt: skip
        self._library = _load(library)
        self._chip: int | None = self._library.tn_create(config.memory_latency)
        if waveform is not None:
            self._open_waveform(Path(waveform))
        self._library.tn_reset(self._chip, _RESET_CYCLES)

    @property
    def sim_khz(self) -> float:
        """Simulated kilocycles per second of wall time, over all runs; 0 before the first."""
        if not self.simulated_seconds:
            return 0.0
        return self.simulated_cycles / self.simulated_seconds / 1000

    def csr_read(self, address: int) -> int:
        value = ctypes.c_uint32()
        answer = self._library.tn_csr_read(self._open(), address, ctypes.byref(value))
        self._check(answer, f"reading CSR {address:#05x}")
        return value.value

    def csr_write(self, address: int, value: int) -> None:
        if not 0 <= value < 1 << 32:
            raise BackendError(f"CSR {address:#05x}: value must have 32 bits, not {value:#x}")
        starts = address == Csr.CONTROL and value & _START
        if starts and not self.csr_read(Csr.STATUS) & _RUNNING:
            self._library.tn_drain_events(self._chip, _QUIET_CYCLES)
            self._library.tn_clear_events(self._chip)
        answer = self._library.tn_csr_write(self._open(), address, value)
        self._check(answer, f"writing CSR {address:#05x}")

    def memory_read(self, address: int, size: int) -> bytes:
        self._check_range(address, size)
        buffer = ctypes.create_string_buffer(size)
        self._library.tn_memory_read(self._open(), address, buffer, size)
        return buffer.raw

    def memory_write(self, address: int, data: bytes) -> None:
        self._check_range(address, len(data))
        self._library.tn_memory_write(self._open(), address, bytes(data), len(data))

    def run(self, max_cycles: int, progress: Progress | None = None) -> RunResult:
        if max_cycles < 0:
            raise BackendError(f"max_cycles must not be negative, not {max_cycles}")
        chip = self._open()
        first, began = self._cycles(), time.perf_counter()
        status = self.csr_read(Csr.STATUS)
        if not status & _RUNNING:
            return RunResult(_event(status), 0)
        # An interrupt that is enabled and not pending rises when the core stops: then nothing
        # but the clock runs in between. Otherwise STATUS is read now and then.
        enabled = self.csr_read(Csr.INTERRUPT_ENABLE) & _BOTH_INTERRUPTS == _BOTH_INTERRUPTS
        exact = enabled and not self._library.tn_interrupt(chip)
        try:
            while True:
                done = self._cycles() - first
                if done >= max_cycles:
                    status = self.csr_read(Csr.STATUS)
                    event = "timeout" if status & _RUNNING else _event(status)
                    return RunResult(event, self._cycles() - first)
                self._library.tn_run(chip, min(_SLICE if exact else _POLL_SLICE, max_cycles - done))
                ran = self._cycles() - first
                if not exact or self._library.tn_interrupt(chip):
                    status = self.csr_read(Csr.STATUS)
                    if not status & _RUNNING:
                        return RunResult(_event(status), ran)
                if progress is not None:
                    progress(ran)
        finally:
            self.simulated_cycles += self._cycles() - first
            self.simulated_seconds += time.perf_counter() - began

    def trace_events(self) -> list[TraceEvent]:
        chip = self._open()
        if not self.csr_read(Csr.STATUS) & _RUNNING:
            self._library.tn_drain_events(chip, _QUIET_CYCLES)
        count = self._library.tn_event_count(chip)
        events = [
            TraceEvent(cycle=event.cycle, source=event.source, stream=Stream(event.stream),
                       kind=_KINDS[event.kind], pc=event.pc)
            for event in self._library.tn_events(chip)[:count]
        ]  # fmt: skip
        return sorted(events, key=lambda event: event.cycle)

    def reset(self) -> None:
        self.csr_write(Csr.CONTROL, _RESET)
        first = self._cycles()
        while self.csr_read(Csr.STATUS) & _RESETTING:
            if self._cycles() - first > _RESET_LIMIT:
                raise BackendError(f"reset has not ended after {_RESET_LIMIT} cycles")
        self._library.tn_drain_events(self._open(), _QUIET_CYCLES)
        self._library.tn_clear_events(self._open())

    def start_log(self) -> None:
        """Begins a log of the memory port; see ``memory_device.py``."""
        self._library.tn_log_start(self._open())

    def log(self) -> list[str]:
        """Lines of the log so far."""
        return self._library.tn_log(self._open()).decode().splitlines()

    def close(self) -> None:
        if self._chip is not None:
            self._library.tn_destroy(self._chip)
            self._chip = None

    def __enter__(self) -> VerilatorBackend:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        self.close()

    def __del__(self) -> None:
        with contextlib.suppress(AttributeError):  # __init__ did not get far
            self.close()

    def _open_waveform(self, path: Path) -> None:
        try:
            path.open("wb").close()  # the writer itself does not report a path it cannot write
        except OSError as error:
            self.close()
            raise BackendError(f"cannot write waveform {str(path)!r}: {error.strerror}") from None
        self._library.tn_waveform_open(self._open(), str(path).encode())

    def _open(self) -> int:
        if self._chip is None:
            raise BackendError("target 'verilator' is closed")
        return self._chip

    def _cycles(self) -> int:
        return self._library.tn_cycles(self._open())

    def _check(self, answer: int, what: str) -> None:
        if answer < 0:
            raise BackendError(f"{what}: the chip gives no answer")
        if answer:
            raise BackendError(f"{what}: the chip answers with error response {answer}")

    def _check_range(self, address: int, size: int) -> None:
        limit = self.config.device_memory_bytes
        if address < 0 or size < 0 or address + size > limit:
            raise BackendError(
                f"device memory has {limit:#x} bytes; no access of {size} bytes at {address:#x}"
            )


def _event(status: int) -> Any:
    return "trap" if status & _TRAPPED else "done"


def _load(path: Path) -> Any:
    library = ctypes.CDLL(str(path))
    chip, u32, u64 = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint64
    text, data = ctypes.c_char_p, ctypes.c_char_p
    for name, result, *arguments in (
        ("tn_create", chip, u32),
        ("tn_destroy", None, chip),
        ("tn_reset", None, chip, u32),
        ("tn_cycles", u64, chip),
        ("tn_interrupt", ctypes.c_int, chip),
        ("tn_csr_read", ctypes.c_int, chip, u32, ctypes.POINTER(u32)),
        ("tn_csr_write", ctypes.c_int, chip, u32, u32),
        ("tn_run", u64, chip, u64),
        ("tn_drain_events", None, chip, u32),
        ("tn_memory_read", None, chip, u64, data, u64),
        ("tn_memory_write", None, chip, u64, data, u64),
        ("tn_event_count", u64, chip),
        ("tn_events", ctypes.POINTER(_Event), chip),
        ("tn_clear_events", None, chip),
        ("tn_log_start", None, chip),
        ("tn_log", text, chip),
        ("tn_waveform_open", None, chip, text),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
