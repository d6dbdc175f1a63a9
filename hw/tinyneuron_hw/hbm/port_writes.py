"""The write side of one AXI4 port of the memory controller."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import fifo, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..config import CoreConfig
from ..host.axi import Resp
from .address import AddressMap
from .channel import Spot
from .requests import ID_BITS, AddressChannel, BurstUnits

__all__ = ["PortWrites"]

_RESPONSES = 4
"""Write responses of one port that can wait for their manager."""


class PortWrites(wiring.Component):
    """Collects beats to accesses and hands them to channels. A burst is answered when its last
    access was accepted: later reads see it then.

    Members
    -------
    aw: In(AddressChannel())
    w_valid, w_ready, w_data, w_strobe
        The write data channel.
    b_valid, b_ready, b_id, b_resp
        The response channel.
    valid: Out(1), ready: In(1), channel: Out, spot: Out(Spot), data: Out, mask: Out
        The next access.

    Latency and throughput: 2 cycles from the last beat of an access to ``valid``; a beat a cycle.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        self._map = AddressMap(config)
        super().__init__(
            {
                "aw": In(AddressChannel()),
                "w_valid": In(1),
                "w_ready": Out(1),
                "w_data": In(8 * config.axi_bytes),
                "w_strobe": In(config.axi_bytes),
                "b_valid": Out(1),
                "b_ready": In(1),
                "b_id": Out(ID_BITS),
                "b_resp": Out(2),
                "valid": Out(1),
                "ready": In(1),
                "channel": Out(self._map.channel_bits),
                "spot": Out(Spot(config)),
                "data": Out(8 * config.access_bytes),
                "mask": Out(config.access_bytes),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.units = units = BurstUnits(self.config, self.config.access_bytes)
        connect(m, flipped(self.aw), units.channel)
        pending, passes = Signal(), Signal()
        last, burst_id, skipped, outside = Signal(), Signal(ID_BITS), Signal(), Signal()
        self._collect(m, units, pending, passes)
        unit = units.unit.payload
        with m.If(units.unit.ready):
            place = self._map.split_value(unit.number)
            m.d.sync += [
                last.eq(unit.last),
                burst_id.eq(unit.id),
                outside.eq(unit.outside),
                self.channel.eq(place.channel),
                self.spot.bank.eq(place.bank),
                self.spot.row.eq(place.row),
                self.spot.column.eq(place.column),
            ]
        responses = fifo.SyncFIFO(width=ID_BITS + 2, depth=_RESPONSES)
        m.submodules.responses = responses
        failed = Signal()
        m.d.comb += [
            skipped.eq(outside | ~self.mask.any()),
            self.valid.eq(pending & ~skipped & responses.w_rdy),
            passes.eq(pending & responses.w_rdy & (skipped | self.ready)),
            responses.w_en.eq(passes & last),
            responses.w_data.eq(Cat(burst_id, Mux(failed | outside, Resp.DECERR, Resp.OKAY))),
            self.b_valid.eq(responses.r_rdy),
            Cat(self.b_id, self.b_resp).eq(responses.r_data),
            responses.r_en.eq(self.b_ready),
        ]
        with m.If(passes):
            m.d.sync += failed.eq((failed | outside) & ~last)
        return m

    def _collect(self, m: Module, units: Any, pending: Signal, passes: Signal) -> None:
        config, unit = self.config, units.unit.payload
        beats = config.access_bytes // config.axi_bytes
        done, beat, ends = Signal(2), Signal(2), Signal()
        bytes_, mask = Signal(8 * config.access_bytes), Signal(config.access_bytes)
        kept = Signal(config.access_bytes)
        m.d.comb += [
            beat.eq(unit.first + done),
            ends.eq(done == unit.beats),
            mask.eq(kept),
            bytes_.eq(self.data),
            self.w_ready.eq(units.unit.valid & (~pending | passes)),
            units.unit.ready.eq(self.w_valid & self.w_ready & ends),
        ]
        for i in range(beats):
            with m.If(beat == i):
                m.d.comb += [
                    bytes_.word_select(i, 8 * config.axi_bytes).eq(self.w_data),
                    mask.word_select(i, config.axi_bytes).eq(self.w_strobe),
                ]
        with m.If(passes):
            m.d.sync += pending.eq(0)
        with m.If(self.w_valid & self.w_ready):
            m.d.sync += [
                done.eq(Mux(ends, 0, done + 1)),
                kept.eq(Mux(ends, 0, mask)),
                self.data.eq(bytes_),
                self.mask.eq(mask),
                pending.eq(ends),
            ]
