"""The read side of one AXI4 port of the memory controller."""

from typing import Any

from amaranth.hdl import Array, Cat, Module, Mux, Signal
from amaranth.lib import data, fifo, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..config import CoreConfig
from ..host.axi import Resp
from .access_queue import TAG_BITS
from .address import AddressMap
from .channel import Spot
from .read_slots import SLOTS, ReadData
from .requests import ID_BITS, AddressChannel, BurstUnits

__all__ = ["PortReads"]

_ORDER = 128
"""Accesses of one port on their way, if the channels have as many slots."""
_READY = 4
"""Accesses whose data waits for the port."""


class PortReads(wiring.Component):
    """Asks channels for the accesses of bursts and returns their beats in order.

    Members
    -------
    ar: In(AddressChannel())
    r_valid, r_ready, r_id, r_data, r_resp, r_last, r_user
        The read data channel. ``r_user`` has a bit for each 64-bit word of the beat that could not
        be corrected; ``r_resp`` is then SLVERR.
    valid: Out(1), ready: In(1), channel: Out, spot: Out(Spot), slot: In(TAG_BITS)
        The next access; ``slot`` is where its channel will put it.
    done: In(SLOTS).array(channels)
    take: Out(1), take_ready: In(1), take_channel, take_slot: Out
        Asks for an access that is done.
    taken: In(ReadData).array(channels)
        What each channel gave in the cycle before.

    Latency and throughput: 2 cycles from AR to the access and 4 from ``done`` to R; a beat a cycle.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        places = AddressMap(config)
        self._map = places
        channels = config.memory_channels
        self._note = data.StructLayout(
            {"channel": places.channel_bits, "slot": TAG_BITS, "first": 2, "beats": 2,
             "id": ID_BITS, "last": 1, "outside": 1}
        )  # fmt: skip
        super().__init__(
            {
                "ar": In(AddressChannel()),
                "r_valid": Out(1),
                "r_ready": In(1),
                "r_id": Out(ID_BITS),
                "r_data": Out(8 * config.axi_bytes),
                "r_resp": Out(2),
                "r_last": Out(1),
                "r_user": Out(config.axi_bytes // 8),
                "valid": Out(1),
                "ready": In(1),
                "channel": Out(places.channel_bits),
                "spot": Out(Spot(config)),
                "slot": In(TAG_BITS),
                "done": In(SLOTS).array(channels),
                "take": Out(1),
                "take_ready": In(1),
                "take_channel": Out(places.channel_bits),
                "take_slot": Out(TAG_BITS),
                "taken": In(ReadData(config)).array(channels),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        depth = min(_ORDER, SLOTS * self.config.memory_channels)
        m.submodules.order = order = fifo.SyncFIFOBuffered(width=self._note.size, depth=depth)
        self._ask(m, order)
        self._take(m, order)
        return m

    def _ask(self, m: Module, order: Any) -> None:
        m.submodules.units = units = BurstUnits(self.config, self.config.access_bytes)
        connect(m, flipped(self.ar), units.channel)
        unit = units.unit.payload
        pending, note, new = Signal(), Signal(self._note), Signal(self._note)
        passes = Signal()
        m.d.comb += [
            self.valid.eq(pending & ~note.outside & order.w_rdy),
            self.channel.eq(note.channel),
            passes.eq(pending & order.w_rdy & (note.outside | self.ready)),
            new.eq(note),
            new.slot.eq(self.slot),
            order.w_en.eq(passes),
            order.w_data.eq(new),
            units.unit.ready.eq(~pending | passes),
        ]
        with m.If(units.unit.ready):
            place = self._map.split_value(unit.number)
            m.d.sync += [
                pending.eq(units.unit.valid),
                note.channel.eq(place.channel),
                self.spot.bank.eq(place.bank),
                self.spot.row.eq(place.row),
                self.spot.column.eq(place.column),
                *(note[name].eq(unit[name]) for name in ("first", "beats", "id", "last",
                                                         "outside")),
            ]  # fmt: skip

    def _take(self, m: Module, order: Any) -> None:
        config = self.config
        head = data.View(self._note, order.r_data)
        kept = data.StructLayout({"note": self._note, "read": ReadData(config)})
        m.submodules.ready = ready = fifo.SyncFIFO(width=kept.size, depth=_READY)
        arriving, came = Signal(), Signal(self._note)
        room, done = Signal(), Signal()
        m.d.comb += [
            room.eq(ready.level + arriving < _READY),
            done.eq(_of(self.done, head.channel).bit_select(head.slot, 1)),
            self.take.eq(order.r_rdy & room & done & ~head.outside),
            self.take_channel.eq(head.channel),
            self.take_slot.eq(head.slot),
            order.r_en.eq(room & (head.outside | (self.take & self.take_ready))),
            ready.w_en.eq(arriving),
            ready.w_data.eq(Cat(came, _of(self.taken, came.channel))),
        ]
        m.d.sync += arriving.eq(order.r_rdy & order.r_en)
        with m.If(order.r_en):
            m.d.sync += came.eq(head)

        # Beats of the access at the head.
        item = data.View(kept, ready.r_data)
        done_beats, beat, ends = Signal(2), Signal(2), Signal()
        words = config.axi_bytes // 8
        m.d.comb += [
            beat.eq(item.note.first + done_beats),
            ends.eq(done_beats == item.note.beats),
            self.r_valid.eq(ready.r_rdy),
            self.r_id.eq(item.note.id),
            self.r_last.eq(item.note.last & ends),
            self.r_data.eq(item.read.data.word_select(beat, 8 * config.axi_bytes)),
            self.r_user.eq(Mux(item.note.outside, 0, item.read.double.word_select(beat, words))),
            ready.r_en.eq(self.r_ready & ends),
        ]
        with m.If(item.note.outside):
            m.d.comb += self.r_resp.eq(Resp.DECERR)
        with m.Elif(self.r_user.any()):
            m.d.comb += self.r_resp.eq(Resp.SLVERR)
        with m.If(self.r_valid & self.r_ready):
            m.d.sync += done_beats.eq(Mux(ends, 0, done_beats + 1))


def _of(values: Any, channel: Any) -> Any:
    """The one of ``channel``."""
    items = [getattr(value, "as_value", lambda value=value: value)() for value in values]
    return Array(items)[channel] if len(items) > 1 else items[0]
