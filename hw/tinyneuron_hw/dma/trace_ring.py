"""Writes the events of the trace port to a ring in device memory."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import fifo, stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for, exact_log2

from ..config import CoreConfig
from ..isa.trace import RECORD_BYTES, RECORD_FIELDS, TraceRecord
from ..sequencer.ports import TraceEvent, TraceRingPort
from .reader import AddressRequest
from .sink import WriteBeat

__all__ = ["TraceRing"]

_DEPTH = 64
"""Events that wait to be written."""
_OPEN_WRITES = 16
_PATIENCE = 64
"""Cycles without an event after which a beat is written although it is not full."""


class TraceRing(wiring.Component):
    """Collects events to beats and writes each as a burst of its own; it takes its turn at the
    port like a DMA engine. An event that finds no room is lost whole, and counted: it holds up
    nothing.

    Parameters
    ----------
    config:
        Width of the port.

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

    Throughput: a beat every 3 cycles, so 16 partitions or more keep up with an event a cycle as
    long as memory does.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
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

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        waiting = fifo.SyncFIFOBuffered(width=8 * RECORD_BYTES, depth=_DEPTH)
        answers = fifo.SyncFIFO(width=bits_for(self._lanes), depth=_OPEN_WRITES)
        m.submodules.waiting, m.submodules.answers = waiting, answers
        count, self._writing = Signal(range(self._lanes + 1)), Signal()
        dropped = self._take(m, waiting)
        sent = self._send(m, waiting, answers, count)
        m.d.comb += [
            self.quiet.eq((waiting.level == 0) & (count == 0) & ~self._writing & ~answers.r_rdy),
            self.control.busy.eq(~self.quiet | self.event.valid),
            answers.w_en.eq(sent),
            answers.w_data.eq(count),
            answers.r_en.eq(self.b_valid),
        ]
        refused = Mux(self.b_valid & self.b_error, answers.r_data, 0)
        control, is_off = self.control, (self.control.size[3:] == 0) & self.quiet
        with m.If(dropped | self.b_valid):
            m.d.sync += control.lost.eq(control.lost + refused + dropped)
        with m.If(self.b_valid):
            m.d.sync += control.written.eq(control.written + answers.r_data)
        with m.If(is_off):
            m.d.sync += [control.lost.eq(0), control.written.eq(0)]
        return m

    def _take(self, m: Module, waiting: Any) -> Signal:
        """Events on their way in; whether one of this cycle is lost."""
        control, event = self.control, self.event
        taken, dropped, room = Signal(32), Signal(), Signal()
        record: Any = Signal(TraceRecord)
        on = control.size[3:] != 0
        m.d.comb += [
            event.ready.eq(1),
            room.eq(((taken - control.read)[:32] < control.size[3:] << 3) & waiting.w_rdy),
            waiting.w_en.eq(event.valid & on & room),
            *(record[name].eq(event.payload[name]) for name in RECORD_FIELDS),
            waiting.w_data.eq(record.as_value()),
            dropped.eq(event.valid & on & ~room),
        ]
        with m.If(waiting.w_en):
            m.d.sync += taken.eq(taken + 1)
        with m.If(~on & self.quiet):
            m.d.sync += taken.eq(0)
        return dropped

    def _send(self, m: Module, waiting: Any, answers: Any, count: Signal) -> Signal:
        """Events to beats, beats to the bus; pulses with a beat's address."""
        control, lanes = self.control, self._lanes
        log2 = exact_log2(self.config.axi_bytes)
        place, patience = Signal(32), Signal(range(_PATIENCE + 1))
        """Of the next event in the ring; cycles that one may still come."""
        data, strobe = Signal(8 * self.config.axi_bytes), Signal(lanes)
        sealed, start, sent, add = Signal(), Signal(48), Signal(), Signal()
        lane = place[: exact_log2(lanes)]
        is_last = lane == lanes - 1
        m.d.comb += [
            add.eq(waiting.r_rdy & ~sealed),
            waiting.r_en.eq(add),
            self.aw.valid.eq(sealed & ~self._writing & answers.w_rdy),
            self.aw.payload.address.eq(start),
            self.w.valid.eq(self._writing),
            self.w.payload.last.eq(1),
            sent.eq(self.aw.valid & self.aw.ready),
        ]
        m.d.sync += patience.eq(Mux(patience == 0, 0, patience - 1))
        with m.If(add):
            following = place + 1
            m.d.sync += [
                data.word_select(lane, 8 * RECORD_BYTES).eq(waiting.r_data),
                strobe.bit_select(lane, 1).eq(1),
                count.eq(count + 1),
                place.eq(Mux(following == control.size[3:] << 3, 0, following)),
                start[log2:].eq(control.base[log2:] + (place >> exact_log2(lanes))),
                sealed.eq(is_last),
                patience.eq(_PATIENCE),
            ]
        with m.Elif((count != 0) & (self.flush | (patience == 0)) & ~sealed):
            m.d.sync += sealed.eq(1)
        with m.If(sent):
            m.d.sync += [
                self._writing.eq(1),
                self.w.payload.data.eq(data),
                self.w.payload.strobe.eq(Cat(bit.replicate(RECORD_BYTES) for bit in strobe)),
                strobe.eq(0), count.eq(0), sealed.eq(0),
            ]  # fmt: skip
        with m.Elif(self.w.ready):
            m.d.sync += self._writing.eq(0)
        with m.If((control.size[3:] == 0) & self.quiet):
            m.d.sync += place.eq(0)
        return sent
