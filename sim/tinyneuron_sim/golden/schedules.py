"""One program under several schedules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.opcodes import Stream

from ..loader import MemoryWindow, load_and_start
from .backend import GoldenBackend
from .errors import GoldenError

__all__ = ["rehearse_schedules", "run_schedules"]


def rehearse_schedules(
    config: CoreConfig,
    streams: Mapping[Stream, Sequence[bytes]],
    *,
    prepare: Callable[[GoldenBackend], None] | None = None,
    seeds: Iterable[int] = range(8),
    runs: int = 1,
    windows: Sequence[MemoryWindow] | None = None,
    base: int | None = None,
) -> None:
    """The race check of :func:`run_schedules` for a fraction of its time: what instructions access
    is checked, nothing is computed, and so no results are compared. Registers are loaded from what
    memory holds at the start, or other registers were stored to.

    Parameters
    ----------
    streams: instructions of each stream.
    prepare: writes what says where transfers go, rings and lists, to a core that holds nothing.
    runs: how often each schedule runs the program, semaphores and registers left as they are.

    Raises
    ------
    GoldenError
        A schedule found an error, a trap included; the message names the seed.
    """
    with GoldenBackend(config, rehearses=True) as backend:
        for seed in seeds:
            backend.reschedule(seed)
            if prepare is not None:
                prepare(backend)
            for _ in range(runs):
                load_and_start(backend, streams, base, windows)
                try:
                    backend.run(1 << 62)
                except GoldenError as error:
                    raise GoldenError(f"schedule {seed}: {error}") from error
                if backend.trap is not None:
                    raise GoldenError(f"schedule {seed}: {backend.trap}")


def run_schedules(
    config: CoreConfig,
    streams: Mapping[Stream, Sequence[bytes]],
    outputs: Sequence[tuple[int, int]],
    *,
    prepare: Callable[[GoldenBackend], None] | None = None,
    seeds: Iterable[int] = range(8),
    windows: Sequence[MemoryWindow] | None = None,
    watchdog: int = 0,
    base: int | None = None,
) -> list[bytes]:
    """Runs a program once for each seed, on a fresh core, and compares.

    A race that one schedule's semaphore history hides shows in another: what a wait acquires from
    a semaphore that several threads add to depends on the order of the additions.

    Parameters
    ----------
    streams: instructions of each stream.
    outputs: (device address, bytes) of the results.
    prepare: writes the inputs to a fresh core.

    Returns the bytes of each output.

    Raises
    ------
    GoldenError
        A schedule found an error, or two schedules differ in an output or in the trap; the
        message names the seeds.
    """
    first: tuple[int, list[bytes], object] | None = None
    for seed in seeds:
        with GoldenBackend(config, schedule_seed=seed) as backend:
            if prepare is not None:
                prepare(backend)
            load_and_start(backend, streams, base, windows, watchdog)
            try:
                backend.run(1 << 62)
            except GoldenError as error:
                raise GoldenError(f"schedule {seed}: {error}") from error
            trap = backend.trap
            results = [backend.memory_read(address, size) for address, size in outputs]
        if first is None:
            first = seed, results, trap
            continue
        if trap != first[2]:
            raise GoldenError(
                f"schedules {first[0]} and {seed} end differently: {first[2]}, {trap}"
            )
        for (address, size), mine, theirs in zip(outputs, results, first[1], strict=True):
            if mine != theirs:
                at = next(i for i in range(size) if mine[i] != theirs[i])
                raise GoldenError(
                    f"schedules {first[0]} and {seed} differ at device address 0x{address + at:x}"
                )
    if first is None:
        raise ValueError("run_schedules needs at least one seed")
    return first[1]
