"""Order of operations of everything that accumulates."""

from typing import Any

from amaranth.hdl import C, Cat, Module, Mux, Signal, unsigned
from amaranth.lib import data, enum, wiring
from amaranth.lib.wiring import In, Out

from ..isa.opcodes import AluOp
from .accumulator import ACCUMULATOR_GAP, PARTIALS, SLOTS, Combine, Side, Store
from .lane import Cast

__all__ = ["Accumulate", "AccumulateMode", "ReduceControl"]

_FIRST = PARTIALS // 2
"""Operations of the first level of a tree: cycles 0 ... 3 of it."""
_SECOND = (2 + ACCUMULATOR_GAP, 3 + ACCUMULATOR_GAP)
"""Cycles of the second level. The half whose partials were complete first comes first."""
_THIRD = 3 + 2 * ACCUMULATOR_GAP
"""Earliest cycle of the third level, which gives the result."""
_SPACING = PARTIALS
"""Least cycles from the end of a group to that of the next: no two trees then want the same cycle
but for the third level, which waits."""


class AccumulateMode(enum.Enum, shape=2):
    """What an element is for."""

    NONE = 0
    GROUP = 1
    """Of a group that TENSOR_REDUCE reduces."""


class Accumulate(data.Struct):
    """What an instruction asks of the accumulators."""

    mode: AccumulateMode
    op: AluOp
    cast: Cast
    """How a result of it leaves the lane."""


class _Tree(data.Struct):
    """A group whose partials are being combined."""

    valid: unsigned(1)
    half: unsigned(1)
    last: unsigned(2)
    """The pair of slots of its last element."""


class ReduceControl(wiring.Component):
    """Gives each lane's accumulator its operations.

    TENSOR_REDUCE: element j of a group goes to partial j mod 8; the first 8 are kept as they are,
    each of the others is an operation. After the last one the partials are combined as a balanced
    tree, 7 operations, in cycles in which the next group's first elements need none.

    Members
    -------
    advance: the pipeline moves in this cycle.
    element: there is a beat with elements, the last of its group with ``group_end``.
    emits: it gives a result that does not pass the accumulators.
    accumulate: what it is for.
    ready: it is taken when the pipeline moves.
    combine, store: operation that enters the pipeline in this cycle, when ``valid``; where its
        result goes.
    result, cast: the operation's result leaves the lane, and how.

    Latency and throughput: one element per cycle, but 8 cycles for a group of less than 8 and at
    most one more for a longer one. A tree takes 12 cycles, 15 while others are in the way; what
    does not pass the accumulators waits for it.
    """

    advance: In(1)
    element: In(1)
    group_end: In(1)
    emits: In(1)
    accumulate: In(Accumulate)
    ready: Out(1)
    valid: Out(1)
    combine: Out(Combine)
    store: Out(Store)
    result: Out(1)
    cast: Out(Cast)

    def elaborate(self, platform):
        m = Module()
        asked, combine = self.accumulate, self.combine
        taken, due, tree_end, pending = Signal(), Signal(), Signal(), Signal()
        needs_alu, blocked = Signal(), Signal()
        is_group = asked.mode == AccumulateMode.GROUP
        half, index = Signal(), Signal(range(PARTIALS))
        filled, combined = (Signal(2 * PARTIALS, name=name) for name in ("filled", "combined"))
        slot = Signal(range(SLOTS))
        has_element, has_partial = Signal(), Signal()
        late = Signal(ACCUMULATOR_GAP - 1)
        m.d.comb += [
            slot.eq(Cat(index, half)),
            has_element.eq(filled.bit_select(slot[:4], 1)),
            has_partial.eq(combined.bit_select(slot[:4], 1)),
            needs_alu.eq(is_group & has_element),
            blocked.eq(
                Mux(is_group, self.group_end & ~tree_end, pending | (self.emits & late.any()))
            ),
            self.ready.eq(~blocked & ~(due & needs_alu)),
            taken.eq(self.element & self.ready),
            self.valid.eq(due | taken),
            combine.fill.eq(taken & is_group & ~has_element),
            combine.fill_slot.eq(slot),
        ]
        with m.If(~due):
            m.d.comb += [
                combine.op.eq(asked.op),
                combine.a_side.eq(Side.ELEMENT),
                combine.b.eq(slot),
                combine.b_side.eq(Mux(has_partial, Side.PARTIAL, Side.FILL)),
                self.store.keep.eq(taken & needs_alu),
                self.store.slot.eq(slot),
                self.cast.eq(asked.cast),
            ]
        with m.If(self.advance):
            m.d.sync += late.eq(Cat(self.result, late))
            with m.If(taken & is_group):
                m.d.sync += [
                    index.eq(Mux(self.group_end, 0, index + 1)),
                    half.eq(half ^ self.group_end),
                    filled.bit_select(slot[:4], 1).eq(1),
                ]
                with m.If(has_element):
                    m.d.sync += combined.bit_select(slot[:4], 1).eq(1)
        new = Signal(_Tree)
        m.d.comb += [
            new.valid.eq(taken & is_group & self.group_end),
            new.half.eq(half),
            new.last.eq(index >> 1),
        ]
        self._elaborate_trees(m, new, (filled, combined), due, tree_end, pending)
        return m

    def _elaborate_trees(self, m: Module, new, masks, due, tree_end, pending) -> None:
        """The groups being combined; ``due``: one of their operations enters in this cycle."""
        trees: list[Any] = [Signal(_Tree, name=f"tree{k}") for k in range(_THIRD)]
        waiting: Any = Signal(_Tree)
        held: Any = Signal(data.ArrayLayout(Accumulate, 2))
        with m.If(self.advance):
            for tree, before in zip(trees, [new, *trees[:-1]], strict=True):
                m.d.sync += tree.eq(before)
            with m.If(trees[-1].valid):
                m.d.sync += waiting.eq(trees[-1])
            with m.Elif(self.result):
                m.d.sync += waiting.valid.eq(0)
            with m.If(new.valid):
                m.d.sync += held[new.half].eq(self.accumulate)
        busy = Signal()
        m.d.comb += [
            tree_end.eq(~Cat(tree.valid for tree in trees[: _SPACING - 1]).any()),
            pending.eq(waiting.valid | Cat(tree.valid for tree in trees).any()),
            busy.eq(Cat(trees[k].valid for k in (*range(_FIRST), *_SECOND)).any()),
            due.eq(busy | waiting.valid),
            self.result.eq(waiting.valid & ~busy),
        ]
        combine = self.combine
        with m.If(due):
            m.d.comb += self.store.keep.eq(~self.result)

        def operate(tree: Any, a: Any, b: Any) -> None:
            of = held[tree.half]
            m.d.comb += [
                combine.op.eq(of.op),
                combine.a.eq(Cat(a, tree.half)),
                combine.b.eq(Cat(b, tree.half)),
                combine.a_side.eq(Side.PARTIAL),
                combine.b_side.eq(Side.PARTIAL),
                self.store.slot.eq(Cat(a, tree.half)),
                self.cast.eq(of.cast),
            ]

        with m.If(self.result):
            operate(waiting, C(0, 3), C(PARTIALS // 2, 3))
        for cycle in range(_FIRST):
            tree = trees[cycle]
            pair = Signal(2, name=f"pair{cycle}")
            m.d.comb += pair.eq(tree.last + 1 + cycle)
            with m.If(tree.valid):
                operate(tree, Cat(C(0, 1), pair), Cat(C(1, 1), pair))
                m.d.comb += [
                    combine.a_side.eq(self._side(masks, combine.a)),
                    combine.b_side.eq(self._side(masks, combine.b)),
                ]
        for cycle, late_half in zip(_SECOND, (0, 1), strict=True):
            tree = trees[cycle]
            upper = tree.last[1] ^ (not late_half)
            with m.If(tree.valid):
                operate(tree, Cat(C(0, 2), upper), Cat(C(2, 2), upper))
        # Nothing reads the masks of a group after the first level.
        tree = trees[_FIRST]
        with m.If(self.advance & tree.valid):
            for mask in masks:
                m.d.sync += mask.word_select(tree.half, PARTIALS).eq(0)

    def _side(self, masks, slot) -> Any:
        """Where the partial in a slot of a group is before the first level."""
        filled, combined = (mask.bit_select(slot[:4], 1) for mask in masks)
        return Mux(combined, Side.PARTIAL, Mux(filled, Side.FILL, Side.START))
