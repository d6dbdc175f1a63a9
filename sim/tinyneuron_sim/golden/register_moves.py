"""Moves of scalar registers from and to memory, word by word as hardware makes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from tinyneuron_hw.isa.opcodes import REGISTER_LOADS, REGISTER_MOVES, REGISTER_STORES, Opcode
from tinyneuron_hw.isa.rules_registers import move_path

from .machine import Machine
from .memory import Footprint
from .prepared import Prepared

__all__ = ["EXECUTORS", "moved_registers", "stored"]

_WORD = np.dtype("<u4")


def _words(machine: Machine, prepared: Prepared) -> Iterator[tuple[int, Footprint]]:
    """Register number and place in memory of each word, in order."""
    assert prepared.opcode is not None
    fields, path = prepared.fields, move_path(prepared.opcode)
    stride, count = fields[f"{path}.dims.0.stride"], fields[f"{path}.dims.0.size"]
    for n in range(count):
        if path in prepared.devices:
            far = prepared.devices[path]
            word = replace(far, address=far.address + n * stride, dims=((1, _WORD.itemsize),))
            footprint = machine.device_footprint(word)
        else:
            near = prepared.regions[path]
            offset = near.offset + n * stride * _WORD.itemsize
            region = replace(near, offset=offset, sizes=(1, 1, 1, 1), dims=((1, _WORD.itemsize),))
            footprint = machine.footprint(region)
        yield fields["first"] + n, footprint


def moved_registers(prepared: Prepared) -> range:
    """The registers that a move takes part with."""
    assert prepared.opcode is not None
    count = prepared.fields[f"{move_path(prepared.opcode)}.dims.0.size"]
    return range(prepared.fields["first"], prepared.fields["first"] + count)


def stored(machine: Machine, prepared: Prepared) -> tuple[int, ...]:
    """What an instruction stores of its stream's registers; nothing when it is no store."""
    if prepared.opcode not in REGISTER_STORES:
        return ()
    return tuple(machine.registers[number] for number in moved_registers(prepared))


def _move(machine: Machine, prepared: Prepared) -> None:
    machine.moves_registers = True
    try:
        _move_words(machine, prepared)
    finally:
        machine.moves_registers = False


def _move_words(machine: Machine, prepared: Prepared) -> None:
    loads = prepared.opcode in REGISTER_LOADS
    for register, footprint in _words(machine, prepared):
        if loads:
            data = machine.read_footprint(footprint)
            machine.registers[register] = int(data.view(_WORD)[0])
        else:
            data = np.array([machine.registers[register]], _WORD)
            machine.write_footprint(footprint, data.view(np.uint8))


EXECUTORS: dict[Opcode, Callable[[Machine, Prepared], None]] = dict.fromkeys(REGISTER_MOVES, _move)
