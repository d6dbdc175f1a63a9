"""AXI4 bursts to accesses of a memory channel."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from ..config import CoreConfig
from .requests import ID_BITS, AddressChannel

__all__ = ["BurstUnits", "Unit"]


class Unit(data.Struct):
    """Beats of a burst that lie in one access: ``beats`` + 1 from beat ``first`` of it on."""

    id: ID_BITS
    number: unsigned(43)
    """Address in units of ``access_bytes``."""
    first: unsigned(2)
    beats: unsigned(2)
    last: unsigned(1)
    """Last of the burst."""
    outside: unsigned(1)
    """Not in the device."""


class BurstUnits(wiring.Component):
    """Cuts bursts at multiples of ``access_bytes``.

    Members
    -------
    channel: In(AddressChannel())
        INCR bursts of full-width beats.
    unit: Out(stream of Unit)

    Latency and throughput: one cycle; one access per cycle, also from burst to burst.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__({"channel": In(AddressChannel()), "unit": Out(stream.Signature(Unit))})

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config = self.config
        shift = exact_log2(config.access_bytes)
        beat_shift = exact_log2(config.axi_bytes)
        beats = config.access_bytes // config.axi_bytes
        left, unit, channel = Signal(8), self.unit.payload, self.channel
        room = Signal(range(beats))
        """Beats behind the first one in this access."""
        m.d.comb += [
            room.eq(beats - 1 - unit.first),
            unit.last.eq(left <= room),
            unit.beats.eq(Mux(unit.last, left, room)),
            unit.outside.eq(unit.number >= config.device_memory_bytes >> shift),
            channel.ready.eq(~self.unit.valid | (self.unit.ready & unit.last)),
        ]
        with m.If(channel.ready):
            m.d.sync += self.unit.valid.eq(channel.valid)
            with m.If(channel.valid):
                m.d.sync += [
                    unit.id.eq(channel.id),
                    unit.number.eq(channel.addr[shift:]),
                    unit.first.eq(channel.addr[beat_shift:shift]),
                    left.eq(channel.len),
                ]
        with m.Elif(self.unit.ready):
            m.d.sync += [
                left.eq(left - unit.beats - 1),
                unit.number.eq(unit.number + 1),
                unit.first.eq(0),
            ]
        return m
