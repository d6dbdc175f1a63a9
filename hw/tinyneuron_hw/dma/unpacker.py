"""Destination side of a DMA engine: a dense stream of bytes to masked chunks."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from ..config import CoreConfig
from .lanes import byte_mask, rotate_bytes
from .packer import Word
from .transfer import Burst

__all__ = ["Chunk", "Unpacker"]


def Chunk(config: CoreConfig) -> data.StructLayout:  # noqa: N802 (a layout, used like a class)
    """Aligned ``axi_bytes`` bytes with the ``mask`` of those to write. ``address``, ``beats`` and
    ``partition`` are the burst's; ``index`` counts its chunks; ``ends_burst`` and ``last`` (of the
    transfer) mark ends."""
    return data.StructLayout(
        {
            "data": 8 * config.axi_bytes,
            "mask": config.axi_bytes,
            "count": exact_log2(config.axi_bytes) + 1,
            "address": 48,
            "partition": 8,
            "beats": 4,
            "index": 4,
            "ends_burst": 1,
            "last": 1,
        }
    )


class Unpacker(wiring.Component):
    """Cuts a dense stream into the chunks that bursts name.

    Members
    -------
    word: In(stream of Word(config))
    burst: In(stream of Burst)
    chunk: Out(stream of Chunk(config))

    Latency and throughput: two cycles from word to chunk; one chunk per cycle. Words beyond the
    last burst stay where they are, but what is left of a word behind a burst that pads.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "word": In(stream.Signature(Word(config))),
                "burst": In(stream.Signature(Burst)),
                "chunk": Out(stream.Signature(Chunk(config))),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        width = self.config.axi_bytes
        log2 = exact_log2(width)
        burst = self.burst.payload

        # ``held`` is the word that byte ``position`` of the stream lies in; the input is the next.
        held, held_valid = Signal(8 * width), Signal()
        position = Signal(log2)
        done, left = Signal(11), Signal(11)
        index = Signal(4)
        offset, count = Signal(log2), Signal(log2 + 1)
        end = Signal(log2 + 1)
        ends_burst, take, load = Signal(), Signal(), Signal()
        room = Signal()
        finish, drops = Signal(), Signal()
        m.d.comb += [
            left.eq(burst.bytes - done),
            offset.eq(Mux(done == 0, burst.address[:log2], 0)),
            ends_burst.eq(left <= width - offset),
            count.eq(Mux(ends_burst, left, width - offset)),
            end.eq(position + count),
            room.eq(~self.chunk.valid | self.chunk.ready),
            take.eq(held_valid & self.burst.valid & room & ((end <= width) | self.word.valid)),
            finish.eq(take & ends_burst & burst.pads),
            drops.eq(finish & (end > width)),  # the next word's rest too
            load.eq(~held_valid | (take & (end >= width)) | finish),
            self.word.ready.eq(load),
            self.burst.ready.eq(take & ends_burst),
        ]
        with m.If(load):
            m.d.sync += held_valid.eq(self.word.valid & ~drops)
            with m.If(self.word.valid):
                m.d.sync += held.eq(self.word.payload.data)
        with m.If(take):
            m.d.sync += [
                position.eq(Mux(finish, 0, end)),
                done.eq(Mux(ends_burst, 0, done + count)),
                index.eq(Mux(ends_burst, 0, index + 1)),
            ]

        amount = Signal(log2)
        following = self.word.payload.data
        merged = Cat(
            Mux(i < position, following.word_select(i, 8), held.word_select(i, 8))
            for i in range(width)
        )
        window = Signal(8 * width)
        m.d.comb += [window.eq(merged), amount.eq(offset - position)]
        lanes = rotate_bytes(m, "rotate", window, amount)
        mask = byte_mask(offset, count, width)
        chunk = self.chunk.payload
        with m.If(room):
            m.d.sync += self.chunk.valid.eq(take)
            with m.If(take):
                m.d.sync += [
                    chunk.data.eq(lanes),
                    chunk.mask.eq(mask),
                    chunk.count.eq(count),
                    chunk.address.eq(burst.address),
                    chunk.partition.eq(burst.partition),
                    chunk.beats.eq(burst.beats),
                    chunk.index.eq(index),
                    chunk.ends_burst.eq(ends_burst),
                    chunk.last.eq(burst.last & ends_burst),
                ]
        return m
