"""Streams of a module with loops and branches.

Straight pieces between them are ordered by semaphores as a program without any would be. At the
end of each piece the streams that take part meet: transfers are over, semaphores are 0 again, and
what comes next, the loop's next pass included, begins with nothing under way. So counts are right
however often a piece runs.

A semaphore for which one stream waits goes back to 0 with its last wait. The others are set to 0
between two barriers.
"""

from __future__ import annotations

from collections.abc import Sequence

from tinyneuron_hw.isa.opcodes import Condition, Opcode, Stream, UpdateMode

from .affine import Forms
from .control import Block, Node, block_of
from .dependencies import QUEUE_THREADS, find_dependencies, thread_of
from .ir import Instr, LoweringError, Module, Region, RegionKind, Tile
from .overlap import loop_fields, overlap
from .semaphores import Entry, Schedule, Wait, order_streams
from .verify import verify_order

__all__ = ["schedule_pieces"]

_MAX_BODY = (1 << 16) - 1


def schedule_pieces(module: Module, before: dict[Tile, list[Tile]], forms: Forms) -> Schedule:
    """Streams that run a module's loops and branches; ``before`` from :func:`allocate`, ``forms``
    from :func:`forms_of`.

    Raises
    ------
    LoweringError
        The body of a loop is too long.
    """
    used = {instr.stream for instr in module.instructions if instr.stream is not None}
    everyone = tuple(stream for stream in Stream if stream in used)
    writer = _Writer(module, before, everyone, forms)
    writer.block(block_of(module), everyone, ends=True)
    for entries in writer.streams.values():
        entries.append(Entry(len(module.instructions), halt=True))
    return Schedule(writer.streams, {})


def _may_conflict(instr: Instr) -> bool:
    """Whether it touches anything that is written."""
    bases = [ref.base for ref in instr.operands.values()]
    return any(isinstance(b, Tile) or b.kind not in ("input", "constant") for b in bases)


def _give_back(schedule: Schedule) -> dict[int, int]:
    """Makes the last wait for a semaphore subtract what was added, where only one stream waits for
    it. Returns the other semaphores, by thread."""
    left: dict[int, int] = {}
    for thread, semaphore in schedule.semaphores.items():
        placed = [(stream, e) for stream, entries in schedule.streams.items() for e in entries]
        users = [(stream, e) for stream, e in placed if e.wait and e.wait.semaphore == semaphore]
        counted = sum(e.update is not None and e.update[1] == semaphore for _, e in placed)
        last = users[-1][1]
        if len({stream for stream, _ in users}) == 1 and last.wait == Wait(semaphore, counted):
            last.wait = Wait(semaphore, counted, takes=True)
        else:
            left[thread] = semaphore
    return left


class _Writer:
    """Appends to the streams, in the order of the kernel."""

    def __init__(self, module: Module, before: dict[Tile, list[Tile]],
                 everyone: Sequence[Stream], forms: Forms):  # fmt: skip
        self.module, self.before, self.forms = module, before, forms
        self.streams: dict[Stream, list[Entry]] = {stream: [] for stream in everyone}

    def block(self, block: Block, streams: tuple[Stream, ...], *, ends: bool = False) -> None:
        """Pieces, loops and branches one after another; ``streams`` are together at its begin and,
        unless the program ``ends`` there, at its end."""
        for number, item in enumerate(block.items, 1):
            is_end = ends and number == len(block.items)
            if not isinstance(item, Node):
                self._piece(item, streams, is_end)
                continue
            overlaps = self._node(item)
            inner = item.region.streams
            if inner and (overlaps or inner != streams) and not is_end:
                self._barrier(streams)

    def _piece(self, indices: list[int], streams: tuple[Stream, ...], is_end: bool) -> None:
        instructions = [self.module.instructions[at] for at in indices]
        dependencies = find_dependencies(instructions, self.before)
        config = self.module.config
        schedule = order_streams(instructions, dependencies, config, drain=not is_end)
        for stream, waits in schedule.drains.items():
            entries = schedule.streams[stream]
            entries += [Entry(len(instructions), wait=wait) for wait in waits]
        left = _give_back(schedule)
        values = verify_order(instructions, dependencies, schedule, config)
        assert {number for number, value in enumerate(values) if value} == set(left.values())
        for stream, entries in schedule.streams.items():
            self.streams[stream] += entries
        resets: dict[Stream, list[int]] = {}
        issuers = {thread_of(i): i.stream for i in instructions if i.is_dma and i.stream}
        for thread, semaphore in left.items():
            owner = issuers[thread] if thread >= QUEUE_THREADS else Stream(thread)
            resets.setdefault(owner, []).append(semaphore)
        if resets:
            self._barrier(streams)
        for stream, semaphores in resets.items():
            self.streams[stream] += [
                Entry(len(self.module.instructions), update=(UpdateMode.SET, number, 0))
                for number in semaphores
            ]
        if not is_end and any(map(_may_conflict, instructions)):
            self._barrier(streams)

    def _barrier(self, streams: tuple[Stream, ...]) -> None:
        if len(streams) < 2:
            return
        fields = {"streams": sum(1 << stream.value for stream in streams)}
        for stream in streams:
            self.streams[stream].append(
                Entry(len(self.module.instructions), opcode=Opcode.BARRIER, fields=dict(fields))
            )

    def _node(self, node: Node) -> bool:
        """A loop or branch; whether it is one whose passes overlap, at whose end streams have not
        met."""
        region = node.region
        if not region.streams:
            return False
        if region.kind is RegionKind.LOOP:
            return self._loop(node)
        tops = {stream: len(self.streams[stream]) for stream in region.streams}
        skips = self._control(node, Opcode.BRANCH, condition=Condition.EQUAL,
                              a=region.condition, b=0)  # fmt: skip
        self.block(node.blocks[0], region.streams)
        if region.kind is RegionKind.WHILE or len(node.blocks) > 1:
            jumps = self._control(node, Opcode.BRANCH, condition=Condition.ALWAYS)
        else:
            jumps = {}
        self._land(skips)
        if region.kind is RegionKind.WHILE:
            for stream, jump in jumps.items():
                jump.fields["target"] = tops[stream]
        elif jumps:
            self.block(node.blocks[1], region.streams)
            self._land(jumps)
        if region.parent is not None:
            # A jump behind the last instruction of a hardware loop would leave it.
            for stream in region.streams:
                self.streams[stream].append(Entry(len(self.module.instructions)))
        return False

    def _loop(self, node: Node) -> bool:
        region = node.region
        found = overlap(self.module, node, self.forms)
        if found is not None:
            for part in (found.before, found.streams, found.after):
                for stream, entries in part.items():
                    self.streams[stream] += entries
            for stream, entries in found.streams.items():
                self._check_body(region, stream, len(entries) - 1)
            return True
        heads = self._control(node, Opcode.LOOP)
        begins = {stream: len(self.streams[stream]) for stream in heads}
        self.block(node.blocks[0], region.streams)
        for stream, head in heads.items():
            body = len(self.streams[stream]) - begins[stream]
            self._check_body(region, stream, body)
            head.fields = loop_fields(region, stream) | {"body": body}
        return False

    def _check_body(self, region: Region, stream: Stream, body: int) -> None:
        if body > _MAX_BODY:
            raise LoweringError(f"kernel {self.module.name!r}: the loop of line {region.line} "
                                f"has {body} instructions of {stream.name}, at most "
                                f"{_MAX_BODY} fit")  # fmt: skip

    def _control(self, node: Node, opcode: Opcode, **fields: object) -> dict[Stream, Entry]:
        found = {}
        for stream in node.region.streams:
            given = {path: value for path, value in fields.items() if value is not None}
            found[stream] = Entry(len(self.module.instructions), opcode=opcode, fields=given,
                                  line=node.region.line)  # fmt: skip
            self.streams[stream].append(found[stream])
        return found

    def _land(self, jumps: dict[Stream, Entry]) -> None:
        """The jumps lead to what comes next."""
        for stream, jump in jumps.items():
            jump.fields["target"] = len(self.streams[stream])
