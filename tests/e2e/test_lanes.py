"""Vector and Scalar instructions on the RTL, through the kernel language: golden's bytes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.runtime.dtypes import numpy_dtype
from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import get_dtype

SEED = 16
DTYPES = ("fp32", "bf16", "fp16", "int32")
SPECIAL = (0.0, -0.0, np.inf, -np.inf, np.nan, 1e-40, -1e-41, 6e-8, 65504.0, 3e38, 1.5, -2.5, 0.5)
OPS = (nl.add, nl.subtract, nl.multiply, nl.maximum, nl.minimum)
FREE = 37


def lanes_kernel(x: nl.Tensor, y: nl.Tensor, scalars: nl.Tensor, result: str, in_psum: bool):
    """Every operation of both engines on ``x`` and ``y`` [P, F]; results as type ``result``."""
    rows, size = x.shape

    def load(tensor: nl.Tensor) -> nl.Tensor:
        tile = nl.ndarray(tensor.shape, tensor.dtype)
        nisa.dma_copy(tile, tensor)
        return tile

    def fresh(width: int = size) -> nl.Tensor:
        return nl.ndarray((rows, width), result)

    a, b, column = load(x), load(y), load(scalars)
    if in_psum:
        moved = nl.ndarray(x.shape, x.dtype, buffer=nl.psum)
        nisa.tensor_copy(moved, a)
        a = moved
    tiles = []
    for op in OPS:
        tiles += [fresh(), fresh()]
        nisa.tensor_tensor(tiles[-2], a, b, op)
        nisa.tensor_scalar(tiles[-1], a, op, column, True, nl.multiply, -1.25)
    for op, negate in itertools.product((nl.add, nl.maximum, nl.minimum), (False, True)):
        tiles.append(fresh(1))
        nisa.tensor_reduce(tiles[-1], op, a, 1, negate=negate)
    tiles += [fresh(), fresh(), fresh(), fresh()]
    nisa.tensor_copy(tiles[-4], a)
    nisa.memset(tiles[-3], -3.0)
    nisa.activation(tiles[-2], nl.relu, a, bias=column, scale=0.75)
    nisa.activation(tiles[-1], nl.copy, b, scale=column)
    outputs = []
    for index, tile in enumerate(tiles):
        out = nl.ndarray(tile.shape, result, buffer=nl.shared_hbm, name=f"out{index}")
        nisa.dma_copy(out, tile)
        outputs.append(out)
    return tuple(outputs)


def operand(rng: np.random.Generator, rows: int, dtype: str) -> np.ndarray:
    kind = numpy_dtype(get_dtype(dtype))
    if dtype == "int32":
        wide = rng.integers(-(1 << 31), 1 << 31, (rows, FREE))
        return (wide >> rng.integers(0, 31, (rows, FREE))).astype(np.int32)
    values = rng.standard_normal((rows, FREE)) * 10.0 ** rng.integers(-6, 6, (rows, FREE))
    chosen = np.where(rng.random((rows, FREE)) < 0.3, rng.choice(SPECIAL, (rows, FREE)), values)
    with np.errstate(over="ignore", invalid="ignore"):
        return chosen.astype(np.float32).astype(kind)


@pytest.mark.parametrize("in_psum", [False, True], ids=["sbuf", "psum"])
@pytest.mark.parametrize("result", DTYPES)
@pytest.mark.parametrize("source", DTYPES)
def test_every_lane_operation_equals_golden(device, source: str, result: str, in_psum: bool):
    config = get_config("tiny")
    print(f"seed {SEED}, {source} -> {result}")
    rng = np.random.default_rng([SEED, DTYPES.index(source), DTYPES.index(result), in_psum])
    rows = int(rng.integers(1, config.partitions + 1))
    arrays = {
        "x": operand(rng, rows, source),
        "y": operand(rng, rows, source),
        "scalars": rng.standard_normal((rows, 1)).astype(np.float32),
    }
    specs = {name: nki.TensorArg(array.shape, array.dtype) for name, array in arrays.items()}
    program = nki.compile(lanes_kernel, config, {**specs, "result": result, "in_psum": in_psum})
    outputs = {}
    for target in ("golden", "verilator"):
        model = device(target, "tiny").load(program)
        outputs[target] = model.run(arrays).outputs
        model.unload()
    assert len(outputs["golden"]) == 20
    for name, expected in outputs["golden"].items():
        assert outputs["verilator"][name].tobytes() == expected.tobytes(), name
