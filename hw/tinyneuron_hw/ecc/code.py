"""The code itself: which check bits each data bit belongs to.

Every bit of a codeword has its own column of odd weight, as in M. Y. Hsiao, "A Class of Optimal
Minimum Odd-weight-column SEC-DED Codes", IBM Journal of Research and Development 14 (4), 1970. A
single error gives its bit's column as the syndrome, a double error the sum of two columns, which
is even and not 0. The columns are not Hsiao's lightest but count in binary, as Hamming's do: then
the check bits of a word share most of their sums, which halves both the gates and the work of a
simulator.
"""

from __future__ import annotations

from functools import cache, reduce
from operator import xor

__all__ = ["check_bits", "columns", "decode_word", "encode_word"]


def check_bits(width: int) -> int:
    """Check bits of ``width`` data bits, a power of two: 8 of 64, 7 of 32, 5 of 8."""
    return width.bit_length() + 1


@cache
def columns(width: int) -> tuple[int, ...]:
    """The column of each of ``width`` data bits: bit c is set when check bit c covers it.

    The lower bits of column i are i, then comes a 1 and what makes the weight odd. Column 0 would
    be that of a check bit; it takes 3, a 0 and a 1.

    Raises
    ------
    ValueError
        ``width`` is no power of two from 4.
    """
    index_bits = width.bit_length() - 1
    if width < 4 or width != 1 << index_bits:
        raise ValueError(f"a codeword has 4, 8, 16, ... data bits, not {width}")
    low = 1 << index_bits
    counting = (i | low | (2 * low if i.bit_count() % 2 else 0) for i in range(1, width))
    return (3 | 2 * low, *counting)


def encode_word(data: int, width: int) -> int:
    """Check bits of ``width`` data bits; of 0 they are 0."""
    covers = (column for i, column in enumerate(columns(width)) if data >> i & 1)
    return reduce(xor, covers, 0)


def decode_word(data: int, check: int, width: int) -> tuple[int, bool, bool]:
    """Data as corrected, whether a single error was found, and whether a double one was (the data
    are then as read)."""
    syndrome = encode_word(data, width) ^ check
    if syndrome in columns(width):
        data ^= 1 << columns(width).index(syndrome)
    single = syndrome in columns(width) or syndrome.bit_count() == 1
    return data, single, syndrome != 0 and not single
