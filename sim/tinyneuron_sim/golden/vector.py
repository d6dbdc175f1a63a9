"""The Vector engine's opcodes."""

from __future__ import annotations

import numpy as np

from tinyneuron_hw.formats import FORMATS
from tinyneuron_hw.isa.opcodes import IDENTITIES, RAW_OPS, UNARY_OPS, AluOp, Opcode, ReduceCommand
from tinyneuron_hw.isa.rules_operations import OPERATIONS

from .accumulators import PARTIALS, combine, identity, interleave
from .machine import Machine
from .numerics import RAW_TYPES, to_float32
from .operations import ALU, RAW_ALU
from .overlap import forbid_lane_overlap
from .prepared import Prepared
from .region import Region
from .vector_chains import EXECUTORS as CHAINS
from .vector_chains import accumulate

__all__ = ["EXECUTORS", "reduce_interleaved"]


def _is_raw(prepared: Prepared) -> bool:
    """Whether an instruction works on the bits of its operands."""
    return any(prepared.fields.get(name) in RAW_OPS for name in OPERATIONS)


def _read(machine: Machine, region: Region, *, raw: bool = False) -> np.ndarray:
    elements = machine.read(region)
    return elements if raw else to_float32(elements, region.dtype)


def _write(machine: Machine, region: Region, values: np.ndarray, *, raw: bool = False) -> None:
    if raw:
        machine.write(region, values)
    else:
        machine.write_values(region, values)


def tensor_tensor(machine: Machine, prepared: Prepared) -> None:
    """``dst = in0 op in1``."""
    in0, in1, target = (prepared.regions[path] for path in ("in0", "in1", "dst"))
    forbid_lane_overlap(machine, [(in0, 1), (in1, 1)], target)
    raw = _is_raw(prepared)
    operation = (RAW_ALU if raw else ALU)[prepared.fields["op"]]
    values = operation(_read(machine, in0, raw=raw), _read(machine, in1, raw=raw))
    _write(machine, target, values, raw=raw)


def tensor_scalar(machine: Machine, prepared: Prepared) -> None:
    """``dst = (in0 op0 operand0) op1 operand1``."""
    in0, target = prepared.regions["in0"], prepared.regions["dst"]
    forbid_lane_overlap(machine, [(in0, 1), *prepared.scalar_sources()], target)
    raw = _is_raw(prepared)
    values = _read(machine, in0, raw=raw)
    for number in (0, 1):
        values = _apply(machine, prepared, number, values, raw=raw)
    load = None
    if prepared.fields["reduce_cmd"] is ReduceCommand.LOAD_REDUCE:
        load = machine.read_scalar(prepared, "operand1", in0.partitions)
    accumulate(machine, prepared.fields, values, load)
    _write(machine, target, values, raw=raw)


def _apply(
    machine: Machine, prepared: Prepared, number: int, values: np.ndarray, *, raw: bool
) -> np.ndarray:
    """``values`` after operation ``number`` with the scalar operand of that number."""
    op, path = prepared.fields[f"op{number}"], f"operand{number}"
    operation = (RAW_ALU if raw else ALU)[op]
    if op in UNARY_OPS:
        return operation(values, values)
    in0 = prepared.regions["in0"]
    if raw:
        operand = machine.read_raw_scalar(prepared, path, in0.dtype, in0.partitions)
    else:
        operand = machine.read_scalar(prepared, path, in0.partitions)
    swap = prepared.fields[f"reverse{number}"]
    return operation(operand, values) if swap else operation(values, operand)


def tensor_reduce(machine: Machine, prepared: Prepared) -> None:
    """Reduces the innermost dimensions."""
    in0, target = prepared.regions["in0"], prepared.regions["dst"]
    reduced = int(np.prod(in0.sizes[: prepared.fields["reduce_dims"]]))
    forbid_lane_overlap(machine, [(in0, reduced)], target)
    raw = _is_raw(prepared)
    values = _read(machine, in0, raw=raw).reshape(in0.partitions, -1, reduced)
    result = reduce_interleaved(values, prepared.fields["op"])
    if prepared.fields["negate"]:
        result = -result
    _write(machine, target, result, raw=raw)


def reduce_interleaved(values: np.ndarray, op: AluOp) -> np.ndarray:
    """[...] of [..., elements], float32 or raw: element j goes to partial j mod 8, in order; the
    partials are combined as a balanced tree."""
    if op in RAW_OPS:
        operation, start = RAW_ALU[op], np.uint32(IDENTITIES[op]).astype(values.dtype)
    else:
        operation, start = ALU[op], identity(op)
    partials = np.full((*values.shape[:-1], PARTIALS), start)
    interleave(partials, values, operation)
    return combine(partials, operation)


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
    **CHAINS,
    Opcode.TENSOR_TENSOR: tensor_tensor,
    Opcode.TENSOR_SCALAR: tensor_scalar,
    Opcode.TENSOR_REDUCE: tensor_reduce,
    Opcode.TENSOR_COPY: tensor_copy,
    Opcode.MEMSET: memset,
}
