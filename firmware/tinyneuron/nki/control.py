"""Loops and branches that run on the core: their bodies are traced once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tinyneuron_hw.config import LOOP_DEPTH

from ..lower.ir import Region, RegionKind, enclosing
from .registers import VirtualRegister, as_operand, register_alloc, register_move
from .trace import KernelError, current, source_line

__all__ = ["cond", "dynamic_range", "fori_loop", "while_loop"]


def dynamic_range(
    start: int | VirtualRegister, stop: int | VirtualRegister | None = None, step: int = 1
) -> Iterator[VirtualRegister]:
    """For ``for i in nl.dynamic_range(...)``: the body is traced once and runs for ``i`` from
    ``start`` (default 0) below ``stop``, in steps of a positive constant. ``i`` is a register.

    Raises
    ------
    KernelError
        The step is not a positive constant, or too many loops are inside each other.
    """
    if stop is None:
        start, stop = 0, start
    return _loop(as_operand(start), as_operand(stop), step)


def _loop(
    start: int | VirtualRegister, stop: int | VirtualRegister, step: int
) -> Iterator[VirtualRegister]:
    if isinstance(step, VirtualRegister) or not isinstance(step, int) or step < 1:
        raise KernelError(f"a dynamic loop's step must be a positive constant, not {step!r}")
    trace = current()
    depth = sum(item.kind is RegionKind.LOOP for item in enclosing(trace.region))
    if depth == LOOP_DEPTH:
        raise KernelError(f"at most {LOOP_DEPTH} dynamic loops are inside each other")
    region = Region(RegionKind.LOOP, source_line()[1], trace.region, start=start, step=step)
    if isinstance(start, int) and isinstance(stop, int):
        region.count = max(0, -(-(stop - start) // step))
    else:
        count = (stop - start + (step - 1)).maximum(0) // step  # pyright: ignore
        region.count = count
    low = start if isinstance(start, int) else start.low
    last = (stop if isinstance(stop, int) else stop.high) - 1
    if isinstance(start, int) and last >= start:
        last = start + (last - start) // step * step
    trace.open(region)
    region.counter = counter = VirtualRegister(low, max(low, last))
    try:
        yield counter
    except GeneratorExit:
        trace.abandoned = region.line
        raise
    trace.close(region)


def fori_loop(
    lower: int | VirtualRegister, upper: int | VirtualRegister,
    body_fun: Callable[[VirtualRegister], Any], step: int = 1,
) -> None:  # fmt: skip
    """Runs ``body_fun(i)`` for ``i`` from ``lower`` below ``upper``, a register; it is traced
    once."""
    for i in dynamic_range(lower, upper, step):
        body_fun(i)


def while_loop(init: VirtualRegister, body_fun: Callable[[VirtualRegister], Any]) -> None:
    """``r = init``; as long as ``r`` is not 0, ``r = body_fun(r)``; the body is traced once.

    Raises
    ------
    KernelError
        The body does not return a register.
    """
    trace = current()
    condition = register_alloc(init)
    region = Region(RegionKind.WHILE, source_line()[1], trace.region, condition)
    trace.open(region)
    result = body_fun(condition + 0)
    if not isinstance(result, VirtualRegister):
        raise KernelError(f"while_loop: body_fun must return the next condition, a register, not "
                          f"{result!r}")  # fmt: skip
    register_move(condition, result)
    trace.close(region)


def cond(
    pred: VirtualRegister, true_fun: Callable[[], Any], false_fun: Callable[[], Any] | None = None
) -> None:
    """Runs ``true_fun()`` when ``pred`` is not 0, otherwise ``false_fun()``; both are traced. What
    they leave behind is in tensors and in registers of ``nisa.register_alloc``."""
    trace = current()
    if not isinstance(pred, VirtualRegister):
        raise KernelError(f"cond: pred must be a register, not {pred!r}: take Python's if")
    as_operand(pred)
    region = Region(RegionKind.IF, source_line()[1], trace.region, pred)
    trace.open(region)
    true_fun()
    if false_fun is not None:
        trace.other(region)
        false_fun()
    trace.close(region)
