"""Brings the register moves of five streams to the one unit that does them."""

from typing import Any

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..isa.opcodes import Stream
from .ports import RegisterMovePort
from .semaphores import round_robin

__all__ = ["RegisterMoveArbiter"]


class RegisterMoveArbiter(wiring.Component):
    """Serves the streams in turn, each until its move is done.

    Members
    -------
    inputs: one port per stream; a move must stay until it is taken or ``run`` falls.
    output: to the unit.
    run: without it nothing is issued, and the move that is under way is nobody's.
    """

    inputs: In(RegisterMovePort()).array(len(Stream))
    output: Out(RegisterMovePort())
    run: In(1)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        requests, chosen, busy = Signal(len(Stream)), Signal(len(Stream)), Signal()
        m.d.comb += requests.eq(Cat(port.issue.valid for port in self.inputs))
        last = Signal(len(Stream), init=1, name="served")
        grant = round_robin(m, requests, last)
        output = self.output
        issue = output.issue
        with m.If(~self.run):
            m.d.sync += [chosen.eq(0), busy.eq(0)]
        with m.Elif(busy):
            with m.If(output.done):
                m.d.sync += [chosen.eq(0), busy.eq(0)]
        with m.Elif(issue.valid & issue.ready):
            m.d.sync += [last.eq(chosen), busy.eq(1)]
        with m.Elif(~chosen.any()):
            m.d.sync += chosen.eq(grant)
        m.d.comb += issue.valid.eq((requests & chosen).any() & self.run & ~busy)
        for i, port in enumerate(self.inputs):
            m.d.comb += [
                port.issue.ready.eq(chosen[i] & issue.ready & self.run & ~busy),
                port.index.eq(output.index),
                port.write.eq(chosen[i] & busy & output.write),
                port.write_value.eq(output.write_value),
                port.done.eq(chosen[i] & busy & output.done),
            ]
            with m.If(chosen[i]):
                m.d.comb += [issue.payload.eq(port.issue.payload), output.value.eq(port.value)]
        return m
