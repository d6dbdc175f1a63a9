"""Signatures of the SBUF and PSUM ports, each from the requester's side.

A request is taken in a cycle with ``valid`` and ``ready``; ``ready`` does not depend on ``valid``
of the same port combinationally through the requester. Read data comes exactly one cycle after
the request was taken (``data_valid``) and cannot be held back: a requester asks only for what it
can keep. A write is readable by every port from the cycle after it was taken.
"""

from amaranth.hdl import unsigned
from amaranth.lib import data
from amaranth.lib.wiring import In, Out, Signature
from amaranth.utils import bits_for

from ..config import LINE_BYTES, CoreConfig

__all__ = [
    "LINE_BITS",
    "DmaReadPort",
    "DmaWritePort",
    "LineReadPort",
    "LineWritePort",
    "PsumAccumulatePort",
    "PsumReadPort",
    "PsumWritePort",
    "psum_word_bits",
]

LINE_BITS = 8 * LINE_BYTES


def _lines(config: CoreConfig) -> data.ArrayLayout:
    return data.ArrayLayout(unsigned(LINE_BITS), config.partitions)


def _words(config: CoreConfig) -> data.ArrayLayout:
    return data.ArrayLayout(unsigned(32), config.columns)


def psum_word_bits(config: CoreConfig) -> int:
    """Bits of the number of a word in its partition."""
    return bits_for(config.psum_partition_bytes // 4 - 1)


class LineReadPort(Signature):
    """Reads line ``line`` (16 bytes) of every SBUF partition at once; errors count in those of
    ``partition_mask``."""

    def __init__(self, config: CoreConfig):
        super().__init__(
            {
                "valid": Out(1),
                "ready": In(1),
                "line": Out(range(config.sbuf_lines)),
                "partition_mask": Out(config.partitions),
                "data": In(_lines(config)),
                "data_valid": In(1),
            }
        )


class LineWritePort(Signature):
    """Writes bytes ``byte_mask`` of line ``line`` in the partitions of ``partition_mask``."""

    def __init__(self, config: CoreConfig):
        super().__init__(
            {
                "valid": Out(1),
                "ready": In(1),
                "line": Out(range(config.sbuf_lines)),
                "data": Out(_lines(config)),
                "byte_mask": Out(LINE_BYTES),
                "partition_mask": Out(config.partitions),
            }
        )


def _chunks(config: CoreConfig) -> range:
    return range(config.sbuf_partition_bytes // config.axi_bytes)


class DmaReadPort(Signature):
    """Reads chunk ``chunk`` (``axi_bytes`` aligned bytes) of one partition."""

    def __init__(self, config: CoreConfig):
        super().__init__(
            {
                "valid": Out(1),
                "ready": In(1),
                "partition": Out(range(config.partitions)),
                "chunk": Out(_chunks(config)),
                "data": In(8 * config.axi_bytes),
                "data_valid": In(1),
            }
        )


class DmaWritePort(Signature):
    """Writes bytes ``mask`` of chunk ``chunk`` of one partition."""

    def __init__(self, config: CoreConfig):
        super().__init__(
            {
                "valid": Out(1),
                "ready": In(1),
                "partition": Out(range(config.partitions)),
                "chunk": Out(_chunks(config)),
                "data": Out(8 * config.axi_bytes),
                "mask": Out(config.axi_bytes),
            }
        )


class PsumReadPort(Signature):
    """Reads 32-bit word ``word`` of every PSUM partition at once; errors count in those of
    ``partition_mask``."""

    def __init__(self, config: CoreConfig):
        super().__init__(
            {
                "valid": Out(1),
                "ready": In(1),
                "word": Out(psum_word_bits(config)),
                "partition_mask": Out(config.columns),
                "data": In(_words(config)),
                "data_valid": In(1),
            }
        )


class PsumWritePort(Signature):
    """Writes bytes ``byte_mask`` of word ``word`` in the partitions of ``partition_mask``."""

    def __init__(self, config: CoreConfig):
        super().__init__(
            {
                "valid": Out(1),
                "ready": In(1),
                "word": Out(psum_word_bits(config)),
                "data": Out(_words(config)),
                "byte_mask": Out(4),
                "partition_mask": Out(config.columns),
            }
        )


class PsumAccumulatePort(Signature):
    """The Tensor engine's port: always taken (no ready), never two in flight to one word.

    With ``accumulate`` the sum of memory and ``data`` is written, FP32 or with ``integer`` modulo
    2**32, else ``data``, of which only the bytes of ``byte_mask``. The word is readable
    ``Psum.accumulate_latency`` cycles after the request.
    """

    def __init__(self, config: CoreConfig):
        super().__init__(
            {
                "valid": Out(1),
                "word": Out(psum_word_bits(config)),
                "accumulate": Out(1),
                "integer": Out(1),
                "data": Out(_words(config)),
                "byte_mask": Out(4),
                "partition_mask": Out(config.columns),
            }
        )
