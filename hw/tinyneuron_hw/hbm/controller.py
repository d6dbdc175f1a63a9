"""The memory controller: AXI4 ports in front of memory channels."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..blocks import Gated, Repeated
from ..config import CoreConfig
from ..dma.round_robin import RoundRobin
from ..host.axi import Axi4, Axi4Read
from .channel import Channel, channel_signature
from .counts import MemoryCounts
from .fixed import FixedController
from .port_reads import PortReads
from .port_writes import PortWrites
from .ports import PhyPort
from .refresh import OWED_BITS, refreshes_due
from .requests import ID_BITS

__all__ = ["MemoryController", "memory_controller"]


_COUNTED = {
    "row_hits": "hit", "row_misses": "miss", "refreshes": "refreshed", "corrected": "corrected",
}  # fmt: skip
"""Member of a channel for each count."""


def memory_controller(config: CoreConfig) -> Any:
    """The controller of ``config.memory``."""
    return FixedController(config) if config.memory == "fixed" else MemoryController(config)


class MemoryController(wiring.Component):
    """Serves the core's AXI4 ports from channels of memory with banks, rows and refresh.

    Bursts are cut into accesses, and each goes to the channel of its address
    (``hbm/address.py``). Channels serve accesses out of order; beats of a port return in order.
    Refreshes become due in all channels at the same time. Accesses beyond the device answer
    DECERR and change nothing; read beats with an error that cannot be corrected answer SLVERR.

    Members
    -------
    dma: In(Axi4).array(config.dma_ports), fetch: In(Axi4Read)
        ``axi_bytes`` wide, 4 ID bits. Responses of a port come in the order of its addresses.
    phy: Out(PhyPort(config))
    counts: Out(MemoryCounts(config))

    Latency and throughput: an access of each channel every 4 cycles; tRCD + tCL + 15 cycles from
    AR to R when nothing else is going on.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        axi = {"data_bytes": config.axi_bytes, "id_bits": ID_BITS}
        super().__init__(
            {
                "dma": In(Axi4(**axi)).array(config.dma_ports),
                "fetch": In(Axi4Read(**axi)),
                "phy": Out(PhyPort(config)),
                "counts": Out(MemoryCounts(config)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        reads = [self._reads(m, f"dma{i}", axi) for i, axi in enumerate(self.dma)]
        reads.insert(0, self._reads(m, "fetch", self.fetch))
        writes = [self._writes(m, f"dma{i}", axi) for i, axi in enumerate(self.dma)]
        due = self._refresh_timer(m)
        counts: dict[str, list[Any]] = {name: [] for name, _ in MemoryCounts(self.config)}
        clean = Signal(self.config.memory_channels)
        m.d.comb += self.phy.clean.eq(clean.all())
        for c in range(self.config.memory_channels):
            channel = self._channel(m, c, due)
            self._ask(m, c, channel, reads)
            self._put(m, c, channel, writes)
            self._take(m, c, channel, reads)
            m.d.comb += clean[c].eq(channel.clean)
            for name, event in _COUNTED.items():
                counts[name].append(getattr(channel, event))
        total = Signal(MemoryCounts(self.config))
        for name, events in counts.items():
            m.d.comb += total[name].eq(sum(events))
        m.d.sync += self.counts.eq(total)
        return m

    def _reads(self, m: Module, name: str, axi: Any) -> PortReads:
        m.submodules[f"{name}_reads"] = reads = PortReads(self.config)
        for field in ("id", "addr", "len", "valid"):
            m.d.comb += getattr(reads.ar, field).eq(getattr(axi, f"ar{field}"))
        m.d.comb += axi.arready.eq(reads.ar.ready)
        for field in ("valid", "id", "data", "resp", "last", "user"):
            m.d.comb += getattr(axi, f"r{field}").eq(getattr(reads, f"r_{field}"))
        m.d.comb += reads.r_ready.eq(axi.rready)
        return reads

    def _writes(self, m: Module, name: str, axi: Any) -> PortWrites:
        m.submodules[f"{name}_writes"] = writes = PortWrites(self.config)
        for field in ("id", "addr", "len", "valid"):
            m.d.comb += getattr(writes.aw, field).eq(getattr(axi, f"aw{field}"))
        m.d.comb += [
            axi.awready.eq(writes.aw.ready),
            writes.w_valid.eq(axi.wvalid),
            writes.w_data.eq(axi.wdata),
            writes.w_strobe.eq(axi.wstrb),
            axi.wready.eq(writes.w_ready),
            axi.bvalid.eq(writes.b_valid),
            axi.bid.eq(writes.b_id),
            axi.bresp.eq(writes.b_resp),
            writes.b_ready.eq(axi.bready),
        ]
        return writes

    def _refresh_timer(self, m: Module) -> Signal:
        """High for one cycle whenever a REFRESH becomes due."""
        interval, _ = refreshes_due(self.config)
        timer, due = Signal(range(interval)), Signal()
        m.d.comb += due.eq(timer == interval - 1)
        m.d.sync += timer.eq(Mux(due, 0, timer + 1))
        return due

    def _channel(self, m: Module, c: int, due: Signal) -> Any:
        config = self.config
        block: Any = Repeated(
            "tn_memory_channel", lambda: Channel(config), channel_signature(config)
        )
        owed = Signal(OWED_BITS, name=f"owed{c}")
        active = Signal(name=f"active{c}")
        _, group = refreshes_due(config)
        m.d.sync += owed.eq(owed + due - block.refreshed)
        m.d.comb += [
            block.owed.eq(owed),
            active.eq(block.busy | block.read_valid | block.write_valid | (owed >= group)),
        ]
        m.submodules[f"channel{c}"] = Gated(block, active, name=f"memory_channel{c}")
        phy = block.phy
        for name in ("row_valid", "row_command", "row_bank", "row_row", "column_valid",
                     "column_write", "column_bank", "column_column", "write_data", "write_check",
                     "write_enable"):  # fmt: skip
            part = getattr(phy, name)
            m.d.comb += getattr(self.phy, name).word_select(c, len(part)).eq(part)
        for name in ("read_valid", "read_data", "read_check"):
            part = getattr(phy, name)
            m.d.comb += part.eq(getattr(self.phy, name).word_select(c, len(part)))
        return block

    def _ask(self, m: Module, c: int, channel: Any, ports: list[PortReads]) -> None:
        """One read a cycle enters a channel."""
        grant = self._turn(m, f"read_turn{c}", c, ports, channel.read_valid & channel.read_ready)
        for port, granted in zip(ports, grant, strict=True):
            with m.If(granted):
                m.d.comb += [
                    channel.read_valid.eq(1),
                    channel.read_spot.eq(port.spot),
                    port.ready.eq(channel.read_ready),
                    port.slot.eq(channel.read_slot),
                ]

    def _put(self, m: Module, c: int, channel: Any, ports: list[PortWrites]) -> None:
        """One write a cycle enters a channel."""
        taken = channel.write_valid & channel.write_ready
        grant = self._turn(m, f"write_turn{c}", c, ports, taken)
        for port, granted in zip(ports, grant, strict=True):
            with m.If(granted):
                m.d.comb += [
                    channel.write_valid.eq(1),
                    channel.write_spot.eq(port.spot),
                    channel.write_data.eq(port.data),
                    channel.write_mask.eq(port.mask),
                    port.ready.eq(channel.write_ready),
                ]

    def _turn(self, m: Module, name: str, c: int, ports: Any, taken: Any) -> list[Any]:
        """For each port, whether it has its turn at channel ``c``."""
        asks = [port.valid & (port.channel == c) for port in ports]
        if len(ports) == 1:
            return asks
        m.submodules[name] = turn = RoundRobin(len(ports))
        m.d.comb += [turn.requests.eq(Cat(asks)), turn.taken.eq(taken)]
        return [ask & (turn.grant == i) for i, ask in enumerate(asks)]

    def _take(self, m: Module, c: int, channel: Any, ports: list[PortReads]) -> None:
        """One port a cycle takes data from a channel. It has what it asks for at once, and asks
        each channel in turn, so that a fixed order of ports starves none."""
        for port in reversed(ports):
            m.d.comb += port.done[c].eq(channel.done)
            m.d.comb += port.taken[c].eq(channel.taken)
            with m.If(port.take & (port.take_channel == c)):
                m.d.comb += [channel.take.eq(1), channel.take_slot.eq(port.take_slot)]
        free: Any = 1
        for port in ports:
            asks = port.take & (port.take_channel == c)
            with m.If(asks):
                m.d.comb += port.take_ready.eq(free)
            free = free & ~asks
