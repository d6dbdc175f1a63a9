"""The Vector engine's opcodes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tinyneuron_hw.formats import FORMATS
from tinyneuron_hw.isa.opcodes import IDENTITIES, AluOp, Opcode

from .machine import Machine
from .numerics import RAW_TYPES, add, from_float32, maximum, minimum, multiply, subtract, to_float32
from .overlap import forbid_lane_overlap
from .prepared import Prepared
from .region import Region

__all__ = ["ALU", "EXECUTORS", "reduce_interleaved"]

ALU: dict[AluOp, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    AluOp.BYPASS: lambda a, b: a,
    AluOp.ADD: add,
    AluOp.SUBTRACT: subtract,
    AluOp.MULTIPLY: multiply,
    AluOp.MAX: maximum,
    AluOp.MIN: minimum,
}
PARTIALS = 8
"""Interleaved partial results of a reduction."""


def _read(machine: Machine, region: Region) -> np.ndarray:
    return to_float32(machine.read(region), region.dtype)


def _write(machine: Machine, region: Region, values: np.ndarray) -> None:
    machine.write(region, from_float32(values, region.dtype))


def tensor_tensor(machine: Machine, prepared: Prepared) -> None:
    """``dst = in0 op in1``."""
    in0, in1, target = (prepared.regions[path] for path in ("in0", "in1", "dst"))
    forbid_lane_overlap(machine, [(in0, 1), (in1, 1)], target)
    operation = ALU[prepared.fields["op"]]
    _write(machine, target, operation(_read(machine, in0), _read(machine, in1)))


def tensor_scalar(machine: Machine, prepared: Prepared) -> None:
    """``dst = (in0 op0 operand0) op1 operand1``."""
    in0, target = prepared.regions["in0"], prepared.regions["dst"]
    forbid_lane_overlap(machine, [(in0, 1), *prepared.scalar_sources()], target)
    values = _read(machine, in0)
    for number in (0, 1):
        op = prepared.fields[f"op{number}"]
        if op is AluOp.BYPASS:
            continue
        operand = machine.read_scalar(prepared, f"operand{number}", in0.partitions)
        reverse = prepared.fields[f"reverse{number}"]
        values = ALU[op](operand, values) if reverse else ALU[op](values, operand)
    _write(machine, target, values)


def tensor_reduce(machine: Machine, prepared: Prepared) -> None:
    """Reduces the innermost dimensions."""
    in0, target = prepared.regions["in0"], prepared.regions["dst"]
    reduced = int(np.prod(in0.sizes[: prepared.fields["reduce_dims"]]))
    forbid_lane_overlap(machine, [(in0, reduced)], target)
    values = _read(machine, in0).reshape(in0.partitions, -1, reduced)
    result = reduce_interleaved(values, prepared.fields["op"])
    if prepared.fields["negate"]:
        result = -result
    _write(machine, target, result)


def reduce_interleaved(values: np.ndarray, op: AluOp) -> np.ndarray:
    """float32[...] of float32[..., elements]: element j goes to partial j mod 8, in order; the
    partials are combined as a balanced tree."""
    operation = ALU[op]
    start = np.uint32(IDENTITIES[op]).view(np.float32)
    partials = np.full((*values.shape[:-1], PARTIALS), start, dtype=np.float32)
    for first in range(0, values.shape[-1], PARTIALS):
        chunk = values[..., first : first + PARTIALS]
        width = chunk.shape[-1]
        partials[..., :width] = operation(partials[..., :width], chunk)
    while partials.shape[-1] > 1:
        partials = operation(partials[..., 0::2], partials[..., 1::2])
    return partials[..., 0]


def tensor_copy(machine: Machine, prepared: Prepared) -> None:
    """``dst = in0``, cast through FP32 unless the types are equal."""
    in0, target = prepared.regions["in0"], prepared.regions["dst"]
    forbid_lane_overlap(machine, [(in0, 1)], target)
    if in0.dtype is target.dtype:
        machine.write(target, machine.read(in0))
    else:
        _write(machine, target, _read(machine, in0))


def memset(machine: Machine, prepared: Prepared) -> None:
    """Every element becomes the low bits of ``value``."""
    target = prepared.regions["dst"]
    size = FORMATS[target.dtype].bytes
    value = prepared.fields["value"] & ((1 << 8 * size) - 1)
    machine.write(target, np.full((target.partitions, target.count), value, RAW_TYPES[size]))


EXECUTORS = {
    Opcode.TENSOR_TENSOR: tensor_tensor,
    Opcode.TENSOR_SCALAR: tensor_scalar,
    Opcode.TENSOR_REDUCE: tensor_reduce,
    Opcode.TENSOR_COPY: tensor_copy,
    Opcode.MEMSET: memset,
}
