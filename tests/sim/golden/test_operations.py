"""Golden's operations of a lane: exact arithmetic and IEEE's rules as references."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from tinyneuron_hw.formats import CANONICAL_NAN, FORMATS, DType
from tinyneuron_hw.isa.opcodes import RAW_OPS, UNARY_OPS, AluOp, Opcode, OperandKind, Stream
from tinyneuron_sim.golden.numerics import RAW_TYPES, quiet
from tinyneuron_sim.golden.operations import ALU, RAW_ALU, mod, rsqrt

from .programs import TINY, Script, on_chip

VALUES = np.array([0.0, -0.0, 1.0, -1.0, 0.5, 3.0, -2.5, 1e-41, -1e-41, 3e38, np.inf, -np.inf,
                   np.nan], np.float32)  # fmt: skip
PAIRS = [(a, b) for a in VALUES for b in VALUES]


@pytest.fixture(autouse=True)
def _quiet():
    with quiet():
        yield


def apply(op: AluOp, a: float, b: float) -> float:
    (result,) = ALU[op](np.array([a], np.float32), np.array([b], np.float32))
    return float(result)


def test_every_operation_is_there():
    assert {*ALU, *RAW_ALU} == set(AluOp)
    assert set(ALU) & set(RAW_ALU) == {AluOp.BYPASS}


@pytest.mark.parametrize("op", [op for op in ALU if op is not AluOp.BYPASS])
def test_every_nan_is_canonical(op):
    a, b = (np.array(side, np.float32) for side in zip(*PAIRS, strict=True))
    bits = np.ascontiguousarray(ALU[op](a, b)).view(np.uint32)
    assert set(bits[np.isnan(bits.view(np.float32))]) <= {CANONICAL_NAN}
    assert bits.shape == a.shape


COMPARISONS = {
    AluOp.EQUAL: lambda a, b: a == b, AluOp.NOT_EQUAL: lambda a, b: a != b,
    AluOp.GREATER: lambda a, b: a > b, AluOp.GREATER_EQUAL: lambda a, b: a >= b,
    AluOp.LESS: lambda a, b: a < b, AluOp.LESS_EQUAL: lambda a, b: a <= b,
    AluOp.LOGICAL_AND: lambda a, b: bool(a) and bool(b),
    AluOp.LOGICAL_OR: lambda a, b: bool(a) or bool(b),
    AluOp.LOGICAL_XOR: lambda a, b: bool(a) != bool(b), AluOp.LOGICAL_NOT: lambda a, b: not a,
}  # fmt: skip


@pytest.mark.parametrize("op", COMPARISONS)
def test_comparisons_give_one_or_zero_as_python_does(op):
    for a, b in PAIRS:
        assert apply(op, a, b) == COMPARISONS[op](float(a), float(b)), (a, b)


def test_absolute_values_and_relu():
    assert apply(AluOp.ABS_MAX, -3.0, 2.0) == 3.0
    assert apply(AluOp.ABS_MIN, -3.0, -2.0) == 2.0
    assert math.copysign(1, apply(AluOp.ABS, -0.0, 1.0)) == 1
    assert math.copysign(1, apply(AluOp.RELU, -0.0, 1.0)) == 1
    assert [apply(AluOp.RELU, x, -9.0) for x in (-2.0, 2.0)] == [0.0, 2.0]
    assert apply(AluOp.SQUARE, -3.0, 7.0) == 9.0


def test_mod_is_the_exact_remainder_on_the_side_of_the_divisor():
    rng = np.random.default_rng(31)
    a = (rng.standard_normal(4000) * np.exp2(rng.integers(-100, 100, 4000))).astype(np.float32)
    b = (rng.standard_normal(4000) * np.exp2(rng.integers(-100, 100, 4000))).astype(np.float32)
    for x, y, got in zip(a.tolist(), b.tolist(), mod(a, b).tolist(), strict=True):
        exact = Fraction(x) % Fraction(y)
        if abs(x) >= abs(y) or (x < 0) == (y < 0):
            assert Fraction(got) == exact, (x, y)
        else:
            assert got == np.float32(x) + np.float32(y), (x, y)
        assert math.copysign(1, got) == math.copysign(1, y) or not got


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [(5.0, 3.0, 2.0), (-5.0, 3.0, 1.0), (5.0, -3.0, -1.0), (-6.0, 3.0, 0.0), (6.0, -3.0, -0.0),
     (1.0, np.inf, 1.0), (-1.0, np.inf, np.inf), (0.0, -2.0, -0.0), (1.0, 0.0, np.nan),
     (np.inf, 2.0, np.nan), (2.0, np.nan, np.nan)],
)  # fmt: skip
def test_mod_of_special_values(a, b, expected):
    got = apply(AluOp.MOD, a, b)
    assert got == expected or (math.isnan(got) and math.isnan(expected))
    assert math.isnan(got) or math.copysign(1, got) == math.copysign(1, expected)


def test_roots_and_reciprocals_of_special_values():
    assert math.copysign(1, apply(AluOp.SQRT, -0.0, 0)) == -1
    assert [apply(AluOp.RSQRT, x, 0) for x in (0.0, -0.0, np.inf)] == [np.inf, -np.inf, 0.0]
    assert [apply(AluOp.RECIPROCAL, x, 0) for x in (0.0, -0.0, -np.inf)] == [np.inf, -np.inf, 0.0]
    for op in (AluOp.SQRT, AluOp.RSQRT):
        assert math.isnan(apply(op, -1e-45, 0))
    assert apply(AluOp.RECIPROCAL, 3e38, 0) == np.float32(1 / 3e38) != 0


@pytest.mark.slow
@pytest.mark.parametrize("exponent", [126, 127])
def test_the_reciprocal_square_root_of_every_significand_is_correctly_rounded(exponent):
    """Exponents of one parity differ only by a power of two in the result."""
    for part in range(16):
        bits = np.arange(part << 19, (part + 1) << 19, dtype=np.uint32) | np.uint32(exponent << 23)
        values = bits.view(np.float32)
        got = rsqrt(values)
        exact = 1 / np.sqrt(values.astype(np.longdouble))
        wide = got.astype(np.longdouble)
        for limit in (0, np.inf):
            middle = (wide + np.nextafter(got, np.float32(limit))) / 2
            distance = (exact - middle) / np.spacing(got)
            # The long double is off by 2**-39 units of the last place at most.
            assert (distance > 2.0**-36).all() if limit == 0 else (distance < -(2.0**-36)).all()


@pytest.mark.parametrize("dtype", [DType.INT8, DType.UINT16, DType.INT32], ids=["i8", "u16", "i32"])
def test_shifts_move_every_bit_out_at_the_width(dtype):
    bits, raw = FORMATS[dtype].storage_bits, RAW_TYPES[FORMATS[dtype].bytes]
    top = 1 << bits - 1
    value = np.array([top | 5] * 4, raw)
    amount = np.array([1, bits - 1, bits, (1 << bits) - 1], raw)
    ones = (1 << bits) - 1
    assert RAW_ALU[AluOp.SHIFT_LEFT](value, amount).tolist() == [10, top, 0, 0]
    assert RAW_ALU[AluOp.SHIFT_RIGHT](value, amount).tolist() == [(top | 5) >> 1, 1, 0, 0]
    arithmetic = RAW_ALU[AluOp.SHIFT_RIGHT_ARITHMETIC](value, amount).tolist()
    assert arithmetic == [top | (top | 5) >> 1, ones, ones, ones]


@pytest.mark.parametrize("kind", OperandKind)
def test_a_chain_on_bits_casts_nothing(kind):
    dtype, raw = DType.UINT32, np.array([[0x7FC0_0001, 0xFFFF_FFFF, 3]] * 4, np.uint32)
    script = Script(Stream.VECTOR)
    script.load(raw, dtype, 0, 0)
    script.load(np.full((4, 1), 0x0F0F_0F0F, np.uint32), dtype, 0, 64)
    value = 64 if kind is OperandKind.PER_PARTITION else 0x0F0F_0F0F
    script.add(Opcode.TENSOR_SCALAR, op0=AluOp.BITWISE_AND, op1=AluOp.SHIFT_LEFT, reverse1=1,
               in0=on_chip(0, 4, 0, [(1, 3)], dtype), dst=on_chip(0, 4, 512, [(1, 3)], dtype),
               operand0={"kind": kind, "dtype": dtype.value, "value": value},
               operand1={"value": 1})  # fmt: skip
    script.store(0, 4, 512, 3, dtype)
    (got,) = script.run()
    masked = [x & 0x0F0F_0F0F for x in raw[0].tolist()]
    assert got[0].tolist() == [1 << x if x < 32 else 0 for x in masked]


def test_an_operation_of_one_operand_does_not_read_the_other():
    script = Script(Stream.VECTOR)
    script.load(np.full((4, 1), 0x4080_0000, np.uint32), DType.FP32, 0, 0)
    nothing = {"kind": OperandKind.PER_PARTITION, "dtype": DType.FP32.value, "value": 2048}
    for op in UNARY_OPS:
        if op not in RAW_OPS:
            script.add(Opcode.TENSOR_SCALAR, op0=op, reverse0=1, in0=on_chip(0, 4, 0, [(1, 1)]),
                       dst=on_chip(0, 4, 512 + 4 * op.value, [(1, 1)]), operand0=nothing,
                       operand1={"value": 0})  # fmt: skip
    for op in (AluOp.SQRT, AluOp.LOGICAL_NOT):
        script.store(0, 4, 512 + 4 * op.value, 1, DType.FP32)
    root, negated = (result.view(np.float32)[0, 0] for result in script.run())
    assert (root, negated) == (2.0, 0.0)
    assert TINY.sbuf_partition_bytes > 2048
