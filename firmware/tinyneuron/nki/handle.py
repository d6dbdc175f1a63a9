"""What an instruction's call returns, and the name it may have."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec

from .objects import NKIObject
from .trace import KernelError, Trace, current

__all__ = ["NkiInstruction", "instruction"]

_P = ParamSpec("_P")


class NkiInstruction(NKIObject):
    """An instruction that a kernel has recorded."""

    def __init__(self, handle: tuple[Trace, int]):
        self.trace, self.number = handle

    def depends_on(self, *producers: NkiInstruction) -> NkiInstruction:
        """This instruction runs after each of ``producers``: those it must wait for because of
        their data it waits for anyway, so what is left to check is that they come first.

        Raises
        ------
        KernelError
            A producer is no instruction of this kernel, or comes later.
        """
        for producer in producers:
            if not isinstance(producer, NkiInstruction) or producer.trace is not self.trace:
                raise KernelError(f"depends_on: {producer!r} is no instruction of this kernel")
            if producer.number >= self.number:
                raise KernelError("depends_on: a producer must come before its consumer")
        return self


def instruction(function: Callable[_P, None]) -> Callable[_P, NkiInstruction]:
    """Makes a function that records instructions one that returns their handle, and checks the
    ``name`` it may be given (of the caller's choice; it changes nothing)."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> NkiInstruction:
        name = kwargs.get("name")
        if name is not None and not isinstance(name, str):
            raise KernelError(f"{function.__name__}: name must be a string, not {name!r}")
        function(*args, **kwargs)
        trace = current()
        trace.calls += 1
        return NkiInstruction((trace, trace.calls))

    return call
