"""What the units of eight values do, element after element."""

from amaranth.hdl import Module, Mux, Signal, unsigned
from amaranth.lib import data, enum, wiring
from amaranth.lib.wiring import In, Out

from .eight import INDEX_BITS, EightAct, EightInsert

__all__ = ["EightControl", "EightMode", "EightStep"]


class EightMode(enum.Enum, shape=2):
    """What an instruction wants of the units."""

    NONE = 0
    LARGEST = 1
    INDEX = 2
    REPLACE = 3


class EightStep(data.Struct):
    """Of one beat; each part belongs to its cycle (see :class:`EightUnit`)."""

    uses: unsigned(1)
    merge_zeros: unsigned(1)
    insert: EightInsert
    act: EightAct


class EightControl(wiring.Component):
    """Follows the beats of an instruction; when its last element has been taken, it asks for 8
    more beats, in which the units give their results.

    Members
    -------
    mode: of the instruction whose beats come.
    immediate: FP32 bits that a REPLACE puts in.
    taken: a beat is taken; with ``values`` it is one of those to look for, else an element,
        ``last`` the instruction's last one.
    step: for the beat that is taken.
    emitting: a beat is asked for; it is the next that is taken.
    """

    mode: In(EightMode)
    immediate: In(32)
    taken: In(1)
    values: In(1)
    last: In(1)
    step: Out(EightStep)
    emitting: Out(1)

    def elaborate(self, platform):
        m = Module()
        index, given = Signal(INDEX_BITS), Signal(3)
        open_places = Signal(8, init=0xFF)
        indices = Signal()
        insert, act = self.step.insert, self.step.act
        searches = (self.mode != EightMode.LARGEST) & ~self.values
        with m.If(~self.taken):
            pass
        with m.Elif(self.emitting):
            m.d.comb += [
                self.step.uses.eq(1),
                act.emit.eq(~indices),
                act.emit_index.eq(indices),
                # The values to look for stand in the list in reverse.
                act.slot.eq(given ^ indices.replicate(3)),
            ]
        with m.Elif(self.mode != EightMode.NONE):
            m.d.comb += [
                self.step.uses.eq(1),
                self.step.merge_zeros.eq(self.mode != EightMode.LARGEST),
                insert.insert.eq(~searches),
                insert.force.eq(Mux(self.values, 0xFF, open_places)),
                act.clear.eq(self.values),
                act.search.eq(searches),
                act.index.eq(index),
                act.replace.eq(self.mode == EightMode.REPLACE),
                act.immediate.eq(self.immediate),
            ]
        with m.If(self.taken & self.emitting):
            m.d.sync += [given.eq(given + 1), self.emitting.eq(given != 7)]
        with m.Elif(self.taken & (self.mode != EightMode.NONE) & ~self.values):
            m.d.sync += [
                index.eq(Mux(self.last, 0, index + 1)),
                open_places.eq(Mux(self.last, 0xFF, open_places << 1)),
                indices.eq(self.mode == EightMode.INDEX),
                self.emitting.eq(self.last & (self.mode != EightMode.REPLACE)),
            ]
        return m
