"""Add, multiply, divide, square root and casts among FP32, FP16 and BF16 are correctly rounded:
golden equals Berkeley SoftFloat on corners like TestFloat's and on random numbers.

FP16 and BF16 compute through FP32. Its 24 bits are enough (twice the 11 of FP16, and 2) for the
second rounding to change nothing, so SoftFloat's operations on FP16, with one rounding, give the
same; it has none on BF16.
"""

from __future__ import annotations

import numpy as np
import pytest

from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.opcodes import AluOp
from tinyneuron_sim.golden.numerics import from_float32, quiet, to_float32
from tinyneuron_sim.golden.operations import ALU

from ...softfloat import DTYPES, corners, random_bits, softfloat

OPERATIONS = {"add": AluOp.ADD, "sub": AluOp.SUBTRACT, "mul": AluOp.MULTIPLY,
              "div": AluOp.DIVIDE, "sqrt": AluOp.SQRT}  # fmt: skip
CASTS = [("f32", "f16"), ("f32", "bf16"), ("f16", "f32"), ("bf16", "f32")]
CHUNK = 500_000
EACH_OPERATION = pytest.mark.parametrize("name", OPERATIONS)
EACH_TYPE = pytest.mark.parametrize("kind", ["f32", "f16", "bf16"])
EACH_CAST = pytest.mark.parametrize(("source", "target"), CASTS)


def same_operation(kind: str, name: str, a: np.ndarray, b: np.ndarray) -> None:
    dtype = DTYPES[kind]
    with quiet():
        values = ALU[OPERATIONS[name]](to_float32(a, dtype), to_float32(b, dtype))
        got = from_float32(values, dtype)
    operands = (a,) if name == "sqrt" else (a, b)
    if kind == "bf16":  # SoftFloat has no arithmetic on it
        wide = softfloat(f"f32_{name}", *(softfloat("bf16_to_f32", o) for o in operands))
        expected = softfloat("f32_to_bf16", wide)
    else:
        expected = softfloat(f"{kind}_{name}", *operands)
    np.testing.assert_array_equal(got, expected)


def same_cast(source: str, target: str, raw: np.ndarray) -> None:
    with quiet():
        got = from_float32(to_float32(raw, DTYPES[source]), DTYPES[target])
    np.testing.assert_array_equal(got, softfloat(f"{source}_to_{target}", raw))


def random_operation(kind: str, name: str, seed: int, count: int) -> None:
    rng, dtype = np.random.default_rng([seed, *name.encode()]), DTYPES[kind]
    for _ in range(count // CHUNK):
        a, b = random_bits(rng, dtype, CHUNK), random_bits(rng, dtype, CHUNK)
        # In a quarter of them most of the sum cancels.
        close = a ^ a.dtype.type(1 << 8 * a.dtype.itemsize - 1 | int(rng.integers(8)))
        same_operation(kind, name, a, np.where(rng.random(CHUNK) < 0.25, close, b))


@EACH_TYPE
@EACH_OPERATION
def test_all_pairs_of_corners(kind, name):
    a, b = (grid.reshape(-1) for grid in np.meshgrid(corners(DTYPES[kind]), corners(DTYPES[kind])))
    assert len(a) > 30_000
    same_operation(kind, name, a, b)


@EACH_CAST
def test_casts_of_corners_and_of_everything_in_sixteen_bits(source, target):
    raw = corners(DTYPES[source])
    if source != "f32":
        raw = np.arange(1 << 16, dtype=np.uint16)
    same_cast(source, target, raw)
    if source == "f32":  # next to every number of the target and to every midpoint
        exact = softfloat(f"{target}_to_f32", np.arange(1 << 16, dtype=np.uint16))
        half = np.uint32(1 << (12 if target == "f16" else 15))
        for near in (-1, 0, 1):
            same_cast(source, target, (exact + half + np.uint32(near & 0xFFFF_FFFF)))


@EACH_TYPE
@EACH_OPERATION
def test_half_a_million_random_pairs(kind, name):
    random_operation(kind, name, 51, CHUNK)


@EACH_CAST
def test_a_million_random_casts(source, target):
    same_cast(source, target, random_bits(np.random.default_rng(52), DTYPES[source], 1_000_000))


@pytest.mark.slow
@EACH_TYPE
@EACH_OPERATION
def test_ten_million_random_pairs(kind, name):
    random_operation(kind, name, 53, 10_000_000)


@pytest.mark.slow
@EACH_CAST
def test_ten_million_random_casts(source, target):
    for seed in range(20):
        rng = np.random.default_rng([54, seed])
        same_cast(source, target, random_bits(rng, DTYPES[source], CHUNK))


def test_the_reference_is_not_the_processor():
    """The loops call the functions that they are given."""
    raw = np.array([0x7F80_0001, 0x3F80_0000], np.uint32)
    assert softfloat("f32_add", raw, raw).tolist() == [0x7FC0_0000, 0x4000_0000]
    assert softfloat("f16_div", *(np.array([x], np.uint16) for x in (0x3C00, 0x4200))) == [0x3555]
    assert corners(DType.FP16).dtype == np.uint16
