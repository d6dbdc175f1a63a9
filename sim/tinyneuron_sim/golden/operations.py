"""The operations of a Vector lane on NumPy arrays, bit for bit.

Callers run under :func:`quiet`. Operands broadcast; a unary operation ignores its second one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tinyneuron_hw.isa.opcodes import AluOp

from .numerics import add, canonical, maximum, minimum, multiply, subtract

__all__ = ["ALU", "RAW_ALU", "divide", "mod", "rsqrt", "sqrt"]

Operation = Callable[[np.ndarray, np.ndarray], np.ndarray]

_ONE, _ZERO = np.array(1, np.float32), np.array(0, np.float32)


def divide(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a / b, float32, RNE."""
    return canonical(a / b)


def mod(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a - b * floor(a / b) rounded once: the exact remainder of a / b, moved by b to b's side of
    zero; NaN for an infinite a or a zero b. A zero has b's sign."""
    rest = np.fmod(a, b)
    moved = np.where((rest < 0) == (b < 0), rest, rest + b)
    return canonical(np.where(rest == 0, np.copysign(_ZERO, b), moved).astype(np.float32))


def sqrt(a: np.ndarray) -> np.ndarray:
    """Float32 square root, RNE; NaN below -0."""
    return canonical(np.sqrt(a))


def rsqrt(a: np.ndarray) -> np.ndarray:
    """1 / sqrt(a) rounded once to float32 (RNE); NaN below -0, infinity with the sign of a zero.

    No float32 has its reciprocal square root so near a midpoint of two that the rounding of
    float64 changes the result: a test tries them all.
    """
    return canonical((1 / np.sqrt(a.astype(np.float64))).astype(np.float32))


def _truth(condition: np.ndarray) -> np.ndarray:
    return np.where(condition, _ONE, _ZERO)


def _relu(a: np.ndarray, _: np.ndarray) -> np.ndarray:
    return maximum(a, _ZERO)


ALU: dict[AluOp, Operation] = {
    AluOp.BYPASS: lambda a, b: a,
    AluOp.ADD: add,
    AluOp.SUBTRACT: subtract,
    AluOp.MULTIPLY: multiply,
    AluOp.MAX: maximum,
    AluOp.MIN: minimum,
    AluOp.ABS_MAX: lambda a, b: maximum(np.abs(a), np.abs(b)),
    AluOp.ABS_MIN: lambda a, b: minimum(np.abs(a), np.abs(b)),
    AluOp.EQUAL: lambda a, b: _truth(a == b),
    AluOp.NOT_EQUAL: lambda a, b: _truth(a != b),
    AluOp.GREATER: lambda a, b: _truth(a > b),
    AluOp.GREATER_EQUAL: lambda a, b: _truth(a >= b),
    AluOp.LESS: lambda a, b: _truth(a < b),
    AluOp.LESS_EQUAL: lambda a, b: _truth(a <= b),
    AluOp.LOGICAL_AND: lambda a, b: _truth((a != 0) & (b != 0)),
    AluOp.LOGICAL_OR: lambda a, b: _truth((a != 0) | (b != 0)),
    AluOp.LOGICAL_XOR: lambda a, b: _truth((a != 0) ^ (b != 0)),
    AluOp.LOGICAL_NOT: lambda a, _: _truth(a == 0),
    AluOp.ABS: lambda a, _: canonical(np.abs(a)),
    AluOp.SQUARE: lambda a, _: multiply(a, a),
    AluOp.RELU: _relu,
    AluOp.DIVIDE: divide,
    AluOp.MOD: mod,
    AluOp.SQRT: lambda a, _: sqrt(a),
    AluOp.RSQRT: lambda a, _: rsqrt(a),
    AluOp.RECIPROCAL: lambda a, _: divide(_ONE, a),
}
"""Operations on float32."""


def _shift(a: np.ndarray, b: np.ndarray, kind: AluOp) -> np.ndarray:
    """Amounts are unsigned; every bit is gone at the type's width."""
    a, b = np.broadcast_arrays(a, b)
    bits = 8 * a.dtype.itemsize
    inside = b < bits
    amount = np.where(inside, b, 0).astype(a.dtype)
    if kind is AluOp.SHIFT_RIGHT_ARITHMETIC:
        amount = np.where(inside, b, bits - 1).astype(a.dtype)
        signed = np.ascontiguousarray(a).view(f"<i{a.dtype.itemsize}")
        return (signed >> amount.view(signed.dtype)).view(a.dtype)
    moved = a << amount if kind is AluOp.SHIFT_LEFT else a >> amount
    return np.where(inside, moved, a.dtype.type(0))


RAW_ALU: dict[AluOp, Operation] = {
    AluOp.BYPASS: lambda a, b: a,
    AluOp.BITWISE_AND: lambda a, b: a & b,
    AluOp.BITWISE_OR: lambda a, b: a | b,
    AluOp.BITWISE_XOR: lambda a, b: a ^ b,
    AluOp.BITWISE_NOT: lambda a, _: ~a,
    AluOp.SHIFT_LEFT: lambda a, b: _shift(a, b, AluOp.SHIFT_LEFT),
    AluOp.SHIFT_RIGHT: lambda a, b: _shift(a, b, AluOp.SHIFT_RIGHT),
    AluOp.SHIFT_RIGHT_ARITHMETIC: lambda a, b: _shift(a, b, AluOp.SHIFT_RIGHT_ARITHMETIC),
}
"""Operations on raw elements: unsigned integers of the type's width."""
