"""AXI4 bursts to what a memory controller serves at once."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from ..config import CoreConfig
from ..host.axi import ADDRESS_BITS, ID_BITS

__all__ = ["ID_BITS", "AddressChannel", "BurstUnits", "Unit"]


def AddressChannel() -> wiring.Signature:  # noqa: N802 (a signature, used like a class)
    """AR or AW without its prefix, from the manager's side."""
    return wiring.Signature(
        {
            "id": Out(ID_BITS),
            "addr": Out(ADDRESS_BITS),
            "len": Out(8),
            "valid": Out(1),
            "ready": In(1),
        }
    )


class Unit(data.Struct):
    """Beats of a burst that lie in one unit: ``beats`` + 1 from beat ``first`` of it on."""

    id: ID_BITS
    number: unsigned(ADDRESS_BITS - 3)
    """Address in units."""
    first: unsigned(2)
    beats: unsigned(2)
    last: unsigned(1)
    """Last of the burst."""
    outside: unsigned(1)
    """Not in the device."""


class BurstUnits(wiring.Component):
    """Cuts bursts at multiples of ``unit_bytes``, which is one to four beats.

    Members
    -------
    channel: In(AddressChannel())
        INCR bursts of full-width beats.
    unit: Out(stream of Unit)

    Latency and throughput: one cycle; one unit per cycle, also from burst to burst.
    """

    def __init__(self, config: CoreConfig, unit_bytes: int):
        self.config = config
        self.unit_bytes = unit_bytes
        super().__init__({"channel": In(AddressChannel()), "unit": Out(stream.Signature(Unit))})

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config = self.config
        shift = exact_log2(self.unit_bytes)
        beat_shift = exact_log2(config.axi_bytes)
        beats = self.unit_bytes // config.axi_bytes
        left, unit, channel = Signal(8), self.unit.payload, self.channel
        room = Signal(range(beats))
        """Beats behind the first one in this unit."""
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
