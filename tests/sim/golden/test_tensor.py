"""LOAD_STATIONARY and MULTIPLY_MOVING against a loop of SoftFloat FMAs."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import softfloatpy

from tinyneuron_hw.formats import CANONICAL_NAN, DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import Opcode, Space, Stream
from tinyneuron_sim.golden.errors import GoldenError
from tinyneuron_sim.golden.numerics import quiet
from tinyneuron_sim.golden.tensor import column_sums

from .programs import (
    BF16,
    FP16,
    FP32,
    HALT,
    TINY,
    Script,
    device,
    header,
    on_chip,
    run,
    update,
    wait,
)

OUT = 0x10000
SPECIAL = {
    BF16: [0, 0x8000, 0x7F80, 0xFF80, 0x7FC0, 0x3F80, 0xBF80, 0x0001, 0x8001, 0x0080],
    FP16: [0, 0x8000, 0x7C00, 0xFC00, 0x7E00, 0x3C00, 0xBC00, 0x0001, 0x8001, 0x0400],
}


def _raw(rng: np.random.Generator, shape: tuple[int, int], dtype: DType, kind: str) -> np.ndarray:
    if kind == "any":
        return rng.integers(0, 1 << 16, shape, dtype=np.uint16)
    if kind == "special":
        return rng.choice(np.array(SPECIAL[dtype], np.uint16), shape)
    low, high = (0x3F00, 0x4080) if dtype is BF16 else (0x3800, 0x4400)
    sign = rng.integers(0, 2, shape, dtype=np.uint16) << 15
    return rng.integers(low, high, shape, dtype=np.uint16) | sign


def _values(raw: np.ndarray, dtype: DType) -> np.ndarray:
    if dtype is BF16:
        return (raw.astype(np.uint32) << 16).view(np.float32)
    return raw.view(np.float16).astype(np.float32)


def _soft(value: float | np.floating) -> softfloatpy.Float32:
    return softfloatpy.Float32.from_bytes(struct.pack(">f", value))


def _expected(stationary: np.ndarray, moving: np.ndarray) -> np.ndarray:
    """Bits of the column sums over full arrays [rows, M] and [rows, N]."""
    rows, columns = stationary.shape
    result = np.zeros((columns, moving.shape[1]), np.uint32)
    for m in range(columns):
        for n in range(moving.shape[1]):
            total = _soft(0.0)
            for k in range(rows):
                total = softfloatpy.f32_mul_add(_soft(stationary[k, m]), _soft(moving[k, n]), total)
            bits = int.from_bytes(total.to_bytes(), "big")
            result[m, n] = CANONICAL_NAN if softfloatpy.f32_is_nan(total) else bits
    return result


def _full(operand: np.ndarray, start: int, rows: int, column: int, columns: int) -> np.ndarray:
    full = np.zeros((rows, columns), np.float32)
    full[start : start + operand.shape[0], column : column + operand.shape[1]] = operand
    return full


def _matmul_script(stationary: np.ndarray, moving: np.ndarray, dtype: DType, start: int = 0,
                   column: int = 0) -> Script:  # fmt: skip
    script = Script(Stream.TENSOR)
    script.load(stationary, dtype, start, 0)
    script.load(moving, dtype, start, 1024)
    rows, count = stationary.shape
    script.add(Opcode.LOAD_STATIONARY, column_start=column,
               src=on_chip(start, rows, 0, [(1, count)], dtype))  # fmt: skip
    return script


def _multiply(script: Script, rows: int, count: int, dtype: DType, *, start: int = 0,
              dims: list | None = None, columns: int = TINY.columns, first: int = 0,
              accumulate: int = 0) -> None:  # fmt: skip
    script.add(
        Opcode.MULTIPLY_MOVING, accumulate=accumulate,
        src=on_chip(start, rows, 1024, [(1, count)], dtype),
        dst=on_chip(first, columns, 0, dims or [(1, count)], FP32, Space.PSUM),
    )  # fmt: skip


def _run(script: Script, columns: int, words: int, first: int = 0) -> np.ndarray:
    """Runs and copies PSUM words out through the Vector engine."""
    copy = encode(
        Opcode.TENSOR_COPY, header=header(wait(0, 1), update(1)),
        in0=on_chip(first, columns, 0, [(1, words)], FP32, Space.PSUM),
        dst=on_chip(0, columns, 4096, [(1, words)]),
    )  # fmt: skip
    store = encode(
        Opcode.DMA_STORE, src=on_chip(0, columns, 4096, [(1, words)]),
        dst=device(OUT, [(4, words), (4 * words, columns)]), header=header(wait(1, 1)),
    )  # fmt: skip
    script.instructions.append(encode(Opcode.NOP, header=header(then=update(0))))
    vector = [copy, store, HALT]
    result = run({Stream.TENSOR: [*script.instructions, HALT], Stream.VECTOR: vector},
                 script.backend)  # fmt: skip
    assert result.event == "done"
    raw = script.backend.memory_read(OUT, 4 * words * columns)
    return np.frombuffer(raw, "<u4").reshape(columns, words)


@pytest.mark.parametrize("dtype", [BF16, FP16])
@pytest.mark.parametrize("kind", ["near one", "any", "special"])
def test_matmul_is_a_chain_of_fused_multiply_adds(dtype, kind):
    rng = np.random.default_rng(1)
    for _ in range(4):
        stationary = _raw(rng, (4, 4), dtype, kind)
        moving = _raw(rng, (4, 24), dtype, kind)
        script = _matmul_script(stationary, moving, dtype)
        _multiply(script, 4, 24, dtype)
        expected = _expected(_values(stationary, dtype), _values(moving, dtype))
        np.testing.assert_array_equal(_run(script, 4, 24), expected)


def test_ragged_operands_leave_the_other_rows_and_columns_at_zero():
    rng = np.random.default_rng(2)
    for start, rows, column, columns in ((0, 1, 0, 4), (1, 2, 1, 2), (2, 2, 3, 1), (3, 1, 0, 3)):
        stationary = _raw(rng, (rows, columns), BF16, "special")
        moving = _raw(rng, (rows, 9), BF16, "special")
        script = _matmul_script(stationary, moving, BF16, start, column)
        _multiply(script, rows, 9, BF16, start=start)
        expected = _expected(_full(_values(stationary, BF16), start, 4, column, 4),
                             _full(_values(moving, BF16), start, 4, 0, 9))  # fmt: skip
        np.testing.assert_array_equal(_run(script, 4, 9), expected)


def test_an_infinite_moving_value_times_an_absent_row_is_nan():
    with quiet():
        sums = column_sums(np.float32([[0, 0], [1, 0]]), np.float32([[np.inf, 2]]), 0)
    assert (sums[:, 0].view(np.uint32) == CANONICAL_NAN).all()
    assert (sums[:, 1] == 0).all()


def test_a_moving_operand_never_written_is_an_error():
    script = _matmul_script(np.uint16([[0x3F80]]), np.uint16([[0x3F80, 0x3F80]]), BF16, 2)
    _multiply(script, 1, 2, BF16, start=1)
    with pytest.raises(GoldenError, match=r"TENSOR pc 5 .*SBUF partition 1 offset 0x400, which"):
        _run(script, 4, 2)


def test_a_negative_zero_sum_becomes_positive_in_a_row_of_zeros():
    tiny = np.float32(2.0**-133)
    stationary = np.zeros((4, 1), np.float32)
    stationary[0] = -tiny
    moving = np.float32([[tiny]])
    assert _expected(stationary[:1], moving)[0, 0] == 0x8000_0000
    assert column_sums(stationary[:1], moving, 0).view(np.uint32)[0, 0] == 0x8000_0000
    assert column_sums(stationary, moving, 0).view(np.uint32)[0, 0] == 0
    assert _expected(stationary, _full(moving, 0, 4, 0, 1))[0, 0] == 0


def test_column_sums_match_softfloat_at_every_scale():
    rng = np.random.default_rng(3)
    for scale in (-130, -70, -64, -40, 0, 40, 60):
        raw_a, raw_b = _raw(rng, (8, 4), BF16, "near one"), _raw(rng, (8, 30), BF16, "near one")
        a = np.ldexp(_values(raw_a, BF16), scale).astype(np.float32)
        b = np.ldexp(_values(raw_b, BF16), rng.integers(-60, 4, (8, 30))).astype(np.float32)
        a, b = (_values((x.view(np.uint32) >> 16).astype(np.uint16), BF16) for x in (a, b))
        result = column_sums(a, b, 0).view(np.uint32)
        np.testing.assert_array_equal(result, _expected(a, b))


def test_accumulates_across_instructions_with_one_rounding_each():
    rng = np.random.default_rng(4)
    stationary, moving = _raw(rng, (4, 4), BF16, "near one"), _raw(rng, (4, 8), BF16, "near one")
    script = _matmul_script(stationary, moving, BF16)
    for accumulate in (0, 1, 1):
        _multiply(script, 4, 8, BF16, accumulate=accumulate)
    sums = _expected(_values(stationary, BF16), _values(moving, BF16)).view(np.float32)
    np.testing.assert_array_equal(_run(script, 4, 8), ((sums + sums) + sums).view("<u4"))


def test_a_word_written_several_times_takes_every_addition_in_order():
    rng = np.random.default_rng(5)
    stationary, moving = _raw(rng, (4, 4), BF16, "near one"), _raw(rng, (4, 6), BF16, "near one")
    script = _matmul_script(stationary, moving, BF16)
    _multiply(script, 4, 6, BF16)
    _multiply(script, 4, 6, BF16, dims=[(0, 3), (1, 2)], accumulate=1)
    sums = _expected(_values(stationary, BF16), _values(moving, BF16)).view(np.float32)
    expected = sums.copy()
    for n in range(6):
        expected[:, n // 3] = expected[:, n // 3] + sums[:, n]
    np.testing.assert_array_equal(_run(script, 4, 6), expected.view("<u4"))


def test_without_accumulate_the_last_write_of_a_word_stays():
    rng = np.random.default_rng(6)
    stationary, moving = _raw(rng, (4, 4), BF16, "near one"), _raw(rng, (4, 6), BF16, "near one")
    script = _matmul_script(stationary, moving, BF16)
    _multiply(script, 4, 6, BF16, dims=[(0, 3), (1, 2)])
    sums = _expected(_values(stationary, BF16), _values(moving, BF16))
    np.testing.assert_array_equal(_run(script, 4, 2), sums[:, 2::3])


def test_results_go_to_the_columns_of_the_destination():
    rng = np.random.default_rng(7)
    stationary, moving = _raw(rng, (4, 4), BF16, "near one"), _raw(rng, (4, 6), BF16, "near one")
    script = _matmul_script(stationary, moving, BF16)
    _multiply(script, 4, 6, BF16, columns=2, first=2)
    sums = _expected(_values(stationary, BF16), _values(moving, BF16))
    np.testing.assert_array_equal(_run(script, 2, 6, first=2), sums[2:])


def test_accumulating_into_psum_never_written_is_an_error():
    script = _matmul_script(np.ones((4, 4), np.uint16), np.ones((4, 6), np.uint16), BF16)
    _multiply(script, 4, 6, BF16, accumulate=1)
    with pytest.raises(GoldenError, match=r"MULTIPLY_MOVING.*PSUM partition 0 offset 0x0, which"):
        _run(script, 4, 6)


def test_the_stationary_matrix_is_zero_after_reset():
    script = Script(Stream.TENSOR)
    script.load(np.uint16([[0x3F80, 0xBF80]] * 4), BF16, 0, 1024)
    _multiply(script, 4, 2, BF16)
    assert not _run(script, 4, 2).any()
