"""What the DMA front end works on: an instruction of a stream or a descriptor of a ring."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from ..sequencer.ports import DmaCommand, DmaIssue
from .descriptors import CheckedDescriptor

__all__ = ["FrontInput"]


class FrontInput(wiring.Component):
    """Lets instructions and descriptors take turns. Combinational but for whose turn it is.

    Members
    -------
    issue: In(DmaIssue()), descriptor: In(stream of CheckedDescriptor)
    idle: In(1)
        A choice is made; otherwise the last one stands.
    start: In(1)
        With ``idle``: work begins on what is chosen.
    valid: Out(1)
        There is something to choose.
    command: Out(DmaCommand), of_ring: Out(1)
        The choice, and whether it is a descriptor; its stream, program counter and registers are
        then 0.
    passes: Out(1)
        An instruction was chosen, and there is a descriptor that could go ahead of it.
    done: In(1)
        The chosen one is taken.
    """

    issue: In(DmaIssue())
    descriptor: In(stream.Signature(CheckedDescriptor))
    idle: In(1)
    start: In(1)
    valid: Out(1)
    command: Out(DmaCommand)
    of_ring: Out(1)
    passes: Out(1)
    done: In(1)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        instruction, given = self.issue.issue, self.descriptor.payload
        last = Signal()
        turn = self.descriptor.valid & (~instruction.valid | ~last)
        m.d.comb += [
            self.valid.eq(instruction.valid | self.descriptor.valid),
            self.of_ring.eq(Mux(self.idle, turn, last)),
            self.passes.eq(~last & self.descriptor.valid),
            instruction.ready.eq(self.done & ~last),
            self.descriptor.ready.eq(self.done & last),
            self.command.eq(instruction.payload),
        ]
        with m.If(self.start):
            m.d.sync += last.eq(self.of_ring)
        with m.If(self.of_ring):
            m.d.comb += [
                self.command.eq(0),
                self.command.raw.eq(given.raw),
                self.command.instruction_address.eq(given.address),
            ]
        return m
