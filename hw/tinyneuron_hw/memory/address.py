"""Access pattern to element addresses."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from ..isa.operands import AccessPattern
from .beat import AddressBeat, has_size, offset_bits

__all__ = ["AddressGenerator"]


class AddressGenerator(wiring.Component):
    """Walks a resolved, legal access pattern, innermost dimension first.

    Parameters
    ----------
    config:
        Core sizes; an offset is as wide as the larger of the two memories needs.

    Members
    -------
    start: patterns; their register flags are ignored.
    output: byte offset of each element, ``last`` with the last one.

    Latency and throughput
    ----------------------
    The first offset comes one cycle after the pattern was taken, then one per cycle. The next
    pattern is taken together with the last offset, so patterns follow each other without a gap.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        super().__init__(
            {
                "start": In(stream.Signature(AccessPattern)),
                "output": Out(stream.Signature(AddressBeat(config))),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        width = offset_bits(self._config)
        pattern = self.start.payload
        active = Signal()
        # base[k] is the address of the element whose counters below k are 0, so one addition
        # serves whichever dimension steps; base[0] is the current element.
        base = [Signal(width, name=f"base{k}") for k in range(4)]
        step = [Signal(width, name=f"step{k}") for k in range(4)]
        extent = [Signal(16, name=f"extent{k}") for k in range(4)]
        remaining = [Signal(16, name=f"remaining{k}") for k in range(4)]
        more = Signal(4)
        m.d.comb += [
            more.eq(Cat(count.any() for count in remaining)),
            self.output.valid.eq(active),
            self.output.payload.offset.eq(base[0]),
            self.output.payload.last.eq(~more.any()),
            self.start.ready.eq(~active | (self.output.ready & ~more.any())),
        ]

        stepping_base, stepping_step, following = Signal(width), Signal(width), Signal(width)
        m.d.comb += following.eq(stepping_base + stepping_step)
        for k in reversed(range(4)):
            with m.If(more[k]):
                m.d.comb += [stepping_base.eq(base[k]), stepping_step.eq(step[k])]
        with m.If(active & self.output.ready):
            m.d.sync += active.eq(more.any())
            for k in range(4):
                with m.If(~more[:k].any()):
                    m.d.sync += remaining[k].eq(Mux(more[k], remaining[k] - 1, extent[k]))
                    m.d.sync += base[k].eq(following)

        with m.If(self.start.valid & self.start.ready):
            m.d.sync += active.eq(1)
            for k in range(4):
                stride = pattern.dims[k].stride
                m.d.sync += [
                    base[k].eq(pattern.offset),
                    step[k].eq(Mux(has_size(pattern.dtype, 4), stride << 2,
                                   Mux(has_size(pattern.dtype, 2), stride << 1, stride))),
                    extent[k].eq(pattern.dims[k].size - 1),
                    remaining[k].eq(pattern.dims[k].size - 1),
                ]  # fmt: skip
        return m
