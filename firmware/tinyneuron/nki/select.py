"""``nki.isa``: choosing elements by a predicate or by their index, and the indices themselves."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tinyneuron_hw.isa.opcodes import Comparison, Opcode, Stream

from ..lower.ir import Operand, TileRef
from .accumulate import accumulate_fields, read_accumulator, reduce_cmd
from .checks import float_bits, free_ref, lane_operand, not_both_psum, same_free_size
from .handle import instruction
from .operands import scalar_operand
from .ops import OPS, Op
from .tensor import Tensor
from .trace import KernelError, emit

__all__ = ["affine_select", "iota", "range_select", "select_reduce", "tensor_copy_predicated"]

LOWEST = -3.402823466e38
"""The lowest FP32 number."""


@instruction
def tensor_copy_predicated(
    dst: Tensor, src: float | Tensor, predicate: Tensor, reverse_pred: bool = False,
    name: str | None = None,
) -> None:  # fmt: skip
    """``dst = src`` where ``predicate`` is not 0 (``reverse_pred``: where it is), elsewhere ``dst``
    stays; ``src`` is a tile or a number."""
    call = "tensor_copy_predicated"
    to, chosen = lane_operand(call, "dst", dst), lane_operand(call, "predicate", predicate)
    same_free_size(call, to, predicate=chosen)
    keeps = isinstance(src, Tensor)
    source = lane_operand(call, "src", src) if keeps else to
    same_free_size(call, to, src=source)
    if keeps:
        not_both_psum(call, src=source, predicate=chosen)
    # A number takes the other operand's place: what is not to change is copied onto itself.
    fields: dict[str, Any] = {"keep": int(keeps), "reverse_pred": int(reverse_pred ^ (not keeps))}
    reads: dict[str, Operand] = {"in0": source, "in1": chosen}
    scalar_operand(call, "operand0", 0.0 if keeps else src, source, reads, fields, "src")
    emit(Opcode.SELECT, reads, {"dst": to}, fields, Stream.VECTOR)


@instruction
def select_reduce(
    dst: Tensor, predicate: Tensor, on_true: Tensor, on_false: float | Tensor,
    reduce_res: Tensor | None = None, reduce_cmd: reduce_cmd = reduce_cmd.idle,
    reduce_op: Op = OPS["maximum"], reverse_pred: bool = False, name: str | None = None,
) -> None:  # fmt: skip
    """``dst = on_true`` where ``predicate`` is not 0, else ``on_false`` (a number or ``[P, 1]``);
    the results may go to the accumulators, which ``reduce_res`` ``[P, 1]`` takes out."""
    call = "select_reduce"
    to, chosen = lane_operand(call, "dst", dst), lane_operand(call, "predicate", predicate)
    source = lane_operand(call, "on_true", on_true)
    same_free_size(call, to, predicate=chosen, on_true=source)
    not_both_psum(call, predicate=chosen, on_true=source)
    fields = {"reverse_pred": int(reverse_pred), **accumulate_fields(call, reduce_cmd, reduce_op)}
    reads: dict[str, Operand] = {"in0": source, "in1": chosen}
    scalar_operand(call, "operand0", on_false, source, reads, fields, "on_false")
    emit(Opcode.SELECT, reads, {"dst": to}, fields, Stream.VECTOR)
    if reduce_res is not None:
        read_accumulator(call, reduce_res, reduce_op)


@instruction
def range_select(
    dst: Tensor, on_true_tile: Tensor, comp_op0: Op, comp_op1: Op, bound0: float | Tensor,
    bound1: float | Tensor, reduce_cmd: reduce_cmd = reduce_cmd.reset_reduce,
    reduce_res: Tensor | None = None, reduce_op: Op = OPS["maximum"], range_start: int = 0,
    on_false_value: float = LOWEST, name: str | None = None,
) -> None:  # fmt: skip
    """``dst[p, i] = on_true_tile[p, i]`` where both ``range_start + i comp_op0 bound0[p]`` and
    ``... comp_op1 bound1[p]``, else ``on_false_value``; i counts the free elements. The bounds are
    ``[P, 1]`` (here also numbers)."""
    call = "range_select"
    to, source = lane_operand(call, "dst", dst), lane_operand(call, "on_true_tile", on_true_tile)
    same_free_size(call, to, on_true_tile=source)
    steps, extent = [], 1
    for _, size in reversed(source.dims):
        steps.append(extent)
        extent *= size
    fields: dict[str, Any] = _index(call, steps[::-1], range_start, 0)
    fields |= {"cmp0": _comparison(call, "comp_op0", comp_op0),
               "cmp1": _comparison(call, "comp_op1", comp_op1),
               "on_false": float_bits(call, "on_false_value", on_false_value),
               **accumulate_fields(call, reduce_cmd, reduce_op)}  # fmt: skip
    reads: dict[str, Operand] = {"in0": source}
    scalar_operand(call, "operand0", bound0, source, reads, fields, "bound0")
    scalar_operand(call, "operand1", bound1, source, reads, fields, "bound1")
    emit(Opcode.INDEX_SELECT, reads, {"dst": to}, fields, Stream.VECTOR)
    if reduce_res is not None:
        read_accumulator(call, reduce_res, reduce_op)


@instruction
def affine_select(
    dst: Tensor, pattern: Sequence[Sequence[int]], channel_multiplier: int, on_true_tile: Tensor,
    on_false_value: float, cmp_op: Op = OPS["equal"], offset: int = 0,
    name: str | None = None,
) -> None:  # fmt: skip
    """``dst = on_true_tile`` where ``offset + p * channel_multiplier + sum(step * i) cmp_op 0``,
    else ``on_false_value``; ``pattern`` is ``[[step, size], ...]`` over the free elements, at most
    four of them. Compared as FP32 numbers."""
    call = "affine_select"
    steps = _steps(call, pattern)
    source = _counted(call, "on_true_tile", on_true_tile, pattern)
    to = lane_operand(call, "dst", dst)
    same_free_size(call, to, on_true_tile=lane_operand(call, "on_true_tile", on_true_tile))
    comparison = _comparison(call, "cmp_op", cmp_op)
    fields: dict[str, Any] = _index(call, steps, offset, channel_multiplier)
    fields |= {"cmp0": comparison, "cmp1": comparison,
               "on_false": float_bits(call, "on_false_value", on_false_value)}  # fmt: skip
    reads: dict[str, Operand] = {"in0": source}
    for path in ("operand0", "operand1"):
        scalar_operand(call, path, 0.0, source, reads, fields)
    emit(Opcode.INDEX_SELECT, reads, {"dst": to}, fields, Stream.VECTOR)


@instruction
def iota(
    dst: Tensor, pattern: Sequence[Sequence[int]], offset: int = 0, channel_multiplier: int = 0,
    name: str | None = None,
) -> None:  # fmt: skip
    """``dst = offset + p * channel_multiplier + sum(step * i)`` in INT32, ``pattern`` being
    ``[[step, size], ...]`` over the free elements, at most four of them; cast to the type of
    ``dst`` (through FP32 unless that has 32-bit integers)."""
    call = "iota"
    to = _counted(call, "dst", dst, pattern)
    fields = _index(call, _steps(call, pattern), offset, channel_multiplier)
    emit(Opcode.IOTA, {}, {"dst": to}, fields, Stream.VECTOR)


def _steps(call: str, pattern: Sequence[Sequence[int]]) -> list[int]:
    """The steps of a pattern of at most four ``[step, size]`` pairs."""
    if not 1 <= len(pattern) <= 4 or any(len(pair) != 2 for pair in pattern):
        raise KernelError(f"{call}: pattern must be one to four [step, size], not {pattern!r}")
    return [operator.index(step) for step, _ in pattern]


def _counted(call: str, role: str, tensor: Tensor, pattern: Sequence[Sequence[int]]) -> TileRef:
    """The operand with the pattern's sizes as free axes, none of them joined."""
    ref = lane_operand(call, role, tensor)
    sizes = [operator.index(size) for _, size in pattern]
    if math.prod(sizes) != ref.per_partition:
        raise KernelError(f"{call}: pattern {pattern!r} counts {math.prod(sizes)} elements, {role} "
                          f"has {ref.per_partition} per partition")  # fmt: skip
    view = tensor.reshape((tensor.shape[0], *sizes))
    dims = tuple(zip(view.strides[1:], view.shape[1:], strict=True))
    counted = replace(ref, dims=dims)
    return free_ref(call, role, counted)


def _index(call: str, steps: Sequence[int], offset: int, multiplier: int) -> dict[str, Any]:
    """The index fields of an instruction; ``steps`` are outermost first."""
    values = {"offset": offset, "index.channel_multiplier": multiplier}
    values |= {f"index.strides.{k}": step for k, step in enumerate(reversed(steps))}
    for path, value in values.items():
        if not -(1 << 31) <= operator.index(value) < 1 << 31:
            raise KernelError(f"{call}: {path.split('.')[-1]} must fit 32 bits, not {value}")
    return values


def _comparison(call: str, role: str, op: Any) -> Comparison:
    code = op.comparison if isinstance(op, Op) else None
    if code is None:
        raise KernelError(f"{call}: {role} must be a comparison, not {op!r}")
    return code
