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

import enum
from dataclasses import dataclass, replace

from tinyneuron_hw.config import PSUM_BANKS, CoreConfig

__all__ = ["Block", "ConvPlan", "ConvShape", "Packing", "Slab", "Tap",
           "has_own_rows", "make_plan", "window"]  # fmt: skip

ELEMENT_BYTES = 2
"""Bytes of an operand of the Tensor engine."""
MATMUL_OVERHEAD = 24
LOAD_OVERHEAD = 64
"""Rough cycles lost per matmul and per load block; they only rank plans."""


@dataclass(frozen=True)
class ConvShape:
    """Sizes of a convolution; pairs are (rows, columns)."""

    images: int
    cin: int
    cout: int
    size: tuple[int, int]
    kernel: tuple[int, int]
    stride: tuple[int, int]
    pad: tuple[int, int]
    dilation: tuple[int, int]
    groups: int

    def __post_init__(self) -> None:
        pairs = {"kernel": self.kernel, "stride": self.stride, "dilation": self.dilation}
        for name, pair in pairs.items():
            if min(pair) < 1:
                raise ValueError(f"conv2d: {name} must be at least 1, not {pair}")
        if min(self.pad) < 0:
            raise ValueError(f"conv2d: pad must be at least 0, not {self.pad}")
        if self.groups < 1 or self.cin % self.groups or self.cout % self.groups:
            raise ValueError(f"conv2d: groups must divide {self.cin} input and {self.cout} output "
                             f"channels, not {self.groups}")  # fmt: skip
        if min(self.out) < 1:
            raise ValueError(f"conv2d: a {self.reach} filter does not fit an image of {self.size} "
                             f"with padding {self.pad}")  # fmt: skip

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
    lanes, columns, room = config.partitions, config.columns, config.sbuf_partition_bytes
    pack = max(1, min(shape.groups, lanes // shape.group_cin, columns // shape.group_cout))
    channels, cout = pack * shape.group_cin, pack * shape.group_cout
    per_tap = min(columns, cout) * ELEMENT_BYTES
    packing = _packing(config, shape, channels, room // 8 // per_tap)
    # Weights of one slab take at most an eighth of SBUF: first fewer tiles, then fewer taps.
    if packing is Packing.NONE:
        taps = views = max(1, min(len(shape.taps), room // 8 // per_tap))
    else:
        taps = min(lanes // channels, _copies(shape, packing))
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
    if flat:
        load = accumulate = _flat_block(shape, room, chunk, inputs, together)
    else:
        load, accumulate = _strided_blocks(shape, room, chunk, inputs, packing)
    plan = replace(plan, load=load, accumulate=accumulate)

    def sbuf(size: int) -> int:
        return -(-size // config.axi_bytes) * config.axi_bytes

    kept = len(plan.slabs(channels, lanes)) * sbuf(together * weight_bytes)
    keeps, both = kept <= room * 3 // 8, 2 * kept <= room * 3 // 8
    pixels = load[0] * load[1] * load[2]
    tile = sbuf(_tile_bytes(shape, load, packing))
    several = pixels > chunk if flat else load != accumulate
    # What is live while a block is computed: weights, its inputs, results of two blocks, biases.
    used = 2 * kept if both else kept if keeps else 2 * sbuf(together * weight_bytes)
    used += tile * (inputs if several else min(inputs, 2))
    used += 2 * together * sbuf(ELEMENT_BYTES * pixels if flat else ELEMENT_BYTES * chunk)
    used += 2 * together * config.axi_bytes
    ahead = max(0, min(3 * inputs, (room * 7 // 8 - used) // tile))
    return replace(plan, keep_weights=keeps, weights_ahead=both, ahead=ahead)


def _copies(shape: ConvShape, packing: Packing) -> int:
    """Copies of an input channel."""
    rows, columns = shape.kernel
    return {Packing.NONE: 1, Packing.ROWS: rows, Packing.TAPS: rows * columns}[packing]


def _packing(config: CoreConfig, shape: ConvShape, channels: int, views: int) -> Packing:
    """The packing that keeps the Tensor engine and the memory port busy for the shortest time.

    ``channels`` are those of a pack; a slab's weights hold at most ``views`` taps.
    """
    choices = [Packing.NONE]
    if 2 * channels <= config.partitions and len(shape.taps) > 1:
        choices += [Packing.TAPS]
        if shape.kernel[0] > 1 and shape.kernel[1] <= views:
            choices += [Packing.ROWS]

    def cost(packing: Packing) -> float:
        copies = _copies(shape, packing)
        slabs = -(-channels // config.partitions)
        if packing is not Packing.NONE:
            slabs = -(-copies // (config.partitions // channels))
        out_rows, out_columns = shape.out
        matmuls = slabs * len(shape.taps) // copies
        compute = matmuls * out_rows * out_columns
        rows, columns = window(shape, packing, out_rows, out_columns)
        run = -(-columns * ELEMENT_BYTES // config.axi_bytes) + 1
        load = channels * copies * rows * run
        return max(compute, load) + min(compute, load) / 8

    return min(choices, key=cost)


def _flat_block(
    shape: ConvShape, room: int, chunk: int, inputs: int, together: int
) -> tuple[int, int, int]:
    """The load block with the best ratio of pixels to overhead that leaves memory for others."""
    rows, columns = shape.out
    most = max(chunk, room // 6 // ELEMENT_BYTES // together)
    if inputs * most * ELEMENT_BYTES > room // 4:
        # Then input tiles cannot stay for several accumulators.
        most = chunk
    sizes = [(1, 1, min(columns, most))]
    sizes += [(1, r, columns) for r in range(1, rows + 1) if r * columns <= most]
    sizes += [(n, rows, columns) for n in range(2, shape.images + 1) if n * rows * columns <= most]

    def cost(size: tuple[int, int, int]) -> float:
        pixels = size[0] * size[1] * size[2]
        return (-(-pixels // chunk) * MATMUL_OVERHEAD + LOAD_OVERHEAD) / pixels

    return min(sizes, key=cost)


def _strided_blocks(
    shape: ConvShape, room: int, chunk: int, inputs: int, packing: Packing
) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Load block and accumulator when matmuls read through strided views."""
    accumulate = _accumulator(shape, chunk)
    while _tile_bytes(shape, accumulate, packing) > room // 6 and max(accumulate) > 1:
        images, rows, columns = accumulate
        if images > 1:
            images = -(-images // 2)
        elif rows > 1:
            rows = -(-rows // 2)
        else:
            columns = -(-columns // 2)
        accumulate = (images, rows, columns)
    load = accumulate
    if accumulate[0] == 1 and accumulate[2] == shape.out[1]:
        # Taller blocks share the rows that neighbours both need.
        for rows in range(accumulate[1], shape.out[0] + accumulate[1], accumulate[1]):
            taller = (1, min(rows, shape.out[0]), accumulate[2])
            size = _tile_bytes(shape, taller, packing)
            if inputs * size > room // 4 or size > 2 * TARGET_BYTES:
                break
            load = taller
            if size >= TARGET_BYTES:
                break
    return load, accumulate


TARGET_BYTES = 1024
"""Bytes per partition from which an input tile is large enough."""


def _tile_bytes(shape: ConvShape, block: tuple[int, int, int], packing: Packing) -> int:
    """Bytes per partition of an input tile for these output pixels."""
    height, width = window(shape, packing, block[1], block[2])
    return block[0] * height * width * ELEMENT_BYTES


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


def _accumulator(shape: ConvShape, bank: int) -> tuple[int, int, int]:
    """The cut into accumulators with the fewest matmuls."""
    height, width = shape.out
    best: tuple[int, tuple[int, int, int]] | None = None
    fewest = -(-width // bank)
    for splits in range(fewest, min(width, fewest + 8) + 1):
        columns = -(-width // splits)
        rows = min(height, bank // columns)
        rows = -(-height // -(-height // rows))
        images = 1
        if (rows, columns) == (height, width):
            images = min(shape.images, bank // (rows * columns))
            images = -(-shape.images // -(-shape.images // images))
        count = -(-width // columns) * -(-height // rows) * -(-shape.images // images)
        if best is None or count < best[0]:
            best = count, (images, rows, columns)
    assert best is not None
    return best[1]
