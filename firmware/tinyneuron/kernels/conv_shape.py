"""Sizes of a convolution, and what a tile of its input must hold."""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = ["ConvShape", "Packing", "Tap", "has_own_rows", "window"]


@dataclass(frozen=True)
class ConvShape:
    """Sizes of a convolution; pairs are (rows, columns). One of ``axes`` 1 has a single row."""

    images: int
    cin: int
    cout: int
    size: tuple[int, int]
    kernel: tuple[int, int]
    stride: tuple[int, int]
    pad: tuple[int, int]
    dilation: tuple[int, int]
    groups: int
    axes: int = 2
    pair: int = 1
    """Input channels that share a partition."""
    element_bytes: int = 2
    """Bytes of an operand on one partition, of a whole pair where there are pairs."""
    result_bytes: int = 2

    def __post_init__(self) -> None:
        pairs = {"kernel": self.kernel, "stride": self.stride, "dilation": self.dilation}
        for name, pair in pairs.items():
            if min(pair) < 1:
                raise ValueError(f"{self.name}: {name} must be at least 1, not {self.said(pair)}")
        if min(self.pad) < 0:
            raise ValueError(f"{self.name}: pad must be at least 0, not {self.said(self.pad)}")
        if self.groups < 1 or self.cin % self.groups or self.cout % self.groups:
            raise ValueError(f"{self.name}: groups must divide {self.cin} input and {self.cout} "
                             f"output channels, not {self.groups}")  # fmt: skip
        if min(self.out) < 1:
            reach, size, pad = map(self.said, (self.reach, self.size, self.pad))
            raise ValueError(f"{self.name}: a filter that reaches over {reach} does not fit an "
                             f"image of {size} with padding {pad}")  # fmt: skip

    @property
    def name(self) -> str:
        """The operation, as messages call it."""
        return f"conv{self.axes}d"

    def said(self, pair: tuple[int, int]) -> str:
        """A pair as its caller gave it."""
        return str(pair if self.axes == 2 else pair[1])

    @property
    def reach(self) -> tuple[int, int]:
        """Input rows and columns that one output pixel sees."""
        return _pair(lambda axis: self.dilation[axis] * (self.kernel[axis] - 1) + 1)

    @property
    def out(self) -> tuple[int, int]:
        """Output rows and columns."""
        return _pair(
            lambda a: (self.size[a] + 2 * self.pad[a] - self.reach[a]) // self.stride[a] + 1
        )

    @property
    def taps(self) -> list[tuple[int, int]]:
        """Filter positions, row-major."""
        return [(i, j) for i in range(self.kernel[0]) for j in range(self.kernel[1])]

    @property
    def group_cin(self) -> int:
        return self.cin // self.groups

    @property
    def group_cout(self) -> int:
        return self.cout // self.groups


def _pair(function) -> tuple[int, int]:
    return function(0), function(1)


Tap = tuple[int, int]
"""Position in the filter: row, column."""


class Packing(enum.Enum):
    """What the copies on a slab's partitions are for."""

    NONE = "none"
    ROWS = "rows"
    TAPS = "taps"


def window(shape: ConvShape, packing: Packing, rows: int, columns: int) -> tuple[int, int]:
    """Rows and columns of the input tile behind ``rows`` x ``columns`` output pixels.

    Where no view looks at another row, a tile has the rows that pixels need and no others.
    """
    width = 1 if packing is Packing.TAPS else shape.reach[1]
    height = rows
    if not has_own_rows(shape, packing):
        height = (rows - 1) * shape.stride[0] + shape.reach[0]
    return height, (columns - 1) * shape.stride[1] + width


def has_own_rows(shape: ConvShape, packing: Packing) -> bool:
    """Whether row y of a tile is what row y of the output looks at, whatever the stride."""
    return packing is not Packing.NONE or shape.kernel[0] == 1
