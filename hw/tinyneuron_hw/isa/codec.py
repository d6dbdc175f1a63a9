"""Packing and unpacking of instructions, driven by the layouts.

A layout is flattened once into fields with a dotted path (``src.dims.0.stride``); both
directions walk that list, so a field's position is written nowhere but in its layout.
"""

from __future__ import annotations

import enum
import functools
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amaranth.hdl import Shape, ShapeCastable
from amaranth.lib import data

from ..config import INSTRUCTION_BYTES
from .csr import Trap
from .instructions import INSTRUCTIONS
from .opcodes import Opcode

__all__ = ["DecodeError", "Decoded", "EncodeError", "Field", "decode", "encode", "fields_of"]


class EncodeError(ValueError):
    """A field value does not fit; the message names instruction, field, value and bound."""


class DecodeError(ValueError):
    """128 bytes are not an instruction. ``cause`` is the trap the hardware raises for them."""

    def __init__(self, message: str, cause: Trap):
        super().__init__(message)
        self.cause = cause


@dataclass(frozen=True)
class Field:
    """One leaf of a layout."""

    path: str
    offset: int
    width: int
    signed: bool
    enum: type[enum.Enum] | None
    by_register_offset: int | None
    """Bit offset of the ``_by_register`` sibling, for fields a register may name."""

    @functools.cached_property
    def is_reserved(self) -> bool:
        return self.path.rpartition(".")[2].startswith("reserved")

    @functools.cached_property
    def bounds(self) -> tuple[int, int]:
        """Smallest and largest value."""
        if self.signed:
            return -(1 << (self.width - 1)), (1 << (self.width - 1)) - 1
        return 0, (1 << self.width) - 1

    def extract(self, bits: int) -> int:
        """This field's value in an instruction given as an integer."""
        value = bits >> self.offset & ((1 << self.width) - 1)
        if self.signed and value >> (self.width - 1):
            value -= 1 << self.width
        return value


def _flatten(shape: Any, offset: int, path: str) -> list[Field]:
    if isinstance(shape, type) and issubclass(shape, enum.Enum):
        return [Field(path, offset, Shape.cast(shape).width, False, shape, None)]
    if isinstance(shape, ShapeCastable):
        layout = data.Layout.cast(shape)
        members = {str(name): field for name, field in layout}
        fields: list[Field] = []
        for name, field in members.items():
            inner = _flatten(field.shape, offset + field.offset, f"{path}.{name}" if path else name)
            flag = members.get(f"{name}_by_register")
            if flag is not None:
                leaf = inner[0]
                inner = [
                    Field(
                        leaf.path,
                        leaf.offset,
                        leaf.width,
                        leaf.signed,
                        leaf.enum,
                        offset + flag.offset,
                    )
                ]
            fields += inner
        return fields
    leaf = Shape.cast(shape)
    return [Field(path, offset, leaf.width, leaf.signed, None, None)]


@functools.cache
def fields_of(opcode: Opcode) -> tuple[Field, ...]:
    """Every leaf field of an opcode's layout, in bit order, reserved ones included."""
    return tuple(_flatten(INSTRUCTIONS[opcode], 0, ""))


@functools.cache
def _field_map(opcode: Opcode) -> dict[str, Field]:
    return {field.path: field for field in fields_of(opcode)}


@dataclass(frozen=True)
class Decoded:
    """An instruction as values: ``fields`` maps every dotted path (reserved ones and the opcode
    left out) to an int or an enum member."""

    opcode: Opcode
    fields: dict[str, Any]

    def __getitem__(self, path: str) -> Any:
        return self.fields[path]

    def registers(self) -> dict[str, int]:
        """Path -> register number, of each field that a register names."""
        return {
            path[: -len("_by_register")]: int(_raw(self.fields[path[: -len("_by_register")]]))
            for path, value in self.fields.items()
            if path.endswith("_by_register") and value
        }


def _raw(value: Any) -> int:
    return value.value if isinstance(value, enum.Enum) else int(value)


def _flat_items(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        path = f"{prefix}{key}"
        if type(value) is int:  # most are
            flat[path] = value
        elif isinstance(value, Mapping):
            flat.update(_flat_items(value, path + "."))
        elif isinstance(value, (list, tuple)):
            flat.update(_flat_items({str(i): item for i, item in enumerate(value)}, path + "."))
        else:
            flat[path] = value
    return flat


def encode(opcode: Opcode, fields: Mapping[str, Any] | None = None, **more: Any) -> bytes:
    """The 128 bytes of an instruction.

    ``fields`` is nested mappings and lists, or dotted paths, or both; what is left out is 0
    (sizes of unused dimensions default to 1). Enum fields take a member or its number.

    Raises
    ------
    EncodeError
        Unknown field, value out of its field's range, or not a member of its enumeration.
    """
    table = _field_map(opcode)
    flat = _flat_items({**(fields or {}), **more})
    bits = opcode.value
    for path, offset in _sizes(opcode):
        if path not in flat:
            bits |= 1 << offset
    for path, value in flat.items():
        field = table.get(path)
        if field is None or field.is_reserved or path == "header.opcode":
            raise EncodeError(f"{opcode.name}: no field {path!r}")
        bits |= _checked(opcode, field, value) << field.offset
    return bits.to_bytes(INSTRUCTION_BYTES, "little")


@functools.cache
def _sizes(opcode: Opcode) -> list[tuple[str, int]]:
    """Path and offset of the sizes of dimensions."""
    return [(path, field.offset) for path, field in _field_map(opcode).items()
            if path.endswith("size") and ".dims." in path]  # fmt: skip


def _checked(opcode: Opcode, field: Field, value: Any) -> int:
    if type(value) is int:  # most are
        number = value
    else:
        if isinstance(value, enum.Enum):
            if not isinstance(value, field.enum or ()):
                raise EncodeError(f"{_where(opcode, field)}: {value} is not a value of this field")
            value = value.value
        try:
            number = operator.index(value)
        except TypeError:
            where = _where(opcode, field)
            raise EncodeError(f"{where} must be an integer, not {value!r}") from None
    low, high = field.bounds
    if not low <= number <= high:
        bits = number.bit_length()
        given = str(number) if bits <= 128 else f"a number of {bits} bits"
        raise EncodeError(f"{_where(opcode, field)} must be from {low} to {high}, not {given}")
    if field.enum is not None and number not in _members(field.enum):
        known = ", ".join(field.enum.__members__)
        raise EncodeError(f"{_where(opcode, field)} must be one of {known}, not {number}")
    return number & ((1 << field.width) - 1)


def _where(opcode: Opcode, field: Field) -> str:
    return f"{opcode.name}.{field.path}"


@functools.cache
def _members(kind: type[enum.Enum]) -> dict[int, enum.Enum]:
    return {member.value: member for member in kind}


def decode(raw: bytes) -> Decoded:
    """The values of 128 bytes.

    Raises
    ------
    DecodeError
        Wrong length, unknown opcode or nonzero reserved bits (cause BAD_OPCODE); a number
        outside an enumeration, or a by-register field that is no register (cause BAD_OPERAND).
    """
    if len(raw) != INSTRUCTION_BYTES:
        raise DecodeError(
            f"an instruction is {INSTRUCTION_BYTES} bytes, not {len(raw)}", Trap.BAD_OPCODE
        )
    bits = int.from_bytes(raw, "little")
    opcode = _members(Opcode).get(raw[0])
    if not isinstance(opcode, Opcode):
        raise DecodeError(f"unknown opcode 0x{raw[0]:02x}", Trap.BAD_OPCODE)
    values: dict[str, Any] = {}
    bad_operand: str | None = None
    for field in fields_of(opcode):
        value: Any = field.extract(bits)
        if field.is_reserved:
            if value:
                message = f"{opcode.name}: {field.path} must be 0, not {value:#x}"
                raise DecodeError(message, Trap.BAD_OPCODE)
            continue
        by_register = field.by_register_offset is not None and bits >> field.by_register_offset & 1
        if by_register and value & ~31:
            bad_operand = bad_operand or f"{opcode.name}.{field.path}: {value} is not a register"
        if field.enum is not None:
            member = _members(field.enum).get(value)
            if member is None:
                bad_operand = bad_operand or f"{opcode.name}.{field.path}: no such code: {value}"
            else:
                value = member
        values[field.path] = value
    if bad_operand:
        raise DecodeError(bad_operand, Trap.BAD_OPERAND)
    del values["header.opcode"]
    return Decoded(opcode, values)
