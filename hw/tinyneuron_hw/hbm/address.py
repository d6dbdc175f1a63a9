"""Where an address lies in device memory: channel, bank, row and column.

Counted in units of ``access_bytes``, an address is ``row | bank | column | channel``, low bits
last. Bank and channel are then mixed with the bits above them: each higher bit adds a fixed
pattern (XOR). The patterns of each are powers of x modulo a primitive polynomial of its degree,
so that accesses at the distance of any power of two meet all banks, and all channels, in turn;
the polynomials have no common factor, so they meet all banks of all channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import Any

from amaranth.hdl import Cat, Const, Value
from amaranth.utils import exact_log2

from ..config import CoreConfig
from .timing import BANKS, BURST, timing_of

__all__ = ["AddressMap", "Place"]

_PRIMITIVE = (0b11, 0b11, 0b111, 0b1011, 0b10011, 0b100101, 0b1000011, 0b10000011, 0b100011101)
"""A primitive polynomial of each degree (the first is not used)."""


@dataclass(frozen=True)
class Place:
    """Where an access lies; integers or Amaranth values."""

    channel: Any
    bank: Any
    row: Any
    column: Any


def _powers(degree: int, first: int, count: int, *, mirrored: bool = False) -> list[int]:
    """x**first, x**(first + 1), ... modulo the primitive polynomial of a degree, or that with its
    coefficients ``mirrored``; of degree 0, 0."""
    if not degree:
        return [0] * count
    polynomial = _PRIMITIVE[degree]
    if mirrored:
        polynomial = int(f"{polynomial:b}"[::-1], 2)
    value, powers = 1, []
    for i in range(first + count):
        if i >= first:
            powers.append(value)
        value <<= 1
        if value >> degree:
            value ^= polynomial
    return powers


class AddressMap:
    """The map of one configuration.

    Attributes
    ----------
    unit_shift:
        Bits of an address within one access.
    channel_bits, column_bits, bank_bits, row_bits:
        Widths.
    column_patterns, bank_patterns:
        What each bit of the column, and of the bank before it is mixed, adds to the channel.
    row_patterns:
        What each bit of the row adds to ``bank | channel``.
    """

    def __init__(self, config: CoreConfig):
        self.unit_shift = exact_log2(config.access_bytes)
        self.channel_bits = exact_log2(config.memory_channels)
        words = config.access_bytes // (8 * BURST)
        row_bytes = timing_of(config).row_bytes * words
        self.column_bits = exact_log2(row_bytes // config.access_bytes)
        self.bank_bits = exact_log2(BANKS)
        below = self.channel_bits + self.column_bits + self.bank_bits
        units = config.device_memory_bytes >> self.unit_shift
        self.row_bits = max(1, ((units - 1) >> below).bit_length())
        c, b = self.channel_bits, self.bank_bits
        # Column bits must not change the bank: a row would fall apart.
        k = self.column_bits
        channels = _powers(c, c, k + b + self.row_bits, mirrored=True)
        banks = _powers(b, b, self.row_bits)
        self.column_patterns = channels[:k]
        self.bank_patterns = channels[k : k + b]
        self.row_patterns = [
            bank << c | channel for bank, channel in zip(banks, channels[k + b :], strict=True)
        ]

    def split(self, unit: int) -> Place:
        """Place of the access with number ``unit``."""
        bits = [unit >> i & 1 for i in range(self.total_bits)]
        channel, bank, row, column = self._split(bits)
        value = [sum(bit << i for i, bit in enumerate(part)) for part in
                 (channel, bank, row, column)]  # fmt: skip
        return Place(*value)

    def split_value(self, unit: Any) -> Place:
        """The same for an Amaranth value."""
        bits = [unit[i] if i < len(unit) else Const(0) for i in range(self.total_bits)]
        return Place(*(Cat(*part) if part else Const(0, 0) for part in self._split(bits)))

    def join(self, place: Place) -> int:
        """Number of the access at a place: the inverse of :meth:`split`."""
        bank = self.split(self._number(0, place.bank, place.row, place.column)).bank
        plain = self._number(0, bank, place.row, place.column)
        channel = self.split(plain).channel ^ place.channel
        return self._number(channel, bank, place.row, place.column)

    def join_value(self, place: Place) -> Value:
        """The same for Amaranth values."""
        below = Cat(Const(0, self.channel_bits), place.column, place.bank, place.row)
        bank = self.split_value(below).bank
        below = Cat(Const(0, self.channel_bits), place.column, bank, place.row)
        channel = (self.split_value(below).channel ^ place.channel)[: self.channel_bits]
        return Cat(channel, place.column, bank, place.row)

    @property
    def total_bits(self) -> int:
        """Bits of a unit number."""
        return self.channel_bits + self.column_bits + self.bank_bits + self.row_bits

    def _number(self, channel: int, bank: int, row: int, column: int) -> int:
        upper = (row << self.bank_bits | bank) << self.column_bits | column
        return upper << self.channel_bits | channel

    def _split(self, bits: list[Any]) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
        c, k, b = self.channel_bits, self.column_bits, self.bank_bits
        channel, column = bits[:c], bits[c : c + k]
        bank, row = bits[c + k : c + k + b], bits[c + k + b :]
        upper = [
            *zip(column, self.column_patterns, strict=True),
            *zip(bank, self.bank_patterns, strict=True),
            *zip(row, self.row_patterns, strict=True),
        ]
        mixed = []
        for i, plain in enumerate(channel + bank):
            mixed.append(reduce(xor, [plain, *(bit for bit, p in upper if p >> i & 1)]))
        return mixed[:c], mixed[c:], row, column
