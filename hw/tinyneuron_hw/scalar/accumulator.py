"""The sum over the free axis of a Scalar lane."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal, unsigned
from amaranth.lib import data, memory, wiring
from amaranth.lib.wiring import In, Out

from ..float.add import FpAdd

__all__ = ["ACCUMULATOR_LATENCY", "PARTIALS", "Accumulate", "Accumulator", "ReadOut"]

ACCUMULATOR_LATENCY = 2
PARTIALS = 8
"""Interleaved sums; as many slots behind them hold what the read-out adds."""
_SLOTS = 2 * PARTIALS
_GAP = ACCUMULATOR_LATENCY + 1
"""Cycles from an addition to one that uses its sum."""
_START = _GAP - 1
"""Cycles of a read-out until the element before it has been added."""
_ADDITIONS = {
    _START: (0, 1, 8), _START + 1: (2, 3, 9), _START + 2: (4, 5, 10), _START + 3: (6, 7, 11),
    _START + 1 + _GAP: (8, 9, 12), _START + 3 + _GAP: (10, 11, 13),
    _START + 3 + 2 * _GAP: (12, 13, 14),
}  # fmt: skip
"""Cycle of a read-out -> slots that are added, and where the sum goes."""
_LAST = max(_ADDITIONS)


class Accumulate(data.Struct):
    """One addition: slot ``a``, or +0, and slot ``b``, +0, or the element."""

    valid: unsigned(1)
    a: range(_SLOTS)
    a_live: unsigned(1)
    """The slot holds something."""
    b: range(_SLOTS)
    b_live: unsigned(1)
    element: unsigned(1)
    """The second operand is the element; where it is not covered, -0."""
    target: range(_SLOTS)


class Accumulator(wiring.Component):
    """Adds elements to the lane's partial sums.

    Every register moves in every cycle: the engine stops the clock.

    Members
    -------
    element: FP32 bits; covered: the instruction covers this lane.
    add: the addition.
    store: the same ``ACCUMULATOR_LATENCY`` cycles later.
    result: FP32 bits of the sum, ``ACCUMULATOR_LATENCY`` cycles later.
    """

    element: In(32)
    covered: In(1)
    add: In(Accumulate)
    store: In(Accumulate)
    result: Out(32)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.adder = adder = FpAdd(ACCUMULATOR_LATENCY)
        m.submodules.sums = sums = memory.Memory(shape=32, depth=_SLOTS, init=[])
        write = sums.write_port()
        reads = [sums.read_port(domain="comb") for _ in range(2)]
        add = self.add
        m.d.comb += [
            reads[0].addr.eq(add.a),
            reads[1].addr.eq(add.b),
            adder.a.eq(Mux(add.a_live, reads[0].data, 0)),
            adder.b.eq(
                Mux(
                    add.element,
                    Mux(self.covered, self.element, 0x8000_0000),
                    Mux(add.b_live, reads[1].data, 0),
                )
            ),
            write.en.eq(self.store.valid),
            write.addr.eq(self.store.target),
            write.data.eq(adder.result),
            self.result.eq(adder.result),
        ]
        return m


class ReadOut(wiring.Component):
    """Gives the lanes their additions: element j of an instruction to partial j mod 8, or the
    tree of a read-out.

    Members
    -------
    advance: the pipeline moves in this cycle.
    element, last: there is an element of an instruction that adds, the last one.
    reset: with the first element, or alone: all partials are +0 before it.
    read: there is a read-out.
    ready: it is over with this cycle.
    add: the addition that enters the pipeline in this cycle.
    result: it gives the sum of all partials.

    Latency and throughput: an element each cycle; a read-out takes as many cycles as its
    additions depend on each other, and ``ACCUMULATOR_LATENCY`` more for its result to leave.
    """

    advance: In(1)
    element: In(1)
    last: In(1)
    reset: In(1)
    read: In(1)
    ready: Out(1)
    add: Out(Accumulate)
    result: Out(1)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        live, index = Signal(PARTIALS), Signal(range(PARTIALS))
        before, first = Signal(PARTIALS), Signal(init=1)
        end = _LAST + ACCUMULATOR_LATENCY
        cycle = Signal(range(end + 1))
        m.d.comb += [
            before.eq(Mux(self.reset & first, 0, live)),
            self.ready.eq(cycle == end),
            self.result.eq(self.read & (cycle == _LAST)),
        ]
        with m.If(self.read):
            with m.Switch(cycle):
                for when, (a, b, target) in _ADDITIONS.items():
                    with m.Case(when):
                        m.d.comb += [
                            self.add.valid.eq(1),
                            self.add.a.eq(a),
                            self.add.b.eq(b),
                            self.add.a_live.eq(live[a] if a < PARTIALS else 1),
                            self.add.b_live.eq(live[b] if b < PARTIALS else 1),
                            self.add.target.eq(target),
                        ]
        with m.Elif(self.element):
            m.d.comb += [
                self.add.valid.eq(1),
                self.add.a.eq(index),
                self.add.a_live.eq(before.bit_select(index, 1)),
                self.add.element.eq(1),
                self.add.target.eq(index),
            ]
        with m.If(self.advance):
            with m.If(self.read):
                m.d.sync += cycle.eq(Mux(self.ready, 0, cycle + 1))
            with m.If(self.element):
                m.d.sync += [
                    index.eq(Mux(self.last, 0, index + 1)),
                    first.eq(self.last),
                    live.eq(before | 1 << index),
                ]
            with m.Elif(self.reset):
                m.d.sync += live.eq(0)
        return m
