"""Loads of a convolution: inputs with their padding, weights, biases and scales.

Of integers, the two halves of a slab are loaded side by side and put together by the Vector engine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron_hw.formats import FORMATS
from tinyneuron_hw.isa.rules_transfer import TRANSPOSE_BYTES

from .conv_plan import Block, ConvPlan, Half, Slab
from .conv_shape import ConvShape, Tap, has_own_rows, window
from .row_tiles import PAIR, interleaved

__all__ = ["block_diagonal", "load_column", "load_input", "load_weights"]


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


def load_column(vector: nl.Tensor, first: int, count: int) -> nl.Tensor:
    """``vector[first : first + count]`` as a column ``[count, 1]``."""
    tile = nl.ndarray((count, 1), nl.float32, name=f"{vector.base.name}_tile")
    nisa.dma_copy(tile, vector[nl.ds(first, count)])
    return tile


def _with_halves(plan: ConvPlan, slab: Slab, shape: tuple[int, ...], like: nl.Tensor) -> nl.Tensor:
    """An empty tile ``[rows, halves, *shape]``; rows of the second half that nothing will fill
    are zeros."""
    halves, pair = plan.halves(slab), plan.shape.pair
    name = f"{like.base.name}_{'rows' if pair > 1 else 'tile'}"
    tile = nl.ndarray((halves[0].rows, pair, *shape), like.dtype, name=name)
    if sum(half.rows for half in halves) < pair * halves[0].rows:
        nisa.memset(tile[:, pair - 1], 0)
    return tile


def _joined(tile: nl.Tensor) -> nl.Tensor:
    """``[rows, *shape]``, or ``[rows, *shape, 2]`` of two halves."""
    rows, pair, *shape = tile.shape
    if pair == 1:
        return tile[:, 0]
    pairs = interleaved(tile.reshape((rows, 1, PAIR, math.prod(shape))))
    return pairs.reshape((rows, *shape, PAIR))


def load_input(
    plan: ConvPlan, image: nl.Tensor, slab: Slab, first: int, block: Block
) -> nl.Tensor:  # fmt: skip
    """The input tile ``[rows, images, h, w]`` (integers: and an axis of 2) behind a block of output
    pixels.

    ``first`` is the slab's first channel in the image. What lies outside the image is zeroed; only
    those strips are, so the transfers of the inside do not wait for it where they do not meet.
    """
    size = window(plan.shape, plan.packing, block.rows[1], block.columns[1])
    tile = _with_halves(plan, slab, (block.images[1], *size), image)
    spans = [_spans(plan, block, tap, size) for tap in slab.copies]
    _zero_borders(tile, [s[0] for s in spans], [s[1] for s in spans])
    for side, half in enumerate(plan.halves(slab)):
        for number in range(half.copies[1]):
            rows, columns = spans[half.copies[0] + number]
            if rows.low == rows.high or columns.low == columns.high:
                continue
            part = tile[nl.ds(number * half.channels, half.channels), side, :,
                        rows.low : rows.high, columns.low : columns.high]  # fmt: skip
            inside = _window_of(image, first + half.channel, half.channels, block, rows, columns)
            nisa.dma_copy(part, inside)
    return _joined(tile)


def _zero_borders(tile: nl.Tensor, rows: list[_Span], columns: list[_Span]) -> None:
    height, width = tile.shape[-2:]
    top, bottom = max(s.low for s in rows), min(s.high for s in rows)
    left, right = max(s.low for s in columns), min(s.high for s in columns)
    if top:
        nisa.memset(tile[..., :top, :], 0)
    if max(bottom, top) < height:
        nisa.memset(tile[..., max(bottom, top) :, :], 0)
    if left:
        nisa.memset(tile[..., :left], 0)
    if max(right, left) < width:
        nisa.memset(tile[..., max(right, left) :], 0)


def _window_of(
    image: nl.Tensor, first: int, channels: int, block: Block, rows: _Span, columns: _Span
) -> nl.Tensor:
    """Channels x images x rows x columns of the image that fill the inside of a tile."""
    apart, plane, pitch, step = image.strides
    start = block.images[0] * apart + first * plane
    start += rows.first * pitch + columns.first * step
    return image.ap(
        [[plane, channels], [apart, block.images[1]],
         [rows.step * pitch, rows.high - rows.low], [step, columns.high - columns.low]],
        start,
    )  # fmt: skip


def load_weights(
    plan: ConvPlan, weights: nl.Tensor, slab: Slab, groups: tuple[int, int],
    columns: tuple[int, int],
) -> nl.Tensor:  # fmt: skip
    """The stationary tile ``[rows, views, columns]`` (integers: and an axis of 2) of a slab.

    ``weights`` are ``[Cin / groups, taps, Cout]``; ``groups`` (first, count) is the pack;
    ``columns`` (first, count) are output channels of the pack. Several groups make a
    block-diagonal tile.
    """
    shape = plan.shape
    tile = _with_halves(plan, slab, (len(slab.views), columns[1]), weights)
    if groups[1] == 1:
        _load_dense(plan, weights, slab, tile, groups[0] * shape.group_cout + columns[0])
    elif plan.selects_diagonal:
        for side, half in enumerate(plan.halves(slab)):
            part = tile[: half.rows, side]
            _select_diagonal(shape, weights, slab, part, groups[0] + half.channel, half.channel)
    else:
        nisa.memset(tile, 0)
        for side, half in enumerate(plan.halves(slab)):
            for group in range(groups[1]):
                if half.channel <= group * shape.group_cin < half.channel + half.channels:
                    _load_diagonal(shape, weights, slab, tile[:, side], half, groups[0], group)
    return _joined(tile)


def _load_dense(
    plan: ConvPlan, weights: nl.Tensor, slab: Slab, tile: nl.Tensor, column: int
) -> None:  # fmt: skip
    """The weights of a single group, output channels from ``column`` on."""
    per_channel, pitch, step = weights.strides
    tap, apart = _taps(plan.shape, slab)
    views, columns = tile.shape[2:]
    for side, half in enumerate(plan.halves(slab)):
        pattern = [[apart * pitch, half.copies[1]], [per_channel, half.channels],
                   [pitch, views], [step, columns]]  # fmt: skip
        start = (slab.channel + half.channel) * per_channel + column * step
        start += (tap + half.copies[0] * apart) * pitch
        nisa.dma_copy(tile[: half.rows, side], weights.ap(pattern, start))


def _taps(shape: ConvShape, slab: Slab) -> tuple[int, int]:
    """Number of a slab's first tap, row-major, and how many taps a copy is from the next."""
    numbers = [row * shape.kernel[1] + column for row, column in slab.copies]
    row, column = slab.views[0]
    start = numbers[0] + row * shape.kernel[1] + column
    return start, numbers[1] - numbers[0] if len(numbers) > 1 else 1


def block_diagonal(plan: ConvPlan, weights: nl.Tensor, first: int, count: int) -> nl.Tensor:
    """The weights of ``count`` groups as if they were a single one, ``[pack * Cin, taps,
    pack * Cout]`` in device memory: one transfer puts them between zeros there, where on chip
    every group and copy would take its own."""
    shape, lanes = plan.shape, nl.tile_size.pmax
    depth, width, taps = shape.group_cin, shape.group_cout, len(shape.taps)
    rows, columns = plan.pack * depth, plan.pack * width
    dense = nl.ndarray((rows, taps, columns), weights.dtype, buffer=nl.private_hbm)
    zeros = nl.ndarray((min(rows, lanes), taps, columns), weights.dtype, name="zeros")
    nisa.memset(zeros, 0)
    for low in range(0, rows, lanes):
        here = min(lanes, rows - low)
        nisa.dma_copy(dense[nl.ds(low, here)], zeros[:here])
    diagonal = [[depth * taps * columns + width, count], [taps * columns, depth], [columns, taps],
                [1, width]]  # fmt: skip
    per_channel, pitch, step = weights.strides
    source = [[width * step, count], [per_channel, depth], [pitch, taps], [step, width]]
    start = first * width * step
    nisa.dma_copy(dense.ap(diagonal), weights.ap(source, start))
    return dense


def _select_diagonal(
    shape: ConvShape, weights: nl.Tensor, slab: Slab, tile: nl.Tensor, first: int, column: int
) -> None:  # fmt: skip
    """The weights of groups of one channel from ``first`` on, each on a partition of its own:
    ``tile[rows, views, columns]`` gets them where its columns are the group's, from column group
    ``column`` on, and zeros elsewhere."""
    rows, views, columns = tile.shape
    width = shape.group_cout
    groups = columns // width
    _, pitch, step = weights.strides
    own = nl.ndarray((rows, views, 1, width), weights.dtype, name=f"{weights.base.name}_tile")
    start = first * width * step + _taps(shape, slab)[0] * pitch
    if width == 1 and FORMATS[weights.dtype].bytes in TRANSPOSE_BYTES:
        # Groups lie side by side: turning them goes at the memory's rate, elements do not.
        turned = own.reshape((rows, 1, views))
        nisa.dma_transpose(turned, weights.ap([[pitch, views], [pitch, 1], [step, rows]], start))
    else:
        pattern = [[width * step, rows], [pitch, views], [step, width]]
        nisa.dma_copy(own, weights.ap(pattern, start))
    nisa.affine_select(
        tile.reshape((rows, views, groups, width)),
        [[0, views], [-1, groups], [0, width]], channel_multiplier=1, offset=column,
        on_true_tile=own.broadcast(2, groups), on_false_value=0.0, cmp_op=nl.equal,
    )  # fmt: skip


def _load_diagonal(
    shape: ConvShape, weights: nl.Tensor, slab: Slab, tile: nl.Tensor, half: Half, first: int,
    group: int,
) -> None:  # fmt: skip
    """The weights of one group of a pack, at their place on the diagonal."""
    depth, width = shape.group_cin, shape.group_cout
    per_channel, pitch, step = weights.strides
    tap, apart = _taps(shape, slab)
    start = tap * pitch + (first + group) * width * step
    for number in range(half.copies[1]):
        low = number * half.channels + group * depth - half.channel
        part = tile[nl.ds(low, depth), :, nl.ds(group * width, width)]
        pattern = [[per_channel, depth], [pitch, tile.shape[1]], [step, width]]
        copy = half.copies[0] + number
        nisa.dma_copy(part, weights.ap(pattern, start + copy * apart * pitch))
