"""The Scalar engine's opcodes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.opcodes import ActivationFunction, Opcode, ReduceCommand, RoundMode

from .machine import Machine
from .numerics import add, from_float32, multiply, to_float32
from .overlap import forbid_lane_overlap
from .prepared import Prepared
from .scalar_state import PARTIAL_SUMS
from .table import evaluate

__all__ = ["EXECUTORS", "FUNCTIONS", "activate"]


def _relu(x: np.ndarray, parameter: np.ndarray) -> np.ndarray:
    return np.where((x > 0) | np.isnan(x), x, np.float32(0))


def _prelu(x: np.ndarray, parameter: np.ndarray) -> np.ndarray:
    return np.where(np.signbit(x) & ~np.isnan(x), multiply(x, parameter), x)


def _sign(x: np.ndarray, parameter: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(x), x, np.sign(x) + np.float32(0))


FUNCTIONS: dict[ActivationFunction, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    ActivationFunction.IDENTITY: lambda x, parameter: x,
    ActivationFunction.RELU: _relu,
    ActivationFunction.PRELU: _prelu,
    ActivationFunction.SQUARE: lambda x, parameter: multiply(x, x),
    ActivationFunction.ABSOLUTE: lambda x, parameter: np.abs(x),
    ActivationFunction.SIGN: _sign,
}
"""The built-in functions of x and the instruction's parameter."""


def activate(machine: Machine, prepared: Prepared) -> None:
    """``dst = function(in0 * scale + bias)``; product and sum round separately."""
    in0, target = prepared.regions["in0"], prepared.regions["dst"]
    forbid_lane_overlap(machine, [(in0, 1), *prepared.scalar_sources()], target)
    values = to_float32(machine.read(in0), in0.dtype)
    scale = machine.read_scalar(prepared, "scale", in0.partitions)
    bias = machine.read_scalar(prepared, "bias", in0.partitions)
    result = _function(machine, prepared, add(multiply(values, scale), bias))
    _accumulate(machine.scalar.sums, prepared.fields["reduce_cmd"], result)
    machine.write(target, _cast(machine, prepared, result, target.dtype))


def _cast(machine: Machine, prepared: Prepared, values: np.ndarray, dtype: DType) -> np.ndarray:
    """Raw elements; every element that is rounded stochastically takes random bits in all lanes."""
    if prepared.fields["round_mode"] is RoundMode.NEAREST_EVEN:
        return from_float32(values, dtype)
    random = machine.scalar.generators.draw(values.shape[1])
    return from_float32(values, dtype, random[: len(values)])


def _function(machine: Machine, prepared: Prepared, x: np.ndarray) -> np.ndarray:
    code: ActivationFunction = prepared.fields["function"]
    if code in FUNCTIONS:
        parameter = np.array(prepared.fields["parameter"], dtype="<u4").view(np.float32)
        return FUNCTIONS[code](x, parameter)
    slot = code.value - ActivationFunction.TABLE0.value
    table = machine.scalar.table(slot)
    if table is None:
        machine.fail(f"uses slot {slot} of the Scalar engine, which holds no table")
    return evaluate(table, x)


def _accumulate(sums: np.ndarray, command: ReduceCommand, values: np.ndarray) -> None:
    if command in (ReduceCommand.RESET, ReduceCommand.RESET_REDUCE):
        sums[:] = 0
    if command in (ReduceCommand.REDUCE, ReduceCommand.RESET_REDUCE):
        lanes = len(values)
        for first in range(0, values.shape[1], PARTIAL_SUMS):
            chunk = values[:, first : first + PARTIAL_SUMS]
            part = sums[:lanes, : chunk.shape[1]]
            part[:] = add(part, chunk)


def load_table(machine: Machine, prepared: Prepared) -> None:
    """Puts an image into a slot."""
    words = machine.read(prepared.regions["in0"])
    rows = [sum(int(word) << 32 * p for p, word in enumerate(row)) for row in words.T]
    machine.scalar.load(prepared.fields["slot"], rows)


def activate_read(machine: Machine, prepared: Prepared) -> None:
    """The sum of each lane's partial sums."""
    target = prepared.regions["dst"]
    sums = machine.scalar.sums[: target.partitions]
    while sums.shape[1] > 1:
        sums = add(sums[:, 0::2], sums[:, 1::2])
    machine.write(target, _cast(machine, prepared, sums, target.dtype))


def activate_seed(machine: Machine, prepared: Prepared) -> None:
    """The lanes' generators take seeds."""
    machine.scalar.generators.seed(machine.read(prepared.regions["in0"])[:, 0])


EXECUTORS = {
    Opcode.ACTIVATE: activate,
    Opcode.LOAD_TABLE: load_table,
    Opcode.ACTIVATE_READ: activate_read,
    Opcode.ACTIVATE_SEED: activate_seed,
}
