"""Text form of one instruction, both directions, driven by the instruction layouts.

``multiply_moving src=sbuf.bf16[0+16, 0x0, 1x512] dst=psum.fp32[0+16, 0x800, 1x512] accumulate=1
wait(s8 >= 3) update(s0 += 1)``

* access pattern: ``space.dtype[start+partitions, byte offset, stride x size ...]``, outermost
  dimension first, strides in elements;
* device pattern: ``dev.dtype[address + r3*64, stride x size ...]``, strides in bytes; the address
  may start with a tensor's name (``lhs+0x40``); a list of buffers: ``list.dtype[address, 0xn]``,
  n entries;
* ring: ``ring[address + r3*64, first+count, entries]``, the address as in a device pattern;
* scalar operand: an FP32 number, ``0x`` and its bits, a register, or an on-chip
  ``space.dtype[start, byte offset]`` with one value per partition;
* index pattern: ``[step of a partition, steps of the dimensions ...]``, outermost first;
* any field a register may name takes ``r0`` ... ``r31`` in its place.
"""

from __future__ import annotations

import enum
import functools
import re
from typing import Any

import numpy as np
from amaranth.lib import data

from tinyneuron_hw.formats import FORMATS, DType, get_dtype
from tinyneuron_hw.isa.codec import Decoded
from tinyneuron_hw.isa.instructions import INSTRUCTIONS
from tinyneuron_hw.isa.opcodes import Accumulate, Opcode, OperandKind, Space, UpdateMode, WaitMode
from tinyneuron_hw.isa.operands import (
    AccessPattern,
    DevicePattern,
    Header,
    IndexPattern,
    RingPattern,
    ScalarOperand,
)

__all__ = ["AsmSyntaxError", "format_instruction", "parse_instruction"]

Fields = dict[str, Any]

_WAIT = {
    WaitMode.EQUAL: "wait(s{0} == {1})",
    WaitMode.GREATER_EQUAL: "wait(s{0} >= {1})",
    WaitMode.GREATER_EQUAL_SUBTRACT: "wait(s{0} >= {1}, subtract)",
}
_UPDATE = {
    UpdateMode.ADD: "update(s{0} += {1})",
    UpdateMode.SUBTRACT: "update(s{0} -= {1})",
    UpdateMode.SET: "update(s{0} = {1})",
}


class AsmSyntaxError(ValueError):
    """Text that is no instruction; the message names the piece and what was expected."""


@functools.cache
def _operands(opcode: Opcode) -> tuple[tuple[str, Any], ...]:
    """(name, shape) of the members a person writes: no header, reserved or flag members."""
    layout = data.Layout.cast(INSTRUCTIONS[opcode])
    return tuple(
        (str(name), field.shape)
        for name, field in layout
        if field.shape is not Header and not str(name).startswith("reserved")
        and not str(name).endswith("_by_register")
    )  # fmt: skip


_OPTIONAL = ("transpose", "exponent_bias", "reduce_cmd", "reduce_op", "keep", "reverse_pred",
             "parameter")  # fmt: skip
"""Fields that are not written when they are 0; that of :class:`Accumulate` is another."""


def _may_be_left_out(name: str, shape: Any) -> bool:
    return name in _OPTIONAL or shape is Accumulate


def format_instruction(decoded: Decoded, symbols: dict[str, str] | None = None) -> str:
    """One line of text. ``symbols`` maps the path of a relocated address to its tensor's name.

    Raises
    ------
    AsmSyntaxError
        A code has no text.
    """
    fields = decoded.fields
    parts = [decoded.opcode.name.lower()]
    for name, shape in _operands(decoded.opcode):
        value = fields.get(name)
        is_set = value.value if isinstance(value, enum.Enum) else value
        if is_set or not _may_be_left_out(name, shape):
            parts.append(f"{name}={_format_operand(fields, name, shape, symbols or {})}")
    for path, texts in (("header.wait", _WAIT), ("header.update", _UPDATE)):
        text = texts.get(fields[f"{path}.mode"])
        if text:
            value = _number(fields, f"{path}.value")
            parts.append(text.format(fields[f"{path}.semaphore"], value))
    return " ".join(parts)


def _number(fields: Fields, path: str, *, base: int = 10) -> str:
    if fields.get(f"{path}_by_register"):
        return f"r{fields[path]}"
    return f"0x{fields[path]:x}" if base == 16 else str(fields[path])


def _dims(fields: Fields, path: str) -> list[str]:
    texts = [
        f"{_number(fields, f'{path}.dims.{i}.stride')}x{_number(fields, f'{path}.dims.{i}.size')}"
        for i in (3, 2, 1, 0)
    ]
    while texts and texts[0] == "0x1":
        texts.pop(0)
    return texts


def _format_operand(fields: Fields, path: str, shape: Any, symbols: dict[str, str]) -> str:
    if shape is AccessPattern:
        partitions = (
            f"{_number(fields, f'{path}.start_partition')}+"
            f"{_number(fields, f'{path}.num_partitions')}"
        )
        inner = [partitions, _number(fields, f"{path}.offset", base=16), *_dims(fields, path)]
        return f"{_kind(fields, path)}[{', '.join(inner)}]"
    if shape is DevicePattern:
        dtype = FORMATS[fields[f"{path}.dtype"]].name
        inner = [_format_address(fields, path, symbols), *_dims(fields, path)]
        kind = "list" if fields[f"{path}.list"] else "dev"
        return f"{kind}.{dtype}[{', '.join(inner)}]"
    if shape is RingPattern:
        meant = "+".join(_number(fields, f"{path}.{name}") for name in ("first", "count"))
        address = _format_address(fields, path, symbols)
        return f"ring[{address}, {meant}, {fields[f'{path}.entries']}]"
    if shape is ScalarOperand:
        return _format_scalar(fields, path)
    if shape is IndexPattern:
        steps = [fields[f"{path}.strides.{i}"] for i in (3, 2, 1, 0)]
        while steps and not steps[0]:
            steps.pop(0)
        return f"[{', '.join(map(str, [fields[f'{path}.channel_multiplier'], *steps]))}]"
    value = fields[path]
    return value.name.lower() if isinstance(value, enum.Enum) else _number(fields, path)


def _format_address(fields: Fields, path: str, symbols: dict[str, str]) -> str:
    address = f"0x{fields[f'{path}.address']:x}"
    if f"{path}.address" in symbols:
        address = f"{symbols[f'{path}.address']}+{address}"
    if fields[f"{path}.address_uses_register"]:
        address += f" + r{fields[f'{path}.register']}*{fields[f'{path}.scale']}"
    return address


def _kind(fields: Fields, path: str) -> str:
    try:
        dtype = DType(fields[f"{path}.dtype"])
    except ValueError:  # a scalar operand's code, which decoding leaves as it is
        raise AsmSyntaxError(f"{path}: no such dtype code: {fields[f'{path}.dtype']}") from None
    return f"{fields[f'{path}.space'].name.lower()}.{FORMATS[dtype].name}"


def _format_scalar(fields: Fields, path: str) -> str:
    if fields[f"{path}.kind"] is OperandKind.PER_PARTITION:
        offset = _number(fields, f"{path}.value", base=16)
        return f"{_kind(fields, path)}[{fields[f'{path}.start_partition']}, {offset}]"
    if fields[f"{path}.value_by_register"]:
        return _number(fields, f"{path}.value")
    bits = fields[f"{path}.value"]
    number = np.uint32(bits).view(np.float32)
    return f"0x{bits:08x}" if np.isnan(number) else str(number)


_ARGUMENT = re.compile(r"\s*(?:(\w++)=((?:[^\s\[]++)?(?:\[[^\]]*+\])?)|(wait|update)\(([^)]*+)\))")
"""Possessive: what does not match is left after one look, however long it is."""


def parse_instruction(text: str) -> tuple[Opcode, Fields, dict[str, str]]:
    """Opcode, fields for ``encode`` and tensor names by path of the address they relocate.

    Branch targets that are labels (``target=@name``) come back as the string after ``@``.

    Raises
    ------
    AsmSyntaxError
        Unknown mnemonic or argument, a missing or malformed operand.
    """
    mnemonic, _, rest = text.strip().partition(" ")
    opcode = Opcode.__members__.get(mnemonic.upper())
    if opcode is None:
        raise AsmSyntaxError(f"unknown instruction {mnemonic!r}")
    shapes = dict(_operands(opcode))
    fields: Fields = {}
    symbols: dict[str, str] = {}
    seen: set[str] = set()
    position, rest = 0, rest.rstrip()
    while position < len(rest):
        match = _ARGUMENT.match(rest, position)
        if match is None:
            raise AsmSyntaxError(f"cannot read {rest[position:].split()[0]!r}")
        position = match.end()
        name, value, clause, condition = match.groups()
        key = clause or name
        if key in seen:
            raise AsmSyntaxError(f"{key} is given twice")
        seen.add(key)
        if clause:
            _parse_clause(fields, clause, condition)
        elif name not in shapes:
            raise AsmSyntaxError(f"{mnemonic} has no operand {name!r}")
        else:
            _parse_operand(fields, symbols, name, shapes[name], value)
    missing = [name for name, shape in shapes.items()
               if name not in seen and not _may_be_left_out(name, shape)]  # fmt: skip
    if missing:
        raise AsmSyntaxError(f"{mnemonic} needs {', '.join(missing)}")
    return opcode, fields, symbols


_CLAUSES = {
    "wait": (re.compile(r"s(\d+)\s*(==|>=)\s*(\w+)\s*(,\s*subtract)?"), "s3 >= 5"),
    "update": (re.compile(r"s(\d+)\s*(\+=|-=|=)\s*(\w+)()"), "s3 += 1"),
}
_MODES = {
    ("==", False): WaitMode.EQUAL,
    (">=", False): WaitMode.GREATER_EQUAL,
    (">=", True): WaitMode.GREATER_EQUAL_SUBTRACT,
    ("+=", False): UpdateMode.ADD,
    ("-=", False): UpdateMode.SUBTRACT,
    ("=", False): UpdateMode.SET,
}


def _parse_clause(fields: Fields, clause: str, text: str) -> None:
    pattern, example = _CLAUSES[clause]
    match = pattern.fullmatch(text.strip())
    mode = _MODES.get((match[2], bool(match[4]))) if match else None
    if match is None or mode is None:
        raise AsmSyntaxError(f"{clause}({text}): expected something like {clause}({example})")
    fields[f"header.{clause}.mode"] = mode
    fields[f"header.{clause}.semaphore"] = int(match[1])
    _set_number(fields, f"header.{clause}.value", match[3])


def _integer(text: str, path: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        raise AsmSyntaxError(f"{path}: expected a number, not {text!r}") from None


def _set_number(fields: Fields, path: str, text: str) -> None:
    text = text.strip()
    if re.fullmatch(r"r\d+", text):
        fields[path] = _register(text, path)
        fields[f"{path}_by_register"] = 1
    else:
        fields[path] = _integer(text, path)


def _register(text: str, path: str) -> int:
    number = int(text[1:])
    if number > 31:
        raise AsmSyntaxError(f"{path}: there is no register {text!r}")
    return number


def _parse_operand(
    fields: Fields, symbols: dict[str, str], path: str, shape: Any, text: str
) -> None:
    if shape is AccessPattern:
        space, dtype, items = _bracket(path, text)
        if len(items) < 2 or "+" not in items[0]:
            raise AsmSyntaxError(f"{path}: expected space.dtype[start+partitions, offset, dims...]")
        start, _, count = items[0].partition("+")
        fields[f"{path}.space"], fields[f"{path}.dtype"] = _space(path, space), dtype
        _set_number(fields, f"{path}.start_partition", start)
        _set_number(fields, f"{path}.num_partitions", count)
        _set_number(fields, f"{path}.offset", items[1])
        _parse_dims(fields, path, items[2:])
    elif shape is DevicePattern:
        space, dtype, items = _bracket(path, text)
        if space not in ("dev", "list") or not items:
            raise AsmSyntaxError(f"{path}: expected dev.dtype[address, dims...]")
        fields[f"{path}.list"] = int(space == "list")
        fields[f"{path}.dtype"] = dtype
        _parse_address(fields, symbols, path, items[0])
        _parse_dims(fields, path, items[1:])
    elif shape is RingPattern:
        _parse_ring(fields, symbols, path, text)
    elif shape is ScalarOperand:
        _parse_scalar(fields, path, text)
    elif shape is IndexPattern:
        _parse_index(fields, path, text)
    elif isinstance(shape, type) and issubclass(shape, enum.Enum):
        member = shape.__members__.get(text.upper())
        if member is None:
            known = ", ".join(name.lower() for name in shape.__members__)
            raise AsmSyntaxError(f"{path}: {text!r} is not one of {known}")
        fields[path] = member
    elif path == "target" and text.startswith("@"):
        fields[path] = text[1:]
    else:
        _set_number(fields, path, text)


def _bracket(path: str, text: str) -> tuple[str, DType, list[str]]:
    match = re.fullmatch(r"(\w+)\.(\w+)\[([^\]]*)\]", text)
    if match is None:
        raise AsmSyntaxError(f"{path}: cannot read {text!r}")
    try:
        dtype = get_dtype(match[2])
    except ValueError as error:
        raise AsmSyntaxError(f"{path}: {error}") from None
    return match[1], dtype, [item.strip() for item in match[3].split(",")]


def _space(path: str, text: str) -> Space:
    space = Space.__members__.get(text.upper())
    if space is None:
        raise AsmSyntaxError(f"{path}: {text!r} is not one of sbuf, psum")
    return space


def _parse_dims(fields: Fields, path: str, items: list[str]) -> None:
    if len(items) > 4:
        raise AsmSyntaxError(f"{path}: at most 4 dimensions, not {len(items)}")
    for index, item in enumerate(reversed(items)):
        stride, cross, size = item.partition("x")
        if not cross:
            raise AsmSyntaxError(f"{path}: expected stride x size, not {item!r}")
        _set_number(fields, f"{path}.dims.{index}.stride", stride)
        _set_number(fields, f"{path}.dims.{index}.size", size)


def _parse_index(fields: Fields, path: str, text: str) -> None:
    match = re.fullmatch(r"\[([^\]]*)\]", text)
    items = match[1].split(",") if match else []
    if not 1 <= len(items) <= 5:
        raise AsmSyntaxError(f"{path}: expected [partition step, up to 4 steps], not {text!r}")
    fields[f"{path}.channel_multiplier"] = _integer(items[0].strip(), path)
    for index, item in enumerate(reversed(items[1:])):
        fields[f"{path}.strides.{index}"] = _integer(item.strip(), path)


_ADDRESS = re.compile(r"(?:([A-Za-z_][\w.]*)\+)?(0x[0-9a-fA-F]+|\d+)(?:\s*\+\s*(r\d+)\*(-?\d+))?")


def _parse_address(fields: Fields, symbols: dict[str, str], path: str, text: str) -> None:
    match = _ADDRESS.fullmatch(text)
    if match is None:
        raise AsmSyntaxError(f"{path}: cannot read the address {text!r}")
    symbol, address, register, scale = match.groups()
    fields[f"{path}.address"] = _integer(address, path)
    if symbol:
        symbols[f"{path}.address"] = symbol
    if register:
        fields[f"{path}.address_uses_register"] = 1
        fields[f"{path}.register"] = _register(register, path)
        fields[f"{path}.scale"] = int(scale)


_RING = re.compile(r"ring\[([^,\]]*),\s*(\w+)\s*\+\s*(\w+)\s*,\s*(\w+)\s*\]")


def _parse_ring(fields: Fields, symbols: dict[str, str], path: str, text: str) -> None:
    match = _RING.fullmatch(text)
    if match is None:
        raise AsmSyntaxError(f"{path}: expected ring[address, first+count, entries], not {text!r}")
    _parse_address(fields, symbols, path, match[1].strip())
    _set_number(fields, f"{path}.first", match[2])
    _set_number(fields, f"{path}.count", match[3])
    fields[f"{path}.entries"] = _integer(match[4], f"{path}.entries")


def _parse_scalar(fields: Fields, path: str, text: str) -> None:
    if "[" in text:
        space, dtype, items = _bracket(path, text)
        if len(items) != 2:
            raise AsmSyntaxError(f"{path}: expected space.dtype[start, offset]")
        fields[f"{path}.kind"] = OperandKind.PER_PARTITION
        fields[f"{path}.space"], fields[f"{path}.dtype"] = _space(path, space), dtype.value
        fields[f"{path}.start_partition"] = _integer(items[0], path)
        _set_number(fields, f"{path}.value", items[1])
    elif text.startswith("0x") or re.fullmatch(r"r\d+", text):
        _set_number(fields, f"{path}.value", text)
    else:
        try:
            with np.errstate(over="ignore"):
                fields[f"{path}.value"] = int(np.float32(text).view(np.uint32))
        except ValueError:
            raise AsmSyntaxError(f"{path}: {text!r} is no number or operand") from None
