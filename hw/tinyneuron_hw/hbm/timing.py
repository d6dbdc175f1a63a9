"""Timing of the memory devices, in core cycles."""

from __future__ import annotations

from dataclasses import dataclass

from ..config import CoreConfig

__all__ = ["BANKS", "BURST", "POSTPONED", "TIMINGS", "MemoryTiming", "timing_of"]

BANKS = 16
"""Banks of a channel."""
BURST = 4
"""Words, and cycles, of one access."""
POSTPONED = 8
"""Intervals by which a REFRESH may be late (JEDEC: eight may be postponed)."""


@dataclass(frozen=True, kw_only=True)
class MemoryTiming:
    """What commands to one channel must keep to, counted in cycles from command to command.

    Words of an access are on the data bus ``cl``, ``cl + 1``, ... cycles after its READ or WRITE.
    A READ or WRITE comes at least 4 cycles after another of its channel, and ``4 + turnaround``
    after one of the other direction.
    """

    rcd: int
    """ACTIVATE to READ or WRITE of the row."""
    rp: int
    """PRECHARGE to ACTIVATE of the bank, and to its REFRESH."""
    ras: int
    """ACTIVATE to PRECHARGE."""
    cl: int
    """READ or WRITE to its first word."""
    wr: int
    """Last word of a WRITE to PRECHARGE."""
    faw: int
    """Any five ACTIVATEs of a channel take longer than this."""
    per_bank: bool
    """Whether a REFRESH is for one bank, for which others need not wait, and not for all."""
    refi: int
    """One REFRESH of each bank is due in each interval of this length; it may be late by
    ``POSTPONED`` intervals. No bank is refreshed twice before all are once."""
    rfc: int
    """REFRESH to the next command of the bank, or of all banks."""
    rrefd: int
    """With ``per_bank``, REFRESH to the REFRESH or ACTIVATE of another bank."""
    turnaround: int
    """Cycles without data between a READ's words and a WRITE's."""
    row_bytes: int
    """Bytes of one row of a 64-bit channel."""

    @property
    def rtp(self) -> int:
        """READ to PRECHARGE."""
        return BURST

    @property
    def write_to_precharge(self) -> int:
        """WRITE to PRECHARGE."""
        return self.cl + BURST + self.wr


TIMINGS = {
    "hbm": MemoryTiming(rcd=14, rp=14, ras=33, cl=14, wr=16, faw=16, per_bank=True, refi=3900,
                        rfc=160, rrefd=8, turnaround=8, row_bytes=1024),
    "ddr4": MemoryTiming(rcd=14, rp=14, ras=32, cl=14, wr=15, faw=30, per_bank=False, refi=7800,
                         rfc=350, rrefd=0, turnaround=8, row_bytes=8192),
}  # fmt: skip
"""By ``CoreConfig.memory``. A core cycle stands for a nanosecond.

HBM is HBM2 of 4 Gb a channel with the REFRESH of single banks of JESD235 (REFsb), whose times are
those of Ramulator 2 (``HBM2.cpp``: nRFCSB 160, nRREFD 8 at 1 GHz); a REFRESH of all banks at once
would take 260. DDR4 is DDR4-2400, which has no other, with the rows of a 64-bit module."""


def timing_of(config: CoreConfig) -> MemoryTiming:
    """The timing of a configuration whose memory has any."""
    return TIMINGS[config.memory]
