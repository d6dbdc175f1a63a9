"""What must be over before what in a loop whose passes overlap: within a pass, and from one pass
to the next."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.opcodes import Stream

from .affine import Forms
from .dependencies import QUEUE_THREADS, thread_of
from .ir import DeviceTensor, Instr, Operand, Region, Tile
from .semaphores import minimal_waits

__all__ = ["Member", "Need", "NotPossibleError", "conflicts_of", "needs_of"]


class NotPossibleError(Exception):
    """The passes of a loop cannot overlap."""


@dataclass(eq=False)
class Member:
    """An instruction of a loop's body, or of a loop inside it; then it stands for all its runs of
    a pass. Those of one loop inside follow each other."""

    instr: Instr
    region: Region | None = None
    """The loop inside it is in, directly or in one further inside."""
    home: Region | None = None
    """The innermost loop it is in."""
    accesses: list[tuple[Operand, bool]] = field(init=False)
    """Operands, and whether each is written; without what nothing in a program writes."""

    def __post_init__(self) -> None:
        self.accesses = _accesses(self.instr)

    @property
    def stream(self) -> Stream:
        assert self.instr.stream is not None
        return self.instr.stream

    @property
    def thread(self) -> int:
        return thread_of(self.instr)

    @property
    def is_transfer(self) -> bool:
        return self.thread >= QUEUE_THREADS


@dataclass(frozen=True)
class Need:
    """Member ``after`` starts when ``first`` is over: of the same pass, or of the pass before
    (``distance`` 1)."""

    first: int
    after: int
    distance: int


def _accesses(instr: Instr) -> list[tuple[Operand, bool]]:
    found = [(ref, False) for ref in instr.reads.values()]
    found += [(ref, True) for ref in instr.writes.values()]
    return [
        (ref, written) for ref, written in found
        if not isinstance(ref.base, DeviceTensor) or ref.base.kind not in ("input", "constant")
    ]  # fmt: skip


def conflicts_of(
    members: Sequence[Member], forms: Forms, region: Region, outermost: Region
) -> list[Need]:
    """All that the members of the body of ``region`` need of each other, but for what the order of
    a thread gives. ``outermost`` is the outermost loop whose passes overlap.

    From pass to pass everything is as it is from the last pass of ``region`` to its first in the
    next pass of a loop around it. What two members of a loop inside need is that loop's.
    """
    found: list[Need] = []
    for first, one in enumerate(members):
        for after, other in enumerate(members):
            if one.thread == other.thread or (one.region and one.region is other.region):
                continue
            if first < after and _conflict(one, other, forms, region, None):
                found.append(Need(first, after, 0))
            if _conflict(one, other, forms, region, outermost):
                found.append(Need(first, after, 1))
    return found


def needs_of(
    members: Sequence[Member], conflicts: Sequence[Need], config: CoreConfig, said: Container[int]
) -> list[Need]:
    """Those of the conflicts that the others do not imply. Each transfer is waited for by one
    stream; the last of each queue is over when everything is that something waited for. ``said``
    are members that tell a loop around this one when they are over."""
    count = len(members)
    dependencies: list[set[int]] = [set() for _ in range(2 * count)]
    for need in conflicts:
        if not need.distance:
            dependencies[need.after].add(need.first)
        dependencies[count + need.after].add(need.first + (0 if need.distance else count))
    needs = _minimal(members, dependencies, config)
    while _pass_on(members, needs, dependencies):
        needs = _minimal(members, dependencies, config)
    return needs + _last_transfers(members, conflicts, needs, said)


def _minimal(
    members: Sequence[Member], dependencies: list[set[int]], config: CoreConfig
) -> list[Need]:
    """Needs of the second of two passes. Whatever implies one of them happens in these two."""
    count = len(members)
    instructions = [member.instr for member in members] * 2
    waits = minimal_waits(instructions, [tuple(sorted(d)) for d in dependencies], config)
    needs = []
    for after in range(count):
        for first in waits[count + after]:
            needs.append(Need(first % count, after, int(first < count)))
    return needs


def _conflict(
    one: Member, other: Member, forms: Forms, region: Region, outermost: Region | None
) -> bool:
    """Whether the two touch the same bytes, in the same pass or (with ``outermost``) in others."""
    for ref, written in one.accesses:
        for with_ref, with_written in other.accesses:
            if not written and not with_written:
                continue
            if ref.base is not with_ref.base:
                if _overlap(ref.base, with_ref.base):
                    return True
            elif outermost is None:
                if forms.meet_in_a_pass(ref, with_ref, region):
                    return True
            elif forms.meet_in_others(ref, with_ref, region, outermost):
                return True
    return False


def _overlap(one: Tile | DeviceTensor, other: Tile | DeviceTensor) -> bool:
    """Whether two tensors have bytes in common."""
    if not isinstance(one, Tile) or not isinstance(other, Tile) or one.space is not other.space:
        return False
    assert one.offset is not None
    assert other.offset is not None
    return (one.offset < other.offset + other.bytes_per_partition
            and other.offset < one.offset + one.bytes_per_partition)  # fmt: skip


def _last_transfers(
    members: Sequence[Member], conflicts: Sequence[Need], needs: Sequence[Need],
    said: Container[int],
) -> list[Need]:  # fmt: skip
    """What makes the last transfer of each queue known to be over behind the loop. Where nothing
    waits for it itself, other needs imply it in the next pass only, which the last pass has not:
    then one that needs it waits for it, or the queue's own first one of the next pass."""
    waited, found = {need.first for need in needs}, []
    lasts = {m.thread: at for at, m in enumerate(members) if m.is_transfer and m.region is None}
    for thread, last in lasts.items():
        if last not in waited and last not in said:
            users = [need.after for need in conflicts if need.first == last and need.distance]
            users += [at for at, member in enumerate(members) if member.thread == thread]
            found.append(Need(last, users[0], 1))
    return found


def _pass_on(members: Sequence[Member], needs: list[Need], dependencies: list[set[int]]) -> bool:
    """Transfers tell one stream only that they are over: whoever else needs one comes after the
    first that waits for it. Whether anything changed.

    Raises
    ------
    NotPossibleError
        Two streams need it in one loop inside, before which neither can tell the other.
    """
    count = len(members)
    for at, member in enumerate(members):
        if not member.is_transfer:
            continue
        found = sorted((n for n in needs if n.first == at), key=lambda n: (n.distance, n.after))
        others = [n for n in found if members[n.after].stream is not members[found[0].after].stream]
        for need in others:
            first, later = found[0], count + need.after
            inside = members[first.after].region
            if (
                inside is not None
                and need.distance == first.distance
                and (members[need.after].region is inside)
            ):
                raise NotPossibleError
            dependencies[later].discard(at if need.distance else count + at)
            if need.distance == first.distance:
                dependencies[later].add(count + first.after)
                dependencies[need.after].add(first.after)
                if not need.distance:
                    dependencies[need.after].discard(at)
            else:
                dependencies[later].add(first.after)
        if others:
            return True
    return False
