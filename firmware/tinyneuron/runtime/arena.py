"""Allocation of device memory."""

from __future__ import annotations

import bisect

from .errors import DeviceMemoryError

__all__ = ["Arena"]


class Arena:
    """Free ranges of device memory, first fit."""

    def __init__(self, size: int):
        self._free = [(0, size)]

    def take(self, size: int, what: str) -> int:
        """Start of ``size`` bytes; ``what`` names them in the error.

        Raises
        ------
        DeviceMemoryError
            No free range is large enough.
        """
        for index, (start, length) in enumerate(self._free):
            if length >= size:
                self._free[index : index + 1] = (
                    [(start + size, length - size)] if length > size else []
                )
                return start
        largest = max((length for _, length in self._free), default=0)
        raise DeviceMemoryError(
            f"{what} needs {size} bytes of device memory; the largest free range has {largest}"
        )

    def give(self, start: int, size: int) -> None:
        """Returns what ``take`` gave."""
        bisect.insort(self._free, (start, size))
        merged: list[tuple[int, int]] = []
        for begin, length in self._free:
            if merged and merged[-1][0] + merged[-1][1] == begin:
                merged[-1] = (merged[-1][0], merged[-1][1] + length)
            else:
                merged.append((begin, length))
        self._free = merged
