"""The trap that stops the core: the first one, the lowest-numbered port on a tie."""

from typing import Any

from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from .ports import TrapPort

__all__ = ["TrapUnit"]


class TrapUnit(wiring.Component):
    """Passes on one trap, the first while the core runs.

    Parameters
    ----------
    ports:
        Number of blocks that can trap.

    Members
    -------
    running: traps are ignored while it is low.
    sources: one port per block, in order of priority.
    trap: the trap that stops the core, in the same cycle (``running`` must fall in the next).
    """

    def __init__(self, ports: int):
        super().__init__(
            {
                "running": In(1),
                "sources": In(TrapPort()).array(ports),
                "trap": Out(TrapPort()),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        for source in reversed(list(self.sources)):
            with m.If(source.valid & self.running):
                m.d.comb += [
                    self.trap.valid.eq(1),
                    self.trap.cause.eq(source.cause),
                    self.trap.stream.eq(source.stream),
                    self.trap.pc.eq(source.pc),
                    self.trap.address.eq(source.address),
                ]
        return m
