"""The check behind :mod:`.overlap`: passes of a loop's body, played with their semaphores."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.opcodes import Stream

from .carried import Member, Need
from .dependencies import QUEUE_THREADS
from .semaphores import Clock, Wait
from .verify import VerifyError

__all__ = ["verify_passes"]

_PASSES = 3
"""From the second on every pass is like the one before."""


def verify_passes(
    members: Sequence[Member], conflicts: Sequence[Need], waits: Mapping[int, Sequence[Wait]],
    updates: Mapping[tuple[int, bool], Sequence[int]], credits: Mapping[int, int],
    config: CoreConfig, said: Container[int] = (),
) -> None:  # fmt: skip
    """Plays passes of a body, a loop inside as one member of it: all end, every conflict is kept by
    what the semaphores imply, no transfer is under way behind them, and every semaphore ends as it
    began.

    Parameters
    ----------
    waits:
        Member -> what it takes.
    updates:
        Member, and whether a NOP behind it -> the semaphores that get 1.
    credits:
        Semaphore -> what is in it before the first pass.
    said:
        Members whose end behind the last pass a loop around this one waits for.

    Raises
    ------
    VerifyError
        One of these does not hold.
    """
    play = _Play(members, conflicts, waits, updates, credits, config)
    streams = {member.stream: [] for member in members}
    for number in range(_PASSES):
        for at, member in enumerate(members):
            streams[member.stream].append((number, at))
    cursors = dict.fromkeys(streams, 0)
    moved = True
    while moved:
        moved = False
        for stream, steps in streams.items():
            while cursors[stream] < len(steps) and play.step(*steps[cursors[stream]]):
                cursors[stream] += 1
                moved = True
    for stream, steps in streams.items():
        if cursors[stream] < len(steps):
            where = members[steps[cursors[stream]][1]].instr
            raise VerifyError(f"line {where.line}: {stream.name} never ends")
    left = {s: len(play.given[s]) - 1 - play.taken[s] for s in credits}
    if left != dict(credits):
        raise VerifyError(f"semaphores begin at {dict(credits)} and end at {left}")
    play.check_end(said)


class _Play:
    """State of the streams."""

    def __init__(
        self, members: Sequence[Member], conflicts: Sequence[Need],
        waits: Mapping[int, Sequence[Wait]], updates: Mapping[tuple[int, bool], Sequence[int]],
        credits: Mapping[int, int], config: CoreConfig,
    ):  # fmt: skip
        self.members, self.waits, self.updates = members, waits, updates
        self.needs: dict[int, list[Need]] = {}
        for need in conflicts:
            self.needs.setdefault(need.after, []).append(need)
        nothing = [0] * (QUEUE_THREADS + config.dma_engines)
        self.known: dict[Stream, Clock] = {m.stream: list(nothing) for m in members}
        self.queues: dict[int, Clock] = {}
        self.done = list(nothing)
        self.position: dict[tuple[int, int], int] = {}
        self.given = {s: [nothing] * (1 + credit) for s, credit in credits.items()}
        """What is known once so many were added."""
        self.taken = dict.fromkeys(credits, 0)
        self.waited: dict[int, int] = {}
        """Waits of a member that are over, when it cannot start yet."""

    def step(self, number: int, at: int) -> bool:
        """Runs a member of a pass, if its waits end."""
        member = self.members[at]
        know = self.known[member.stream]
        pending = self.waits.get(at, ())
        for wait in pending[self.waited.pop(at, 0) :]:
            reached = self.taken[wait.semaphore] + wait.value
            if reached >= len(self.given[wait.semaphore]):
                self.waited[at] = pending.index(wait)
                return False
            self.taken[wait.semaphore] = reached
            know[:] = map(max, know, self.given[wait.semaphore][reached])
        self._check(number, at, know)
        thread = member.thread
        self.done[thread] += 1
        self.position[number, at] = self.done[thread]
        clock = list(know)
        if member.is_transfer:
            clock = list(map(max, know, self.queues.get(thread, know)))
        clock[thread] = self.done[thread]
        if member.is_transfer:
            self.queues[thread] = clock
        else:
            know[thread] = self.done[thread]
        for by_nop in (False, True):
            for semaphore in self.updates.get((at, by_nop), ()):
                given = self.given[semaphore]
                given.append(list(map(max, given[-1], clock)))
        return True

    def check_end(self, said: Container[int]) -> None:
        """Once all that was added is taken, every transfer of the body itself is over."""
        clocks = [*self.known.values(), *(given[-1] for given in self.given.values())]
        known = [max(column) for column in zip(*clocks, strict=True)]
        for at, member in enumerate(self.members):
            if at in said:
                last = self.position[_PASSES - 1, at]
                known[member.thread] = max(known[member.thread], last)
        for at, member in enumerate(self.members):
            last = self.position[_PASSES - 1, at]
            if member.is_transfer and member.region is None and last > known[member.thread]:
                raise VerifyError(f"line {member.instr.line}: may be under way behind the loop")

    def _check(self, number: int, at: int, know: Clock) -> None:
        for need in self.needs.get(at, ()):
            before = number - need.distance
            thread = self.members[need.first].thread
            if before >= 0 and self.position.get((before, need.first), 1 << 62) > know[thread]:
                line = self.members[need.first].instr.line
                raise VerifyError(f"line {self.members[at].instr.line}: may start before line "
                                  f"{line} is over, {need.distance} passes before")  # fmt: skip
