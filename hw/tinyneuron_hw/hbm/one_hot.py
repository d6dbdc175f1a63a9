"""Vectors in which one bit at most is set."""

from amaranth.hdl import Cat, Value

__all__ = ["lowest", "number"]


def lowest(bits: Value) -> Value:
    """The lowest bit that is set, alone."""
    return bits & -bits


def number(one_hot: Value) -> Value:
    """Place of the one bit that is set, of a power of two; 0 when none is."""
    places: list[Value] = []
    while len(one_hot) > 1:  # halves joined: what is left has one bit less of the number
        half = len(one_hot) // 2
        places.insert(0, one_hot[half:].any())
        one_hot = one_hot[:half] | one_hot[half:]
    return Cat(places)
