"""The part of an RTL target that does not depend on the simulator."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.csr import Csr
from tinyneuron_hw.isa.opcodes import Stream

from ..backend import (
    WAVEFORM_SUFFIXES,
    BackendError,
    Progress,
    RunResult,
    TraceEvent,
    is_memory,
)
from ..loader import CONTROL_CLEAR, CONTROL_RESET, CONTROL_START
from .driver import ChipDriver
from .probes import Probe

__all__ = ["RESET_CYCLES", "RtlBackend", "open_waveform_file"]

RESET_CYCLES = 4
"""Cycles the reset input is high before the first use of a chip."""
_POLL_CYCLES = 1024
"""Cycles between two looks at STATUS when the interrupt line cannot tell that the core stopped."""
_RESET_LIMIT = 1_000_000
_QUIET_CYCLES = 64
"""Cycles without a trace event after which none is left in the chip."""

_RUNNING, _TRAPPED, _RESETTING = 1, 4, 8
_BOTH_INTERRUPTS = 3
_KINDS = ("start", "end")


class RtlBackend:
    """A chip behind the ``Backend`` interface, on any simulator.

    Parameters
    ----------
    config:
        The core's configuration.
    target:
        Name of the target, for messages.
    driver:
        The chip, fresh from reset; closed with the backend.

    Attributes
    ----------
    simulated_cycles, simulated_seconds:
        Cycles and wall time spent in :meth:`run`.
    """

    def __init__(self, config: CoreConfig, target: str, driver: ChipDriver):
        self.config = config
        self.target = target
        self.simulated_cycles = 0
        self.simulated_seconds = 0.0
        self._driver: ChipDriver | None = driver

    @property
    def sim_khz(self) -> float:
        """Simulated kilocycles per second of wall time, over all runs; 0 before the first."""
        if not self.simulated_seconds:
            return 0.0
        return self.simulated_cycles / self.simulated_seconds / 1000

    def csr_read(self, address: int) -> int:
        response, value = self._open().csr_read(address)
        self._check(response, f"reading CSR {address:#05x}")
        return value

    def csr_write(self, address: int, value: int) -> None:
        if not 0 <= value < 1 << 32:
            raise BackendError(f"CSR {address:#05x}: value must have 32 bits, not {value:#x}")
        driver = self._open()
        starts = address == Csr.CONTROL and value & CONTROL_START
        if starts and not self.csr_read(Csr.STATUS) & _RUNNING:
            driver.drain_events(_QUIET_CYCLES)
            driver.clear_events()
        self._check(driver.csr_write(address, value), f"writing CSR {address:#05x}")

    def memory_read(self, address: int, size: int) -> bytes:
        self._check_range(address, size)
        return self._open().memory_read(address, size)

    def memory_write(self, address: int, data: bytes) -> None:
        self._check_range(address, len(data))
        self._open().memory_write(address, bytes(data))

    def run(self, max_cycles: int, progress: Progress | None = None) -> RunResult:
        if max_cycles < 0:
            raise BackendError(f"max_cycles must not be negative, not {max_cycles}")
        driver = self._open()
        first, began = driver.cycles, time.perf_counter()
        status = self.csr_read(Csr.STATUS)
        if not status & _RUNNING:
            return RunResult(_event(status), 0)
        # An interrupt that is enabled and not pending rises when the core stops: then nothing
        # but the clock runs in between. Otherwise STATUS is read now and then.
        enabled = self.csr_read(Csr.INTERRUPT_ENABLE) & _BOTH_INTERRUPTS == _BOTH_INTERRUPTS
        exact = enabled and not driver.interrupt
        try:
            while True:
                left = max_cycles - (driver.cycles - first)
                if left <= 0:
                    status = self.csr_read(Csr.STATUS)
                    event = "timeout" if status & _RUNNING else _event(status)
                    return RunResult(event, driver.cycles - first)
                # A notification may have raised the line for good.
                rises = exact and not driver.interrupt
                self._run(left if rises else min(left, _POLL_CYCLES), first, progress)
                ran = driver.cycles - first
                if not exact or driver.interrupt:
                    status = self.csr_read(Csr.STATUS)
                    if not status & _RUNNING:
                        return RunResult(_event(status), ran)
        finally:
            self.simulated_cycles += driver.cycles - first
            self.simulated_seconds += time.perf_counter() - began

    def _run(self, limit: int, first: int, progress: Progress | None) -> None:
        """Runs until the interrupt line rises or ``limit`` cycles have passed, and shows progress,
        counted from cycle ``first``. Where the slices end makes no difference to the chip."""
        driver = self._open()
        end = driver.cycles + limit
        rose = False
        while not rose and driver.cycles < end:
            rose = driver.run(min(driver.slice_cycles, end - driver.cycles))
            if progress is not None:
                progress(driver.cycles - first)

    @property
    def interrupt(self) -> bool:
        return self._open().interrupt

    def trace_events(self) -> list[TraceEvent]:
        driver = self._open()
        if not self.csr_read(Csr.STATUS) & _RUNNING:
            driver.drain_events(_QUIET_CYCLES)
        events = [
            TraceEvent(cycle=event.cycle, source=event.source, stream=Stream(event.stream),
                       kind=_KINDS[event.kind], pc=event.pc)
            for event in driver.events()
        ]  # fmt: skip
        return sorted(events, key=lambda event: event.cycle)

    def reset(self) -> None:
        self._reset(CONTROL_RESET)

    def clear(self) -> None:
        self._reset(CONTROL_CLEAR)

    def _reset(self, command: int) -> None:
        self.csr_write(Csr.CONTROL, command)
        driver = self._open()
        first = driver.cycles
        while self.csr_read(Csr.STATUS) & _RESETTING:
            if driver.cycles - first > _RESET_LIMIT:
                raise BackendError(f"reset has not ended after {_RESET_LIMIT} cycles")
        driver.drain_events(_QUIET_CYCLES)
        driver.clear_events()

    def memory_flip(self, address: int, mask: int) -> None:
        """Inverts bits of device memory, as a fault does: of the 64-bit word at ``address`` and,
        from bit 64 of ``mask`` on, of its check bits."""
        self._check_range(address, 8)
        if self.config.memory == "fixed":
            raise BackendError("memory with a fixed latency has no check bits")
        self._open().memory_flip(address, mask)

    def peek(self, probe: Probe, rows: int = 1) -> list[int]:
        """The bits of a probe and of the rows behind it; no cycle passes."""
        return self._open().peek(probe, rows)

    def peek_memory(self, address: int, size: int) -> bytes:
        """As :meth:`memory_read`, but without the writes that the memory controller still holds;
        no cycle passes."""
        self._check_range(address, size)
        return self._open().peek_memory(address, size)

    def run_until(self, limit: int, *, pulses: Sequence[Probe] = (), rows: Sequence[Probe] = (),
                  memory: Sequence[tuple[int, int]] = (),
                  progress: Progress | None = None) -> int:  # fmt: skip
        """Runs exactly ``limit`` cycles, without a control access, or until an earlier event of
        :meth:`.ChipDriver.run_until`; the cycles run."""
        driver = self._open()
        first, began = driver.cycles, time.perf_counter()
        happened = False
        while not happened and driver.cycles - first < limit:
            part = min(driver.slice_cycles, limit - (driver.cycles - first))
            happened = driver.run_until(part, pulses, rows, memory)
            if progress is not None:
                progress(driver.cycles - first)
        self.simulated_cycles += driver.cycles - first
        self.simulated_seconds += time.perf_counter() - began
        return driver.cycles - first

    def start_log(self) -> None:
        """Begins a log of the memory port; see ``memory_channels.py``, ``memory_device.py``."""
        self._open().start_log()

    def log(self) -> list[str]:
        """Lines of the log so far."""
        return self._open().log()

    def close(self) -> None:
        driver, self._driver = self._driver, None
        if driver is not None:
            driver.close()

    def __enter__(self) -> RtlBackend:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        self.close()

    def __del__(self) -> None:
        with contextlib.suppress(AttributeError):  # __init__ did not get far
            self.close()

    def _open(self) -> ChipDriver:
        if self._driver is None:
            raise BackendError(f"target {self.target!r} is closed")
        return self._driver

    def _check(self, response: int | None, what: str) -> None:
        if response is None:
            raise BackendError(f"{what}: the chip gives no answer")
        if response:
            raise BackendError(f"{what}: the chip answers with error response {response}")

    def _check_range(self, address: int, size: int) -> None:
        if not is_memory(self.config, address, size):
            limit = self.config.device_memory_bytes
            raise BackendError(
                f"device memory has {limit:#x} bytes; no access of {size} bytes at {address:#x}"
            )


def _event(status: int) -> Any:
    return "trap" if status & _TRAPPED else "done"


_FORMATS = {".fst": "FST", ".vcd": "VCD"}


def open_waveform_file(target: str, waveform: str | Path) -> Path:
    """Makes the file a waveform goes to, so that a path that cannot be written is noticed early.

    Raises
    ------
    BackendError
        It cannot be written, or its name promises another format than what ``target`` writes.
    """
    path, suffix = Path(waveform), WAVEFORM_SUFFIXES[target]
    if path.suffix in _FORMATS and path.suffix != suffix:
        raise BackendError(
            f"target {target!r} writes {_FORMATS[suffix]} waveforms: "
            f"name the file *{suffix}, not {path.name!r}"
        )
    try:
        path.open("wb").close()
    except OSError as error:
        raise BackendError(f"cannot write waveform {str(path)!r}: {error.strerror}") from None
    return path.resolve()
