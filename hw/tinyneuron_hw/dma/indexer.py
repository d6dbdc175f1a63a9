"""From an index tensor to the rows of a gather or a scatter."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Shape, Signal, signed, unsigned
from amaranth.lib import data, fifo, stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..config import CoreConfig
from ..host.windows import Windows
from ..memory.ports import DmaReadPort
from .index_fetch import Index, IndexFetch
from .transfer import LEVELS, Row, Side, Transfer
from .window_check import window_allows

__all__ = ["Indexer"]

_ADDRESS = signed(67)
"""A row's ends: a 66-bit place and an index of 32 bits times 32 bits."""


class _Place(data.Struct):
    """A row between two stages."""

    index: Index
    near_address: unsigned(48)
    near_partition: unsigned(8)
    valid_index: unsigned(1)
    """The index is from 0 to the largest one."""


class Indexer(wiring.Component):
    """Turns indices into rows, and stops at the first one that traps.

    A row is handed on when the next one is known, so that the last one is marked. Rows of the
    source go on at once; those of the destination wait in a queue as long as a burst may be under
    way.

    Members
    -------
    transfer: In(Transfer), start: In(1)
        ``start`` is a pulse; only for a transfer that is ``indexed``.
    windows: In(Windows)
    sbuf: Out(DmaReadPort(config))
    src, dst: Out(stream of Row)
    empty: Out(1)
        Level: no row is to be moved.
    fault: Out(1), fault_address: Out(48)
        Level: a row traps with OUT_OF_RANGE at this address; rows before it are handed on.

    Latency and throughput: 8 cycles from ``start`` to the first row; one row per cycle.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "transfer": In(Transfer),
                "start": In(1),
                "windows": In(Windows),
                "sbuf": Out(DmaReadPort(config)),
                "src": Out(stream.Signature(Row)),
                "dst": Out(stream.Signature(Row)),
                "empty": Out(1),
                "fault": Out(1),
                "fault_address": Out(48),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.fetch = fetch = IndexFetch(self.config)
        connect(m, fetch.sbuf, flipped(self.sbuf))
        m.d.comb += [fetch.indices.eq(self.transfer.indices), fetch.start.eq(self.start)]
        product, first = self._multiply(m, fetch)
        low, high, second = self._add(m, product, first)
        self._judge(m, low, high, second)
        return m

    def _multiply(self, m: Module, fetch: IndexFetch) -> tuple[Signal, Any]:
        """First stage: ``index * stride``; the place on chip."""
        transfer, indices, index = self.transfer, self.transfer.indices, fetch.index.payload
        near = Signal(Side)
        m.d.comb += near.eq(Mux(transfer.src.device, transfer.dst, transfer.src))
        rows, partitions = near.levels[LEVELS - 2], near.levels[LEVELS - 1]
        product = Signal(signed(65))
        self._first, first = Signal(), Signal(_Place)
        self._first_moves = Signal()
        address, partition, row = Signal(48), Signal(8), Signal(16)
        taken = Signal()
        m.d.comb += [
            fetch.index.ready.eq(~self._first | self._first_moves),
            taken.eq(fetch.index.valid & fetch.index.ready),
        ]
        with m.If(fetch.index.ready):
            m.d.sync += self._first.eq(fetch.index.valid)
        with m.If(taken):
            m.d.sync += [
                product.eq(index.value * indices.stride),
                first.index.eq(index),
                first.near_address.eq(address),
                first.near_partition.eq(partition),
                first.valid_index.eq(
                    (index.value <= indices.last) & ~(indices.is_signed & index.value[-1])
                ),
                row.eq(row + 1),
                address.eq(address + rows.jump),
            ]
            with m.If(row == rows.last):
                m.d.sync += [row.eq(0), partition.eq(partition + 1)]
                m.d.sync += address.eq(address + partitions.jump)
        with m.If(self.start):
            m.d.sync += [address.eq(near.address), partition.eq(near.partition), row.eq(0)]
        return product, first

    def _add(self, m: Module, product: Signal, first: Any) -> tuple[Signal, Signal, Any]:
        """Second stage: where the row lies in device memory."""
        indices = self.transfer.indices
        low, high, start = Signal(_ADDRESS), Signal(_ADDRESS), Signal(48)
        self._second, second = Signal(), Signal(_Place)
        self._second_moves = Signal()
        self._far_start = start
        far = Mux(self.transfer.src.device, self.transfer.src.address, self.transfer.dst.address)
        m.d.comb += self._first_moves.eq(~self._second | self._second_moves)
        with m.If(self._first_moves):
            m.d.sync += self._second.eq(self._first)
            with m.If(self._first):
                m.d.sync += [
                    low.eq(indices.low + product),
                    high.eq(indices.high + product),
                    start.eq(far + product),
                    second.eq(first),
                ]
        return low, high, second

    def _judge(self, m: Module, low: Signal, high: Signal, second: Any) -> None:
        """Third stage: keeps a row until it is known whether another one follows."""
        held, over, found = Signal(), Signal(), Signal()
        far, near = Signal(Row), Signal(Row)
        skips, good, room, emit = Signal(), Signal(), Signal(), Signal()
        place, is_read = second.index, self.transfer.src.device
        m.d.comb += [
            skips.eq(~second.valid_index & self.transfer.indices.skip),
            good.eq(
                self._second
                & second.valid_index
                & window_allows(self.windows, low, high, is_read, ~is_read)
            ),
            emit.eq(held & (over | good)),
            self._second_moves.eq(~over & (~good | ~held | room)),
            self.empty.eq(over & ~found),
        ]
        with m.If(self._second & self._second_moves):
            m.d.sync += over.eq(place.last | ~(skips | good))
            with m.If(good):
                m.d.sync += [held.eq(1), found.eq(1), far.address.eq(self._far_start)]
                m.d.sync += [near.address.eq(second.near_address),
                             near.partition.eq(second.near_partition)]  # fmt: skip
            with m.Elif(~skips):
                m.d.sync += self.fault.eq(1)
                outside = Cat(place.offset, place.partition)
                m.d.sync += self.fault_address.eq(Mux(second.valid_index, self._far_start, outside))
        with m.If(over & emit & room):
            m.d.sync += held.eq(0)
        self._hand_on(m, emit, room, over, far, near)

    def _hand_on(self, m: Module, emit: Signal, room: Signal, last: Signal, far: Any, near: Any
                 ) -> None:  # fmt: skip
        from_device = self.transfer.src.device
        m.submodules.waiting = waiting = fifo.SyncFIFOBuffered(
            width=Shape.cast(Row).width, depth=self.config.dma_buffer_beats
        )
        row = Signal(Row)
        m.d.comb += [
            self.src.payload.eq(Mux(from_device, far, near)),
            self.src.payload.last.eq(last),
            row.eq(Mux(from_device, near, far)),
            row.last.eq(last),
            room.eq(self.src.ready & waiting.w_rdy),
            self.src.valid.eq(emit & waiting.w_rdy),
            waiting.w_en.eq(emit & room),
            waiting.w_data.eq(row),
            self.dst.valid.eq(waiting.r_rdy),
            self.dst.payload.eq(waiting.r_data),
            waiting.r_en.eq(self.dst.ready),
        ]
