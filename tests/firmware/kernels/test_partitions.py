"""Sums over partitions, and copies to all of them."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.kernels.partitions import broadcast_partitions, sum_partitions
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl


@nki.jit
def total(x: nl.Tensor) -> nl.Tensor:
    """``out[0, n] = sum_k x[k, n]``, any k."""
    (k, n), lanes = x.shape, nl.tile_size.pmax
    out = nl.ndarray((1, n), nl.float32, buffer=nl.shared_hbm)
    sums, result = nl.ndarray((1, n), nl.float32, buffer=nl.psum), nl.ndarray((1, n), nl.float32)
    for at in range(0, k, lanes):
        tile = nl.ndarray((min(lanes, k - at), n), x.dtype)
        nisa.dma_copy(tile, x[nl.ds(at, tile.shape[0])])
        sum_partitions(sums, tile)
    nisa.tensor_copy(result, sums)
    nisa.dma_copy(out, result)
    return out


@nki.jit
def copies(x: nl.Tensor, partitions: int) -> nl.Tensor:
    """``out[p, n] = x[0, n]``."""
    out = nl.ndarray((partitions, x.shape[1]), nl.float32, buffer=nl.shared_hbm)
    row, result = nl.ndarray(x.shape, x.dtype), nl.ndarray(out.shape, nl.float32)
    everywhere = nl.ndarray(out.shape, nl.float32, buffer=nl.psum)
    nisa.dma_copy(row, x)
    broadcast_partitions(everywhere, row)
    nisa.tensor_copy(result, everywhere)
    nisa.dma_copy(out, result)
    return out


@pytest.mark.parametrize("dtype", ["fp32", "bf16", "fp16"])
@pytest.mark.parametrize("k", [1, 4, 11])
def test_sums_over_any_number_of_partitions(run_golden, dtype, k):
    kind = {"fp32": np.float32, "bf16": ml_dtypes.bfloat16, "fp16": np.float16}[dtype]
    x = np.random.default_rng([5, k]).standard_normal((k, 13)).astype(kind)
    program = nki.compile(total, "tiny", {"x": nki.TensorArg(x.shape, dtype)})
    out = run_golden(program, {"x": x})["out"]
    exact = x.astype(np.float64)
    np.testing.assert_allclose(out[0], exact.sum(0), atol=1e-6 * np.abs(exact).sum(0).max())


@pytest.mark.parametrize("dtype", ["fp32", "bf16", "fp8_e4m3"])
def test_a_row_comes_to_every_partition_unchanged(run_golden, dtype):
    kinds = {"fp32": np.float32, "bf16": ml_dtypes.bfloat16, "fp8_e4m3": ml_dtypes.float8_e4m3}
    x = np.random.default_rng(6).standard_normal((1, 16)).astype(kinds[dtype])
    x[0, :3] = np.inf, np.nan, 1e-3
    specs = {"x": nki.TensorArg(x.shape, dtype), "partitions": 4}
    out = run_golden(nki.compile(copies, "tiny", specs), {"x": x})["out"]
    np.testing.assert_array_equal(out, np.repeat(x.astype(np.float32), 4, axis=0))


@pytest.mark.parametrize(
    ("kernel", "extra"), [(total, {}), (copies, {"partitions": 4})], ids=["sum", "broadcast"]
)
def test_integers_are_refused(kernel, extra):
    specs = {"x": nki.TensorArg((1, 8), "int8"), **extra}
    with pytest.raises(nki.KernelError, match=r"takes floats, not .*int8"):
        nki.compile(kernel, "tiny", specs)
