"""Matrix multiplication for any sizes, layouts and types, one or many at a time:
``out[M, N] = lhsT[K, M].T @ rhs[K, N]``.

Accumulators of one PSUM bank each (``columns`` rows by a bank's words) are filled together,
contraction outermost: a loaded ``rhs`` tile serves all of them, and while one accumulator is
drained the others keep the Tensor engine busy. Blocks of accumulators follow each other without a
gap, whichever product they belong to.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.nki.trace import current
from tinyneuron.program.program import Program
from tinyneuron_hw.config import CoreConfig

from .drain import Drain, check_vectors, result_dtype
from .matmul_plan import Block, MatmulPlan, MatmulShape, make_plan
from .operands import Operand
from .product_loop import looped_products, products_together
from .row_tiles import is_integer, multiplied_together, rows_per_tile
from .turned_loads import can_turn

__all__ = ["LAYOUTS", "build", "matmul"]

LAYOUTS = ("tn", "nn", "nt", "tt")
"""As in BLAS, ``lhs`` first: ``n`` as it is multiplied, ``t`` transposed in device memory."""


@nki.jit
def matmul(
    lhsT: nl.Tensor | None = None,  # noqa: N803 - the name of the program's input
    rhs: nl.Tensor | None = None,
    bias: nl.Tensor | None = None,
    relu: bool = False,
    out_dtype: Any = None,
    scale: nl.Tensor | None = None,
    *,
    lhs: nl.Tensor | None = None,
    rhsT: nl.Tensor | None = None,  # noqa: N803
) -> nl.Tensor:
    """``out[M, N] = relu((lhs @ rhs) * scale[:, None] + bias[:, None])``; ``scale`` and ``bias``
    (FP32 ``[M]``) and ``relu`` are optional, ``out_dtype`` defaults to :func:`result_dtype`.

    Each operand comes as it is, ``lhs[M, K]`` and ``rhs[K, N]``, or transposed, ``lhsT[K, M]`` and
    ``rhsT[N, K]``; fastest is what has K first. With a leading axis on either or both there are
    as many products, ``out[B, M, N]``; an operand without it, or of size 1 there, serves all.

    Any types of one group of ``nc_matmul``; integers are summed in INT32 before they are scaled.

    Raises
    ------
    KernelError
        An operand is missing or there twice, or shapes or types do not go together.
    """
    left, right = _Given.of("lhs", lhs, lhsT), _Given.of("rhs", rhsT, rhs)
    shape = _shape(left, right)
    check_vectors("matmul", shape.m, bias=bias, scale=scale)
    batched = max(left.tensor.ndim, right.tensor.ndim) == 3
    ending = (shape.m, shape.n)
    kind = nl.as_dtype(out_dtype or result_dtype(right.tensor.dtype))
    out = nl.ndarray((shape.batches, *ending) if batched else ending, kind, buffer=nl.shared_hbm)
    left, right = left.turnable(), right.turnable()
    dtypes = left.tensor.dtype, right.tensor.dtype, kind
    through_array = left.through_array or right.through_array
    made = left.is_made or right.is_made
    plan = make_plan(current().config, shape, dtypes, through_array, made)
    operands = (
        Operand(right.tensor, right.turned, plan.keeps_rhs, plan.rhs_uses),
        Operand(left.tensor, left.turned, plan.keeps_lhs, plan.lhs_uses),
    )
    drain = Drain(relu)
    together = 0 if made else products_together(current().config, shape, dtypes)
    if together:
        results = out.reshape((shape.batches, *ending))
        looped_products(results, shape, together, operands, (bias, scale), drain)
        return out
    steps = _ahead(_steps(plan, *operands), plan.ahead)
    depth = -(-shape.k // rows_per_tile(right.tensor.dtype))
    for block in plan.blocks():
        banks = _accumulators(plan, block, right.tensor.dtype)
        for moving, stationary in itertools.islice(steps, depth):
            for row, bank in banks:
                columns = nl.ds(row, bank.shape[0])
                for number in range(bank.shape[1]):
                    nisa.nc_matmul(
                        bank[:, number], stationary[:, number, columns], moving[:, number]
                    )
        for row, bank in banks:
            _store(out, plan, block, row, bank, (bias, scale), drain)
    return out


@dataclass(frozen=True)
class _Given:
    """An operand as the caller has it, with a leading axis or without."""

    tensor: nl.Tensor
    turned: bool
    """Whether K is its last axis."""

    @classmethod
    def of(cls, name: str, k_last: nl.Tensor | None, k_first: nl.Tensor | None) -> _Given:
        given = [item for item in (k_last, k_first) if item is not None]
        if len(given) != 1:
            raise nki.KernelError(f"matmul: takes one of {name} and {name}T, not {len(given)}")
        if given[0].ndim not in (2, 3):
            raise nki.KernelError(f"matmul: {name} must have 2 axes, or 3 with that of the "
                                  f"products, not {given[0].ndim}: {given[0]!r}")  # fmt: skip
        return cls(given[0], k_last is not None)

    @property
    def k(self) -> int:
        return self.tensor.shape[-1 if self.turned else -2]

    @property
    def other(self) -> int:
        """M or N."""
        return self.tensor.shape[-2 if self.turned else -1]

    @property
    def batches(self) -> int:
        return self.tensor.shape[0] if self.tensor.ndim == 3 else 1

    @property
    def through_array(self) -> bool:
        """Whether the Tensor engine transposes it: transfers cannot."""
        return self.turned and not can_turn(self.tensor)

    @property
    def is_made(self) -> bool:
        """Whether an engine makes its tiles: they are not what a transfer brings."""
        return self.through_array or (is_integer(self.tensor.dtype) and not self.turned)

    def turnable(self) -> _Given:
        """The same with three axes. An array with fewer columns than rows does not transpose a
        whole tile: what it would have to, DMA turns in device memory, element by element."""
        config, batches = current().config, self.batches
        shape = (batches, *self.tensor.shape[-2:])
        tensor = self.tensor.reshape(shape)
        if not self.through_array or config.columns >= config.partitions:
            return _Given(tensor, self.turned)
        copy = nl.ndarray((batches, self.k, self.other), tensor.dtype, buffer=nl.private_hbm)
        (apart, pitch, step) = tensor.strides
        pattern = [[apart, batches], [step, self.k], [pitch, self.other]]
        nisa.dma_copy(copy, tensor.ap(pattern))
        return _Given(copy, False)


def _shape(left: _Given, right: _Given) -> MatmulShape:
    named = f"lhs {left.tensor!r} and rhs {right.tensor!r}"
    if left.k != right.k:
        raise nki.KernelError(f"matmul: {named} must have one K, not {left.k} and {right.k}")
    if not multiplied_together(left.tensor.dtype, right.tensor.dtype):
        raise nki.KernelError(f"matmul: {named} must have types that the Tensor engine multiplies "
                              "with each other")  # fmt: skip
    if left.batches != right.batches and 1 not in (left.batches, right.batches):
        raise nki.KernelError(f"matmul: {named} must have as many matrices, or one of them 1, not "
                              f"{left.batches} and {right.batches}")  # fmt: skip
    batches = max(left.batches, right.batches)
    return MatmulShape(batches, left.other, left.k, right.other, left.batches > 1,
                       right.batches > 1)  # fmt: skip


def _steps(
    plan: MatmulPlan, rhs: Operand, lhs: Operand
) -> Iterator[tuple[nl.Tensor, nl.Tensor]]:  # fmt: skip
    """Moving and stationary tiles, contraction by contraction, block by block."""
    for block in plan.blocks():
        products = plan.products(block)
        yield from zip(
            rhs.tiles(plan.rhs_columns(block), products),
            lhs.tiles(plan.lhs_columns(block), products),
            strict=True,
        )


def _ahead(items: Iterator[Any], count: int) -> Iterator[Any]:
    """The same items, of which ``count`` are taken before the first is asked for."""
    window = deque(itertools.islice(items, count))
    for item in items:
        window.append(item)
        yield window.popleft()
    yield from window


def _accumulators(plan: MatmulPlan, block: Block, dtype: Any) -> list[tuple[int, nl.Tensor]]:
    """(first row, PSUM tile ``[rows, products, columns]``) for each accumulator of a block. What
    only ``lhs`` or only ``rhs`` has for each product counts as more rows or more columns."""
    shape, products = plan.shape, plan.products(block)
    height = block.height * (block.batches if not shape.rhs_batched else 1)
    width = block.width * (block.batches if not shape.lhs_batched else 1)
    kind = nl.int32 if is_integer(dtype) else nl.float32
    return [
        (at, nl.ndarray((min(plan.columns, height - at), products, width), kind, buffer=nl.psum,
                        name="acc"))
        for at in range(0, height, plan.columns)
    ]  # fmt: skip


def _store(
    out: nl.Tensor, plan: MatmulPlan, block: Block, row: int, bank: nl.Tensor,
    vectors: tuple[nl.Tensor | None, nl.Tensor | None], drain: Drain,
) -> None:  # fmt: skip
    """Drains an accumulator, at most as many rows as there are lanes at a time, and stores it."""
    shape, lanes = plan.shape, nl.tile_size.pmax
    batches = block.batches if shape.rhs_batched else 1
    for at in range(0, bank.shape[0], lanes):
        rows = min(lanes, bank.shape[0] - at)
        first = block.row + row + at
        columns = [None if item is None else _column(item, first, rows) for item in vectors]
        result = nl.ndarray((rows, batches, block.width), out.dtype, name="out_tile")
        drain(result, bank[nl.ds(at, rows)], *columns)
        pattern = [[shape.n, rows], [shape.m * shape.n, batches], [1, block.width]]
        start = (block.batch * shape.m + first) * shape.n + block.column
        nisa.dma_copy(out.ap(pattern, start), result)


def _column(vector: nl.Tensor, first: int, rows: int) -> nl.Tensor:
    """Elements ``first`` ... as ``[rows, 1]``; behind the last comes the first again, for the
    rows of the next product."""
    tile = nl.ndarray((rows, 1), nl.float32, name=f"{vector.base.name}_tile")
    size, at = vector.shape[0], 0
    while at < rows:
        start = (first + at) % size
        count = min(rows - at, size - start)
        nisa.dma_copy(tile[nl.ds(at, count)], vector[nl.ds(start, count)])
        at += count
    return tile


def build(
    config: str | CoreConfig,
    m: int,
    k: int,
    n: int,
    dtype: Any = "bf16",
    *,
    layout: str = "tn",
    lhs_batch: int | None = None,
    rhs_batch: int | None = None,
    bias: bool = False,
    scale: bool = False,
    relu: bool = False,
    out_dtype: Any = None,
    rhs_dtype: Any = None,
) -> Program:
    """A program for ``out[m, n] = relu((lhsT[k, m].T @ rhs[k, n]) * scale[m] + bias[m])``.

    Inputs ``lhsT`` (``dtype``), ``rhs`` (``rhs_dtype``, by default ``dtype``) and, if asked for,
    ``bias`` and ``scale`` (fp32); output ``out`` (``out_dtype``, by default
    :func:`result_dtype`). ``layout`` is one of LAYOUTS: ``n`` first gives ``lhs[m, k]`` in place of
    ``lhsT``, ``t`` last ``rhsT[n, k]`` in place of ``rhs``. ``lhs_batch`` and ``rhs_batch`` give an
    operand a leading axis of that size.
    """
    if layout not in LAYOUTS:
        raise ValueError(f"matmul: layout must be one of {', '.join(LAYOUTS)}, not {layout!r}")
    lhs_batches, rhs_batches = ([] if b is None else [b] for b in (lhs_batch, rhs_batch))
    left = ("lhsT", k, m) if layout[0] == "t" else ("lhs", m, k)
    right = ("rhsT", n, k) if layout[1] == "t" else ("rhs", k, n)
    specs: dict[str, Any] = {
        left[0]: nki.TensorArg((*lhs_batches, *left[1:]), dtype),
        right[0]: nki.TensorArg((*rhs_batches, *right[1:]), rhs_dtype or dtype),
        "relu": relu,
        "out_dtype": out_dtype,
    }
    for name, wanted in (("bias", bias), ("scale", scale)):
        if wanted:
            specs[name] = nki.TensorArg((m,), "fp32")
    return nki.compile(matmul, config, specs)
