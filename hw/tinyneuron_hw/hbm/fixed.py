"""Memory controller of a device with a fixed latency."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import data, fifo, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for, ceil_log2, exact_log2

from ..config import CoreConfig
from ..dma.round_robin import RoundRobin
from ..host.axi import Axi4, Axi4Read, Resp
from .counts import MemoryCounts
from .ports import FixedPort
from .requests import ID_BITS, BurstUnits

__all__ = ["FixedController"]

_RESPONSES = 4
"""Write responses of one port that can wait for their manager."""


class FixedController(wiring.Component):
    """Serves the core's AXI4 ports from one memory port, a beat per command.

    Beats of all reads and writes take turns, one a cycle. A read is asked for only when its
    port's buffer has room for the data. A write is answered when its last beat's command is taken;
    commands keep their order at the device, so later reads see it. Beats beyond the device's
    size answer DECERR and change nothing.

    Members
    -------
    dma: In(Axi4).array(config.dma_ports), fetch: In(Axi4Read)
        ``axi_bytes`` wide, 4 ID bits. Responses of a port come in the order of its addresses.
    phy: Out(FixedPort(config))
    counts: Out(MemoryCounts(config))
        Stays 0.

    Latency and throughput: ``config.memory_latency`` + 5 cycles from AR to R; a command a cycle.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        self._beats_per_command = config.memory_bytes // config.axi_bytes
        self._depth = 1 << ceil_log2(config.memory_latency + 16)
        flags = {"id": ID_BITS, "last": 1, "outside": 1}
        # What a read command on its way will need when its data returns, and what is then kept.
        self._note = data.StructLayout(
            {
                "port": bits_for(config.dma_ports),
                "slice": bits_for(self._beats_per_command - 1),
                **flags,
            }
        )
        self._returned = data.StructLayout({"data": 8 * config.axi_bytes, **flags})
        axi = {"data_bytes": config.axi_bytes, "id_bits": ID_BITS}
        super().__init__(
            {
                "dma": In(Axi4(**axi)).array(config.dma_ports),
                "fetch": In(Axi4Read(**axi)),
                "phy": Out(FixedPort(config)),
                "counts": Out(MemoryCounts(config)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        readers = {**{f"dma{i}": axi for i, axi in enumerate(self.dma)}, "fetch": self.fetch}
        m.submodules.turn = turn = RoundRobin(len(readers) + len(self.dma))
        # Read at once: the shortest latency is one cycle.
        m.submodules.notes = notes = fifo.SyncFIFO(width=self._note.size, depth=self._depth)
        free = Signal()
        m.d.comb += [
            free.eq(~self.phy.valid | self.phy.ready),
            turn.taken.eq(free & turn.requests.any()),
            notes.r_en.eq(self.phy.read_valid),
        ]
        with m.If(free):
            m.d.sync += self.phy.valid.eq(0)

        def granted(i: int, request: Any) -> Value:
            m.d.comb += turn.requests[i].eq(request)
            return free & turn.requests[i] & (turn.grant == i)

        note = Signal(self._note)
        m.d.comb += notes.w_data.eq(note)
        for i, (name, axi) in enumerate(readers.items()):
            beat = self._beats(m, f"{name}_reads", axi, "ar")
            room = self._return_data(m, name, i, axi, notes, beat.valid & beat.ready)
            m.d.comb += beat.ready.eq(granted(i, beat.valid & room & notes.w_rdy))
            with m.If(beat.ready):
                self._command(m, beat.payload, write=False)
                m.d.comb += [
                    notes.w_en.eq(1),
                    note.port.eq(i),
                    note.slice.eq(self._slice(beat.payload)),
                    note.id.eq(beat.payload.id),
                    note.last.eq(beat.payload.last),
                    note.outside.eq(beat.payload.outside),
                ]
        for i, axi in enumerate(self.dma):
            beat = self._beats(m, f"dma{i}_writes", axi, "aw")
            room = self._respond(m, f"dma{i}", axi, beat)
            request = beat.valid & axi.wvalid & room
            m.d.comb += beat.ready.eq(granted(len(readers) + i, request))
            m.d.comb += axi.wready.eq(beat.ready)
            with m.If(beat.ready):
                self._command(m, beat.payload, write=True)
                self._write_data(m, axi, beat.payload)
        return m

    def _slice(self, beat: Any) -> Any:
        """Which AXI beat of a memory command it is."""
        return beat.number[: exact_log2(self._beats_per_command)]

    def _beats(self, m: Module, name: str, axi: Any, channel: str) -> Any:
        """Stream of the beats of an address channel."""
        m.submodules[name] = beats = BurstUnits(self.config, self.config.axi_bytes)
        for field in ("id", "addr", "len", "valid"):
            m.d.comb += getattr(beats.channel, field).eq(getattr(axi, channel + field))
        m.d.comb += getattr(axi, f"{channel}ready").eq(beats.channel.ready)
        return beats.unit

    def _command(self, m: Module, beat: Any, *, write: bool) -> None:
        """A read outside the device keeps its turn and reads unit 0; a write is left out."""
        command = beat.number[exact_log2(self._beats_per_command) :]
        m.d.sync += [
            self.phy.valid.eq(~beat.outside if write else 1),
            self.phy.write.eq(write),
            self.phy.address.eq(Mux(beat.outside, 0, command)),
        ]

    def _write_data(self, m: Module, axi: Any, beat: Any) -> None:
        width = self.config.axi_bytes
        m.d.sync += self.phy.write_mask.eq(0)
        for i in range(self._beats_per_command):
            with m.If(self._slice(beat) == i):
                m.d.sync += [
                    self.phy.write_data.word_select(i, 8 * width).eq(axi.wdata),
                    self.phy.write_mask.word_select(i, width).eq(axi.wstrb),
                ]

    def _respond(self, m: Module, name: str, axi: Any, beat: Any) -> Value:
        """Queue of write responses. Returns whether it has room."""
        responses = fifo.SyncFIFO(width=ID_BITS + 2, depth=_RESPONSES)
        m.submodules[f"{name}_responses"] = responses
        failed = Signal(name=f"{name}_failed")
        fails = failed | beat.payload.outside
        m.d.comb += [
            responses.w_en.eq(beat.ready & beat.payload.last),
            responses.w_data.eq(Cat(beat.payload.id, Mux(fails, Resp.DECERR, Resp.OKAY))),
            axi.bvalid.eq(responses.r_rdy),
            Cat(axi.bid, axi.bresp).eq(responses.r_data),
            responses.r_en.eq(axi.bready),
        ]
        with m.If(beat.ready):
            m.d.sync += failed.eq(fails & ~beat.payload.last)
        return responses.w_rdy

    def _return_data(
        self, m: Module, name: str, port: int, axi: Any, notes: fifo.SyncFIFO, taken: Value
    ) -> Value:
        """The port's buffer of read data. Returns whether one more beat may be asked for."""
        buffer = fifo.SyncFIFOBuffered(width=self._returned.size, depth=self._depth)
        m.submodules[f"{name}_buffer"] = buffer
        note, head = data.View(self._note, notes.r_data), data.View(self._returned, buffer.r_data)
        beat = data.View(self._returned, buffer.w_data)
        claimed = Signal(range(self._depth + 1), name=f"{name}_claimed")
        released = Signal(name=f"{name}_released")
        m.d.comb += [
            beat.data.eq(self.phy.read_data.word_select(note.slice, 8 * self.config.axi_bytes)),
            beat.id.eq(note.id),
            beat.last.eq(note.last),
            beat.outside.eq(note.outside),
            buffer.w_en.eq(self.phy.read_valid & (note.port == port)),
            axi.rvalid.eq(buffer.r_rdy),
            axi.rid.eq(head.id),
            axi.rlast.eq(head.last),
            axi.rresp.eq(Mux(head.outside, Resp.DECERR, Resp.OKAY)),
            axi.rdata.eq(head.data),
            buffer.r_en.eq(axi.rready),
            released.eq(axi.rvalid & axi.rready),
        ]
        with m.If(taken | released):
            m.d.sync += claimed.eq(claimed + taken - released)
        return claimed != self._depth
