"""Streams that wait for each other at a BARRIER."""

from typing import Any

from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In

from ..isa.opcodes import Stream
from .ports import BarrierPort

__all__ = ["Barriers"]


class Barriers(wiring.Component):
    """Combinational: a stream goes on in the cycle in which every stream that its barrier names is
    there, at a barrier that names the same ones. So all of them go in one cycle.

    Members
    -------
    ports: one per stream.
    """

    ports: In(BarrierPort()).array(len(Stream))

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        for port in self.ports:
            go = port.arrived
            for s, other in enumerate(self.ports):
                together = other.arrived & (other.streams == port.streams)
                go = go & (~port.streams[s] | together)
            m.d.comb += port.go.eq(go)
        return m
