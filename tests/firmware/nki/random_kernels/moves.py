"""Steps that move elements: copies, products, transposes, searches, transfers."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

from .drawing import FLOATS, SMALL, Drawing, Operand
from .steps import ANY, BINARY, REDUCTIONS, exactly, f32, finish, op_of, operation, sums


@operation
def tensor_copy(draw: Drawing) -> None:
    source = draw.operand(ANY)
    engine = draw.rng.choice([nisa.engine.unknown, nisa.engine.vector, nisa.engine.scalar])
    finish(draw, f"tensor_copy {engine}", (source,), exactly(lambda x: x),
           lambda dst: nisa.tensor_copy(dst, source.tile, engine=engine))  # fmt: skip


@operation
def memset(draw: Drawing) -> None:
    value = draw.number()
    shape = draw.shape()
    dtype = draw.rng.choice(ANY if value >= 0 and value == int(value) else FLOATS)
    finish(draw, "memset", (), lambda: np.full(shape, value, np.float32),
           lambda dst: nisa.memset(dst, value), dtype=dtype)  # fmt: skip


@operation
def nc_matmul(draw: Drawing) -> None:
    rows, wide = draw.rng.randint(1, draw.lanes), draw.config.psum_bank_bytes // 4
    m, n = draw.rng.randint(1, draw.lanes), draw.rng.randint(1, min(24, wide))
    kind = draw.rng.choice([("bf16", "fp16"), ("fp32",), SMALL])
    pairs = [
        tuple(draw.operand(kind, (rows, size), sbuf=True, first=True) for size in (m, n))
        for _ in range(draw.rng.randint(1, 3))
    ]

    def reference(*arrays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        wide = [f32(x).astype(np.float64) for x in arrays]
        result, size = (
            functools.reduce(np.add, [a.T @ b for a, b in zip(used[::2], used[1::2], strict=True)])
            for used in (wide, [np.abs(x) for x in wide])
        )
        return result, 2.0**-20 * size

    def write(dst: Any) -> None:
        for stationary, moving in pairs:
            nisa.nc_matmul(dst, stationary.tile, moving.tile)

    finish(draw, f"nc_matmul {kind}", tuple(x for pair in pairs for x in pair), reference, write,
           dtype="fp32", psum=True, views=False)  # fmt: skip


@operation
def transpose(draw: Drawing) -> None:
    rows, columns = draw.shape(draw.lanes)
    data = draw.operand(("fp32", "bf16", "fp16", "int16"), (rows, columns), sbuf=True)
    how = draw.rng.choice(["tensor", "vector", "whole", "dma"])

    def write(dst: Any) -> None:
        if how == "vector":
            nisa.nc_transpose(dst, data.tile, engine=nisa.engine.vector)
        elif how == "tensor":
            turned = nl.ndarray((columns, rows), data.tile.dtype, buffer=nl.psum)
            nisa.nc_transpose(turned, data.tile, engine=nisa.engine.tensor)
            nisa.tensor_copy(dst, turned)
        elif how == "whole":
            nisa.tensor_copy(dst, nl.transpose(data.tile))
        else:
            nisa.dma_transpose(dst, data.tile)

    small = max(rows, columns) <= max(1, draw.config.partitions // 4)
    if how == "vector" and not small:
        how = "whole"
    finish(draw, f"transpose {how}", (data,), np.transpose, write, dtype=data.dtype, psum=False,
           views=False)  # fmt: skip


@operation
def eight_largest(draw: Drawing) -> None:
    data = draw.operand(FLOATS, draw.shape(20, least=8))
    best = draw.target((data.shape[0], 8), "fp32", psum=False)
    nisa.max8(best.tile, data.tile)
    made = draw.keep("max8", best, (data,), lambda x: -np.sort(-f32(x), axis=1)[:, :8])
    if made is None:
        return
    values = Operand(made, best.tile, best.view)

    def places(x: np.ndarray, v: np.ndarray) -> np.ndarray:
        found = np.empty(v.shape, np.float64)
        for row in range(len(v)):
            taken: dict[float, int] = {}
            for i, value in enumerate(f32(v[row])):
                where = np.flatnonzero(f32(x[row]) == value)
                found[row, i] = where[taken.setdefault(value, 0)]
                taken[value] += 1
        return found

    finish(draw, "nc_find_index8", (data, values), places,
           lambda dst: nisa.nc_find_index8(dst, data.tile, values.tile), psum=False,
           dtype="uint16")  # fmt: skip


@operation
def dma_compute(draw: Drawing) -> None:
    name = draw.rng.choice(["add", "maximum"])
    left = draw.operand(("fp32", "bf16"), draw.shape(), sbuf=True)
    right = draw.operand((left.dtype,), left.shape, sbuf=True)
    finish(draw, f"dma_compute {name}", (left, right), exactly(BINARY[name]),
           lambda dst: nisa.dma_compute(dst, [left.tile, right.tile], op_of(name)),
           dtype=left.dtype, psum=False)  # fmt: skip


@operation
def gather(draw: Drawing) -> None:
    data = draw.operand(("fp32", "bf16"), draw.shape(), sbuf=True)
    count = draw.rng.randint(1, 8)
    step = draw.rng.randint(1, 5)
    places = nl.ndarray((data.shape[0], count), nl.uint32)
    chosen = (step * np.arange(data.shape[0])[:, None] + np.arange(count)) % data.shape[1]
    nisa.dma_copy(places, nl.shared_constant(chosen.astype(np.uint32)))
    finish(draw, "nc_n_gather", (data,), lambda x: np.take_along_axis(x, chosen, 1),
           lambda dst: nisa.nc_n_gather(dst, data.tile, places), dtype=data.dtype, psum=False,
           views=False)  # fmt: skip


@operation
def over_partitions(draw: Drawing) -> None:
    data = draw.operand(("fp32",), draw.shape())
    name = draw.rng.choice(["add", "maximum"])
    finish(draw, f"tensor_partition_reduce {name}", (data,),
           lambda x: sums(REDUCTIONS[name], x, (0,)),
           lambda dst: nisa.tensor_partition_reduce(dst, op_of(name), data.tile), dtype="fp32",
           psum=False, views=False)  # fmt: skip


@operation
def through_memory(draw: Drawing) -> None:
    """To device memory, added to what is there or not, and back, as another type."""
    data = draw.operand(("fp32", "bf16"), draw.shape(), sbuf=True)
    there = nl.ndarray(data.shape, data.tile.dtype, buffer=nl.private_hbm)
    nisa.dma_copy(there, data.tile)
    twice = draw.rng.random() < 0.5
    if twice:
        nisa.dma_copy(there, data.tile, dst_rmw_op=nl.add)
    finish(draw, "dma_copy", (data,), exactly(lambda x: x + x if twice else x),
           lambda dst: nisa.dma_copy(dst, there), dtype=draw.rng.choice(["fp32", "bf16"]),
           psum=False)  # fmt: skip
