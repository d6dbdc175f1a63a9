"""Order of operations of a reduction."""

from amaranth.hdl import C, Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from .alu import ALU_LATENCY
from .lane import PARTIAL_SLOTS, Combine

__all__ = ["ReduceControl"]

_PARTIALS = PARTIAL_SLOTS // 2
_GAP = ALU_LATENCY + 1
"""Cycles from an operation to one that uses its result."""

_TREE = {
    _GAP - 1: (0, 1), _GAP: (2, 3), _GAP + 1: (4, 5), _GAP + 2: (6, 7),
    2 * _GAP + 1: (0, 2), 2 * _GAP + 2: (4, 6),
    3 * _GAP + 2: (0, 4),
}  # fmt: skip
"""Cycle after a group's last element -> partials combined; the last one gives the result."""
_RESULT = max(_TREE)


class ReduceControl(wiring.Component):
    """Gives each lane's second operation its operands, for TENSOR_REDUCE.

    Element j of a group goes to partial j mod 8; after its last element the partials are combined
    as a balanced tree. The tree takes 7 operations; between them the elements of the next group
    go on into the other half of the slots.

    Members
    -------
    advance: the pipeline moves in this cycle.
    element: there is an element, the last of its group with ``group_end``.
    ready: the element is taken when the pipeline moves.
    combine: operation that enters the pipeline in this cycle, when ``valid``.
    result: the operation is the last of its group.

    Latency and throughput: one element per cycle but for 7 cycles a group; a group of less than
    8 elements waits for the tree of the one before.
    """

    advance: In(1)
    element: In(1)
    group_end: In(1)
    ready: Out(1)
    combine: Out(Combine)
    valid: Out(1)
    result: Out(1)

    def elaborate(self, platform):
        m = Module()
        half, index = Signal(), Signal(range(_PARTIALS))
        filled = Signal(PARTIAL_SLOTS)
        cycle = Signal(range(_RESULT + 1))
        combining, due = Signal(), Signal()
        combine = self.combine
        m.d.comb += [
            self.ready.eq(~due & ~(combining & self.group_end)),
            self.valid.eq(due | (self.element & self.ready)),
            self.result.eq(due & (cycle == _RESULT)),
            combine.a.eq(Cat(index, half)),
            combine.a_start.eq(~filled.bit_select(combine.a, 1)),
            combine.b_start.eq(~filled.bit_select(combine.b, 1)),
            combine.b_slot.eq(due),
            combine.keep.eq(self.valid & ~self.result),
        ]
        with m.If(combining):
            with m.Switch(cycle):
                for when, (a, b) in _TREE.items():
                    with m.Case(when):
                        m.d.comb += [
                            due.eq(1),
                            combine.a.eq(Cat(C(a, 3), ~half)),
                            combine.b.eq(Cat(C(b, 3), ~half)),
                        ]
        with m.If(self.advance):
            with m.If(combine.keep):
                m.d.sync += filled.bit_select(combine.a, 1).eq(1)
            with m.If(combining):
                m.d.sync += cycle.eq(cycle + 1)
            with m.If(self.result):
                m.d.sync += combining.eq(0)
                m.d.sync += filled.word_select(~half, _PARTIALS).eq(0)
            with m.If(self.element & self.ready):
                m.d.sync += index.eq(index + 1)
                with m.If(self.group_end):
                    m.d.sync += [index.eq(0), half.eq(~half), combining.eq(1), cycle.eq(0)]
        return m
