"""Registers of the DMA front end."""

from typing import Any

from amaranth.hdl import Module, Signal, Value, signed
from amaranth.lib import data

from ..formats import DType
from ..isa.csr import Trap
from ..isa.dma_indexed import DmaGather
from ..isa.dma_ring import DmaRing
from .pattern import PatternSelect
from .transfer import LEVELS, Indices, Side

__all__ = ["COUNT_BITS", "Work"]

COUNT_BITS = 32


class Work:
    """Registers of the operand in work, and the source's values once that is the destination."""

    def __init__(self) -> None:
        self.is_dst, self.is_index = Signal(), Signal()
        self.indices: Any = Signal(Indices)
        self.rows, self.block = Signal(COUNT_BITS), Signal(COUNT_BITS)
        """Indices of a partition; elements of a row on chip."""
        self.step = Signal(range(LEVELS + 1))
        self.side, self.source = Signal(Side), Signal(Side)
        self.count = Signal(COUNT_BITS, init=1)
        self.source_count = Signal(COUNT_BITS)
        self.start, self.low, self.high = (Signal(signed(64), name=name)
                                           for name in ("start", "low", "high"))  # fmt: skip
        self.source_start, self.source_low, self.source_high = (
            Signal(signed(64), name=f"source_{name}") for name in ("start", "low", "high")
        )
        self.src_dtype = Signal(DType, init=DType.FP32)
        self.src_shift = Signal(2)
        self.travel, self.merging = Signal(signed(48)), Signal()
        """Sum of the reaches of the dimensions that are walked; whether all so far merged."""
        self.misaligned = Signal()
        """A stride that is taken is no multiple of the element."""
        self.fault, self.cause = Signal(), Signal(Trap)
        """A ring's descriptor traps, at the source's address."""
        self.checking_dst = Signal()
        self.check_low, self.check_high = Signal(signed(65)), Signal(signed(65))

    @property
    def differs(self) -> Value:
        """Source and destination have different numbers of elements."""
        return self.count != self.source_count

    def keep_source(self, m: Module, operand: PatternSelect) -> None:
        """The operand that was in work is the source."""
        m.d.sync += [
            self.source.eq(self.side),
            self.source_count.eq(self.count), self.source_start.eq(self.start),
            self.source_low.eq(self.low), self.source_high.eq(self.high),
            self.src_dtype.eq(operand.dtype), self.src_shift.eq(operand.type_shift),
        ]  # fmt: skip

    def keep_total(self, m: Module, operand: PatternSelect) -> None:
        """A list has the bytes of as many elements as the other side has."""
        for side, count, shift in ((self.source, self.count, self.src_shift),
                                   (self.side, self.source_count, operand.type_shift)):  # fmt: skip
            with m.If(side.list):
                m.d.sync += side.levels[0].jump.eq(count << shift)

    def keep_ring(self, m: Module, operand: PatternSelect, raw: Value) -> None:
        """Its bytes are the source; there is no destination."""
        ring, levels = data.View(DmaRing, raw).ring, self.side.levels
        self.keep_source(m, operand)
        m.d.sync += self.side.eq(0)
        m.d.sync += [levels[0].last.eq(ring.first), levels[1].last.eq(ring.count - 1)]

    def keep_indices(self, m: Module, raw: Value) -> None:
        """The operand that was in work is the index tensor."""
        side, fields = self.side, data.View(DmaGather, raw)
        m.d.sync += [
            self.is_index.eq(0),
            self.rows.eq(self.count),
            self.indices.offset.eq(side.address),
            self.indices.partition.eq(side.partition),
            self.indices.is_signed.eq(fields.index.dtype == DType.INT32),
            self.indices.skip.eq(fields.skip),
            self.indices.last.eq(fields.index_last),
            self.indices.stride.eq(fields.index_stride),
        ]
        for k in range(LEVELS):
            near, level = self.indices.levels[k], side.levels[k]
            m.d.sync += [near.jump.eq(level.jump), near.last.eq(level.last)]
