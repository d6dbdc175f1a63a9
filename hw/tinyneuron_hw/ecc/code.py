"""The code itself: which check bits each data bit belongs to.

Source: M. Y. Hsiao, "A Class of Optimal Minimum Odd-weight-column SEC-DED Codes", IBM Journal of
Research and Development 14 (4), 1970. Every bit of a codeword has its own column of odd weight. A
single error gives its bit's column as the syndrome, a double error the sum of two columns, which
is even and not 0.
"""

from __future__ import annotations

from functools import cache, reduce
from itertools import combinations
from operator import xor

__all__ = ["check_bits", "columns", "decode_word", "encode_word"]


def check_bits(width: int) -> int:
    """Check bits of ``width`` data bits: 8 of 64, 7 of 32."""
    bits = 2
    while 2 ** (bits - 1) - bits < width:
        bits += 1
    return bits


@cache
def columns(width: int) -> tuple[int, ...]:
    """The column of each of ``width`` data bits: bit c is set when check bit c covers it. The
    lightest ones that exist, taken so that all check bits cover about as many data bits."""
    bits = check_bits(width)
    chosen: list[int] = []
    load = [0] * bits
    for weight in range(3, bits + 1, 2):
        left = set(combinations(range(bits), weight))
        while left and len(chosen) < width:
            best = min(left, key=lambda ones: (sorted((load[c] for c in ones), reverse=True), ones))
            left.remove(best)
            chosen.append(sum(1 << c for c in best))
            for c in best:
                load[c] += 1
    return tuple(chosen)


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
