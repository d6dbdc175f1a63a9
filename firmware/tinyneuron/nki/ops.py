"""Operation tokens: what `op=`, `op0=` ... of an instruction take."""

from __future__ import annotations

from dataclasses import dataclass

from tinyneuron_hw.isa.opcodes import ActivationFunction, AluOp

__all__ = ["OPS", "Op"]


@dataclass(frozen=True)
class Op:
    """An operation of the Vector engine (``alu``), the Scalar engine (``activation``) or both."""

    name: str
    alu: AluOp | None = None
    activation: ActivationFunction | None = None

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
        Op("copy", activation=ActivationFunction.IDENTITY),
        Op("relu", activation=ActivationFunction.RELU),
    )
}
