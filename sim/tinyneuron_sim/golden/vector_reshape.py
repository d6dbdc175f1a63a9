"""TRANSPOSE and SHUFFLE: elements change partitions, their bits stay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.opcodes import Opcode
from tinyneuron_hw.isa.rules_reshape import mask_entries

from .machine import Machine
from .overlap import forbid_lane_overlap
from .prepared import Prepared
from .region import Region

__all__ = ["EXECUTORS", "written_rows"]


def written_rows(config: CoreConfig, prepared: Prepared) -> list[tuple[int, Region]]:
    """The partitions of ``dst`` that a SHUFFLE writes: their numbers in it, and each by itself."""
    sources, target = mask_entries(prepared.fields["mask"]), prepared.regions["dst"]
    return [
        (p, replace(target, start=target.start + p, partitions=1))
        for p in range(target.partitions)
        if sources[p % config.quadrant] is not None
    ]


def transpose(machine: Machine, prepared: Prepared) -> None:
    """Blocks of at most quadrant x quadrant."""
    in0, target = prepared.regions["in0"], prepared.regions["dst"]
    rows = min(in0.partitions, machine.config.quadrant)
    columns = min(in0.count, machine.config.quadrant)
    # A block is read to its end before its first result is written.
    steps = np.arange(in0.count) // columns * rows
    forbid_lane_overlap(machine, [(in0, steps)], target)
    blocks = machine.read(in0).reshape(-1, rows, in0.count // columns, columns)
    moved = blocks.transpose(0, 3, 2, 1)
    machine.write(target, moved.reshape(target.partitions, target.count))


def shuffle(machine: Machine, prepared: Prepared) -> None:
    """Each partition takes what another one of its quarter has."""
    in0, target = prepared.regions["in0"], prepared.regions["dst"]
    forbid_lane_overlap(machine, [(in0, 1)], target)
    quadrant = machine.config.quadrant
    raw = machine.read(in0)
    lanes = np.zeros((machine.config.partitions, in0.count), raw.dtype)
    lanes[: in0.partitions] = raw
    sources = np.array([s or 0 for s in mask_entries(prepared.fields["mask"])[:quadrant]])
    first = np.arange(target.partitions) // quadrant * quadrant
    moved = lanes[first + np.resize(sources, target.partitions)]
    for number, row in written_rows(machine.config, prepared):
        machine.write(row, moved[number : number + 1])


EXECUTORS = {
    Opcode.TRANSPOSE: transpose,
    Opcode.SHUFFLE: shuffle,
}
