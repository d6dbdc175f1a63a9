"""The Tensor engine's opcodes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.matmul import FP8_DTYPES, MatmulKind, matmul_kind
from tinyneuron_hw.isa.opcodes import Opcode
from tinyneuron_hw.isa.rules import OperandError, check_stationary

from .access import byte_offsets, overlaps_itself
from .machine import Machine
from .numerics import add, canonical, fma, split_float32, to_float32
from .prepared import Prepared
from .region import Region
from .stationary import Stationary

__all__ = ["EXECUTORS", "column_sums", "load_stationary", "moving_elements", "multiply_moving",
           "rehearse_load", "stationary_error"]  # fmt: skip

_PASSES = 4
"""Ways of an FP32 instruction through the array."""


def stationary_error(machine: Machine, prepared: Prepared) -> OperandError | None:
    """What is wrong with the matrix that a MULTIPLY_MOVING finds; like every BAD_OPERAND it comes
    before OUT_OF_RANGE."""
    error = prepared.error
    if prepared.opcode is not Opcode.MULTIPLY_MOVING:
        return None
    if error is not None and error.cause is not Trap.OUT_OF_RANGE:
        return None
    try:
        check_stationary(prepared.fields, machine.stationary.kind)
    except OperandError as broken:
        return broken
    return None


def moving_elements(prepared: Prepared) -> int:
    """Vectors that enter the array."""
    passes = _PASSES if matmul_kind(prepared.fields) is MatmulKind.FP32 else 1
    return passes * prepared.regions["src"].count


def load_stationary(machine: Machine, prepared: Prepared) -> None:
    """Replaces the stationary matrix; rows and columns outside the operand become +0."""
    source = prepared.regions["src"]
    machine.stationary = Stationary.loaded(
        machine.config, matmul_kind(prepared.fields), _operand(machine, prepared), source.start,
        prepared.fields["column_start"],
    )  # fmt: skip


def rehearse_load(machine: Machine, prepared: Prepared) -> None:
    """Notes what kind of matrix is loaded, and leaves the numbers."""
    machine.stationary = replace(machine.stationary, kind=matmul_kind(prepared.fields))


def multiply_moving(machine: Machine, prepared: Prepared) -> None:
    """Sums of the columns, added to or put into PSUM."""
    source, target = prepared.regions["src"], prepared.regions["dst"]
    kind = matmul_kind(prepared.fields)
    columns = slice(target.start, target.start + target.partitions)
    stationary = machine.stationary.values[:, columns]
    moving = _operand(machine, prepared)
    accumulate = bool(prepared.fields["accumulate"])
    if kind is MatmulKind.FLOAT:
        _write(machine, target, column_sums(stationary, moving, source.start), accumulate)
    elif kind is MatmulKind.FP32:
        for sums in _fp32_passes(stationary, moving, source.start):
            _write(machine, target, sums, accumulate)
            accumulate = True
    elif kind is MatmulKind.INTEGER:
        rows = stationary[source.start : source.start + source.partitions]
        sums = np.einsum("kmi,kni->mn", rows, moving).astype(np.uint32).view(np.int32)
        _write(machine, target, sums, accumulate)
    else:
        rows = stationary[source.start : source.start + source.partitions]
        machine.write(target, rows.T @ (moving != 0))


def _operand(machine: Machine, prepared: Prepared) -> np.ndarray:
    """Elements of the source as :class:`Stationary` holds them, [K, N] or [K, N, 2]."""
    fields, source = prepared.fields, prepared.regions["src"]
    raw, kind = machine.read(source), matmul_kind(fields)
    if kind is MatmulKind.PATTERN:
        return raw.astype(np.int64)
    if kind is MatmulKind.INTEGER:
        pairs = raw.view("i1" if source.dtype is DType.INT8 else "u1")
        return pairs.reshape(*raw.shape, 2).astype(np.int64)
    values = to_float32(raw, source.dtype)
    if source.dtype in FP8_DTYPES and fields["exponent_bias"]:
        values = np.ldexp(values, FORMATS[source.dtype].bias - fields["exponent_bias"])
    return values


def _fp32_passes(stationary: np.ndarray, moving: np.ndarray, start: int) -> list[np.ndarray]:
    """Column sums of the four products of halves, in their order. Infinities and NaNs take part in
    the last, and a stationary one in the last but one with low halves that are not 0."""
    (high, low), (moving_high, moving_low) = split_float32(stationary), split_float32(moving)
    finite = np.where(np.isfinite(moving_high), moving_high, np.copysign(np.float32(0), moving))
    return [
        column_sums(low, moving_low, start),
        column_sums(low, finite, start),
        column_sums(high, moving_low, start, inert_zeros=True),
        column_sums(high, moving_high, start),
    ]


def column_sums(
    stationary: np.ndarray, moving: np.ndarray, start: int, *, inert_zeros: bool = False
) -> np.ndarray:
    """float32[M, N] of stationary[rows, M] and moving[K, N] on rows from ``start``; the other
    rows move +0. One FMA a row, rows in order, from +0. With ``inert_zeros`` a moving zero inside
    the operand gives zero even with an infinity or a NaN."""
    rows, columns = stationary.shape
    factors = stationary.astype(np.float64)
    moved = moving.astype(np.float64)
    zero = np.zeros(moving.shape[1])
    step = _exact_fma if _sums_are_exact(stationary, moving) else fma
    # +0 * +0 added to a sum only turns -0 into +0; a run of such rows is one addition.
    empty = (stationary.view(np.uint32) == 0).all(axis=1)
    sums = np.zeros((columns, moving.shape[1]), dtype=np.float32)
    pending = False
    for row in range(rows):
        in_operand = start <= row < start + len(moved)
        if empty[row] and not in_operand:
            pending = True
            continue
        if pending:
            sums += np.float32(0)
            pending = False
        line = moved[row - start] if in_operand else zero
        column = factors[row][:, None]
        if inert_zeros and not np.isfinite(column).all():
            sums = step(*_without_special_zeros(column, line[None, :]), sums)
        else:
            sums = step(column, line[None, :], sums)
    if pending:
        sums += np.float32(0)
    return canonical(sums)


def _without_special_zeros(column: np.ndarray, line: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The factors, with ones of the same sign for what is not finite and meets a zero."""
    column, line = np.broadcast_arrays(column, line)
    meets = (line == 0) & ~np.isfinite(column)
    return np.where(meets, np.copysign(1.0, column), column), line


def _exact_fma(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """:func:`fma` for operands whose float64 sums are exact."""
    total = a * b
    total += c
    return total.astype(np.float32)


def _sums_are_exact(stationary: np.ndarray, moving: np.ndarray) -> bool:
    """Whether every product and partial sum is a float64 without rounding, for any order.

    All are multiples of the product of the operands' smallest units in the last place; they are
    exact while they stay below 2**53 such quanta.
    """
    (unit_a, largest_a), (unit_b, largest_b) = _magnitudes(stationary), _magnitudes(moving)
    # Rounding of the partial sums to float32 adds less than this factor.
    bound = largest_a * largest_b * len(stationary) * 1.001
    return bound < unit_a * unit_b * 2.0**53


def _magnitudes(values: np.ndarray) -> tuple[float, float]:
    """A lower bound of every nonzero value's unit in the last place, and the
    largest magnitude. Values have at most 12 significant bits, 8 when the low 16 are zero."""
    sizes = np.abs(values)
    smallest = float(sizes.min(where=sizes > 0, initial=np.inf))
    significant = 11 if (values.view(np.uint32) & np.uint32(0xFFFF)).any() else 7
    return smallest * 2.0**-significant, float(sizes.max())


def _write(machine: Machine, target: Region, sums: np.ndarray, accumulate: bool) -> None:
    """Puts sums (float32 or int32, [M, N]) into the target, or adds them to it; words that are
    written several times take their sums in element order."""
    kind = sums.dtype
    if not accumulate:
        machine.write(target, sums.view("<u4"))
    elif overlaps_itself(target.dims):
        words = (byte_offsets(target.dims)[::4] + target.offset) // 4
        state = np.zeros((target.partitions, machine.config.psum_partition_bytes // 4), kind)
        state[:, words] = machine.read(target).view(kind)
        for step, word in enumerate(words):
            state[:, word] = _sum(state[:, word], sums[:, step])
        machine.write(target, state[:, words].view("<u4"))
    else:
        machine.write(target, _sum(machine.read(target).view(kind), sums).view("<u4"))


def _sum(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return add(a, b) if a.dtype == np.float32 else a + b


EXECUTORS = {
    Opcode.LOAD_STATIONARY: load_stationary,
    Opcode.MULTIPLY_MOVING: multiply_moving,
}
