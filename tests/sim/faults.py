"""Golden with a known fault, in place of hardware that has one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.opcodes import Opcode
from tinyneuron_sim.backend import Progress, RunResult
from tinyneuron_sim.golden import core
from tinyneuron_sim.golden.backend import GoldenBackend
from tinyneuron_sim.golden.errors import GoldenError

Patch = Callable[[], contextlib.AbstractContextManager[Any]]


class FaultyBackend(GoldenBackend):
    """Golden that runs with ``patch`` in force."""

    target = "faulty"

    def __init__(self, config: CoreConfig, patch: Patch):
        super().__init__(config, check_races=False)
        self._patch = patch

    def run(self, max_cycles: int, progress: Progress | None = None) -> RunResult:
        with self._patch():
            try:
                return super().run(max_cycles, progress)
            except GoldenError:  # where hardware would wait for ever
                return RunResult("timeout", max_cycles)


def wrong_executor(opcode: Opcode, wrong: Callable[[Callable, Any, Any], None]) -> Patch:
    """``wrong(right, machine, prepared)`` runs in place of an opcode's executor."""

    @contextlib.contextmanager
    def patch() -> Iterator[None]:
        right = core.EXECUTORS[opcode]
        core.EXECUTORS[opcode] = lambda machine, prepared: wrong(right, machine, prepared)
        try:
            yield
        finally:
            core.EXECUTORS[opcode] = right

    return patch
