"""AXI4-Lite subordinate that turns transactions into one request at a time."""

from typing import Any

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..isa.csr import CSR_ADDRESS_BITS
from .axi import Axi4Lite, Resp

__all__ = ["AxiLitePort"]


class AxiLitePort(wiring.Component):
    """Serves reads and writes alternately when both wait.

    Members
    -------
    axil: In(Axi4Lite(address_bits=12))
    valid: Out(1)
        A request waits, until ``done``; the fields below are stable.
    write: Out(1), address: Out(12), data: Out(32), strobe: Out(4)
        ``address`` has its low two bits cleared.
    done, error: In(1), read_data: In(32)
        Answer in one cycle of ``valid``; ``error`` becomes SLVERR.
    """

    axil: In(Axi4Lite(address_bits=CSR_ADDRESS_BITS))
    valid: Out(1)
    write: Out(1)
    address: Out(CSR_ADDRESS_BITS)
    data: Out(32)
    strobe: Out(4)
    done: In(1)
    error: In(1)
    read_data: In(32)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        axil = self.axil
        response = Signal(2)
        can_write = Signal()
        m.d.comb += [
            can_write.eq(axil.awvalid & axil.wvalid),
            axil.bresp.eq(response),
            axil.rresp.eq(response),
        ]
        with m.FSM(name="phase"):
            with m.State("IDLE"):
                with m.If(can_write & ~(axil.arvalid & self.write)):
                    m.d.comb += [axil.awready.eq(1), axil.wready.eq(1)]
                    m.d.sync += [
                        self.write.eq(1),
                        self.address[2:].eq(axil.awaddr[2:]),
                        self.data.eq(axil.wdata),
                        self.strobe.eq(axil.wstrb),
                    ]
                    m.next = "REQUEST"
                with m.Elif(axil.arvalid):
                    m.d.comb += axil.arready.eq(1)
                    m.d.sync += [self.write.eq(0), self.address[2:].eq(axil.araddr[2:])]
                    m.next = "REQUEST"
            with m.State("REQUEST"):
                m.d.comb += self.valid.eq(1)
                with m.If(self.done):
                    m.d.sync += response.eq(self.error * Resp.SLVERR)
                    with m.If(self.write):
                        m.next = "WRITE_RESPONSE"
                    with m.Else():
                        m.d.sync += axil.rdata.eq(self.read_data)
                        m.next = "READ_RESPONSE"
            with m.State("WRITE_RESPONSE"):
                m.d.comb += axil.bvalid.eq(1)
                with m.If(axil.bready):
                    m.next = "IDLE"
            with m.State("READ_RESPONSE"):
                m.d.comb += axil.rvalid.eq(1)
                with m.If(axil.rready):
                    m.next = "IDLE"
        return m
