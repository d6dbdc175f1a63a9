"""MAX8, FIND_INDEX8 and MATCH_REPLACE8."""

from __future__ import annotations

import numpy as np

from tinyneuron_hw.formats import FORMATS
from tinyneuron_hw.isa.opcodes import Opcode

from .machine import Machine
from .numerics import RAW_TYPES, canonical, ordered, to_float32
from .overlap import forbid_lane_overlap
from .prepared import Prepared
from .region import Region

__all__ = ["EXECUTORS"]


def _keys(machine: Machine, region: Region) -> np.ndarray:
    """int32[partitions, elements] in the order of the elements as FP32 numbers; NaN is highest."""
    return ordered(canonical(to_float32(machine.read(region), region.dtype)))


def max8(machine: Machine, prepared: Prepared) -> None:
    """The 8 largest elements of each partition, descending."""
    in0, target = prepared.regions["in0"], prepared.regions["dst"]
    largest = np.sort(_keys(machine, in0), axis=1)[:, :-9:-1]
    values = (largest ^ (largest >> 31 & np.int32(0x7FFF_FFFF))).view(np.float32)
    machine.write_values(target, values)


def _find(machine: Machine, prepared: Prepared) -> np.ndarray:
    """int64[partitions, 8]: the element of ``in0`` that is found for each one of ``in1``, -1 when
    there is none."""
    # Both zeros are one number.
    searched, wanted = (_keys(machine, prepared.regions[path]) for path in ("in0", "in1"))
    searched, wanted = (np.where(keys == -1, 0, keys) for keys in (searched, wanted))
    found = np.full(wanted.shape, -1, dtype=np.int64)
    for k in range(8):
        earlier = (wanted[:, :k] == wanted[:, k : k + 1]).sum(axis=1, keepdims=True)
        equal = searched == wanted[:, k : k + 1]
        hit = equal & (equal.cumsum(axis=1) == earlier + 1)
        found[:, k] = np.where(hit.any(axis=1), hit.argmax(axis=1), -1)
    return found


def find_index8(machine: Machine, prepared: Prepared) -> None:
    """Positions of 8 values."""
    target = prepared.regions["dst"]
    raw = RAW_TYPES[FORMATS[target.dtype].bytes]
    machine.write(target, _find(machine, prepared).astype(raw))


def match_replace8(machine: Machine, prepared: Prepared) -> None:
    """A copy in which the places of 8 values hold another one."""
    in0, target = prepared.regions["in0"], prepared.regions["dst"]
    forbid_lane_overlap(machine, [(in0, 1)], target)
    found = _find(machine, prepared)
    values = to_float32(machine.read(in0), in0.dtype).copy()
    rows, slots = np.nonzero(found >= 0)
    values[rows, found[rows, slots]] = np.uint32(prepared.fields["value"]).view(np.float32)
    machine.write_values(target, values)


EXECUTORS = {
    Opcode.MAX8: max8,
    Opcode.FIND_INDEX8: find_index8,
    Opcode.MATCH_REPLACE8: match_replace8,
}
