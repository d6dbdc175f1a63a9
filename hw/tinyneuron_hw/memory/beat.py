"""Payloads that travel between the memories and the engines."""

from amaranth.hdl import Const, Value, unsigned
from amaranth.lib import data
from amaranth.utils import bits_for

from ..config import CoreConfig
from ..formats import FORMATS, DType

__all__ = ["AddressBeat", "ElementBeat", "GroupBeat", "ResultBeat", "has_size",
           "lane_mask", "offset_bits"]  # fmt: skip


def offset_bits(config: CoreConfig) -> int:
    """Width of a byte offset in a partition of either memory."""
    return bits_for(max(config.sbuf_partition_bytes, config.psum_partition_bytes) - 1)


class AddressBeat(data.StructLayout):
    """One element of an access pattern: its byte ``offset`` in every partition, and whether it is
    the ``last`` of the pattern."""

    def __init__(self, config: CoreConfig):
        super().__init__({"offset": offset_bits(config), "last": 1})


class ElementBeat(data.StructLayout):
    """One element of every lane: raw bits from bit 0 of each of the 32-bit ``lanes``, the rest
    zero, and whether it is the ``last`` of the pattern."""

    def __init__(self, config: CoreConfig):
        super().__init__({"lanes": data.ArrayLayout(unsigned(32), config.partitions), "last": 1})


class ResultBeat(data.StructLayout):
    """An :class:`ElementBeat` for memory, and the lanes whose element is not written."""

    def __init__(self, config: CoreConfig):
        lanes = data.ArrayLayout(unsigned(32), config.partitions)
        super().__init__({"lanes": lanes, "last": 1, "skip": config.partitions})


class GroupBeat(data.StructLayout):
    """``count`` elements of every lane, like those of :class:`ElementBeat`."""

    def __init__(self, config: CoreConfig, count: int):
        group = data.ArrayLayout(unsigned(32), count)
        super().__init__({"lanes": data.ArrayLayout(group, config.partitions), "last": 1})


def has_size(dtype: Value, size: int) -> Value:
    """1 bit: whether an element of the type with code ``dtype`` takes ``size`` bytes."""
    return Value.cast(dtype).matches(*(code for code in DType if FORMATS[code].bytes == size))


def lane_mask(lanes: int, first: Value, count: Value) -> Value:
    """``lanes`` bits, those from ``first`` to ``first + count - 1`` set."""
    bits = bits_for(lanes)
    ones = ((Const(1, lanes + 1) << count[:bits]) - 1)[:lanes]
    return (ones << first[:bits])[:lanes]
