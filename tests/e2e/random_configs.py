"""Configurations and programs drawn at random; everything follows from one seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tinyneuron import nki
from tinyneuron.kernels import conv2d, matmul
from tinyneuron.lower.ir import LoweringError
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.program.program import Program
from tinyneuron.runtime.dtypes import numpy_dtype
from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import get_dtype

__all__ = ["DOES_NOT_FIT", "Drawn", "draw_config", "draw_programs"]

DOES_NOT_FIT = (nki.KernelError, LoweringError)
"""What a kernel may raise on a configuration whose memories are too small for it."""

_TRIES = 60


@dataclass(frozen=True)
class Drawn:
    """A program and its inputs."""

    name: str
    program: Program
    inputs: dict[str, np.ndarray]


def draw_config(seed: int, *, sides: tuple[int, ...] = (4, 4, 4, 8, 8, 16)) -> CoreConfig:
    """A valid configuration, ``partitions`` and ``columns`` of ``sides``."""
    rng = random.Random(f"config {seed}")
    return CoreConfig(
        name=f"random{seed}",
        partitions=rng.choice(sides),
        columns=rng.choice(sides),
        # Mostly not a power of two, and down to memories that hold very little.
        sbuf_partition_bytes=128 * rng.choice([2, 3, 4, 5, 6, 7, 8, 11, 12, 17, 24, 33, 64, 100]),
        psum_bank_bytes=rng.choice([64, 64, 128, 256, 512]),
        pe_latency=rng.randint(1, 3),
        dma_engines=rng.choice([1, 2, 2, 3, 4, 5, 16]),
        device_memory_bytes=4096 * rng.choice([1024, 4099, 65536]),
        memory=rng.choice(["hbm", "ddr4", "fixed"]),
        ecc=rng.choice([False, True]),
        memory_latency=rng.choice([1, 2, 3, rng.randint(4, 50), rng.randint(51, 200)]),
        fetch_buffer=rng.choice([4, 8, 16, 64]),
        queue_depth=rng.randint(1, 6),
        dma_buffer_beats=rng.choice([16, 16, 32, 128]),
        has_gpsimd=rng.random() < 0.7,
    )


def draw_programs(config: CoreConfig, seed: int, most_instructions: int) -> list[Drawn]:
    """Two matmuls, two convolutions, and one program of lane operations and transfers, small enough
    for the memories of ``config``; each of at most ``most_instructions``."""
    rng = random.Random(f"programs {seed}")
    draws = (_matmul, _conv2d, _matmul, _conv2d, _lanes)
    return [_until_it_fits(draw, config, rng, most_instructions) for draw in draws]


_Draw = Callable[[CoreConfig, random.Random, float], Drawn]
"""Draws a program; the last argument, at most 1, scales its sizes."""


def _until_it_fits(
    draw: _Draw, config: CoreConfig, rng: random.Random, most_instructions: int
) -> Drawn:
    problem: Exception | None = None
    for attempt in range(_TRIES):
        try:
            drawn = draw(config, rng, 1 - attempt / _TRIES)  # smaller and smaller
        except DOES_NOT_FIT as error:
            problem = error
        else:
            if sum(map(len, drawn.program.streams.values())) <= most_instructions:
                return drawn
    raise AssertionError(f"{config}: nothing fits: {problem}")


def _size(rng: random.Random, scale: float, most: int) -> int:
    return rng.randint(1, max(1, round(scale * most)))


def _floats(rng: random.Random, dtype: str, *shape: int) -> np.ndarray:
    numpy_rng = np.random.default_rng(rng.getrandbits(32))
    return numpy_rng.standard_normal(shape).astype(numpy_dtype(get_dtype(dtype)))


def _matmul(config: CoreConfig, rng: random.Random, scale: float) -> Drawn:
    m = _size(rng, scale, 3 * config.columns)
    k = _size(rng, scale, 3 * config.partitions)
    n = _size(rng, scale, min(40, config.psum_bank_words + 9))
    dtype = rng.choice(["bf16", "fp16"])
    how = {"bias": rng.random() < 0.5, "relu": rng.random() < 0.5}
    program = matmul.build(config, m=m, k=k, n=n, dtype=dtype, **how)
    inputs = {"lhsT": _floats(rng, dtype, k, m), "rhs": _floats(rng, dtype, k, n)}
    if how["bias"]:
        inputs["bias"] = _floats(rng, "fp32", m)
    return Drawn(f"matmul {m} x {k} x {n} {dtype} {how}", program, inputs)


def _conv2d(config: CoreConfig, rng: random.Random, scale: float) -> Drawn:
    groups = rng.choice([1, 1, 1, 2, 3])
    size, dilation = rng.choice([1, 2, 3, 3]), rng.choice([1, 1, 2])
    reach = dilation * (size - 1) + 1
    pad = rng.randint(0, 2)
    least = max(1, reach - 2 * pad)
    shape = {
        "n": rng.randint(1, 2), "h": least + _size(rng, scale, 8) - 1,
        "w": least + _size(rng, scale, 8) - 1,
        "cin": groups * _size(rng, scale, config.partitions + 3),
        "cout": groups * _size(rng, scale, config.columns + 3), "kernel": size,
        "stride": rng.choice([1, 1, 2]), "pad": pad, "dilation": dilation, "groups": groups,
    }  # fmt: skip
    program = conv2d.build(config, **shape, dtype="bf16")
    image = _floats(rng, "bf16", shape["n"], shape["cin"], shape["h"], shape["w"])
    weights = _floats(rng, "bf16", shape["cin"] // groups, size, size, shape["cout"])
    return Drawn(f"conv2d {shape}", program, {"image": image, "weights": weights})


def _lanes_kernel(x: nl.Tensor, y: nl.Tensor, middle: str, result: str, step: int) -> nl.Tensor:
    """Casting and strided transfers, Vector and Scalar in SBUF and PSUM."""
    rows, size = x.shape
    wide = nl.ndarray((rows, step * size), middle)
    nisa.memset(wide, 1.0)
    nisa.dma_copy(wide[:, ::step], x)
    other = nl.ndarray(y.shape, y.dtype)
    nisa.dma_copy(other, y)
    total = nl.ndarray((rows, size), "fp32", buffer=nl.psum)
    nisa.tensor_tensor(total, wide[:, ::step], other, nl.multiply)
    least = nl.ndarray((rows, 1), "fp32")
    nisa.tensor_reduce(least, nl.add, total, 1)
    done = nl.ndarray((rows, size), result)
    nisa.activation(done, nl.relu, total, bias=least, scale=-1.5)
    moved = nl.ndarray((rows, size), result)
    nisa.tensor_scalar(moved, done, nl.add, least, False, nl.maximum, 0.5)
    out = nl.ndarray((rows, size), "fp32", buffer=nl.shared_hbm, name="out")
    nisa.dma_copy(out, moved)
    return out


def _lanes(config: CoreConfig, rng: random.Random, scale: float) -> Drawn:
    rows = rng.randint(1, min(config.partitions, config.columns))
    size = _size(rng, scale, min(60, config.psum_bank_words))
    kinds = [rng.choice(["fp32", "bf16", "fp16", "int32"]) for _ in range(4)]
    step = rng.randint(1, 3)
    inputs = {"x": 9 * _floats(rng, "fp32", rows, size), "y": 9 * _floats(rng, "fp32", rows, size)}
    inputs = {
        name: array.astype(numpy_dtype(get_dtype(kind)))
        for (name, array), kind in zip(inputs.items(), kinds, strict=False)
    }
    specs = {name: nki.TensorArg(array.shape, array.dtype) for name, array in inputs.items()}
    options = {"middle": kinds[2], "result": kinds[3], "step": step}
    program = nki.compile(_lanes_kernel, config, {**specs, **options})
    return Drawn(f"lanes [{rows}, {size}] {kinds} step {step}", program, inputs)
