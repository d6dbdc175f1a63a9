"""Searches, transposes and shuffles through the kernel language on the RTL: golden's bytes."""

from __future__ import annotations

import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.runtime.dtypes import numpy_dtype
from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import get_dtype

SEED = 23
PAIRS = get_config("tiny").with_changes(partitions=8, columns=8)
"""Quadrants of two partitions."""
SPECIAL = (0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0)


def moves_kernel(x: nl.Tensor, psum: bool):
    """Every call on ``x`` [P, F], with its operands in SBUF or some of them in PSUM."""
    rows = x.shape[0]
    pairs = rows // 4
    data = nl.ndarray(x.shape, x.dtype)
    nisa.dma_copy(data, x)
    if psum:
        moved = nl.ndarray(x.shape, x.dtype, buffer=nl.psum)
        nisa.tensor_copy(moved, data)
        data = moved
    best, where = nl.ndarray((rows, 8), nl.float32), nl.ndarray((rows, 8), nl.uint16)
    rest, again = nl.ndarray(x.shape, nl.float32), nl.ndarray((rows, 8), nl.uint32)
    nisa.max8(best, data)
    nisa.nc_find_index8(where, data, best)
    nisa.nc_match_replace8(rest, data, best, -0.75, again)
    shuffled, block = (nl.ndarray(x.shape, x.dtype) for _ in range(2))
    nisa.dma_copy(shuffled, x)
    nisa.nc_stream_shuffle(shuffled, data, [pairs - 1] + [255] * (pairs - 1))
    nisa.memset(block, 0)
    nisa.nc_transpose(block[:pairs, :pairs], data[:pairs, 2 : 2 + pairs], nisa.vector_engine)
    outputs = []
    for index, tile in enumerate((best, where, rest, again, shuffled, block)):
        out = nl.ndarray(tile.shape, tile.dtype, buffer=nl.shared_hbm, name=f"out{index}")
        nisa.dma_copy(out, tile)
        outputs.append(out)
    return tuple(outputs)


def numbers(rng: np.random.Generator, rows: int, dtype: str) -> np.ndarray:
    values = rng.integers(-9, 10, (rows, 30)).astype(np.float32)
    if dtype not in ("int8", "uint32"):
        chosen = rng.random(values.shape) < 0.2
        values = np.where(chosen, rng.choice(np.float32(SPECIAL), values.shape), values)
    with np.errstate(invalid="ignore"):
        return np.abs(values).astype(np.uint32) if dtype == "uint32" else values.astype(
            numpy_dtype(get_dtype(dtype)))  # fmt: skip


@pytest.mark.parametrize("psum", [False, True], ids=["sbuf", "psum"])
@pytest.mark.parametrize("dtype", ["fp32", "bf16", "int8", "uint32"])
@pytest.mark.parametrize("config", [
    pytest.param("tiny", id="tiny"), pytest.param(PAIRS, id="pairs", marks=pytest.mark.slow),
])  # fmt: skip
def test_moves_equal_golden(device, config, dtype: str, psum: bool):
    config = get_config(config) if isinstance(config, str) else config
    rng = np.random.default_rng([SEED, len(dtype), psum])
    x = numbers(rng, config.partitions, dtype)
    specs = {"x": nki.TensorArg(x.shape, x.dtype), "psum": psum}
    program = nki.compile(moves_kernel, config, specs)
    outputs = {}
    for target in ("golden", "verilator"):
        model = device(target, config).load(program)
        outputs[target] = model.run({"x": x}).outputs
        model.unload()
    assert len(outputs["golden"]) == 6
    for name, expected in outputs["golden"].items():
        assert outputs["verilator"][name].tobytes() == expected.tobytes(), name
