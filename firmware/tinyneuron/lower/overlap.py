"""Loops whose passes overlap.

Each two threads and streams of a body that have to keep an order have a semaphore of their own. The
thread adds 1 with every member that is waited for; the stream takes down with each wait what its
members need more than those before them (``GREATER_EQUAL_SUBTRACT``). So counts stay small however
often a loop runs, and whoever is ahead is so by as much as the order allows. What is needed of the
pass before is there for the first pass too: as many as that are added before the loop, and taken
back behind it, which also says that everything is over.

What a loop inside needs is waited for before it. Its instructions say in its last pass that they
are over: what they add is a register, 0 in all other passes. Where that cannot be, a NOP behind the
loop says it. Its own passes go on counting from one pass of the loop around it to the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tinyneuron_hw.config import NUM_SEMAPHORES
from tinyneuron_hw.isa.opcodes import (
    CONTROL_OPCODES,
    REGISTER_MOVES,
    Condition,
    Opcode,
    Stream,
    UpdateMode,
)

from .affine import Forms
from .carried import Member, Need, NotPossibleError, conflicts_of, needs_of
from .control import Block, Node
from .flags import Flags
from .ir import Instr, Module, Region, RegionKind, Register
from .semaphores import Entry, Wait
from .verify_passes import verify_passes

__all__ = ["Overlapped", "loop_fields", "overlap"]


@dataclass
class Overlapped:
    """Streams of a loop whose passes overlap: what stands before it, it, and what stands behind."""

    before: dict[Stream, list[Entry]] = field(default_factory=dict)
    streams: dict[Stream, list[Entry]] = field(default_factory=dict)
    after: dict[Stream, list[Entry]] = field(default_factory=dict)


def overlap(module: Module, node: Node, forms: Forms) -> Overlapped | None:
    """The streams of a loop, or None where its passes cannot overlap: there is a branch in it, a
    transfer of a loop that may run 0 times is needed outside that, two streams need a transfer in
    one loop inside, or semaphores run out."""
    writer = _Writer(module, forms, node.region)
    try:
        writer.result.streams = writer.loop(node)
    except NotPossibleError:
        return None
    return writer.result


Key: TypeAlias = tuple[int, Stream]
"""The thread that adds to a semaphore, and the stream that takes from it."""


@dataclass
class _Count:
    """What adds to one semaphore in a pass, and what has to be waited for."""

    events: set[tuple[int, bool]] = field(default_factory=set)
    """Members, and whether a NOP behind it adds in its place."""
    needs: list[tuple[int, tuple[int, bool], int]] = field(default_factory=list)
    """Member that waits, event, distance."""

    def takes(self, heads: Sequence[int]) -> tuple[dict[int, int], int]:
        """What is taken where (``heads``: for each member, the one that waits for it), and what is
        there for the first pass."""
        ranks = {event: rank for rank, event in enumerate(sorted(self.events), 1)}
        total = len(ranks)
        reached = sorted((heads[after], ranks[event] - distance * total)
                         for after, event, distance in self.needs)  # fmt: skip
        taken = credit = max(rank for _, rank in reached) - total
        found: dict[int, int] = {}
        for after, rank in reached:
            if rank > taken:
                found[after] = found.get(after, 0) + rank - taken
                taken = rank
        return found, -credit


class _Writer:
    """Builds the streams from the outside in."""

    def __init__(self, module: Module, forms: Forms, outermost: Region):
        self.module, self.forms, self.outermost = module, forms, outermost
        self.semaphores = 0
        self.flags = Flags(module)
        self.reserved: dict[Instr, tuple[int, Register]] = {}
        """Instructions that a loop around their own waits for: semaphore, and what they add."""
        self.result = Overlapped()

    def loop(self, node: Node) -> dict[Stream, list[Entry]]:
        """A loop with its body."""
        region = node.region
        if region.kind is not RegionKind.LOOP:
            raise NotPossibleError
        bodies = self._body(node.blocks[0], region)
        found: dict[Stream, list[Entry]] = {}
        for stream in region.streams:
            body = [*self.flags.entries(region, stream), *bodies[stream]]
            head = Entry(0, opcode=Opcode.LOOP, fields=loop_fields(region, stream),
                         line=region.line)  # fmt: skip
            head.fields["body"] = len(body)
            found[stream] = [head, *body]
        return found

    def _body(self, block: Block, region: Region) -> dict[Stream, list[Entry]]:
        members: list[Member] = []
        for item in block.items:
            if isinstance(item, Node):
                members += self._inside(item, item.region)
            else:
                members += [Member(self.module.instructions[at]) for at in item]
        waits, updates = self._order(members, region)
        loops = {
            item.region: self.loop(item)
            for item in block.items if isinstance(item, Node) and item.region.streams
        }  # fmt: skip
        return self._streams(members, loops, waits, updates)

    def _inside(self, node: Node, region: Region) -> Iterator[Member]:
        for block in node.blocks:
            for item in block.items:
                if isinstance(item, Node):
                    yield from self._inside(item, region)
                else:
                    for at in item:
                        yield Member(self.module.instructions[at], region, node.region)

    def _order(
        self, members: list[Member], region: Region
    ) -> tuple[dict[int, list[Wait]], dict[tuple[int, bool], list[int]]]:
        """Waits of members, and the semaphores that members, or NOPs behind them, add to."""
        config = self.module.config
        conflicts = conflicts_of(members, self.forms, region, self.outermost)
        said = {at for at, member in enumerate(members) if member.instr in self.reserved}
        needs = needs_of(members, conflicts, config, said)
        waits: dict[int, list[Wait]] = {}
        updates: dict[tuple[int, bool], list[int]] = {}
        credits: dict[int, int] = {}
        heads = _heads(members)
        for (_, stream), count in self._counts(members, needs, said).items():
            semaphore = self._semaphore()
            for event in count.events:
                updates.setdefault(event, []).append(semaphore)
                member = members[event[0]]
                if member.region is not None and not event[1]:
                    flag = self.flags.of(member)
                    assert flag is not None
                    self.reserved[member.instr] = semaphore, flag
            takes, credit = count.takes(heads)
            credits[semaphore] = credit
            for at, value in takes.items():
                waits.setdefault(at, []).append(Wait(semaphore, value, takes=True))
            if credit:
                given = Entry(0, update=(UpdateMode.ADD, semaphore, credit))
                self.result.before.setdefault(stream, []).append(given)
                back = Entry(0, wait=Wait(semaphore, credit, takes=True))
                self.result.after.setdefault(stream, []).append(back)
        verify_passes(members, conflicts, waits, updates, credits, config, said)
        return waits, updates

    def _semaphore(self) -> int:
        if self.semaphores == NUM_SEMAPHORES:
            raise NotPossibleError
        self.semaphores += 1
        return self.semaphores - 1

    def _counts(
        self, members: Sequence[Member], needs: Sequence[Need], said: Iterable[int]
    ) -> dict[Key, _Count]:
        """What each semaphore counts. A member adds to one, and ``said`` ones to that of a loop
        around this one; what is needed for another stream too is said by a later member of its
        thread, or by a NOP."""
        groups: dict[tuple[int, Key], list[Need]] = {}
        for need in needs:
            key = members[need.first].thread, members[need.after].stream
            groups.setdefault((need.first, key), []).append(need)
        hosts: dict[int, Key | None] = dict.fromkeys(said)
        for at, key in groups:
            hosts.setdefault(at, key)
        counts: dict[Key, _Count] = {}
        for (at, key), found in sorted(groups.items(), key=lambda item: item[0][0]):
            event, closer = self._event(members, hosts, at, key, found)
            count = counts.setdefault(key, _Count())
            count.events.add(event)
            count.needs += [(need.after, event, need.distance - closer) for need in found]
        return counts

    def _event(
        self, members: Sequence[Member], hosts: dict[int, Key | None], at: int, key: Key,
        needs: Sequence[Need],
    ) -> tuple[tuple[int, bool], int]:  # fmt: skip
        """What says that a member is over, and 1 if that happens in the next pass only. It comes
        before all that wait for it in the order of the kernel, so that no two streams wait for each
        other."""
        member = members[at]
        if member.region is not None:
            return self._event_inside(members, hosts, at, key), 0
        if hosts[at] == key:
            return (at, False), 0
        for closer in (0, 1):
            if any(need.distance < closer for need in needs):
                break
            end = min(len(members) if need.distance > closer else need.after for need in needs)
            for later in range(0 if closer else at + 1, end):
                if _may_say(members[later], member) and hosts.setdefault(later, key) == key:
                    return (later, False), closer
        if member.is_transfer:
            raise NotPossibleError
        return (at, True), 0

    def _event_inside(
        self, members: Sequence[Member], hosts: dict[int, Key | None], at: int, key: Key
    ) -> tuple[int, bool]:
        """The same for a member of a loop inside."""
        member, last = members[at], at
        for later in range(at, len(members)):
            if members[later].region is not member.region:
                break
            if members[later].thread == member.thread:
                last = later
                can_say = self.flags.of(members[later]) is not None
                if can_say and hosts.setdefault(later, key) == key:
                    return later, False
        if member.is_transfer:
            raise NotPossibleError
        return last, True

    def _streams(
        self, members: Sequence[Member], loops: dict[Region, dict[Stream, list[Entry]]],
        waits: dict[int, list[Wait]], updates: dict[tuple[int, bool], list[int]],
    ) -> dict[Stream, list[Entry]]:  # fmt: skip
        """The entries of a body."""
        streams: dict[Stream, list[Entry]] = {}
        for at, member in enumerate(members):
            entries = streams.setdefault(member.stream, [])
            pending = list(waits.get(at, ()))
            if member.region is None:
                body = [
                    Entry(0, member.instr, update=self._update(member, updates.get((at, False))))
                ]
            else:
                body = loops[member.region].pop(member.stream, [])
            if body and pending:
                body[0].wait = pending.pop()
            # A branch that is not taken waits, but not until the engine is done as a NOP does.
            fields = {"condition": Condition.EQUAL, "a": 0, "b": 1}
            entries += [Entry(0, wait=wait, opcode=Opcode.BRANCH, fields=dict(fields))
                        for wait in pending]  # fmt: skip
            entries += body
            entries += [Entry(0, update=(UpdateMode.ADD, semaphore, 1))
                        for semaphore in updates.get((at, True), ())]  # fmt: skip
        return streams

    def _update(
        self, member: Member, semaphores: Sequence[int] | None
    ) -> tuple[UpdateMode, int, int | Register] | None:
        if member.instr in self.reserved:
            return UpdateMode.ADD, *self.reserved[member.instr]
        return (UpdateMode.ADD, semaphores[0], 1) if semaphores else None


def _heads(members: Sequence[Member]) -> list[int]:
    """For each member, the one at which its stream waits: in a loop inside the stream's first."""
    firsts: dict[tuple[Region, Stream], int] = {}
    return [
        at if member.region is None else firsts.setdefault((member.region, member.stream), at)
        for at, member in enumerate(members)
    ]


def loop_fields(region: Region, stream: Stream) -> dict[str, Any]:
    """Fields of the LOOP of one stream, without the length of its body."""
    start = region.start & 0xFFFF_FFFF if isinstance(region.start, int) else region.start
    fields: dict[str, Any] = {"count": region.count, "start": start, "step": region.step}
    if region.counter is not None and stream in region.counter.numbers:
        fields |= {"counter": region.counter, "counter_enable": 1}
    return fields


def _may_say(later: Member, member: Member) -> bool:
    """Whether the end of a member says that one before it is over, and costs nothing."""
    return (later.thread == member.thread and later.region is None
            and later.instr.opcode not in CONTROL_OPCODES + REGISTER_MOVES)  # fmt: skip
