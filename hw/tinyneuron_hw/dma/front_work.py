"""Registers of the DMA front end."""

from typing import Any

from amaranth.hdl import Signal, signed

from ..formats import DType
from ..isa.csr import Trap
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
        self.travel, self.merging = Signal(signed(48)), Signal()
        """Sum of the reaches of the dimensions that are walked; whether all so far merged."""
        self.misaligned = Signal()
        """A stride that is taken is no multiple of the element."""
        self.fault, self.cause = Signal(), Signal(Trap)
        """A ring's descriptor traps, at the source's address."""
        self.checking_dst = Signal()
        self.check_low, self.check_high = Signal(signed(65)), Signal(signed(65))
