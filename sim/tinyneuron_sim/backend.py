"""The one interface between a driver and an execution target.

The runtime, the command line and the end-to-end tests speak to a core only through
:class:`Backend`: control registers, device memory, run until something happens.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Protocol, runtime_checkable

from tinyneuron_hw.config import CoreConfig, get_config
from tinyneuron_hw.isa.opcodes import Stream

__all__ = [
    "DMA_SOURCE",
    "KNOWN_TARGETS",
    "TARGETS",
    "WAVEFORM_SUFFIXES",
    "Backend",
    "BackendError",
    "Progress",
    "RunResult",
    "TargetError",
    "TraceEvent",
    "is_memory",
    "open_backend",
]  # fmt: skip

Progress = Callable[[int], None]
"""Called now and then during :meth:`Backend.run` with the cycles run so far in that call."""

DMA_SOURCE = 16
"""``TraceEvent.source`` of DMA engine 0."""


class BackendError(Exception):
    """A target cannot do what it was asked; the message names the target and the reason."""


class TargetError(BackendError, ValueError):
    """No such target, or one that cannot be used here."""


@dataclass(frozen=True)
class RunResult:
    """Why :meth:`Backend.run` came back, and the cycles it ran."""

    event: Literal["done", "trap", "timeout"]
    cycles: int


@dataclass(frozen=True)
class TraceEvent:
    """Start or end of an instruction or a DMA transfer.

    ``source`` 0 ... 4 is a stream's engine (or its sequencer, for control instructions), 16 + e
    is DMA engine e; for DMA ``stream`` and ``pc`` name the instruction that started the transfer.
    """

    cycle: int
    source: int
    stream: Stream
    kind: Literal["start", "end"]
    pc: int


@runtime_checkable
class Backend(Protocol):
    """A core and its device memory on one execution target.

    Also a context manager that closes itself. Attributes: ``config``, the core's configuration;
    ``target``, the name given to :func:`open_backend`.
    """

    config: CoreConfig
    target: str

    def csr_read(self, address: int) -> int:
        """The 32-bit register at a byte address of ``isa.csr``."""
        ...

    def csr_write(self, address: int, value: int) -> None:
        """Writes a 32-bit register."""
        ...

    def memory_read(self, address: int, size: int) -> bytes:
        """``size`` bytes of device memory, past the core, or of the host's memory at its address
        for the core; bytes never written read as 0."""
        ...

    def memory_write(self, address: int, data: bytes) -> None:
        """Writes device memory, past the core, or the host's."""
        ...

    def run(self, max_cycles: int, progress: Progress | None = None) -> RunResult:
        """Runs until the core is done or trapped, or ``max_cycles`` more cycles have passed.

        After a ``timeout`` another call goes on where this one stopped. A core that is not
        running returns at once with its last event: ``trap`` or ``done``.
        """
        ...

    @property
    def interrupt(self) -> bool:
        """The interrupt line: a level, see CSR INTERRUPT_STATUS."""
        ...

    def trace_events(self) -> list[TraceEvent]:
        """Events since the last START, in cycle order."""
        ...

    def reset(self) -> None:
        """Resets the core as CSR CONTROL.RESET does; device memory keeps its bytes."""
        ...

    def clear(self) -> None:
        """Resets the core and clears its memories, as CSR CONTROL.CLEAR does: nothing of the
        programs before can be read afterwards. Device memory keeps its bytes."""
        ...

    def close(self) -> None:
        """Frees the target. Calling it twice is harmless."""
        ...

    def __enter__(self) -> Backend: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None: ...  # fmt: skip


TARGETS: dict[str, str] = {
    "golden": "tinyneuron_sim.golden.backend:GoldenBackend",
    "verilator": "tinyneuron_sim.rtl.verilator:VerilatorBackend",
    "icarus": "tinyneuron_sim.rtl.icarus:IcarusBackend",
    "pysim": "tinyneuron_sim.rtl.pysim:PysimBackend",
}
"""Target -> ``module:class``, imported when it is opened; called with (config, **options)."""

WAVEFORM_SUFFIXES = {"verilator": ".fst", "icarus": ".fst", "pysim": ".vcd"}
"""Target -> suffix of the waveform files it writes."""

KNOWN_TARGETS = ("golden", "verilator", "icarus", "pysim", "perf")
"""Every target name the project has planned; those outside ``TARGETS`` cannot be opened yet."""


def is_memory(config: CoreConfig, address: int, size: int) -> bool:
    """Whether these bytes are device memory, or all are the host's."""
    return size >= 0 and any(
        low <= address and address + size <= high for low, high in config.memory_ranges
    )


def open_backend(target: str, config: str | CoreConfig, **options: Any) -> Backend:
    """Opens ``config`` (a preset's name or a :class:`CoreConfig`) on ``target``.

    ``options`` go to the target: golden takes ``schedule_seed``, ``check_races`` and
    ``instruction_limit``; the RTL targets take ``waveform``, the file to write one to (FST, on
    pysim VCD).

    Raises
    ------
    TargetError
        The name is unknown, or known but not available, or the target has no such option.
    ConfigError
        Unknown configuration.
    """
    available = f"available: {', '.join(sorted(TARGETS))}"
    if target not in TARGETS:
        what = "is not available yet" if target in KNOWN_TARGETS else "is unknown"
        raise TargetError(f"target {target!r} {what}; {available}")
    module_name, _, attribute = TARGETS[target].partition(":")
    try:
        factory = getattr(importlib.import_module(module_name), attribute)
    except ModuleNotFoundError as error:
        raise TargetError(
            f"target {target!r} is not available: no module {error.name!r}; {available}"
        ) from error
    known = inspect.signature(factory).parameters
    for option in options:
        if option not in known:
            raise TargetError(
                f"target {target!r} has no option {option!r}; it has: {', '.join([*known][1:])}"
            )
    return factory(get_config(config), **options)
