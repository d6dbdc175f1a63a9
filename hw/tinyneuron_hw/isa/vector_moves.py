"""Layouts of the Vector engine's instructions that search and move elements."""

from amaranth.hdl import unsigned
from amaranth.lib import data

from .opcodes import RoundMode
from .operands import AccessPattern, Header

__all__ = ["FindIndex8", "MatchReplace8", "Max8", "Shuffle", "Transpose"]


class Max8(data.Struct):
    """``dst`` becomes the 8 largest of ``in0``'s 8 to 16384 elements in each partition, in
    descending order.

    Elements are compared as FP32 numbers in this order: -inf, negative numbers, -0, +0, positive
    numbers, +inf, NaN. Equal elements are all kept."""

    header: Header
    in0: AccessPattern
    reserved0: unsigned(192)
    dst: AccessPattern
    reserved1: unsigned(128)
    round_mode: RoundMode
    reserved: unsigned(190)


class FindIndex8(data.Struct):
    """For each of the 8 elements of ``in1``, the position of an equal one among ``in0``'s 8 to
    16384 elements, partition by partition; all bits are set when there is none.

    Elements are compared as FP32 numbers: -0 equals +0, a NaN equals every NaN. Equal elements of
    ``in1`` get successive occurrences in ``in0``: the first of them the first one. So the values
    that MAX8 gives are all found, each in a place of its own."""

    header: Header
    in0: AccessPattern
    in1: AccessPattern
    dst: AccessPattern
    reserved: unsigned(320)


class MatchReplace8(data.Struct):
    """``dst = in0`` cast through FP32, but the elements that FIND_INDEX8 finds for the 8 elements
    of ``in1`` become ``value``, the bit pattern of an FP32 number."""

    header: Header
    in0: AccessPattern
    in1: AccessPattern
    dst: AccessPattern
    reserved0: unsigned(128)
    value: unsigned(32)
    value_by_register: unsigned(1)
    round_mode: RoundMode
    reserved: unsigned(157)


class Transpose(data.Struct):
    """Transposes blocks of Q partitions by Q elements, Q a quarter of the partitions:
    ``dst[q * Q + i, b * Q + j] = in0[q * Q + j, b * Q + i]``; bits move unchanged. A single
    block may be smaller: ``dst[i, j] = in0[j, i]``."""

    header: Header
    in0: AccessPattern
    reserved0: unsigned(192)
    dst: AccessPattern
    reserved: unsigned(320)


class Shuffle(data.Struct):
    """Moves elements across the partitions of each quarter of the lanes; bits do not change.

    Partition i of a quarter of ``dst`` takes the element of partition s of the same quarter of
    ``in0``, s being the low 5 bits of entry i of ``mask``. Entry i is bits 6i to 6i + 5. When an
    entry's bit 5 is set, its partitions of ``dst`` stay as they are. Partitions that ``in0`` does
    not have count as 0."""

    header: Header
    in0: AccessPattern
    mask: unsigned(192)
    dst: AccessPattern
    reserved: unsigned(320)
