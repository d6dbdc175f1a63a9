"""A matmul as hardware loops, on golden: what the unrolled one gives, bit for bit, from programs
whose size does not grow."""

from __future__ import annotations

import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.bench.kernels import operand
from tinyneuron.kernels import looped_matmul, matmul
from tinyneuron.program.program import Program
from tinyneuron_hw.config import CoreConfig, get_config

SEED = 31
TINY = get_config("tiny")
CONFIGS = {
    "tiny": TINY,
    "no_gpsimd": TINY.with_changes(name="v1", has_gpsimd=False, dma_engines=4),
    "one_queue": TINY.with_changes(name="q1", dma_engines=1),
    "wide": TINY.with_changes(name="w", columns=8),
    "little_memory": TINY.with_changes(name="less", sbuf_partition_bytes=1024),
}
SIZES = {
    "one_pass": (16, 4, 8),
    "one_element": (1, 1, 1),
    "whole_tiles": (64, 32, 128),
    "two_sets": (32, 16, 64),
    "edges_everywhere": (37, 41, 70),
    "three_tiles_of_k": (5, 12, 65),
    "long_k": (4, 91, 3),
}


def length(program: Program) -> int:
    """Instructions of all streams."""
    return sum(map(len, program.streams.values()))


def compare(run_golden, config: CoreConfig, sizes: tuple[int, int, int], dtype: str, **how):
    looped = looped_matmul.build(config, *sizes, dtype, **how)
    unrolled = matmul.build(config, *sizes, dtype, **how)
    rng = np.random.default_rng([SEED, *sizes])
    inputs = {spec.name: operand(rng, spec.shape, dtype) for spec in looped.of_kind("input")}
    found = [run_golden(looped, inputs, seed=seed, runs=2)["out"] for seed in range(2)]
    expected = run_golden(unrolled, inputs)["out"]
    for item in found:
        assert item.dtype == expected.dtype
        assert item.tobytes() == expected.tobytes()


@pytest.mark.parametrize("name", SIZES)
def test_equals_the_unrolled_one(run_golden, name):
    compare(run_golden, TINY, SIZES[name], "bf16")


@pytest.mark.parametrize("config", CONFIGS)
def test_on_other_configurations(run_golden, config):
    compare(run_golden, CONFIGS[config], (37, 21, 70), "bf16")


@pytest.mark.parametrize("dtype", ["fp32", "tf32", "fp16", "fp8_e4m3"])
def test_of_every_type(run_golden, dtype):
    compare(run_golden, TINY, (20, 24, 66), dtype, relu=True, out_dtype="fp32")


def test_the_program_is_as_long_whatever_the_sizes():
    lengths = {length(looped_matmul.build("tiny", 32 * n, 64 * n, 64 * n)) for n in (2, 3)}
    assert len(lengths) == 1


@pytest.mark.parametrize(
    ("config", "size", "share"), [("default", 512, 20), ("small", 512, 20), ("tiny", 128, 5)]
)
def test_it_is_a_small_part_of_the_other_one(config, size, share):
    """The other one's streams have loops where they pay: on tiny, whose fetch is slow."""
    looped = length(looped_matmul.build(config, size, size, size))
    assert share * looped <= length(matmul.build(config, size, size, size))


@pytest.mark.parametrize(
    ("shapes", "dtype", "message"),
    [
        (((4, 8), (5, 8)), "bf16", r"must be \[K, M\] and \[K, N\], not"),
        (((4, 8), (4, 2, 8)), "bf16", r"must be \[K, M\] and \[K, N\], not"),
        (((4, 8), (4, 8)), "int8", "must be floats that are multiplied together, not"),
    ],
)
def test_what_does_not_go_together(shapes, dtype, message):
    specs = {
        name: nki.TensorArg(shape, dtype)
        for name, shape in zip(("lhsT", "rhs"), shapes, strict=True)
    }
    with pytest.raises(nki.KernelError, match=message):
        nki.compile(looped_matmul.looped_matmul, "tiny", specs)
