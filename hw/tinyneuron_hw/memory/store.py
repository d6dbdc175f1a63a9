"""Line buffers of a reader."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import data, wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig

__all__ = ["LineStore"]


class LineStore(wiring.Component):
    """Two lines of every partition, or eight PSUM words: a FIFO whose head can be read anywhere.

    Four memories hold word 0, 1, 2 and 3 of both lines, each word for all lanes side by side, so
    that selecting a word is one selection for all lanes.

    Parameters
    ----------
    config:
        Core sizes.
    psum:
        Whether PSUM words can be stored; lanes then cover both memories' partitions.
    whole:
        Whether the head is a whole line and not a word of it; not with ``psum``.

    Members
    -------
    clear: empties the store (while nothing is under way).
    line_valid, lines: a line of every partition to append.
    word_valid, words: a PSUM word of every column to append.
    in_psum: how the head is read: as a word, or as a line of which word ``word`` is wanted.
    release: drops the head.
    head: the wanted word (or the whole line) of each lane, in the same cycle.
    """

    def __init__(self, config: CoreConfig, *, psum: bool, whole: bool = False):
        self._config = config
        self._psum = psum
        self._whole = whole
        self.lanes = max(config.partitions, config.columns) if psum else config.partitions
        super().__init__(
            {
                "clear": In(1),
                "line_valid": In(1),
                "lines": In(data.ArrayLayout(128, config.partitions)),
                "word_valid": In(1),
                "words": In(data.ArrayLayout(32, config.columns)),
                "in_psum": In(1),
                "word": In(2),
                "release": In(1),
                "head": Out(data.ArrayLayout(128 if whole else 32, self.lanes)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        write_slot, read_slot = Signal(3), Signal(3)
        column = Signal(2)
        with m.If(self.clear):
            m.d.sync += [write_slot.eq(0), read_slot.eq(0)]
        with m.Else():
            with m.If(self.line_valid | self.word_valid):
                m.d.sync += write_slot.eq(write_slot + Mux(self.word_valid, 1, 4))
            with m.If(self.release):
                m.d.sync += read_slot.eq(read_slot + Mux(self.in_psum, 1, 4))
        m.d.comb += column.eq(Mux(self.in_psum, read_slot[:2], self.word))

        for k in range(4):
            memory = Memory(shape=32 * self.lanes, depth=2, init=[])
            m.submodules[f"column{k}"] = memory
            write, read = memory.write_port(), memory.read_port(domain="comb")
            line = Cat(self.lines[p][32 * k : 32 * k + 32] for p in range(self._config.partitions))
            word_here = self.word_valid & (write_slot[:2] == k)
            m.d.comb += [
                write.addr.eq(write_slot[2]),
                write.en.eq(self.line_valid | (word_here if self._psum else 0)),
                write.data.eq(line),
                read.addr.eq(read_slot[2]),
            ]
            if self._psum:
                with m.If(self.word_valid):
                    m.d.comb += write.data.eq(Value.cast(self.words))
            if self._whole:
                for p in range(self.lanes):
                    m.d.comb += self.head[p].word_select(k, 32).eq(read.data.word_select(p, 32))
                continue
            with m.If(column == k):
                m.d.comb += Value.cast(self.head).eq(read.data)
        return m
