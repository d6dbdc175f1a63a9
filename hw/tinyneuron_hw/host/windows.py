"""Device-memory windows that the runtime opened for the program."""

from amaranth.hdl import unsigned
from amaranth.lib import data

from ..config import MEMORY_WINDOWS

__all__ = ["Window", "Windows"]


class Window(data.Struct):
    """Bytes ``base`` ... ``base + size - 1`` of device memory and what may be done with them.

    An access must lie inside one window that allows it; a window of size 0 allows nothing.
    """

    base: unsigned(48)
    size: unsigned(48)
    read: unsigned(1)
    write: unsigned(1)
    execute: unsigned(1)


Windows = data.ArrayLayout(Window, MEMORY_WINDOWS)
"""All windows; constant while the core runs."""
