"""Whether the windows allow an access to device memory."""

from typing import Any

from amaranth.hdl import Cat, Value

from ..config import MEMORY_WINDOWS

__all__ = ["window_allows"]


def window_allows(windows: Any, low: Value, high: Value, is_read: Any, is_write: Any) -> Value:
    """Whether one window lets bytes [low, high) be read, if they are, and one lets them be
    written, if they are. The bounds are signed, wider than an address."""
    reads, writes = [], []
    for i in range(MEMORY_WINDOWS):
        window = windows[i]
        inside = (low >= window.base) & (high <= window.base + window.size)
        reads.append(inside & window.read)
        writes.append(inside & window.write)
    fits = (Cat(reads).any() | ~is_read) & (Cat(writes).any() | ~is_write)
    return fits & (high <= 1 << 48)
