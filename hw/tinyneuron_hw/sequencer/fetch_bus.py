"""The instruction-read master that the five streams share."""

from typing import Any

from amaranth.hdl import Cat, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..config import INSTRUCTION_BYTES, CoreConfig
from ..host.axi import ID_BITS, Axi4Read
from ..host.windows import Windows
from ..isa.opcodes import Stream
from .links import FetchRequest, FetchResponse
from .semaphores import round_robin

__all__ = ["FetchBus"]

_INCR = 1
_MAX_IN_FLIGHT = 1023


class FetchBus(wiring.Component):
    """One burst per instruction; the ID says which stream it is for.

    An instruction is 128 bytes at a multiple of 128, so no burst crosses 4 KiB.

    Parameters
    ----------
    config:
        Width of the port.

    Members
    -------
    requests, responses: one of each per stream.
    windows: an instruction must lie inside one that allows execution, or it is denied.
    stop: take no more requests.
    axi: the master; always ready for data.
    quiet: no read is in flight.
    fetch_bytes: bytes that arrived in this cycle.

    Latency and throughput: an address every cycle, one register before the port; data passes
    straight through.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        super().__init__(
            {
                "requests": In(FetchRequest()).array(len(Stream)),
                "responses": Out(FetchResponse(config)).array(len(Stream)),
                "windows": In(Windows),
                "stop": In(1),
                "axi": Out(Axi4Read(data_bytes=config.axi_bytes, id_bits=ID_BITS)),
                "quiet": Out(1),
                "fetch_bytes": Out(8),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        axi, width = self.axi, self._config.axi_bytes
        requests = Signal(len(Stream))
        in_flight = Signal(range(_MAX_IN_FLIGHT + 1))
        m.d.comb += requests.eq(Cat(request.valid for request in self.requests))
        # After a rest SYNC is the first: its loads are what the other streams wait for.
        rested = 1 << (Stream.SYNC.value - 1)
        last = Signal(len(Stream), init=rested, name="served")
        grant = round_robin(m, requests, last)

        address, allowed, free = Signal(49), Signal(), Signal()
        m.d.comb += free.eq((~axi.arvalid | axi.arready) & ~self.stop)
        m.d.comb += allowed.eq(self._allowed(address))
        for i, request in enumerate(self.requests):
            m.d.comb += [request.ready.eq(grant[i] & free), request.denied.eq(~allowed)]
            with m.If(grant[i]):
                m.d.comb += address.eq(request.address)

        asks, came = Signal(), Signal()
        m.d.comb += asks.eq(requests.any() & free & allowed)
        m.d.comb += came.eq(axi.rvalid & axi.rlast)
        with m.If(axi.arready):
            m.d.sync += axi.arvalid.eq(0)
        with m.If(requests.any() & free):
            m.d.sync += last.eq(grant)
        with m.Elif(~requests.any() & self.quiet):
            m.d.sync += last.eq(rested)
        with m.If(asks):
            m.d.sync += [axi.arvalid.eq(1), axi.araddr.eq(address)]
            for i in range(len(Stream)):
                with m.If(grant[i]):
                    m.d.sync += axi.arid.eq(i)
        m.d.sync += in_flight.eq(in_flight + asks - came)
        m.d.comb += [
            axi.arlen.eq(INSTRUCTION_BYTES // width - 1),
            axi.arsize.eq(width.bit_length() - 1),
            axi.arburst.eq(_INCR),
            axi.rready.eq(1),
            self.quiet.eq(in_flight == 0),
        ]
        with m.If(axi.rvalid):
            m.d.comb += self.fetch_bytes.eq(width)
        for i, response in enumerate(self.responses):
            m.d.comb += [
                response.valid.eq(axi.rvalid & (axi.rid == i)),
                response.data.eq(axi.rdata),
                response.last.eq(axi.rlast),
                response.error.eq(axi.rresp[1] & ~axi.ruser.any()),
                response.flaws.eq(axi.ruser),
            ]
        return m

    def _allowed(self, address: Value) -> Value:
        """Whether the instruction lies inside a window that allows execution."""
        fits = []
        for i in range(len(self.windows)):
            window = self.windows[i]
            end = window.base + window.size
            inside = (address >= window.base) & (address + INSTRUCTION_BYTES <= end)
            fits.append(inside & window.execute)
        return Cat(fits).any() & ~address[48]
