"""Line buffers of a reader."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import data, wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from .fetch import FETCH_LINES

__all__ = ["LineStore"]


class LineStore(wiring.Component):
    """Three lines of every partition, or twelve PSUM words: a FIFO, its head readable anywhere.

    Four memories hold word 0, 1, 2 and 3 of the lines, each word for all lanes side by side, so
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
        column = Signal(2)
        write_row, write_column = self._elaborate_place(
            m, "write", self.line_valid | self.word_valid, self.word_valid
        )
        read_row, read_column = self._elaborate_place(m, "read", self.release, self.in_psum)
        m.d.comb += column.eq(Mux(self.in_psum, read_column, self.word))

        for k in range(4):
            memory = Memory(shape=32 * self.lanes, depth=FETCH_LINES, init=[])
            m.submodules[f"column{k}"] = memory
            write, read = memory.write_port(), memory.read_port(domain="comb")
            line = Cat(self.lines[p][32 * k : 32 * k + 32] for p in range(self._config.partitions))
            word_here = self.word_valid & (write_column == k)
            m.d.comb += [
                write.addr.eq(write_row),
                write.en.eq(self.line_valid | (word_here if self._psum else 0)),
                write.data.eq(line),
                read.addr.eq(read_row),
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

    def _elaborate_place(
        self, m: Module, name: str, moves: Value, by_word: Value
    ) -> tuple[Signal, Signal]:
        """Row and column of the next line or word to write or to drop."""
        row = Signal(range(FETCH_LINES), name=f"{name}_row")
        column = Signal(2, name=f"{name}_column")
        with m.If(self.clear):
            m.d.sync += [row.eq(0), column.eq(0)]
        with m.Elif(moves):
            m.d.sync += column.eq(column + by_word)
            with m.If(~by_word | column.all()):
                m.d.sync += row.eq(Mux(row == FETCH_LINES - 1, 0, row + 1))
        return row, column
