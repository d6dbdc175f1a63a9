"""The code as logic."""

from functools import reduce
from operator import xor
from typing import NamedTuple

from amaranth.hdl import Cat, Module, Signal, Value

from .code import columns

__all__ = ["Decoded", "decode", "encode"]


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
    covers = columns(len(data))
    syndrome = Signal(len(check), name=f"{name}_syndrome")
    flips = Signal(len(data), name=f"{name}_flips")
    single, double = (Signal(name=f"{name}_{kind}") for kind in ("single", "double"))
    m.d.comb += syndrome.eq(encode(m, data, name) ^ check)
    with m.If(syndrome.any()):  # nothing to search otherwise, which is nearly always
        # A tree of choices, which a simulator walks only here; comparisons it would make always.
        with m.Switch(syndrome):
            for i, column in enumerate(covers):
                with m.Case(column):
                    m.d.comb += [flips.eq(1 << i), single.eq(1)]
            with m.Case(*(1 << c for c in range(len(check)))):
                m.d.comb += single.eq(1)
            with m.Default():
                m.d.comb += double.eq(1)
    return Decoded(data ^ flips, single, double)
