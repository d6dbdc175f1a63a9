"""Legal moves between scalar registers and memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..config import NUM_REGISTERS
from ..formats import FORMATS, DType
from .opcodes import REGISTER_LOADS, Opcode
from .operand_error import bad
from .roles import DEVICE
from .rules_list import check_no_list

__all__ = ["MAX_MOVED", "WORD_DTYPES", "check_move", "check_move_address", "move_path"]

MAX_MOVED = 8
"""Registers of one move at most."""
WORD_BYTES = 4
"""Bytes of a register."""
WORD_DTYPES = tuple(dtype for dtype, fmt in FORMATS.items() if fmt.bytes == WORD_BYTES)
"""Types of what is moved; the bits stay as they are."""


def move_path(opcode: Opcode) -> str:
    """The operand in memory."""
    return "src" if opcode in REGISTER_LOADS else "dst"


def check_move(opcode: Opcode, fields: Mapping[str, Any]) -> None:
    """Raise ``OperandError`` unless up to 8 registers that there are move as words."""
    path = move_path(opcode)
    dtype, count = fields[f"{path}.dtype"], fields[f"{path}.dims.0.size"]
    if dtype not in WORD_DTYPES:
        raise bad(f"{path}: a register is no {FORMATS[DType(dtype)].name}")
    if any(fields[f"{path}.dims.{k}.size"] != 1 for k in range(1, 4)):
        raise bad(f"{path}: only the innermost dimension of a register move may exceed 1")
    if count > MAX_MOVED:
        raise bad(f"{path}: {count} registers exceed {MAX_MOVED}")
    last = fields["first"] + count - 1
    if last >= NUM_REGISTERS:
        raise bad(f"{path}: there is no register {last}")
    if opcode in DEVICE:
        check_no_list(fields, path)
        if fields[f"{path}.dims.0.stride"] % WORD_BYTES:
            stride = fields[f"{path}.dims.0.stride"]
            raise bad(f"{path}: stride {stride} of a register move is not a multiple of 4")
    elif fields[f"{path}.num_partitions"] != 1:
        raise bad(f"{path}: a register move has 1 partition")


def check_move_address(opcode: Opcode, device_address: Callable[[str], int]) -> None:
    """Raise ``OperandError`` unless the words in device memory are aligned."""
    for path in DEVICE.get(opcode, ()):
        address = device_address(path)
        if address % WORD_BYTES:
            raise bad(f"{path}: address 0x{address:x} of a register move is not a multiple of 4")
