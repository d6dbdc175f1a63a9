"""Inside a chip in a simulator."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tinyneuron_hw.config import NUM_REGISTERS, NUM_SEMAPHORES
from tinyneuron_hw.isa.csr import position_address
from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_hw.sequencer.ports import TraceEvent, TraceKind

from ..backend import Progress
from ..rtl import probes
from ..rtl.backend import RtlBackend
from ..rtl.probes import Probe
from .view import Ended, Place

__all__ = ["RtlInside"]

_PC_MASK = 0xFF_FFFF


class RtlInside:
    """See :class:`.Inside`.

    No cycle passes while something is read: signals and memories are looked at through the
    simulator. Both interrupts must be enabled and none pending when the program starts.
    """

    unit = "cycle"

    def __init__(self, backend: RtlBackend):
        self.config = backend.config
        self._backend = backend
        self._streams = {stream: probes.ended(stream) for stream in Stream}
        self._engines = [probes.transfer_ended(e) for e in range(self.config.dma_engines)]
        self._final: int | None = None

    @property
    def cycle(self) -> int:
        return self._peek(probes.CYCLE) if self._final is None else self._final

    @property
    def running(self) -> bool:
        if self._backend.interrupt and self._final is None:
            self._final = self.cycle  # the counter goes on
        return self._final is None

    def positions(self) -> dict[Stream, int]:
        if self.running:
            words = {stream: self._peek(probes.position(stream)) for stream in Stream}
        else:
            read = self._backend.csr_read
            words = {stream: read(position_address(stream.value)) for stream in Stream}
        return {stream: word & _PC_MASK for stream, word in words.items() if word}

    def registers(self, stream: Stream) -> list[int]:
        written = self._peek(probes.registers_written(stream))
        values = self._backend.peek(probes.registers(stream), NUM_REGISTERS)
        return [value if written >> i & 1 else 0 for i, value in enumerate(values)]

    def semaphores(self) -> list[int]:
        written = self._peek(probes.SEMAPHORES_WRITTEN)
        values = self._backend.peek(probes.SEMAPHORES, NUM_SEMAPHORES)
        return [value if written >> i & 1 else 0 for i, value in enumerate(values)]

    def read(self, place: Place) -> bytes:
        if place.space is None:
            return self._backend.peek_memory(place.offset, place.size)
        found = list(probes.lines(self.config, place.space, place.partition, place.offset,
                                  place.size))  # fmt: skip
        data = b"".join(line.data(self._peek(line.probe)) for line in found)
        start = place.offset - found[0].offset if found else 0
        return data[start : start + place.size]

    def advance(self, limit: int, *, ends: bool = False, moves: Collection[Stream] = (),
                places: Sequence[Place] = (), progress: Progress | None = None
                ) -> list[Ended]:  # fmt: skip
        rows = [probes.position(stream) for stream in moves]
        for place in places:
            if place.space is not None:
                held = probes.lines(self.config, place.space, place.partition, place.offset,
                                    place.size)  # fmt: skip
                rows += [line.probe for line in held]
        memory = [(place.offset, place.size) for place in places if place.space is None]
        pulses = [valid for valid, _ in (*self._streams.values(), *self._engines)] if ends else []
        while self.running and limit > 0:
            limit -= self._backend.run_until(limit, pulses=pulses, rows=rows, memory=memory,
                                             progress=progress)  # fmt: skip
            found = self._ended() if ends else []
            if found or not ends or rows or memory:
                return found
        return []

    def _ended(self) -> list[Ended]:
        found = [Ended(stream, self._peek(pc)) for stream, (valid, pc) in self._streams.items()
                 if self._peek(valid)]  # fmt: skip
        for engine, (valid, payload) in enumerate(self._engines):
            if self._peek(valid):
                event = TraceEvent.from_bits(self._peek(payload))
                if event.kind is TraceKind.END:
                    found.append(Ended(Stream(event.stream), event.pc, engine))
        return found

    def _peek(self, probe: Probe) -> int:
        return self._backend.peek(probe)[0]
