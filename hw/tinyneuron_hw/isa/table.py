"""Function tables of the Scalar engine: what the bits of an image mean.

An image is a list of rows of 128 bits: a ``TableHeader``, ``Specials``, the entries, eight a row
(``Entry``), then the segments (``Segment``). LOAD_TABLE puts it into a slot. The function of x is
found in four steps; every bit pattern of an image means something.

**Reduce.** x becomes y, a sign and a magnitude, and an integer n (``Reduction``).

**Find.** With the magnitude of y ``2**e * (1 + f)``, f of ``FRACTION_BITS`` bits (those below are
cut off), the entry is number 0 for ``e < lowest``, otherwise ``1 + e - lowest``, at most 31 when
the function is even or odd; otherwise at most 15, and 16 more when y is negative. The top
``bits`` bits of the position p, a fraction, say how many segments behind the entry's ``base``
(those behind the last of the table are the last), the others, moved up, are t, in [0, 1). p is f;
of kind ORIGIN it is y's magnitude times ``2**-lowest``, cut off.

**Evaluate.** ``u = t``, or ``1 - t`` with ``flip``; ``p3 = c3 + c4 u``, ``p2 = c2 + p3 u``,
``p1 = c1 + p2 u``, each product rounded down to the sum's fraction bits, without the low ``U_CUT``
bits of u. The sum is ``c0 + p1 w``, w being u, or ``1 + f`` with ``by_mantissa``; the product again
rounded down. Entries of power ADD add ``e * step`` to it.

**Scale.** The result is the sum times ``2**exponent``, times what the entry's power gives, times
``2**n``, times ``2**e`` with ``by_mantissa``; negated when the symmetry is ODD and y negative;
rounded once, to nearest even.
"""

import functools

from amaranth.hdl import signed, unsigned
from amaranth.lib import data, enum

__all__ = [
    "COEFFICIENT_BITS", "ENTRIES", "ENTRIES_PER_ROW", "ENTRY_ROWS", "FIXED_BITS", "FIXED_LIMIT",
    "FIXED_LOWEST", "FRACTION_BITS", "GUARD_BITS", "HEADER_ROWS", "P1_BITS", "P2_BITS", "P3_BITS",
    "PERIOD_LOWEST", "ROW_BITS", "ROW_WORDS", "SLOTS", "SLOT_ROWS", "STEP_BITS", "SUM_BITS",
    "TABLE_ROWS",
    "U_CUT", "Entry", "EntryKind", "Power", "Reduction", "Segment", "Specials", "Symmetry",
    "TableHeader", "reduction_factor",
]  # fmt: skip

ROW_BITS = 128
"""Bits of a row."""
ROW_WORDS = 4
"""32-bit words of a row; partition p of a LOAD_TABLE's source holds word p of every row."""
TABLE_ROWS = 256
"""Segments that the memory of a lane holds."""
SLOTS = 8
"""Tables that can be resident."""
SLOT_ROWS = TABLE_ROWS // SLOTS
"""The segments of slot s start at ``s * SLOT_ROWS``; a longer table covers those of the slots
behind it."""
ENTRIES = 32
"""Entries of a table: 16 for each sign of y, or 32 when the function has a symmetry."""
ENTRIES_PER_ROW = 8
"""Entries of a row, the first in the lowest bits."""
ENTRY_ROWS = ENTRIES // ENTRIES_PER_ROW
"""Rows of the entries."""
HEADER_ROWS = 2 + ENTRY_ROWS
"""Rows of an image before its segments."""

FRACTION_BITS = 26
"""Bits of f, p, t and u."""
COEFFICIENT_BITS = (28, 26, 24, 22, 20)
"""Fraction bits of c0 ... c4."""
SUM_BITS = 54
"""Fraction bits of the sum."""
P1_BITS = 30
"""Fraction bits of p1."""
P2_BITS = 30
"""Fraction bits of p2."""
P3_BITS = 29
"""Fraction bits of p3."""
U_CUT = {3: 10, 2: 6, 1: 0}
"""Low bits of u that the product of p3, p2 and p1 leaves out."""
STEP_BITS = 31
"""Fraction bits of ``step``."""

FIXED_BITS = 54
"""Fraction bits of the fixed-point numbers of SHIFT and FRACTION, which have 64 bits."""
FIXED_LIMIT = 8
"""From magnitude ``2**FIXED_LIMIT`` on, SHIFT and FRACTION give what the infinities give."""
FIXED_LOWEST = -32
"""From this exponent of x down the fixed-point number is 0."""
GUARD_BITS = 8
"""Bits that a reduction's product has below the last place that is kept."""
PERIOD_LOWEST = -13
"""Below this exponent PERIOD takes the multiplier of this one and scales afterwards."""


class Reduction(enum.Enum, shape=2):
    """How y and n come from x. Fixed-point numbers are cut to the last place that they have."""

    DIRECT = 0
    """y = x, n = 0."""
    SHIFT = 1
    """y = x + shift in fixed point, n = 0."""
    FRACTION = 2
    """``x * log2(e) + shift``, in fixed point, is n + r with r in [0, 1); y = 1 + r."""
    PERIOD = 3
    """r = x / (2 pi) + shift in turns, of 64 fraction bits, modulo 1. y is the distance from 0 or
    1/2, whichever is nearer, in quarters of a turn, from 0 to 1; negative for r in [1/2, 1);
    n = 0. With shift 0, x below ``2**PERIOD_LOWEST`` keeps its precision; with another one it
    counts as 0."""


class Symmetry(enum.Enum, shape=2):
    """Of the function of y; the code that is left is NONE."""

    NONE = 0
    EVEN = 1
    ODD = 2


class EntryKind(enum.Enum, shape=2):
    """What an entry's range is."""

    SEGMENT = 0
    """A power of two to the next."""
    ORIGIN = 1
    """All below ``2**lowest``."""
    INVALID = 2
    """The result is NaN; the code that is left is the same."""


class Power(enum.Enum, shape=3):
    """What an entry does with the exponent e of y; the codes that are left do nothing."""

    NONE = 0
    UP = 1
    """Times ``2**e``."""
    DOWN = 2
    """Times ``2**-e``."""
    HALF_UP = 3
    """Times ``2**floor(e / 2)``; for odd e the segments are those behind the entry's own."""
    HALF_DOWN = 4
    """Times ``2**-floor(e / 2)``; the same."""
    ADD = 5
    """Plus ``e * step`` before the scaling."""


class Entry(data.Struct):
    """16 bits of an entry."""

    base: unsigned(8)
    """Its first segment, counted from the table's own first."""
    bits: unsigned(3)
    kind: EntryKind
    power: Power


class Segment(data.Struct):
    """A polynomial: coefficients in fixed point, ``COEFFICIENT_BITS`` fraction bits."""

    c4: signed(16)
    c3: signed(20)
    c2: signed(23)
    c1: signed(27)
    c0: signed(29)
    exponent: signed(10)
    flip: unsigned(1)
    by_mantissa: unsigned(1)
    reserved: unsigned(1)


class TableHeader(data.Struct):
    """First row."""

    reduction: Reduction
    symmetry: Symmetry
    lowest: signed(8)
    reserved: unsigned(20)
    step: signed(32)
    """``STEP_BITS`` fraction bits."""
    shift: signed(64)
    """As :class:`Reduction` says; for cos a quarter of a turn."""


class Specials(data.Struct):
    """FP32 results of infinite x, and of y = 0 with the sign of x. (A NaN stays NaN.)"""

    positive_infinity: unsigned(32)
    negative_infinity: unsigned(32)
    positive_zero: unsigned(32)
    negative_zero: unsigned(32)


_WORK_BITS = 320


def _arctan_inverse(x: int) -> int:
    """arctan(1 / x) with ``_WORK_BITS`` fraction bits."""
    power, total, k = (1 << _WORK_BITS) // x, 0, 0
    while power:
        total += (-1) ** k * power // (2 * k + 1)
        power //= x * x
        k += 1
    return total


@functools.cache
def _inverse_turn() -> int:
    """1 / (2 pi), by Machin's formula."""
    pi = 4 * (4 * _arctan_inverse(5) - _arctan_inverse(239))
    return (1 << 2 * _WORK_BITS) // (2 * pi)


@functools.cache
def _log2_e() -> int:
    """1 / ln 2; ln 2 is the sum of 1 / (k 2**k)."""
    ln2 = sum((1 << _WORK_BITS) // (k << k) for k in range(1, _WORK_BITS))
    return (1 << 2 * _WORK_BITS) // ln2


@functools.cache
def reduction_factor(reduction: Reduction, exponent: int) -> int:
    """The factor of x's 24-bit significand m, where ``x = m * 2**(exponent - 23)``: their product
    without its low ``GUARD_BITS`` bits, modulo 2**64, is x in fixed point, or in turns."""
    constant = {
        Reduction.SHIFT: 1 << _WORK_BITS,
        Reduction.FRACTION: _log2_e(),
        Reduction.PERIOD: _inverse_turn(),
    }[reduction]
    if reduction is Reduction.PERIOD:
        lowest, places = PERIOD_LOWEST, 64
    else:
        lowest, places = FIXED_LOWEST + 1, FIXED_BITS
        if exponent < lowest or exponent >= FIXED_LIMIT:
            return 0
    up = max(exponent, lowest) - 23 + places + GUARD_BITS - _WORK_BITS
    rounded = constant << up if up >= 0 else ((constant >> (-up - 1)) + 1) >> 1
    return rounded & ((1 << 64 + GUARD_BITS) - 1)
