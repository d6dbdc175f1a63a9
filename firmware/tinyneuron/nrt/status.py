"""Statuses, the exceptions that carry them, and which of the runtime's errors is which."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

from tinyneuron_hw.config import ConfigError
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_sim.backend import TargetError

from ..program.container import ContainerError
from ..program.program import Program, ProgramError
from ..runtime.errors import InputError, TinyneuronError, TrapError

__all__ = ["NrtError", "NumericalError", "Status", "status_of"]


class Status(IntEnum):
    """What a call gave; names and numbers are nrt's, ``NRT_`` before them in C."""

    SUCCESS = 0
    FAILURE = 1
    """A file cannot be read, a target cannot be built, golden found a race, ..."""
    INVALID = 2
    """An argument, or the program: bad file, other configuration, bad instruction."""
    INVALID_HANDLE = 3
    """A tensor, tensor set or model that was freed, or never was."""
    RESOURCE = 4
    """Device memory, or the host's, is full."""
    TIMEOUT = 5
    """The core made no progress, or took more cycles than it was given."""
    UNINITIALIZED = 13
    """Before ``init``."""
    CLOSED = 14
    """After ``close``."""
    EXEC_BAD_INPUT = 1002
    """An input is missing, unknown, of another size, or has a value out of its bounds."""
    EXEC_COMPLETED_WITH_NUM_ERR = 1003
    """An output has a NaN and no input has one; the outputs are written."""
    COMPLETED_WITH_NUM_ERR = 1003
    """A second name of the status above."""
    EXEC_OOB = 1006
    """An access outside SBUF, PSUM, or the memory that the program may use."""
    EXEC_HW_ERR_HBM_UE = 1201
    """Two wrong bits in a word of device memory."""
    EXEC_HW_ERR_NC_UE = 1202
    """Two wrong bits in a word of SBUF or PSUM."""
    EXEC_HW_ERR_DMA_ABORT = 1203
    """The bus answered with an error."""


class NrtError(TinyneuronError):
    """A call failed; ``status`` says how, and ``__cause__`` is the error below it if there is
    one (a :class:`~tinyneuron.TrapError`, for instance)."""

    def __init__(self, status: Status, message: str):
        super().__init__(f"NRT_{status.name}({status.value}): {message}")
        self.status = status


class NumericalError(NrtError):
    """An execution made a NaN of inputs without one.

    ``outputs``: name -> tensor, which is written.
    """

    def __init__(self, message: str, outputs: Mapping[str, Any]):
        super().__init__(Status.EXEC_COMPLETED_WITH_NUM_ERR, message)
        self.outputs = dict(outputs)


_TRAPS = {
    Trap.BAD_OPCODE: Status.INVALID,
    Trap.BAD_OPERAND: Status.INVALID,
    Trap.OUT_OF_RANGE: Status.EXEC_OOB,
    Trap.BUS_ERROR: Status.EXEC_HW_ERR_DMA_ABORT,
    Trap.ECC_ERROR: Status.EXEC_HW_ERR_HBM_UE,
    Trap.WATCHDOG: Status.TIMEOUT,
    Trap.SBUF_ECC_ERROR: Status.EXEC_HW_ERR_NC_UE,
    Trap.PSUM_ECC_ERROR: Status.EXEC_HW_ERR_NC_UE,
}


def status_of(error: BaseException, program: Program | None = None) -> Status:
    """The status of an error; ``program`` is what ran when it came."""
    if isinstance(error, NrtError):
        return error.status
    if isinstance(error, TrapError):
        bounds = program.bounds_of(error.stream, error.pc) if program is not None else None
        if error.cause is Trap.BAD_OPERAND and bounds is not None and bounds.source is not None:
            return Status.EXEC_BAD_INPUT
        return _TRAPS.get(error.cause, Status.FAILURE)
    for kinds, status in (
        ((InputError,), Status.EXEC_BAD_INPUT),
        ((MemoryError,), Status.RESOURCE),
        ((TimeoutError,), Status.TIMEOUT),
        ((OSError,), Status.FAILURE),
        ((ContainerError, ProgramError, ConfigError, TargetError), Status.INVALID),
        ((TinyneuronError, ValueError, TypeError), Status.INVALID),
    ):
        if isinstance(error, kinds):
            return status
    return Status.FAILURE
