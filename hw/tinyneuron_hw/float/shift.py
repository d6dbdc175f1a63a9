"""Log-step shifts: one two-way choice per bit of the distance, narrow enough for any simulator."""

from amaranth.hdl import Module, Mux, Signal, Value

__all__ = ["shift_right_sticky"]


def shift_right_sticky(m: Module, value: Value, amount: Value, *, name: str) -> Signal:
    """``value >> amount`` with every bit shifted out ORed into bit 0.

    The result has the width of ``value``; ``amount`` may be as large as it likes. Each level is a
    named signal ``<name>_<step>``.
    """
    width = len(value)
    level = Signal(width, name=f"{name}_in")
    m.d.comb += level.eq(value)
    for bit in range(len(amount)):
        step = 1 << bit
        shifted = Signal(width, name=f"{name}_{step}")
        lost = level[:step].any()
        m.d.comb += shifted.eq(Mux(amount[bit], (level >> step) | lost, level))
        level = shifted
    return level
