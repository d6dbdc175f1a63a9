"""Two tiles of a transpose: filled row by row, emptied column by column."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from ..config import CoreConfig
from .lanes import rotate_bytes
from .packer import Word

__all__ = ["TileBuffer"]

_TILES = 2


class TileBuffer(wiring.Component):
    """Gives the columns of each tile, one after another, each from a word's first byte on.

    Element (r, c) of a tile is in the banks, of two bytes each, that (r + c) mod elements of a word
    names: the elements of a row's word are in different ones, and so are those of a column's.

    Members
    -------
    wide: In(1)
        Elements have four bytes, otherwise two; stable during a transfer.
    rows, columns: In(24)
        Of the source's matrices, minus 1; stable.
    start: In(1)
        Pulse, before the first word.
    row: In(stream of Word)
        One or two words a row of a tile, the last of them marked; tiles in the order of
        :class:`TileWalker`.
    column: Out(stream of Word)
        As many words as a column takes; what stands behind its last element is arbitrary.

    Latency and throughput: a tile and two cycles; one word in and one out per cycle.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "wide": In(1),
                "rows": In(24),
                "columns": In(24),
                "start": In(1),
                "row": In(stream.Signature(Word(config))),
                "column": Out(stream.Signature(Word(config))),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        width = self.config.axi_bytes
        self._log2 = exact_log2(width)
        size = data.StructLayout({"rows": self._log2, "columns": self._log2})
        self._full = Signal(_TILES)
        self._sizes = [Signal(size, name=f"size{i}") for i in range(_TILES)]
        memories = [Memory(shape=16, depth=_TILES * 2 * width, init=[]) for _ in range(width // 2)]
        for i, memory in enumerate(memories):
            m.submodules[f"bank{i}"] = memory
        filled = self._fill(m, [memory.write_port() for memory in memories])
        emptied = self._empty(m, [memory.read_port() for memory in memories])
        m.d.sync += self._full.eq((self._full | filled) & ~emptied)
        return m

    def _fill(self, m: Module, ports: list[Any]) -> Signal:
        """Writes a word into every bank; which tile is full from now on."""
        log2 = self._log2
        edge = Mux(self.wide, (1 << log2 - 1) - 1, (1 << log2) - 1)
        rows, columns = Signal(24), Signal(24)
        size = Signal.like(self._sizes[0])
        line, upper, tile = Signal(log2), Signal(), Signal(range(_TILES))
        taken, ends, filled = Signal(), Signal(), Signal(_TILES)
        word = self.row.payload
        m.d.comb += [
            size.rows.eq(Mux(rows > edge, edge, rows)),
            size.columns.eq(Mux(columns > edge, edge, columns)),
            self.row.ready.eq(~self._full.bit_select(tile, 1)),
            taken.eq(self.row.valid & self.row.ready),
            ends.eq(taken & word.last & (line == size.rows)),
            filled.eq(Mux(ends, 1 << tile, 0)),
        ]
        amount = Signal(log2)
        m.d.comb += amount.eq(line << Mux(self.wide, 2, 1))
        placed = rotate_bytes(m, "place", word.data, amount)
        for i, port in enumerate(ports):
            m.d.comb += [
                port.en.eq(taken),
                port.addr.eq(Cat(upper, line, tile)),
                port.data.eq(placed.word_select(i, 16)),
            ]
        with m.If(self.start):
            m.d.sync += [rows.eq(self.rows), columns.eq(self.columns)]
        with m.Elif(taken):
            m.d.sync += upper.eq(~word.last)
            with m.If(word.last):
                m.d.sync += line.eq(line + 1)
            with m.If(ends):
                m.d.sync += [line.eq(0), tile.eq(tile + 1), columns.eq(columns - edge - 1)]
                for i, kept in enumerate(self._sizes):
                    with m.If(tile == i):
                        m.d.sync += kept.eq(size)
                with m.If(columns <= edge):
                    m.d.sync += [columns.eq(self.columns), rows.eq(rows - edge - 1)]
                    with m.If(rows <= edge):
                        m.d.sync += rows.eq(self.rows)
        return filled

    def _empty(self, m: Module, ports: list[Any]) -> Signal:
        """Reads a word out of every bank; which tile is empty from now on."""
        log2, wide = self._log2, self.wide
        size = Signal.like(self._sizes[0])
        column, group, tile = Signal(log2), Signal(), Signal(range(_TILES))
        step, reads, emptied = Signal(), Signal(), Signal(_TILES)
        ends_column, two = Signal(), Signal()
        # The column's place in its word, and which word of a row that is.
        place, upper = Signal(log2 - 1), Signal()
        half = Mux(wide, 1 << log2 - 2, 1 << log2 - 1)
        m.d.comb += [
            size.eq(Mux(tile, self._sizes[1], self._sizes[0])),
            step.eq(~self.column.valid | self.column.ready),
            reads.eq(step & self._full.bit_select(tile, 1)),
            two.eq(size.rows >= half),
            ends_column.eq(group | ~two),
            place.eq(Mux(wide, column[: log2 - 2], column[: log2 - 1])),
            upper.eq(Mux(wide, column[log2 - 2], column[log2 - 1])),
            emptied.eq(Mux(reads & ends_column & (column == size.columns), 1 << tile, 0)),
        ]
        for i, port in enumerate(ports):
            narrow_row, wide_row = Signal(log2 - 1, name="row2"), Signal(log2 - 2, name="row4")
            line = Signal(log2, name="read_line")
            m.d.comb += [
                narrow_row.eq(i - place),
                wide_row.eq(i // 2 - place),
                port.en.eq(step),
                line.eq(Mux(wide, Cat(wide_row, group), Cat(narrow_row, group))),
                port.addr.eq(Cat(upper, line, tile)),
            ]
        with m.If(reads):
            m.d.sync += group.eq(~ends_column)
            with m.If(ends_column):
                m.d.sync += column.eq(column + 1)
            with m.If(emptied.any()):
                m.d.sync += [column.eq(0), tile.eq(tile + 1)]

        valid, amount = Signal(), Signal(log2)
        back = rotate_bytes(m, "back", Cat(port.data for port in ports), amount)
        with m.If(step):
            m.d.sync += [
                valid.eq(reads),
                amount.eq(-(place << Mux(wide, 2, 1))),
                self.column.valid.eq(valid),
                self.column.payload.data.eq(back),
            ]
        return emptied
