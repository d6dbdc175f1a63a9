"""Kernels: plain Python functions that are run once to record instructions."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinyneuron_hw.config import CoreConfig, get_config

from ..lower.ir import DeviceTensor, Module
from ..lower.pipeline import lower
from ..program.program import Program
from .language import as_dtype
from .tensor import Tensor
from .trace import KernelError, Trace, current, tracing

__all__ = ["Constant", "Kernel", "TensorArg", "compile", "jit", "trace"]


@dataclass(frozen=True)
class TensorArg:
    """A tensor argument of a kernel: what the caller will pass when the program runs."""

    shape: tuple[int, ...]
    dtype: Any


@dataclass(frozen=True, eq=False)
class Constant:
    """A tensor argument whose value goes into the program."""

    array: np.ndarray


class Kernel:
    """What ``@nki.jit`` makes of a function. Inside another kernel it is called as the function;
    :func:`compile` makes a program of it."""

    def __init__(self, function: Callable[..., Any]):
        functools.update_wrapper(self, function)
        self.function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        current()
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<nki kernel {self.function.__name__}>"


def jit(function: Callable[..., Any] | None = None) -> Any:
    """Makes a kernel of a function; as ``@nki.jit`` or ``@nki.jit()``."""
    return Kernel if function is None else Kernel(function)


def compile(
    kernel: Kernel | Callable[..., Any], config: str | CoreConfig, specs: Mapping[str, Any], *,
    stochastic_rounding: bool = False,
) -> Program:  # fmt: skip
    """The program of ``kernel`` for one configuration and these arguments.

    Parameters
    ----------
    kernel:
        A function in the kernel language; it returns its output tensor, or a tuple of them
        (device tensors it made with ``nl.ndarray``).
    specs:
        Parameter name -> :class:`TensorArg` (an input tensor of that name), :class:`Constant`, or
        any other value, which the kernel sees as it is.
    stochastic_rounding:
        Whether the Vector and Scalar engines round what they write up in magnitude with the
        probability of the part that is cut off, instead of to nearest even.

    Raises
    ------
    KernelError
        The kernel breaks a rule of the language; names its source line, the rule and the value.
    LoweringError
        The kernel needs more on-chip memory than there is.
    """
    return lower(trace(kernel, config, specs, stochastic_rounding=stochastic_rounding))


def trace(
    kernel: Kernel | Callable[..., Any], config: str | CoreConfig, specs: Mapping[str, Any], *,
    stochastic_rounding: bool = False,
) -> Module:  # fmt: skip
    """Runs a kernel once and returns what it recorded (arguments as :func:`compile`)."""
    function = kernel.function if isinstance(kernel, Kernel) else kernel
    state = Trace(get_config(config), function.__name__, stochastic=stochastic_rounding)
    state.module.file = inspect.getsourcefile(function) or ""
    arguments: dict[str, Any] = {}
    for name, value in specs.items():
        if isinstance(value, TensorArg):
            tensor = state.new_tensor(tuple(value.shape), as_dtype(value.dtype), "input", name)
            arguments[name] = Tensor.whole(tensor)
        elif isinstance(value, Constant):
            kind, data = as_dtype(value.array.dtype), np.ascontiguousarray(value.array).tobytes()
            tensor = state.new_tensor(value.array.shape, kind, "constant", name, data)
            arguments[name] = Tensor.whole(tensor)
        else:
            arguments[name] = value
    with tracing(state):
        result = function(**arguments)
        state.require_whole()
        _outputs(state.module, result)
    return state.module


def _outputs(module: Module, result: Any) -> None:
    """Marks what the kernel returned as its outputs."""
    returned = result if isinstance(result, (tuple, list)) else [result]
    for item in returned:
        base = item.base if isinstance(item, Tensor) and item.shape == item.base.shape else None
        if not isinstance(base, DeviceTensor) or base.kind != "scratch":
            raise KernelError(f"kernel {module.name!r} must return the device tensors it made, not "
                              f"{item!r}")  # fmt: skip
        base.kind = "output"
        module.outputs.append(base)
    if not module.outputs:
        raise KernelError(f"kernel {module.name!r} must return its output tensors, not {result!r}")
    order = {kind: at for at, kind in enumerate(("input", "constant", "output", "scratch"))}
    _name(module.outputs, "out")
    made = [tensor for tensor in module.tensors if tensor.kind == "scratch"]
    _name(made, "scratch")
    rest = [tensor for tensor in module.tensors if tensor.kind in ("input", "constant")]
    module.tensors = sorted(rest + module.outputs + made, key=lambda item: order[item.kind])


def _name(tensors: list[DeviceTensor], stem: str) -> None:
    """Names those the kernel left unnamed: ``stem``, or ``stem0`` ... when there are several."""
    unnamed = [tensor for tensor in tensors if not tensor.name]
    for number, tensor in enumerate(unnamed):
        tensor.name = stem if len(unnamed) == 1 else f"{stem}{number}"
