"""Loads of a convolution: inputs with their padding, weights, biases."""

from __future__ import annotations

from dataclasses import dataclass

from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

from .conv_plan import Block, ConvPlan, ConvShape, Slab, Tap, has_own_rows, window

__all__ = ["load_bias", "load_input", "load_weights"]


@dataclass(frozen=True)
class _Span:
    """Along one axis of a tile: the image position of its element 0, how far apart its elements are
    in the image, and which of them, ``low`` ... ``high - 1``, are inside."""

    origin: int
    step: int
    low: int
    high: int

    @property
    def first(self) -> int:
        """Image position of element ``low``."""
        return self.origin + self.low * self.step


def _span(origin: int, step: int, extent: int, size: int) -> _Span:
    low = min(max(0, -(origin // step)), extent)
    return _Span(origin, step, low, max(min(extent, -((origin - size) // step)), low))


def _spans(
    plan: ConvPlan, block: Block, tap: Tap, extent: tuple[int, int]
) -> tuple[_Span, _Span]:  # fmt: skip
    """Rows and columns of a tile whose element 0 is what ``tap`` of the first pixel sees."""
    shape = plan.shape
    steps = shape.stride[0] if has_own_rows(shape, plan.packing) else 1, 1
    starts = block.rows[0], block.columns[0]
    rows, columns = (
        _span(
            start * shape.stride[axis] - shape.pad[axis] + tap[axis] * shape.dilation[axis],
            steps[axis],
            extent[axis],
            shape.size[axis],
        )
        for axis, start in enumerate(starts)
    )
    return rows, columns


def load_bias(bias: nl.Tensor, first: int, count: int) -> nl.Tensor:
    """``bias[first : first + count]`` as a column ``[count, 1]``."""
    tile = nl.ndarray((count, 1), nl.float32, name="bias_tile")
    nisa.dma_copy(tile, bias[nl.ds(first, count)])
    return tile


def load_input(
    plan: ConvPlan, image: nl.Tensor, slab: Slab, first: int, block: Block
) -> nl.Tensor:  # fmt: skip
    """The input tile ``[slab.rows, images, h, w]`` behind a block of output pixels.

    ``first`` is the slab's first channel in the image. What lies outside the image is zeroed; only
    those strips are, so the transfers of the inside do not wait for it where they do not meet.
    """
    height, width = window(plan.shape, plan.packing, block.rows[1], block.columns[1])
    tile = nl.ndarray((slab.rows, block.images[1], height, width), image.dtype, name="image_tile")
    spans = [_spans(plan, block, tap, (height, width)) for tap in slab.copies]
    _zero_borders(tile, [s[0] for s in spans], [s[1] for s in spans])
    for number, (rows, columns) in enumerate(spans):
        if rows.low == rows.high or columns.low == columns.high:
            continue
        part = tile[nl.ds(number * slab.channels, slab.channels), :,
                    rows.low : rows.high, columns.low : columns.high]  # fmt: skip
        nisa.dma_copy(part, _window_of(image, first, slab.channels, block, rows, columns))
    return tile


def _zero_borders(tile: nl.Tensor, rows: list[_Span], columns: list[_Span]) -> None:
    _, _, height, width = tile.shape
    top, bottom = max(s.low for s in rows), min(s.high for s in rows)
    left, right = max(s.low for s in columns), min(s.high for s in columns)
    if top:
        nisa.memset(tile[:, :, :top], 0.0)
    if max(bottom, top) < height:
        nisa.memset(tile[:, :, max(bottom, top) :], 0.0)
    if left:
        nisa.memset(tile[:, :, :, :left], 0.0)
    if max(right, left) < width:
        nisa.memset(tile[:, :, :, max(right, left) :], 0.0)


def _window_of(
    image: nl.Tensor, first: int, channels: int, block: Block, rows: _Span, columns: _Span
) -> nl.Tensor:
    """Channels x images x rows x columns of the image that fill the inside of a tile."""
    _, cin, height, width = image.shape
    plane = height * width
    start = (block.images[0] * cin + first) * plane
    start += rows.first * width + columns.first
    return image.ap(
        [[plane, channels], [cin * plane, block.images[1]],
         [rows.step * width, rows.high - rows.low], [1, columns.high - columns.low]],
        start,
    )  # fmt: skip


def load_weights(
    shape: ConvShape, weights: nl.Tensor, slab: Slab, groups: tuple[int, int],
    columns: tuple[int, int],
) -> nl.Tensor:  # fmt: skip
    """The stationary tile ``[slab.rows, views, columns]`` of a slab.

    ``groups`` (first, count) is the pack; ``columns`` (first, count) are output channels of the
    pack. Several groups make a block-diagonal tile.
    """
    tile = nl.ndarray((slab.rows, len(slab.views), columns[1]), weights.dtype, name="weights_tile")
    pitch = weights.shape[3]
    start, apart = _taps(shape, slab)
    if groups[1] == 1:
        first = groups[0] * shape.group_cout + columns[0]
        per_channel = len(shape.taps) * pitch
        pattern = [[apart * pitch, len(slab.copies)], [per_channel, slab.channels],
                   [pitch, len(slab.views)], [1, columns[1]]]  # fmt: skip
        start = (slab.channel * len(shape.taps) + start) * pitch + first
        nisa.dma_copy(tile, weights.ap(pattern, start))
        return tile
    nisa.memset(tile, 0.0)
    for group in range(groups[1]):
        _load_diagonal(shape, weights, slab, tile, groups[0], group)
    return tile


def _taps(shape: ConvShape, slab: Slab) -> tuple[int, int]:
    """Number of a slab's first tap, row-major, and how many taps a copy is from the next."""
    numbers = [row * shape.kernel[1] + column for row, column in slab.copies]
    row, column = slab.views[0]
    start = numbers[0] + row * shape.kernel[1] + column
    return start, numbers[1] - numbers[0] if len(numbers) > 1 else 1


def _load_diagonal(
    shape: ConvShape, weights: nl.Tensor, slab: Slab, tile: nl.Tensor, first: int, group: int
) -> None:
    """The weights of one group of a pack, at their place on the diagonal."""
    depth, width, pitch = shape.group_cin, shape.group_cout, weights.shape[3]
    tap, apart = _taps(shape, slab)
    start = tap * pitch + (first + group) * width
    row = [len(shape.taps) * pitch, depth]
    for number in range(len(slab.copies)):
        low = number * slab.channels + group * depth
        part = tile[nl.ds(low, depth), :, nl.ds(group * width, width)]
        pattern = [row, [pitch, tile.shape[1]], [1, width]]
        nisa.dma_copy(part, weights.ap(pattern, start + number * apart * pitch))
