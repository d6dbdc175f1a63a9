"""What fetching costs, measured."""

from __future__ import annotations

import pytest

from tinyneuron.bench import fetch
from tinyneuron.bench.fetch import Fetch, bench_fetch, immediate
from tinyneuron.bench.suite import Benchmark
from tinyneuron.runtime.errors import TinyneuronError
from tinyneuron_hw.config import get_config

from ...every_option import EVERY_OPTION

MATMUL = Benchmark("matmul_8", EVERY_OPTION, "matmul", {"m": 8, "k": 8, "n": 8, "dtype": "bf16"})


def test_both_runs_are_of_the_same_program(monkeypatch):
    monkeypatch.setattr(fetch, "select", lambda _names: [MATMUL])
    monkeypatch.setattr(fetch, "immediate", lambda config, _size: config)
    (result,) = bench_fetch("verilator", ["matmul_8"])
    assert result.same
    assert result.instructions > 10
    # The same machine, but a fetch does not meet transfers: near each other, and not equal by
    # being one run.
    assert 0 < abs(result.cost) < 0.5


def test_the_cost_is_what_fetching_adds():
    result = Fetch("a", "tiny", instructions=1, cycles=102, cycles_at_once=100, same=True)
    assert result.to_json()["cost"] == pytest.approx(0.02)


def test_code_is_there_at_once_and_fits():
    config = immediate(get_config("default"), 5000)
    assert (config.memory_latency, config.host_memory_bytes) == (1, 8192)
    assert get_config(config.name).memory == get_config("default").memory


def test_errors_say_what_is_wrong():
    with pytest.raises(TinyneuronError, match="'golden' has no clock"):
        bench_fetch("golden", [])
    with pytest.raises(TinyneuronError, match="matmul_64/tiny has memory 'fixed'"):
        bench_fetch("verilator", ["matmul_64/tiny"])
    with pytest.raises(TinyneuronError, match="unknown benchmark 'none'"):
        bench_fetch("verilator", ["none"])
