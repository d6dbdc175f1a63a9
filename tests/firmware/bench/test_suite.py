"""The list of benchmarks, and what surrounds its measurements."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from tinyneuron.bench import kernels
from tinyneuron.bench.check import bench_all
from tinyneuron.bench.peers import PEERS
from tinyneuron.bench.report import measure, report
from tinyneuron.bench.suite import BENCHMARKS, TENSOR, select
from tinyneuron.bench.tables import print_peers
from tinyneuron.runtime.errors import TinyneuronError
from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import DType, get_dtype
from tinyneuron_hw.isa.matmul import MACS_PER_PE, MATMUL_DTYPES
from tinyneuron_hw.isa.opcodes import Opcode

from .test_baselines import RESULT

CONTRACTED = {"name", "config", "target", "cycles", "macs", "utilization", "max_abs_error",
              "bit_exact", "sim_khz", "wall_s"}  # fmt: skip


def test_benchmarks_are_unique_and_include_what_others_publish():
    for items in (BENCHMARKS, TENSOR):
        assert len({item.key for item in items}) == len(items)
    keys = [item.key for item in (*BENCHMARKS, *TENSOR)]
    assert {"matmul_512/default", "matmul_512/small", "conv2d_3x3_56_64to64/default"} <= set(keys)
    assert {peer.benchmark for peer in PEERS} <= set(keys)


@pytest.mark.parametrize(
    "item",
    [*BENCHMARKS, *(pytest.param(item, marks=pytest.mark.slow) for item in TENSOR[1:])],
    ids=lambda item: item.key,
)  # fmt: skip
def test_every_benchmark_compiles(item):
    work = item.work()
    assert work.name == item.name
    assert work.program.config.name == item.config
    assert work.macs > 0 or item.kernel in ("embedding", "scan")
    assert set(work.inputs) == {spec.name for spec in work.program.of_kind("input")}


def test_a_product_can_be_loops():
    sizes: dict[str, Any] = {"m": 16, "k": 8, "n": 16}
    loops = kernels.matmul(get_config("tiny"), **sizes, loops=True)
    assert loops.macs == kernels.matmul(get_config("tiny"), **sizes).macs
    assert any(code[0] == Opcode.LOOP.value for codes in loops.program.streams.values()
               for code in codes)  # fmt: skip
    ways: list[dict[str, Any]] = [{"batch": 2}, {"layout": "nn"}]
    for how in ways:
        with pytest.raises(TinyneuronError, match="one product in layout tn"):
            kernels.matmul(get_config("tiny"), **sizes, loops=True, **how)


def test_names_select_by_kernel_or_by_configuration():
    assert [item.key for item in select(["matmul_64"])] == ["matmul_64/default", "matmul_64/tiny"]
    assert [item.key for item in select(["matmul_64/tiny"])] == ["matmul_64/tiny"]
    assert select([]) == list(BENCHMARKS)
    with pytest.raises(TinyneuronError, match="unknown benchmark 'matmul_63'; known: matmul_512/"):
        select(["matmul_64", "matmul_63"])


def test_macs_of_a_convolution_count_what_is_useful():
    work = kernels.conv2d(get_config("tiny"), h=5, w=6, cin=4, cout=6, kernel=3, pad=1, groups=2)
    assert work.macs == 5 * 6 * 6 * 2 * 9
    result = measure(work, "golden")
    assert result.bit_exact
    assert result.max_abs_error < 0.1


def test_all_gives_one_object_for_each_benchmark(capsys):
    results = bench_all("golden", ["conv2d_1x1_7_32to16"], quiet=False)
    assert "conv2d_1x1_7_32to16" in capsys.readouterr().out
    (item,) = json.loads(json.dumps([result.to_json() for result in results]))
    assert set(item) >= CONTRACTED
    assert item["macs"] == 7 * 7 * 32 * 16
    assert item["bit_exact"]


def test_peers_stand_beside_the_benchmark_they_are_figures_of(capsys):
    ours = replace(RESULT, name="matmul_512", config="default", cycles=527_437, utilization=0.994)
    print_peers(Console(width=120), [ours, RESULT])
    text = capsys.readouterr().out
    for piece in ("527,437", "99.4%", "SCALE-Sim 3", "571,391", "91.8%", "613,985", "85.4%"):
        assert piece in text
    print_peers(Console(width=120), [RESULT])
    assert capsys.readouterr().out == ""


def test_the_measured_utilizations_of_peers_follow_from_their_cycles():
    macs = {"matmul_512": 512**3, "_conv1_": 112 * 112 * 64 * 147, "_conv2_": 56 * 56 * 64 * 64,
            "_conv3_": 28 * 28 * 128 * 9 * 128, "_conv4_": 14 * 14 * 256 * 1024,
            "_conv5_": 7 * 7 * 512 * 2048}  # fmt: skip
    for peer in PEERS:
        (useful,) = (count for layer, count in macs.items() if layer in peer.benchmark)
        if peer.cycles is not None:
            assert peer.utilization == pytest.approx(useful / (256 * peer.cycles), abs=0.001)


def test_the_tensor_engine_is_measured_in_every_type():
    types = {item.parameters.get("dtype", "bf16") for item in TENSOR}
    multiplied = {dtype for kind in MACS_PER_PE for dtype in MATMUL_DTYPES[kind]}
    assert {get_dtype(name) for name in types} >= multiplied - {DType.UINT8}


def test_utilization_counts_what_a_type_could_do():
    for dtype, rate in (("bf16", 1), ("int8", 2), ("fp32", 0.25)):
        work = kernels.matmul(get_config("tiny"), m=4, k=4, n=4, dtype=dtype)
        run = SimpleNamespace(cycles=100, outputs={"out": np.zeros((4, 4))}, sim_khz=1.0,
                              wall_s=1.0, counters={})  # fmt: skip
        assert report(work, "verilator", run).utilization == 64 / (16 * rate * 100)


def test_operands_repeat():
    config = get_config("tiny")
    first, second = (kernels.matmul(config, m=3, k=4, n=5) for _ in range(2))
    for name, array in first.inputs.items():
        np.testing.assert_array_equal(array, second.inputs[name])
