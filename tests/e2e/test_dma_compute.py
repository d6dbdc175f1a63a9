"""Transfers that transpose or accumulate, on the RTL through the kernel language: golden's bytes,
and what NumPy says."""

from __future__ import annotations

import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.runtime.dtypes import numpy_dtype
from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import get_dtype

SEED = 41


def transpose_kernel(x: nl.Tensor) -> nl.Tensor:
    """Device -> device, then three axes device -> SBUF -> SBUF -> device."""
    rows = nl.tile_size.pmax
    wide, long = x.shape
    turned = nl.ndarray((long, wide), x.dtype, buffer=nl.hbm, name="turned")
    nisa.dma_transpose(turned, x)
    tile = nl.ndarray((wide, 2, rows), x.dtype)
    nisa.dma_transpose(tile, turned[: 2 * rows].reshape((rows, 2, wide)), axes=(2, 1, 0))
    back = nl.ndarray((rows, 2, wide), x.dtype)
    nisa.dma_transpose(back, tile)
    out = nl.ndarray((wide, 2 * rows), x.dtype, buffer=nl.shared_hbm, name="out")
    for half in range(2):
        nisa.dma_transpose(out[:, half * rows : (half + 1) * rows], back[:, half])
    return out


def sum_kernel(x: nl.Tensor, y: nl.Tensor, dtype: str) -> nl.Tensor:
    """x + y, and on top of that x on chip, y from device memory, then the larger of that and y."""
    rows, width = x.shape
    total = nl.ndarray((rows, width), dtype, buffer=nl.hbm, name="total")
    nisa.dma_compute(total, [x, y], nl.add)
    tile = nl.ndarray((rows, width), dtype)
    nisa.dma_copy(tile, total)
    nisa.dma_copy(tile, x, dst_rmw_op=nl.add)
    nisa.dma_compute(total, [total, tile], nl.add, scales=[1.0, 1.0])
    out = nl.ndarray((rows, width), dtype, buffer=nl.shared_hbm, name="out")
    nisa.dma_copy(out, total)
    nisa.dma_compute(out, [y, out], nl.maximum)
    return out


def outputs_of(device, program, inputs: dict[str, np.ndarray]) -> np.ndarray:
    """What golden gives, after a check that the RTL gives the same bytes."""
    outputs = {}
    for target in ("golden", "verilator"):
        model = device(target, "tiny").load(program)
        outputs[target] = model.run(inputs).outputs["out"]
        model.unload()
    assert outputs["verilator"].tobytes() == outputs["golden"].tobytes()
    return outputs["golden"]


@pytest.mark.parametrize("dtype", ["bf16", "fp32"])
@pytest.mark.parametrize("long", [8, 21])
def test_transposes_equal_golden_and_numpy(device, dtype: str, long: int):
    config, rng = get_config("tiny"), np.random.default_rng([SEED, long])
    x = rng.integers(-200, 200, (config.partitions, long)).astype(numpy_dtype(get_dtype(dtype)))
    program = nki.compile(transpose_kernel, config, {"x": nki.TensorArg(x.shape, x.dtype)})
    got = outputs_of(device, program, {"x": x})
    rows = config.partitions
    expected = x[:, : 2 * rows].reshape(-1, rows, 2).swapaxes(1, 2).reshape(-1, 2 * rows)
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("dtype", ["fp32", "bf16", "fp16", "int32"])
def test_sums_equal_golden_and_numpy(device, dtype: str):
    """Whole numbers, small enough to be exact."""
    config, rng = get_config("tiny"), np.random.default_rng([SEED, 7])
    kind = numpy_dtype(get_dtype(dtype))
    x, y = (rng.integers(-30, 30, (config.partitions, 45)).astype(kind) for _ in range(2))
    specs = {name: nki.TensorArg(x.shape, x.dtype) for name in ("x", "y")}
    program = nki.compile(sum_kernel, config, {**specs, "dtype": dtype})
    got = outputs_of(device, program, {"x": x, "y": y})
    a, b = x.astype(np.float32), y.astype(np.float32)
    np.testing.assert_array_equal(got.astype(np.float32), np.maximum(3 * a + 2 * b, b))
