"""The Tensor engine's opcodes."""

from __future__ import annotations

import numpy as np

from tinyneuron_hw.isa.opcodes import Opcode

from .access import byte_offsets, overlaps_itself
from .machine import Machine
from .numerics import add, canonical, fma, to_float32
from .prepared import Prepared
from .region import Region

__all__ = ["EXECUTORS", "column_sums", "load_stationary", "multiply_moving"]


def load_stationary(machine: Machine, prepared: Prepared) -> None:
    """Replaces the stationary matrix; rows and columns outside the operand become +0."""
    source = prepared.regions["src"]
    values = to_float32(machine.read(source), source.dtype)
    column = prepared.fields["column_start"]
    rows = slice(source.start, source.start + source.partitions)
    machine.stationary = np.zeros_like(machine.stationary)
    machine.stationary[rows, column : column + source.count] = values


def multiply_moving(machine: Machine, prepared: Prepared) -> None:
    """Sums of the columns, added to or put into PSUM."""
    source, target = prepared.regions["src"], prepared.regions["dst"]
    values = to_float32(machine.read(source), source.dtype)
    columns = slice(target.start, target.start + target.partitions)
    stationary = machine.stationary[:, columns]
    sums = column_sums(stationary, values, source.start)
    if not prepared.fields["accumulate"]:
        machine.write(target, sums.view("<u4"))
    elif overlaps_itself(target.dims):
        _accumulate_in_order(machine, target, sums)
    else:
        before = machine.read(target).view(np.float32)
        machine.write(target, add(before, sums).view("<u4"))


def column_sums(stationary: np.ndarray, moving: np.ndarray, start: int) -> np.ndarray:
    """float32[M, N] of stationary[rows, M] and moving[K, N] on rows from ``start``; the other
    rows move +0. One FMA a row, rows in order, from +0."""
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
        sums = step(factors[row][:, None], line[None, :], sums)
    if pending:
        sums += np.float32(0)
    return canonical(sums)


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
    largest magnitude. Values have at most 11 significant bits, 8 when the low 16 are zero."""
    sizes = np.abs(values)
    smallest = float(sizes.min(where=sizes > 0, initial=np.inf))
    significant = 10 if (values.view(np.uint32) & np.uint32(0xFFFF)).any() else 7
    return smallest * 2.0**-significant, float(sizes.max())


def _accumulate_in_order(machine: Machine, target: Region, sums: np.ndarray) -> None:
    """Words that are written several times take their additions in element order."""
    words = (byte_offsets(target.dims)[::4] + target.offset) // 4
    state = np.zeros((target.partitions, machine.config.psum_partition_bytes // 4), np.float32)
    state[:, words] = machine.read(target).view(np.float32)
    for step, word in enumerate(words):
        state[:, word] = add(state[:, word], sums[:, step])
    machine.write(target, state[:, words].view("<u4"))


EXECUTORS = {
    Opcode.LOAD_STATIONARY: load_stationary,
    Opcode.MULTIPLY_MOVING: multiply_moving,
}
