"""Happens-before: which accesses of different threads are ordered.

Threads are the five streams and, for DMA, one chain for each pair of queue and issuing stream:
transfers of one chain run in the order they were issued. Each thread has a vector clock; shadow
memory holds, for every byte and thread, the clock of the thread's last read and last write.
An access races when another thread's conflicting access is newer than what this thread has
acquired from it.

Semaphores are memory too: two operations on one race when their order decides what a wait sees
(``_CLASHES``). Additions commute, and so do waits; scalar registers belong to one stream.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field

import numpy as np

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.opcodes import Stream, UpdateMode, WaitMode

from .access import byte_offsets, strided
from .errors import GoldenError
from .memory import Footprint, Memory

__all__ = ["RaceDetector", "Where"]

_CLASHES: dict[str, tuple[str, ...]] = {
    "waits for": ("takes from", "subtracts from", "sets"),
    "waits for equality of": ("takes from", "adds to", "subtracts from", "sets"),
    "takes from": ("waits for", "waits for equality of", "subtracts from", "sets"),
    "adds to": ("waits for equality of", "sets"),
    "subtracts from": ("waits for", "waits for equality of", "takes from", "sets"),
    "sets": ("waits for", "waits for equality of", "takes from", "adds to", "subtracts from",
             "sets"),
}  # fmt: skip
"""What an operation on a semaphore does -> operations of others it must be ordered with."""
_WAITS = {
    WaitMode.EQUAL: "waits for equality of",
    WaitMode.GREATER_EQUAL: "waits for",
    WaitMode.GREATER_EQUAL_SUBTRACT: "takes from",
}
_UPDATES = {
    UpdateMode.ADD: "adds to",
    UpdateMode.SUBTRACT: "subtracts from",
    UpdateMode.SET: "sets",
}

_STREAMS = len(Stream)
_REMEMBERED = 1 << 14
"""Finished transfers kept for each chain; older ones no longer order other streams' transfers."""


@dataclass(frozen=True)
class Where:
    """An instruction or transfer, as messages name it."""

    stream: Stream
    pc: int
    text: object
    """Anything whose ``str`` describes the instruction; formatted only for a message."""
    queue: int | None = None

    def __str__(self) -> str:
        queue = "" if self.queue is None else f" (DMA queue {self.queue})"
        return f"{self.stream.name} pc {self.pc}{queue} `{self.text}`"


@dataclass
class _Accesses:
    """One thread's last accesses of one kind to one memory: a clock for each byte of a page."""

    newest: int = 0
    pages: dict[int, np.ndarray] = field(default_factory=dict)

    def record(self, footprint: Footprint, clock: int) -> None:
        self.newest = clock
        for piece in footprint.pieces:
            page = self.pages.get(piece.page)
            if page is None:
                size = footprint.memory.page_bytes
                page = self.pages[piece.page] = np.zeros(size, dtype=np.int32)
            strided(page, piece.offset, piece.dims)[...] = clock

    def newer_than(self, footprint: Footprint, clock: int) -> tuple[int, int] | None:
        """Address and clock of the first byte accessed after ``clock``."""
        if self.newest <= clock:
            return None
        for piece in footprint.pieces:
            page = self.pages.get(piece.page)
            if page is None:
                continue
            view = strided(page, piece.offset, piece.dims)
            if view.max() > clock:
                position = int(np.argmax(view.reshape(-1) > clock))
                offset = piece.offset + int(byte_offsets(piece.dims)[position])
                address = piece.page * footprint.memory.page_bytes + offset
                return address, int(page[offset])
        return None


_Shadow = dict[Memory, dict[int, _Accesses]]
"""Accesses of one kind by memory and thread."""


class RaceDetector:
    """Vector clocks and shadow memory of one program's run."""

    def __init__(self, config: CoreConfig):
        self.threads = _STREAMS * (1 + config.dma_engines)
        self.restart()

    def restart(self) -> None:
        """A program starts: everything before is ordered before it."""
        self._clocks = np.zeros((self.threads, self.threads), dtype=np.int64)
        self._history: list[list[Where]] = [[] for _ in range(self.threads)]
        self._reads: _Shadow = defaultdict(lambda: defaultdict(_Accesses))
        self._writes: _Shadow = defaultdict(lambda: defaultdict(_Accesses))
        self._queues: dict[int, dict[Stream, deque[tuple[int, np.ndarray]]]] = {}
        self._semaphores: dict[int, dict[str, dict[int, int]]] = {}

    def begin(self, thread: int, where: Where, acquired: np.ndarray | None) -> None:
        """The thread's next instruction starts, having acquired a clock."""
        if acquired is not None:
            self.acquire(thread, acquired)
        self._clocks[thread][thread] += 1
        self._history[thread].append(where)

    def clock(self, thread: int) -> np.ndarray:
        """Copy of the thread's clock: what it releases."""
        return self._clocks[thread].copy()

    def acquire(self, thread: int, clock: np.ndarray) -> None:
        """What the clock counts is ordered before what the thread does next."""
        np.maximum(self._clocks[thread], clock, out=self._clocks[thread])

    def begin_transfer(self, queue: int, where: Where, issued: np.ndarray) -> int:
        """A DMA transfer starts, ordered after its issue and after every transfer of its queue
        that was certainly issued earlier. Returns its thread."""
        thread = self._chain(queue, where.stream)
        acquired = issued.copy()
        for stream, finished in self._queues.get(queue, {}).items():
            for issue, clock in reversed(finished):
                if issue <= issued[stream.value]:
                    np.maximum(acquired, clock, out=acquired)
                    break
        self.begin(thread, where, acquired)
        done = (int(issued[where.stream.value]), self.clock(thread))
        finished = self._queues.setdefault(queue, {})
        finished.setdefault(where.stream, deque(maxlen=_REMEMBERED)).append(done)
        return thread

    @staticmethod
    def _chain(queue: int, stream: Stream) -> int:
        return _STREAMS * (1 + queue) + stream.value

    def read(self, thread: int, footprint: Footprint) -> None:
        """Raises GoldenError unless every write to these bytes is ordered before the thread."""
        self._require(thread, footprint, self._writes, "reads", "writes")
        self._reads[footprint.memory][thread].record(footprint, self._now(thread))

    def write(self, thread: int, footprint: Footprint) -> None:
        """Raises GoldenError unless every access to these bytes is ordered before the thread."""
        self._require(thread, footprint, self._writes, "writes", "writes")
        self._require(thread, footprint, self._reads, "writes", "reads")
        self._writes[footprint.memory][thread].record(footprint, self._now(thread))

    def wait(self, thread: int, mode: WaitMode, index: int, value: int) -> None:
        """Raises GoldenError unless what decides the wait is ordered with the thread, which has
        acquired the updates it waited for."""
        # A semaphore is always at least 0.
        if mode is not WaitMode.NONE and (value or mode is WaitMode.EQUAL):
            self._operate(thread, index, _WAITS[mode])

    def update(self, thread: int, mode: UpdateMode, index: int) -> None:
        """Raises GoldenError unless every operation that this one could disturb is ordered before
        the thread."""
        if mode is not UpdateMode.NONE:
            self._operate(thread, index, _UPDATES[mode])

    def _operate(self, thread: int, index: int, does: str) -> None:
        operations = self._semaphores.setdefault(index, {})
        clock = self._clocks[thread]
        for did in _CLASHES[does]:
            for other, when in operations.get(did, {}).items():
                if other != thread and when > clock[other]:
                    raise GoldenError(
                        f"race on semaphore {index}: {self._history[thread][-1]} {does} what "
                        f"{self._history[other][when - 1]} {did}, and no semaphore orders them"
                    )
        operations.setdefault(does, {})[thread] = self._now(thread)

    def _now(self, thread: int) -> int:
        return int(self._clocks[thread][thread])

    def _require(
        self, thread: int, footprint: Footprint, shadow: _Shadow, does: str, did: str
    ) -> None:
        memory = footprint.memory
        clock = self._clocks[thread]
        for other, accesses in shadow[memory].items():
            hit = None
            if other != thread:
                hit = accesses.newer_than(footprint, int(clock[other]))
            if hit is None:
                continue
            address, when = hit
            raise GoldenError(
                f"race on {memory.place(address)}: {self._history[thread][-1]} {does} what "
                f"{self._history[other][when - 1]} {did}, and no semaphore orders them"
            )
