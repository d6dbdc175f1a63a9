"""From a side of a transpose to the pieces of its rows that lie in one tile."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from ..config import CoreConfig
from .transfer import LEVELS, Run, Side

__all__ = ["TileWalker"]

_ROW_IN_DEVICE, _ROW_ON_CHIP = 1, LEVELS - 1
_BATCH = (1, 2, 3)
"""Levels outside a matrix; the first one is not, in device memory."""
_ELEMENT, _ROW, _INNER, _OUTER = range(4)
"""Loops of a walk, innermost first; outside them the batch."""


class TileWalker(wiring.Component):
    """Emits the runs of every tile of every matrix of a side.

    A tile is ``2 * axi_bytes / element bytes`` rows and columns, or what is left at an edge. Both
    sides meet the same tiles: strip by strip of the source's rows, within a strip from the first
    column to the last. Within a tile rows come in order, on each side its own.

    Parameters
    ----------
    config:
        Sizes.
    is_dst:
        The side is the destination: its columns are the source's rows.

    Members
    -------
    side: In(Side)
        Of a transpose; stable from ``start`` until the last run is taken.
    wide: In(1)
        Elements have four bytes, otherwise two; stable.
    start: In(1)
        Pulse; only while no walk is in progress.
    run: Out(stream of Run)
        The piece of a row, or each element of it when they are apart; ``pads`` marks its end.
    length: Out
        Bytes of the run.

    Latency and throughput: first run one cycle after ``start``, then one per cycle.
    """

    def __init__(self, config: CoreConfig, *, is_dst: bool):
        self._row_log2 = exact_log2(config.axi_bytes) + 1
        self._is_dst = is_dst
        super().__init__(
            {
                "side": In(Side),
                "wide": In(1),
                "start": In(1),
                "run": Out(stream.Signature(Run)),
                "length": Out(self._row_log2 + 1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        side, levels = self.side, self.side.levels
        device = side.device
        active, together = Signal(), Signal()
        row: Any = Signal.like(levels[0])
        m.d.comb += [
            row.eq(Mux(device, levels[_ROW_IN_DEVICE], levels[_ROW_ON_CHIP])),
            together.eq(levels[0].jump == Mux(self.wide, 4, 2)),
        ]

        # Where each loop's present pass began: an address, and on chip a partition.
        loops = _OUTER + 1 + len(_BATCH)
        begins = [Signal(48, name=f"begin{k}") for k in range(loops)]
        parts = [Signal(8, name=f"part{k}") for k in range(loops)]
        left, at_end = self._count(m, row, together, begins)
        steps, part_steps = self._steps(row)
        base, step, address = Signal(48), Signal(48), Signal(48)
        part = Signal(8)
        m.d.comb += address.eq(base + step)

        first_open = Signal(loops)
        m.d.comb += [first_open[k].eq(at_end[:k].all() & ~at_end[k]) for k in range(loops)]
        moves = Signal()
        m.d.comb += moves.eq(active & self.run.ready)
        for k in range(loops):
            with m.If(first_open[k]):
                m.d.comb += [base.eq(begins[k]), step.eq(steps[k])]
                m.d.comb += part.eq(parts[k] + part_steps[k])
        with m.If(self.start):
            m.d.sync += active.eq(1)
            m.d.sync += [begin.eq(side.address) for begin in begins]
            m.d.sync += [at.eq(side.partition) for at in parts]
        with m.Elif(moves):
            with m.If(at_end.all()):
                m.d.sync += active.eq(0)
            for k in range(loops):
                with m.If(first_open[k:].any()):
                    m.d.sync += [begins[k].eq(address), parts[k].eq(part)]
        self._count_on(m, moves, first_open, left, row)

        run = self.run.payload
        m.d.comb += [
            self.run.valid.eq(active),
            run.address.eq(begins[_ELEMENT]),
            run.partition.eq(parts[_ELEMENT]),
            run.pads.eq(at_end[_ELEMENT]),
            run.last.eq(at_end.all()),
            self.length.eq(
                Mux(together, self._tile_columns + 1, 1) << Mux(self.wide, 2, 1)
            ),
        ]  # fmt: skip
        return m

    def _count(self, m: Module, row: Any, together: Any, begins: Any) -> tuple[list, Signal]:
        """Counters of the loops, and which of them are at their end."""
        levels, device = self.side.levels, self.side.device
        edge = Signal(self._row_log2)  # a tile's rows - 1
        m.d.comb += edge.eq(Mux(self.wide, (1 << self._row_log2 - 2) - 1,
                                (1 << self._row_log2 - 1) - 1))  # fmt: skip
        self._edge = edge
        # Of rows and columns: how many are left behind this one, from the tile's first on.
        rows, columns = Signal(24), Signal(24)
        element, line = Signal(self._row_log2), Signal(self._row_log2)
        batch = [Signal(24, name=f"batch{k}") for k in _BATCH]
        self._tile_columns, tile_rows = Signal(self._row_log2), Signal(self._row_log2)
        at_end = Signal(len(begins))
        inner, outer = (rows, columns) if self._is_dst else (columns, rows)
        first_of_batch = Mux(device, 0, levels[_BATCH[0]].last)
        lasts = [first_of_batch, *(levels[k].last for k in _BATCH[1:])]
        m.d.comb += [
            self._tile_columns.eq(Mux(columns > edge, edge, columns)),
            tile_rows.eq(Mux(rows > edge, edge, rows)),
            at_end.eq(Cat(
                together | (element == self._tile_columns), line == tile_rows,
                inner <= edge, outer <= edge,
                *(count == last for count, last in zip(batch, lasts, strict=True)),
            )),
        ]  # fmt: skip
        with m.If(self.start):
            m.d.sync += [rows.eq(row.last), columns.eq(levels[0].last)]
            m.d.sync += [count.eq(0) for count in (element, line, *batch)]
        return [element, line, inner, outer, *batch], at_end

    def _count_on(self, m: Module, moves: Signal, first_open: Signal, left: list, row: Any) -> None:
        columns = self.side.levels[0].last
        whole = (row.last, columns) if self._is_dst else (columns, row.last)
        tile = self._edge + 1
        for k, count in enumerate(left):
            is_tile = k in (_INNER, _OUTER)
            with m.If(moves & first_open[k]):
                m.d.sync += count.eq(count - tile if is_tile else count + 1)
            with m.Elif(moves & first_open[k + 1 :].any()):
                m.d.sync += count.eq(whole[k - _INNER] if is_tile else 0)

    def _steps(self, row: Any) -> tuple[list, list]:
        """How far each loop steps: addresses and partitions."""
        levels, device = self.side.levels, self.side.device
        narrow = self._row_log2 - 1

        def tile(value: Any) -> Any:
            return Mux(self.wide, value << (narrow - 1), value << narrow)

        over_columns = (tile(levels[0].jump), 0)
        over_rows = (Mux(device, tile(row.jump), 0), Mux(device, 0, self._edge + 1))
        inner, outer = (over_rows, over_columns) if self._is_dst else (over_columns, over_rows)
        pairs = [
            (levels[0].jump, 0), (Mux(device, row.jump, 0), ~device), inner, outer,
            *((levels[k].jump, 0) for k in _BATCH),
        ]  # fmt: skip
        return [pair[0] for pair in pairs], [pair[1] for pair in pairs]
