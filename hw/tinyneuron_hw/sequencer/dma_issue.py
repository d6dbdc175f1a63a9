"""Brings the DMA instructions of five streams to the one DMA front end."""

from typing import Any

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..isa.opcodes import Stream
from .ports import DmaIssue
from .semaphores import round_robin

__all__ = ["DmaIssueArbiter"]


class DmaIssueArbiter(wiring.Component):
    """Serves the streams in turn; a stream's instruction is taken when the front end takes it.

    Members
    -------
    inputs: one port per stream; a command must stay until it is taken or ``run`` falls.
    output: to the DMA front end.
    run: without it nothing is issued.
    """

    inputs: In(DmaIssue()).array(len(Stream))
    output: Out(DmaIssue())
    run: In(1)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        requests, chosen = Signal(len(Stream)), Signal(len(Stream))
        m.d.comb += requests.eq(Cat(port.issue.valid for port in self.inputs))
        last = Signal(len(Stream), init=1, name="served")
        grant = round_robin(m, requests, last)
        output = self.output.issue
        # The choice is registered, so that a command once offered stays in place.
        with m.If(output.valid & output.ready):
            m.d.sync += [last.eq(chosen), chosen.eq(0)]
        with m.Elif(~(requests & chosen).any()):
            m.d.sync += chosen.eq(grant)
        m.d.comb += output.valid.eq((requests & chosen).any() & self.run)
        for i, port in enumerate(self.inputs):
            m.d.comb += port.issue.ready.eq(chosen[i] & output.ready & self.run)
            with m.If(chosen[i]):
                m.d.comb += output.payload.eq(port.issue.payload)
        return m
