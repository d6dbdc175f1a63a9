"""Kernels: plain Python functions that are run once to record instructions."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinyneuron_hw.collector import collector_paused
from tinyneuron_hw.config import CoreConfig, get_config

from ..lower.ir import DeviceTensor, Module
from ..lower.pipeline import lower
from ..program.program import Program
from .dtypes import as_dtype
from .tensor import Tensor
from .trace import KernelError, Trace, active, tracing
from .transfer import make_writable

__all__ = ["Constant", "Kernel", "Output", "TensorArg", "compile", "jit", "trace", "traced"]


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
    """What ``@nki.jit`` makes of a function.

    Called inside another kernel it is the function; called with NumPy arrays it runs on them
    (:func:`tinyneuron.nki.use` says where) and returns arrays. ``kernel[grid]`` is the kernel on a
    grid of programs; :func:`compile` makes a program of it.
    """

    def __init__(self, function: Callable[..., Any], grid: tuple[int, ...] = (), **options: Any):
        functools.update_wrapper(self, function)
        self.function = function
        self.grid = grid
        self.options = options

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if active():
            return self.function(*args, **kwargs)
        from .launch import launch  # it makes kernels, too

        return launch(self, args, kwargs)

    def __getitem__(self, grid: Any) -> Kernel:
        """The kernel on a grid: its programs are traced one after another, into one program of the
        core. They have the same ``nl.shared_hbm`` tensors."""
        sizes = tuple(grid) if isinstance(grid, (tuple, list)) else (grid,)
        if not sizes or any(not isinstance(size, int) or size < 1 for size in sizes):
            raise KernelError(f"a grid is one or more numbers of at least 1, not {grid!r}")
        return Kernel(self.function, sizes, **self.options)

    def with_options(self, **options: Any) -> Kernel:
        """The kernel with other options of :func:`jit`."""
        return Kernel(self.function, self.grid, **{**self.options, **options})

    def __repr__(self) -> str:
        return f"<nki kernel {self.function.__name__}>"


def jit(fn: Callable[..., Any] | None = None, **kwargs: Any) -> Any:
    """Makes a kernel of a function; as ``@nki.jit`` or ``@nki.jit(...)``.

    ``target`` and ``config`` say where it runs when it is called with arrays; ``platform_target``
    must not be a later core; what else the public compiler takes changes nothing."""
    return Kernel(fn, **kwargs) if fn is not None else functools.partial(Kernel, **kwargs)


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
    return traced(kernel, config, specs, stochastic_rounding=stochastic_rounding).module


@dataclass(frozen=True)
class Output:
    """A tensor that a kernel returned, with the shape that it returned it in."""

    tensor: DeviceTensor
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Traced:
    """What a kernel recorded, and what it returned: an :class:`Output` for each tensor."""

    trace: Trace
    result: Any

    @property
    def module(self) -> Module:
        return self.trace.module


@collector_paused()
def traced(
    kernel: Kernel | Callable[..., Any], config: str | CoreConfig, specs: Mapping[str, Any], *,
    stochastic_rounding: bool = False,
) -> Traced:  # fmt: skip
    """As :func:`trace`; each program of a grid is run once."""
    made = kernel if isinstance(kernel, Kernel) else Kernel(kernel)
    function, grid = made.function, made.grid
    state = Trace(get_config(config), function.__name__, stochastic=stochastic_rounding, grid=grid)
    state.module.file = inspect.getsourcefile(function) or ""
    arguments = {name: _argument(state, name, value) for name, value in specs.items()}
    with tracing(state):
        for program in np.ndindex(*grid) if grid else [()]:
            state.begin_program(program)
            result = function(**arguments)
        state.require_whole()
        found = _outputs(state, result)
    return Traced(state, found)


def _argument(state: Trace, name: str, value: Any) -> Any:
    """What the kernel sees of an argument."""
    if isinstance(value, TensorArg):
        tensor = state.new_tensor(tuple(value.shape), as_dtype(value.dtype), "input", name)
        return Tensor.whole(tensor)
    if isinstance(value, Constant):
        kind, data = as_dtype(value.array.dtype), np.ascontiguousarray(value.array).tobytes()
        return Tensor.whole(state.new_tensor(value.array.shape, kind, "constant", name, data))
    if type(value) in (list, tuple):
        return type(value)(_argument(state, f"{name}_{at}", v) for at, v in enumerate(value))
    if isinstance(value, dict):
        return {key: _argument(state, f"{name}_{key}", item) for key, item in value.items()}
    return value


def _outputs(state: Trace, result: Any) -> Any:
    """Marks what the kernel returned as its outputs; the result with an :class:`Output` for each
    tensor."""
    module, updated = state.module, state.module.outputs
    module.outputs = []
    found = _returned(module, result)
    # What was written to arguments and not returned, and what is printed.
    module.outputs += [item for item in updated if item not in module.outputs]
    module.outputs += [item for _, item in state.prints]
    if not module.outputs:
        raise KernelError(f"kernel {module.name!r} must return its output tensors, not {result!r}")
    order = {kind: at for at, kind in enumerate(("input", "constant", "output", "scratch"))}
    _name(module.outputs, "out")
    made = [tensor for tensor in module.tensors if tensor.kind == "scratch"]
    _name(made, "scratch")
    rest = [tensor for tensor in module.tensors if tensor.kind in ("input", "constant")]
    module.tensors = sorted(rest + module.outputs + made, key=lambda item: order[item.kind])
    return found


def _returned(module: Module, result: Any) -> Any:
    if type(result) in (tuple, list):
        return type(result)(_returned(module, item) for item in result)
    if isinstance(result, dict):
        return {key: _returned(module, item) for key, item in result.items()}
    if result is None:
        return None
    base = result.base if isinstance(result, Tensor) else None
    whole = isinstance(base, DeviceTensor) and result.size == math.prod(base.shape)
    if whole and isinstance(base, DeviceTensor) and base.kind == "input":
        # An argument that is returned is an output, too, whether it was written or not.
        make_writable("return", result)
        base = base.updated
    whole = whole and result.is_contiguous() and not result.offset
    if not isinstance(base, DeviceTensor) or not whole or base.kind == "constant":
        raise KernelError(f"kernel {module.name!r} must return the device tensors it made, not "
                          f"{result!r}")  # fmt: skip
    base.kind = "output"
    if base not in module.outputs:
        base.shape = result.shape
        module.outputs.append(base)
    return Output(base, result.shape)


def _name(tensors: list[DeviceTensor], stem: str) -> None:
    """Names those the kernel left unnamed: ``stem``, or ``stem0`` ... when there are several."""
    unnamed = [tensor for tensor in tensors if not tensor.name]
    for number, tensor in enumerate(unnamed):
        tensor.name = stem if len(unnamed) == 1 else f"{stem}{number}"
