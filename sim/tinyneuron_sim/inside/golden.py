"""Inside the golden model."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tinyneuron_hw.isa.opcodes import Space, Stream

from ..backend import DMA_SOURCE, Progress
from ..golden.backend import GoldenBackend
from .view import Ended, Place

__all__ = ["GoldenInside"]


class GoldenInside:
    """See :class:`.Inside`. An instruction is executed whole or not at all."""

    unit = "step"

    def __init__(self, backend: GoldenBackend):
        self.config = backend.config
        self._backend = backend
        self._core = backend.core

    @property
    def cycle(self) -> int:
        return self._core.counters["cycles"]

    @property
    def running(self) -> bool:
        return self._core.running

    def positions(self) -> dict[Stream, int]:
        return {stream: sequencer.pc for stream, sequencer in self._core.sequencers.items()
                if not sequencer.halted}  # fmt: skip

    def registers(self, stream: Stream) -> list[int]:
        return list(self._core.sequencers[stream].registers)

    def semaphores(self) -> list[int]:
        return list(self._core.semaphores.values)

    def read(self, place: Place) -> bytes:
        machine = self._core.machine
        if place.space is None:
            return machine.device.read_bytes(place.offset, place.size)
        memory = machine.sbuf if place.space is Space.SBUF else machine.psum
        start = place.partition * memory.partition_bytes + place.offset
        return memory.read_bytes(start, place.size)

    def advance(self, limit: int, *, ends: bool = False, moves: Collection[Stream] = (),
                places: Sequence[Place] = (), progress: Progress | None = None
                ) -> list[Ended]:  # fmt: skip
        before = len(self._core.events)
        if limit > 0:
            self._backend.run(1)
        return [
            Ended(stream, pc, source - DMA_SOURCE if source >= DMA_SOURCE else None)
            for _, source, stream, kind, pc in self._core.events[before:]
            if kind == "end"
        ]
