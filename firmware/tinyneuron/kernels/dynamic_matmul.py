"""A matrix product with as many rows as are counted when the program runs."""

from __future__ import annotations

from typing import Any

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.program.program import Program
from tinyneuron_hw.config import CoreConfig

from .drain import Drain, result_dtype
from .dynamic import in_groups, length_of, pieces
from .operands import check_float_matrices

__all__ = ["build", "dynamic_matmul"]


@nki.jit
def dynamic_matmul(
    lhsT: nl.Tensor,  # noqa: N803 - the name of the program's input
    rhs: nl.Tensor, rows: nl.Tensor, out_dtype: Any = None,
) -> nl.Tensor:  # fmt: skip
    """``out[:rows] = lhsT[:, :rows].T @ rhs``; the other rows of ``out`` stay as they were.

    Parameters
    ----------
    lhsT, rhs:
        Floats ``[K, M]`` and ``[K, N]``, with the most rows there can be; all of ``rhs`` stays in
        SBUF.
    rows:
        INT32 ``[1]``, from 0 to M.
    out_dtype:
        By default :func:`result_dtype` of ``rhs``.

    Raises
    ------
    KernelError
        Shapes or types do not go together, or ``rows`` is no INT32.
    """
    check_float_matrices("dynamic_matmul", lhsT, rhs)
    (depth, most), width = lhsT.shape, rhs.shape[1]
    out = nl.ndarray((most, width), out_dtype or result_dtype(rhs.dtype), buffer=nl.shared_hbm)
    count = length_of("dynamic_matmul", "rows", rows, 0, most)
    height = min(nl.tile_size.gemm_stationary_fmax, nl.tile_size.pmax)
    moving = []
    for here in pieces(depth, nl.tile_size.pmax):
        moving.append(nl.ndarray((here.stop - here.start, width), rhs.dtype, name="rhs_tile"))
        nisa.dma_copy(moving[-1], rhs[here])
    drain = Drain()

    def group(first: nisa.VirtualRegister, sizes: list[Any]) -> None:
        total = sizes[0] if len(sizes) == 1 else sum(sizes)
        stationary = []
        for here in pieces(depth, nl.tile_size.pmax):
            shape = (here.stop - here.start, total)
            stationary.append(nl.ndarray(shape, lhsT.dtype, name="lhs_tile"))
            nisa.dma_copy(stationary[-1], lhsT[here, nl.ds(first, total)])
        for number, size in enumerate(sizes):
            result = nl.ndarray((size, width), out.dtype, name="out_tile")
            part = slice(None) if len(sizes) == 1 else nl.ds(number * height, size)
            for columns in pieces(width, nl.tile_size.psum_fmax):
                shape = (size, columns.stop - columns.start)
                acc = nl.ndarray(shape, nl.float32, buffer=nl.psum, name="acc")
                for left, right in zip(stationary, moving, strict=True):
                    nisa.nc_matmul(acc, left[:, part], right[:, columns])
                drain(result[:, columns], acc)
            nisa.dma_copy(out[nl.ds(first + number * height, size)], result)

    in_groups(count, height, group)
    return out


def build(
    config: str | CoreConfig, m: int, k: int, n: int, dtype: Any = "bf16", *, out_dtype: Any = None
) -> Program:
    """A program for at most ``m`` rows: inputs ``lhsT[k, m]``, ``rhs[k, n]`` and ``rows``; output
    ``out[m, n]``."""
    specs = {
        "lhsT": nki.TensorArg((k, m), dtype),
        "rhs": nki.TensorArg((k, n), dtype),
        "rows": nki.TensorArg((1,), "int32"),
        "out_dtype": out_dtype,
    }
    return nki.compile(dynamic_matmul, config, specs)
