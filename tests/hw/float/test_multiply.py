import gc

import pytest
import softfloatpy as sf

from tinyneuron_hw.float.multiply import FpMultiply

from .vectors import assert_same, canonical, f32, random_pairs, run_binary, special_pairs


def reference(a: int, b: int) -> int:
    return canonical(sf.f32_mul(f32(a), f32(b)))


@pytest.mark.parametrize("latency", [1, 2, 3])
def test_special_pairs(latency):
    pairs = special_pairs()
    assert_same(pairs, run_binary(FpMultiply(latency), pairs), [reference(*pair) for pair in pairs])


def test_random_pairs():
    pairs = random_pairs(seed=12, count=8_000)
    assert_same(pairs, run_binary(FpMultiply(1), pairs), [reference(*pair) for pair in pairs])


@pytest.mark.filterwarnings("ignore::amaranth.hdl.UnusedElaboratable")
@pytest.mark.parametrize("latency", [0, 4])
def test_rejects_other_latencies(latency):
    with pytest.raises(ValueError, match=f"latency must be 1, 2 or 3, not {latency}"):
        FpMultiply(latency)
    gc.collect()
