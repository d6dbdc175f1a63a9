"""Order of operations of everything that accumulates."""

from typing import Any

from amaranth.hdl import C, Cat, Module, Mux, Signal, unsigned
from amaranth.lib import data, enum, wiring
from amaranth.lib.wiring import In, Out

from ..isa.opcodes import AluOp
from .accumulator import ACCUMULATOR_GAP, PARTIALS, RUNNING, SLOTS, Combine, Side, Store
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


class AccumulateMode(enum.Enum, shape=3):
    """What a beat is for."""

    NONE = 0
    GROUP = 1
    """An element of a group that TENSOR_REDUCE reduces."""
    RUN = 2
    """An element of which the result is accumulated."""
    SERIAL = 3
    """An element for partial 0, which becomes the result."""
    LOAD = 4
    """The value of partial 0."""
    READ = 5
    """All partials are to be combined."""


class Accumulate(data.Struct):
    """What an instruction asks of the accumulators."""

    mode: AccumulateMode
    clear: unsigned(1)
    """The running partials are empty before the instruction's first element."""
    op: AluOp
    cast: Cast
    """How a result of it leaves the lane."""


class _Tree(data.Struct):
    """A group whose partials are being combined."""

    valid: unsigned(1)
    running: unsigned(1)
    """The running partials, not those of a half of the slots."""
    half: unsigned(1)
    """Where the results go; and where the partials are, if they are not the running ones."""
    last: unsigned(2)
    """The pair of slots of its last element."""


class ReduceControl(wiring.Component):
    """Gives each lane's accumulator its operations.

    TENSOR_REDUCE: element j of a group goes to partial j mod 8; the first 8 are kept as they are,
    each of the others is an operation. After the last one the partials are combined as a balanced
    tree, 7 operations, in cycles in which the next group's first elements need none.

    Other instructions accumulate in the running partials, which stay; reading them is a tree.

    Members
    -------
    advance: the pipeline moves in this cycle.
    beat: there is one with elements, the last of its group with ``group_end``, of its instruction
        with ``last``, or one to LOAD.
    emits: it gives a result that does not pass the accumulators.
    accumulate: what it is for.
    first: elements that come now are the first of their instruction.
    ready: the beat is taken when the pipeline moves.
    combine, store: operation that enters the pipeline in this cycle, when ``valid``; where its
        result goes.
    result, cast: the operation's result leaves the lane, and how.

    Latency and throughput: one element per cycle, but 8 cycles for a group of less than 8 and at
    most one more for a longer one; ``ACCUMULATOR_GAP`` cycles for a SERIAL element. A tree takes
    12 cycles, 15 while others are in the way; what does not pass the accumulators waits for it.
    """

    advance: In(1)
    beat: In(1)
    group_end: In(1)
    last: In(1)
    emits: In(1)
    accumulate: In(Accumulate)
    first: Out(1, init=1)
    ready: Out(1)
    valid: Out(1)
    combine: Out(Combine)
    store: Out(Store)
    result: Out(1)
    cast: Out(Cast)

    def elaborate(self, platform):
        m = Module()
        mode, combine = self.accumulate.mode, self.combine
        is_group, is_read, is_load, is_serial, is_run = (
            mode == getattr(AccumulateMode, name)
            for name in ("GROUP", "READ", "LOAD", "SERIAL", "RUN")
        )
        runs = is_run | is_serial | is_load
        taken, due, pending, tree_result, tree_end = (
            Signal(name=name) for name in ("taken", "due", "pending", "tree_result", "tree_end")
        )
        needs_alu, blocked = Signal(), Signal()
        half, index = Signal(), Signal(range(PARTIALS))
        filled, combined = (Signal(2 * PARTIALS, name=name) for name in ("filled", "combined"))
        held, running, recent = self._elaborate_running(m, taken, runs, is_load)
        slot, has_element, is_free = Signal(range(SLOTS)), Signal(), Signal()
        late = Signal(ACCUMULATOR_GAP - 1)
        place = Cat(index, half)
        m.d.comb += [
            slot.eq(Mux(runs, RUNNING + Mux(is_run, index, 0), place)),
            has_element.eq(filled.bit_select(place, 1)),
            needs_alu.eq(runs | (is_group & has_element)),
            is_free.eq(~Cat(on & (at == slot[:3]) for on, at in recent).any()),
        ]
        with m.If(is_group):
            m.d.comb += blocked.eq(self.group_end & ~tree_end)
        with m.Elif(is_read):
            m.d.comb += blocked.eq(~tree_end | Cat(on for on, _ in recent).any())
        with m.Else():
            m.d.comb += blocked.eq(pending | (self.emits & late.any()) | (runs & ~is_free))
        m.d.comb += [
            self.ready.eq(~blocked & ~(due & needs_alu)),
            taken.eq(self.beat & self.ready),
            self.valid.eq(due | taken),
            self.result.eq(tree_result | (taken & is_serial)),
            combine.fill.eq(taken & is_group & ~has_element),
            combine.fill_slot.eq(place),
        ]
        with m.If(~due):
            m.d.comb += [
                combine.op.eq(Mux(is_load, AluOp.BYPASS, self.accumulate.op)),
                combine.a_side.eq(Side.ELEMENT),
                combine.b.eq(slot),
                combine.b_side.eq(Mux(combined.bit_select(place, 1), Side.PARTIAL, Side.FILL)),
                self.store.keep.eq(taken & needs_alu),
                self.store.slot.eq(slot),
                self.cast.eq(self.accumulate.cast),
            ]
            with m.If(runs):
                m.d.comb += combine.b_side.eq(
                    Mux(running.bit_select(slot[:3], 1), Side.PARTIAL, Side.START)
                )
        with m.If(self.advance):
            m.d.sync += late.eq(Cat(self.result, late))
            with m.If(taken & ~is_load):
                m.d.sync += [
                    index.eq(Mux(Mux(is_group, self.group_end, self.last), 0, index + 1)),
                    self.first.eq(self.last),
                ]
            with m.If(taken & is_group):
                m.d.sync += filled.bit_select(place, 1).eq(1)
                with m.If(has_element):
                    m.d.sync += combined.bit_select(place, 1).eq(1)
            with m.If(taken & ((is_group & self.group_end) | is_read)):
                m.d.sync += half.eq(~half)
        new = Signal(_Tree)
        m.d.comb += [
            new.valid.eq(taken & ((is_group & self.group_end) | is_read)),
            new.running.eq(is_read),
            new.half.eq(half),
            new.last.eq(index >> 1),
        ]
        self._elaborate_trees(m, new, (filled, combined, held), due, tree_end, pending,
                              tree_result)  # fmt: skip
        return m

    def _elaborate_running(self, m: Module, taken, runs, is_load) -> tuple[Any, Any, list[Any]]:
        """Which running partials hold something, before and as this beat finds them; and those
        whose value is still under way: whether, and which, for each move back."""
        held, running = Signal(PARTIALS, name="running_held"), Signal(PARTIALS, name="running")
        empties = is_load | (self.first & self.accumulate.clear)
        m.d.comb += running.eq(Mux(empties, 0, held))
        recent = [
            (Signal(name=f"recent{k}"), Signal(3, name=f"recent_slot{k}"))
            for k in range(ACCUMULATOR_GAP - 1)
        ]
        slot = self.store.slot[:3]
        with m.If(self.advance):
            for (on, at), (on_before, at_before) in zip(
                recent, [(taken & runs, slot), *recent[:-1]], strict=True
            ):
                m.d.sync += [on.eq(on_before), at.eq(at_before)]
            with m.If(taken):
                m.d.sync += held.eq(running | Mux(runs, 1 << slot, 0))
        return held, running, recent

    def _elaborate_trees(self, m: Module, new, masks, due, tree_end, pending, tree_result) -> None:
        """What is being combined; ``due``: one of its operations enters in this cycle."""
        trees: list[Any] = [Signal(_Tree, name=f"tree{k}") for k in range(_THIRD)]
        waiting: Any = Signal(_Tree)
        held: Any = Signal(data.ArrayLayout(Accumulate, 2))
        with m.If(self.advance):
            for tree, before in zip(trees, [new, *trees[:-1]], strict=True):
                m.d.sync += tree.eq(before)
            with m.If(trees[-1].valid):
                m.d.sync += waiting.eq(trees[-1])
            with m.Elif(tree_result):
                m.d.sync += waiting.valid.eq(0)
            with m.If(new.valid):
                m.d.sync += held[new.half].eq(self.accumulate)
        busy = Signal()
        m.d.comb += [
            tree_end.eq(~Cat(tree.valid for tree in trees[: _SPACING - 1]).any()),
            pending.eq(waiting.valid | Cat(tree.valid for tree in trees).any()),
            busy.eq(Cat(trees[k].valid for k in (*range(_FIRST), *_SECOND)).any()),
            due.eq(busy | waiting.valid),
            tree_result.eq(waiting.valid & ~busy),
        ]
        combine = self.combine
        with m.If(due):
            m.d.comb += self.store.keep.eq(~tree_result)

        def operate(tree: Any, a: Any, b: Any, base: Any) -> None:
            of = held[tree.half]
            m.d.comb += [
                combine.op.eq(of.op),
                combine.a.eq(Cat(a, base)),
                combine.b.eq(Cat(b, base)),
                combine.a_side.eq(Side.PARTIAL),
                combine.b_side.eq(Side.PARTIAL),
                self.store.slot.eq(Cat(a, tree.half)),
                self.cast.eq(of.cast),
            ]

        with m.If(tree_result):
            operate(waiting, C(0, 3), C(PARTIALS // 2, 3), waiting.half)
        for cycle in range(_FIRST):
            tree = trees[cycle]
            pair = Signal(2, name=f"pair{cycle}")
            m.d.comb += pair.eq(tree.last + 1 + cycle)
            with m.If(tree.valid):
                base = Cat(tree.half & ~tree.running, tree.running)
                operate(tree, Cat(C(0, 1), pair), Cat(C(1, 1), pair), base)
                for side, slot in (
                    (combine.a_side, combine.a), (combine.b_side, combine.b),
                ):  # fmt: skip
                    self._elaborate_source(m, masks, tree, side, slot)
        for cycle, late_half in zip(_SECOND, (0, 1), strict=True):
            tree = trees[cycle]
            upper = tree.last[1] ^ (not late_half)
            with m.If(tree.valid):
                operate(tree, Cat(C(0, 2), upper), Cat(C(2, 2), upper), tree.half)
        # Nothing reads the masks of a group after the first level.
        tree = trees[_FIRST]
        with m.If(self.advance & tree.valid):
            for mask in masks[:2]:
                m.d.sync += mask.word_select(tree.half, PARTIALS).eq(0)

    def _elaborate_source(self, m: Module, masks, tree, side, slot) -> None:
        """Where a partial is before the first level."""
        filled, combined, running = masks
        with m.If(tree.running):
            m.d.comb += side.eq(Mux(running.bit_select(slot[:3], 1), Side.PARTIAL, Side.START))
        with m.Else():
            m.d.comb += side.eq(
                Mux(
                    combined.bit_select(slot[:4], 1),
                    Side.PARTIAL,
                    Mux(filled.bit_select(slot[:4], 1), Side.FILL, Side.START),
                )
            )
