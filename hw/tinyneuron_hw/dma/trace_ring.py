"""Writes the events of the trace port to a ring in device memory."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Shape, Signal, Value, unsigned
from amaranth.lib import data, fifo, stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for, exact_log2

from ..config import CoreConfig
from ..isa.trace import RECORD_BYTES, RECORD_FIELDS, TraceRecord
from ..sequencer.ports import TraceEvent, TraceRingPort
from .reader import AddressRequest
from .sink import WriteBeat

__all__ = ["TraceRing"]

_WAITING = 64
"""Events that wait to be put into beats."""
_BURST_BYTES = 256
"""Of a burst that nothing hurries, so that memory seldom turns from reading to writing for it."""
_MOST_BEATS = 16
_OPEN_BURSTS = 16
_PATIENCE = 4095
"""Cycles without an event after which what there is is written."""


class TraceRing(wiring.Component):
    """Collects events to beats and beats to bursts of 256 bytes; takes its turn at the port like a
    DMA engine. An event that finds no room is lost whole, and counted: it holds up nothing.

    Parameters
    ----------
    config:
        Width of the port.
    patience:
        Cycles without an event after which what there is is written.

    Members
    -------
    event: In(stream of TraceEvent)
        Always taken.
    control: In(TraceRingPort())
    flush: In(1)
        Write what there is without waiting for more.
    aw: Out(stream of AddressRequest), w: Out(stream of WriteBeat(config))
    b_valid, b_error: In(1)
        Responses in order; never held back. Events whose write is refused count as lost, too.
    quiet: Out(1)
        Everything that was taken is written.

    Throughput: an event a cycle, as long as memory takes the bursts.
    """

    def __init__(self, config: CoreConfig, *, patience: int = _PATIENCE):
        self.config = config
        self._patience = patience
        super().__init__(
            {
                "event": In(stream.Signature(TraceEvent)),
                "control": In(TraceRingPort()),
                "flush": In(1),
                "aw": Out(stream.Signature(AddressRequest)),
                "w": Out(stream.Signature(WriteBeat(config))),
                "b_valid": In(1),
                "b_error": In(1),
                "quiet": Out(1),
            }
        )
        self._lanes = config.axi_bytes // RECORD_BYTES
        self._burst = min(_MOST_BEATS, _BURST_BYTES // config.axi_bytes)
        self._beat = data.StructLayout(
            {
                "data": unsigned(8 * config.axi_bytes),
                "lanes": unsigned(self._lanes),
                "count": Shape.cast(range(self._lanes + 1)),
            }
        )
        """Its records, which they are, and how many."""

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        control, on = self.control, Signal()
        m.submodules.waiting = waiting = fifo.SyncFIFOBuffered(
            width=8 * RECORD_BYTES, depth=_WAITING
        )
        m.submodules.beats = beats = fifo.SyncFIFOBuffered(
            width=self._beat.size, depth=2 * self._burst
        )
        answers = fifo.SyncFIFO(width=bits_for(self._burst * self._lanes), depth=_OPEN_BURSTS)
        m.submodules.answers = answers
        dropped = self._take(m, waiting, on)
        collecting, torn, hurry = self._collect(m, waiting, beats)
        sending = self._send(m, beats, answers, torn, hurry)
        m.d.comb += [
            on.eq(control.size[5:] != 0),
            self.quiet.eq(
                (waiting.level == 0) & (beats.level == 0) & ~answers.r_rdy & ~collecting & ~sending
            ),
            control.busy.eq(~self.quiet | self.event.valid),
            answers.r_en.eq(self.b_valid),
        ]
        refused = Mux(self.b_valid & self.b_error, answers.r_data, 0)
        with m.If(dropped | self.b_valid):
            m.d.sync += control.lost.eq(control.lost + refused + dropped)
        with m.If(self.b_valid):
            m.d.sync += control.written.eq(control.written + answers.r_data)
        with m.If(~on & self.quiet):
            m.d.sync += [control.lost.eq(0), control.written.eq(0)]
            m.d.sync += [place.eq(0) for place in (self._taken, self._lane, self._at)]
        return m

    def _take(self, m: Module, waiting: Any, on: Signal) -> Signal:
        """Events on their way in; whether one of this cycle is lost."""
        control, event = self.control, self.event
        self._taken, dropped, room = Signal(32), Signal(), Signal()
        record: Any = Signal(TraceRecord)
        in_ring = (self._taken - control.read)[:32]
        m.d.comb += [
            event.ready.eq(1),
            room.eq((in_ring < control.size[5:] << 5) & waiting.w_rdy),
            waiting.w_en.eq(event.valid & on & room),
            *(record[name].eq(event.payload[name]) for name in RECORD_FIELDS),
            waiting.w_data.eq(record.as_value()),
            dropped.eq(event.valid & on & ~room),
        ]
        with m.If(waiting.w_en):
            m.d.sync += self._taken.eq(self._taken + 1)
        return dropped

    def _collect(self, m: Module, waiting: Any, beats: Any) -> tuple[Signal, Signal, Signal]:
        """Events to beats: whether one is being filled, whether the last one went out with lanes
        to fill, and whether nothing should wait for more."""
        beat: Any = Signal(self._beat)
        self._lane = lane = Signal(range(self._lanes))
        patience, hurry = Signal(range(self._patience + 1)), Signal()
        full, torn, add, tear = Signal(), Signal(), Signal(), Signal()
        m.d.comb += [
            hurry.eq(self.flush | (patience == 0)),
            # The rest of a torn beat is a burst of its own: its address comes twice.
            add.eq(waiting.r_rdy & ~torn & (~full | beats.w_rdy)),
            tear.eq((beat.count != 0) & ~full & hurry & ~waiting.r_rdy),
            waiting.r_en.eq(add),
            beats.w_en.eq(full | tear),
            beats.w_data.eq(beat.as_value()),
        ]
        m.d.sync += patience.eq(Mux(patience == 0, 0, patience - 1))
        with m.If(beats.w_en & beats.w_rdy):
            m.d.sync += [beat.lanes.eq(0), beat.count.eq(0), full.eq(0)]
        with m.If(tear & beats.w_rdy):
            m.d.sync += torn.eq(1)
        with m.Elif(beats.level == 0):
            m.d.sync += torn.eq(0)
        with m.If(add):
            before = Mux(full, 0, beat.lanes)
            m.d.sync += [
                beat.data.word_select(lane, 8 * RECORD_BYTES).eq(waiting.r_data),
                beat.lanes.eq(before | (1 << lane)),
                beat.count.eq(Mux(full, 0, beat.count) + 1),
                full.eq(lane == self._lanes - 1),
                lane.eq(Mux(lane == self._lanes - 1, 0, lane + 1)),
                patience.eq(self._patience),
            ]
        return beat.count != 0, torn, hurry

    def _send(self, m: Module, beats: Any, answers: Any, torn: Signal, hurry: Signal) -> Value:
        """Beats to bursts; whether one is going out."""
        control, config = self.control, self.config
        log2 = exact_log2(config.axi_bytes)
        beat: Any = data.View(self._beat, beats.r_data)
        self._at = at = Signal(32)
        """Of the next beat in the ring."""
        left, events = Signal(range(self._burst + 1)), Signal(range(self._burst * self._lanes + 1))
        """Beats of the burst that is going out; events of it that are out."""
        room, count, total = Signal.like(left), Signal.like(left), Signal.like(events)
        m.d.comb += [
            room.eq(self._burst - at[: exact_log2(self._burst)]),
            count.eq(Mux(beats.level < room, beats.level, room)),
            self.aw.valid.eq(
                (left == 0) & answers.w_rdy
                & ((beats.level >= room) | ((beats.level != 0) & (hurry | torn)))
            ),
            self.aw.payload.address[log2:].eq((control.base[8:] << 8 - log2) + at),
            self.aw.payload.beats.eq(count - 1),
            self.w.valid.eq((left != 0) & beats.r_rdy),
            self.w.payload.data.eq(beat.data),
            self.w.payload.strobe.eq(Cat(lane.replicate(RECORD_BYTES) for lane in beat.lanes)),
            self.w.payload.last.eq(left == 1),
            beats.r_en.eq(self.w.valid & self.w.ready),
            total.eq(events + beat.count),
            answers.w_en.eq(beats.r_en & (left == 1)),
            answers.w_data.eq(total),
        ]  # fmt: skip
        with m.If(self.aw.valid & self.aw.ready):
            m.d.sync += [left.eq(count), events.eq(0)]
        with m.If(beats.r_en):
            m.d.sync += [left.eq(left - 1), events.eq(total)]
            # A beat whose last lane is not there goes out once more.
            with m.If(beat.lanes[-1]):
                end = at + 1 == control.size[5:] << 5 - exact_log2(self._lanes)
                m.d.sync += at.eq(Mux(end, 0, at + 1))
        return left != 0
