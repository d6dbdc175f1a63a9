"""``nki.isa``: mean and variance. Each call is a short sequence of Vector instructions."""

from __future__ import annotations

from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.opcodes import Opcode, Stream

from ..lower.ir import Operand
from .accumulate import accumulate_fields, read_accumulator, reduce_cmd
from .allocation import ndarray
from .checks import lane_operand, same_partitions
from .handle import instruction
from .operands import op_code, scalar_operand
from .ops import OPS
from .tensor import Tensor
from .trace import KernelError, emit
from .vector import memset, tensor_copy, tensor_reduce, tensor_scalar, tensor_tensor

__all__ = ["bn_aggr", "bn_stats"]


@instruction
def bn_stats(dst: Tensor, data: Tensor, name: str | None = None) -> None:
    """Statistics of the even and of the odd elements of each partition: ``dst`` ``[P, 6]`` is
    their count, mean and variance x count, even first.

    Two passes over ``data``: sums, then squared distances from the mean, both in 8 interleaved
    partial sums. Without odd elements their three numbers are 0."""
    call = "bn_stats"
    to, source = lane_operand(call, "dst", dst), lane_operand(call, "data", data)
    same_partitions(call, dst=to, data=source)
    if to.per_partition != 6:
        raise KernelError(f"{call}: dst must have 6 elements per partition, not "
                          f"{to.per_partition}: {dst!r}")  # fmt: skip
    rows, count = source.num_partitions, source.per_partition
    if len(source.dims) > 1:
        raise KernelError(f"{call}: the free axes of data must be one run, not {data!r}")
    flat = data.reshape((rows, count))
    result = dst.reshape((rows, 6)) if dst.dtype is DType.FP32 else ndarray((rows, 6), "fp32")
    distances = ndarray((rows, -(-count // 2)), DType.FP32)
    for parity in range(2):
        size, first = (count + 1 - parity) // 2, 3 * parity
        memset(result[:, first : first + 1], float(size))
        if size == 0:
            memset(result[:, first + 1 : first + 3], 0.0)
            continue
        half, mean = flat[:, parity::2], result[:, first + 1 : first + 2]
        tensor_reduce(mean, OPS["add"], half, axis=1, keepdims=True)
        tensor_scalar(mean, mean, OPS["divide"], float(size))
        spread = result[:, first + 2 : first + 3]
        _squared_distances(spread, half, mean, distances[:, :size])
    if dst.dtype is not DType.FP32:
        tensor_copy(dst.reshape((rows, 6)), result)


def _squared_distances(dst: Tensor, data: Tensor, mean: Tensor, scratch: Tensor) -> None:
    """``dst[p] = sum((data[p] - mean[p])**2)``."""
    call = "bn_stats"
    source, to = lane_operand(call, "data", data), lane_operand(call, "scratch", scratch)
    fields = accumulate_fields(call, reduce_cmd.reset_reduce, OPS["add"])
    fields |= {"op0": op_code(call, "op0", OPS["subtract"], "alu"),
               "op1": op_code(call, "op1", OPS["square"], "alu")}  # fmt: skip
    reads: dict[str, Operand] = {"in0": source}
    scalar_operand(call, "operand0", mean, source, reads, fields)
    scalar_operand(call, "operand1", 0.0, source, reads, fields)
    emit(Opcode.TENSOR_SCALAR, reads, {"dst": to}, fields, Stream.VECTOR)
    read_accumulator(call, dst, OPS["add"])


@instruction
def bn_aggr(dst: Tensor, data: Tensor, name: str | None = None) -> None:
    """``dst`` ``[P, 2]``: mean and variance of everything that the triples (count, mean,
    variance x count) of ``data`` ``[P, 3 n]`` describe."""
    call = "bn_aggr"
    to, source = lane_operand(call, "dst", dst), lane_operand(call, "data", data)
    same_partitions(call, dst=to, data=source)
    if to.per_partition != 2 or source.per_partition % 3:
        raise KernelError(f"{call}: dst must have 2 elements per partition and data a multiple of "
                          f"3, not {to.per_partition} and {source.per_partition}")  # fmt: skip
    rows, groups = source.num_partitions, source.per_partition // 3
    triples = data.reshape((rows, groups, 3))
    counts, means, squares = (triples[:, :, k] for k in range(3))
    add, multiply = OPS["add"], OPS["multiply"]
    scratch = ndarray((rows, groups), DType.FP32)
    total, mean, spread = (ndarray((rows, 1), DType.FP32) for _ in range(3))
    tensor_reduce(total, add, counts, axis=1, keepdims=True)
    tensor_tensor(scratch, counts, means, multiply)
    tensor_reduce(mean, add, scratch, axis=1, keepdims=True)
    tensor_scalar(mean, mean, OPS["divide"], total)
    # Each group's squared distances, from the common mean instead of its own.
    tensor_scalar(scratch, means, OPS["subtract"], mean, op1=OPS["square"], operand1=0.0)
    tensor_tensor(scratch, scratch, counts, multiply)
    tensor_tensor(scratch, scratch, squares, add)
    tensor_reduce(spread, add, scratch, axis=1, keepdims=True)
    result = dst.reshape((rows, 2))
    tensor_copy(result[:, 0:1], mean)
    tensor_scalar(result[:, 1:2], spread, OPS["divide"], total)
