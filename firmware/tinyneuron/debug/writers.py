"""Which instructions write a byte, by golden."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping

import numpy as np

from tinyneuron_hw.isa.opcodes import Space
from tinyneuron_sim.compare.reference import written_regions
from tinyneuron_sim.golden.access import byte_offsets
from tinyneuron_sim.golden.backend import GoldenBackend
from tinyneuron_sim.golden.core import Step
from tinyneuron_sim.golden.errors import GoldenError
from tinyneuron_sim.golden.region import DeviceRegion, Region
from tinyneuron_sim.inside import Place

from ..program.program import Program
from ..runtime.device import Device
from ..runtime.errors import TinyneuronError
from .points import Instruction

__all__ = ["Writers"]


class Writers:
    """Runs a program on golden, as far as it goes there, and keeps what its steps write.

    Parameters
    ----------
    address:
        Where a tensor is in the device memory that the places are in.
    """

    def __init__(self, program: Program, inputs: Mapping[str, np.ndarray],
                 address: Callable[[str], int]):  # fmt: skip
        self._steps: list[Step] = []
        self._config = program.config
        backend = GoldenBackend(program.config, observer=self._steps.append)
        with Device(backend) as device:
            model = device.load(program)
            self._moved = [(address(spec.name), spec.nbytes, model.address(spec.name))
                           for spec in program.tensors]  # fmt: skip
            # Where it stops, what it wrote until then is known.
            with contextlib.suppress(TinyneuronError, GoldenError):
                model.run(inputs)

    def of(self, place: Place) -> list[Instruction]:
        """The instructions that write the first byte of a place, in program order."""
        offset = place.offset
        if place.space is None:
            for base, size, there in self._moved:
                if base <= offset < base + size:
                    offset = there + offset - base
        found = {
            (step.stream, step.pc): None
            for step in self._steps
            for region in written_regions(step, self._config)
            if _holds(region, place.space, place.partition, offset)
        }
        return list(found)


def _holds(region: Region | DeviceRegion, space: Space | None, partition: int, offset: int) -> bool:
    if isinstance(region, DeviceRegion):
        return space is None and bool(np.any(byte_offsets(region.dims) + region.address == offset))
    last = region.start + region.partitions
    if region.space is not space or not region.start <= partition < last:
        return False
    return bool(np.any(byte_offsets(region.dims) + region.offset == offset))
