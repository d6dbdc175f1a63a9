"""How a convolution is cut into tiles: sizes only, no instructions.

Contraction is cut into **slabs**, each at most ``partitions`` rows. A plain slab is a tile of
channels that every filter tap reads through a shifted view, a matmul each. With few channels a slab
has **copies** of them side by side on its partitions, shifted by DMA, so that one matmul does the
work of several: copies for all taps, which takes the fewest matmuls and the most loading, or for
the rows of the filter, whose columns stay views. See :class:`Packing`.
Groups that fit the array together are packed as a block-diagonal stationary matrix.

Output pixels are cut into **load blocks** (what one set of input tiles covers), and those into
accumulators of one PSUM bank.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tinyneuron_hw.config import PSUM_BANKS, CoreConfig

from .conv_blocks import flat_block, strided_blocks, tile_bytes
from .conv_shape import ConvShape, Packing, Tap, window

__all__ = ["Block", "ConvPlan", "Half", "Slab", "make_plan"]


DIAGONAL_LOADS = 8
"""Transfers of single groups to their place on the diagonal that take as long as the detour through
device memory."""


@dataclass(frozen=True)
class Slab:
    """Rows of the contraction: ``channels`` channels from ``channel`` (counted in the group pack),
    once for each of ``copies``. The copy of tap c begins where c of the first pixel looks; view v
    of it is what tap c + v sees."""

    channel: int
    channels: int
    copies: tuple[Tap, ...]
    views: tuple[Tap, ...]

    @property
    def rows(self) -> int:
        return self.channels * len(self.copies)

    @property
    def source(self) -> tuple[int, tuple[Tap, ...]]:
        """Equal for slabs that read one input tile."""
        return self.channel, self.copies


@dataclass(frozen=True)
class Half:
    """Rows of a slab on partitions from 0 on: of each of ``copies`` (first, count) the channels
    ``channel`` ... of the slab. Of integers the other half has their partners."""

    copies: tuple[int, int]
    channel: int
    channels: int

    @property
    def rows(self) -> int:
        return self.copies[1] * self.channels


@dataclass(frozen=True)
class Block:
    """Output pixels: images, rows and columns, (start, count) each."""

    images: tuple[int, int]
    rows: tuple[int, int]
    columns: tuple[int, int]

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.images[1], self.rows[1], self.columns[1]

    @property
    def pixels(self) -> int:
        images, rows, columns = self.shape
        return images * rows * columns


@dataclass(frozen=True)
class ConvPlan:
    """The cut of one convolution on one configuration."""

    shape: ConvShape
    pack: int
    """Groups side by side in the array."""
    packing: Packing
    taps: int
    """Copies of a slab, or views of one without, at most."""
    cout_tiles: int
    """Output-channel tiles that accumulate together."""
    flat: bool
    """Whether the pixels of a load block are one run in every input tile."""
    chunk: int
    """Pixels of an accumulator, at most."""
    load: tuple[int, int, int] = (1, 1, 1)
    """Images, rows, columns of a load block."""
    accumulate: tuple[int, int, int] = (1, 1, 1)
    """The same of an accumulator (not for flat plans)."""
    diagonal_in_memory: bool = False
    """Whether the block-diagonal weights of packed groups are put together in device memory."""
    selects_diagonal: bool = False
    """Whether the Vector engine puts them there, those of all passes before the first block: groups
    of one channel, one copy of each."""
    keep_weights: bool = False
    """Whether all weights of a pass stay on chip."""
    weights_ahead: bool = False
    """Whether those of the next pass are loaded before the last load block of this one."""
    ahead: int = 0
    """Slabs whose loads come before the matmuls of the current one."""

    def slabs(self, channels: int, partitions: int) -> list[Slab]:
        """Slabs of a pack with this many channels; those that share an input tile follow each
        other."""
        height, width = self.shape.kernel
        if self.packing is Packing.NONE:
            taps = _groups_of(self.shape.taps, self.taps)
            return [
                Slab(channel, min(partitions, channels - channel), ((0, 0),), views)
                for channel in range(0, channels, partitions)
                for views in taps
            ]
        if self.packing is Packing.TAPS:
            return [Slab(0, channels, copies, ((0, 0),))
                    for copies in _groups_of(self.shape.taps, self.taps)]  # fmt: skip
        views = tuple((0, column) for column in range(width))
        rows = [(row, 0) for row in range(height)]
        return [Slab(0, channels, copies, views) for copies in _groups_of(rows, self.taps)]

    def halves(self, slab: Slab) -> list[Half]:
        """All rows of a slab: one half, or two with the larger one first."""
        count = len(slab.copies)
        if self.shape.pair == 1:
            return [Half((0, count), 0, slab.channels)]
        if count > 1:
            low = -(-count // 2)
            return [Half((0, low), 0, slab.channels), Half((low, count - low), 0, slab.channels)]
        unit = self.shape.group_cin if self.pack > 1 else 1
        low = -(-(slab.channels // unit) // 2) * unit
        halves = [Half((0, 1), 0, low), Half((0, 1), low, slab.channels - low)]
        return halves if low < slab.channels else halves[:1]

    def inputs(self, channels: int, partitions: int) -> int:
        """Input tiles that the slabs read."""
        return len({slab.source for slab in self.slabs(channels, partitions)})

    def load_blocks(self) -> list[Block]:
        """All output pixels, in load blocks."""
        whole = Block((0, self.shape.images), (0, self.shape.out[0]), (0, self.shape.out[1]))
        return _cut(whole, self.load)

    def accumulators(self, block: Block) -> list[Block]:
        """A load block of a plan that is not flat, in accumulators."""
        return _cut(block, self.accumulate)


def _groups_of(taps: list[Tap], count: int) -> list[tuple[Tap, ...]]:
    return [tuple(taps[at : at + count]) for at in range(0, len(taps), count)]


def _cut(block: Block, size: tuple[int, int, int]) -> list[Block]:
    def pieces(span: tuple[int, int], step: int) -> list[tuple[int, int]]:
        start, count = span
        return [(start + at, min(step, count - at)) for at in range(0, count, step)]

    return [
        Block(images, rows, columns)
        for images in pieces(block.images, size[0])
        for rows in pieces(block.rows, size[1])
        for columns in pieces(block.columns, size[2])
    ]


def make_plan(config: CoreConfig, shape: ConvShape) -> ConvPlan:
    """A plan that fits the configuration's memories, with few and long matmuls."""
    columns, room = config.columns, config.sbuf_partition_bytes
    lanes, pair = config.partitions * shape.pair, shape.pair
    whole = pair * (config.partitions // shape.group_cin)
    pack = max(1, min(shape.groups, whole, columns // shape.group_cout))
    channels, cout = pack * shape.group_cin, pack * shape.group_cout
    per_tap = min(columns, cout) * shape.element_bytes
    packing = _packing(config, shape, pack, room // 8 // per_tap)
    # Weights of one slab take at most an eighth of SBUF: first fewer tiles, then fewer taps.
    if packing is Packing.NONE:
        taps = views = max(1, min(len(shape.taps), room // 8 // per_tap))
    else:
        taps = min(pair * (config.partitions // channels), _copies(shape, packing))
        views = len(shape.taps) // _copies(shape, packing)
    weight_bytes = per_tap * views
    tiles = -(-cout // columns)
    together = max(1, min(PSUM_BANKS, tiles, room // 8 // weight_bytes))
    together = -(-tiles // -(-tiles // together))
    chunk = max(1, min(config.psum_bank_words, room // 32))
    # Then a tile has exactly the pixels of its block, in their order.
    flat = window(shape, packing, 5, 7) == (5, 7)
    plan = ConvPlan(shape, pack, packing, taps, together, flat, chunk)
    inputs = plan.inputs(channels, lanes)
    results = together * -(-min(columns, cout) // config.partitions)
    if flat:
        load = accumulate = flat_block(shape, room, chunk, inputs, results)
    else:
        load, accumulate = strided_blocks(shape, room, chunk, inputs, packing)
    plan = replace(plan, load=load, accumulate=accumulate)

    def sbuf(size: int) -> int:
        return -(-size // config.axi_bytes) * config.axi_bytes

    kept = len(plan.slabs(channels, lanes)) * sbuf(together * weight_bytes)
    keeps, both = kept <= room * 3 // 8, 2 * kept <= room * 3 // 8
    packs = -(-shape.groups // pack)
    selects = pack > 1 and shape.group_cin * _copies(shape, packing) == 1
    selects &= packs * kept <= room * 3 // 8
    pixels = load[0] * load[1] * load[2]
    tile = sbuf(tile_bytes(shape, load, packing))
    several = pixels > chunk if flat else load != accumulate
    # What is live while a block is computed: weights, its inputs, results of two blocks, biases.
    passes = packs if selects else 2 if both else 1
    used = passes * kept if keeps else 2 * sbuf(together * weight_bytes)
    used += tile * (inputs if several else min(inputs, 2))
    used += 2 * results * sbuf(shape.result_bytes * (pixels if flat else chunk))
    used += 4 * results * config.axi_bytes
    # Integers lie there once more while they are put together to pairs.
    used += 2 * (pair - 1) * (tile + sbuf(together * weight_bytes))
    ahead = max(0, min(3 * inputs, (room * 7 // 8 - used) // tile))
    diagonal = pack > 1 and pack * _copies(shape, packing) > DIAGONAL_LOADS and not selects
    diagonal &= len(shape.taps) * cout * shape.element_bytes <= room // 8
    return replace(plan, diagonal_in_memory=diagonal, selects_diagonal=selects,
                   keep_weights=keeps, weights_ahead=both, ahead=ahead)  # fmt: skip


def _copies(shape: ConvShape, packing: Packing) -> int:
    """Copies of an input channel."""
    rows, columns = shape.kernel
    return {Packing.NONE: 1, Packing.ROWS: rows, Packing.TAPS: rows * columns}[packing]


def _packing(config: CoreConfig, shape: ConvShape, pack: int, views: int) -> Packing:
    """The packing that keeps the Tensor engine, the memory port and, for integers, the engine that
    puts pairs together busy for the shortest time.

    ``pack`` groups are side by side; a slab's weights hold at most ``views`` taps.
    """
    channels = pack * shape.group_cin
    tiles = -(-pack * shape.group_cout // config.columns)
    choices = [Packing.NONE]
    lanes = config.partitions * shape.pair
    if 2 * channels <= lanes and len(shape.taps) > 1:
        choices += [Packing.TAPS]
        if shape.kernel[0] > 1 and shape.kernel[1] <= views:
            choices += [Packing.ROWS]

    def cost(packing: Packing) -> float:
        copies = _copies(shape, packing)
        slabs = -(-channels // lanes)
        if packing is not Packing.NONE:
            slabs = -(-copies // (shape.pair * (config.partitions // channels)))
        out_rows, out_columns = shape.out
        matmuls = slabs * len(shape.taps) // copies
        compute = tiles * matmuls * out_rows * out_columns
        rows, columns = window(shape, packing, out_rows, out_columns)
        run = -(-columns * shape.element_bytes // shape.pair // config.axi_bytes) + 1
        # Every input is loaded for as many tiles of output channels as accumulate together.
        passes = -(-tiles // PSUM_BANKS)
        load = passes * channels * copies * rows * run
        pairs = passes * slabs * shape.pair * rows * columns if shape.pair > 1 else 0
        return max(compute, load, pairs) * 7 / 8 + (compute + load + pairs) / 8

    return min(choices, key=cost)
