"""What is ordered before what: the generator's own happens-before relation.

Threads are numbered as golden's race detector does: the streams, then a chain of transfers for
each pair of queue and issuing stream. Every access that conflicts with an earlier one of another
thread gets a semaphore between them, so programs have no races by construction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.opcodes import Stream

from .draw import Use
from .listing import Item
from .semaphores import Event

__all__ = ["Node", "Order", "chain_of", "thread_count"]

_STREAMS = len(Stream)


def thread_count(config: CoreConfig) -> int:
    """Threads of a core."""
    return _STREAMS * (1 + config.dma_engines)


def chain_of(queue: int, stream: Stream) -> int:
    """Thread of the transfers that a stream issues to a queue."""
    return _STREAMS * (1 + queue) + stream.value


@dataclass(eq=False)
class Node:
    """Something a thread did. ``item`` is the instruction whose update tells of it, if one can.

    ``clock`` counts, for each thread, the nodes that are ordered before it, itself included.
    """

    thread: int
    index: int
    clock: np.ndarray
    item: Item | None
    event: Event | None = None

    def covers(self, thread: int, index: int) -> bool:
        """Whether a node of a thread is ordered before it."""
        return bool(self.clock[thread] >= index)


class Order:
    """The relation inside one scope (a program, or one pass of a loop).

    Attributes
    ----------
    clocks:
        What each stream's next instruction has before it.
    """

    def __init__(self, threads: int, size: int):
        self.clocks = {stream: np.zeros(threads, np.int64) for stream in Stream}
        self._nodes: list[list[Node]] = [[] for _ in range(threads)]
        self._all: list[Node] = []
        self._last_write = np.full(size, -1, np.int32)
        self._last_read: dict[int, np.ndarray] = {}

    def nodes(self, thread: int) -> list[Node]:
        """Nodes of a thread, oldest first; node n has index n + 1."""
        return self._nodes[thread]

    def needs(self, use: Use) -> dict[int, int]:
        """Thread -> index of the last node that must come before an access."""
        found: dict[int, int] = {}
        touched = np.concatenate([use.reads, use.writes])
        for number in np.unique(self._last_write[touched]):
            if number >= 0:
                node = self._all[number]
                found[node.thread] = max(found.get(node.thread, 0), node.index)
        for thread, indexes in self._last_read.items():
            newest = int(indexes[use.writes].max(initial=0))
            if newest:
                found[thread] = max(found.get(thread, 0), newest)
        return found

    def uncovered(self, stream: Stream, needs: dict[int, int]) -> dict[int, int]:
        """The needs that a stream's next instruction does not have yet."""
        clock = self.clocks[stream]
        return {thread: index for thread, index in needs.items() if clock[thread] < index}

    def add(self, thread: int, clock: np.ndarray, use: Use, item: Item | None) -> Node:
        """Records what a thread does next."""
        index = len(self._nodes[thread]) + 1
        clock[thread] = index
        node = Node(thread, index, clock.copy(), item)
        self._nodes[thread].append(node)
        self._last_write[use.writes] = len(self._all)
        self._all.append(node)
        if len(use.reads):
            if thread not in self._last_read:
                self._last_read[thread] = np.zeros_like(self._last_write)
            self._last_read[thread][use.reads] = index
        return node

    def add_transfer(self, queue: int, stream: Stream, use: Use, item: Item) -> Node:
        """Records a transfer that ``stream`` has just issued."""
        thread = chain_of(queue, stream)
        clock = self.clocks[stream].copy()
        if self._nodes[thread]:
            np.maximum(clock, self._nodes[thread][-1].clock, out=clock)
        return self.add(thread, clock, use, item)

    def acquire(self, stream: Stream, node: Node) -> None:
        """The stream has waited for a node."""
        np.maximum(self.clocks[stream], node.clock, out=self.clocks[stream])
