"""A case on golden: the state afterwards, the steps that led there, and which of it is certain.

A trap stops the core at once, so what runs beside the trapping instruction may or may not have
happened. Golden runs such a case a second time with the trap put off until nothing else can step:
what then was written by steps that are not ordered before the trap is uncertain, the rest is not.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from tinyneuron_hw.config import NUM_SEMAPHORES, CoreConfig
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import (
    DMA_OPCODES,
    REGISTER_MOVES,
    Opcode,
    Space,
    Stream,
    UpdateMode,
    WaitMode,
)
from tinyneuron_hw.isa.roles import PATTERNS

from ..golden.access import ByteDims, byte_offsets
from ..golden.backend import GoldenBackend
from ..golden.core import Step
from ..golden.errors import GoldenError
from ..golden.indexed import far_reach
from ..golden.region import DeviceRegion, Region
from .bench import Bench, Outcome, TrapState
from .case import Case, Extent

__all__ = ["Certainty", "InvalidProgram", "Opener", "Reference", "run_reference", "written_regions"]

Opener = Callable[..., GoldenBackend]
"""Opens golden, or something that behaves like it, with the options of :class:`GoldenBackend`."""


class InvalidProgram(GoldenError):  # noqa: N818  (it is the program that is wrong)
    """Golden finds what hardware cannot: a race, an uninitialised read, an overlap, a deadlock."""


@dataclass
class Certainty:
    """What the architecture determines, in the shapes of an :class:`Outcome`."""

    device: list[np.ndarray]
    sbuf: np.ndarray
    psum: np.ndarray
    semaphores: np.ndarray
    streams: set[Stream]
    """Those whose registers are determined."""


@dataclass
class Reference:
    """Golden's outcome, its steps in order of execution, and what of the outcome is certain."""

    outcome: Outcome
    steps: list[Step]
    certain: Certainty


@dataclass
class _Recorder:
    """Observes a case's own steps, and puts one step off if asked to."""

    hold: tuple[Stream | int, int] | None = None
    """Thread and index, among its steps, of the one to put off."""
    active: bool = False
    steps: list[Step] = field(default_factory=list)
    _counts: dict[Stream | int, int] = field(default_factory=dict)

    @contextlib.contextmanager
    def __call__(self) -> Iterator[None]:
        self.active = True
        self.steps.clear()
        self._counts.clear()
        try:
            yield
        finally:
            self.active = False

    def observe(self, step: Step) -> None:
        if self.active:
            self.steps.append(step)

    def schedule(self, threads: Sequence[Stream | int]) -> Stream | int:
        """The first thread that is not held; all of what can run before the held step does."""
        free = [t for t in threads if self.hold != (t, self._counts.get(t, 0))]
        chosen = (free or threads)[0]
        self._counts[chosen] = self._counts.get(chosen, 0) + 1
        return chosen


def run_reference(case: Case, *, seed: int = 0, opener: Opener = GoldenBackend) -> Reference:
    """Runs a case on golden, under the schedule of ``seed``.

    Raises
    ------
    InvalidProgram
        The program is wrong in a way that only golden sees.
    """
    recorder = _Recorder()
    outcome = _run(case, recorder, opener, schedule_seed=seed)
    certain = _all_certain(case)
    steps = list(recorder.steps)
    if outcome.trap is not None:
        certain.streams.clear()  # a stream may be ahead of the instruction that waits or traps
        _doubt(case, recorder, outcome, opener, certain)
    return Reference(outcome, steps, certain)


def _run(case: Case, recorder: _Recorder, opener: Opener, **options: object) -> Outcome:
    # A queue's instructions take no time on golden: a bound on its steps is a bound on loops.
    bench = Bench(functools.partial(opener, case.config, observer=recorder.observe, **options),
                  recording=recorder, max_cycles=1 << 40)  # fmt: skip
    try:
        with bench:
            return bench.run(case)
    except GoldenError as error:
        raise InvalidProgram(str(error)) from error


def _all_certain(case: Case) -> Certainty:
    config = case.config
    return Certainty(
        [np.ones(size, np.bool_) for _, size in case.watched],
        np.ones((config.partitions, case.sbuf.size), np.bool_),
        np.ones((config.columns, case.psum.size), np.bool_),
        np.ones(NUM_SEMAPHORES, np.bool_),
        set(case.streams),
    )


def _doubt(case: Case, recorder: _Recorder, outcome: Outcome, opener: Opener,
           certain: Certainty) -> None:  # fmt: skip
    """Takes from ``certain`` what does not happen before the trap for sure."""
    assert outcome.trap is not None
    if outcome.trap.cause is Trap.WATCHDOG:
        return  # everything that can happen has
    late = _Recorder(hold=_trapping_thread(recorder.steps, outcome.trap))
    _run(case, late, opener, schedule=late.schedule)
    last = late.steps[-1] if late.steps else None
    trapped = last if last is not None and _is(last, outcome.trap) else None
    # A fetch that traps is no step: it comes after the whole of its stream.
    own = (step for step in reversed(late.steps) if step.thread == outcome.trap.stream.value)
    end = trapped or next(own, None)
    for step in late.steps:
        before = 0 if end is None else end.clock[step.thread]
        moves = step.queue is not None or step.prepared.opcode in REGISTER_MOVES
        cut_short = step is trapped and moves
        if step.clock[step.thread] > before or cut_short:
            _mark(case, step, certain)


def _is(step: Step, trap: TrapState) -> bool:
    return (step.stream, step.pc) == (trap.stream, trap.pc)


def _trapping_thread(steps: Sequence[Step], trap: TrapState) -> tuple[Stream | int, int]:
    """The thread that traps and how many steps it has made before."""
    last = steps[-1] if steps else None
    trapped = last is not None and _is(last, trap)
    if last is not None and trapped and last.queue is not None:
        return last.queue, sum(step.queue == last.queue for step in steps) - 1
    own = sum(step.queue is None and step.stream is trap.stream for step in steps)
    return trap.stream, own - int(trapped)


def written_regions(step: Step, config: CoreConfig) -> list[Region | DeviceRegion]:
    """What a step writes in memory; of a scatter all that it might."""
    prepared = step.prepared
    if step.error is not None or prepared.opcode is None:
        return []
    if prepared.opcode in DMA_OPCODES and step.queue is None:
        return []  # only issued
    roles = PATTERNS.get(prepared.opcode, ())
    found: list[Region | DeviceRegion] = [
        prepared.regions[role.path] for role in roles if role.is_write
    ]
    if prepared.opcode is Opcode.DMA_SCATTER:
        reach = far_reach(config, prepared)
        return [] if reach is None else [reach]
    if prepared.fields.get("dst.list"):
        return [*found, *step.buffers]
    return found + [region for path, region in prepared.devices.items() if path == "dst"]


def _mark(case: Case, step: Step, certain: Certainty) -> None:
    for region in written_regions(step, case.config):
        if isinstance(region, DeviceRegion):
            addresses = region.address + byte_offsets(region.dims)
            for (base, size), mask in zip(case.watched, certain.device, strict=True):
                inside = (addresses >= base) & (addresses < base + size)
                mask[addresses[inside] - base] = False
        else:
            in_psum = region.space is Space.PSUM
            mask = certain.psum if in_psum else certain.sbuf
            columns = _columns(region.dims, region.offset, case.psum if in_psum else case.sbuf)
            mask[region.start : region.start + region.partitions, columns] = False
    _mark_semaphores(step, certain)


def _mark_semaphores(step: Step, certain: Certainty) -> None:
    prepared = step.prepared
    mode, index, _ = prepared.wait
    if step.queue is None and mode is WaitMode.GREATER_EQUAL_SUBTRACT:
        certain.semaphores[index] = False
    fields = prepared.fields
    if fields and fields["header.update.mode"] is not UpdateMode.NONE:
        certain.semaphores[fields["header.update.semaphore"]] = False


def _columns(dims: ByteDims, offset: int, extent: Extent) -> np.ndarray:
    columns = byte_offsets(dims) + offset - extent.offset
    return columns[(columns >= 0) & (columns < extent.size)]
