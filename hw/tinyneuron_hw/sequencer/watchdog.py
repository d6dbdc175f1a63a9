"""Stops a program in which nothing moves any more."""

from typing import Any

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..isa.csr import Trap
from ..isa.opcodes import Stream
from .ports import PC_BITS, TrapPort

__all__ = ["Watchdog"]


class Watchdog(wiring.Component):
    """Traps after ``limit`` cycles in a row without progress.

    Members
    -------
    running: counts only while it is high.
    limit: cycles; 0 turns the watchdog off.
    progress: an instruction started, retired or is in an engine, or a DMA beat moved.
    waiting: streams that are enabled and have not halted.
    pcs: instruction each stream is at.
    trap: WATCHDOG at the lowest-numbered waiting stream (stream 0 when none waits).
    """

    running: In(1)
    limit: In(32)
    progress: In(1)
    waiting: In(len(Stream))
    pcs: In(PC_BITS).array(len(Stream))
    trap: Out(TrapPort())

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        count = Signal(32)
        with m.If(~self.running | self.progress):
            m.d.sync += count.eq(0)
        with m.Elif(self.limit != 0):
            m.d.sync += count.eq(count + 1)
            m.d.comb += self.trap.valid.eq(count + 1 >= self.limit)

        m.d.comb += [self.trap.cause.eq(Trap.WATCHDOG), self.trap.pc.eq(self.pcs[0])]
        for i in reversed(range(len(Stream))):
            with m.If(self.waiting[i]):
                m.d.comb += [self.trap.stream.eq(i), self.trap.pc.eq(self.pcs[i])]
        return m
