"""``nki.isa``: transfers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tinyneuron_hw.formats import FORMATS
from tinyneuron_hw.isa.opcodes import Accumulate, AluOp, Opcode, Space
from tinyneuron_hw.isa.rules import DMA_CAST_DTYPES
from tinyneuron_hw.isa.rules_indexed import INDEX_TENSOR_DTYPES
from tinyneuron_hw.isa.rules_transfer import TRANSPOSE_BYTES

from ..lower.ir import DeviceRef, DeviceTensor, Operand, TileRef
from .allocation import ndarray
from .checks import free_ref, lane_operand
from .engines import dge_mode, engine, no_transfer_options, oob_mode
from .handle import instruction
from .later import needs
from .ops import Op
from .strides import merged
from .tensor import Tensor
from .trace import KernelError, current, emit

__all__ = ["dma_compute", "dma_copy", "dma_transpose", "make_writable"]

_Engine = engine
_ACCUMULATE = {AluOp.ADD: Accumulate.ADD, AluOp.MAX: Accumulate.MAX}
_PERMUTATIONS = {2: (1, 0), 3: (2, 1, 0), 4: (3, 1, 2, 0)}
"""Axes -> how a transpose permutes them: the first and the last change places."""


@instruction
def dma_copy(
    dst: Tensor, src: Tensor, priority: int | None = None, oob_mode: oob_mode = oob_mode.error,
    dge_mode: dge_mode = dge_mode.unknown, engine: engine = engine.unknown,
    name: str | None = None, *, dst_rmw_op: Op | None = None,
) -> None:  # fmt: skip
    """``dst = src`` between device memory and SBUF, in row-major order of both views, with a cast
    when the types differ (if not by DMA, then by an engine). Who makes descriptors (``dge_mode``)
    changes nothing here. One side may be a view with ``vector_offset``: rows of a device tensor
    gathered to, or scattered from, one partition each. With ``dst_rmw_op``, ``nl.add`` or
    ``nl.maximum``, ``dst = dst op src`` in FP32,
    element after element; two int32 as they are. Not both.

    Raises
    ------
    KernelError
        Element counts differ, an operand is in PSUM or needs too many dimensions, ``dst`` is a
        constant, or the types differ and have no cast.
    """
    no_transfer_options("dma_copy", priority, dge_mode)
    if engine is not _Engine.unknown:
        raise needs(3, f"dma_copy with engine={engine!r}")
    op = _accumulate("dma_copy", "dst_rmw_op", dst_rmw_op)
    if _by_indices(dst, src, oob_mode):
        if op is not Accumulate.NONE:
            raise KernelError("dma_copy: dst_rmw_op must be None beside a view with vector_offset, "
                              f"not {dst_rmw_op!r}")  # fmt: skip
        _copy_rows(dst, src, oob_mode)
        return
    if op is Accumulate.NONE and _needs_engine(dst, src):
        _cast_on_chip(dst, src)
        return
    _move("dma_copy", dst, src, op)


@instruction
def dma_compute(
    dst: Tensor, srcs: Sequence[Tensor], reduce_op: Op, scales: Sequence[float] | None = None,
    unique_indices: bool = True, oob_mode: oob_mode = oob_mode.error, name: str | None = None,
) -> None:  # fmt: skip
    """``dst = srcs[0] op srcs[1] op ...``, ``nl.add`` or ``nl.maximum``. ``dst`` may be one of
    ``srcs``: the others are then accumulated in it. One transfer each, so what is in ``dst`` is
    rounded to its type after each. ``scales`` are all 1. Views with ``vector_offset`` are not
    among them.

    Raises
    ------
    KernelError
        As :func:`dma_copy`; ``srcs`` has fewer than 2 or more than 16 tensors, or ``dst`` twice.
    """
    call, sources = "dma_compute", list(srcs)
    op = _accumulate(call, "reduce_op", reduce_op)
    if not 2 <= len(sources) <= 16:
        raise KernelError(f"{call}: srcs must be 2 to 16 tensors, not {len(sources)}")
    if scales is not None and [*scales] != [1.0] * len(sources):
        raise KernelError(f"{call}: scales must be 1.0 for each of srcs, not {scales!r}")
    if op is Accumulate.NONE:
        raise KernelError(f"{call}: reduce_op must be nl.add or nl.maximum, not {reduce_op!r}")
    if any(isinstance(at, Tensor) and at.choice for at in (dst, *sources)):
        raise KernelError(f"{call}: a view with vector_offset is not among its tensors: dma_copy "
                          "takes one")  # fmt: skip
    target = dst.ref() if isinstance(dst, Tensor) else None
    others = [at for at in sources if not isinstance(at, Tensor) or at.ref() != target]
    if len(others) < len(sources) - 1:
        raise KernelError(f"{call}: dst must be at most one of srcs: {dst!r}")
    if len(others) == len(sources):
        _move(call, dst, others.pop(0), Accumulate.NONE)
    for source in others:
        _move(call, dst, source, op)


@instruction
def dma_transpose(
    dst: Tensor, src: Tensor, axes: Sequence[int] | None = None, priority: int | None = None,
    dge_mode: dge_mode = dge_mode.unknown, oob_mode: oob_mode = oob_mode.error,
    name: str | None = None,
) -> None:  # fmt: skip
    """``dst`` becomes ``src`` with its first and its last axis in each other's place, between
    device memory and SBUF: ``axes`` (1, 0), (2, 1, 0) or (3, 1, 2, 0), which is also the default.
    Elements have 2 or 4 bytes.

    Raises
    ------
    KernelError
        The types or shapes do not fit, an operand is in PSUM or needs too many dimensions, or
        ``dst`` is an input.
    """
    call = "dma_transpose"
    no_transfer_options(call, priority, dge_mode)
    if any(isinstance(side, Tensor) and side.choice for side in (dst, src)):
        raise KernelError(f"{call}: a view with vector_offset cannot be transposed: gather it, "
                          "then transpose that")  # fmt: skip
    make_writable(call, dst)
    refs = {"dst": _checked(call, "dst", dst), "src": _checked(call, "src", src)}
    permutation = _PERMUTATIONS.get(src.ndim)
    if permutation is None:
        raise KernelError(f"{call}: src must have 2 to 4 axes: {src!r}")
    if axes is not None and tuple(axes) != permutation:
        raise KernelError(f"{call}: axes of {src.ndim} must be {permutation}, not {axes!r}")
    if dst.shape != tuple(src.shape[axis] for axis in permutation):
        raise KernelError(f"{call}: dst must have the shape of src's transpose: {dst!r}, {src!r}")
    if dst.dtype is not src.dtype or FORMATS[src.dtype].bytes not in TRANSPOSE_BYTES:
        raise KernelError(f"{call}: dst and src must be of one type of 2 or 4 bytes: {dst!r}, "
                          f"{src!r}")  # fmt: skip
    for role, tensor in (("dst", dst), ("src", src)):
        ref, axis = refs[role], tuple(zip(tensor.strides, tensor.shape, strict=True))
        if isinstance(ref, TileRef):
            refs[role] = free_ref(call, role, replace(ref, dims=axis[1:]))
        else:
            dims = (*axis[1:-1], axis[0], axis[-1])
            refs[role] = _device_ref(call, role, replace(ref, dims=dims))
    _emit(call, refs, {"transpose": 1})


def _accumulate(call: str, name: str, op: Op | None) -> Accumulate:
    if op is None:
        return Accumulate.NONE
    code = _ACCUMULATE.get(op.alu) if isinstance(op, Op) and op.alu else None
    if code is None:
        raise KernelError(f"{call}: {name} must be nl.add or nl.maximum, not {op!r}")
    return code


def _move(call: str, dst: Tensor, src: Tensor, op: Accumulate) -> None:
    make_writable(call, dst)
    refs = {role: _checked(call, role, tensor) for role, tensor in (("dst", dst), ("src", src))}
    counts = {role: ref.elements for role, ref in refs.items()}
    if counts["dst"] != counts["src"]:
        raise KernelError(f"{call}: dst has {counts['dst']} elements, src {counts['src']}: "
                          f"{dst!r}, {src!r}")  # fmt: skip
    dtypes = {ref.dtype for ref in refs.values()}
    accumulates = op is not Accumulate.NONE
    if (len(dtypes) > 1 or accumulates) and not dtypes <= set(DMA_CAST_DTYPES):
        rule = "does not accumulate" if accumulates else "no cast from"
        raise KernelError(f"{call}: {rule} {src!r} to {dst!r}")
    _emit(call, refs, {"accumulate": op} if accumulates else {})


def _emit(call: str, refs: dict[str, Operand], fields: dict[str, Any]) -> None:
    chip = isinstance(refs["dst"], TileRef), isinstance(refs["src"], TileRef)
    opcode = {(True, False): Opcode.DMA_LOAD, (False, True): Opcode.DMA_STORE,
              (False, False): Opcode.DMA_COPY, (True, True): Opcode.DMA_LOCAL}[chip]  # fmt: skip
    emit(opcode, {"src": refs["src"]}, {"dst": refs["dst"]}, fields)


def make_writable(call: str, dst: Any) -> None:
    """What is written to an argument goes to an output of its own, which begins as its copy."""
    base = dst.base if isinstance(dst, Tensor) else None
    if not isinstance(base, DeviceTensor) or base.kind == "scratch" or base.updated is not None:
        return
    if base.kind == "constant":
        raise KernelError(f"{call}: dst {base.name!r} is read-only (constant)")
    if base.kind == "output":
        return
    trace = current()
    updated = trace.new_tensor(base.shape, base.dtype, "output", f"{base.name}.updated")
    dims = ((1, math.prod(base.shape)),)
    source, target = (_device_ref(call, "dst", DeviceRef(at, 0, dims)) for at in (base, updated))
    trace.before_regions(lambda: emit(Opcode.DMA_COPY, {"src": source}, {"dst": target}, {}))
    base.updated = updated
    trace.module.outputs.append(updated)


def _needs_engine(dst: Any, src: Any) -> bool:
    """Whether the types of a transfer with a side on chip have a cast, but none by DMA."""
    if not isinstance(dst, Tensor) or not isinstance(src, Tensor) or src.dtype is dst.dtype:
        return False
    return bool({dst.dtype, src.dtype} - set(DMA_CAST_DTYPES)) and (dst.on_chip or src.on_chip)


def _cast_on_chip(dst: Tensor, src: Tensor) -> None:
    """A transfer and a copy that casts, through FP32 as DMA does."""
    call = "dma_copy"
    near, kind = (src, dst.dtype) if src.on_chip else (dst, src.dtype)
    between = ndarray(near.shape, kind)
    if src.on_chip:
        _copy_on_chip(call, "src", between, src)
        _move(call, dst, between, Accumulate.NONE)
        return
    _move(call, between, src, Accumulate.NONE)
    _copy_on_chip(call, "dst", dst, between)


def _copy_on_chip(call: str, role: str, dst: Tensor, src: Tensor) -> None:
    to, source = (lane_operand(call, role, tensor) for tensor in (dst, src))
    emit(Opcode.TENSOR_COPY, {"in0": source}, {"dst": to})


def _copy_rows(dst: Tensor, src: Tensor, mode: oob_mode) -> None:
    """Rows of a device tensor that indices choose, one for each partition."""
    is_gather = src.choice is not None
    far, near, role = (src, dst, "dst") if is_gather else (dst, src, "src")
    indirect = far.choice
    if indirect is None or near.choice is not None or not near.on_chip:
        raise KernelError(f"dma_copy: {role} must be in nl.sbuf beside a view with vector_offset, "
                          f"not {near!r}")  # fmt: skip
    make_writable("dma_copy", dst)
    chip = _checked("dma_copy", role, near)
    index = _checked("dma_copy", "vector_offset", indirect.indices)
    if indirect.single:
        far = replace(far, shape=(1, *far.shape), steps=(0, *far.steps))
    row = replace(far, shape=far.shape[1:], steps=far.steps[1:], choice=None)
    ref = _checked("dma_copy", "src" if is_gather else "dst", row)
    assert isinstance(chip, TileRef)
    assert isinstance(index, TileRef)
    assert isinstance(ref, DeviceRef)
    if index.dtype not in INDEX_TENSOR_DTYPES:
        raise KernelError(f"dma_copy: vector_offset must be int32 or uint32: {indirect.indices!r}")
    rows = index.per_partition
    if (chip.num_partitions * rows, chip.per_partition) != (far.shape[0], ref.elements * rows):
        raise KernelError(f"dma_copy: {role} must have {far.shape[0] // rows} partitions of "
                          f"{ref.elements * rows} elements: {near!r}")  # fmt: skip
    if rows > 1:
        chip = _by_rows(role, near, chip, rows)
    if len(chip.dims) > (4 if rows > 1 else 3):
        raise KernelError(f"dma_copy: {role} needs {len(chip.dims)} dimensions, a row has 3")
    dtypes = {chip.dtype, ref.dtype}
    if len(dtypes) > 1 and not dtypes <= set(DMA_CAST_DTYPES):
        raise KernelError(f"dma_copy: no cast from {src!r} to {dst!r}")
    ref = replace(ref, rows=(indirect.stride, indirect.last + 1))
    stride = indirect.stride * FORMATS[ref.dtype].bytes
    if stride >= 1 << 31:
        raise KernelError(f"dma_copy: rows {stride} bytes apart do not fit a transfer")
    fields = {"index_stride": stride, "index_last": indirect.last, "skip": mode.value}
    if is_gather:
        emit(Opcode.DMA_GATHER, {"src": ref, "index": index}, {"dst": chip}, fields)
        return
    emit(Opcode.DMA_SCATTER, {"src": chip, "index": index}, {"dst": ref}, fields)


def _by_rows(role: str, near: Tensor, chip: TileRef, rows: int) -> TileRef:
    """The operand on chip with its rows as the outermost of four dimensions."""
    view = near.reshape((near.shape[0], rows, near.size // near.shape[0] // rows))
    row = merged(view.steps[2:], view.shape[2:])
    return replace(chip, dims=((view.steps[1], rows), *((1, 1),) * (3 - len(row)), *row))


def _by_indices(dst: Any, src: Any, mode: oob_mode) -> bool:
    """Whether indices choose the rows of one side. One index of a whole transfer goes to a
    register, which traps on a wrong one, unless what is on chip is one partition."""
    sides = [side for side in (dst, src) if isinstance(side, Tensor)]
    choices = [side.choice for side in sides if side.choice]
    if not choices:
        return False
    rows = not all(choice.single for choice in choices)
    one = any(side.on_chip and side.choice is None and side.shape[0] == 1 for side in sides)
    if not rows and not one and mode is not oob_mode.error:
        raise KernelError("dma_copy: oob_mode.skip beside scalar_offset takes one partition in "
                          f"nl.sbuf: {dst!r}, {src!r}")  # fmt: skip
    return rows or one


def _checked(call: str, role: str, tensor: Any) -> Operand:
    if not isinstance(tensor, Tensor):
        raise KernelError(f"{call}: {role} must be a tensor, not {tensor!r}")
    ref = tensor.ref()
    if isinstance(ref, TileRef):
        if ref.base.space is not Space.SBUF:
            raise KernelError(f"{call}: {role} must be in nl.sbuf or device memory, not {tensor!r}")
        return free_ref(call, role, ref)
    return _device_ref(call, role, ref)


def _device_ref(call: str, role: str, ref: DeviceRef) -> DeviceRef:
    size = FORMATS[ref.dtype].bytes
    if len(ref.dims) > 4:
        raise KernelError(f"{call}: {role} needs {len(ref.dims)} dimensions in device memory, a "
                          "transfer has 4")  # fmt: skip
    for stride, extent in ref.dims:
        if not -(1 << 31) <= stride * size < 1 << 31 or extent >= 1 << 24:
            raise KernelError(f"{call}: {role}: dimension of {extent} steps of {stride * size} "
                              "bytes does not fit a transfer")  # fmt: skip
    return ref
