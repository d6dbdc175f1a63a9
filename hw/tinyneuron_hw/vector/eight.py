"""Eight values of one partition: the largest ones, or those that are looked for."""

from amaranth.hdl import Cat, Module, Mux, Signal, signed, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..formats import CANONICAL_NAN
from ..isa.rules_eight import SEARCH_ELEMENTS

__all__ = ["EIGHT_LATENCY", "EIGHT_SIGNATURE", "INDEX_BITS", "EightAct", "EightInsert", "EightUnit"]

EIGHT_LATENCY = 3
"""Registers between a value and the result that belongs to it."""
INDEX_BITS = (SEARCH_ELEMENTS[1] - 1).bit_length()


class EightInsert(data.Struct):
    """What happens to the list; in the cycle after the value's."""

    insert: unsigned(1)
    """The value goes before the first place that holds less; the last place's value is lost."""
    force: unsigned(8)
    """Places that count as less, whatever they hold; with one, all behind it. With all, the list
    moves by one place: it holds values in the order in which they came, the last one first."""


class EightAct(data.Struct):
    """What else happens; two cycles after the value's."""

    clear: unsigned(1)
    """Nothing is found yet."""
    search: unsigned(1)
    """The value is compared with the list: of the equal places that are not found yet the last
    one is."""
    index: unsigned(INDEX_BITS)
    """The value's number, kept with the place that is found."""
    replace: unsigned(1)
    """A value that is found becomes ``immediate``."""
    immediate: unsigned(32)
    emit: unsigned(1)
    """The result is place ``slot`` of the list."""
    emit_index: unsigned(1)
    """The result is the index that place ``slot`` was found at, all ones when it was not."""
    slot: unsigned(3)


EIGHT_SIGNATURE = wiring.Signature({
    "value": Out(32),
    "merge_zeros": Out(1),
    "insert": Out(EightInsert),
    "act": Out(EightAct),
    "take": In(1),
    "result": In(32),
})  # fmt: skip


class EightUnit(wiring.Component):
    """Keeps 8 FP32 values in descending order, or compares with them; a value each cycle.

    -0 is below +0, NaN above everything. Every register moves in every cycle: the engine stops
    the unit's clock.

    Members
    -------
    value: FP32 bits.
    merge_zeros: -0 enters as +0, so that they are equal.
    insert, act: see :class:`EightInsert` and :class:`EightAct`; 1 and 2 cycles later.
    take, result: ``EIGHT_LATENCY`` cycles later: ``result`` takes the value's place. FP32 bits
        or, after ``emit_index``, an integer.
    """

    def __init__(self):
        super().__init__(EIGHT_SIGNATURE.flip())

    def elaborate(self, platform):
        m = Module()
        key = Signal(signed(32), reset_less=True)
        m.d.sync += key.eq(self._elaborate_key(m))
        places = [Signal(signed(32), name=f"place{k}", reset_less=True) for k in range(8)]
        self._elaborate_list(m, key, places)
        equal = Signal(8, reset_less=True)
        m.d.sync += equal.eq(Cat(place == key for place in places))
        self._elaborate_act(m, equal, places)
        return m

    def _elaborate_key(self, m: Module) -> Signal:
        """An integer in the order of the values."""
        sign, magnitude = self.value[31], self.value[:31]
        key = Signal(32, name="new_key")
        m.d.comb += key.eq(Cat(magnitude ^ sign.replicate(31), sign))
        with m.If(magnitude > 0x7F80_0000):
            m.d.comb += key.eq(CANONICAL_NAN)
        with m.If(self.merge_zeros & ~magnitude.any()):
            m.d.comb += key.eq(0)
        return key

    def _elaborate_list(self, m: Module, key: Signal, places: list[Signal]) -> None:
        less = Signal(8)
        m.d.comb += less.eq(Cat(place < key for place in places) | self.insert.force)
        with m.If(self.insert.insert):
            for k, place in enumerate(places):
                with m.If(less[k]):
                    m.d.sync += place.eq(Mux(less[k - 1], places[k - 1], key) if k else key)

    def _elaborate_act(self, m: Module, equal: Signal, places: list[Signal]) -> None:
        act = self.act
        found, wanted, chosen = Signal(8), Signal(8), Signal(8)
        m.d.comb += wanted.eq((equal & ~found & act.search.replicate(8))[::-1])
        m.d.comb += chosen.eq((wanted & (-wanted)[:8])[::-1])
        m.d.sync += found.eq(Mux(act.clear, 0, found | chosen))
        indices = [Signal(INDEX_BITS, name=f"index{k}", reset_less=True) for k in range(8)]
        for k, index in enumerate(indices):
            with m.If(chosen[k]):
                m.d.sync += index.eq(act.index)

        place = Signal(32)
        m.d.comb += place.eq(Cat(places).word_select(act.slot, 32))
        m.d.sync += self.take.eq(act.emit | act.emit_index | (act.replace & chosen.any()))
        with m.If(act.emit_index):
            index = Cat(indices).word_select(act.slot, INDEX_BITS)
            m.d.sync += self.result.eq(Mux(found.bit_select(act.slot, 1), index, 0xFFFF_FFFF))
        with m.Elif(act.emit):
            m.d.sync += self.result.eq(Cat(place[:31] ^ place[31].replicate(31), place[31]))
        with m.Else():
            m.d.sync += self.result.eq(act.immediate)
