"""Vector and Scalar opcodes against plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from tinyneuron_hw.formats import CANONICAL_NAN, FORMATS, DType
from tinyneuron_hw.isa.opcodes import (
    ActivationFunction,
    AluOp,
    Opcode,
    OperandKind,
    Space,
    Stream,
)
from tinyneuron_sim.golden.numerics import RAW_TYPES, from_float32, quiet, to_float32

from .programs import BF16, FP16, FP32, TINY, Script, as_floats, floats, on_chip

LINE = [(1, 24)]


@pytest.fixture(autouse=True)
def _quiet():
    with quiet():
        yield


def _raw(rng: np.random.Generator, dtype: DType, shape: tuple[int, int] = (4, 24)) -> np.ndarray:
    """Ordinary values mixed with arbitrary patterns."""
    size = FORMATS[dtype].bytes
    anything = rng.integers(0, 1 << 8 * size, shape, dtype=np.uint64).astype(RAW_TYPES[size])
    ordinary = from_float32((rng.standard_normal(shape) * 100).astype(np.float32), dtype)
    return np.where(rng.random(shape) < 0.3, anything, ordinary)


def _nan_canonical(values: np.ndarray) -> np.ndarray:
    bits = values.astype(np.float32).view(np.uint32)
    return np.where(np.isnan(values), np.uint32(CANONICAL_NAN), bits).view(np.float32)


NUMPY_OPS = {
    AluOp.BYPASS: lambda a, b: a,
    AluOp.ADD: lambda a, b: a + b,
    AluOp.SUBTRACT: lambda a, b: a - b,
    AluOp.MULTIPLY: lambda a, b: a * b,
    # NumPy leaves the sign of the larger zero open; signs are tested in test_numerics.
    AluOp.MAX: lambda a, b: np.maximum(a, b) + np.float32(0),
    AluOp.MIN: lambda a, b: np.minimum(a, b) + np.float32(0),
}


def _same(got: np.ndarray, expected: np.ndarray, dtype: DType) -> None:
    """Equal raw elements; zeros of either sign are equal."""
    np.testing.assert_array_equal(to_float32(got, dtype), to_float32(expected, dtype))
    if FORMATS[dtype].is_float:
        nan = np.isnan(to_float32(got, dtype))
        assert (got[nan] == FORMATS[dtype].canonical_nan).all()


@pytest.mark.parametrize("op", NUMPY_OPS)
@pytest.mark.parametrize("dtype", DType)
def test_tensor_tensor(op, dtype):
    rng = np.random.default_rng(op.value)
    a, b = _raw(rng, dtype), _raw(rng, FP32)
    script = Script(Stream.VECTOR)
    script.load(a, dtype, 0, 0)
    script.load(b, FP32, 0, 256)
    script.add(Opcode.TENSOR_TENSOR, op=op, in0=on_chip(0, 4, 0, LINE, dtype),
               in1=on_chip(0, 4, 256, LINE), dst=on_chip(0, 4, 512, LINE, dtype))  # fmt: skip
    script.store(0, 4, 512, 24, dtype)
    (got,) = script.run()
    expected = NUMPY_OPS[op](to_float32(a, dtype), as_floats(b))
    _same(got, from_float32(_nan_canonical(expected), dtype), dtype)


@pytest.mark.parametrize("reverse", [(0, 0), (1, 0), (0, 1), (1, 1)])
@pytest.mark.parametrize("ops", [(AluOp.SUBTRACT, AluOp.MULTIPLY), (AluOp.MULTIPLY, AluOp.SUBTRACT),
                                 (AluOp.BYPASS, AluOp.ADD), (AluOp.MAX, AluOp.BYPASS)])  # fmt: skip
def test_tensor_scalar(ops, reverse):
    rng = np.random.default_rng(11)
    a, column = _raw(rng, BF16), floats(rng.standard_normal((4, 1)))
    immediate = np.float32(0.7)
    script = Script(Stream.VECTOR)
    script.load(a, BF16, 0, 0)
    script.load(column, FP32, 0, 256)
    script.add(
        Opcode.TENSOR_SCALAR, op0=ops[0], op1=ops[1], reverse0=reverse[0], reverse1=reverse[1],
        in0=on_chip(0, 4, 0, LINE, BF16), dst=on_chip(0, 4, 512, LINE),
        operand0={"kind": OperandKind.PER_PARTITION, "dtype": FP32.value, "value": 256},
        operand1={"kind": OperandKind.IMMEDIATE, "value": int(immediate.view(np.uint32))},
    )  # fmt: skip
    script.store(0, 4, 512, 24, FP32)
    (got,) = script.run()
    value = to_float32(a, BF16)
    for op, flip, operand in zip(ops, reverse, (as_floats(column), immediate), strict=True):
        if op is AluOp.BYPASS:
            continue
        value = NUMPY_OPS[op](operand, value) if flip else NUMPY_OPS[op](value, operand)
    _same(got, from_float32(_nan_canonical(value), FP32), FP32)


@pytest.mark.parametrize("source", DType)
@pytest.mark.parametrize("target", DType)
def test_tensor_copy_casts_through_fp32_or_moves_bits(source, target):
    raw = _raw(np.random.default_rng(12), source)
    script = Script(Stream.VECTOR)
    script.load(raw, source, 0, 0)
    script.add(Opcode.TENSOR_COPY, in0=on_chip(0, 4, 0, LINE, source),
               dst=on_chip(0, 4, 512, LINE, target))  # fmt: skip
    script.store(0, 4, 512, 24, target)
    (got,) = script.run()
    expected = raw if source is target else from_float32(to_float32(raw, source), target)
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("dtype", DType)
def test_tensor_copy_of_equal_types_and_memset_take_every_type(dtype):
    size = FORMATS[dtype].bytes
    script = Script(Stream.VECTOR)
    script.add(Opcode.MEMSET, value=0x8765_43C2, dst=on_chip(0, 4, 0, LINE, dtype))
    script.add(Opcode.TENSOR_COPY, in0=on_chip(0, 4, 0, LINE, dtype),
               dst=on_chip(0, 4, 512, LINE, dtype))  # fmt: skip
    script.store(0, 4, 512, 24, dtype)
    (got,) = script.run()
    assert (got == 0x8765_43C2 & ((1 << 8 * size) - 1)).all()


def _reduce(values: np.ndarray, op: AluOp) -> np.ndarray:
    """[P, outer] of [P, outer, reduced], one element at a time."""
    start = {AluOp.ADD: 0.0, AluOp.MAX: -np.inf, AluOp.MIN: np.inf}[op]
    partials = [np.full(values.shape[:-1], start, np.float32) for _ in range(8)]
    for j in range(values.shape[-1]):
        partials[j % 8] = NUMPY_OPS[op](partials[j % 8], values[..., j])
    p = partials
    do = NUMPY_OPS[op]
    return do(do(do(p[0], p[1]), do(p[2], p[3])), do(do(p[4], p[5]), do(p[6], p[7])))


@pytest.mark.parametrize("op", [AluOp.ADD, AluOp.MAX, AluOp.MIN])
@pytest.mark.parametrize(
    ("depth", "dims"),
    [(1, [(1, 5), (5, 3)]), (1, [(1, 30)]), (2, [(1, 3), (3, 7), (21, 2)]), (4, [(1, 40)])],
)
@pytest.mark.parametrize("negate", [0, 1])
def test_tensor_reduce(op, depth, dims, negate):
    total = int(np.prod([size for _, size in dims]))
    reduced = int(np.prod([size for _, size in dims[:depth]]))
    values = floats(np.random.default_rng(13).standard_normal((4, total)))
    script = Script(Stream.VECTOR)
    script.load(values, FP32, 0, 0)
    target = on_chip(0, 4, 512, [(1, total // reduced)])
    script.add(Opcode.TENSOR_REDUCE, op=op, reduce_dims=depth, negate=negate,
               in0=on_chip(0, 4, 0, dims), dst=target)  # fmt: skip
    script.store(0, 4, 512, total // reduced, FP32)
    (got,) = script.run()
    expected = _reduce(as_floats(values).reshape(4, -1, reduced), op)
    _same(got, floats(-expected if negate else expected), FP32)


def test_a_reduction_starts_from_its_neutral_element():
    script = Script(Stream.VECTOR)
    script.load(floats([[-0.0, -0.0]] * 4), FP32, 0, 0)
    for index, op in enumerate((AluOp.ADD, AluOp.MAX, AluOp.MIN)):
        script.add(Opcode.TENSOR_REDUCE, op=op, reduce_dims=1, in0=on_chip(0, 4, 0, [(1, 2)]),
                   dst=on_chip(0, 4, 512 + 4 * index, [(1, 1)]))  # fmt: skip
    script.store(0, 4, 512, 3, FP32)
    assert script.run()[0][0].tolist() == [0, 0x8000_0000, 0x8000_0000]


def test_a_reduction_with_nan_is_canonical_even_when_negated():
    script = Script(Stream.VECTOR)
    script.load(np.uint32([[0x3F80_0000, 0xFF80_0001]] * 4), FP32, 0, 0)
    script.add(Opcode.TENSOR_REDUCE, op=AluOp.MAX, reduce_dims=1, negate=1,
               in0=on_chip(0, 4, 0, [(1, 2)]), dst=on_chip(0, 4, 512, [(1, 1)]))  # fmt: skip
    script.store(0, 4, 512, 1, FP32)
    assert (script.run()[0] == CANONICAL_NAN).all()


@pytest.mark.parametrize("function", [ActivationFunction.IDENTITY, ActivationFunction.RELU])
@pytest.mark.parametrize("target", DType)
def test_activate_rounds_product_and_sum_separately(function, target):
    rng = np.random.default_rng(14)
    raw, bias = _raw(rng, FP16), from_float32(rng.standard_normal((4, 1)).astype(np.float32), BF16)
    scale = np.float32(1.1)
    script = Script(Stream.SCALAR)
    script.load(raw, FP16, 0, 0)
    script.load(bias, BF16, 0, 256)
    script.add(
        Opcode.ACTIVATE, function=function, in0=on_chip(0, 4, 0, LINE, FP16),
        dst=on_chip(0, 4, 512, LINE, target),
        scale={"kind": OperandKind.IMMEDIATE, "value": int(scale.view(np.uint32))},
        bias={"kind": OperandKind.PER_PARTITION, "dtype": BF16.value, "value": 256},
    )  # fmt: skip
    script.store(0, 4, 512, 24, target)
    (got,) = script.run()
    expected = to_float32(raw, FP16) * scale + to_float32(bias, BF16)
    if function is ActivationFunction.RELU:
        expected = np.where(expected > 0, expected, np.where(np.isnan(expected), expected, 0))
    _same(got, from_float32(_nan_canonical(expected.astype(np.float32)), target), target)


def test_relu_gives_positive_zero():
    script = Script(Stream.SCALAR)
    script.load(floats([[-0.0, -1.0, 2.0]] * 4), FP32, 0, 0)
    script.add(
        Opcode.ACTIVATE, function=ActivationFunction.RELU, in0=on_chip(0, 4, 0, [(1, 3)]),
        dst=on_chip(0, 4, 512, [(1, 3)]), scale={"value": 0x3F80_0000}, bias={"value": 0x8000_0000},
    )  # fmt: skip
    script.store(0, 4, 512, 3, FP32)
    assert script.run()[0][0].tolist() == [0, 0, 0x4000_0000]


def test_strided_negative_and_broadcast_patterns():
    values = floats(np.arange(96).reshape(4, 24))
    script = Script(Stream.VECTOR)
    script.load(values, FP32, 0, 0)
    script.add(Opcode.TENSOR_COPY, in0=on_chip(0, 4, 23 * 4, [(-2, 12)]),
               dst=on_chip(0, 4, 512, [(1, 12)], BF16))  # fmt: skip
    script.add(Opcode.TENSOR_COPY, in0=on_chip(0, 4, 8, [(0, 3), (4, 4)]),
               dst=on_chip(0, 4, 1024, [(4, 3), (1, 4)]))  # fmt: skip
    script.store(0, 4, 512, 12, BF16)
    script.store(0, 4, 1024, 12, FP32)
    backwards, broadcast = script.run()
    ordinary = np.arange(96, dtype=np.float32).reshape(4, 24)
    np.testing.assert_array_equal(to_float32(backwards, BF16), ordinary[:, ::-2])
    expected = np.tile(ordinary[:, 2:15:4], 3)
    np.testing.assert_array_equal(as_floats(broadcast), expected)


def test_partitions_can_rotate_by_a_quadrant():
    values = floats(np.arange(8).reshape(4, 2))
    script = Script(Stream.VECTOR)
    script.load(values, FP32, 0, 0)
    script.add(Opcode.TENSOR_COPY, in0=on_chip(1, 1, 0, [(1, 2)]), dst=on_chip(3, 1, 512, [(1, 2)]))
    script.store(3, 1, 512, 2, FP32)
    np.testing.assert_array_equal(script.run()[0], values[1:2])


def test_psum_is_read_and_written():
    values = floats(np.arange(16).reshape(4, 4))
    script = Script(Stream.VECTOR)
    script.load(values, FP32, 0, 0)
    there = on_chip(0, 4, 100, [(1, 4)], FP32, Space.PSUM)
    script.add(Opcode.TENSOR_COPY, in0=on_chip(0, 4, 0, [(1, 4)]), dst=there)
    script.add(Opcode.TENSOR_COPY, in0=there, dst=on_chip(0, 4, 512, [(1, 4)]))
    script.store(0, 4, 512, 4, FP32)
    np.testing.assert_array_equal(script.run()[0], values)


def test_where_destination_elements_overlap_the_later_one_stays():
    script = Script(Stream.VECTOR)
    script.load(floats(np.arange(24).reshape(4, 6)), FP32, 0, 0)
    script.add(Opcode.TENSOR_COPY, in0=on_chip(0, 4, 0, [(1, 6)]),
               dst=on_chip(0, 4, 512, [(0, 3), (1, 2)]))  # fmt: skip
    script.store(0, 4, 512, 2, FP32)
    assert as_floats(script.run()[0])[1].tolist() == [8.0, 11.0]


def test_every_lane_of_a_wide_core_works():
    config = TINY.with_changes(name="wide", partitions=128, columns=128)
    values = floats(np.arange(256).reshape(128, 2))
    script = Script(Stream.VECTOR, config)
    script.load(values, FP32, 0, 0)
    script.add(Opcode.TENSOR_TENSOR, op=AluOp.ADD, in0=on_chip(0, 128, 0, [(1, 2)]),
               in1=on_chip(0, 128, 0, [(1, 2)]), dst=on_chip(0, 128, 512, [(1, 2)]))  # fmt: skip
    script.store(0, 128, 512, 2, FP32)
    np.testing.assert_array_equal(as_floats(script.run()[0]), 2 * as_floats(values))
