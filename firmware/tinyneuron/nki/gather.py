"""``nki.isa``: gathers and reductions of GPSIMD, done by DMA and the other engines."""

from __future__ import annotations

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.opcodes import Space

from .checks import on_chip, same_partitions
from .elementwise import binary, in_sbuf, new_tile
from .engines import vector_engine
from .handle import instruction
from .matrix import nc_transpose
from .ops import OPS, Op
from .select import iota
from .tensor import Tensor
from .trace import KernelError, current
from .transfer import dma_copy
from .vector import tensor_copy, tensor_reduce, tensor_tensor

__all__ = ["nc_n_gather", "tensor_partition_reduce"]

_EXACT = 1 << 24
"""Whole numbers up to here are exact in FP32."""
_PARTITION_OPS = ("add", "average", "maximum", "bitwise_or", "bitwise_and")


@instruction
def nc_n_gather(dst: Tensor, data: Tensor, indices: Tensor, name: str | None = None) -> None:
    """``dst[p, i] = data[p, indices[p, i]]``, the free axes of each tile counted as one; all in
    SBUF, ``indices`` uint32 and inside ``data``, ``dst`` and ``data`` of one type.

    By DMA: ``data`` goes to device memory, from where its elements are gathered."""
    call = "nc_n_gather"
    refs = {role: on_chip(call, role, tensor, spaces=(Space.SBUF,))
            for role, tensor in (("dst", dst), ("data", data), ("indices", indices))}  # fmt: skip
    same_partitions(call, **refs)
    if dst.dtype is not data.dtype or indices.dtype is not DType.UINT32:
        raise KernelError(f"{call}: dst must be of data's type and indices uint32, not "
                          f"{FORMATS[dst.dtype].name}, {FORMATS[data.dtype].name} and "
                          f"{FORMATS[indices.dtype].name}")  # fmt: skip
    rows, room, count = data.shape[0], refs["data"].per_partition, refs["indices"].per_partition
    if refs["dst"].per_partition != count:
        raise KernelError(f"{call}: dst has {refs['dst'].per_partition} elements per partition, "
                          f"indices {count}")  # fmt: skip
    if rows * room > _EXACT:
        raise KernelError(f"{call}: data has {rows * room} elements, at most {_EXACT} can be told "
                          "apart")  # fmt: skip
    spilled = Tensor.whole(current().new_tensor((rows * room,), data.dtype, "scratch", ""))
    dma_copy(spilled, data)
    places, starts = (new_tile((rows, count), DType.UINT32) for _ in range(2))
    iota(starts, [[0, count]], channel_multiplier=room)
    tensor_tensor(places, starts, indices, OPS["add"], engine=vector_engine)
    rows_of = spilled.ap([[1, rows * count], [1, 1]], vector_offset=places)
    dma_copy(dst, rows_of)


@instruction
def tensor_partition_reduce(dst: Tensor, op: Op, data: Tensor, name: str | None = None) -> None:
    """``dst`` ``[1, F]`` becomes ``data`` ``[P, F]`` reduced over its partitions: ``nl.add``,
    ``nl.average``, ``nl.maximum``, ``nl.bitwise_or`` or ``nl.bitwise_and``.

    By transposes on the Tensor engine and reductions on the Vector engine."""
    call = "tensor_partition_reduce"
    to, source = on_chip(call, "dst", dst), on_chip(call, "data", data)
    if not isinstance(op, Op) or op.name not in _PARTITION_OPS:
        raise KernelError(f"{call}: op must be one of {', '.join(_PARTITION_OPS)}, not {op!r}")
    rows, count = source.num_partitions, source.per_partition
    if (to.num_partitions, to.per_partition) != (1, count):
        raise KernelError(f"{call}: dst must be [1, {count}], not [{to.num_partitions}, "
                          f"{to.per_partition}]")  # fmt: skip
    flat = in_sbuf(data).reshape((rows, count))
    result = dst.reshape((1, count))
    bits = op.name.startswith("bitwise")
    width = min(current().config.columns, current().config.partitions)
    for first in range(0, count, width):
        size = min(width, count - first)
        turned = new_tile((size, rows), data.dtype, Space.PSUM)
        nc_transpose(turned, flat[:, first : first + size])
        reduced = new_tile((size, 1), data.dtype if bits else DType.FP32)
        tensor_reduce(reduced, OPS["add"] if op is OPS["average"] else op, turned, axis=1)
        if op is OPS["average"]:
            reduced = binary(OPS["divide"], reduced, float(rows), DType.FP32)
        back = new_tile((1, size), reduced.dtype, Space.PSUM)
        nc_transpose(back, reduced)
        tensor_copy(result[:, first : first + size], back)
