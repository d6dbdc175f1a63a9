"""Destinations of commands whose results are still on their way."""

from typing import Any

from amaranth.hdl import Cat, Module, Signal, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..isa.opcodes import Space
from ..isa.operands import AccessPattern
from ..sequencer.ports import Extent

__all__ = ["PENDING", "PendingWrites", "Touched"]

PENDING = 4
"""Commands of a lane engine whose elements may be on their way at a time, a power of two."""


class Touched(data.Struct):
    """Bytes of SBUF or PSUM that an operand reads."""

    valid: unsigned(1)
    space: Space
    extent: Extent


class PendingWrites(wiring.Component):
    """Keeps the destination of each command from the time it may be read ahead to its last byte.

    Patterns are handed to the writer in order, the next while it is still busy with the one
    before. A command that writes nothing takes its place in the order all the same.

    Parameters
    ----------
    reads:
        Operands that the next command may have.
    quadrant:
        Partitions of a quadrant.

    Members
    -------
    push, pattern, leaves, extent, writes: a command: its destination and what stays as it is
        there, unless ``writes`` is 0; only while ``ready``.
    reads, conflict: what the next command wants to read, and whether something of it is still to
        be written. Partitions are not told apart.
    start, leave: patterns for the writer, and what it leaves alone in each.
    written: the writer's ``done``.
    silent: pulse, once for each command that writes nothing, in order, when all its elements have
        passed the lanes.
    done: pulse, once for each command, in order.
    """

    def __init__(self, reads: int, *, quadrant: int):
        super().__init__(
            {
                "push": In(1),
                "ready": Out(1),
                "pattern": In(AccessPattern),
                "leaves": In(quadrant),
                "extent": In(Extent),
                "writes": In(1),
                "reads": In(data.ArrayLayout(Touched, reads)),
                "conflict": Out(1),
                "start": Out(stream.Signature(AccessPattern)),
                "leave": Out(quadrant),
                "written": In(1),
                "silent": In(1),
                "done": Out(1),
            }
        )
        self._reads = reads

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        patterns = [Signal(AccessPattern, name=f"pattern{i}") for i in range(PENDING)]
        leaves = [Signal.like(self.leaves, name=f"leaves{i}") for i in range(PENDING)]
        extents: list[Any] = [Signal(Extent, name=f"extent{i}") for i in range(PENDING)]
        live, writes = Signal(PENDING), Signal(PENDING)
        pushed, started, oldest = (
            Signal(range(PENDING), name=name) for name in ("pushed", "started", "oldest")
        )
        unstarted, silences = Signal(range(PENDING + 1)), Signal(range(PENDING + 1))
        next_writes = writes.bit_select(started, 1)
        moves = Signal()
        """The pattern at ``started`` goes to the writer, or is none."""
        with m.Switch(started):
            for i, pattern in enumerate(patterns):
                with m.Case(i):
                    m.d.comb += [self.start.payload.eq(pattern), self.leave.eq(leaves[i])]
        m.d.comb += [
            self.ready.eq(~live.bit_select(pushed, 1)),
            self.start.valid.eq(unstarted.any() & next_writes),
            moves.eq(unstarted.any() & (~next_writes | self.start.ready)),
            self.done.eq(
                self.written | (live.any() & ~writes.bit_select(oldest, 1) & silences.any())
            ),
        ]
        m.d.sync += [
            unstarted.eq(unstarted + self.push - moves),
            silences.eq(silences + self.silent - (self.done & ~self.written)),
        ]
        with m.If(moves):
            m.d.sync += started.eq(started + 1)
        with m.If(self.done):
            m.d.sync += [live.bit_select(oldest, 1).eq(0), oldest.eq(oldest + 1)]
        with m.If(self.push):
            m.d.sync += [
                pushed.eq(pushed + 1),
                live.bit_select(pushed, 1).eq(1),
                writes.bit_select(pushed, 1).eq(self.writes),
            ]
        for i in range(PENDING):
            with m.If(self.push & (pushed == i)):
                m.d.sync += [
                    patterns[i].eq(self.pattern),
                    leaves[i].eq(self.leaves),
                    extents[i].eq(self.extent),
                ]
        m.d.comb += self.conflict.eq(
            Cat(
                live[i] & writes[i] & self._overlaps(self.reads[k], patterns[i], extents[i])
                for i in range(PENDING)
                for k in range(self._reads)
            ).any()
        )
        return m

    @staticmethod
    def _overlaps(read: Any, pattern: Any, extent: Any) -> Any:
        return (
            read.valid
            & (read.space == pattern.space)
            & (read.extent.low < extent.high)
            & (extent.low < read.extent.high)
        )
