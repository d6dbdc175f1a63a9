"""The shortest matmuls: a matrix of the array's size and one vector, operands in SBUF."""

from __future__ import annotations

import numpy as np

from tinyneuron_hw.config import CoreConfig

from ..program.assembler import assemble
from .kernels import operand
from .report import SEED, Work, compiled

__all__ = ["pairs"]

_BODY = 8
"""Products in the body of the hardware loop, which fits any fetch buffer of 16 instructions."""

_SOURCE = """\
.config {config}
.tensor weights input bf16 {rows}x{weights}
.tensor vectors input bf16 {rows}x{body}
.tensor out output fp32 {columns}x{body}
.stream sync
    dma_load dst=sbuf.bf16[0+{rows}, 0, 1x{weights}] src=dev.bf16[weights+0x0, 2x{all_weights}] \
queue=0 round_mode=nearest_even update(s0 += 1)
    dma_load dst=sbuf.bf16[0+{rows}, {moving}, 1x{body}] \
src=dev.bf16[vectors+0x0, 2x{all_vectors}] queue=0 round_mode=nearest_even update(s0 += 1)
    halt
.stream tensor
    nop wait(s0 >= 2)
    loop counter=0 counter_enable=0 count={passes} start=0 step=0 body={instructions}
{products}
    nop update(s1 += 1)
    halt
.stream vector
    tensor_copy in0=psum.fp32[0+{columns}, 0, 1x{body}] dst=sbuf.fp32[0+{columns}, 0, 1x{body}] \
round_mode=nearest_even wait(s1 >= 1) update(s2 += 1)
    halt
.stream gpsimd
    dma_store src=sbuf.fp32[0+{columns}, 0, 1x{body}] dst=dev.fp32[out+0x0, 4x{results}] queue=1 \
round_mode=nearest_even wait(s2 >= 1)
    halt
"""

_PRODUCT = """\
    load_stationary src=sbuf.bf16[0+{rows}, {stationary}, 1x{columns}] column_start=0 \
transpose=0 exponent_bias=0
    multiply_moving src=sbuf.bf16[0+{rows}, {moving}, 1x1] dst=psum.fp32[0+{columns}, {sum}, 1x1] \
accumulate=0 transpose=0 exponent_bias=0"""


def pairs(config: CoreConfig, *, passes: int, name: str = "pairs") -> Work:
    """``out[m, b] = sum_k weights[k, b, m] * vectors[k, b]`` for 8 matrices in BF16, ``passes``
    times over: a LOAD_STATIONARY and a MULTIPLY_MOVING of one column each, in a hardware loop.

    The array must have at least as many rows as columns: lanes copy its sums.
    """
    rng, rows, columns = np.random.default_rng(SEED), config.partitions, config.columns
    weights = operand(rng, (rows, _BODY * columns), "bf16")
    vectors = operand(rng, (rows, _BODY), "bf16")
    program, seconds = compiled(lambda: assemble(_source(config, passes)))
    blocks = weights.reshape(rows, _BODY, columns).astype(np.float64)
    return Work(
        name=name,
        program=program,
        inputs={"weights": weights, "vectors": vectors},
        reference=lambda: np.einsum("kbm,kb->mb", blocks, vectors.astype(np.float64)),
        macs=rows * columns * _BODY * passes,
        dtype="bf16",
        parameters={"pairs": _BODY * passes},
        compile_s=seconds,
    )


def _source(config: CoreConfig, passes: int) -> str:
    rows, columns = config.partitions, config.columns
    sizes = {"config": config.name, "rows": rows, "columns": columns}
    weights = _BODY * columns
    moving = 2 * weights
    products = [
        _PRODUCT.format(**sizes, stationary=2 * columns * b, moving=moving + 2 * b, sum=4 * b)
        for b in range(_BODY)
    ]
    return _SOURCE.format(
        **sizes, weights=weights, all_weights=rows * weights, moving=moving, body=_BODY,
        all_vectors=rows * _BODY, results=columns * _BODY, passes=passes,
        products="\n".join(products), instructions=2 * _BODY,
    )  # fmt: skip
