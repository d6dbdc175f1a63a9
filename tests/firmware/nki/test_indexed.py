"""Rows of device memory that indices choose: ``dma_copy`` with ``vector_offset``, on golden against
NumPy."""

import numpy as np
import pytest

from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron_hw.config import get_config

from .tiles import load, save

RNG = np.random.default_rng(11)
ROWS, WIDTH = 10, 6
TABLE = RNG.standard_normal((ROWS, WIDTH)).astype(np.float32)
LANES = get_config("tiny").partitions


def rows_of(table, index, offset=0, width=WIDTH):
    """Row ``index[p]`` of a table for each partition p."""
    return table.ap([[WIDTH, LANES], [1, width]], offset, vector_offset=index, indirect_dim=0)


@pytest.mark.parametrize("kind", [np.int32, np.uint32])
def test_an_embedding_takes_rows_of_a_table(run, kind):
    tokens = RNG.integers(0, ROWS, 3 * LANES).astype(kind)

    def embed(table, tokens):
        out = nl.ndarray((3 * LANES, WIDTH), nl.float16, buffer=nl.shared_hbm)
        for first in range(0, 3 * LANES, LANES):
            part = nl.ds(first, LANES)
            index = nl.ndarray((LANES, 1), tokens.dtype)
            nisa.dma_copy(index, tokens.reshape((3 * LANES, 1))[part])
            tile = nl.ndarray((LANES, WIDTH), nl.float16)
            nisa.dma_copy(tile, rows_of(table, index))
            nisa.dma_copy(out[part], tile)
        return out

    np.testing.assert_array_equal(run(embed, table=TABLE, tokens=tokens),
                                  TABLE[tokens].astype(np.float16))  # fmt: skip


def test_skip_keeps_what_the_tile_had(run):
    tokens = np.array([[3], [-1], [ROWS], [0]], np.int32)

    def kernel(table, tokens):
        tile = nl.ndarray((LANES, 2), nl.float32)
        nisa.memset(tile, -7.0)
        nisa.dma_copy(tile, rows_of(table, load(tokens), 4, 2), oob_mode=nisa.oob_mode.skip)
        return save(tile)

    found = run(kernel, table=TABLE, tokens=tokens)
    expected = np.full((LANES, 2), -7, np.float32)
    expected[[0, 3]] = TABLE[[3, 0], 4:]
    np.testing.assert_array_equal(found, expected)


def test_scatter_after_a_copy_and_before_a_load(run):
    """The later partition of two with one index stays; the whole tensor is ordered around it."""
    where = np.array([[2], [9], [2], [0]], np.uint32)
    rows = RNG.standard_normal((LANES, WIDTH)).astype(np.float32)

    def kernel(table, rows, where):
        out = nl.ndarray((ROWS, WIDTH), nl.float32, buffer=nl.shared_hbm)
        nisa.dma_copy(out, table)
        nisa.dma_copy(rows_of(out, load(where)), load(rows))
        other = nl.ndarray((LANES, WIDTH), nl.float32, buffer=nl.shared_hbm)
        tile = nl.ndarray((LANES, WIDTH), nl.float32)
        nisa.dma_copy(tile, out[6:10])
        nisa.dma_copy(other, tile)
        return out, other

    out, other = run(kernel, table=TABLE, rows=rows, where=where)
    expected = TABLE.copy()
    for p, index in enumerate(where[:, 0]):
        expected[index] = rows[p]
    np.testing.assert_array_equal(out, expected)
    np.testing.assert_array_equal(other, expected[6:])


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda table, tile, index: nisa.dma_copy(tile[:2], rows_of(table, index)),
         "dst must have 4 partitions of 6 elements"),
        (lambda table, tile, index: nisa.dma_copy(table, rows_of(table, index)),
         "dst must be in nl.sbuf beside a view with vector_offset"),
        (lambda table, tile, index: nisa.dma_copy(tile, rows_of(table, tile[:, 0])),
         "vector_offset must be int32 or uint32"),
        (lambda table, tile, index: rows_of(table, index[:2]), r"vector_offset must be \[4, 1\]"),
        (lambda table, tile, index: rows_of(tile, index), "for a tensor in device memory"),
        (lambda table, tile, index: rows_of(table, index)[0], "has no parts"),
        (lambda table, tile, index: rows_of(table, index, 10 * WIDTH), "reaches elements 60"),
    ],
)  # fmt: skip
def test_refuses(require_error, act, message):
    def kernel():
        table = nl.ndarray((ROWS, WIDTH), nl.float32, buffer=nl.hbm)
        act(table, nl.ndarray((LANES, WIDTH), nl.float32), nl.ndarray((LANES, 1), nl.int32))

    require_error(kernel, message)
