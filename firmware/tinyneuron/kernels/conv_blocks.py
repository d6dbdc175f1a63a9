"""How many output pixels of a convolution are loaded and accumulated together."""

from __future__ import annotations

from .conv_shape import ConvShape, Packing, window

__all__ = ["flat_block", "strided_blocks", "tile_bytes"]

MATMUL_OVERHEAD = 24
LOAD_OVERHEAD = 64
"""Rough cycles lost per matmul and per load block; they only rank plans."""

TARGET_BYTES = 1024
"""Bytes per partition from which an input tile is large enough."""


def flat_block(
    shape: ConvShape, room: int, chunk: int, inputs: int, results: int
) -> tuple[int, int, int]:
    """The load block with the best ratio of pixels to overhead that leaves memory for others;
    ``results`` tiles go out of it."""
    rows, columns = shape.out
    widest = max(shape.element_bytes, shape.result_bytes)
    most = max(chunk, room // 6 // widest // results)
    if inputs * most * shape.element_bytes > room // 4:
        # Then input tiles cannot stay for several accumulators.
        most = chunk
    sizes = [(1, 1, min(columns, most))]
    sizes += [(1, r, columns) for r in range(1, rows + 1) if r * columns <= most]
    sizes += [(n, rows, columns) for n in range(2, shape.images + 1) if n * rows * columns <= most]

    def cost(size: tuple[int, int, int]) -> float:
        pixels = size[0] * size[1] * size[2]
        return (-(-pixels // chunk) * MATMUL_OVERHEAD + LOAD_OVERHEAD) / pixels

    return min(sizes, key=cost)


def strided_blocks(
    shape: ConvShape, room: int, chunk: int, inputs: int, packing: Packing
) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Load block and accumulator when matmuls read through strided views."""
    accumulate = _accumulator(shape, chunk)
    while tile_bytes(shape, accumulate, packing) > room // 6 and max(accumulate) > 1:
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
            size = tile_bytes(shape, taller, packing)
            if inputs * size > room // 4 or size > 2 * TARGET_BYTES:
                break
            load = taller
            if size >= TARGET_BYTES:
                break
    return load, accumulate


def tile_bytes(shape: ConvShape, block: tuple[int, int, int], packing: Packing) -> int:
    """Bytes per partition of an input tile for these output pixels."""
    height, width = window(shape, packing, block[1], block[2])
    return block[0] * height * width * shape.element_bytes


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
