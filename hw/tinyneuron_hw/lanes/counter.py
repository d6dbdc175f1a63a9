"""Position in an access pattern."""

from amaranth.hdl import Module, Signal, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

__all__ = ["DimCounter"]


class DimCounter(wiring.Component):
    """Counts through the elements of a pattern, innermost dimension first.

    Members
    -------
    sizes: elements of each dimension, at least 1, constant while counting.
    step: moves on by one element; after the last one, back to the first.
    ends: bit d is set at an element that is the last of dimensions 0 ... d; bit 3 at the last of
        the pattern.
    """

    sizes: In(data.ArrayLayout(unsigned(16), 4))
    step: In(1)
    ends: Out(4)

    def elaborate(self, platform):
        m = Module()
        carry = self.step
        inner_ends = 1
        for dim in range(4):
            index = Signal(16, name=f"index{dim}")
            following = Signal(16, name=f"following{dim}")
            at_end = Signal(name=f"at_end{dim}")
            m.d.comb += [
                following.eq(index + 1),
                at_end.eq(following == self.sizes[dim]),
                self.ends[dim].eq(at_end & inner_ends),
            ]
            with m.If(carry):
                m.d.sync += index.eq(following)
                with m.If(at_end):
                    m.d.sync += index.eq(0)
            carry = carry & at_end
            inner_ends = self.ends[dim]
        return m
