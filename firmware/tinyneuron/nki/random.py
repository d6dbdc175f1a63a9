"""``nki.isa``: random bits of the Vector engine's lanes, their seeds, and dropout."""

from __future__ import annotations

from typing import Any

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.opcodes import Opcode, Stream
from tinyneuron_hw.isa.rules_random import SEED_DTYPE

from ..lower.ir import Operand
from .allocation import ndarray
from .checks import lane_operand, same_free_size
from .engines import engine, gpsimd_engine, require_engine, vector_engine
from .handle import instruction
from .later import needs
from .moves import nc_stream_shuffle
from .operands import scalar_operand
from .ops import OPS
from .select import iota
from .tensor import Tensor
from .trace import KernelError, current, emit
from .vector import memset, tensor_copy, tensor_tensor

__all__ = ["dropout", "rng", "set_rng_seed"]

_SPREAD = 0x0100_0193
"""Between the seeds of two lanes that come from one: odd, and 127 times it fits 31 bits."""


@instruction
def rng(dst: Tensor, engine: engine = engine.vector, name: str | None = None) -> None:
    """Every element of ``dst`` becomes random bits: the low ones of 32 from its lane's generator,
    from 1 to 2**32 - 1. After reset, and after :func:`set_rng_seed`, they are always the same."""
    if engine is gpsimd_engine:
        raise needs(3, "rng on GPSIMD")
    require_engine("rng", engine, vector_engine)
    emit(Opcode.RNG, {}, {"dst": lane_operand("rng", "dst", dst)}, stream=Stream.VECTOR)


@instruction
def set_rng_seed(src_seeds: Tensor, name: str | None = None) -> None:
    """Seeds the Vector engine's generators. ``src_seeds`` is uint32 or int32: ``[1, 1]``, of which
    every lane gets another one, or here also ``[P, 1]``, one for each of the first P lanes."""
    call = "set_rng_seed"
    seeds = lane_operand(call, "src_seeds", src_seeds)
    if seeds.dtype not in (SEED_DTYPE, DType.INT32):
        name = FORMATS[seeds.dtype].name
        raise KernelError(f"{call}: src_seeds must be integers of 32 bits, not {name}")
    src_seeds = src_seeds.view(SEED_DTYPE)
    seeds = lane_operand(call, "src_seeds", src_seeds)
    if seeds.per_partition != 1:
        raise KernelError(f"{call}: src_seeds must be [1, 1] or [P, 1], not {src_seeds!r}")
    if seeds.num_partitions == 1:
        src_seeds = _one_for_each_lane(src_seeds)
        seeds = lane_operand(call, "src_seeds", src_seeds)
    emit(Opcode.SET_SEED, {"in0": seeds}, {}, stream=Stream.VECTOR)


def _one_for_each_lane(seed: Tensor) -> Tensor:
    """``[P, 1]``: ``seed[0, 0] xor p * _SPREAD``."""
    config = current().config
    lanes, quadrant = config.partitions, config.quadrant
    seeds, numbers = (ndarray((lanes, 1), DType.UINT32, name="seeds") for _ in range(2))
    memset(seeds, 0)
    for first in range(0, lanes, quadrant):
        tensor_copy(seeds[first : first + 1], seed.reshape((1, 1)), engine=vector_engine)
    nc_stream_shuffle(seeds, seeds, [0] * quadrant)
    iota(numbers, [[0, 1]], channel_multiplier=_SPREAD)
    tensor_tensor(seeds, seeds, numbers, OPS["bitwise_xor"])
    return seeds


@instruction
def dropout(dst: Tensor, data: Tensor, prob: float | Tensor, name: str | None = None) -> None:
    """``dst = data``, but each element is 0 with the probability ``prob``, a number from 0 (never)
    to 1 (always) or one for each partition, ``[P, 1]``; integers keep their type.

    Raises
    ------
    KernelError
        Shapes do not match, a number is no probability, or integers would change their type.
    """
    call = "dropout"
    to, source = lane_operand(call, "dst", dst), lane_operand(call, "data", data)
    same_free_size(call, to, data=source)
    _same_integers(call, dst, data)
    if not isinstance(prob, Tensor) and not 0 <= prob <= 1:
        raise KernelError(f"{call}: prob must be from 0 to 1, not {prob!r}")
    fields: dict[str, Any] = {}
    reads: dict[str, Operand] = {"in0": source}
    scalar_operand(call, "operand0", prob, source, reads, fields, "prob")
    emit(Opcode.DROPOUT, reads, {"dst": to}, fields, Stream.VECTOR)


def _same_integers(call: str, dst: Tensor, data: Tensor) -> None:
    kinds: tuple[DType, DType] = (data.dtype, dst.dtype)
    if kinds[0] is not kinds[1] and not FORMATS[kinds[0]].is_float:
        names = FORMATS[kinds[0]].name, FORMATS[kinds[1]].name
        raise KernelError(f"{call}: dst must be {names[0]}, as data is, not {names[1]}")
