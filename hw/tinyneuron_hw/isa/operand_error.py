"""The exception that every rule of legal operands raises."""

from __future__ import annotations

from .csr import Trap

__all__ = ["OperandError", "bad"]


class OperandError(ValueError):
    """A resolved operand breaks a rule; ``cause`` and ``address`` are what the trap reports
    (``address`` None: the instruction's own address)."""

    def __init__(self, message: str, cause: Trap, address: int | None = None):
        super().__init__(message)
        self.cause = cause
        self.address = address


def bad(message: str) -> OperandError:
    """The error of a BAD_OPERAND rule."""
    return OperandError(message, Trap.BAD_OPERAND)
