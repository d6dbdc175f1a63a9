"""Several DMA engines on one SBUF read port and one SBUF write port."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from ..memory.ports import DmaReadPort, DmaWritePort
from .age import oldest

__all__ = ["SbufArbiter"]


class SbufArbiter(wiring.Component):
    """The oldest first, request by request; combinational, read data goes back to who asked. A
    request that was refused is asked again until it is taken.

    Members
    -------
    before: In(count).array(count)
        See :class:`Ages`.
    reads, writes: In(port).array(count)
        From the engines.
    sbuf_read: Out(DmaReadPort(config)), sbuf_write: Out(DmaWritePort(config))
    reader, writer: Out(range(count))
        Whose read was taken two cycles ago, whose write in the cycle before.
    """

    def __init__(self, config: CoreConfig, count: int):
        self.count = count
        super().__init__(
            {
                "before": In(count).array(count),
                "reads": In(DmaReadPort(config)).array(count),
                "writes": In(DmaWritePort(config)).array(count),
                "sbuf_read": Out(DmaReadPort(config)),
                "sbuf_write": Out(DmaWritePort(config)),
                "reader": Out(range(count)),
                "writer": Out(range(count)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        grant, taken = self._share(m, "read", self.reads, self.sbuf_read, ("partition", "chunk"))
        owner = Signal(range(self.count))
        with m.If(taken):
            m.d.sync += owner.eq(grant)
        m.d.sync += self.reader.eq(owner)
        for i, port in enumerate(self.reads):
            m.d.comb += port.data.eq(self.sbuf_read.data)
            m.d.comb += port.data_valid.eq(self.sbuf_read.data_valid & (owner == i))
        fields = ("partition", "chunk", "data", "mask")
        grant, _ = self._share(m, "write", self.writes, self.sbuf_write, fields)
        m.d.sync += self.writer.eq(grant)
        return m

    def _share(
        self, m: Module, name: str, ports: Any, out: Any, fields: tuple[str, ...]
    ) -> tuple[Signal, Signal]:
        waits = Signal(self.count, name=f"{name}_waits")
        first = oldest(m, name, waits, self.before)
        taken, refused = Signal(name=f"{name}_taken"), Signal(name=f"{name}_refused")
        grant, before = (Signal.like(first, name=f"{name}_{when}") for when in ("now", "before"))
        m.d.comb += [
            taken.eq(out.valid & out.ready),
            grant.eq(Mux(refused, before, first)),
        ]
        m.d.sync += [refused.eq(out.valid & ~out.ready), before.eq(grant)]
        for i, port in enumerate(ports):
            m.d.comb += waits[i].eq(port.valid & (~refused | (before == i)))
            m.d.comb += port.ready.eq(out.ready & (grant == i))
            with m.If(grant == i):
                m.d.comb += out.valid.eq(port.valid)
                m.d.comb += [getattr(out, field).eq(getattr(port, field)) for field in fields]
        return grant, taken
