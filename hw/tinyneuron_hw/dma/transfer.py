"""What the front end hands to a DMA engine: a checked transfer with both sides normalised."""

from amaranth.hdl import signed, unsigned
from amaranth.lib import data

from ..formats import DType
from ..isa.csr import Trap
from ..isa.opcodes import Accumulate, Stream, UpdateMode
from ..sequencer.ports import PC_BITS

__all__ = [
    "BURST_BEATS", "LEVELS", "Burst", "Descriptor", "Indices", "Level", "NearLevel", "Row", "Run",
    "Side", "Transfer",
]  # fmt: skip

LEVELS = 5
"""Loop levels of a side: four dimensions and, on chip, the partitions (outermost)."""

BURST_BEATS = 16
"""Longest AXI burst. Bursts end at multiples of it, so none crosses a 4 KiB boundary."""


class Level(data.Struct):
    """One loop level. A step of it adds ``jump`` (modulo 2**48), which undoes the inner levels'
    travel, but not in a transpose; ``last`` is its size - 1."""

    jump: unsigned(48)
    last: unsigned(24)


class Side(data.Struct):
    """Source or destination: runs of ``run`` contiguous bytes whose starts walk over ``levels``.
    Dimensions that continue the run are merged into it and have ``last`` 0, but in a transpose.

    A list of buffers is one run of ``run`` bytes; its buffers have ``levels[0].jump`` in all."""

    device: unsigned(1)
    """Device memory; otherwise SBUF, where ``address`` counts bytes within a partition."""
    address: unsigned(48)
    partition: unsigned(8)
    run: unsigned(34)
    list: unsigned(1)
    levels: data.ArrayLayout(Level, LEVELS)


class NearLevel(data.Struct):
    """A loop level inside SBUF partitions."""

    jump: signed(25)
    last: unsigned(16)


class Indices(data.Struct):
    """The index tensor of a transfer that has one, and what its elements stand for.

    The levels 3 (rows) and 4 (partitions) of the side on chip then hold the strides as they are,
    and no run goes beyond level 2: both sides are walked once for each row."""

    offset: unsigned(24)
    partition: unsigned(8)
    levels: data.ArrayLayout(NearLevel, LEVELS)
    is_signed: unsigned(1)
    skip: unsigned(1)
    last: unsigned(32)
    """Largest valid index."""
    stride: signed(32)
    low: signed(66)
    high: signed(66)
    """Bytes [low, high) of device memory contain the row of index 0."""


class Transfer(data.Struct):
    """One DMA instruction, checked.

    That of a ring only has ``src``, the one run of the ring's bytes, and in ``dst.levels[0].last``
    the number of the first descriptor, in ``dst.levels[1].last`` how many follow it."""

    src: Side
    dst: Side
    indexed: unsigned(1)
    indices: Indices
    cast: unsigned(1)
    """Elements go through FP32: the types differ. When it accumulates: the source is cast."""
    accumulate: Accumulate
    integer: unsigned(1)
    """Both types are INT32: nothing is cast, sums are modulo 2**32."""
    transpose: unsigned(1)
    ring: unsigned(1)
    src_dtype: DType
    dst_dtype: DType
    update_mode: UpdateMode
    update_semaphore: unsigned(6)
    update_value: unsigned(32)
    stream: Stream
    pc: unsigned(PC_BITS)


class Descriptor(data.Struct):
    """One descriptor of a ring, checked: a transfer without update and place in a stream, or why
    it is none (``transfer.src.address`` then is the trap's address)."""

    transfer: Transfer
    fault: unsigned(1)
    cause: Trap


class Row(data.Struct):
    """Where a walk over a side starts; ``last`` marks the last walk of the transfer."""

    address: unsigned(48)
    partition: unsigned(8)
    last: unsigned(1)


class Run(data.Struct):
    """Start of a contiguous run; ``last`` marks the last run of the transfer. After a run that
    ``pads`` the dense stream goes on in its next word."""

    address: unsigned(48)
    partition: unsigned(8)
    last: unsigned(1)
    pads: unsigned(1)


class Burst(data.Struct):
    """Part of a run inside one aligned block of ``BURST_BEATS`` beats."""

    address: unsigned(48)
    """Of the first byte."""
    partition: unsigned(8)
    bytes: unsigned(11)
    beats: unsigned(4)
    """Aligned beats the bytes touch, minus 1."""
    last: unsigned(1)
    """Last of the transfer."""
    pads: unsigned(1)
    """Last of a run that pads."""
