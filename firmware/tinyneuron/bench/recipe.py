"""A matmul as the public tutorial of the kernel language optimises it, to see what the lowering
makes of it: the kernel says nothing of banks or of the order of engines.

The recipe: all three axes in blocks; of ``rhs`` a block of rows and columns is loaded, then of
``lhsT`` one block of columns after the other; each tile of the result sums a block of the
contraction in PSUM and is added to its place in SBUF; when the contraction is over, rows of a whole
block of columns go to device memory.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron_hw.config import CoreConfig

from .kernels import operand
from .report import SEED, Work, compiled

__all__ = ["TILES", "Tiles", "recipe", "recipe_matmul"]


@dataclass(frozen=True)
class Tiles:
    """Tiles of a block along M, N and K, and the columns of a tile of the result (None: a PSUM
    bank). Results of a block of columns stay in SBUF for all of M."""

    m: int
    n: int
    k: int
    columns: int | None = None


TILES = Tiles(m=16, n=1, k=8, columns=256)
"""Results of 512 x 256 take half of the SBUF of ``default``, blocks of both operands a quarter."""


@nki.jit
def recipe_matmul(lhsT: nl.Tensor, rhs: nl.Tensor, tiles: Tiles = TILES) -> nl.Tensor:  # noqa: N803
    """``out[M, N] = lhsT[K, M].T @ rhs[K, N]`` of floats, in the type of the operands; sizes are
    whole blocks."""
    (depth, rows), (_, columns) = lhsT.shape, rhs.shape
    height, step = nl.tile_size.gemm_stationary_fmax, nl.tile_size.pmax
    width = tiles.columns or nl.tile_size.gemm_moving_fmax
    block_m, block_n, block_k = height * tiles.m, width * tiles.n, step * tiles.k
    for name, size, tile, count in (("M", rows, height, tiles.m), ("N", columns, width, tiles.n),
                                    ("K", depth, step, tiles.k)):  # fmt: skip
        if size % (tile * count):
            raise ValueError(f"recipe: {name} = {size} must be a multiple of {count} x {tile}")
    out = nl.ndarray((rows, columns), dtype=lhsT.dtype, buffer=nl.shared_hbm)

    def block_of(source, k, first, size):
        """``[P, tiles, size]``: a transfer for each tile of the contraction."""
        block = nl.ndarray((step, tiles.k, size), dtype=source.dtype, buffer=nl.sbuf)
        for tile in nl.affine_range(tiles.k):
            here = nl.ds(k * block_k + tile * step, step)
            nisa.dma_copy(dst=block[:, tile], src=source[here, nl.ds(first, size)])
        return block

    for n in nl.affine_range(columns // block_n):
        results = []
        for _ in nl.affine_range(rows // height):
            results.append(nl.ndarray((height, tiles.n, width), dtype=out.dtype, buffer=nl.sbuf))
            nisa.memset(dst=results[-1], value=0.0)
        for k in nl.sequential_range(depth // block_k):
            moving = block_of(rhs, k, n * block_n, block_n)
            for m in nl.affine_range(rows // block_m):
                stationary = block_of(lhsT, k, m * block_m, block_m)
                for n_tile in nl.affine_range(tiles.n):
                    for m_tile in nl.affine_range(tiles.m):
                        sums = nl.ndarray((height, width), dtype=nl.float32, buffer=nl.psum)
                        for tile in nl.affine_range(tiles.k):
                            nisa.nc_matmul(
                                dst=sums,
                                stationary=stationary[:, tile, nl.ds(m_tile * height, height)],
                                moving=moving[:, tile, nl.ds(n_tile * width, width)],
                            )
                        result = results[m * tiles.m + m_tile][:, n_tile]
                        nisa.tensor_tensor(dst=result, data1=result, data2=sums, op=nl.add)
        for at, result in enumerate(results):
            place = out[nl.ds(at * height, height), nl.ds(n * block_n, block_n)]
            nisa.dma_copy(dst=place, src=result.reshape((height, block_n)))
    return out


def recipe(
    config: CoreConfig, *, m: int, k: int, n: int, tiles: Tiles = TILES, dtype: str = "bf16",
    name: str = "recipe",
) -> Work:  # fmt: skip
    """lhsT[K, M], rhs[K, N] -> out[M, N] by :func:`recipe_matmul`."""
    rng = np.random.default_rng(SEED)
    inputs = {"lhsT": operand(rng, (k, m), dtype), "rhs": operand(rng, (k, n), dtype)}
    specs = {key: nki.TensorArg(value.shape, value.dtype) for key, value in inputs.items()}
    program, seconds = compiled(
        lambda: nki.compile(recipe_matmul, config, specs | {"tiles": tiles})
    )
    left, right = (item.astype(np.float64) for item in inputs.values())
    return Work(
        name=name,
        program=program,
        inputs=inputs,
        reference=lambda: left.T @ right,
        macs=m * k * n,
        dtype=dtype,
        parameters={"m": m, "k": k, "n": n, "tiles": asdict(tiles)},
        compile_s=seconds,
    )
