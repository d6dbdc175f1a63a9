"""``nki.isa``: transfers."""

from __future__ import annotations

from typing import Any

from tinyneuron_hw.formats import FORMATS
from tinyneuron_hw.isa.opcodes import Opcode, Space
from tinyneuron_hw.isa.rules import DMA_CAST_DTYPES

from ..lower.ir import DeviceTensor, Operand, TileRef
from .checks import free_ref
from .tensor import Tensor
from .trace import KernelError, emit

__all__ = ["dma_copy"]


def dma_copy(dst: Tensor, src: Tensor) -> None:
    """``dst = src`` between device memory and SBUF, in row-major order of both views, with a cast
    when the types differ (public parameters not here: ``oob_mode``, ``dge_mode``, ``engine`` ...).

    Raises
    ------
    KernelError
        Element counts differ, an operand is in PSUM or needs too many dimensions, ``dst`` is an
        input, or the types differ and have no cast.
    """
    refs = {"dst": _dma_operand("dst", dst), "src": _dma_operand("src", src)}
    counts = {role: ref.elements for role, ref in refs.items()}
    if counts["dst"] != counts["src"]:
        raise KernelError(f"dma_copy: dst has {counts['dst']} elements, src {counts['src']}: "
                          f"{dst!r}, {src!r}")  # fmt: skip
    dtypes = {ref.base.dtype for ref in refs.values()}
    if len(dtypes) > 1 and not dtypes <= set(DMA_CAST_DTYPES):
        raise KernelError(f"dma_copy: no cast from {src!r} to {dst!r}")
    target = refs["dst"].base
    if isinstance(target, DeviceTensor) and target.kind in ("input", "constant"):
        raise KernelError(f"dma_copy: dst {target.name!r} is read-only ({target.kind})")
    chip = isinstance(refs["dst"], TileRef), isinstance(refs["src"], TileRef)
    opcode = {(True, False): Opcode.DMA_LOAD, (False, True): Opcode.DMA_STORE,
              (False, False): Opcode.DMA_COPY, (True, True): Opcode.DMA_LOCAL}[chip]  # fmt: skip
    emit(opcode, {"src": refs["src"]}, {"dst": refs["dst"]})


def _dma_operand(role: str, tensor: Any) -> Operand:
    if not isinstance(tensor, Tensor):
        raise KernelError(f"dma_copy: {role} must be a tensor, not {tensor!r}")
    ref = tensor.ref()
    if isinstance(ref, TileRef):
        if ref.base.space is not Space.SBUF:
            raise KernelError(
                f"dma_copy: {role} must be in nl.sbuf or device memory, not {tensor!r}"
            )
        return free_ref("dma_copy", role, ref)
    size = FORMATS[ref.base.dtype].bytes
    if len(ref.dims) > 4:
        raise KernelError(f"dma_copy: {role} needs {len(ref.dims)} dimensions in device memory, a "
                          "transfer has 4")  # fmt: skip
    for stride, extent in ref.dims:
        if not -(1 << 31) <= stride * size < 1 << 31 or extent >= 1 << 24:
            raise KernelError(f"dma_copy: {role}: dimension of {extent} steps of {stride * size} "
                              "bytes does not fit a transfer")  # fmt: skip
    return ref
