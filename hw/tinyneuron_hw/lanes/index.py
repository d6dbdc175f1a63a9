"""The index of an element, in every lane."""

from typing import Any

from amaranth.hdl import Array, Module, Mux, Signal, signed, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for

from ..config import CoreConfig
from ..isa.operands import IndexPattern

__all__ = ["IndexSource"]


class IndexSource(wiring.Component):
    """``offset + p * channel_multiplier + sum(strides[k] * i_k)`` in lane p, modulo 2**32, for one
    element after the other.

    Parameters
    ----------
    config:
        One index for each lane.

    Members
    -------
    start: begin with ``offset`` and ``pattern``, unless an instruction's indices are under way;
        all three stay until its last ``step``.
    ready: ``index`` is that of the current element.
    step, ends: on to the next element; bit d of ``ends`` is set at an element that is the last of
        dimensions 0 ... d, so the instruction is over with bit 3.
    index: the lanes' indices.

    Latency and throughput: ``ready`` as many cycles after ``start`` as a lane's number has bits,
    and one; then an index every cycle.
    """

    def __init__(self, config: CoreConfig):
        self._lanes = config.partitions
        super().__init__(
            {
                "start": In(1),
                "pattern": In(IndexPattern),
                "offset": In(signed(32)),
                "ready": Out(1),
                "step": In(1),
                "ends": In(4),
                "index": Out(data.ArrayLayout(unsigned(32), self._lanes)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        bits = bits_for(self._lanes - 1)
        phase = Signal(range(bits + 2))
        """0: nothing under way; k: bit k - 1 of the lanes' numbers; bits + 1: ready."""
        # `corners[d]`: where dimension d stands when those below it are at their first element.
        corners = [Signal(32, name=f"corner{d}") for d in range(4)]
        following, change = Signal(32), Signal(32)
        advanced = [corner + self.pattern.strides[d] for d, corner in enumerate(corners)]
        moved = self.step & ~self.ends[3]
        m.d.comb += [
            self.ready.eq(phase == bits + 1),
            following.eq(advanced[0]),
            change.eq(following - corners[0]),
        ]
        for d in range(3):
            with m.If(self.ends[d]):
                m.d.comb += following.eq(advanced[d + 1])
        multiple = Signal(32)
        with m.If(phase == 0):
            m.d.sync += multiple.eq(self.pattern.channel_multiplier)
            with m.If(self.start):
                m.d.sync += phase.eq(1)
                m.d.sync += [corner.eq(self.offset) for corner in corners]
        with m.Elif(~self.ready):
            m.d.sync += [phase.eq(phase + 1), multiple.eq(multiple << 1)]
        with m.Elif(moved):
            for corner, wraps in zip(corners, (1, *self.ends[:3]), strict=True):
                with m.If(wraps):
                    m.d.sync += corner.eq(following)
        with m.Elif(self.step):
            m.d.sync += phase.eq(0)
        number_bit = [
            Array([0, *(lane >> bit & 1 for bit in range(bits)), 0])[phase]
            for lane in range(self._lanes)
        ]
        for lane, wanted in enumerate(number_bit):
            index, addend = self.index[lane], Signal(32, name=f"addend{lane}")
            m.d.comb += addend.eq(Mux(self.ready, Mux(moved, change, 0), Mux(wanted, multiple, 0)))
            m.d.sync += index.eq(Mux(phase == 0, self.offset, index + addend))
        return m
