"""The Vector engine's opcodes that chain operations, accumulate, select or count."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.opcodes import UNARY_OPS, AluOp, Comparison, Opcode, ReduceCommand
from tinyneuron_hw.isa.rules_accumulate import ACCUMULATING

from .machine import Machine
from .numerics import to_float32
from .operations import ALU
from .overlap import forbid_lane_overlap
from .prepared import Prepared
from .region import Region

__all__ = ["EXECUTORS", "accumulate", "indices"]

_COMPARE: dict[Comparison, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    Comparison.EQUAL: np.equal,
    Comparison.NOT_EQUAL: np.not_equal,
    Comparison.GREATER: np.greater,
    Comparison.GREATER_EQUAL: np.greater_equal,
    Comparison.LESS: np.less,
    Comparison.LESS_EQUAL: np.less_equal,
}


def _regions(machine: Machine, prepared: Prepared) -> list[Region]:
    """The sources and, last, the destination, once it is known that they may go together."""
    regions = [prepared.regions[path] for path in ("in0", "in1", "dst") if path in prepared.regions]
    sources = [(source, 1) for source in regions[:-1]]
    forbid_lane_overlap(machine, [*sources, *prepared.scalar_sources()], regions[-1])
    return regions


def _read(machine: Machine, region: Region) -> np.ndarray:
    return to_float32(machine.read(region), region.dtype)


def apply(op: AluOp, a: np.ndarray, b: np.ndarray, *, reverse: bool) -> np.ndarray:
    """``a op b``, or ``b op a``; an operation of one operand takes ``a`` in any case."""
    return ALU[op](b, a) if reverse and op not in UNARY_OPS else ALU[op](a, b)


def _first(machine: Machine, prepared: Prepared, values: np.ndarray) -> np.ndarray:
    """``values`` after ``op0``, which reads ``operand0`` if it has two operands."""
    op, operand = prepared.fields["op0"], values
    if op not in UNARY_OPS:
        operand = machine.read_scalar(prepared, "operand0", len(values))
    return apply(op, values, operand, reverse=prepared.fields["reverse0"])


def accumulate(machine: Machine, fields: Mapping[str, Any], values: np.ndarray,
               load: np.ndarray | None = None) -> None:  # fmt: skip
    """What ``reduce_cmd`` does with an instruction's results, float32[partitions, elements]."""
    command, op = fields["reduce_cmd"], fields["reduce_op"]
    machine.accumulators.begin(command, len(values), load)
    if command in ACCUMULATING:
        machine.accumulators.accumulate(values, op, ALU[op])


def scalar_tensor_tensor(machine: Machine, prepared: Prepared) -> None:
    """``dst = (in0 op0 operand0) op1 in1``."""
    fields = prepared.fields
    in0, in1, target = _regions(machine, prepared)
    values = _first(machine, prepared, _read(machine, in0))
    values = apply(fields["op1"], values, _read(machine, in1), reverse=fields["reverse1"])
    accumulate(machine, fields, values)
    machine.write_values(target, values)


def tensor_scan(machine: Machine, prepared: Prepared) -> None:
    """``r = (in0 op0 r) op1 in1``, element by element."""
    fields = prepared.fields
    in0, in1, target = _regions(machine, prepared)
    left, right = _read(machine, in0), _read(machine, in1)
    running = np.zeros(len(left), np.float32)
    if fields["op0"] not in UNARY_OPS:
        running[:] = machine.read_scalar(prepared, "operand0", in0.partitions)[:, 0]
    result = np.empty_like(left)
    for j in range(left.shape[1]):
        first = apply(fields["op0"], left[:, j], running, reverse=fields["reverse0"])
        running = apply(fields["op1"], first, right[:, j], reverse=fields["reverse1"])
        result[:, j] = running
    machine.write_values(target, result)


def tensor_cumulative(machine: Machine, prepared: Prepared) -> None:
    """``r = (in0 op0 operand0) op1 r``, element by element."""
    fields = prepared.fields
    in0, target = _regions(machine, prepared)
    values, op1 = _first(machine, prepared, _read(machine, in0)), fields["op1"]
    load = None
    if fields["reduce_cmd"] is ReduceCommand.LOAD_REDUCE:
        load = machine.read_scalar(prepared, "operand1", in0.partitions)
    accumulators = machine.accumulators
    accumulators.begin(fields["reduce_cmd"], in0.partitions, load)
    running, result = accumulators.first(in0.partitions, op1), np.empty_like(values)
    for j in range(values.shape[1]):
        running = ALU[op1](values[:, j], running)
        result[:, j] = running
    accumulators.put_first(running)
    machine.write_values(target, result)


def select(machine: Machine, prepared: Prepared) -> None:
    """``dst = in0`` where ``in1`` says so, else ``operand0``."""
    fields = prepared.fields
    in0, in1, target = _regions(machine, prepared)
    chosen = (_read(machine, in1) != 0) ^ bool(fields["reverse_pred"])
    operand = machine.read_scalar(prepared, "operand0", in0.partitions)
    raw = _selected(machine, prepared, in0, chosen, operand)
    machine.write(target, raw, chosen if fields["keep"] else None)


def index_select(machine: Machine, prepared: Prepared) -> None:
    """``dst = in0`` where the index is in bounds, else ``on_false``."""
    fields = prepared.fields
    in0, target = _regions(machine, prepared)
    index = indices(fields, in0).astype(np.float32)
    chosen = np.ones(index.shape, np.bool_)
    for number in (0, 1):
        bound = machine.read_scalar(prepared, f"operand{number}", in0.partitions)
        chosen &= _COMPARE[fields[f"cmp{number}"]](index, bound)
    other = np.array([[fields["on_false"]]], "<u4").view(np.float32)
    machine.write(target, _selected(machine, prepared, in0, chosen, other))


def _selected(machine: Machine, prepared: Prepared, in0: Region, chosen: np.ndarray,
              other: np.ndarray) -> np.ndarray:  # fmt: skip
    """Raw elements of the destination, after what is to be accumulated was."""
    fields, target = prepared.fields, prepared.regions["dst"]
    raw = machine.read(in0)
    values = np.where(chosen, to_float32(raw, in0.dtype), other)
    accumulate(machine, fields, values)
    if in0.dtype is target.dtype and fields["reduce_cmd"] not in ACCUMULATING:
        return np.where(chosen, raw, machine.cast(target, other))
    return machine.cast(target, values)


def indices(fields: Mapping[str, Any], region: Region) -> np.ndarray:
    """int32[partitions, elements]: the index of every element of ``region``."""
    index = np.zeros(1, np.int64)
    for k, size in enumerate(region.sizes):
        steps = np.arange(size, dtype=np.int64) * fields[f"index.strides.{k}"]
        index = (steps[:, None] + index).reshape(-1)
    own = np.arange(region.partitions, dtype=np.int64) * fields["index.channel_multiplier"]
    return (fields["offset"] + own[:, None] + index).astype(np.int32)


def iota(machine: Machine, prepared: Prepared) -> None:
    """``dst = index``."""
    target = prepared.regions["dst"]
    index = indices(prepared.fields, target)
    if target.dtype in (DType.INT32, DType.UINT32):
        machine.write(target, index.view(np.uint32))
    else:
        machine.write_values(target, index.astype(np.float32))


def read_accumulator(machine: Machine, prepared: Prepared) -> None:
    """``dst`` becomes the partial results combined."""
    target, op = prepared.regions["dst"], prepared.fields["reduce_op"]
    accumulators = machine.accumulators
    if target.partitions > accumulators.lanes:
        machine.fail(
            f"reads the accumulators of {target.partitions} lanes, of which an instruction with "
            f"{accumulators.lanes} partitions has accumulated"
        )
    result = accumulators.read(target.partitions, op, ALU[op])
    if prepared.fields["negate"]:
        result = -result
    machine.write_values(target, result)


EXECUTORS = {
    Opcode.SCALAR_TENSOR_TENSOR: scalar_tensor_tensor,
    Opcode.TENSOR_SCAN: tensor_scan,
    Opcode.TENSOR_CUMULATIVE: tensor_cumulative,
    Opcode.SELECT: select,
    Opcode.INDEX_SELECT: index_select,
    Opcode.IOTA: iota,
    Opcode.READ_ACCUMULATOR: read_accumulator,
}
