"""The arrays that a program is given, checked against its tensors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..program.program import Program, TensorSpec
from .dtypes import numpy_dtype
from .errors import InputError

__all__ = ["check_inputs", "checked_input", "spec_of"]


def spec_of(program: Program, name: str, kind: str) -> TensorSpec:
    """A tensor of a program; ``kind`` is input or output.

    Raises
    ------
    InputError
        There is none; names those there are.
    """
    specs = {spec.name: spec for spec in program.of_kind(kind)}
    if name not in specs:
        raise InputError(f"program has no {kind} {name!r}; it has: {', '.join(specs) or 'none'}")
    return specs[name]


def checked_input(program: Program, name: str, array: np.ndarray) -> np.ndarray:
    """An array for an input.

    Raises
    ------
    InputError
        No such input, or shape or dtype differ; names tensor, expected and given.
    """
    spec, array = spec_of(program, name, "input"), np.asarray(array)
    expected = numpy_dtype(spec.dtype)
    if array.dtype != expected:
        raise InputError(f"input {name!r} must be {expected}, not {array.dtype}")
    if array.shape != spec.shape:
        raise InputError(f"input {name!r} must have shape {spec.shape}, not {array.shape}")
    return array


def check_inputs(program: Program, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The inputs as arrays, each input tensor of the program exactly once.

    Raises
    ------
    InputError
        One is missing, unknown, or of the wrong shape or dtype; names tensor, expected and given.
    """
    missing = [spec.name for spec in program.of_kind("input") if spec.name not in inputs]
    if missing:
        raise InputError(f"missing input: {', '.join(missing)}")
    return {name: checked_input(program, name, array) for name, array in inputs.items()}
