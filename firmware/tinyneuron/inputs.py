"""Input tensors given on the command line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .options import CommandLineError
from .program.program import Program
from .runtime.dtypes import numpy_dtype

__all__ = ["load_inputs"]


def load_inputs(program: Program, items: Sequence[str]) -> dict[str, np.ndarray]:
    """The arrays of NAME=FILE.npy. NumPy stores types it does not know (bfloat16) as raw bytes;
    they get the input's type back when the size agrees.

    Raises
    ------
    CommandLineError
        An item has another form, or names an input a second time, or its file is no array.
    """
    types = {spec.name: numpy_dtype(spec.dtype) for spec in program.of_kind("input")}
    arrays: dict[str, np.ndarray] = {}
    for item in items:
        name, equals, path = item.partition("=")
        if not equals:
            raise CommandLineError(f"--input takes NAME=FILE.npy, not {item!r}")
        if name in arrays:
            raise CommandLineError(f"--input {name} is given twice")
        try:
            array = np.load(path, allow_pickle=False)
        except ValueError as error:
            raise CommandLineError(f"--input {name}: {path} is no .npy file ({error})") from None
        expected = types.get(name)
        if expected and array.dtype.kind == "V" and array.dtype.itemsize == expected.itemsize:
            array = array.view(expected)
        arrays[name] = array
    return arrays
