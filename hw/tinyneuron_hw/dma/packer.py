"""Beats with any offset and length to a dense stream of bytes."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from ..config import CoreConfig
from .lanes import rotate_bytes
from .reader import Beat

__all__ = ["Packer", "Word"]


def Word(config: CoreConfig) -> data.StructLayout:  # noqa: N802 (a layout, used like a class)
    """``axi_bytes`` bytes of a dense stream; a ``last`` word may be partly filled."""
    return data.StructLayout({"data": 8 * config.axi_bytes, "last": 1})


class Packer(wiring.Component):
    """Appends the bytes of beats to words that are full, but for one with a last beat's end.

    A beat is rotated so that its first byte lands behind the bytes already kept; what does not
    fit wraps around to the place where the next word starts.

    Members
    -------
    beat: In(stream of Beat(config))
    word: Out(stream of Word(config))

    Latency and throughput: two cycles; one beat per cycle.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "beat": In(stream.Signature(Beat(config))),
                "word": Out(stream.Signature(Word(config))),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        width = self.config.axi_bytes
        log2 = exact_log2(width)
        beat = self.beat.payload

        # Stage 1 rotates; ``position`` is where the beat's first byte goes.
        position = Signal(log2)
        valid, last = Signal(), Signal()
        rotated = Signal(8 * width)
        start = Signal(log2)
        count = Signal(log2 + 1)
        advance = Signal()
        amount = Signal(log2)
        m.d.comb += [self.beat.ready.eq(~valid | advance), amount.eq(position - beat.offset)]
        lanes = rotate_bytes(m, "rotate", beat.data, amount)
        with m.If(self.beat.ready):
            m.d.sync += valid.eq(self.beat.valid)
            with m.If(self.beat.valid):
                m.d.sync += [
                    rotated.eq(lanes), start.eq(position), count.eq(beat.count), last.eq(beat.last),
                    position.eq(Mux(beat.last, 0, position + beat.count)),
                ]  # fmt: skip

        # Stage 2 merges with the bytes kept from before.
        kept = Signal(8 * width)
        flush = Signal()
        end = Signal(log2 + 1)
        merged = Cat(
            Mux(i < start, kept.word_select(i, 8), rotated.word_select(i, 8)) for i in range(width)
        )
        full, exact, moved = Signal(), Signal(), Signal()
        m.d.comb += [
            end.eq(start + count),
            full.eq(end >= width),
            exact.eq(end <= width),
            self.word.valid.eq(flush | (valid & (full | last))),
            self.word.payload.data.eq(Mux(flush, kept, merged)),
            self.word.payload.last.eq(flush | (last & exact)),
            advance.eq(~flush & (self.word.ready | ~(full | last))),
            moved.eq(valid & advance),
        ]
        with m.If(moved):
            m.d.sync += [kept.eq(Mux(full, rotated, merged)), flush.eq(last & ~exact)]
        with m.Elif(flush & self.word.ready):
            m.d.sync += flush.eq(0)
        return m
