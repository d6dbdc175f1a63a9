"""The Vector engine's opcodes that use or seed random bits."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.opcodes import Opcode, RoundMode

from .machine import Machine
from .numerics import RAW_TYPES, from_float32, to_float32
from .overlap import forbid_lane_overlap
from .prepared import Prepared

__all__ = ["EXECUTORS", "rounding"]

Executor = Callable[[Machine, Prepared], None]


def rounding(execute: Executor) -> Executor:
    """``execute`` with the random bits of its casts: one for each element that the instruction
    writes, cast or not, when it rounds stochastically."""

    @functools.wraps(execute)
    def rounded(machine: Machine, prepared: Prepared) -> None:
        if prepared.fields.get("round_mode") is RoundMode.STOCHASTIC:
            machine.rounding = machine.vector_random.draw(prepared.regions["dst"].count)
        try:
            execute(machine, prepared)
        finally:
            machine.rounding = None

    return rounded


def rng(machine: Machine, prepared: Prepared) -> None:
    """Random bits."""
    target = prepared.regions["dst"]
    bits = machine.vector_random.draw(target.count)[: target.partitions]
    machine.write(target, bits.astype(RAW_TYPES[target.element_bytes]))


def set_seed(machine: Machine, prepared: Prepared) -> None:
    """Seeds, one a partition."""
    machine.vector_random.seed(machine.read(prepared.regions["in0"])[:, 0])


def dropout(machine: Machine, prepared: Prepared) -> None:
    """A copy in which some elements are 0."""
    in0, target = prepared.regions["in0"], prepared.regions["dst"]
    forbid_lane_overlap(machine, [(in0, 1), *prepared.scalar_sources()], target)
    raw = machine.read(in0)
    if in0.dtype is not target.dtype:
        raw = from_float32(to_float32(raw, in0.dtype), target.dtype)
    share = machine.read_scalar(prepared, "operand0", in0.partitions) * np.float32(2**32)
    limit = from_float32(share, DType.UINT32)
    bits = machine.vector_random.draw(target.count)[: target.partitions]
    machine.write(target, np.where(bits <= limit, raw.dtype.type(0), raw))


EXECUTORS = {
    Opcode.RNG: rng,
    Opcode.SET_SEED: set_seed,
    Opcode.DROPOUT: dropout,
}
