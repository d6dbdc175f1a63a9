"""Where an instruction runs, and the other choices that instructions take."""

from __future__ import annotations

import enum
from typing import Any

from tinyneuron_hw.isa.opcodes import Space

from ..lower.ir import Operand, TileRef
from .later import needs
from .trace import KernelError

__all__ = [
    "dge_mode", "dma_engine", "engine", "gpsimd_engine", "matmul_perf_mode", "nc_version",
    "no_transfer_options", "oob_mode", "require_engine", "scalar_engine", "tensor_engine",
    "unknown_engine", "vector_engine",
]  # fmt: skip


class engine(enum.Enum):  # noqa: N801 - the public name
    """Where an instruction runs; ``unknown`` lets the compiler choose."""

    unknown = 0
    tensor = 1
    scalar = 2
    gpsimd = 3
    dma = 4
    vector = 5
    sync = 6


vector_engine, scalar_engine, unknown_engine = engine.vector, engine.scalar, engine.unknown
tensor_engine, gpsimd_engine = engine.tensor, engine.gpsimd


class dge_mode(enum.Enum):  # noqa: N801 - the public name
    """Who makes a transfer's descriptors: here always the DMA engines."""

    unknown = 0
    swdge = 1
    hwdge = 2
    none = 3


class oob_mode(enum.Enum):  # noqa: N801 - the public name
    """What an index outside its tensor does: end the program, or leave its row out."""

    error = 0
    skip = 1


class matmul_perf_mode(enum.Enum):  # noqa: N801 - the public name
    """How a matmul uses the array; other modes than ``none`` are of later cores."""

    none = "none"
    double_row = "double_row"


class nc_version(enum.IntEnum):  # noqa: N801 - the public name
    """Generations of the core, in order; this one is ``gen2``."""

    gen2 = 2
    gen3 = 3
    gen4 = 4


class dma_engine(enum.Enum):  # noqa: N801 - the public name
    """Which DMA exchanges data between cores (later cores only)."""

    dma = 1
    gpsimd_dma = 2


def require_engine(call: str, chosen: Any, *allowed: engine, **operands: Operand) -> None:
    """``chosen`` must be unknown or one of ``allowed``. What may run on GPSIMD runs on the Vector
    engine, with the same result; as there, its ``operands`` are not in PSUM."""
    if chosen is not engine.unknown and chosen not in allowed:
        names = " or ".join(item.name for item in (engine.unknown, *allowed))
        raise KernelError(f"{call}: engine must be {names}, not {chosen!r}")
    if chosen is engine.gpsimd:
        for role, ref in operands.items():
            if isinstance(ref, TileRef) and ref.base.space is Space.PSUM:
                raise KernelError(f"{call}: {role} must not be in nl.psum: GPSIMD cannot reach it")


def no_transfer_options(call: str, priority: Any, mode: Any) -> None:
    """A transfer has no priority, and its descriptors are not made by later cores' hardware."""
    if priority is not None:
        raise needs(4, f"{call} with priority={priority!r}")
    if mode not in (*dge_mode, *(item.value for item in dge_mode)):
        raise KernelError(f"{call}: dge_mode must be one of nisa.dge_mode, not {mode!r}")
    if dge_mode(mode) is dge_mode.hwdge:
        raise needs(3, f"{call} with dge_mode.hwdge")
