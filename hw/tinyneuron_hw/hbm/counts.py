"""What a memory controller counts."""

from amaranth.lib import data

from ..config import CoreConfig

__all__ = ["MemoryCounts"]


def MemoryCounts(config: CoreConfig) -> data.StructLayout:  # noqa: N802 (a layout)
    """Events of one cycle, in all channels: accesses to a row that was open (``row_hits``) or that
    was opened for them, REFRESH commands, and single errors that were corrected."""
    channels = config.memory_channels
    most = (channels * config.access_bytes // 32).bit_length()
    return data.StructLayout(
        {
            "row_hits": channels.bit_length(),
            "row_misses": channels.bit_length(),
            "refreshes": channels.bit_length(),
            "corrected": most,
        }
    )
