"""The code as logic."""

from typing import NamedTuple

from amaranth.hdl import Cat, Const, Module, Signal, Value

from .code import check_bits, columns

__all__ = ["Decoded", "decode", "encode"]


class Decoded(NamedTuple):
    """What was read. ``double`` counts every error that cannot be corrected; ``data`` are then as
    read."""

    data: Value
    single: Value
    double: Value


def encode(data: Value) -> Value:
    """Check bits of all of ``data``."""
    covers = columns(len(data))
    masks = [
        sum(1 << i for i, column in enumerate(covers) if column >> c & 1)
        for c in range(check_bits(len(data)))
    ]
    return Cat((data & Const(mask, len(data))).xor() for mask in masks)


def decode(m: Module, data: Value, check: Value, name: str) -> Decoded:
    """Corrects a word; combinational. ``name`` begins the names of its signals."""
    covers = columns(len(data))
    syndrome = Signal(len(check), name=f"{name}_syndrome")
    corrected = Signal(len(data), name=f"{name}_corrected")
    single, double = (Signal(name=f"{name}_{kind}") for kind in ("single", "double"))
    m.d.comb += [syndrome.eq(encode(data) ^ check), corrected.eq(data)]
    with m.If(syndrome.any()):  # nothing to search otherwise, which is nearly always
        hits = Signal(len(data), name=f"{name}_hits")
        m.d.comb += [
            hits.eq(Cat(syndrome == column for column in covers)),
            corrected.eq(data ^ hits),
            single.eq(hits.any() | Cat(syndrome == 1 << c for c in range(len(check))).any()),
            double.eq(~single),
        ]
    return Decoded(corrected, single, double)
