"""AXI4 bursts to beats for the memory controller."""

from typing import Any

from amaranth.hdl import Module, Signal, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from ..config import CoreConfig
from ..host.axi import ADDRESS_BITS

__all__ = ["ID_BITS", "AddressChannel", "BeatAddress", "BurstBeats"]

ID_BITS = 4


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


class BeatAddress(data.Struct):
    """One beat of a burst. ``outside``: it is not in the device."""

    id: ID_BITS
    address: ADDRESS_BITS
    last: unsigned(1)
    outside: unsigned(1)


class BurstBeats(wiring.Component):
    """Counts the beats of bursts.

    Members
    -------
    channel: In(AddressChannel())
        INCR bursts of full-width beats.
    beat: Out(stream of BeatAddress)

    Latency and throughput: one cycle; one beat per cycle, also from burst to burst.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "channel": In(AddressChannel()),
                "beat": Out(stream.Signature(BeatAddress)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        align = exact_log2(self.config.axi_bytes)
        left = Signal(8)
        beat, channel = self.beat.payload, self.channel
        m.d.comb += [
            beat.last.eq(left == 0),
            beat.outside.eq(beat.address >= self.config.device_memory_bytes),
            channel.ready.eq(~self.beat.valid | (self.beat.ready & beat.last)),
        ]
        with m.If(channel.ready):
            m.d.sync += self.beat.valid.eq(channel.valid)
            with m.If(channel.valid):
                m.d.sync += [
                    beat.id.eq(channel.id),
                    beat.address[align:].eq(channel.addr[align:]),
                    left.eq(channel.len),
                ]
        with m.Elif(self.beat.ready):
            m.d.sync += [left.eq(left - 1), beat.address[align:].eq(beat.address[align:] + 1)]
        return m
