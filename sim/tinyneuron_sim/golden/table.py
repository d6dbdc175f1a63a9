"""Function tables of the Scalar engine in NumPy, bit for bit: the steps of
`tinyneuron_hw.isa.table`."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from amaranth.hdl import Shape
from amaranth.lib import data

from tinyneuron_hw.formats import CANONICAL_NAN
from tinyneuron_hw.isa.table import (
    COEFFICIENT_BITS,
    ENTRIES_PER_ROW,
    ENTRY_ROWS,
    FIXED_BITS,
    FIXED_LIMIT,
    FRACTION_BITS,
    GUARD_BITS,
    HEADER_ROWS,
    P1_BITS,
    P2_BITS,
    P3_BITS,
    PERIOD_LOWEST,
    STEP_BITS,
    SUM_BITS,
    U_CUT,
    Entry,
    EntryKind,
    Power,
    Reduction,
    Segment,
    Specials,
    Symmetry,
    TableHeader,
    reduction_factor,
)

__all__ = ["Segments", "Table", "evaluate", "round_sum", "segment_sum"]

_SMALLEST = -149
"""Exponent of the smallest y."""
_ONE = np.uint64(1)
_MASK32 = (1 << 32) - 1


@functools.cache
def _fields(layout: type[data.Struct]) -> dict[str, tuple[int, int, bool]]:
    """Offset, width and signedness by name."""
    return {
        str(name): (field.offset, field.width, Shape.cast(field.shape).signed)
        for name, field in data.Layout.cast(layout)
    }


def _extract(row: int, offset: int, width: int, is_signed: bool) -> int:
    value = row >> offset & ((1 << width) - 1)
    return value - (1 << width) if is_signed and value >> (width - 1) else value


def _unpack(rows: Sequence[int], layout: type[data.Struct]) -> dict[str, np.ndarray]:
    """int64[len(rows)] of each field."""
    return {
        name: np.array([_extract(row, *place) for row in rows], dtype=np.int64)
        for name, place in _fields(layout).items()
    }


@dataclass(frozen=True)
class Segments:
    """Segments by field, int64 arrays of one shape; ``c`` holds c0 ... c4."""

    c: tuple[np.ndarray, ...]
    exponent: np.ndarray
    flip: np.ndarray
    by_mantissa: np.ndarray

    @classmethod
    def unpack(cls, rows: Sequence[int]) -> Segments:
        """Of 128-bit rows."""
        fields = _unpack(rows, Segment)
        return cls(tuple(fields[f"c{k}"] for k in range(5)), fields["exponent"], fields["flip"],
                   fields["by_mantissa"])  # fmt: skip

    def __getitem__(self, index: np.ndarray) -> Segments:
        return Segments(tuple(c[index] for c in self.c), self.exponent[index], self.flip[index],
                        self.by_mantissa[index])  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A table as an ACTIVATE finds it. Segments behind the last one are the last one."""

    reduction: Reduction
    symmetry: int
    lowest: int
    step: int
    shift: int
    specials: np.ndarray
    """uint32[4]."""
    entries: dict[str, np.ndarray]
    segments: Segments

    @classmethod
    def from_rows(cls, rows: Sequence[int]) -> Table:
        """Of an image: ``HEADER_ROWS`` and at least one segment."""
        header = {name: _extract(rows[0], *place) for name, place in _fields(TableHeader).items()}
        specials = [_extract(rows[1], *place) for place in _fields(Specials).values()]
        packed = [
            rows[2 + r] >> 16 * k & 0xFFFF
            for r in range(ENTRY_ROWS)
            for k in range(ENTRIES_PER_ROW)
        ]
        return cls(
            Reduction(header["reduction"]), header["symmetry"], header["lowest"], header["step"],
            header["shift"], np.array(specials, np.uint32), _unpack(packed, Entry),
            Segments.unpack(rows[HEADER_ROWS:]),
        )  # fmt: skip


@functools.cache
def _factors(reduction: Reduction) -> np.ndarray:
    """uint64[2, exponents from -126 to 127]: each factor without its low bits, and those."""
    factors = [reduction_factor(reduction, e) for e in range(-126, 128)]
    low = (1 << GUARD_BITS) - 1
    parts = [[factor >> GUARD_BITS for factor in factors], [factor & low for factor in factors]]
    return np.array(parts, dtype=np.uint64)


@dataclass(frozen=True)
class _Reduced:
    """y = (-1)**negative * magnitude * 2**(exponent - 63), and n; ``far``: as infinite x."""

    magnitude: np.ndarray
    exponent: np.ndarray
    negative: np.ndarray
    n: np.ndarray
    far: np.ndarray


def _reduce(table: Table, bits: np.ndarray) -> _Reduced:
    biased = (bits >> 23 & 0xFF).astype(np.int64)
    significand = (bits & 0x7F_FFFF | np.where(biased > 0, 1 << 23, 0)).astype(np.uint64)
    exponent = np.maximum(biased, 1) - 127
    sign = bits >> 31 != 0
    none = np.zeros(bits.shape, np.int64)
    if table.reduction is Reduction.DIRECT:
        return _Reduced(significand << np.uint64(40), exponent, sign, none, none > 0)
    high, low = _factors(table.reduction)[:, np.minimum(exponent, 127) + 126]
    fixed = significand * high + (significand * low >> np.uint64(GUARD_BITS))
    shift = np.uint64(table.shift & (1 << 64) - 1)
    if table.reduction is Reduction.PERIOD:
        below = exponent < PERIOD_LOWEST
        moved = np.where(below, exponent - PERIOD_LOWEST, 0)
        if shift:
            fixed, moved = np.where(below, np.uint64(0), fixed), none
        turn = np.where(sign, -fixed, fixed) + shift
        quarter, rest = turn >> np.uint64(62), turn & np.uint64((1 << 62) - 1)
        distance = np.where(quarter & _ONE, np.uint64(1 << 62) - rest, rest)
        return _Reduced(distance, moved + 1, quarter >= 2, none, none > 0)
    fixed = np.where(sign, -fixed, fixed) + shift
    far = exponent >= FIXED_LIMIT
    if table.reduction is Reduction.SHIFT:
        negative = fixed >> np.uint64(63) != 0
        return _Reduced(np.where(negative, -fixed, fixed), none + 63 - FIXED_BITS, negative, none,
                        far)  # fmt: skip
    n = fixed.view(np.int64) >> FIXED_BITS
    rest = fixed & np.uint64((1 << FIXED_BITS) - 1) | np.uint64(1 << FIXED_BITS)
    return _Reduced(rest << np.uint64(63 - FIXED_BITS), none, none > 0, n, far)


def _top_bit(magnitude: np.ndarray) -> np.ndarray:
    """Position of the highest set bit of uint64, 0 for 0."""
    rounded = np.frexp(magnitude.astype(np.float64))[1].astype(np.int64) - 1
    rounded = np.clip(rounded, 0, 63)
    # The conversion may have rounded up to the next power of two.
    return rounded - (magnitude >> rounded.astype(np.uint64) == 0) * (magnitude != 0)


def segment_sum(segments: Segments, t: np.ndarray, mantissa: np.ndarray) -> np.ndarray:
    """int64 sum ``c0 + p1 w`` with ``SUM_BITS`` fraction bits; t and mantissa int64 with
    ``FRACTION_BITS``."""
    c0, c1, c2, c3, c4 = segments.c
    u = np.where(segments.flip != 0, (1 << FRACTION_BITS) - t, t)

    def inner(c: np.ndarray, k: int, p: np.ndarray, p_bits: int, bits: int) -> np.ndarray:
        cut = p_bits + FRACTION_BITS - U_CUT[k] - bits
        return (c << (bits - COEFFICIENT_BITS[k])) + ((p * (u >> U_CUT[k])) >> cut)

    p3 = inner(c3, 3, c4, COEFFICIENT_BITS[4], P3_BITS)
    p2 = inner(c2, 2, p3, P3_BITS, P2_BITS)
    p1 = inner(c1, 1, p2, P2_BITS, P1_BITS)
    w = np.where(segments.by_mantissa != 0, mantissa, u)
    product = (p1 * w) >> (P1_BITS + FRACTION_BITS - SUM_BITS)
    return (c0 << (SUM_BITS - COEFFICIENT_BITS[0])) + product


def round_sum(total: np.ndarray, exponent: np.ndarray, negate: np.ndarray) -> np.ndarray:
    """float32 nearest to ``total * 2**(exponent - SUM_BITS)``, negated where ``negate``."""
    magnitude = np.abs(total).astype(np.uint64)
    extra = np.maximum(_top_bit(magnitude) - 40, 0).astype(np.uint64)
    kept = magnitude >> extra
    kept |= (kept << extra != magnitude).astype(np.uint64)
    place = np.clip(exponent, -535, 265) - SUM_BITS + extra.astype(np.int64)
    result = np.ldexp(kept.astype(np.float64), place).astype(np.float32)
    return np.where((total < 0) ^ negate, -result, result)


def evaluate(table: Table, values: np.ndarray) -> np.ndarray:
    """float32 function of float32 values."""
    values = np.asarray(values, dtype=np.float32)
    bits = values.view(np.uint32)
    y = _reduce(table, bits)
    top = _top_bit(y.magnitude)
    e = y.exponent - 63 + top
    f = ((y.magnitude << (63 - top).astype(np.uint64)) >> np.uint64(63 - FRACTION_BITS)).astype(
        np.int64
    ) & ((1 << FRACTION_BITS) - 1)
    both = table.symmetry not in (Symmetry.EVEN.value, Symmetry.ODD.value)
    negate = y.negative & (table.symmetry == Symmetry.ODD.value)

    distance = e - table.lowest
    entry = np.clip(distance + 1, 0, 15 if both else 31) + 16 * (y.negative & both)
    kind, power, count, base = (table.entries[n][entry] for n in ("kind", "power", "bits", "base"))
    below = np.clip(-distance, 0, 31)
    mantissa = f | 1 << FRACTION_BITS
    position = np.where(kind == EntryKind.ORIGIN.value, mantissa >> below, f)
    position &= (1 << FRACTION_BITS) - 1
    halves = (power == Power.HALF_UP.value) | (power == Power.HALF_DOWN.value)
    row = base + (position >> (FRACTION_BITS - count)) + (((e & 1) * halves) << count)
    row = np.minimum(row, len(table.segments.exponent) - 1)
    t = position << count & ((1 << FRACTION_BITS) - 1)

    segments = table.segments[row]
    total = segment_sum(segments, t, mantissa)
    step = np.where(power == Power.ADD.value, e, 0) * table.step
    total += step << (SUM_BITS - STEP_BITS)
    scale = np.select(
        [power == p.value for p in (Power.UP, Power.DOWN, Power.HALF_UP, Power.HALF_DOWN)],
        [e, -e, e >> 1, -(e >> 1)], 0,
    ) + np.where(segments.by_mantissa != 0, e, 0) + segments.exponent + y.n  # fmt: skip
    result = round_sum(total, scale, negate)

    nan = np.uint32(CANONICAL_NAN).view(np.float32)
    special = table.specials.view(np.float32)
    result = np.where(kind >= EntryKind.INVALID.value, nan, result)
    sign = bits >> 31
    result = np.where(y.magnitude == 0, special[2 + sign], result)
    result = np.where(np.isinf(values) | y.far, special[sign], result)
    return np.where(np.isnan(values), nan, result)
