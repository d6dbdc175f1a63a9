"""Operations: what `op=`, `op0=` ... of an instruction take, and functions of whole tiles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from tinyneuron_hw.isa.opcodes import ActivationFunction, AluOp, Comparison

from ..tables.standard import STANDARD

__all__ = ["OPS", "Binary", "Op", "Unary"]


@dataclass(frozen=True)
class Op:
    """An operation of the Vector engine (``alu``), the Scalar engine (``activation``: built in;
    ``table``: the name of a standard table) or both; ``comparison`` is what it is to instructions
    that only compare."""

    name: str
    alu: AluOp | None = None
    activation: ActivationFunction | None = None
    table: str | None = None
    comparison: Comparison | None = None

    unary = False

    def __repr__(self) -> str:
        return f"nl.{self.name}"


class Unary(Op):
    """An operation of one operand; called on a tile it gives a new one."""

    unary = True

    def __call__(self, x: Any, dtype: Any = None) -> Any:
        """The operation on each element of the tile ``x``: a new tile in SBUF, of the type of
        ``x`` unless ``dtype`` says another."""
        from .elementwise import unary  # it uses the instructions, which take operations

        return unary(self, x, dtype)


class Binary(Op):
    """An operation of two operands; called on tiles it gives a new one."""

    def __call__(self, x: Any, y: Any, dtype: Any = None) -> Any:
        """The operation on the elements of ``x`` and ``y``, tiles or (one of them) a number, with
        the rules of broadcasting: a new tile in SBUF, of the wider of their types unless ``dtype``
        says another."""
        from .elementwise import binary  # it uses the instructions, which take operations

        return binary(self, x, y, dtype)


_ALU = {
    "add": AluOp.ADD,
    "subtract": AluOp.SUBTRACT,
    "multiply": AluOp.MULTIPLY,
    "divide": AluOp.DIVIDE,
    "mod": AluOp.MOD,
    "maximum": AluOp.MAX,
    "minimum": AluOp.MIN,
    "abs_max": AluOp.ABS_MAX,
    "abs_min": AluOp.ABS_MIN,
    "equal": AluOp.EQUAL,
    "not_equal": AluOp.NOT_EQUAL,
    "greater": AluOp.GREATER,
    "greater_equal": AluOp.GREATER_EQUAL,
    "less": AluOp.LESS,
    "less_equal": AluOp.LESS_EQUAL,
    "logical_and": AluOp.LOGICAL_AND,
    "logical_or": AluOp.LOGICAL_OR,
    "logical_xor": AluOp.LOGICAL_XOR,
    "logical_not": AluOp.LOGICAL_NOT,
    "abs": AluOp.ABS,
    "square": AluOp.SQUARE,
    "relu": AluOp.RELU,
    "sqrt": AluOp.SQRT,
    "rsqrt": AluOp.RSQRT,
    "reciprocal": AluOp.RECIPROCAL,
    "bitwise_and": AluOp.BITWISE_AND,
    "bitwise_or": AluOp.BITWISE_OR,
    "bitwise_xor": AluOp.BITWISE_XOR,
    "invert": AluOp.BITWISE_NOT,
    "left_shift": AluOp.SHIFT_LEFT,
    "right_shift": AluOp.SHIFT_RIGHT,
}
_ONE_OPERAND = ("abs", "square", "relu", "sqrt", "rsqrt", "reciprocal", "logical_not", "invert")
OPS: dict[str, Op] = {
    name: (Unary if name in _ONE_OPERAND else Binary)(
        name, alu=code, comparison=Comparison.__members__.get(code.name)
    )
    for name, code in _ALU.items()
}
_BUILT_IN = {
    "copy": ActivationFunction.IDENTITY,
    "relu": ActivationFunction.RELU,
    "square": ActivationFunction.SQUARE,
    "abs": ActivationFunction.ABSOLUTE,
    "sign": ActivationFunction.SIGN,
}
for _name, _code in _BUILT_IN.items():
    OPS[_name] = replace(OPS.get(_name, Unary(_name)), activation=_code)
for _name in STANDARD:
    OPS[_name] = replace(OPS.get(_name, Unary(_name)), table=_name)
# No operation of an engine: they are made of others.
for _name in ("ceil", "floor", "negative", "tan", "trunc"):
    OPS[_name] = Unary(_name)
for _name in ("fmod", "power"):
    OPS[_name] = Binary(_name)
# Only for parameters of instructions.
OPS["prelu"] = Op("prelu", activation=ActivationFunction.PRELU)
for _name in ("average", "bypass"):
    OPS[_name] = Op(_name)
