"""What golden raises: errors in a program that hardware cannot see, and traps on their way up."""

from __future__ import annotations

from tinyneuron_hw.isa.csr import Trap

from ..backend import BackendError

__all__ = ["GoldenError", "TrapSignal"]


class GoldenError(BackendError):
    """The program is wrong in a way hardware does not report: a race, an uninitialised read, an
    overlap of source and destination, a deadlock without watchdog, an endless loop."""


class TrapSignal(Exception):  # noqa: N818  (not an error of the model: the program's trap)
    """An instruction traps. ``address`` None stands for the instruction's own address."""

    def __init__(self, cause: Trap, address: int | None, message: str):
        super().__init__(message)
        self.cause = cause
        self.address = address
