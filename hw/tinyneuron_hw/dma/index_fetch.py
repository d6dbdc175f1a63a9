"""Reads an index tensor from SBUF."""

from typing import Any

from amaranth.hdl import Module, Shape, Signal, unsigned
from amaranth.lib import data, fifo, stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from ..config import CoreConfig
from ..memory.ports import DmaReadPort
from .transfer import LEVELS, Indices
from .walker import Walker

__all__ = ["Index", "IndexFetch"]

_DEPTH = 4


class Index(data.Struct):
    """An element of an index tensor and its place in SBUF."""

    value: unsigned(32)
    offset: unsigned(24)
    partition: unsigned(8)
    last: unsigned(1)


class IndexFetch(wiring.Component):
    """Reads the elements of an index tensor, ahead of their use.

    Members
    -------
    indices: In(Indices)
        Stable from ``start`` on.
    start: In(1)
        Pulse.
    sbuf: Out(DmaReadPort(config))
    index: Out(stream of Index)

    Latency and throughput: 4 cycles from ``start``; one element per cycle.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "indices": In(Indices),
                "start": In(1),
                "sbuf": Out(DmaReadPort(config)),
                "index": Out(stream.Signature(Index)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        log2 = exact_log2(self.config.axi_bytes)
        m.submodules.walker = walker = Walker()
        m.submodules.buffer = buffer = fifo.SyncFIFO(width=Shape.cast(Index).width, depth=_DEPTH)
        indices, run = self.indices, walker.run.payload
        for level, near in ((walker.side.levels[k], indices.levels[k]) for k in range(LEVELS)):
            m.d.comb += [level.jump.eq(near.jump), level.last.eq(near.last)]
        m.d.comb += [
            walker.row.valid.eq(self.start),
            walker.row.payload.address.eq(indices.offset),
            walker.row.payload.partition.eq(indices.partition),
            walker.row.payload.last.eq(1),
        ]
        # An element is asked for only when there is room for it.
        room = Signal(range(_DEPTH + 1), init=_DEPTH)
        taken, used = Signal(), Signal()
        asked = Signal(Index)
        element = Signal(Index)
        m.d.comb += [
            self.sbuf.valid.eq(walker.run.valid & (room != 0)),
            self.sbuf.partition.eq(run.partition),
            self.sbuf.chunk.eq(run.address >> log2),
            taken.eq(self.sbuf.valid & self.sbuf.ready),
            walker.run.ready.eq(taken),
            used.eq(self.index.valid & self.index.ready),
            element.eq(asked),
            element.value.eq(self.sbuf.data.word_select(asked.offset[2:log2], 32)),
            buffer.w_en.eq(self.sbuf.data_valid),
            buffer.w_data.eq(element),
            buffer.r_en.eq(self.index.ready),
            self.index.valid.eq(buffer.r_rdy),
            self.index.payload.eq(buffer.r_data),
        ]
        m.d.sync += room.eq(room - taken + used)
        with m.If(taken):
            m.d.sync += [
                asked.offset.eq(run.address),
                asked.partition.eq(run.partition),
                asked.last.eq(run.last),
            ]
        return m
