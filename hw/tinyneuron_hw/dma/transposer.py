"""What only a transpose needs of a DMA engine."""

from typing import Any

from amaranth.hdl import Module, Signal, Value
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..config import CoreConfig
from ..formats import FORMATS
from .packer import Word
from .tile_buffer import TileBuffer
from .tile_walker import TileWalker
from .transfer import Run, Transfer

__all__ = ["Transposer"]

_WIDE = tuple(dtype for dtype, fmt in FORMATS.items() if fmt.bytes == 4)


class Transposer(wiring.Component):
    """Walks both sides tile by tile and turns the tiles over.

    Members
    -------
    transfer: In(Transfer)
        A transpose; stable.
    start: In(1)
        Pulse.
    src, dst: Out(stream of Run), src_length, dst_length: Out
        See :class:`TileWalker`.
    row: In(stream of Word), column: Out(stream of Word)
        See :class:`TileBuffer`.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        self._walkers = {side: TileWalker(config, is_dst=side == "dst") for side in ("src", "dst")}
        length = len(self._walkers["src"].length)
        super().__init__(
            {
                "transfer": In(Transfer),
                "start": In(1),
                "src": Out(stream.Signature(Run)),
                "dst": Out(stream.Signature(Run)),
                "src_length": Out(length),
                "dst_length": Out(length),
                "row": In(stream.Signature(Word(config))),
                "column": Out(stream.Signature(Word(config))),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        transfer = self.transfer
        wide = Signal()
        m.d.comb += wide.eq(Value.cast(transfer.src_dtype).matches(*_WIDE))
        for name, walker in self._walkers.items():
            m.submodules[f"{name}_walker"] = walker
            connect(m, walker.run, flipped(getattr(self, name)))
            m.d.comb += [
                walker.side.eq(getattr(transfer, name)),
                walker.wide.eq(wide),
                walker.start.eq(self.start),
                getattr(self, f"{name}_length").eq(walker.length),
            ]
        m.submodules.tiles = tiles = TileBuffer(self.config)
        connect(m, flipped(self.row), tiles.row)
        connect(m, tiles.column, flipped(self.column))
        # The destination's rows are the source's columns, and of both the columns are a level's.
        m.d.comb += [
            tiles.wide.eq(wide),
            tiles.start.eq(self.start),
            tiles.rows.eq(transfer.dst.levels[0].last),
            tiles.columns.eq(transfer.src.levels[0].last),
        ]
        return m
