"""What moves through the Scalar engine beside the elements."""

from amaranth.hdl import signed, unsigned
from amaranth.lib import data, enum

from ..isa.table import SLOTS, TABLE_ROWS, Reduction, Symmetry

__all__ = ["Factor", "Force", "FunctionControl", "HeadWrite", "Outcome", "TableWrite"]


class Outcome(enum.Enum, shape=3):
    """Where a result comes from."""

    SUM = 0
    NAN = 1
    INFINITE = 2
    SPECIAL0 = 4
    """The table's (or the built-in function's) result of +inf, or what it has for positive x;
    the others are those of -inf, +0 and -0."""
    SPECIAL1 = 5
    SPECIAL2 = 6
    SPECIAL3 = 7


class Force(data.Struct):
    """For which x the result is a special one: above 0, below 0, 0 (infinities included)."""

    positive: unsigned(1)
    negative: unsigned(1)
    zero: unsigned(1)


class FunctionControl(data.Struct):
    """The function of an element."""

    builtin: unsigned(1)
    """A product, not a table."""
    slot: range(SLOTS)
    reduction: Reduction
    symmetry: Symmetry
    lowest: signed(8)
    is_shifted: unsigned(1)
    """The table's shift is not 0."""
    force: Force
    square: unsigned(1)
    """The other factor is x."""
    by_parameter: unsigned(1)
    """The other factor of negative x is the parameter; otherwise it is 1."""


class Factor(data.Struct):
    """A finite number: ``(-1)**sign * significand * 2**(exponent - 23)``."""

    significand: unsigned(24)
    exponent: signed(9)
    sign: unsigned(1)


class HeadWrite(data.Struct):
    """What is kept of a table for all lanes; the row is the lanes'."""

    header: unsigned(1)
    """Write it as the header of ``slot``."""
    special: unsigned(1)
    length: unsigned(1)
    """Write ``last`` as the number of the table's last segment."""
    slot: range(SLOTS)
    last: range(TABLE_ROWS)


class TableWrite(data.Struct):
    """A row of an image, on its way into every lane."""

    entries: unsigned(1)
    """Write the row ``entry_row`` of entries."""
    segment: unsigned(1)
    """Write segment ``row``."""
    entry_row: range(4 * SLOTS)
    row: range(TABLE_ROWS)
    data: unsigned(128)
