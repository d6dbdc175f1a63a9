"""The Scalar engine's opcode."""

from __future__ import annotations

import numpy as np

from tinyneuron_hw.isa.opcodes import ActivationFunction, Opcode

from .machine import Machine
from .numerics import add, from_float32, multiply, to_float32
from .overlap import forbid_lane_overlap
from .prepared import Prepared

__all__ = ["EXECUTORS", "FUNCTIONS", "activate"]


def _relu(values: np.ndarray) -> np.ndarray:
    return np.where((values > 0) | np.isnan(values), values, np.float32(0))


FUNCTIONS = {
    ActivationFunction.IDENTITY: lambda values: values,
    ActivationFunction.RELU: _relu,
}


def activate(machine: Machine, prepared: Prepared) -> None:
    """``dst = function(in0 * scale + bias)``; product and sum round separately."""
    in0, target = prepared.regions["in0"], prepared.regions["dst"]
    forbid_lane_overlap(machine, [(in0, 1), *prepared.scalar_sources()], target)
    values = to_float32(machine.read(in0), in0.dtype)
    scale = machine.read_scalar(prepared, "scale", in0.partitions)
    bias = machine.read_scalar(prepared, "bias", in0.partitions)
    result = FUNCTIONS[prepared.fields["function"]](add(multiply(values, scale), bias))
    machine.write(target, from_float32(result, target.dtype))


EXECUTORS = {Opcode.ACTIVATE: activate}
