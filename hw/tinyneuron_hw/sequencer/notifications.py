"""What the streams tell the host."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, ResetInserter, Signal
from amaranth.lib import fifo, wiring
from amaranth.lib.wiring import In, Out

from ..isa.csr import MAX_LOST, NOTIFICATIONS
from ..isa.opcodes import Stream
from .ports import NotifyPort
from .semaphores import round_robin

__all__ = ["NotificationStatus", "Notifications"]


class NotificationStatus(wiring.Signature):
    """What the host sees and does (members from the streams' side).

    Members
    -------
    count: notifications that wait; of the oldest ``stream`` and ``value``.
    lost: those that found no room.
    told: pulse; one has come, or was lost.
    pop: pulse; the oldest one is dropped.
    """

    def __init__(self):
        super().__init__(
            {
                "count": Out(range(NOTIFICATIONS + 1)),
                "stream": Out(Stream),
                "value": Out(32),
                "lost": Out(range(MAX_LOST + 1)),
                "told": Out(1),
                "pop": In(1),
            }
        )


class Notifications(wiring.Component):
    """A queue of ``NOTIFICATIONS`` entries. Without room a notification is lost and counted, so no
    stream waits for the host.

    Members
    -------
    ports: one per stream, served in turn, one a cycle.
    host: see :class:`NotificationStatus`.
    clear: pulse; forget everything.

    Latency: a notification shows two cycles after it was taken.
    """

    ports: In(NotifyPort()).array(len(Stream))
    host: Out(NotificationStatus())
    clear: In(1)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        width = 32 + Stream.as_shape().width
        queue = fifo.SyncFIFO(width=width, depth=NOTIFICATIONS)
        m.submodules.queue = ResetInserter(self.clear)(queue)
        requests = Signal(len(Stream))
        m.d.comb += requests.eq(Cat(port.valid for port in self.ports))
        last = Signal(len(Stream), init=1, name="served")
        grant = round_robin(m, requests, last)
        came, stream, value = Signal(), Signal(Stream), Signal(32)
        with m.If(requests.any()):
            m.d.sync += last.eq(grant)
        m.d.sync += came.eq(requests.any() & ~self.clear)
        for i, port in enumerate(self.ports):
            m.d.comb += port.ready.eq(grant[i])
            with m.If(grant[i]):
                m.d.sync += [stream.eq(i), value.eq(port.value)]
        host = self.host
        lost = came & ~queue.w_rdy
        m.d.comb += [
            queue.w_en.eq(came),
            queue.w_data.eq(Cat(value, stream)),
            queue.r_en.eq(host.pop),
            host.count.eq(queue.level),
            host.value.eq(Mux(queue.r_rdy, queue.r_data[:32], 0)),
            host.stream.eq(Mux(queue.r_rdy, queue.r_data[32:], 0)),
            host.told.eq(came),
        ]
        with m.If(lost & (host.lost != MAX_LOST)):
            m.d.sync += host.lost.eq(host.lost + 1)
        with m.If(self.clear):
            m.d.sync += host.lost.eq(0)
        return m
