"""Legal rings of descriptors, and legal descriptors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..config import INSTRUCTION_BYTES
from .codec import Decoded, DecodeError
from .csr import Trap
from .opcodes import TRANSFER_OPCODES, UpdateMode, WaitMode
from .operand_error import bad
from .roles import ADDRESSED

__all__ = ["check_descriptor", "check_ring", "check_ring_address", "descriptor_opcode"]


def check_ring(fields: Mapping[str, Any]) -> None:
    """Raise ``OperandError`` unless the descriptors that are meant are in the ring."""
    entries, first, count = (fields[f"ring.{name}"] for name in ("entries", "first", "count"))
    if first >= entries:
        raise bad(f"ring: first must be below its {entries} entries, not {first}")
    if not 1 <= count <= entries:
        raise bad(f"ring: count must be from 1 to its {entries} entries, not {count}")


def check_ring_address(address: int) -> None:
    """Raise ``OperandError`` unless a ring may start there."""
    if address % INSTRUCTION_BYTES:
        raise bad(f"ring: address 0x{address:x} is not a multiple of {INSTRUCTION_BYTES}")


def descriptor_opcode(code: int) -> None:
    """Raise ``DecodeError`` unless this is the opcode of a descriptor."""
    if code not in [opcode.value for opcode in TRANSFER_OPCODES]:
        raise DecodeError(f"a descriptor has no opcode 0x{code:02x}", Trap.BAD_OPCODE)


def check_descriptor(decoded: Decoded) -> None:
    """Raise ``OperandError`` unless an instruction has nothing that only a stream can give."""
    fields = decoded.fields
    header = [value for path, value in fields.items() if path.startswith("header.")]
    if any(value not in (0, WaitMode.NONE, UpdateMode.NONE) for value in header):
        raise bad("a descriptor neither waits nor updates: its header must be 0")
    paths = ADDRESSED.get(decoded.opcode, ())
    if decoded.registers() or any(fields[f"{path}.address_uses_register"] for path in paths):
        raise bad("a descriptor has no registers")
    if fields["queue"]:
        raise bad(f"queue of a descriptor must be 0, its ring's holds, not {fields['queue']}")
