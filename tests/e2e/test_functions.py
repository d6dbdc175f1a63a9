"""Functions of the Scalar engine on the RTL, through the kernel language: golden's bytes."""

from __future__ import annotations

import numpy as np
import pytest

from tinyneuron import nki, tables
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.tables.measure import sample

NAMES = (*tables.STANDARD, "abs", "square", "sign", "prelu", "relu", "copy")
SPECIAL = [0.0, -0.0, np.inf, -np.inf, np.nan, 1e-41, -1e-41, 1e-38, 3.3e38, 88.7, -103.9, 1.0]


def arguments(count: int, seed: int) -> np.ndarray:
    """float32[4, count]: special ones first in each partition."""
    rng = np.random.default_rng(seed)
    some = rng.choice(sample(-np.inf, np.inf, 5_000), (4, count - len(SPECIAL)))
    usual = (3 * rng.standard_normal(some.shape)).astype(np.float32)
    mixed = np.where(rng.random(some.shape) < 0.3, some, usual)
    return np.concatenate([np.float32([SPECIAL] * 4), mixed], axis=1)


@pytest.mark.parametrize("first", range(0, len(NAMES), 7))
def test_functions_equal_golden(device, first):
    """Seven in turn, tables that displace each other among them, with the sum of the last."""
    names = NAMES[first : first + 7]

    def kernel(x):
        tile = nl.ndarray(x.shape, nl.float32)
        nisa.dma_copy(tile, x)
        outputs = []

        def save(result):
            outputs.append(nl.ndarray(result.shape, nl.float32, buffer=nl.shared_hbm))
            nisa.dma_copy(outputs[-1], result)

        for name in names:
            result, total = nl.ndarray(x.shape, nl.float32), nl.ndarray((4, 1), nl.float32)
            nisa.activation_reduce(result, getattr(nl, name), tile, nl.add, total, scale=0.75)
            save(result)
            save(total)
        return tuple(outputs)

    x = arguments(90, first)
    program = nki.compile(kernel, "tiny", {"x": nki.TensorArg(x.shape, x.dtype)})
    outputs = {}
    for target in ("golden", "verilator"):
        model = device(target, "tiny").load(program)
        outputs[target] = model.run({"x": x}).outputs
        model.unload()
    for number in range(2 * len(names)):
        got, wanted = (outputs[t][f"out{number}"] for t in ("verilator", "golden"))
        assert got.tobytes() == wanted.tobytes(), names[number // 2]
