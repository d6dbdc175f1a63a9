"""What the runtime raises. Everything derives from :class:`TinyneuronError` (a RuntimeError)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Stream

from .deadlock import Waiting

__all__ = ["DeviceMemoryError", "InputError", "RunTimeoutError", "TinyneuronError", "TrapError"]


class TinyneuronError(RuntimeError):
    """Something the runtime was asked for cannot be done."""


class InputError(TinyneuronError, ValueError):
    """A tensor has the wrong name, shape or dtype."""


class DeviceMemoryError(TinyneuronError, MemoryError):
    """A program or its tensors do not fit device memory."""


class RunTimeoutError(TinyneuronError, TimeoutError):
    """A program was still running after the cycles it was given.

    ``waiting``: where each stream that had not ended stood.
    """

    def __init__(self, message: str, *, waiting: Sequence[Waiting] = ()):
        super().__init__(message)
        self.waiting = tuple(waiting)


class TrapError(TinyneuronError):
    """The core stopped at an instruction.

    Attributes: ``cause``, ``stream``, ``pc`` (index of the instruction in its stream), ``address``
    (see :class:`tinyneuron_hw.isa.csr.Trap`), ``waiting`` (after WATCHDOG: what each stream that
    had not ended waited for), ``notifications`` (what each stream had told by NOTIFY).
    """

    def __init__(self, message: str, *, cause: Trap, stream: Stream, pc: int, address: int,
                 waiting: Sequence[Waiting] = (),
                 notifications: Mapping[Stream, Sequence[int]] | None = None):  # fmt: skip
        super().__init__(message)
        self.cause = cause
        self.stream = stream
        self.pc = pc
        self.address = address
        self.waiting = tuple(waiting)
        self.notifications = {stream: list(told) for stream, told in (notifications or {}).items()}
