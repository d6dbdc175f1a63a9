"""Byte rotation and masks of the DMA datapath."""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.utils import exact_log2

__all__ = ["byte_mask", "rotate_bytes"]


def rotate_bytes(m: Module, name: str, value: Value, amount: Value) -> Value:
    """``value`` with byte i moved to position ``(i + amount) mod bytes``, in log steps: one
    two-way choice per bit of ``amount``."""
    width = len(value)
    stage: Value = value
    for bit in range(exact_log2(width // 8)):
        step = 8 << bit
        out = Signal(width, name=f"{name}{bit}")
        rotated = Cat(stage[width - step :], stage[: width - step])
        m.d.comb += out.eq(Mux(amount[bit], rotated, stage))
        stage = out
    return stage


def byte_mask(first: Value, count: Value, width: int) -> Value:
    """Bits ``first`` ... ``first + count - 1`` of a mask of ``width`` (a power of two) bits;
    ``count`` is 0 ... ``width`` and what leaves the mask at the top is lost."""
    # Selecting from twice the width keeps every operation at 2 * width bits.
    bits = exact_log2(width) + 1
    all_ones = Const((1 << width) - 1, 2 * width)
    ones = all_ones.bit_select((width - count)[:bits], width)
    return Cat(Const(0, width), ones).bit_select((width - first)[:bits], width)
