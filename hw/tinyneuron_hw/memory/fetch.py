"""Which lines an operand needs, and when its elements may leave."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal, Value, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.fifo import SyncFIFO
from amaranth.lib.wiring import In, Out

from ..config import LINE_BYTES, CoreConfig
from ..isa.opcodes import Space
from ..isa.operands import AccessPattern
from .address import AddressGenerator
from .beat import offset_bits

__all__ = ["FETCH_WORDS", "ElementFetch", "Position"]

FETCH_WORDS = 8
"""Words of every lane that are buffered: two lines, or eight PSUM words. A line's room is taken
for two cycles at least, so this lets a line be requested in every cycle."""

_LINE_WORDS = LINE_BYTES // 4
_RUN_AHEAD = 8
"""Elements addressed ahead of the output: how long a refused line stays hidden."""


class Position(data.Struct):
    """Where an element lies in the oldest buffered line, and what follows it."""

    byte: unsigned(4)
    """Byte in the line; in PSUM only the low two bits count."""
    release: unsigned(1)
    """No later element needs the line."""
    last: unsigned(1)


class ElementFetch(wiring.Component):
    """Requests every line (PSUM word) of a pattern once per run of elements in it.

    Parameters
    ----------
    config:
        Core sizes.

    Members
    -------
    start: patterns. One in the other memory must come only after every position has left.
    valid, ready, index: the request; ``in_psum`` says whether ``index`` is a word or a line.
    positions: one for each element. Taking one with ``release`` gives its line's room back, to a
        request in the same cycle already: ``valid`` depends on ``positions.ready``.

    Latency and throughput
    ----------------------
    A position comes two cycles after its line was requested, when the line has been stored.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        super().__init__(
            {
                "start": In(stream.Signature(AccessPattern)),
                "valid": Out(1),
                "ready": In(1),
                "index": Out(offset_bits(config) - 2),
                "in_psum": Out(1),
                "positions": Out(stream.Signature(Position)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.generator = generator = AddressGenerator(self._config)
        wiring.connect(m, wiring.flipped(self.start), generator.start)
        with m.If(self.start.valid & self.start.ready):
            m.d.sync += self.in_psum.eq(self.start.payload.space == Space.PSUM)
        element = generator.output.payload

        # The element whose line was requested last waits in `pending` until its successor shows
        # whether the line is needed again.
        pending = Signal(Position)
        pending_valid, pending_moves = Signal(), Signal()
        known, previous = Signal(), Signal.like(self.index)
        another = Signal()
        m.submodules.queue = queue = SyncFIFO(width=Position.as_shape().size, depth=_RUN_AHEAD)
        pushed = Signal(Position)
        m.d.comb += [
            self.index.eq(Mux(self.in_psum, element.offset >> 2, element.offset >> 4)),
            another.eq(~known | (self.index != previous)),
            pending_moves.eq(pending_valid & queue.w_rdy & (pending.last | generator.output.valid)),
            pushed.eq(pending),
            pushed.release.eq(pending.last | another),
            queue.w_en.eq(pending_moves),
            queue.w_data.eq(pushed),
        ]

        # Requests go out when there is room for the data and `pending` can take the element. Room
        # that is released counts at once: the data comes a cycle later.
        words_used = Signal(range(FETCH_WORDS + 1))
        words = Signal(3)
        requested, released = Signal(), Signal()
        room, slot_free, take = Signal(), Signal(), Signal()
        m.d.comb += [
            words.eq(Mux(self.in_psum, 1, _LINE_WORDS)),
            room.eq((words_used + words <= FETCH_WORDS) | released),
            slot_free.eq(~pending_valid | pending_moves),
            self.valid.eq(generator.output.valid & slot_free & another & room),
            take.eq(generator.output.valid & slot_free & (~another | (room & self.ready))),
            generator.output.ready.eq(slot_free & (~another | (room & self.ready))),
        ]
        with m.If(take):
            m.d.sync += [
                pending.byte.eq(element.offset),
                pending.last.eq(element.last),
                previous.eq(self.index),
                known.eq(~element.last),
                pending_valid.eq(1),
            ]
        with m.Elif(pending_moves):
            m.d.sync += pending_valid.eq(0)

        m.d.comb += [
            self.positions.valid.eq(queue.r_rdy),
            Value.cast(self.positions.payload).eq(queue.r_data),
            queue.r_en.eq(self.positions.ready),
            requested.eq(self.valid & self.ready),
            released.eq(queue.r_rdy & queue.r_en & self.positions.payload.release),
        ]
        with m.If(requested & ~released):
            m.d.sync += words_used.eq(words_used + words)
        with m.Elif(released & ~requested):
            m.d.sync += words_used.eq(words_used - words)
        return m
