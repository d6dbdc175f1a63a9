"""The kernels on rows and channels on the RTL: golden's bytes."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.kernels.batch_norm import batch_norm
from tinyneuron.kernels.elementwise import gelu
from tinyneuron.kernels.loss import cross_entropy
from tinyneuron.kernels.norm import layer_norm, rms_norm
from tinyneuron.kernels.pool import average_pool, max_pool
from tinyneuron.kernels.rope import rope
from tinyneuron.kernels.softmax import softmax
from tinyneuron.kernels.top import argmax, top_k
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

RNG = np.random.default_rng(21)
BF16, FP32 = np.dtype(ml_dtypes.bfloat16), np.dtype(np.float32)


def normal(*shape: int, dtype: np.dtype = BF16) -> np.ndarray:
    return RNG.standard_normal(shape).astype(dtype)


@nki.jit
def noise(x, seed):
    """Random bits, dropout and copies of ``x``, all after one seed."""
    seeds, data = nl.ndarray((1, 1), nl.uint32), nl.ndarray(x.shape, x.dtype)
    nisa.dma_copy(seeds, seed)
    nisa.dma_copy(data, x)
    nisa.set_rng_seed(seeds)
    tiles = [nl.ndarray(x.shape, dtype) for dtype in (nl.uint16, nl.bfloat16, nl.int8, nl.float16)]
    nisa.rng(tiles[0])
    nisa.dropout(tiles[1], data, 0.25)
    nisa.tensor_scalar(tiles[2], data, nl.multiply, 3.0)
    nisa.tensor_copy(tiles[3], data, engine=nisa.scalar_engine)
    outputs = [nl.ndarray(tile.shape, tile.dtype, buffer=nl.shared_hbm) for tile in tiles]
    for output, tile in zip(outputs, tiles, strict=True):
        nisa.dma_copy(output, tile)
    return tuple(outputs)


IMAGE = normal(1, 5, 9, 11)
CASES = {
    "softmax": (softmax, {"x": normal(9, 50)}, {}),
    "softmax_rows_of_one": (softmax, {"x": normal(17, 1)}, {}),
    "layer_norm": (layer_norm, {"x": normal(9, 130), "gamma": normal(130), "beta": normal(130)},
                   {}),
    "layer_norm_fp32": (layer_norm, {"x": normal(5, 33, dtype=FP32),
                                     "beta": normal(33)}, {}),
    "layer_norm_too_wide_for_psum": (layer_norm, {"x": normal(5, 520), "gamma": normal(520),
                                                  "beta": normal(520)}, {}),
    "rms_norm": (rms_norm, {"x": normal(18, 70), "gamma": normal(70)}, {}),
    "batch_norm": (batch_norm, {"x": normal(2, 6, 5, 7), "gamma": normal(6, dtype=FP32),
                                "beta": normal(6, dtype=FP32)}, {}),
    "max_pool": (max_pool, {"x": IMAGE}, {"window": (3, 3), "stride": (2, 2), "pad": (1, 1)}),
    "average_pool": (average_pool, {"x": IMAGE}, {"window": (2, 2), "stride": (2, 2)}),
    "argmax": (argmax, {"x": normal(7, 20)}, {}),
    "top_k": (top_k, {"x": normal(6, 24)}, {"k": 11}),
    "rope": (rope, {"x": normal(5, 3, 12), "cos": normal(5, 6), "sin": normal(5, 6)}, {}),
    "gelu": (gelu, {"x": normal(16, 130)}, {}),
    "cross_entropy": (cross_entropy, {"logits": normal(9, 30),
                                      "labels": RNG.integers(0, 30, 9).astype(np.int32)}, {}),
    "noise": (noise, {"x": normal(4, 50, dtype=FP32),
                      "seed": np.array([[99]], np.uint32)}, {}),
}  # fmt: skip


@pytest.mark.parametrize("stochastic", [False, True], ids=["nearest", "stochastic"])
@pytest.mark.parametrize("name", CASES)
def test_a_kernel_equals_golden(device, name, stochastic):
    kernel, arrays, options = CASES[name]
    specs = {key: nki.TensorArg(value.shape, value.dtype) for key, value in arrays.items()}
    program = nki.compile(kernel, "tiny", specs | options, stochastic_rounding=stochastic)
    results = []
    for target in ("verilator", "golden"):
        # After a reset the generators are where they always start.
        chip = device(target, "tiny")
        chip.backend.reset()
        model = chip.load(program)
        results.append(model.run(arrays).outputs)
        model.unload()
    for output, found in results[0].items():
        assert found.tobytes() == results[1][output].tobytes(), output


N = 512
RATES = {
    "copy": (nl.copy, 1, N),
    "add_scalar": (nl.add, 1, N),
    "exp": (nl.exp, 1, N),
    "divide_scalar": (nl.divide, 1, 8 * N),
    "sqrt": (nl.sqrt, 1, 8 * N),
    "add": (nl.add, 2, 2 * N),
    "divide": (nl.divide, 2, 8 * N),
    "scan": (nl.multiply, 3, 6 * N),
}
"""Operation, inputs (3: a scan of two), and cycles but for 40; a scan waits for its two operations,
of six cycles together."""


@pytest.mark.parametrize("name", RATES)
def test_cycles_of_an_instruction_on_512_elements(device, name):
    op, inputs, limit = RATES[name]

    def kernel(x, y):
        left, right, out = (nl.ndarray(x.shape, nl.float32) for _ in range(3))
        nisa.dma_copy(left, x)
        nisa.dma_copy(right, y)
        if op is nl.copy:
            nisa.tensor_copy(out, left, engine=nisa.vector_engine)
        elif op is nl.exp:
            nisa.activation(out, op, left)
        elif inputs == 1:
            nisa.tensor_scalar(out, left, op, 1.5)
        elif inputs == 2:
            nisa.tensor_tensor(out, left, right, op)
        else:
            nisa.tensor_tensor_scan(out, left, right, 0.0, op, nl.add)
        result = nl.ndarray(x.shape, nl.float32, buffer=nl.shared_hbm)
        nisa.dma_copy(result, out)
        return result

    arrays = {key: np.abs(normal(16, N, dtype=FP32)) for key in ("x", "y")}
    specs = {key: nki.TensorArg(value.shape, value.dtype) for key, value in arrays.items()}
    chip = device("verilator", "default")
    model = chip.load(nki.compile(kernel, "default", specs))
    model.run(arrays)
    events = [e for e in chip.backend.trace_events() if e.stream.name in ("VECTOR", "SCALAR")]
    model.unload()
    spans = {}
    for event in events:
        spans.setdefault((event.source, event.pc), {})[event.kind] = event.cycle
    longest = max(span["end"] - span["start"] for span in spans.values() if len(span) == 2)
    print(f"{name}: {longest} cycles")
    assert N <= longest <= limit + 40
