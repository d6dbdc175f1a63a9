"""Operation tokens: what `op=`, `op0=` ... of an instruction take."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tinyneuron_hw.isa.opcodes import ActivationFunction, AluOp, Comparison

from ..tables.standard import STANDARD

__all__ = ["OPS", "Op"]


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

    def __repr__(self) -> str:
        return f"nl.{self.name}"


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
OPS = {
    name: Op(name, alu=code, comparison=Comparison.__members__.get(code.name))
    for name, code in _ALU.items()
}
_BUILT_IN = {
    "copy": ActivationFunction.IDENTITY,
    "relu": ActivationFunction.RELU,
    "prelu": ActivationFunction.PRELU,
    "square": ActivationFunction.SQUARE,
    "abs": ActivationFunction.ABSOLUTE,
    "sign": ActivationFunction.SIGN,
}
for _name, _code in _BUILT_IN.items():
    OPS[_name] = replace(OPS.get(_name, Op(_name)), activation=_code)
for _name in STANDARD:
    OPS[_name] = replace(OPS.get(_name, Op(_name)), table=_name)
