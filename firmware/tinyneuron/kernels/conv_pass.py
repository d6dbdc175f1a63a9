"""A planned convolution: loads, matmuls and drains, in the order that keeps the array busy."""

from __future__ import annotations

from dataclasses import dataclass

from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

from .conv_load import block_diagonal, load_column, load_input, load_weights
from .conv_plan import Block, ConvPlan, Slab
from .conv_shape import Tap, has_own_rows
from .drain import Drain

__all__ = ["ConvData", "convolve"]


@dataclass(frozen=True)
class ConvData:
    """``image[N, Cin, H, W]``, ``weights[Cin / groups, taps, Cout]``, FP32 ``[Cout]`` bias and
    scale or None, ``out[N, Cout, Ho, Wo]``."""

    image: nl.Tensor
    weights: nl.Tensor
    bias: nl.Tensor | None
    scale: nl.Tensor | None
    out: nl.Tensor
    drain: Drain


def convolve(plan: ConvPlan, data: ConvData) -> None:
    """Fills ``data.out``."""
    packs: dict[int, nl.Tensor] = {}
    passes = [
        _Pass(plan, group, first, data, packs)
        for group in nl.affine_range(0, plan.shape.groups, plan.pack)
        for first in _Pass.starts(plan, group)
    ]
    loads = _Loads(plan)
    work = [_LoadBlock(job, block, loads) for job in passes for block in plan.load_blocks()]
    if plan.selects_diagonal:
        # All before the first drain: behind one that waits they would hold up the next pass.
        for job in passes:
            for slab in job.slabs:
                job.weights_of(slab)
    loads.steps = [(item, slab) for item in work for slab in item.job.slabs]
    for item in work:
        item.run()


class _Loads:
    """Loads in the order the matmuls need them, some steps ahead.

    What the next blocks need must come before the drains of this one in program order: the zeroing
    of borders would wait for the drains, and the loads for the zeroing.
    """

    def __init__(self, plan: ConvPlan):
        self.plan = plan
        self.steps: list[tuple[_LoadBlock, Slab]] = []
        self.done = 0
        """Steps that are loaded."""
        self.used = 0
        """Steps whose matmuls have begun."""

    def use(self, item: _LoadBlock, slab: Slab) -> tuple[nl.Tensor, nl.Tensor]:
        """Input tile and weights of a step; loads the steps after it."""
        tile, weights = item.input_of(slab), item.job.weights_of(slab)
        if self.used < len(self.steps) and self.steps[self.used] == (item, slab):
            self.used += 1
            self.done = max(self.done, self.used)
            while self.done < min(len(self.steps), self.used + self.plan.ahead):
                following, later = self.steps[self.done]
                following.input_of(later)
                same_pass = following.job is item.job
                if self.plan.keep_weights if same_pass else self.plan.weights_ahead:
                    following.job.weights_of(later)
                self.done += 1
        return tile, weights


class _Pass:
    """One pass over the pixels: the groups that share the array from ``group`` on, and as many of
    their output-channel tiles, from ``first`` on, as accumulate together.

    Output channels count from the first of the groups; a tile of them is (first, count).
    """

    def __init__(
        self, plan: ConvPlan, group: int, first: int, data: ConvData, packs: dict[int, nl.Tensor]
    ):
        self.plan, self.group, self.data = plan, group, data
        self.packs = packs
        """Weights that were put together in device memory, by the pack's first group."""
        columns = nl.tile_size.gemm_stationary_fmax
        self.groups = _groups(plan, group)
        stop = min(self.groups * plan.shape.group_cout, first + plan.cout_tiles * columns)
        self.tiles = [(at, min(columns, stop - at)) for at in range(first, stop, columns)]
        lanes = nl.tile_size.pmax * plan.shape.pair
        self.slabs = plan.slabs(self.groups * plan.shape.group_cin, lanes)
        self.vectors: list[list[tuple[nl.Tensor | None, nl.Tensor | None]]] = []
        """Bias and scale of each tile, columns for each drain of at most as many rows as lanes."""
        self.kept: dict[Slab, nl.Tensor] = {}
        """Weights that stay on chip for all pixels."""

    @staticmethod
    def starts(plan: ConvPlan, group: int) -> range:
        """First output channels of the passes that a pack of groups takes."""
        step = plan.cout_tiles * nl.tile_size.gemm_stationary_fmax
        return range(0, _groups(plan, group) * plan.shape.group_cout, step)

    def load_vectors(self) -> None:
        """Bias and scale of each tile, once."""
        if self.vectors:
            return
        base = self.group * self.plan.shape.group_cout

        def column(vector: nl.Tensor | None, first: int, rows: int) -> nl.Tensor | None:
            return None if vector is None else load_column(vector, base + first, rows)

        self.vectors = [
            [
                (column(self.data.bias, at + low, rows), column(self.data.scale, at + low, rows))
                for low, rows in _lane_chunks(count)
            ]
            for at, count in self.tiles
        ]

    def weights_of(self, slab: Slab) -> nl.Tensor:
        """The slab's weights for all tiles, loaded now or kept from before."""
        if slab in self.kept:
            return self.kept[slab]
        columns = self.tiles[0][0], sum(count for _, count in self.tiles)
        source, pack = self.data.weights, (self.group, self.groups)
        if self.plan.diagonal_in_memory:
            if self.group not in self.packs:
                self.packs[self.group] = block_diagonal(self.plan, source, *pack)
            source, pack = self.packs[self.group], (0, 1)
        tile = load_weights(self.plan, source, slab, pack, columns)
        if self.plan.keep_weights:
            self.kept[slab] = tile
        return tile

    def banks(self, pixels: int) -> list[nl.Tensor]:
        """An accumulator for each output-channel tile."""
        kind = nl.int32 if self.plan.shape.pair > 1 else nl.float32
        return [
            nl.ndarray((count, pixels), kind, buffer=nl.psum, name="acc") for _, count in self.tiles
        ]

    def accumulate(
        self, banks: list[nl.Tensor], stationary: nl.Tensor, views: list[nl.Tensor]
    ) -> None:
        """Adds one slab: ``stationary[rows, views, columns]`` times each view (integers: with
        an axis of 2 more)."""
        first = self.tiles[0][0]
        for (at, count), bank in zip(self.tiles, banks, strict=True):
            for number, view in enumerate(views):
                nisa.nc_matmul(bank, stationary[:, number, nl.ds(at - first, count)], view)

    def results(self, number: int, pixels: int) -> list[nl.Tensor]:
        """SBUF tiles for a drained output-channel tile."""
        return [
            nl.ndarray((rows, pixels), self.data.out.dtype, name="out_tile")
            for _, rows in _lane_chunks(self.tiles[number][1])
        ]

    def drain_bank(
        self, number: int, bank: nl.Tensor, results: list[nl.Tensor], here: slice
    ) -> None:
        """Empties an accumulator into pixels ``here`` of the results."""
        for index, (low, rows) in enumerate(_lane_chunks(bank.shape[0])):
            vectors = self.vectors[number][index]
            self.data.drain(results[index][:, here], bank[nl.ds(low, rows)], *vectors)

    def send(self, number: int, block: Block, results: list[nl.Tensor]) -> None:
        """Stores a drained tile's pixels."""
        _, cout, height, width = self.data.out.shape
        plane, (at, count) = height * width, self.tiles[number]
        first = self.group * self.plan.shape.group_cout + at
        images, rows, columns = block.shape
        for result, (low, channels) in zip(results, _lane_chunks(count), strict=True):
            pattern = [[plane, channels], [cout * plane, images], [width, rows], [1, columns]]
            start = (block.images[0] * cout + first + low) * plane
            start += block.rows[0] * width + block.columns[0]
            nisa.dma_copy(self.data.out.ap(pattern, start), result)


class _LoadBlock:
    """The pixels of one load block in one pass."""

    def __init__(self, job: _Pass, block: Block, loads: _Loads):
        self.job, self.block, self.loads = job, block, loads
        self.inputs: dict[object, nl.Tensor] = {}

    def input_of(self, slab: Slab) -> nl.Tensor:
        """The slab's input tile, loaded when it is first asked for."""
        if slab.source not in self.inputs:
            job = self.job
            first = job.group * job.plan.shape.group_cin + slab.channel
            self.inputs[slab.source] = load_input(job.plan, job.data.image, slab, first, self.block)
        return self.inputs[slab.source]

    def run(self) -> None:
        """Every accumulator of the block sums all slabs, then goes out."""
        self.job.load_vectors()
        (self.run_flat if self.job.plan.flat else self.run_strided)()

    def run_strided(self) -> None:
        """Matmuls read strided views, one for each accumulator and tap."""
        job = self.job
        for part in job.plan.accumulators(self.block):
            banks = job.banks(part.pixels)
            for slab in job.slabs:
                tile, weights = self.loads.use(self, slab)
                views = [_view(job.plan, tile, tap, self.block, part) for tap in slab.views]
                job.accumulate(banks, weights, views)
            for number, bank in enumerate(banks):
                results = job.results(number, part.pixels)
                job.drain_bank(number, bank, results, slice(0, part.pixels))
                job.send(number, part, results)

    def run_flat(self) -> None:
        """The pixels are one run in every input tile: cut in equal chunks, whatever the rows."""
        job, pixels = self.job, self.block.pixels
        step = -(-pixels // -(-pixels // job.plan.chunk))
        results = [job.results(number, pixels) for number in range(len(job.tiles))]
        for start in range(0, pixels, step):
            here = slice(start, min(start + step, pixels))
            banks = job.banks(here.stop - start)
            for slab in job.slabs:
                tile, weights = self.loads.use(self, slab)
                run = tile.reshape((tile.shape[0], pixels, *tile.shape[4:]))
                job.accumulate(banks, weights, [run[:, here]])
            for number, bank in enumerate(banks):
                job.drain_bank(number, bank, results[number], here)
        for number, result in enumerate(results):
            job.send(number, self.block, result)


def _groups(plan: ConvPlan, group: int) -> int:
    """Groups of the pack that begins at ``group``."""
    return min(plan.pack, plan.shape.groups - group)


def _lane_chunks(count: int) -> list[tuple[int, int]]:
    """(first, count) of what the Vector and Scalar engines take at a time."""
    lanes = nl.tile_size.pmax
    return [(low, min(lanes, count - low)) for low in range(0, count, lanes)]


def _view(plan: ConvPlan, tile: nl.Tensor, tap: Tap, block: Block, part: Block) -> nl.Tensor:
    """What a view of an accumulator's pixels reads in an input tile ``[rows, images, h, w]``."""
    shape = plan.shape
    steps = 1 if has_own_rows(shape, plan.packing) else shape.stride[0], shape.stride[1]
    images = part.images[0] - block.images[0]
    spans = []
    for axis, (inner, outer) in enumerate(
        ((part.rows, block.rows), (part.columns, block.columns))
    ):  # fmt: skip
        step = steps[axis]
        first = (inner[0] - outer[0]) * step + tap[axis] * shape.dilation[axis]
        spans.append(slice(first, first + (inner[1] - 1) * step + 1, step))
    return tile[:, nl.ds(images, part.images[1]), spans[0], spans[1]]
