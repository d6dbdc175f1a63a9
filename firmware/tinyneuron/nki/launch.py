"""Kernels that are called with arrays: traced, compiled and run."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from ..lower.ir import Module
from ..lower.pipeline import lower
from ..runtime.device import open_device
from .kernel import Kernel, Output, TensorArg, traced
from .settings import Settings, platform_is_met, settings, simulated

__all__ = ["Call", "launch", "simulate"]


class Call:
    """One call of a kernel with arrays.

    Members
    -------
    inputs: name -> array, of every array argument.
    module: what the kernel recorded.
    result: what it returned.
    prints: what ``nl.device_print`` shows.
    """

    def __init__(self, kernel: Kernel, args: tuple[Any, ...], kwargs: dict[str, Any],
                 where: Settings):  # fmt: skip
        bound = inspect.signature(kernel.function).bind(*args, **kwargs)
        bound.apply_defaults()
        self.inputs: dict[str, np.ndarray] = {}
        specs = {name: self._argument(name, value) for name, value in bound.arguments.items()}
        found = traced(kernel, where.config, specs)
        self.module: Module = found.module
        self.result: Any = found.result
        self.prints = found.trace.prints

    def _argument(self, name: str, value: Any) -> Any:
        """The argument with a spec in place of each array in it."""
        if isinstance(value, np.ndarray):
            self.inputs[name] = value
            return TensorArg(value.shape, value.dtype)
        if isinstance(value, (list, tuple)):
            items = [self._argument(f"{name}_{at}", item) for at, item in enumerate(value)]
            return type(value)(items) if type(value) in (list, tuple) else value
        if isinstance(value, dict):
            return {key: self._argument(f"{name}_{key}", item) for key, item in value.items()}
        return value

    def run(self, where: Settings) -> Any:
        """Runs it: arrays in place of the tensors that the kernel returned. Arguments that the
        kernel wrote are changed."""
        program = lower(self.module)
        with open_device(where.target, where.config) as device:
            outputs = device.load(program).run(self.inputs).outputs
        for tensor in self.module.tensors:
            if tensor.updated is not None:
                np.copyto(self.inputs[tensor.name], outputs[tensor.updated.name])
        for prefix, tensor in self.prints:
            sys.stdout.write(f"{prefix} {outputs[tensor.name]}\n")
        return _filled(self.result, outputs)


def _filled(result: Any, outputs: dict[str, np.ndarray]) -> Any:
    if isinstance(result, Output):
        return outputs[result.tensor.name].reshape(result.shape)
    if isinstance(result, (list, tuple)):
        return type(result)(_filled(item, outputs) for item in result)
    if isinstance(result, dict):
        return {key: _filled(item, outputs) for key, item in result.items()}
    return result


def launch(kernel: Kernel, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Runs a kernel on NumPy arrays, where its options and :func:`tinyneuron.nki.use` say.

    Raises
    ------
    KernelError
        The kernel breaks a rule of the language.
    LoweringError
        It needs more on-chip memory than there is.
    TrapError
        The core stopped.
    """
    platform_is_met(kernel.options.get("platform_target"))
    where = settings(kernel.options.get("target"), kernel.options.get("config"))
    if kernel.options.get("simulated"):
        where = simulated(where)
    return Call(kernel, args, kwargs, where).run(where)


def simulate(kernel: Kernel | Callable[..., Any]) -> Kernel:
    """The kernel (or ``kernel[grid]``, or a plain function) on the golden model, whatever
    :func:`tinyneuron.nki.use` says."""
    made = kernel if isinstance(kernel, Kernel) else Kernel(kernel)
    return made.with_options(simulated=True)
