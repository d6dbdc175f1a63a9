"""Several DMA engines on one AXI4 master."""

from typing import Any

from amaranth.hdl import Array, Module, Signal
from amaranth.lib import fifo, stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for, exact_log2

from ..config import CoreConfig
from ..host.axi import ID_BITS, Axi4
from .age import oldest
from .reader import AddressRequest
from .sink import WriteBeat

__all__ = ["AxiArbiter"]

_INCR = 1


class AxiArbiter(wiring.Component):
    """Shares an AXI4 master; the ID of a burst is the number of its engine. The engine whose
    transfer is the oldest goes first: transfers that run side by side end one after another, not
    all at the end.

    Parameters
    ----------
    config:
        Sizes.
    engines:
        Numbers of the engines on this master.

    Members
    -------
    axi: Out(Axi4)
    ar, aw: In(stream of AddressRequest).array(len(engines))
    before: In(len(engines)).array(len(engines))
        See :class:`Ages`.
    w: In(stream of WriteBeat(config)).array(len(engines))
        Beats of the bursts whose address was taken, in that order; they must be there already.
    r_valid, b_valid: Out(len(engines))
        Which engine the returning beat (``r_data``, ``r_error``, ``r_flaws``) or response
        (``b_error``) is for. Engines always take them; IDs may come in any order and interleave.

    Latency and throughput: one register stage on AR, AW and W; a transfer per cycle on each.
    """

    def __init__(self, config: CoreConfig, engines: tuple[int, ...]):
        self.config = config
        self.engines = engines
        count = len(engines)
        super().__init__(
            {
                "axi": Out(Axi4(data_bytes=config.axi_bytes, id_bits=ID_BITS)),
                "before": In(count).array(count),
                "ar": In(stream.Signature(AddressRequest)).array(count),
                "aw": In(stream.Signature(AddressRequest)).array(count),
                "w": In(stream.Signature(WriteBeat(config))).array(count),
                "r_valid": Out(count),
                "r_data": Out(8 * config.axi_bytes),
                "r_error": Out(1),
                "r_flaws": Out(config.axi_bytes // 8),
                "b_valid": Out(count),
                "b_error": Out(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        axi = self.axi
        always = Signal()
        m.d.comb += always.eq(1)
        self._address(m, "ar", always)
        # Write data follows in the order of the addresses.
        order = fifo.SyncFIFO(width=bits_for(len(self.engines) - 1), depth=4)
        m.submodules.order = order
        granted, taken = self._address(m, "aw", order.w_rdy)
        m.d.comb += [order.w_en.eq(taken), order.w_data.eq(granted)]
        self._write_data(m, order)
        for i, engine in enumerate(self.engines):
            m.d.comb += self.r_valid[i].eq(axi.rvalid & (axi.rid == engine))
            m.d.comb += self.b_valid[i].eq(axi.bvalid & (axi.bid == engine))
        m.d.comb += [
            axi.rready.eq(1),
            axi.bready.eq(1),
            self.r_data.eq(axi.rdata),
            self.r_error.eq(axi.rresp[1]),
            self.r_flaws.eq(axi.ruser),
            self.b_error.eq(axi.bresp[1]),
        ]
        return m

    def _address(self, m: Module, channel: str, room: Any) -> tuple[Any, Any]:
        """One request per cycle from the engines to a registered address channel."""
        requests = getattr(self, channel)
        waits = Signal(len(self.engines), name=f"{channel}_waits")
        grant = oldest(m, channel, waits, self.before)
        out = {name: getattr(self.axi, f"{channel}{name}")
               for name in ("id", "addr", "len", "size", "burst", "valid", "ready")}  # fmt: skip
        free, taken = Signal(name=f"{channel}_free"), Signal(name=f"{channel}_taken")
        align = exact_log2(self.config.axi_bytes)
        m.d.comb += [
            free.eq((~out["valid"] | out["ready"]) & room),
            taken.eq(waits.any() & free),
            out["size"].eq(align),
            out["burst"].eq(_INCR),
        ]
        with m.If(out["ready"]):
            m.d.sync += out["valid"].eq(0)
        for i, (engine, request) in enumerate(zip(self.engines, requests, strict=True)):
            m.d.comb += waits[i].eq(request.valid)
            m.d.comb += request.ready.eq(free & (grant == i))
            with m.If(taken & (grant == i)):
                m.d.sync += [
                    out["valid"].eq(1),
                    out["id"].eq(engine),
                    out["addr"][align:].eq(request.payload.address[align:]),
                    out["len"].eq(request.payload.beats),
                ]
        return grant, taken

    def _write_data(self, m: Module, order: fifo.SyncFIFO) -> None:
        axi = self.axi
        free, taken = Signal(), Signal()
        valid, last = Signal(), Signal()
        selected = [order.r_rdy & (order.r_data == i) for i in range(len(self.engines))]
        m.d.comb += [
            valid.eq(order.r_rdy & Array(port.valid for port in self.w)[order.r_data]),
            last.eq(Array(port.payload.last for port in self.w)[order.r_data]),
            free.eq(~axi.wvalid | axi.wready),
            taken.eq(valid & free),
            order.r_en.eq(taken & last),
        ]
        with m.If(free):
            m.d.sync += axi.wvalid.eq(valid)
        for port, select in zip(self.w, selected, strict=True):
            m.d.comb += port.ready.eq(select & free)
            with m.If(taken & select):
                m.d.sync += [
                    axi.wdata.eq(port.payload.data),
                    axi.wstrb.eq(port.payload.strobe),
                    axi.wlast.eq(port.payload.last),
                ]
