"""Attention, an embedding and the scan of Mamba on the RTL: golden's bytes, and how busy the Tensor
engine is."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.bench import baselines
from tinyneuron.bench.layers import attention as attention_work
from tinyneuron.bench.layers import attention_reference
from tinyneuron.bench.recipe import recipe
from tinyneuron.bench.report import measure
from tinyneuron.kernels import attention as attention_module
from tinyneuron.kernels.attention import attention
from tinyneuron.kernels.embedding import embedding
from tinyneuron.kernels.mamba import selective_scan
from tinyneuron_hw.config import get_config

RNG = np.random.default_rng(47)
BF16, FP32 = np.dtype(ml_dtypes.bfloat16), np.dtype(np.float32)


def normal(*shape: int, dtype: np.dtype = BF16) -> np.ndarray:
    return RNG.standard_normal(shape).astype(dtype)


CASES = {
    "attention": (attention, {"qT": normal(2, 6, 9), "kT": normal(1, 6, 70),
                              "v": normal(1, 70, 5)}, {}),
    "attention_causal_turned": (attention, {"q": normal(2, 10, 7), "k": normal(2, 10, 7),
                                            "v": normal(2, 10, 8)}, {"causal": True}),
    "attention_fp32": (attention, {"qT": normal(1, 5, 6, dtype=FP32),
                                   "kT": normal(1, 5, 6, dtype=FP32),
                                   "v": normal(1, 6, 4, dtype=FP32)}, {"causal": True}),
    "embedding": (embedding, {"table": normal(20, 30),
                              "tokens": RNG.integers(0, 20, 13).astype(np.int32)}, {}),
    "embedding_outside": (embedding, {"table": normal(20, 30),
                                      "tokens": RNG.integers(-9, 29, 13).astype(np.int32)},
                          {"outside": "zero"}),
    "selective_scan": (selective_scan, {
        "u": normal(1, 5, 70), "delta": np.abs(normal(1, 5, 70)), "gate": normal(1, 5, 70),
        "a": -np.abs(normal(5, 2, dtype=FP32)), "b": normal(1, 2, 70), "c": normal(1, 2, 70),
        "skip": normal(5), "delta_bias": normal(5)}, {"softplus": True}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_layer_equals_golden(device, name):
    kernel, arrays, options = CASES[name]
    specs = {key: nki.TensorArg(value.shape, value.dtype) for key, value in arrays.items()}
    program = nki.compile(kernel, "tiny", specs | options)
    results = []
    for target in ("verilator", "golden"):
        model = device(target, "tiny").load(program)
        results.append(model.run(arrays).outputs["out"])
        model.unload()
    assert results[0].tobytes() == results[1].tobytes()


@pytest.mark.parametrize(("causal", "share"), [(False, 0.9), (True, 0.8)], ids=["all", "causal"])
def test_attention_keeps_the_tensor_engine_busy(device, causal, share):
    work = attention_work(get_config("default"), heads=4, s=128, d=64, causal=causal)
    model = device("verilator", "default").load(work.program)
    result = model.run(work.inputs)
    model.unload()
    assert result.cycles
    busy = {name: result.counters[name] / result.cycles
            for name in ("tensor_busy", "tensor_moving")}  # fmt: skip
    print(f"{result.cycles} cycles, {busy}")
    assert busy["tensor_moving"] >= share
    given = {name: value.astype(np.float32) for name, value in work.inputs.items()}
    exact = attention_reference(given["qT"].swapaxes(1, 2), given["kT"].swapaxes(1, 2), given["v"],
                                causal=causal)  # fmt: skip
    apart = np.abs(result.outputs["out"].astype(np.float32) - exact)
    assert apart.max() <= 1e-2 * np.abs(exact).max()


def test_plain_order_is_nearly_as_fast_as_a_pipeline(device, monkeypatch):
    def plain(tiles, *stages):
        for state in tiles:
            for stage in stages:
                state = stage(state)

    cycles = []
    for _ in range(2):
        work = attention_work(get_config("default"), heads=2, s=96, d=64)
        model = device("verilator", "default").load(work.program)
        result = model.run(work.inputs)
        model.unload()
        cycles.append(result.cycles)
        monkeypatch.setattr(attention_module, "pipelined", plain)
    print(f"{cycles[0]} cycles as a pipeline, {cycles[1]} in plain order")
    assert cycles[1] <= 1.05 * cycles[0]


@pytest.mark.slow
def test_the_recipe_of_the_tutorial_is_as_fast_as_the_library():
    result = measure(recipe(get_config("default"), m=512, k=512, n=512), "verilator")
    assert result.bit_exact
    library = baselines.load(baselines.BASELINES)["default"]["matmul_512"]
    assert result.cycles
    print(f"{result.cycles} cycles, the library takes {library}")
    assert result.cycles <= 1.03 * library
