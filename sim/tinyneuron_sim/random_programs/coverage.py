"""What a set of programs has exercised, of what there is."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import (
    CONTROL_OPCODES,
    STREAM_OPCODES,
    Opcode,
    OperandKind,
    Space,
    UpdateMode,
    WaitMode,
)
from tinyneuron_hw.isa.roles import DEVICE, PATTERNS, SCALARS

from ..compare.reference import Reference
from ..golden.core import Step
from .feature import named_paths
from .legal import DRAWN_OPCODES, RANDOM_OPCODES, legal, own_fields
from .program import available_streams
from .rings import LISTED_OPCODES
from .shapes import SINGLE
from .spoil import all_rules, broken_rule
from .traps import TRAPS

__all__ = ["GROUPS", "Coverage"]

GROUPS = {
    "instruction": "opcodes, on each stream",
    "type": "operand types, of each opcode",
    "operation": "settings of the opcodes' own fields",
    "space": "memories of operands",
    "list": "sides of transfers that are lists",
    "stride": "signs of strides that are taken, per operand",
    "wait": "wait modes",
    "update": "update modes",
    "register": "fields named by a register, of each opcode",
    "trap": "causes",
    "trap kind": "kinds of reasons for a trap",
    "rule": "rules of isa.rules that were broken",
}
"""Name -> what is counted."""
_NEVER = (Trap.NONE, Trap.ECC_ERROR, Trap.SBUF_ECC_ERROR, Trap.PSUM_ECC_ERROR)
"""Errors of a memory are no fault of a program."""


def _universe(config: CoreConfig) -> Iterator[tuple[str, str]]:
    for stream in available_streams(config):
        for opcode in STREAM_OPCODES[stream]:
            if opcode in RANDOM_OPCODES:
                yield "instruction", f"{stream.name} {opcode.name}"
    for opcode in RANDOM_OPCODES:
        yield from (("register", f"{opcode.name} {path}") for path in named_paths(opcode))
    for opcode in LISTED_OPCODES:
        yield from (("list", f"{opcode.name} {path}") for path in DEVICE[opcode])
    for opcode in DRAWN_OPCODES:
        if opcode in CONTROL_OPCODES:
            for field in own_fields(opcode):
                for member in field.enum or ():
                    yield "operation", f"{opcode.name} {field.path} {member.name}"
            continue
        allowed = legal(config, opcode)
        for types in allowed.types:
            for path, dtype in zip(allowed.paths, types, strict=True):
                yield "type", f"{opcode.name} {path} {dtype.name}"
        for path in SCALARS.get(opcode, ()):
            for dtype in allowed.scalar_dtypes:
                yield "type", f"{opcode.name} {path} {dtype.name}"
        for field in own_fields(opcode):
            if field.width <= 8:
                values = {v.get(field.path, w) for v in allowed.some_variants
                          for w in allowed.values(v).get(field.path, [None])}  # fmt: skip
                for value in values:
                    yield "operation", f"{opcode.name} {field.path} {_setting(value)}"
        for role in PATTERNS.get(opcode, ()):
            for space in role.spaces:
                yield "space", f"{opcode.name} {role.path} {space.name}"
        for path in () if opcode in (*SINGLE, Opcode.READ_ACCUMULATOR) else allowed.paths:
            for sign in ("negative", "zero", "positive"):
                yield "stride", f"{opcode.name} {path} {sign}"
    for wait in WaitMode:
        yield "wait", wait.name
    for update in UpdateMode:
        yield "update", update.name
    yield from (("trap", cause.name) for cause in Trap if cause not in _NEVER)
    yield from (("trap kind", kind) for kind in TRAPS if not kind.startswith("rule: "))
    yield from (("rule", rule) for rule in all_rules())


class Coverage:
    """Counts, by group and item, over any number of programs of one configuration."""

    def __init__(self, config: CoreConfig):
        self._universe: dict[str, list[str]] = {group: [] for group in GROUPS}
        for group, item in dict.fromkeys(_universe(config)):
            self._universe[group].append(item)
        self.counts: dict[str, Counter[str]] = {group: Counter() for group in GROUPS}

    def add(self, reference: Reference, trap_kind: str | None = None) -> None:
        """Counts what golden executed of a program."""
        for step in reference.steps:
            for group, item in _of_step(step):
                self.counts[group][item] += 1
        trap = reference.outcome.trap
        if trap is not None:
            self.counts["trap"][trap.cause.name] += 1
            if trap_kind is not None:
                self.counts["trap kind"][trap_kind] += 1

    def merge(self, other: Mapping[str, Mapping[str, int]]) -> None:
        """Adds the counts of another one."""
        for group, counts in other.items():
            self.counts[group].update(counts)

    def missing(self, group: str) -> list[str]:
        """What there is and no program had."""
        return [item for item in self._universe[group] if not self.counts[group][item]]

    def rows(self) -> list[tuple[str, str, int, int]]:
        """(group, what it counts, items hit, items there are)."""
        return [(group, text, len(self._universe[group]) - len(self.missing(group)),
                 len(self._universe[group])) for group, text in GROUPS.items()]  # fmt: skip


def _of_step(step: Step) -> Iterable[tuple[str, str]]:
    prepared, fields = step.prepared, step.prepared.fields
    if step.error is not None:
        rule = broken_rule(step.error)
        if rule is not None:
            yield "rule", rule
        return
    if step.queue is not None or prepared.opcode is None:
        return
    opcode = prepared.opcode
    yield "instruction", f"{step.stream.name} {opcode.name}"
    yield "wait", fields["header.wait.mode"].name
    yield "update", fields["header.update.mode"].name
    for path, value in fields.items():
        operand, _, name = path.rpartition(".")
        if name.endswith("_by_register") and value:
            yield "register", f"{opcode.name} {path.removesuffix('_by_register')}"
        elif name == "address_uses_register" and value:
            yield "register", f"{opcode.name} {operand}.address"
        elif name == "list" and value:
            yield "list", f"{opcode.name} {operand}"
        elif name == "dtype" and f"{operand}.kind" not in fields:
            yield "type", f"{opcode.name} {operand} {value.name}"
        elif name == "space" and f"{operand}.kind" not in fields:
            yield "space", f"{opcode.name} {operand} {value.name}"
        elif name == "stride" and fields[f"{operand}.size"] > 1:
            sign = "negative" if value < 0 else "positive" if value else "zero"
            yield "stride", f"{opcode.name} {operand.split('.')[0]} {sign}"
        elif not operand and (hasattr(value, "name") or path in _settings(opcode)):
            yield "operation", f"{opcode.name} {path} {_setting(value)}"
    yield from _of_scalars(opcode, fields)


def _setting(value: Any) -> str:
    """A code by its name; of a number, whether it is 0."""
    return getattr(value, "name", "0" if value == 0 else "not 0")


@functools.cache
def _settings(opcode: Opcode) -> set[str]:
    """Own fields of a data instruction that have few values."""
    if opcode in CONTROL_OPCODES:
        return set()
    return {field.path for field in own_fields(opcode) if field.width <= 8}


def _of_scalars(opcode: Opcode, fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for path in SCALARS.get(opcode, ()):
        if fields[f"{path}.kind"] is OperandKind.PER_PARTITION:
            dtype, space = DType(fields[f"{path}.dtype"]), Space(fields[f"{path}.space"])
            yield "type", f"{opcode.name} {path} {dtype.name}"
            yield "space", f"{opcode.name} {path} {space.name}"
