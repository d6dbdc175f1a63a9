"""What an executing instruction sees: the memories, checked."""

from __future__ import annotations

import math
from typing import NoReturn

import numpy as np

from tinyneuron_hw.config import NUM_REGISTERS, CoreConfig
from tinyneuron_hw.float.random import VECTOR_ENGINE
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import OperandKind, Space

from ..backend import is_memory
from .access import byte_offsets, extent
from .accumulators import Accumulators
from .code_errors import code_errors
from .device_errors import DeviceErrors
from .errors import GoldenError, TrapSignal
from .generators import Generators
from .memory import Footprint, make_memories
from .numerics import RAW_TYPES, from_float32, to_float32
from .prepared import Prepared
from .races import RaceDetector, Where
from .region import DeviceRegion, Region, scalar_region
from .scalar_state import ScalarState
from .stationary import Stationary

__all__ = ["MAX_TRANSFER_BYTES", "Machine"]

MAX_TRANSFER_BYTES = 1 << 28
"""Largest transfer golden executes; hardware takes up to 2**32 elements. Some checks hold a number
for every byte."""


class Machine:
    """Memories and array state of a core, and the checks every access goes through.

    Set ``where`` and ``thread`` before an instruction executes; messages and the race detector
    use them; ``registers`` are its stream's. ``rounding`` holds the random bits of an instruction's
    casts, uint32[lanes, elements], if it rounds stochastically. ``descriptors`` are the bytes of
    the ring whose transfer it is. ``races`` None turns race checks off; ``check_unwritten`` notices
    reads of SBUF and PSUM bytes never written.
    """

    def __init__(self, config: CoreConfig, races: RaceDetector | None, *,
                 check_unwritten: bool = True):  # fmt: skip
        self.config = config
        self.sbuf, self.psum, self.device = make_memories(config, tracked=check_unwritten)
        self.races = races
        self.errors = code_errors(config)
        self.device_errors = DeviceErrors()
        self.where: Where | None = None
        self.thread = 0
        self.registers = [0] * NUM_REGISTERS
        self.moves_registers = False
        """A register move executes: it reads through the ports of DMA."""
        self.descriptors: tuple[tuple[int, int], ...] = ()
        self.reset()

    def reset(self) -> None:
        """Engine state returns to that after reset; memories keep their bytes."""
        self.stationary = Stationary.zero(self.config)
        self.accumulators = Accumulators(self.config.partitions)
        self.scalar = ScalarState(self.config.partitions)
        self.vector_random = Generators(self.config.partitions, VECTOR_ENGINE)
        self.rounding: np.ndarray | None = None
        for errors in self.errors.values():
            errors.disarm()

    def clear(self) -> None:
        """SBUF and PSUM hold nothing: zeros that were never written."""
        self.sbuf.clear()
        self.psum.clear()
        for errors in self.errors.values():
            errors.clear()

    def fail(self, what: str) -> NoReturn:
        """Raises GoldenError about the instruction that executes."""
        raise GoldenError(f"{self.where} {what}")

    def footprint(self, region: Region) -> Footprint:
        """The bytes of an on-chip operand, partition by partition."""
        memory = self.sbuf if region.space is Space.SBUF else self.psum
        width = memory.partition_bytes
        dims = (*region.dims, (width, region.partitions))
        return Footprint(memory, region.start * width + region.offset, dims)

    def check_read(self, footprint: Footprint) -> None:
        """GoldenError when a byte was never written or is in a race; a trap when it is lost."""
        unwritten = footprint.memory.first_unwritten(footprint)
        if unwritten is not None:
            self.fail(f"reads {footprint.memory.place(unwritten)}, which was never written")
        if self.races is not None:
            self.races.read(self.thread, footprint)
        errors = self.errors.get(footprint.memory.name)
        if errors is not None:
            by_dma = self.where is not None and self.where.queue is not None
            chunks = by_dma or self.moves_registers
            errors.read(footprint, self.config.axi_bytes if chunks else None)
        if self.device_errors and footprint.memory is self.device:
            self.device_errors.read(footprint)

    def read_footprint(self, footprint: Footprint) -> np.ndarray:
        """Bytes in element order, after :meth:`check_read`."""
        self.check_read(footprint)
        return footprint.memory.read(footprint)

    def check_write(self, footprint: Footprint) -> None:
        """GoldenError when a byte is in a race or a descriptor of the ring that runs; a trap when
        the rest of a word is lost."""
        if footprint.memory is self.device:
            self._keep_descriptors(footprint)
            if self.device_errors:
                self.device_errors.write(footprint)
        if self.races is not None:
            self.races.write(self.thread, footprint)
        errors = self.errors.get(footprint.memory.name)
        if errors is not None:
            errors.write(footprint)

    def _keep_descriptors(self, footprint: Footprint) -> None:
        below, above = (footprint.start + end for end in extent(footprint.dims))
        for low, high in self.descriptors:
            if below < high and low < above:
                written = byte_offsets(footprint.dims) + footprint.start
                inside = written[(written >= low) & (written < high)]
                if len(inside):
                    place = self.device.place(int(inside[0]))
                    self.fail(f"writes {place}, a descriptor of its own ring")

    def write_footprint(self, footprint: Footprint, values: np.ndarray) -> None:
        """Writes bytes given in element order, after :meth:`check_write`."""
        self.check_write(footprint)
        footprint.memory.write(footprint, values)

    def read(self, region: Region) -> np.ndarray:
        """Raw elements [partitions, elements]."""
        raw = self.read_footprint(self.footprint(region))
        return raw.view(RAW_TYPES[region.element_bytes]).reshape(region.partitions, -1)

    def write(self, region: Region, raw: np.ndarray, chosen: np.ndarray | None = None) -> None:
        """Writes raw elements [partitions, elements]; only where ``chosen``, if it is given."""
        data = np.ascontiguousarray(raw, dtype=RAW_TYPES[region.element_bytes])
        footprint, values = self.footprint(region), data.reshape(-1).view(np.uint8)
        if chosen is None:
            self.write_footprint(footprint, values)
            return
        self.check_write(footprint)
        some = np.repeat(chosen.reshape(-1), region.element_bytes)
        footprint.memory.write_some(footprint, values, some)

    def cast(self, region: Region, values: np.ndarray) -> np.ndarray:
        """Raw elements for a destination of float32 values (which broadcast), rounded with the
        random bits ``rounding`` if there are some."""
        if self.rounding is None:
            return from_float32(values, region.dtype)
        bits = self.rounding[: region.partitions]
        return from_float32(np.broadcast_to(values, bits.shape), region.dtype, bits)

    def write_values(self, region: Region, values: np.ndarray) -> None:
        """Writes float32[partitions, elements], cast."""
        self.write(region, self.cast(region, values))

    def read_scalar(self, prepared: Prepared, path: str, partitions: int) -> np.ndarray:
        """FP32 values of a scalar operand, [partitions, 1] or [1, 1]."""
        fields = prepared.fields
        if fields[f"{path}.kind"] is OperandKind.IMMEDIATE:
            return np.array([[fields[f"{path}.value"]]], dtype="<u4").view(np.float32)
        region = scalar_region(fields, path, partitions)
        return to_float32(self.read(region), region.dtype)

    def read_raw_scalar(self, prepared: Prepared, path: str, dtype: DType,
                        partitions: int) -> np.ndarray:  # fmt: skip
        """Bits of a scalar operand as elements of ``dtype``, [partitions, 1] or [1, 1]."""
        fields = prepared.fields
        if fields[f"{path}.kind"] is OperandKind.IMMEDIATE:
            raw_type = RAW_TYPES[FORMATS[dtype].bytes]
            return np.array([[fields[f"{path}.value"]]], dtype="<u4").astype(raw_type)
        return self.read(scalar_region(fields, path, partitions))

    def device_footprint(self, region: DeviceRegion) -> Footprint:
        """The bytes of a device operand; a bus error where there is no memory, GoldenError for
        more bytes than are moved at once here."""
        size = math.prod(size for _, size in region.dims)
        if size > MAX_TRANSFER_BYTES:
            self.fail(f"moves {size} bytes in one transfer; golden takes at most "
                      f"{MAX_TRANSFER_BYTES}")  # fmt: skip
        low, high = extent(region.dims)
        if not is_memory(self.config, region.address + low, high - low):
            self._check_bytes(region)
        return Footprint(self.device, region.address, region.dims)

    def _check_bytes(self, region: DeviceRegion) -> None:
        """A bus error at the first byte of a region that is in no memory, if there is one."""
        offsets = byte_offsets(region.dims) + region.address
        present = np.zeros(offsets.shape, np.bool_)
        for low, high in self.config.memory_ranges:
            present |= (offsets >= low) & (offsets < high)
        if not present.all():
            first = int(offsets[int(np.argmin(present))])
            address = first // self.config.axi_bytes * self.config.axi_bytes
            message = f"{region.path}: no device memory at 0x{first:x}"
            raise TrapSignal(Trap.BUS_ERROR, address, message)
