import gc

import pytest
import softfloatpy as sf

from tinyneuron_hw.float.add import FpAdd

from .vectors import assert_same, canonical, f32, random_pairs, run_binary, special_pairs


def reference(a: int, b: int) -> int:
    return canonical(sf.f32_add(f32(a), f32(b)))


@pytest.mark.parametrize("latency", [1, 2, 3])
def test_special_pairs(latency):
    pairs = special_pairs()
    assert_same(pairs, run_binary(FpAdd(latency), pairs), [reference(*pair) for pair in pairs])


def test_random_pairs():
    pairs = random_pairs(seed=11, count=8_000)
    assert_same(pairs, run_binary(FpAdd(1), pairs), [reference(*pair) for pair in pairs])


def test_opposite_values_give_positive_zero():
    pairs = [(0x3F80_0000, 0xBF80_0000), (0, 0x8000_0000), (0x8000_0000, 0x8000_0000)]
    assert run_binary(FpAdd(), pairs) == [0, 0, 0x8000_0000]


@pytest.mark.filterwarnings("ignore::amaranth.hdl.UnusedElaboratable")
@pytest.mark.parametrize("latency", [0, 4])
def test_rejects_other_latencies(latency):
    with pytest.raises(ValueError, match=f"latency must be 1, 2 or 3, not {latency}"):
        FpAdd(latency)
    gc.collect()
