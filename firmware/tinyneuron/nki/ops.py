"""Operation tokens: what `op=`, `op0=` ... of an instruction take."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tinyneuron_hw.isa.opcodes import ActivationFunction, AluOp

from ..tables.standard import STANDARD

__all__ = ["OPS", "Op"]


@dataclass(frozen=True)
class Op:
    """An operation of the Vector engine (``alu``), the Scalar engine (``activation``: built in;
    ``table``: the name of a standard table) or both."""

    name: str
    alu: AluOp | None = None
    activation: ActivationFunction | None = None
    table: str | None = None

    def __repr__(self) -> str:
        return f"nl.{self.name}"


OPS = {
    op.name: op
    for op in (
        Op("add", alu=AluOp.ADD),
        Op("subtract", alu=AluOp.SUBTRACT),
        Op("multiply", alu=AluOp.MULTIPLY),
        Op("maximum", alu=AluOp.MAX),
        Op("minimum", alu=AluOp.MIN),
    )
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
