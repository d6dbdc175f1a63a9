"""DMA on the RTL, through the kernel language: casts, strides and odd alignments give golden's
bytes, and what NumPy says."""

from __future__ import annotations

import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.runtime.dtypes import numpy_dtype
from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import get_dtype

SEED = 40
DTYPES = ("fp32", "bf16", "fp16", "int32")


def transfer_kernel(x: nl.Tensor, inner: str, result: str, skip: int, step: int) -> nl.Tensor:
    """Device -> SBUF (cast) -> SBUF -> device (cast) -> device, through strided views."""
    rows = nl.tile_size.pmax
    part = x[skip : skip + rows, skip::step]
    width = part.shape[1]
    tile = nl.ndarray((rows, width + 3), inner)
    nisa.memset(tile, 0.0)
    nisa.dma_copy(tile[:, 1 : 1 + width], part)
    moved = nl.ndarray((rows, 2 * (width + 3)), inner)
    nisa.memset(moved, 0.0)
    nisa.dma_copy(moved[:, 1::2], tile)
    middle = nl.ndarray((rows, width + 3), result, buffer=nl.hbm, name="middle")
    nisa.dma_copy(middle, moved[:, 1::2])
    out = nl.ndarray((rows, width), result, buffer=nl.shared_hbm, name="out")
    nisa.dma_copy(out, middle[:, 1 : 1 + width])
    return out


@pytest.mark.parametrize("result", DTYPES)
@pytest.mark.parametrize("inner", DTYPES)
@pytest.mark.parametrize("source", DTYPES)
def test_transfers_equal_golden_and_numpy(device, source: str, inner: str, result: str):
    config = get_config("tiny")
    rng = np.random.default_rng([SEED, *(DTYPES.index(d) for d in (source, inner, result))])
    print(f"seed {SEED}, {source} -> {inner} -> {result}")
    skip, step = int(rng.integers(0, 4)), int(rng.integers(1, 4))
    shape = (config.partitions + skip, int(rng.integers(skip + step, 90)))
    x = rng.integers(-200, 200, shape).astype(numpy_dtype(get_dtype(source)))
    specs = {"x": nki.TensorArg(x.shape, x.dtype), "inner": inner, "result": result}
    program = nki.compile(transfer_kernel, config, {**specs, "skip": skip, "step": step})
    outputs = {}
    for target in ("golden", "verilator"):
        model = device(target, "tiny").load(program)
        outputs[target] = model.run({"x": x}).outputs["out"]
        model.unload()
    assert outputs["verilator"].tobytes() == outputs["golden"].tobytes()
    kinds = [numpy_dtype(get_dtype(name)) for name in (inner, result)]
    expected = x[skip:, skip::step].astype(np.float32).astype(kinds[0])
    expected = expected.astype(np.float32).astype(kinds[1])
    np.testing.assert_array_equal(outputs["golden"], expected)
