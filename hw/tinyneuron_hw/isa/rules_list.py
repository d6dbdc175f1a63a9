"""Legal lists of buffers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .opcodes import INDEXED_OPCODES, Opcode
from .operand_error import bad
from .roles import DEVICE
from .rules_transfer import accumulates

__all__ = ["ENTRY_BYTES", "check_list_address", "check_lists", "check_no_list", "list_path"]

ENTRY_BYTES = 16
"""Bytes of an entry of a list: a buffer's address, then its size, 64 bits each."""


def list_path(opcode: Opcode, fields: Mapping[str, Any]) -> str | None:
    """The operand that is a list of buffers, if there is one."""
    return next((path for path in DEVICE.get(opcode, ()) if fields.get(f"{path}.list")), None)


def check_lists(opcode: Opcode, fields: Mapping[str, Any]) -> None:
    """Raise ``OperandError`` unless at most one operand is a list, where there may be one."""
    path = list_path(opcode, fields)
    if path is None:
        return
    if opcode in INDEXED_OPCODES or accumulates(fields) or fields["transpose"]:
        raise bad(f"{path}: a transfer with a list neither has indices nor accumulates or turns")
    if opcode is Opcode.DMA_COPY and fields["src.list"] and fields["dst.list"]:
        raise bad("src and dst must not both be lists")
    strides = [fields[f"{path}.dims.{k}.stride"] for k in range(4)]
    sizes = [fields[f"{path}.dims.{k}.size"] for k in range(1, 4)]
    if any(strides) or sizes != [1, 1, 1]:
        raise bad(f"{path}: a list has only dims.0.size, its entries; strides are 0, sizes 1")


def check_no_list(fields: Mapping[str, Any], path: str) -> None:
    """Raise ``OperandError`` if an operand that cannot be a list is one."""
    if fields[f"{path}.list"]:
        raise bad(f"{path}: registers do not move from or to a list")


def check_list_address(
    opcode: Opcode, fields: Mapping[str, Any], device_address: Callable[[str], int] | None
) -> None:
    """Raise ``OperandError`` unless a list may start where it does, if that is known."""
    path = list_path(opcode, fields)
    if path is not None and device_address is not None and device_address(path) % ENTRY_BYTES:
        raise bad(f"{path}: 0x{device_address(path):x} is not a multiple of {ENTRY_BYTES}")
