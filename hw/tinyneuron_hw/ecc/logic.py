"""The code as logic."""

from functools import reduce
from operator import xor
from typing import Any, NamedTuple

from amaranth.hdl import Cat, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.data import ArrayLayout
from amaranth.lib.wiring import In, Out

from ..blocks import Repeated
from .code import check_bits, columns

__all__ = ["Decoded", "Syndromes", "correct", "decode", "encode"]


class Decoded(NamedTuple):
    """What was read. ``double`` counts every error that cannot be corrected; ``data`` are then as
    read."""

    data: Value
    single: Value
    double: Value


def encode(m: Module, data: Value, name: str) -> Value:
    """Check bits of all of ``data``; combinational. ``name`` begins the names of its signals."""
    first, rest = data[0], data
    parities: list[Value] = []  # of the data bits whose index has bit 0, 1, ... set
    while len(rest) > 1:  # halves added: what is left has one bit less of index
        half = len(rest) // 2
        parity = Signal(name=f"{name}_parity{half}")
        m.d.comb += parity.eq(rest[half:].xor())
        parities.insert(0, parity)
        folded = Signal(half, name=f"{name}_sum{half}")
        m.d.comb += folded.eq(rest[:half] ^ rest[half:])
        rest = folded
    odd = reduce(xor, parities)
    return Cat(parities[0] ^ first, parities[1] ^ first, *parities[2:], rest ^ first, odd ^ first)


def decode(m: Module, data: Value, check: Value, name: str) -> Decoded:
    """Corrects a word; combinational. ``name`` begins the names of its signals."""
    syndrome = Signal(len(check), name=f"{name}_syndrome")
    m.d.comb += syndrome.eq(encode(m, data, name) ^ check)
    return correct(m, data, syndrome, name)


def correct(m: Module, data: Value, syndrome: Value, name: str) -> Decoded:
    """The same when the syndrome, the check bits by which a word differs from a codeword, is
    known."""
    flips = Signal(len(data), name=f"{name}_flips")
    single, double = (Signal(name=f"{name}_{kind}") for kind in ("single", "double"))
    with m.If(syndrome.any()):  # nothing to search otherwise, which is nearly always
        # A tree of choices, which a simulator walks only here; comparisons it would make always.
        with m.Switch(syndrome):
            for i, column in enumerate(columns(len(data))):
                with m.Case(column):
                    m.d.comb += [flips.eq(1 << i), single.eq(1)]
            with m.Case(*(1 << c for c in range(len(syndrome)))):
                m.d.comb += single.eq(1)
            with m.Default():
                m.d.comb += double.eq(1)
    return Decoded(data ^ flips, single, double)


class Syndromes(wiring.Component):
    """Syndromes of adjacent codewords, the check bits of each above its data; combinational.

    Parameters
    ----------
    width, words:
        Data bits of a word, and how many words.

    Members
    -------
    wanted: the syndromes count.
    codes, syndromes: word by word.
    """

    def __init__(self, width: int, words: int):
        self._width = width
        super().__init__(self.ports(width, words))

    @staticmethod
    def ports(width: int, words: int) -> wiring.Signature:
        """Its signature."""
        bits = check_bits(width)
        return wiring.Signature({
            "wanted": In(1),
            "codes": In(ArrayLayout(width + bits, words)),
            "syndromes": Out(ArrayLayout(bits, words)),
        })  # fmt: skip

    @classmethod
    def repeated(cls, width: int, words: int) -> Repeated:
        """One of many, whose work a simulator leaves out where it is not wanted."""
        name = f"tn_syndromes_{words}x{width}"
        return Repeated(name, lambda: cls(width, words), cls.ports(width, words), guard="wanted")

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        for w, (code, syndrome) in enumerate(zip(self.codes, self.syndromes, strict=True)):
            word, check = code[: self._width], code[self._width :]
            m.d.comb += syndrome.eq(encode(m, word, f"word{w}") ^ check)
        return m
