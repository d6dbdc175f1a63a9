"""What must stay in order when instructions change places: a graph over units of instructions.

A unit is an instruction, or a stationary matrix with its product. Tiles have no places
yet, so only what a kernel means is kept: writes before reads and reads before writes of the same
elements, and the accumulators of an engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.opcodes import Opcode, RoundMode, Stream
from tinyneuron_hw.isa.table import SLOTS

from .assign import transfer_beats
from .ir import DeviceTensor, Instr, Module, Tile
from .pace import lane_cycles, product_cycles
from .regions import Box, box_of
from .slots import slots_of

__all__ = ["ENGINES", "LATENCY", "Unit", "can_move", "units_of"]

ENGINES: tuple[Stream, ...] = (Stream.TENSOR, Stream.VECTOR, Stream.SCALAR)
"""Streams whose instructions change places."""
LATENCY = 40
"""Cycles from the last element of an instruction to the start of what waits for it, about."""
_RANDOM = (Opcode.RNG, Opcode.SET_SEED, Opcode.DROPOUT, Opcode.ACTIVATE_SEED)
_ACCUMULATES = (Opcode.READ_ACCUMULATOR, Opcode.ACTIVATE_READ, Opcode.TENSOR_CUMULATIVE)


@dataclass(eq=False)
class Unit:
    """Instructions that stay together.

    ``cycles``: how long its engine works, or a transfer's memory; ``latency``: from then to the
    start of what needs it. ``before``: numbers of the units that come first.
    """

    number: int
    instructions: list[Instr]
    cycles: int = 0
    latency: int = LATENCY
    before: set[int] = field(default_factory=set)

    @property
    def is_dma(self) -> bool:
        return self.instructions[0].is_dma

    @property
    def is_load(self) -> bool:
        """Whether it is a transfer that brings something to the chip, or stays outside."""
        opcode = self.instructions[0].opcode
        return self.is_dma and opcode not in (Opcode.DMA_STORE, Opcode.DMA_SCATTER)

    @property
    def stream(self) -> Stream | None:
        return self.instructions[0].stream

    def wait_for(self, earlier: Unit) -> int:
        """Cycles from when ``earlier`` has worked to when this can start. A load does not wait for
        another, nor a product: the array adds to words of PSUM in its own order."""
        products = self.stream is Stream.TENSOR is earlier.stream
        return 0 if products or (self.is_load and earlier.is_load) else earlier.latency

    @property
    def tiles(self) -> set[Tile]:
        """What it touches on chip."""
        bases = (ref.base for instr in self.instructions for ref in instr.operands.values())
        return {base for base in bases if isinstance(base, Tile)}


def can_move(module: Module) -> bool:
    """Whether results do not depend on the order of independent instructions: no random number is
    drawn, no register says what is executed, and all function tables fit together."""
    tables = {instr.table.rows: instr.table for instr in module.instructions if instr.table}
    return (
        not module.is_dynamic
        and sum(map(slots_of, tables.values())) <= SLOTS
        and not any(instr.opcode in _RANDOM for instr in module.instructions)
        and not any(i.fields.get("round_mode") is RoundMode.STOCHASTIC for i in module.instructions)
        and all(instr.is_dma or instr.stream in ENGINES for instr in module.instructions)
    )


def units_of(module: Module) -> list[Unit]:
    """The units in program order, with what comes before each."""
    units = [Unit(number, group) for number, group in enumerate(_groups(module.instructions))]
    histories: dict[Tile | DeviceTensor, _History] = {}
    accumulators: dict[Stream | None, int] = {}
    for unit in units:
        unit.cycles, unit.latency = _cost(unit, module.config)
        for instr in unit.instructions:
            for refs, writes in ((instr.reads, False), (instr.writes, True)):
                for ref in refs.values():
                    if isinstance(ref.base, DeviceTensor) and ref.base.kind == "constant":
                        continue
                    history = histories.setdefault(ref.base, _History())
                    unit.before |= history.add(unit.number, box_of(ref), writes)
            if _accumulates(instr):
                if instr.stream in accumulators:
                    unit.before.add(accumulators[instr.stream])
                accumulators[instr.stream] = unit.number
        unit.before.discard(unit.number)
    return units


def _groups(instructions: Sequence[Instr]) -> list[list[Instr]]:
    """A product belongs to the stationary matrix right before it."""
    groups: list[list[Instr]] = []
    for instr in instructions:
        if instr.opcode is Opcode.MULTIPLY_MOVING:
            groups[-1].append(instr)
        else:
            groups.append([instr])
    return groups


@dataclass
class _History:
    """Accesses to a tile or tensor: (unit, elements)."""

    writes: list[tuple[int, Box]] = field(default_factory=list)
    reads: list[tuple[int, Box]] = field(default_factory=list)

    def add(self, number: int, box: Box, is_write: bool) -> set[int]:
        """Notes an access; returns the earlier ones it must come after."""
        found = {at for at, other in self.writes if other.overlaps(box)}
        if not is_write:
            self.reads.append((number, box))
            return found
        found |= {at for at, other in self.reads if other.overlaps(box)}
        if box.dense:
            self.writes = [item for item in self.writes if not box.contains(item[1])]
            self.reads = [item for item in self.reads if not box.contains(item[1])]
        self.writes.append((number, box))
        return found


def _accumulates(instr: Instr) -> bool:
    command = instr.fields.get("reduce_cmd", 0)
    return instr.opcode in _ACCUMULATES or bool(getattr(command, "value", command))


def _cost(unit: Unit, config: CoreConfig) -> tuple[int, int]:
    """Cycles and latency, about."""
    if unit.is_dma:
        beats = sum(transfer_beats(instr, config) for instr in unit.instructions)
        return beats, 3 * LATENCY
    if unit.stream is Stream.TENSOR:
        depth = config.partitions * config.pe_latency
        return sum(map(product_cycles, unit.instructions)), LATENCY + depth
    return sum(map(lane_cycles, unit.instructions)), LATENCY
